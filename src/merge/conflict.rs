//! What a merge can't decide.

use crate::diff::FieldChange;
use crate::object::{ObjectKey, RevisionPair};

/// Several states of one object of which no rule says which one to take.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// Its key in the result.
    pub key: ObjectKey,
    /// Name of its type.
    pub type_name: String,
    /// The name people know it by.
    pub name: Option<String>,
    /// Why it is one.
    pub kind: ConflictKind,
    /// What can be taken, by document.
    pub candidates: Vec<Candidate>,
    /// What differs between the first two candidates that differ. Secrets are only counted and digested.
    pub changes: Vec<FieldChange>,
    /// How many changes are left out.
    pub more_changes: u64,
}

impl Conflict {
    /// `TYPE:identifier`: how a resolution calls the object. Not escaped.
    pub fn label(&self) -> String {
        format!("{}:{}", self.type_name, self.key.identifier)
    }
}

/// Why objects are in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConflictKind {
    /// The documents have it in different saved states, and there is no base to tell which is the newer one.
    Different,
    /// Both sides added it, differently.
    BothAdded,
    /// Both sides changed it, differently.
    BothChanged,
    /// One side changed what the other removed.
    ChangedAndRemoved,
    /// Other content under one revision, which no engine writes.
    SameRevision,
    /// Two global keys. Never settled by a preference: what was masked under the one can't be masked alike again.
    GlobalKey,
    /// Two objects of one name, which engines take for one. Only matching by name settles it.
    SameName,
}

impl ConflictKind {
    /// The stable word used in every output format.
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

    /// Whether a preference may settle it.
    pub fn takes_preference(self) -> bool {
        !matches!(self, Self::GlobalKey | Self::SameName)
    }
}

/// What one document has to offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Position of the document among the sources.
    pub source: usize,
    /// The object's key there.
    pub key: ObjectKey,
    /// Its saved state; none where the document removed it.
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
