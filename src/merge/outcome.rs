//! What came of a merge, as plain values.

use std::collections::BTreeMap;

use crate::build::Extras;
use crate::identifier::Identifier;
use crate::object::{Named, ObjectKey, SyncObject};

use super::Conflict;

/// What came of a merge.
#[derive(Debug, Clone)]
pub struct MergeOutcome {
    /// What the documents are called: the sides, then the base.
    pub sources: Vec<String>,
    /// How many of them are sides.
    pub sides: usize,
    /// The objects of the result in record order; those in conflict are not among them.
    pub objects: Vec<MergedObject>,
    /// What the base has and the result hasn't.
    pub removed: Vec<Named>,
    /// Objects that go under another number than in some document.
    pub renumbered: Vec<Renumbered>,
    /// What couldn't be decided. Not empty: there is no document.
    pub conflicts: Vec<Conflict>,
    /// What was decided and should be known.
    pub notes: Vec<Note>,
    /// What goes into the next document.
    pub document: Option<MergedDocument>,
}

/// What goes into the next document.
#[derive(Debug, Clone)]
pub struct MergedDocument {
    /// The objects in record order.
    pub objects: Vec<SyncObject<'static>>,
    /// What the document is made for.
    pub requested: Vec<ObjectKey>,
    /// `exportHost` of the first side that has one.
    pub host: Option<String>,
    /// The highest format number of the sides.
    pub format: Option<u64>,
    /// Names for type numbers outside the tables.
    pub type_names: BTreeMap<u64, String>,
    /// Marker and unknown fields of the sides.
    pub extras: Extras,
}

/// An object of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedObject {
    /// What it is called.
    pub object: Named,
    /// Why it is in the state it is in.
    pub origin: Origin,
    /// The documents that have it in that state.
    pub sources: Vec<usize>,
}

/// Why an object is in the state it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// Every document that has it has it so.
    Same,
    /// Only one document has it.
    Only,
    /// The content is the same everywhere; this is the last save of it.
    LastSave,
    /// The saved state is the same everywhere; an engine's upgrade added something to it, and this is the newest export.
    RewrittenByEngine,
    /// Only this side changed it.
    OneSide,
    /// A reference, in the state that its original has.
    Original,
    /// The members of several documents' GLOBAL_OBJECT together.
    Derived,
    /// By preference.
    Preferred,
    /// By a resolution.
    Resolved,
}

impl Origin {
    /// The stable word used in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Only => "only",
            Self::LastSave => "last-save",
            Self::RewrittenByEngine => "rewritten-by-engine",
            Self::OneSide => "one-side",
            Self::Original => "original",
            Self::Derived => "derived",
            Self::Preferred => "preferred",
            Self::Resolved => "resolved",
        }
    }
}

/// An object that goes under another number than its document gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renumbered {
    /// The document.
    pub source: usize,
    /// What it is called in the result.
    pub object: Named,
    /// Its identifier in the document.
    pub old: Identifier,
}

/// What was decided and should be known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Note {
    /// A document was taken although something is doubtful about it.
    #[error("{source_label}: {doubt}")]
    DoubtfulSource {
        /// The document.
        source_label: String,
        /// What is doubtful.
        doubt: String,
    },
    /// One side changed the global key, and the result has the new one.
    #[error("the global key changes: {0}")]
    GlobalKeyChanged(Named),
    /// No object is in this state; the full object, which is in the result, is what the engine will find.
    #[error("{0} refers to another saved state than the one that is here")]
    StaleReference(Named),
    /// A side removed it, but something in the result needs it.
    #[error("{0} was removed on one side and stays: something still needs it")]
    Kept(Named),
    /// Nothing in the result needs it any more.
    #[error("{0} is left out: nothing requests or needs it any more")]
    LeftOut(Named),
    /// A resolution that no conflict asked for.
    #[error("nothing asked for the resolution of {0}")]
    UnusedResolution(String),
    /// The documents come from several hosts.
    #[error("the documents come from different hosts: {}", .0.join(", "))]
    Hosts(Vec<String>),
    /// The documents have several format numbers.
    #[error("the documents have different format numbers: {}", numbers(.0))]
    Formats(Vec<u64>),
    /// No document has what an object needs.
    #[error("{object} depends on {missing}, which no document has")]
    Gap {
        /// The dependent object.
        object: Box<Named>,
        /// What it needs.
        missing: Box<Named>,
    },
    /// Objects depend on each other in a circle.
    #[error("objects depend on each other in a circle, {0} among them")]
    Circle(Named),
}

impl Note {
    /// The stable word used in every output format.
    pub fn id(&self) -> &'static str {
        match self {
            Self::DoubtfulSource { .. } => "doubtful-source",
            Self::GlobalKeyChanged(_) => "global-key-changed",
            Self::StaleReference(_) => "stale-reference",
            Self::Kept(_) => "kept",
            Self::LeftOut(_) => "left-out",
            Self::UnusedResolution(_) => "unused-resolution",
            Self::Hosts(_) => "hosts",
            Self::Formats(_) => "formats",
            Self::Gap { .. } => "gap",
            Self::Circle(_) => "circle",
        }
    }
}

fn numbers(list: &[u64]) -> String {
    list.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}
