//! What the state of a mock engine tells: everything.
//!
//! It is what `GET /__admin/state` answers and what `--state-dir` keeps in `state.json`. Without `?secrets=true`, objects
//! with keys in them show no message, so that their saved state isn't known.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::coverage::Extent;
use super::shape::without_mark;
use super::snapshot::{Claim, Naming};
use super::{Source, StateError, StateNote, TargetStateBuilder};
use crate::identifier::Identifier;
use crate::import_plan::{Location, Purpose};
use crate::object::{ObjectKey, ObjectType, RevisionPair, SyncObject, type_by_name};
use crate::revision_hash;

#[derive(Deserialize)]
struct Dump {
    objects: Vec<Dumped>,
    tables: Tables,
    /// Of the engine; dumps of older mock engines don't have it.
    version: Option<String>,
    /// Format number of the documents that it writes, where it isn't the usual one.
    format: Option<u64>,
}

#[derive(Deserialize)]
struct Tables {
    #[serde(default)]
    environments: BTreeMap<String, EnvironmentRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnvironmentRow {
    environment_name: Option<String>,
    purpose: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dumped {
    type_name: String,
    #[serde(default)]
    identifier: Value,
    name: Option<String>,
    environment: Option<i64>,
    message: Option<String>,
    secret: Option<String>,
}

/// What an object's message shows.
struct SavedState {
    id: Identifier,
    pair: RevisionPair,
    dependencies: BTreeSet<ObjectKey>,
    own_hash: Option<String>,
}

impl TargetStateBuilder {
    pub(super) fn add_dump(&mut self, source: &Source, bytes: &[u8]) -> Result<usize, StateError> {
        let what = "a state dump";
        let dump: Dump =
            serde_json::from_slice(without_mark(bytes)).map_err(|error| StateError::Form { what, error })?;
        let version = dump.version.and_then(|text| text.parse().ok());
        self.dumped_version = self.dumped_version.max(version);
        self.format = self.format.max(dump.format);
        let mut hidden = 0;
        let count = dump.objects.len();
        let (mut types, mut shown) = (HashSet::new(), HashSet::new());
        for (at, dumped) in dump.objects.into_iter().enumerate() {
            types.insert(dumped.type_name.clone());
            let saved = dumped.saved(at)?;
            hidden += usize::from(saved.is_none());
            // A reference only says that something was missing.
            if !is_reference(&dumped.type_name) {
                let claim = dumped.claim(saved);
                shown.insert(claim.object.clone());
                self.snapshot.add(claim, source)?;
            }
        }
        let mut environments = BTreeSet::new();
        for (key, row) in dump.tables.environments {
            if let Ok(id) = key.parse() {
                environments.insert(id);
                let purpose = match row.purpose.as_deref() {
                    Some("TOKENIZE") => Purpose::Tokenize,
                    _ => Purpose::Mask,
                };
                let name = row.environment_name.as_deref();
                self.environments.add(id, name, Some(purpose), source)?;
            }
        }
        self.environments.are_all(environments);
        self.coverage.add(Extent::Engine, source, shown);
        self.dumped_types.extend(types);
        if hidden > 0 {
            self.notes.push(StateNote::HiddenObjects {
                label: source.to_string(),
                count: hidden,
            });
        }
        Ok(count)
    }
}

fn is_reference(type_name: &str) -> bool {
    type_by_name(type_name).is_some_and(ObjectType::is_reference) || type_name.ends_with("_REFERENCE")
}

impl Dumped {
    /// Identifier and revision as its message has them; none where the message is hidden.
    fn saved(&self, at: usize) -> Result<Option<SavedState>, StateError> {
        let (member, text) = match (&self.message, &self.secret) {
            (Some(text), _) => ("message", text),
            // What stands in place of a hidden message isn't base64.
            (None, Some(text)) if !text.starts_with('<') => ("secret", text),
            _ => return Ok(None),
        };
        let path = || format!("$.objects[{at}].{member}");
        let bytes = STANDARD
            .decode(text)
            .map_err(|error| StateError::Base64 { path: path(), error })?;
        let object = SyncObject::parse(&bytes).map_err(|error| StateError::Object { path: path(), error })?;
        let pair = object.revision().pair.clone();
        Ok(Some(SavedState {
            id: object.key().identifier.clone(),
            // With dependencies, it is over those, too.
            own_hash: object
                .dependencies()
                .is_empty()
                .then(|| revision_hash::of_pairs([&pair])),
            dependencies: object.dependencies().iter().cloned().collect(),
            pair,
        }))
    }

    fn claim(self, saved: Option<SavedState>) -> Claim {
        let (id, pair, dependencies, own_hash) = match saved {
            Some(saved) => (
                saved.id,
                Some(saved.pair),
                Some(saved.dependencies),
                saved.own_hash,
            ),
            None => (Identifier::from_json(&self.identifier), None, None, None),
        };
        // Members of a bundle come and go without a save.
        let dependencies =
            dependencies.filter(|_| !matches!(&*self.type_name, "ENVIRONMENT" | "GLOBAL_OBJECT"));
        Claim {
            object: (self.type_name, id),
            name: Naming::of(self.name),
            place: Some(self.environment.map_or(Location::Global, Location::Environment)),
            pair,
            dependencies,
            hash: None,
            own_hash,
        }
    }
}
