//! The state of a mock engine: `GET /__admin/state`, or `state.json` of `--state-dir`. It shows the whole engine.
//!
//! Without `?secrets=true`, a dump hides the messages of objects with keys, so their saved states are unknown.

use std::collections::{BTreeMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::coverage::Extent;
use super::observations::Observation;
use super::{Source, StateError, TargetStateBuilder, without_mark};
use crate::identifier::Identifier;
use crate::import_plan::{Location, Purpose};
use crate::object::SyncObject;
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
        self.state.version = self.state.version.max(version);
        self.state.format = self.state.format.max(dump.format);
        self.state.is_whole = true;
        let total = dump.objects.len();
        let (mut shown, mut hidden) = (HashSet::new(), 0);
        for (at, dumped) in dump.objects.into_iter().enumerate() {
            let message = dumped.message(at)?;
            hidden += usize::from(message.is_none());
            let mut seen = match &message {
                Some(object) => Observation::of_saved(&dumped.type_name, object, source),
                None => Observation::of(
                    &dumped.type_name,
                    Identifier::from_json(&dumped.identifier),
                    source,
                ),
            };
            // The hash covers dependencies, too.
            let alone = message.filter(|object| object.dependencies().is_empty());
            seen.own_hash = alone.map(|object| revision_hash::of_pairs([&object.revision().pair]));
            seen.name = Some(dumped.name.unwrap_or_default());
            seen.location = Some(dumped.environment.map_or(Location::Global, Location::Environment));
            shown.insert(seen.object.clone());
            self.observe(seen);
        }
        self.state.coverage.add([Extent::Objects], source, shown);
        let mut shown = HashSet::new();
        for (id, row) in dump.tables.environments {
            let Ok(id) = id.parse() else { continue };
            let mut seen = Observation::of("ENVIRONMENT", Identifier::Integer(id), source);
            seen.name = row["environmentName"].as_str().map(str::to_owned);
            seen.purpose = match row["purpose"].as_str() {
                Some("TOKENIZE") => Some(Purpose::Tokenize),
                _ => Some(Purpose::Mask),
            };
            shown.insert(seen.object.clone());
            self.observe_environment(seen);
        }
        self.state.coverage.add([Extent::Environments], source, shown);
        if hidden > 0 {
            self.state.notes.push(format!(
                "{source}: {hidden} objects are hidden, so their revisions are unknown; dump with ?secrets=true"
            ));
        }
        Ok(total)
    }
}

impl DumpedObject {
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
