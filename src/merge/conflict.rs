//! Conflicts: the decisions that a merge leaves to the user.

use crate::diff::FieldChange;
use crate::object::{ObjectKey, RevisionPair};

/// An object with several states, none of which a rule prefers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Conflict {
    /// Its key in the result.
    pub key: ObjectKey,
    /// Name of its type.
    pub type_name: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Why the states are in conflict.
    pub kind: ConflictKind,
    /// The states to choose from, by document.
    pub candidates: Vec<Candidate>,
    /// The changes between the first two candidates that differ. Secrets appear only as counts and digests.
    pub changes: Vec<FieldChange>,
    /// The number of changes left out.
    pub more_changes: u64,
}

impl Conflict {
    /// `TYPE:identifier`, as in a list of resolutions. Not escaped.
    pub fn label(&self) -> String {
        format!("{}:{}", self.type_name, self.key.identifier)
    }
}

/// Why objects are in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConflictKind {
    /// The documents have different saved states, and no base shows which one is newer.
    Different,
    /// Both sides added it, differently.
    BothAdded,
    /// Both sides changed it, differently.
    BothChanged,
    /// One side changed what the other removed.
    ChangedAndRemoved,
    /// The same revision with different content. No engine writes this.
    SameRevision,
    /// Different global keys. No preference decides this, because each key masks data differently.
    GlobalKey,
    /// Two objects with the same name. Engines consider them the same object, so only matching by name resolves this.
    SameName,
}

impl ConflictKind {
    /// The stable id used in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Different => "different",
            Self::BothAdded => "both-added",
            Self::BothChanged => "both-changed",
            Self::ChangedAndRemoved => "changed-and-removed",
            Self::SameRevision => "same-revision",
            Self::GlobalKey => "global-key",
            Self::SameName => "same-name",
        }
    }

    #[doc(hidden)]
    /// Whether a preference may decide it.
    pub fn takes_preference(self) -> bool {
        !matches!(self, Self::GlobalKey | Self::SameName)
    }
}

/// One document's candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// Index of the document among the sources.
    pub source: usize,
    /// The object's key there.
    pub key: ObjectKey,
    /// Its saved state; `None` if the document removed it.
    pub state: Option<CandidateState>,
}

/// A saved state that can be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateState {
    /// The revision's UUIDs.
    pub pair: RevisionPair,
    /// When it was saved, in milliseconds since 1970.
    pub modified: Option<i64>,
}
