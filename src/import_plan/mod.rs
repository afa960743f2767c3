//! The engines' import rules: what importing a document does to a target, object by object.
//!
//! A plan looks the target up in a [`TargetInventory`] and writes nothing. The target's owner applies all of the plan or
//! nothing.
//!
//! Invariant: a plan depends on its three inputs alone and never guesses. If the inventory lacks information, the outcome is
//! unknown and the plan names the information.
//!
//! The behaviour of engines is partly undocumented. There this project chose:
//!
//! - **Identical** objects have equal revision pairs (UUID A and B) and equal dependencies. Content isn't compared: what
//!   engines compare is unknown, but every save makes a new UUID B. Importing an identical object succeeds and writes
//!   nothing. An upgrade's additions under the same pair are imported. Force makes no difference to either.
//! - **The global key** is replaced only with force. Without force, the import fails unless the key is identical.
//! - **References** resolve to the target's object with that name, in any revision, because engines ship the same
//!   algorithms with different revisions. A reference to another revision is stale. With
//!   [`ImportOptions::strict_references`], a stale reference without force is a conflict. If the document itself has the
//!   object, the reference resolves to that.
//! - **Sources** of on-the-fly jobs are connectors, looked up by name in the source environment and created there if
//!   missing. A source without data can't be created, so it must exist.
//! - **Objects without a name** in their data (types with unknown data) are identified by UUID A.
//! - **Algorithms** of all types share one name space. If an algorithm of another type has the name, the import fails,
//!   with and without force.
//! - **Purposes of environments** are checked for objects that would be written. **Name rules** are checked for new objects
//!   that users named ([`NameCheck`]).
//! - **Formats**: engines before 6.0 read formats 1 and 2, later ones all known formats
//!   ([`EngineVersion::newest_format`]). A target whose whole content is known also reads the format that it writes.
//! - **With force**, an object that may exist on the target is created, kept or overwritten, so its import succeeds. The
//!   exception is an algorithm whose name may belong to another type.
//! - **Status**: 404 if the first failing object is a missing reference, 409 if it is any other object, 400 if the request
//!   or the document is refused as a whole ([`Refusal`]).
//! - **Environments** that no object needs aren't checked, except that source and target must differ. If an object's
//!   environment isn't given or doesn't exist, the request is refused.

mod checklist;
mod decide;
mod document;
mod import_object;
mod inventory;
mod kind;
mod names;
mod plan;
mod references;
mod refusal;
mod step;
mod structure;
mod version;

pub use document::ImportDocument;
pub(crate) use inventory::takes_known_type;
pub use inventory::{
    Identity, Location, Lookup, Presence, Purpose, TargetEnvironment, TargetInventory, TargetObject,
    TargetRevision, TypeSelector,
};
pub use kind::stands_for;
pub use names::{FORBIDDEN_IN_NAMES, NameCheck, NameFault, name_fault};
pub use plan::{ChecklistItem, ImportOutcome, ImportPlan, ImportStatus, Todo, Verdict};
pub use references::{ReferenceMatch, ReferenceState, references_against};
pub use refusal::Refusal;
pub use step::{Action, Irreversible, Rule, Step};
pub use version::{EngineVersion, VersionError};

pub use crate::blob::NEWEST_KNOWN_FORMAT;

/// The missing information about the target's environments.
pub(crate) const ENVIRONMENTS: &str = "the target's environments (GET /environments)";

use decide::Decider;
use import_object::ImportObject;
use kind::Kind;
use structure::Structure;

/// The environment of a request. Users give a name, engines a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GivenEnvironment {
    /// None.
    #[default]
    None,
    /// The one with this id.
    Id(i64),
    /// A name that no environment of the target has.
    NoneOfThatName,
    /// A name whose environment is unknown.
    Unclear,
}

impl From<Option<i64>> for GivenEnvironment {
    fn from(id: Option<i64>) -> Self {
        id.map_or(Self::None, Self::Id)
    }
}

/// The options of the request and the engine's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportOptions {
    /// Whether to overwrite objects with another revision.
    pub force_overwrite: bool,
    /// The target environment.
    pub environment: GivenEnvironment,
    /// The environment of on-the-fly jobs' sources.
    pub source_environment: GivenEnvironment,
    /// The newest format number that the target accepts; `None` if it isn't known.
    pub max_format: Option<u64>,
    /// Which names to check by the rules of engines since 6.0.
    pub names: NameCheck,
    /// Whether a reference to another revision is a conflict without force.
    pub strict_references: bool,
}

impl Default for ImportOptions {
    /// Overwrites nothing, has no environment, checks users' names and allows stale references.
    fn default() -> Self {
        Self {
            force_overwrite: false,
            environment: GivenEnvironment::None,
            source_environment: GivenEnvironment::None,
            max_format: None,
            names: NameCheck::default(),
            strict_references: false,
        }
    }
}

/// Plans the import of a document.
pub fn import_plan(
    document: &ImportDocument,
    inventory: &dyn TargetInventory,
    options: &ImportOptions,
) -> ImportPlan {
    let objects: Vec<ImportObject<'_>> = document
        .objects
        .iter()
        .map(|object| ImportObject::new(object, Kind::of(object, document), options))
        .collect();
    let structure = Structure::of(&objects);
    let (refusal, needs) = refusal::of_request(document, &objects, inventory, options);
    let refusal = refusal.or_else(|| structure.fault.clone());
    let steps = Decider::new(&objects, &structure, inventory, options).steps();
    let checklist = checklist::checklist(&steps, &objects, &structure);
    ImportPlan::new(steps, refusal, needs, checklist)
}

#[cfg(test)]
mod tests;
