//! What is known of an import's target from files: its export documents, its saved lists, the state of a mock of it.
//!
//! ```text
//! bytes → what kind they are → claims about objects → one record per object → answers for an import plan
//! ```
//!
//! Invariants: an answer is never guessed. What the given material can't tell is [`Presence::Unknown`], with what would
//! tell it; where two sources contradict each other, neither is believed. Something is taken for absent only where a
//! source shows everything: a state dump, or all pages of a list, counted against the list's own total. The order in
//! which sources are added makes no difference to any answer, only to which of them a reason names first.
//!
//! [`Presence::Unknown`]: crate::import_plan::Presence::Unknown

mod claims;
mod coverage;
mod document;
mod dump;
mod environments;
mod error;
mod inventory;
mod pages;
mod rows;
mod shape;

use std::collections::HashSet;

use crate::import_plan::EngineVersion;
use crate::passphrase::Passphrase;

pub use environments::NamedEnvironment;
pub use error::StateError;
pub use inventory::TargetState;

use claims::Claims;
use coverage::Coverage;
use environments::Environments;
use pages::Page;
use shape::Shape;

/// Entries of all lists together beyond this are refused.
pub const MAX_ENTRIES: usize = 250_000;

/// Position among the sources.
type SourceId = usize;

/// One thing that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateSource {
    /// What the caller calls it.
    pub label: String,
    /// What it is.
    pub kind: SourceKind,
    /// Objects, rows or entries in it.
    pub objects: usize,
}

/// What a source can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// An export document.
    Document,
    /// Saved answers of list requests.
    Lists,
    /// The state of a mock engine.
    StateDump,
}

impl SourceKind {
    /// What people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Document => "export document",
            Self::Lists => "list",
            Self::StateDump => "state dump",
        }
    }
}

/// What should be known about the sources.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateNote {
    /// Pages are missing.
    #[error(
        "{labels}: {have} of the list's {total} entries; what isn't among them may still be on the target"
    )]
    IncompleteList {
        /// The sources, joined.
        labels: String,
        /// Entries at hand.
        have: u64,
        /// Entries the engine counted.
        total: u64,
    },
    /// Entries without the engine's count.
    #[error(
        "{label}: a list without the engine's count of its entries; what isn't in it may still be on the target"
    )]
    UncountedList {
        /// The source.
        label: String,
    },
    /// Objects whose message a state dump hides.
    #[error(
        "{label}: {count} objects are hidden, so that it can't be told whether they changed; dump with ?secrets=true"
    )]
    HiddenObjects {
        /// The source.
        label: String,
        /// How many.
        count: usize,
    },
    /// Sources that contradict each other.
    #[error("{first} and {second} disagree about {objects} of the target's objects: one of them is older")]
    Disagreement {
        /// One of them.
        first: String,
        /// The other.
        second: String,
        /// About how many objects.
        objects: usize,
    },
}

/// Collects what is known of a target.
#[derive(Debug, Default)]
pub struct TargetStateBuilder {
    sources: Vec<StateSource>,
    notes: Vec<StateNote>,
    claims: Claims,
    pages: Vec<Page>,
    coverage: Coverage,
    environments: Environments,
    dumped_types: HashSet<String>,
    format: Option<u64>,
    entries: usize,
    version: Option<EngineVersion>,
    dumped_version: Option<EngineVersion>,
}

impl TargetStateBuilder {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the target says of its version. Goes before what a state dump says.
    #[must_use]
    pub fn with_version(mut self, version: Option<EngineVersion>) -> Self {
        self.version = version;
        self
    }

    /// Adds a source, whatever kind it is of. Each of the passphrases is tried on an encrypted document.
    ///
    /// # Errors
    /// Input that is none of these kinds, or one of them and damaged.
    pub fn add(&mut self, label: &str, bytes: &[u8], passphrases: &[Passphrase]) -> Result<(), StateError> {
        let id = self.sources.len();
        let (kind, objects) = match shape::of(bytes)? {
            Shape::Document => (SourceKind::Document, self.add_document(id, bytes, passphrases)?),
            Shape::Dump => (SourceKind::StateDump, self.add_dump(id, label, bytes)?),
            Shape::Lists => (SourceKind::Lists, self.add_lists(id, label, bytes)?),
        };
        self.sources.push(StateSource {
            label: label.to_owned(),
            kind,
            objects,
        });
        Ok(())
    }

    fn add_lists(&mut self, id: SourceId, label: &str, bytes: &[u8]) -> Result<usize, StateError> {
        let pages = pages::read(bytes, id, MAX_ENTRIES - self.entries)?;
        let count = pages.iter().map(|page| page.entries.len()).sum();
        self.entries += count;
        if pages.iter().any(|page| page.total.is_none()) {
            let label = label.to_owned();
            self.notes.push(StateNote::UncountedList { label });
        }
        self.pages.extend(pages);
        Ok(count)
    }

    /// Puts together what was read.
    pub fn finish(mut self) -> TargetState {
        let labels: Vec<String> = self.sources.iter().map(|source| source.label.clone()).collect();
        let incomplete = pages::conclude(
            &self.pages,
            &mut self.claims,
            &mut self.coverage,
            &mut self.environments,
        );
        self.notes
            .extend(incomplete.into_iter().map(|list| list.note(&labels)));
        TargetState::new(self, labels)
    }
}
