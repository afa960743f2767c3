//! The state of a mock engine: `GET /__admin/state`, or `state.json` of `--state-dir`. It shows the whole engine.
//!
//! Without `?secrets=true`, a dump hides the messages of objects with keys, so their saved states are unknown.

use std::collections::{BTreeMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::coverage::Extent;
use super::objects::Observation;
use super::{Source, StateError, StateNote, TargetStateBuilder, without_mark};
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
        let what = "a state dump";
        let dump: Dump =
            serde_json::from_slice(without_mark(bytes)).map_err(|error| StateError::Form { what, error })?;
        let version = dump.version.and_then(|text| text.parse().ok());
        self.dumped_version = self.dumped_version.max(version);
        self.format = self.format.max(dump.format);
        let objects = dump.objects.len();
        let (mut shown, mut hidden) = (HashSet::new(), 0);
        for (at, dumped) in dump.objects.into_iter().enumerate() {
            self.types.insert(dumped.type_name.clone());
            let reference = dumped.is_reference();
            let seen = dumped.observation(at)?;
            hidden += usize::from(seen.pair.is_none());
            // The mock keeps a reference only because its original is missing.
            if !reference {
                shown.insert(seen.object.clone());
                self.objects.add(seen, source)?;
            }
        }
        self.coverage.add(Extent::Engine, source, shown);
        let rows = dump.tables.environments.into_iter();
        let rows: BTreeMap<i64, _> = rows
            .filter_map(|(id, row)| Some((id.parse().ok()?, row)))
            .collect();
        for (id, row) in &rows {
            let purpose = match row.purpose.as_deref() {
                Some("TOKENIZE") => Purpose::Tokenize,
                _ => Purpose::Mask,
            };
            let name = row.environment_name.as_deref();
            self.environments.add(*id, name, Some(purpose), source)?;
        }
        self.environments.add_complete(rows.into_keys().collect());
        if hidden > 0 {
            self.notes.push(StateNote::HiddenObjects {
                label: source.to_string(),
                count: hidden,
            });
        }
        Ok(objects)
    }
}

impl DumpedObject {
    fn is_reference(&self) -> bool {
        type_by_name(&self.type_name).is_some_and(ObjectType::is_reference)
            || self.type_name.ends_with("_REFERENCE")
    }

    /// The decoded message; `None` if it is hidden.
    fn message(&self, at: usize) -> Result<Option<SyncObject<'static>>, StateError> {
        let (member, text) = match (&self.message, &self.secret) {
            (Some(text), _) => ("message", text),
            // The placeholder of a hidden message isn't base64.
            (None, Some(text)) if !text.starts_with('<') => ("secret", text),
            _ => return Ok(None),
        };
        let path = || format!("$.objects[{at}].{member}");
        let bytes = STANDARD
            .decode(text)
            .map_err(|error| StateError::Base64 { path: path(), error })?;
        let object = SyncObject::parse(&bytes).map_err(|error| StateError::Object { path: path(), error })?;
        Ok(Some(object.into_owned()))
    }

    fn observation(self, at: usize) -> Result<Observation, StateError> {
        let message = self.message(at)?;
        let id = match &message {
            Some(object) => object.key().identifier.clone(),
            None => Identifier::from_json(&self.identifier),
        };
        // Members of a bundle change without a save.
        let bundle = matches!(&*self.type_name, "ENVIRONMENT" | "GLOBAL_OBJECT");
        let seen = Observation::of((self.type_name, id)).named(self.name);
        let location = self.environment.map_or(Location::Global, Location::Environment);
        let dependencies = message.as_ref().map(SyncObject::dependencies);
        Ok(Observation {
            location: Some(location),
            pair: message.as_ref().map(|object| object.revision().pair.clone()),
            // The hash covers dependencies, too.
            own_hash: message
                .as_ref()
                .filter(|object| object.dependencies().is_empty())
                .map(|object| revision_hash::of_pairs([&object.revision().pair])),
            dependencies: dependencies
                .filter(|_| !bundle)
                .map(|keys| keys.iter().cloned().collect()),
            ..seen
        })
    }
}
