//! Exports objects with their dependencies.
//!
//! Invariant: an export reads one snapshot and fails as a whole; no document has only a part of the requested
//! objects.

use std::collections::{BTreeMap, HashMap};

use exportdoc::internal::build::{ExportFacts, seal};
use exportdoc::internal::graph::{Graph, NodeId};
use exportdoc::internal::object::{ObjectKey, SyncObject, by_number_in_own_document};
use exportdoc::internal::passphrase::{DEFAULT_ITERATIONS, EncryptionParams, SALT_BYTES};
use exportdoc::internal::signature::{KeySize, SigningKey};
use jiff::Timestamp;
use serde_json::Value;
use serde_json::value::RawValue;

use super::exchange::{ExportRequest, Exported, ObjectName, Passphrase, Structure};
use super::faults::{ExportFault, Parts};
use super::objects::{Habits, Listing, View, is_type_name};
use super::{BadBody, Engine, EngineError, Page, PageRequest, Refusal, Settings, State, zip};
use crate::engine::defaults;

impl Engine {
    /// Returns a page of `/syncable-objects`.
    pub fn syncable_objects(
        &self,
        object_type: Option<&str>,
        page: PageRequest,
    ) -> Result<Listing, EngineError> {
        let state = self.snapshot();
        if let Some(name) = object_type {
            known_type(&self.settings, &state, name, "object_type")?;
        }
        let view = self.views.of(&state)?;
        let page = Page::cut(view.listed(object_type), page)?;
        Ok(Listing::new(view, page))
    }

    /// Returns the ENVIRONMENT entry of an environment.
    pub fn syncable_environment(
        &self,
        environment_id: i64,
        page: PageRequest,
    ) -> Result<Listing, EngineError> {
        let state = self.snapshot();
        let view = self.views.of(&state)?;
        let environment = state.objects.environment(environment_id);
        match environment.and_then(|environment| view.find(environment.key())) {
            Some(id) => Ok(Listing::new(view, Page::cut([id].into_iter(), page)?)),
            None => Err(EngineError::not_found("environment", environment_id)),
        }
    }

    /// Checks an export before it starts, so a bad async export fails in its first answer.
    pub fn check_export(&self, request: &ExportRequest) -> Result<(), EngineError> {
        passphrase(request)?;
        let state = self.snapshot();
        let view = self.views.of(&state)?;
        select(&self.settings, &state, &view, request).map(drop)
    }

    /// The objects of an export: the requested ones and everything they depend on. Empty if the export is refused.
    pub(crate) fn exported_objects(&self, request: &ExportRequest) -> Vec<ObjectName> {
        let state = self.snapshot();
        let selected = |view: &View| select(&self.settings, &state, view, request).ok();
        let Some((view, selection)) = self
            .views
            .of(&state)
            .ok()
            .and_then(|view| selected(&view).map(|selection| (view, selection)))
        else {
            return Vec::new();
        };
        let name = |id: &NodeId| ObjectName {
            type_name: view.object(*id).type_name.clone(),
            name: view.object(*id).name.clone(),
        };
        selection.ids.iter().map(name).collect()
    }

    /// Exports objects with everything they depend on.
    pub fn export(&self, request: &ExportRequest) -> Result<Exported, EngineError> {
        self.export_with(request, None)
    }

    /// Like [`Engine::export`], but spoils the document.
    pub(crate) fn export_with(
        &self,
        request: &ExportRequest,
        fault: Option<ExportFault>,
    ) -> Result<Exported, EngineError> {
        let started = self.timestamp();
        let state = self.snapshot();
        let view = self.views.of(&state)?;
        let Selection { roots, ids } = select(&self.settings, &state, &view, request)?;
        let export_id = self.ids.uuid();
        // Parsed again rather than copied: objects can have megabytes.
        let read = |id: &NodeId| SyncObject::parse(view.object(*id).object.as_bytes());
        let objects = if self.settings.faithful {
            ids.iter().map(read).collect::<Result<Vec<_>, _>>()
        } else {
            let habits = Habits::of(&export_id, started);
            let written = ids.iter().map(|id| habits.written(read(id)?));
            written.collect::<Result<Vec<_>, _>>().map(|objects| {
                let roots = roots.iter().map(|&root| view.object(root).key());
                in_record_order(objects, roots)
            })
        };
        let objects = objects.map_err(cannot("the document"))?;
        let encryption = match passphrase(request)? {
            Some(passphrase) => Some((passphrase, self.encryption_params()?)),
            None => None,
        };
        let facts = ExportFacts {
            host: self.settings.name.clone(),
            export_id,
            started,
            finished: self.timestamp(),
            format: self.settings.formats(state.format).0,
            requested: request.objects.iter().map(|entry| compact(entry)).collect(),
            type_names: type_names(&view, &ids),
            encryption,
            declare_rule: true,
        };
        let key = self.signing_key()?;
        let rule = self.key_size().default_rule();
        let count = objects.len();
        let document = match fault {
            None => seal(&facts, &objects, &key, rule).map_err(cannot("the document"))?,
            Some(fault) => fault.document(
                self,
                Parts {
                    facts: &facts,
                    objects,
                    roots: roots.len(),
                    key: &key,
                    rule,
                },
            )?,
        };
        tracing::info!(objects = count, bytes = document.len(), "export done");
        let bytes = match request.structure {
            Structure::Blob => document,
            Structure::Zip => {
                zip::with_one_entry(defaults::ZIP_ENTRY, &document).map_err(cannot("the ZIP file"))?
            }
        };
        Ok(Exported {
            bytes: bytes.into(),
            structure: request.structure,
        })
    }

    pub(super) fn timestamp(&self) -> Timestamp {
        Timestamp::from_millisecond(self.clock.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn key_size(&self) -> KeySize {
        KeySize::from_bits(self.settings.dsa_bits).unwrap_or(KeySize::Dsa512)
    }

    /// A new key for this export, as live engines do.
    pub(super) fn signing_key(&self) -> Result<SigningKey, EngineError> {
        let mut seed = [0; 64];
        self.ids.fill(&mut seed);
        SigningKey::from_seed(self.key_size(), &seed).map_err(cannot("the signing key"))
    }

    fn encryption_params(&self) -> Result<EncryptionParams, EngineError> {
        let mut salt = [0; SALT_BYTES];
        self.ids.fill(&mut salt);
        EncryptionParams::new(salt, DEFAULT_ITERATIONS).map_err(cannot("the encryption"))
    }
}

pub(super) fn cannot<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> EngineError {
    move |error| Refusal::Export(what, error.to_string()).into()
}

fn passphrase(
    request: &ExportRequest,
) -> Result<Option<exportdoc::internal::passphrase::Passphrase>, EngineError> {
    let made = |text: &Passphrase| exportdoc::internal::passphrase::Passphrase::new(text.reveal());
    let made = request.passphrase.as_ref().map(made).transpose();
    made.map_err(|error| Refusal::Passphrase(error.to_string()).into())
}

fn known_type(settings: &Settings, state: &State, name: &str, parameter: &str) -> Result<(), EngineError> {
    // Objects of other types come with loaded documents.
    let known = (is_type_name(name) && settings.has_type(name)) || state.objects.has_type(name);
    if known && !settings.hides(name) {
        return Ok(());
    }
    Err(EngineError::BadParameter {
        name: parameter.to_owned(),
        value: name.to_owned(),
        expected: "object type",
    })
}

/// The objects of an export.
struct Selection {
    /// The requested objects.
    roots: Vec<NodeId>,
    /// Those and everything they depend on, in record order.
    ids: Vec<NodeId>,
}

fn select(
    settings: &Settings,
    state: &State,
    view: &View,
    request: &ExportRequest,
) -> Result<Selection, EngineError> {
    let roots = request
        .objects
        .iter()
        .map(|entry| find(settings, state, view, entry))
        .collect::<Result<Vec<_>, _>>()?;
    let ids = view.breadth_first(&roots);
    for &id in &ids {
        if let Some(reason) = view.obstacle(id) {
            let object = view.object(id);
            let object = describe(
                &object.type_name,
                object.name.as_deref(),
                &object.key().identifier,
            );
            let reason = reason.to_owned();
            return Err(Refusal::NotSyncable { object, reason }.into());
        }
    }
    check_names(view, &ids)?;
    let objects = ids.iter().map(|id| &view.object(*id).object);
    if let Err(cycle) = Graph::of(objects).import_order() {
        let names: Vec<String> = cycle
            .iter()
            .chain(cycle.first())
            .filter_map(|at| ids.get(*at))
            .map(|id| view.object(*id).key().to_string())
            .collect();
        return Err(Refusal::Cycle(names).into());
    }
    Ok(Selection { roots, ids })
}

/// Sorts objects into record order, which their dependency lists define.
fn in_record_order<'a, 'k>(
    objects: Vec<SyncObject<'a>>,
    roots: impl Iterator<Item = &'k ObjectKey>,
) -> Vec<SyncObject<'a>> {
    let graph = Graph::of(&objects);
    let order = graph.breadth_first(roots.filter_map(|root| graph.find(root)));
    let mut objects: Vec<_> = objects.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|at| objects.get_mut(at)?.take())
        .collect()
}

fn describe(
    type_name: &str,
    name: Option<&str>,
    identifier: &exportdoc::internal::identifier::Identifier,
) -> String {
    match name {
        Some(name) => format!("{type_name} '{name}'"),
        None => format!("{type_name} '{identifier}'"),
    }
}

/// The object of a request's entry. Its id may be text; the global key and the GLOBAL_OBJECT need no id.
fn find(settings: &Settings, state: &State, view: &View, entry: &RawValue) -> Result<NodeId, EngineError> {
    let bad = |error: serde_json::Error| BadBody::Unreadable(error.to_string());
    let entry: Value = serde_json::from_str(entry.get()).map_err(bad)?;
    let type_name = entry["objectType"].as_str().unwrap_or_default();
    known_type(settings, state, type_name, "objectType")?;
    let identifier = &entry["objectIdentifier"];
    let member = ["id", "algorithmName", "keyId"]
        .iter()
        .find_map(|name| identifier.get(name))
        .or_else(|| identifier.as_object()?.values().next());
    let text = match member {
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
        None => None,
    };
    let found = match &text {
        Some(text) => state.objects.find_text(type_name, text),
        None if matches!(type_name, "KEY" | "GLOBAL_OBJECT") => state.objects.of_type(type_name).next(),
        None => None,
    };
    found
        .and_then(|stored| view.find(stored.key()))
        .ok_or_else(|| EngineError::not_found("syncable object", format!("{type_name} {identifier}")))
}

/// Refuses two objects of one type and name: the target could not tell them apart.
fn check_names(view: &View, ids: &[NodeId]) -> Result<(), EngineError> {
    let mut seen: HashMap<(&str, &str), NodeId> = HashMap::new();
    for &id in ids {
        let object = view.object(id);
        let (Some(name), true) = (&object.name, object.environment.is_some()) else {
            continue;
        };
        if object.type_name != "ENVIRONMENT" && seen.insert((&object.type_name, name), id).is_some() {
            let (type_name, name) = (object.type_name.clone(), name.clone());
            return Err(Refusal::SameName { type_name, name }.into());
        }
    }
    Ok(())
}

/// The type names that the library's tables lack.
pub(super) fn type_names(view: &View, ids: &[NodeId]) -> BTreeMap<u64, String> {
    let mut names = BTreeMap::new();
    for &id in ids {
        let (number, name) = (view.object(id).key().type_number, &view.object(id).type_name);
        if by_number_in_own_document(number).is_none_or(|known| known.name != name) {
            names.insert(number, name.clone());
        }
    }
    names
}

/// A client's JSON without blanks between tokens, since documents are a single line.
pub fn compact(entry: &RawValue) -> Box<RawValue> {
    let (mut text, mut quoted, mut escaped) = (String::with_capacity(entry.get().len()), false, false);
    for c in entry.get().chars() {
        if quoted || !c.is_ascii_whitespace() {
            text.push(c);
        }
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
    }
    RawValue::from_string(text).unwrap_or_else(|_| entry.to_owned())
}
