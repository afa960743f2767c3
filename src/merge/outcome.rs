//! The outcome of a merge, as plain values.

use std::collections::BTreeMap;

use crate::build::Extras;
use crate::identifier::Identifier;
use crate::object::{Named, ObjectKey, SyncObject};

use super::Conflict;

/// The outcome of a merge.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MergeOutcome {
    /// The labels of the documents: the sides, then the base.
    pub sources: Vec<String>,
    /// The number of sides.
    pub sides: usize,
    /// The objects of the result in record order, without those in conflict.
    pub objects: Vec<MergedObject>,
    /// The base's objects that the result lacks.
    pub removed: Vec<Named>,
    /// Objects whose number differs from that in a document.
    pub renumbered: Vec<Renumbered>,
    /// Conflicts. If there are any, the outcome has no document.
    pub conflicts: Vec<Conflict>,
    /// Decisions that the user should know.
    pub notes: Vec<Note>,
    #[doc(hidden)]
    /// The content of the merged document.
    pub document: Option<MergedDocument>,
}

/// The content of the merged document.
#[derive(Debug, Clone)]
pub struct MergedDocument {
    /// The objects in record order.
    pub objects: Vec<SyncObject<'static>>,
    /// The requested objects.
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
#[non_exhaustive]
pub struct MergedObject {
    /// Its name and key in the result.
    pub object: Named,
    /// Why it has this state.
    pub origin: Origin,
    /// The documents that have it in this state.
    pub sources: Vec<usize>,
}

/// Why an object of the result has its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// All documents that have the object agree.
    Same,
    /// Only one document has the object.
    Only,
    /// All states have the same content; this one was saved last.
    LastSave,
    /// All have the same revision. An engine's upgrade added content, and this is the newest export.
    RewrittenByEngine,
    /// Only this side changed it.
    OneSide,
    /// A reference in the state of its original.
    Original,
    /// A `GLOBAL_OBJECT` with the members of several documents.
    Derived,
    /// The preference chose it.
    Preferred,
    /// A resolution chose it.
    Resolved,
}

impl Origin {
    /// The stable id used in every output format.
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

/// An object whose number differs from that in its document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Renumbered {
    /// The document.
    pub source: usize,
    /// Its name and key in the result.
    pub object: Named,
    /// Its identifier in the document.
    pub old: Identifier,
}

/// A decision that the user should know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Note {
    /// A document was accepted despite a doubt.
    #[error("{source_label}: {doubt}")]
    DoubtfulSource {
        /// The document.
        source_label: String,
        /// The doubt.
        doubt: String,
    },
    /// One side changed the global key, and the result has the new one.
    #[error("the global key changes: {0}")]
    GlobalKeyChanged(Named),
    /// A reference to another saved state than its original in the result has. An import finds the original.
    #[error("{0} refers to a saved state other than that of its original here")]
    StaleReference(Named),
    /// A side removed the object, but the result needs it.
    #[error("{0} was removed on one side but stays, because another object needs it")]
    Kept(Named),
    /// Nothing in the result needs the object.
    #[error("{0} is left out: no object needs it any more, nor is it requested")]
    LeftOut(Named),
    /// A resolution that matches no conflict.
    #[error("the resolution for {0} matches no conflict")]
    UnusedResolution(String),
    /// The documents come from several hosts.
    #[error("the documents come from different hosts: {}", .0.join(", "))]
    Hosts(Vec<String>),
    /// The documents have several format numbers.
    #[error("the documents have different format numbers: {}", numbers(.0))]
    Formats(Vec<u64>),
    /// A dependency that no document has.
    #[error("{object} depends on {missing}, which no document has")]
    Gap {
        /// The dependent object.
        object: Box<Named>,
        /// The dependency.
        missing: Box<Named>,
    },
    /// A circle of dependencies.
    #[error("objects depend on each other in a circle, {0} among them")]
    Circle(Named),
}

impl Note {
    /// The stable id used in every output format.
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
