//! Merges export documents: their union, or the changes of two sides to a common base.
//!
//! ```text
//! sources → entities (matched objects, one key each) → a decision per entity → closure of the roots → document
//! ```
//!
//! Invariants:
//!
//! - The outcome names the rule that decides a difference. Without such a rule, there is a conflict and no document.
//! - UUID pairs don't change, although identifiers may. The exception is a `GLOBAL_OBJECT` with the members of several
//!   documents, which is a new save.
//! - Unknown content is kept.

mod assemble;
mod closure;
mod conflict;
mod decide;
mod global_object;
mod lists;
mod matching;
mod outcome;
mod preference;
mod resolution;
mod source;
mod state;

use crate::diff::MatchBy;
use crate::object::ObjectError;

pub use crate::object::Named;
pub use conflict::{Candidate, CandidateState, Conflict, ConflictKind};
pub use outcome::{MergeOutcome, MergedDocument, MergedObject, Note, Origin, Renumbered};
pub use resolution::{Resolutions, ResolutionsError, Take};
pub use source::Sources;

/// How documents are merged.
#[derive(Debug, Clone)]
pub struct MergeOptions {
    /// How objects are matched.
    pub match_by: MatchBy,
    /// When two objects with one number are different objects.
    pub renumber: Renumber,
    /// Decides conflicts without a resolution.
    pub prefer: Option<Prefer>,
    /// Decides conflicts object by object.
    pub resolutions: Resolutions,
    /// Accept missing or circular dependencies.
    pub allow_invalid: bool,
    /// The saved state of a derived `GLOBAL_OBJECT`.
    pub derived: DerivedSave,
}

/// The time and the randomness of a new save. The caller supplies both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedSave {
    /// The new UUID B.
    pub save: String,
    /// The time of the save, in milliseconds since 1970.
    pub modified: i64,
}

/// When objects with the same type and number are different objects. The later one then gets a new number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Renumber {
    /// If their names and their UUIDs A differ.
    #[default]
    NamesDiffer,
    /// If their UUIDs A differ, even with equal names.
    Always,
    /// Never.
    Never,
}

/// The rule that chooses one of several states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    /// The state of the first document with the object.
    Ours,
    /// The state of the last document with the object.
    Theirs,
    /// The state that was saved last.
    Newest,
}

/// Why documents can't be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Fewer than two documents.
    #[error("a merge needs two documents")]
    TooFew,
    /// A base with more or fewer than two sides.
    #[error("a merge with a base has two sides, not {0}")]
    SidesWithBase(usize),
    /// Two objects of a document have the same key.
    #[error("{source_label} has {object} twice")]
    DuplicateObject {
        /// The document.
        source_label: String,
        /// The object.
        object: Box<Named>,
    },
    /// A document has two objects of a type that an engine has one of.
    #[error("{source_label} has {first} and {second}, and an engine has only one of these")]
    NotSingle {
        /// The document.
        source_label: String,
        /// The first object.
        first: Box<Named>,
        /// The second object.
        second: Box<Named>,
    },
    /// A type number with two meanings.
    #[error("type number {number} is {first} in one document and {second} in another")]
    TypeNames {
        /// The number.
        number: u64,
        /// Its type in an earlier document.
        first: String,
        /// Its type in a later document.
        second: String,
    },
    /// A dependency that no document has.
    #[error("{object} depends on {missing}, which no document has")]
    Missing {
        /// The dependent object.
        object: Box<Named>,
        /// The dependency.
        missing: Box<Named>,
    },
    /// A circle of dependencies in the result.
    #[error("in the merged document, these objects depend on each other in a circle: {}", in_short(.0))]
    Cycle(Vec<Named>),
    /// No number is free above the highest one.
    #[error("no free number is left for objects of type number {0}")]
    NumbersSpent(u64),
    /// A resolution that names a document without the object, or no document.
    #[error("the resolution for {object} can't be followed: {reason}")]
    Resolution {
        /// Its object.
        object: String,
        /// Why.
        reason: &'static str,
    },
    /// A renamed object that can't be parsed.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// Shortens the list: a hostile circle can have a million members.
fn in_short(objects: &[Named]) -> String {
    const SHOWN: usize = 8;
    let mut texts: Vec<String> = objects.iter().take(SHOWN).map(ToString::to_string).collect();
    if objects.len() > SHOWN {
        texts.push(format!("{} more", objects.len() - SHOWN));
    }
    texts.join(" → ")
}

/// Merges documents.
///
/// # Errors
/// Documents that can't be merged with any preference. Conflicts are not an error: the outcome lists them and has no
/// document.
pub fn merge(sources: Sources, options: &MergeOptions) -> Result<MergeOutcome, MergeError> {
    let documents = sources.close();
    let entities = matching::Entities::find(&documents, options)?;
    assemble::assemble(documents, entities, options)
}
