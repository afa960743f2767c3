//! Puts export documents together: their union, or the changes of two sides to a common base.
//!
//! ```text
//! sources → entities (who is who across them, one key each) → a decision per entity → closure of the roots → document
//! ```
//!
//! Invariants: nothing is decided silently. What differs is settled by a rule that is named in the outcome, or it is a
//! conflict and there is no document. Identifiers may change, UUID pairs never do, except that a GLOBAL_OBJECT whose
//! members come from several documents is a new save. What a document holds that this version doesn't know comes along.

mod assemble;
mod closure;
mod conflict;
mod decide;
mod global_object;
mod lists;
mod matching;
mod outcome;
mod resolution;
mod source;

use crate::diff::MatchBy;
use crate::object::ObjectError;

pub use crate::object::Named;
pub use conflict::{Candidate, Conflict, ConflictKind};
pub use outcome::{MergeOutcome, MergedDocument, MergedObject, Note, Origin, Renumbered};
pub use resolution::{Resolutions, ResolutionsError, Take};
pub use source::Sources;

/// How documents are merged.
#[derive(Debug, Clone)]
pub struct MergeOptions {
    /// How objects are matched.
    pub match_by: MatchBy,
    /// When two objects under one number are two objects.
    pub renumber: Renumber,
    /// What settles conflicts that no resolution names.
    pub prefer: Option<Prefer>,
    /// What settles conflicts object by object.
    pub resolutions: Resolutions,
    /// Take documents with gaps or circles in their dependencies.
    pub allow_invalid: bool,
    /// The saved state that a derived GLOBAL_OBJECT is given.
    pub derived: DerivedSave,
}

/// What a new save needs of clock and chance, which the caller has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedSave {
    /// The new UUID B.
    pub save: String,
    /// When, in milliseconds since 1970.
    pub modified: i64,
}

/// When objects that share type and number are taken for different ones, of which the later gets a new number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Renumber {
    /// When neither their names nor their UUIDs A agree.
    #[default]
    NamesDiffer,
    /// When their UUIDs A differ, whatever their names.
    Always,
    /// Never: one number is one object.
    Never,
}

/// Which of several states is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    /// That of the first document that has the object.
    Ours,
    /// That of the last.
    Theirs,
    /// The one saved last.
    Newest,
}

/// Why documents can't be merged at all.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Nothing to merge.
    #[error("a merge needs two documents")]
    TooFew,
    /// A three-way merge has two sides.
    #[error("a merge with a base has two sides, not {0}")]
    SidesWithBase(usize),
    /// Two objects of one document have one key.
    #[error("{source_label} has {object} twice")]
    DuplicateObject {
        /// The document.
        source_label: String,
        /// The object.
        object: Box<Named>,
    },
    /// A document has two of what an engine has one of, so that nothing says which one another document's is.
    #[error("{source_label} has {first} and {second}, and an engine has only one of these")]
    NotSingle {
        /// The document.
        source_label: String,
        /// One.
        first: Box<Named>,
        /// And another.
        second: Box<Named>,
    },
    /// A number stands for two types.
    #[error("type number {number} is {first} in one document and {second} in another")]
    TypeNames {
        /// The number.
        number: u64,
        /// Its name in an earlier document.
        first: String,
        /// Its name in a later one.
        second: String,
    },
    /// The result would need an object that no document has.
    #[error("{object} depends on {missing}, which no document has")]
    Missing {
        /// The dependent object.
        object: Box<Named>,
        /// What it needs.
        missing: Box<Named>,
    },
    /// The result would depend on itself.
    #[error("put together, these objects depend on each other in a circle: {}", in_short(.0))]
    Cycle(Vec<Named>),
    /// There is no number left above the highest that is used.
    #[error("no free number is left for objects of type number {0}")]
    NumbersSpent(u64),
    /// A resolution takes a document that doesn't have the object, or isn't there.
    #[error("the resolution for {object} can't be followed: {reason}")]
    Resolution {
        /// The object it names.
        object: String,
        /// Why.
        reason: &'static str,
    },
    /// A renamed object doesn't read back.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

impl MergeError {
    /// What to do next.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::DuplicateObject { .. } => Some("'exportdoc inspect' shows both; export the document again"),
            Self::NotSingle { .. } => {
                Some("no engine exports this; 'exportdoc extract' takes one of them out")
            }
            Self::TypeNames { .. } => {
                Some("the documents come from engines that number types differently; they can't go together")
            }
            Self::Missing { .. } => Some(
                "export the dependent object again, with its dependencies; --allow-invalid leaves the gap",
            ),
            Self::Cycle(_) => Some("take one side of one of them with --resolve"),
            Self::Resolution { .. } => Some("take one of the candidates that the conflict lists"),
            Self::TooFew | Self::SidesWithBase(_) | Self::NumbersSpent(_) | Self::Object(_) => None,
        }
    }
}

/// A hostile circle can have a million members.
fn in_short(objects: &[Named]) -> String {
    const SHOWN: usize = 8;
    let mut texts: Vec<String> = objects.iter().take(SHOWN).map(ToString::to_string).collect();
    if objects.len() > SHOWN {
        texts.push(format!("{} more", objects.len() - SHOWN));
    }
    texts.join(" → ")
}

/// Merges documents that were collected; see [`Sources`].
///
/// # Errors
/// Documents that can't go together whatever is preferred. Conflicts are no error: they are in the outcome, and then
/// it has no document.
pub fn merge(sources: Sources, options: &MergeOptions) -> Result<MergeOutcome, MergeError> {
    let documents = sources.close();
    let entities = matching::Entities::find(&documents, options)?;
    assemble::assemble(documents, entities, options)
}
