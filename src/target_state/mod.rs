//! An import's target, read from files: its export documents, its saved lists, the state of a mock of it.
//!
//! ```text
//! bytes → observations of objects, complete lists → one table → answers for an import plan
//! ```
//!
//! Invariants: all sources are one snapshot of one target, so a contradiction is an error. Answers are never guessed:
//! missing information is [`Presence::Unknown`](crate::import_plan::Presence::Unknown), with what would supply it. An
//! object is absent only if a source is complete without it: a state dump, or as many entries of a list as the engine
//! counted.

mod coverage;
mod document;
mod dump;
mod entry;
mod environments;
mod error;
mod lists;
mod objects;
mod state;

use std::collections::HashMap;
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::envelope::Envelope;
use crate::import_plan::EngineVersion;
use crate::passphrase::Passphrase;

pub use environments::NamedEnvironment;
pub use error::StateError;
pub use state::TargetState;

use lists::Page;
use objects::Objects;
use state::Facts;

/// The most entries of all lists together.
pub const MAX_ENTRIES: usize = 250_000;

/// The caller's label of a source.
type Source = Arc<str>;

/// One source of a target's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateSource {
    /// The caller's label.
    pub label: String,
    /// The kind of source.
    pub kind: SourceKind,
    /// The number of objects, rows or entries in it.
    pub objects: usize,
}

/// The kind of a source.
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
    /// The name for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Document => "export document",
            Self::Lists => "list",
            Self::StateDump => "state dump",
        }
    }

    /// Detects the kind of a source by the members of its first value, without holding it.
    fn of(bytes: &[u8]) -> Result<Self, StateError> {
        let bytes = without_mark(bytes);
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Ok(Self::Lists);
        }
        let mut values =
            serde_json::Deserializer::from_slice(bytes).into_iter::<HashMap<String, IgnoredAny>>();
        let members = values.next().and_then(Result::ok).unwrap_or_default();
        let has = |name| members.contains_key(name);
        if has("blob") || has("exportResponseMetadata") {
            Ok(Self::Document)
        } else if has("objects") && has("tables") {
            Ok(Self::StateDump)
        } else if has("responseList") || has("objectIdentifier") {
            Ok(Self::Lists)
        } else {
            // The reader of documents says what else it is, such as an engine's error.
            Envelope::parse(bytes).map_err(StateError::Unrecognised)?;
            Ok(Self::Document)
        }
    }
}

/// Strips the byte order mark that Windows editors write.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Collects the sources of a [`TargetState`].
#[derive(Debug)]
pub struct TargetStateBuilder {
    facts: Facts,
    objects: Objects,
    pages: Vec<Page>,
    entries: usize,
    max_entries: usize,
    version: Option<EngineVersion>,
    dumped_version: Option<EngineVersion>,
}

impl Default for TargetStateBuilder {
    fn default() -> Self {
        Self {
            facts: Facts::default(),
            objects: Objects::default(),
            pages: Vec::new(),
            entries: 0,
            max_entries: MAX_ENTRIES,
            version: None,
            dumped_version: None,
        }
    }
}

impl TargetStateBuilder {
    /// Creates a builder without sources.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the most entries of all lists together, [`MAX_ENTRIES`] otherwise.
    #[must_use]
    pub fn with_entries(mut self, most: usize) -> Self {
        self.max_entries = most;
        self
    }

    /// Sets the target's version; it overrides the version of a state dump.
    #[must_use]
    pub fn with_version(mut self, version: Option<EngineVersion>) -> Self {
        self.version = version;
        self
    }

    /// Adds a source of any kind. Each passphrase is tried on an encrypted document.
    ///
    /// # Errors
    /// An unknown kind of input, a damaged source, or a contradiction to an earlier source. Drop the builder after an
    /// error.
    pub fn add(&mut self, label: &str, bytes: &[u8], passphrases: &[Passphrase]) -> Result<(), StateError> {
        let source = Source::from(label);
        let kind = SourceKind::of(bytes)?;
        let objects = match kind {
            SourceKind::Document => self.add_document(&source, bytes, passphrases)?,
            SourceKind::StateDump => self.add_dump(&source, bytes)?,
            SourceKind::Lists => self.add_lists(&source, bytes)?,
        };
        let label = label.to_owned();
        self.facts.sources.push(StateSource { label, kind, objects });
        Ok(())
    }

    /// Combines the sources.
    ///
    /// # Errors
    /// Sources that contradict each other.
    pub fn finish(mut self) -> Result<TargetState, StateError> {
        self.objects.locate()?;
        self.finish_lists();
        self.facts.version = self.version.or(self.dumped_version);
        TargetState::new(self.facts, self.objects)
    }
}
