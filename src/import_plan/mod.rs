//! The engines' import rules: what importing a document does to a target, object by object.
//!
//! A plan looks the target up in a [`TargetInventory`] and writes nothing; the target's owner applies the plan, all of it or
//! nothing. Invariant: a plan depends on its three inputs alone and never guesses. Information that the inventory lacks
//! makes an outcome unknown, and the plan names it.
//!
//! Where engines' behaviour is undocumented, these are this project's choices:
//!
//! - **Identical** means equal revision pairs (UUID A and B) and equal dependencies, never equal content: what engines
//!   compare is unknown, but every save makes a new UUID B. An identical object is a success without a write, with and
//!   without force. An upgrade's additions under the same pair are imported, with and without force.
//! - **The global key** without force succeeds only if it is identical, as after an earlier import with force. With force it
//!   is replaced unless identical.
//! - **References** resolve to the target's object of that name in any revision, because engines ship the same algorithms
//!   with different revisions; a different revision is marked stale. With [`ImportOptions::strict_references`] a stale
//!   reference is a conflict, unless force is set. A reference to an object of the same document resolves to that.
//! - **Sources** of on-the-fly jobs are connectors by name in the source environment, and created there if missing. One
//!   without data can't be created and must exist.
//! - **Objects without a name** in their data (types with unknown data) are identified by UUID A.
//! - **Algorithms** share one name space: the name of another type's algorithm is blocked, with and without force.
//! - **Name rules** and purposes of environments bind only what would be written, name rules only what is new there and
//!   made by people ([`NameCheck`]).
//! - **Formats**: engines before 6.0 read formats 1 and 2, later ones every format that is known
//!   ([`EngineVersion::newest_format`]). A target whose whole content is known reads what it writes, too.
//! - **With force**, an object that perhaps is on the target already can't fail for that: it is made, left alone or
//!   overwritten. Only an algorithm whose name another type may have can.
//! - **Status**: 404 when the first failing object is a missing reference, 409 for every other, 400 for a request or
//!   document that is refused as a whole ([`Refusal`]).
//! - **An environment** that no object needs isn't checked, except that source and target must differ. An object whose
//!   environment isn't given or is missing is blocked, and the request is refused.

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

/// The environment of a request: by name for users, by number for engines.
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
    /// No overwriting, no environment, checks of users' names, stale references allowed.
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
