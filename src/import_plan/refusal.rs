//! Refusals of whole requests, before any object is imported.
//!
//! Engines answer them with status 400 and one `errorMessage`, because clients read the body of status 404 or 409 as a list
//! of objects. Apart from one known text, the wording is this project's.

use super::import_object::ImportObject;
use super::inventory::{Presence, TargetInventory};
use super::kind::Role;
use super::{ENVIRONMENTS, GivenEnvironment, ImportDocument, ImportOptions};
use crate::object::Named;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The document's signature is invalid.
    #[error("the document's signature is not valid")]
    InvalidSignature,
    /// The document's format is too new.
    #[error("document has format number {format}, newer than {max}, the newest that the target reads")]
    NewerFormat {
        /// The document's.
        format: u64,
        /// The target's.
        max: u64,
    },
    /// Source and target environment are the same. The text is the engines'.
    #[error("Source environment cannot be the same as environment")]
    SameEnvironment,
    /// An object needs an environment, but the request gives none.
    #[error("environment_id is needed: {0} lives in an environment")]
    EnvironmentNeeded(Named),
    /// The target has no such environment.
    #[error("no environment has id {0}")]
    EnvironmentNotFound(i64),
    /// The target has no environment with the given name.
    #[error("no environment has that name")]
    NoEnvironmentOfThatName,
    /// The source of an on-the-fly job needs an environment, but the request gives none.
    #[error("source_environment_id is needed: {0} is the source of an on-the-fly job")]
    SourceEnvironmentNeeded(Named),
    /// The target has no such environment.
    #[error("no environment has id {0}, given as source_environment_id")]
    SourceEnvironmentNotFound(i64),
    /// The target has no environment with the name given for sources.
    #[error("no environment has that name, given for sources")]
    NoSourceEnvironmentOfThatName,
    /// Two objects have one key.
    #[error("the document has {0} twice")]
    DuplicateObject(Named),
    /// Two objects have the same name, which must be unique.
    #[error("{first} and {second} have the same name")]
    DuplicateName {
        /// The first object.
        first: Named,
        /// The second object.
        second: Named,
    },
    /// A dependency isn't in the document.
    #[error("{object} depends on {missing}, which is not in the document")]
    MissingMember {
        /// The dependent object.
        object: Named,
        /// The dependency.
        missing: Named,
    },
    /// A circle of dependencies: each object depends on the next, the last on the first.
    #[error("objects depend on each other in a circle: {}", in_short(.0))]
    Cycle(Vec<Named>),
}

impl Refusal {
    #[doc(hidden)]
    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        400
    }
}

/// Shortens the list: a hostile circle can have a million members.
fn in_short(objects: &[Named]) -> String {
    const SHOWN: usize = 8;
    let mut texts: Vec<String> = objects.iter().take(SHOWN).map(ToString::to_string).collect();
    match objects.len().checked_sub(SHOWN) {
        Some(more @ 1..) => texts.push(format!("{more} more")),
        _ => texts.extend(objects.first().map(ToString::to_string)),
    }
    texts.join(" → ")
}

/// Returns the refusal of the request, or the information that is missing to decide.
pub(super) fn of_request(
    document: &ImportDocument,
    objects: &[ImportObject<'_>],
    inventory: &dyn TargetInventory,
    options: &ImportOptions,
) -> (Option<Refusal>, Vec<String>) {
    let mut needs = Vec::new();
    let refusal = (!document.intact)
        .then_some(Refusal::InvalidSignature)
        .or_else(|| newer_format(document, options))
        .or_else(|| same_environment(options))
        .or_else(|| {
            let first = objects.iter().find(|s| s.kind.needs_environment())?;
            match options.environment {
                GivenEnvironment::None => Some(Refusal::EnvironmentNeeded(first.named())),
                GivenEnvironment::NoneOfThatName => Some(Refusal::NoEnvironmentOfThatName),
                GivenEnvironment::Unclear => unclear(&mut needs),
                GivenEnvironment::Id(id) => {
                    absent(inventory, id, &mut needs).then_some(Refusal::EnvironmentNotFound(id))
                }
            }
        })
        .or_else(|| {
            let source = objects.iter().find(|s| s.kind.role == Role::Source)?;
            match options.source_environment {
                GivenEnvironment::None => Some(Refusal::SourceEnvironmentNeeded(source.named())),
                GivenEnvironment::NoneOfThatName => Some(Refusal::NoSourceEnvironmentOfThatName),
                GivenEnvironment::Unclear => unclear(&mut needs),
                GivenEnvironment::Id(id) => {
                    absent(inventory, id, &mut needs).then_some(Refusal::SourceEnvironmentNotFound(id))
                }
            }
        });
    if let Some(format) = document.format
        && let Presence::Unknown { needs: need } = inventory.reads_format(format)
    {
        needs.push(need);
    }
    (refusal, needs)
}

fn newer_format(document: &ImportDocument, options: &ImportOptions) -> Option<Refusal> {
    let (format, max) = (document.format?, options.max_format?);
    (format > max).then_some(Refusal::NewerFormat { format, max })
}

fn same_environment(options: &ImportOptions) -> Option<Refusal> {
    let one = matches!(options.environment, GivenEnvironment::Id(_));
    (one && options.environment == options.source_environment).then_some(Refusal::SameEnvironment)
}

/// Adds missing information about an environment. It is no reason to refuse the request.
fn unclear(needs: &mut Vec<String>) -> Option<Refusal> {
    needs.push(ENVIRONMENTS.to_owned());
    None
}

fn absent(inventory: &dyn TargetInventory, id: i64, needs: &mut Vec<String>) -> bool {
    match inventory.environment(id) {
        Presence::Present(_) => false,
        Presence::Absent => true,
        Presence::Unknown { needs: need } => {
            needs.push(need);
            false
        }
    }
}
