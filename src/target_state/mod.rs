//! An import's target, read from files: its export documents, its saved lists, the state of a mock of it.
//!
//! ```text
//! bytes → observations of objects, complete lists → what all sources agree on → answers for an import plan
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
mod error;
mod lists;
mod observations;
mod state;

use std::collections::HashMap;
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::envelope::Envelope;
use crate::identifier::Identifier;
use crate::import_plan::Location;
use crate::object::{ObjectType, Scope, type_by_name};
use crate::passphrase::Passphrase;

pub use error::StateError;
pub use state::{NamedEnvironment, TargetState};

use lists::Page;
use observations::{Observation, Observations, locate};

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
        let mut values =
            serde_json::Deserializer::from_slice(bytes).into_iter::<HashMap<String, IgnoredAny>>();
        let members = values.next().and_then(Result::ok).unwrap_or_default();
        let has = |name| members.contains_key(name);
        if has("blob") || has("exportResponseMetadata") {
            return Ok(Self::Document);
        }
        if has("objects") && has("tables") {
            return Ok(Self::StateDump);
        }
        if has("responseList") || has("objectIdentifier") || bytes.trim_ascii_start().starts_with(b"[") {
            return Ok(Self::Lists);
        }
        // The reader of documents says what else it is, such as an engine's error.
        Envelope::parse(bytes).map_err(StateError::Unrecognised)?;
        Ok(Self::Document)
    }
}

/// Strips the byte order mark that Windows editors write.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Collects the sources of a [`TargetState`].
#[derive(Debug, Default)]
pub struct TargetStateBuilder {
    state: TargetState,
    objects: Observations,
    /// Environments, syncable or not.
    environments: Observations,
    pages: Vec<Page>,
    entries: usize,
}

impl TargetStateBuilder {
    /// Creates a builder without sources.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source of any kind. Each passphrase is tried on an encrypted document.
    ///
    /// # Errors
    /// An unknown kind of input, or a damaged source. Drop the builder after an error.
    pub fn add(&mut self, label: &str, bytes: &[u8], passphrases: &[Passphrase]) -> Result<(), StateError> {
        let source = Source::from(label);
        let kind = SourceKind::of(bytes)?;
        let objects = match kind {
            SourceKind::Document => self.add_document(&source, bytes, passphrases)?,
            SourceKind::StateDump => self.add_dump(&source, bytes)?,
            SourceKind::Lists => self.add_lists(&source, bytes)?,
        };
        let label = label.to_owned();
        self.state.sources.push(StateSource { label, kind, objects });
        Ok(())
    }

    /// Adds what a source shows of an object. References and GLOBAL_OBJECT are never looked up: an engine has no objects of
    /// a reference type, though a mock keeps a reference whose original is missing.
    fn observe(&mut self, mut seen: Observation) {
        let (type_name, id) = &seen.object;
        let known = type_by_name(type_name);
        let is_reference = known.is_some_and(ObjectType::is_reference) || type_name.ends_with("_REFERENCE");
        self.state.types.insert(type_name.clone());
        if is_reference || type_name == "GLOBAL_OBJECT" {
            return;
        }
        match id {
            _ if known.is_some_and(|known| known.scope == Scope::Global) => {
                seen.location = Some(Location::Global);
            }
            Identifier::Integer(id) if type_name == "ENVIRONMENT" => {
                seen.location = Some(Location::Environment(*id));
            }
            _ => {}
        }
        self.objects.entry(seen.object.clone()).or_default().push(seen);
    }

    /// Adds what a source shows of an environment, whether or not it can be synced.
    fn observe_environment(&mut self, seen: Observation) {
        let id = seen.object.clone();
        self.environments.entry(id).or_default().push(seen);
    }

    /// Combines the sources.
    ///
    /// # Errors
    /// Sources that contradict each other.
    pub fn finish(mut self) -> Result<TargetState, StateError> {
        locate(&mut self.objects)?;
        self.finish_lists();
        for seen in self.environments.values() {
            self.state.add_environment(seen)?;
        }
        for seen in self.objects.values() {
            self.state.add_object(seen)?;
        }
        Ok(self.state)
    }
}
