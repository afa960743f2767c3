//! What is known of an import's target from files: its export documents, its saved lists, the state of a mock of it.
//!
//! ```text
//! bytes → what kind they are → claims about objects → one snapshot → answers for an import plan
//! ```
//!
//! Invariants: an answer is never guessed. What the given material can't tell is [`Presence::Unknown`], with what would
//! tell it. All sources are one snapshot of one target: two that contradict each other are an error. Something is taken for
//! absent only where a source shows everything: a state dump, or all pages of a list, counted against the list's own total.
//!
//! [`Presence::Unknown`]: crate::import_plan::Presence::Unknown

mod coverage;
mod document;
mod dump;
mod environments;
mod error;
mod inventory;
mod pages;
mod rows;
mod shape;
mod snapshot;

use std::collections::HashSet;
use std::sync::Arc;

use crate::import_plan::EngineVersion;
use crate::passphrase::Passphrase;

pub use environments::NamedEnvironment;
pub use error::StateError;
pub use inventory::TargetState;
pub use snapshot::Disagreement;

use coverage::Coverage;
use environments::Environments;
use pages::Page;
use shape::Shape;
use snapshot::Snapshot;

/// Entries of all lists together beyond this are refused.
pub const MAX_ENTRIES: usize = 250_000;

/// What the caller calls a source.
type Source = Arc<str>;

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
}

/// Collects what is known of a target.
#[derive(Debug, Default)]
pub struct TargetStateBuilder {
    sources: Vec<StateSource>,
    notes: Vec<StateNote>,
    snapshot: Snapshot,
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

    /// Adds a source of any kind. Each of the passphrases is tried on an encrypted document.
    ///
    /// # Errors
    /// Input that is none of these kinds, or one of them and damaged; an object of which an earlier source says otherwise.
    /// The builder is of no use afterwards.
    pub fn add(&mut self, label: &str, bytes: &[u8], passphrases: &[Passphrase]) -> Result<(), StateError> {
        let source = Source::from(label);
        let (kind, objects) = match shape::of(bytes)? {
            Shape::Document => {
                let objects = self.add_document(&source, bytes, passphrases)?;
                (SourceKind::Document, objects)
            }
            Shape::Dump => (SourceKind::StateDump, self.add_dump(&source, bytes)?),
            Shape::Lists => (SourceKind::Lists, self.add_lists(&source, bytes)?),
        };
        let label = label.to_owned();
        self.sources.push(StateSource { label, kind, objects });
        Ok(())
    }

    fn add_lists(&mut self, source: &Source, bytes: &[u8]) -> Result<usize, StateError> {
        let pages = pages::read(bytes, source, MAX_ENTRIES - self.entries)?;
        let count = pages.iter().map(|page| page.entries.len()).sum();
        self.entries += count;
        if pages.iter().any(|page| page.total.is_none()) {
            let label = source.to_string();
            self.notes.push(StateNote::UncountedList { label });
        }
        self.pages.extend(pages);
        Ok(count)
    }

    /// Puts together what was read.
    ///
    /// # Errors
    /// Sources that contradict each other.
    pub fn finish(mut self) -> Result<TargetState, StateError> {
        let incomplete = pages::conclude(
            &self.pages,
            &mut self.snapshot,
            &mut self.coverage,
            &mut self.environments,
        )?;
        self.notes.extend(incomplete);
        TargetState::new(self)
    }
}
