//! The state of a mock engine: `GET /__admin/state`, or `state.json` of `--state-dir`. It shows the whole engine.
//!
//! Without `?secrets=true`, a dump hides the messages of objects with keys, so their saved states are unknown.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::coverage::Extent;
use super::objects::{ObjectId, Observation};
use super::{Source, StateError, TargetStateBuilder, without_mark};
use crate::identifier::Identifier;
use crate::import_plan::{Location, Purpose};
use crate::object::{ObjectType, SyncObject, type_by_name};
use crate::revision_hash;

#[derive(Deserialize)]
struct Dump {
    objects: Vec<DumpedObject>,
    tables: Tables,
    /// The engine's version; missing in dumps of older mock engines.
    version: Option<String>,
    /// The format number of the documents that it writes, if not the usual one.
    format: Option<u64>,
}

#[derive(Deserialize)]
struct Tables {
    #[serde(default)]
    environments: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DumpedObject {
    type_name: String,
    #[serde(default)]
    identifier: Value,
    name: Option<String>,
    environment: Option<i64>,
    message: Option<String>,
    secret: Option<String>,
}

impl TargetStateBuilder {
    pub(super) fn add_dump(&mut self, source: &Source, bytes: &[u8]) -> Result<usize, StateError> {
        let dump: Dump = serde_json::from_slice(without_mark(bytes))
            .map_err(|error| StateError::malformed("a state dump", error))?;
        let version = dump.version.and_then(|text| text.parse().ok());
        self.dumped_version = self.dumped_version.max(version);
        self.facts.format = self.facts.format.max(dump.format);
        self.facts.is_whole = true;
        let total = dump.objects.len();
        let (mut shown, mut count) = (HashSet::new(), 0);
        for (at, dumped) in dump.objects.into_iter().enumerate() {
            let type_name = dumped.type_name.clone();
            let (object, seen) = dumped.read(at)?;
            count += usize::from(seen.pair.is_none());
            // The mock keeps a reference only because its original is missing.
            if !type_by_name(&type_name).is_some_and(ObjectType::is_reference)
                && !type_name.ends_with("_REFERENCE")
            {
                self.objects.add(&object, seen, source)?;
                shown.insert(object);
            }
            self.facts.types.insert(type_name);
        }
        let coverage = &mut self.facts.coverage;
        coverage.add(Extent::Objects, source, &Arc::new(shown));
        let mut ids = BTreeSet::new();
        for (id, row) in dump.tables.environments {
            let Ok(id) = id.parse() else { continue };
            let purpose = match row["purpose"].as_str() {
                Some("TOKENIZE") => Purpose::Tokenize,
                _ => Purpose::Mask,
            };
            let name = row["environmentName"].as_str().map(str::to_owned);
            let environments = &mut self.facts.environments;
            environments.add(id, name, Some(purpose), source)?;
            ids.insert(id);
        }
        self.facts.environments.add_complete(ids);
        if count > 0 {
            self.facts.notes.push(format!(
                "{source}: {count} objects are hidden, so their revisions are unknown; dump with ?secrets=true"
            ));
        }
        Ok(total)
    }
}

impl DumpedObject {
    fn read(self, at: usize) -> Result<(ObjectId, Observation), StateError> {
        let message = self.message(at)?;
        let id = match &message {
            Some(object) => object.key().identifier.clone(),
            None => Identifier::from_json(&self.identifier),
        };
        let mut seen = Observation {
            nameless: self.name.as_deref().is_none_or(str::is_empty),
            name: self.name,
            location: Some(self.environment.map_or(Location::Global, Location::Environment)),
            ..Observation::default()
        };
        if let Some(object) = message {
            let pair = object.revision().pair.clone();
            // The hash covers dependencies, too.
            let is_alone = object.dependencies().is_empty();
            seen.own_hash = is_alone.then(|| revision_hash::of_pairs([&pair]));
            seen.pair = Some(pair);
            // Members of a bundle change without a save.
            if !matches!(&*self.type_name, "ENVIRONMENT" | "GLOBAL_OBJECT") {
                seen.dependencies = Some(object.dependencies().iter().cloned().collect());
            }
        }
        Ok(((self.type_name, id), seen))
    }

    /// The decoded message; `None` if it is hidden.
    fn message(&self, at: usize) -> Result<Option<SyncObject<'static>>, StateError> {
        let (member, text) = match (&self.message, &self.secret) {
            (Some(text), _) => ("message", text),
            // The placeholder of a hidden message isn't base64.
            (None, Some(text)) if !text.starts_with('<') => ("secret", text),
            _ => return Ok(None),
        };
        let path = format!("$.objects[{at}].{member}");
        let bytes = STANDARD
            .decode(text)
            .map_err(|error| StateError::malformed(&path, format_args!("not base64: {error}")))?;
        let object = SyncObject::parse(&bytes).map_err(|error| StateError::malformed(&path, error))?;
        Ok(Some(object.into_owned()))
    }
}
