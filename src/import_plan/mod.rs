//! The engines' import rules: what importing a document would do to a target, object by object.
//!
//! Pure: the target is asked through [`TargetInventory`], nothing is written. Whoever owns the target applies the plan,
//! all of it or nothing. Invariant: a plan depends on its three inputs alone and never guesses; where the inventory
//! can't tell, neither can the plan, and it says what it would need.
//!
//! Where engines' behaviour is not documented, these are this project's choices:
//!
//! - **Identical** means equal revision pairs (UUID A and B) and equal dependencies, never equal content: what engines
//!   compare isn't known, but every save makes a new UUID B. An identical object is a success without a write, with and
//!   without force. What an engine's upgrade added under the same pair is taken over, with and without force.
//! - **The global key** without force passes only when it is identical, which is what an earlier import with force
//!   leaves behind; with force it is replaced unless identical.
//! - **References** are met by whatever has the name on the target, in whatever revision, because engines ship the same
//!   algorithms under revisions of their own; another revision is marked stale. With
//!   [`ImportOptions::strict_references`] a stale one is a conflict, unless force is set. A reference to something that
//!   the same document brings is met by that.
//! - **Sources** of on-the-fly jobs are connectors by name in the source environment, made there when missing; one
//!   without data can't be made and has to be there.
//! - **Objects without a name** in their data (types whose data was never seen) are identified by UUID A.
//! - **Algorithms** share one name space: a name that another type of algorithm has is blocked, force or not.
//! - **Name rules** and purposes of environments bind only what would be written, name rules only what is new there and
//!   made by people ([`NameCheck`]).
//! - **Formats**: engines before 6.0 read formats 1 and 2, later ones every format that is known
//!   ([`EngineVersion::newest_format`]). A target whose whole content is known reads what it writes, too.
//! - **With force**, an object that perhaps is on the target already can't fail for that: it is made, left alone or
//!   overwritten. Only an algorithm whose name another type may have can.
//! - **Status**: 404 when the first failing object is a missing reference, 409 for every other, 400 for a request or
//!   document that is refused as a whole ([`Refusal`]).
//! - **An environment** that no object needs isn't looked at, except that source and target must differ. What needs one
//!   that isn't given or isn't there is blocked, and so the request is refused.

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

/// What tells of the target's environments.
pub(crate) const ENVIRONMENTS: &str = "the target's environments (GET /environments)";

use decide::Decider;
use import_object::ImportObject;
use kind::Kind;
use structure::Structure;

/// The environment that a request names. People name it by what it is called, requests by number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GivenEnvironment {
    /// None.
    #[default]
    None,
    /// The one with this id.
    Id(i64),
    /// One by a name that the target has no environment of.
    NoneOfThatName,
    /// One by a name of which it can't be told whose it is.
    Unclear,
}

impl From<Option<i64>> for GivenEnvironment {
    fn from(id: Option<i64>) -> Self {
        id.map_or(Self::None, Self::Id)
    }
}

/// What the request and the engine's set-up say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportOptions {
    /// Whether objects in another state are replaced.
    pub force_overwrite: bool,
    /// The target environment.
    pub environment: GivenEnvironment,
    /// Where sources of on-the-fly jobs go.
    pub source_environment: GivenEnvironment,
    /// The newest format number that the target reads, where it refuses newer ones.
    pub max_format: Option<u64>,
    /// Whose names the rules of engines since 6.0 are asked about.
    pub names: NameCheck,
    /// Whether a reference to an object in another state is a conflict when nothing may be overwritten.
    pub strict_references: bool,
}

impl Default for ImportOptions {
    /// Nothing is overwritten, no environment, names that people make are checked, references may be stale.
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

/// Says what importing a document would do.
pub fn import_plan(
    document: &ImportDocument,
    inventory: &dyn TargetInventory,
    options: &ImportOptions,
) -> ImportPlan {
    let subjects: Vec<ImportObject<'_>> = document
        .objects
        .iter()
        .map(|object| ImportObject::new(object, Kind::of(object, document), options))
        .collect();
    let structure = Structure::of(&subjects);
    let (refusal, needs) = refusal::of_request(document, &subjects, inventory, options);
    let refusal = refusal.or_else(|| structure.fault.clone());
    let steps = Decider::new(&subjects, &structure, inventory, options).steps();
    let checklist = checklist::checklist(&steps, &subjects, &structure);
    ImportPlan::new(steps, refusal, needs, checklist)
}

#[cfg(test)]
mod tests;
