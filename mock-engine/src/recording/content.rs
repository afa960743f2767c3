//! The state before a recording, as far as its answers show it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use serde_json::Value;

use super::Recording;
use super::correlate::{BASE, resource};
use super::exchange::Exchange;
use crate::engine::resources::ResourceSpec;
use crate::engine::{Key, RecordedContent, Row};
use crate::http::canonical;

/// Resources that are no rows of a table.
const NO_ROWS: &[&str] = &["executions", "execution-events", "execution-components"];

/// What a mock needs to start like the recorded engine.
#[derive(Debug, Default)]
pub(crate) struct Rebuilt {
    /// The engine's version.
    pub(crate) version: Option<String>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// The status of its successful POSTs.
    pub(crate) created_status: Option<u16>,
    /// Its exports.
    pub(crate) load: Vec<PathBuf>,
    /// Its rows.
    pub(crate) content: RecordedContent,
}

/// Finds the state before a recording.
pub(crate) fn rebuild(recording: &Recording) -> Rebuilt {
    let mut reading = Reading::default();
    for exchange in recording.exchanges.iter().filter(|exchange| exchange.succeeded()) {
        reading.read(recording, exchange);
    }
    reading.finish()
}

type RowKey = (&'static str, Key);

#[derive(Default)]
struct Reading {
    rebuilt: Rebuilt,
    /// Rows that the client made.
    made: HashSet<RowKey>,
    /// Resources that the client changed.
    changed: BTreeSet<&'static str>,
    /// Rows seen in complete lists, and how many there are.
    lists: BTreeMap<&'static str, (HashSet<Key>, u64)>,
    /// Whether an import may have changed everything.
    imported: bool,
}

impl Reading {
    fn read(&mut self, recording: &Recording, exchange: &Exchange) {
        let (path, query) = exchange.target();
        let path = canonical(path);
        let Some(below) = path.strip_prefix(BASE) else {
            return;
        };
        let answer = exchange.answer.body.bytes().unwrap_or_default();
        if exchange.method == "POST" && exchange.answer.status <= 201 {
            self.rebuilt.created_status.get_or_insert(exchange.answer.status);
        }
        if exchange.answer.body.document {
            self.export(recording, exchange, &answer);
            return;
        }
        let Ok(value) = serde_json::from_slice::<Value>(&answer) else {
            return;
        };
        match (exchange.method.as_str(), below) {
            ("GET", "system-information") => {
                let version = value["version"].as_str().filter(|version| is_version(version));
                if let Some(version) = version {
                    self.rebuilt.version.get_or_insert_with(|| version.to_owned());
                }
            }
            ("GET", "syncable-objects") if !self.imported => {
                let objects = value["responseList"].as_array();
                for object in objects.into_iter().flatten() {
                    let identifier = object["objectIdentifier"]
                        .as_object()
                        .and_then(|own| own.values().next());
                    if let (Some(name), Some(identifier)) = (object["objectType"].as_str(), identifier) {
                        let identifier = identifier
                            .as_str()
                            .map_or_else(|| identifier.to_string(), str::to_owned);
                        self.rebuilt.content.listed.insert((name.to_owned(), identifier));
                    }
                }
            }
            ("POST", "import" | "import-async") => self.imported = true,
            (method, _) => {
                let Some((spec, rest)) = resource(&path) else {
                    return;
                };
                if NO_ROWS.contains(&spec.path) {
                    return;
                }
                match (method, rest.is_empty()) {
                    ("GET", true) => self.list(spec, query, &value),
                    ("GET", false) if !rest.contains('/') => self.row(spec, &value),
                    ("POST", true) => {
                        // An async task makes an algorithm, which has its name in the request.
                        let asked = exchange.body.bytes().unwrap_or_default();
                        let asked = serde_json::from_slice(&asked).unwrap_or_default();
                        self.create(spec, [&value, &asked]);
                    }
                    ("GET", _) => {}
                    _ => drop(self.changed.insert(spec.path)),
                }
            }
        }
    }

    fn export(&mut self, recording: &Recording, exchange: &Exchange, document: &[u8]) {
        let Some(file) = exchange.answer.body.file.as_ref().filter(|_| !self.imported) else {
            return;
        };
        let path = recording.dir.join(file);
        if !self.rebuilt.load.contains(&path) {
            self.rebuilt.load.push(path);
        }
        if let Ok(document) = serde_json::from_slice::<Value>(document) {
            let host = document["exportResponseMetadata"]["exportHost"].as_str();
            let host = host.filter(|host| !host.is_empty());
            if let Some(host) = host {
                self.rebuilt.name.get_or_insert_with(|| host.to_owned());
            }
        }
    }

    fn list(&mut self, spec: &'static ResourceSpec, query: &str, value: &Value) {
        let Some(rows) = value["responseList"].as_array() else {
            return;
        };
        for row in rows {
            self.row(spec, row);
        }
        let filtered = query.split('&').any(|part| {
            let name = part.split('=').next().unwrap_or_default();
            !name.is_empty() && !name.starts_with("page_")
        });
        if filtered || self.imported || self.changed.contains(spec.path) {
            return;
        }
        if let Some(total) = value["_pageInfo"]["total"].as_u64() {
            let keys = rows.iter().filter_map(|row| key(spec, row));
            let list = self.lists.entry(spec.path).or_default();
            list.0.extend(keys);
            list.1 = total;
        }
    }

    fn row(&mut self, spec: &'static ResourceSpec, row: &Value) {
        let (Some(key), Value::Object(row)) = (key(spec, row), row) else {
            return;
        };
        if self.imported || self.made.contains(&(spec.path, key.clone())) {
            return;
        }
        let known = self.rebuilt.content.rows.get(spec.path);
        let is_new = known.is_none_or(|rows| !rows.contains_key(&key));
        if is_new && self.is_inside_made(spec, row) {
            self.add_made(spec, key);
            return;
        }
        let rows = self.rebuilt.content.rows.entry(spec.path).or_default();
        rows.entry(key).or_insert_with(|| Row::clone(row));
    }

    fn create(&mut self, spec: &'static ResourceSpec, rows: [&Value; 2]) {
        self.changed.insert(spec.path);
        let Some(key) = rows.into_iter().find_map(|row| key(spec, row)) else {
            return;
        };
        self.add_made(spec, key);
    }

    /// Whether a row came with one that the client made, as the columns of a table do.
    fn is_inside_made(&self, spec: &'static ResourceSpec, row: &Row) -> bool {
        let whole = Value::Object(row.clone());
        spec.parents.iter().any(|parent| {
            let key = row.get(parent.field).and_then(Key::from_json);
            let is_made = |path| {
                key.as_ref()
                    .is_some_and(|key| self.made.contains(&(path, key.clone())))
            };
            parent.targets(&whole).any(is_made)
        })
    }

    fn add_made(&mut self, spec: &'static ResourceSpec, key: Key) {
        if let (Key::Number(number), Some(counter)) = (&key, spec.counter) {
            let next = self.rebuilt.content.next.entry(counter).or_insert(*number);
            *next = (*next).min(*number);
        }
        self.made.insert((spec.path, key));
    }

    fn finish(mut self) -> Rebuilt {
        let whole = self
            .lists
            .iter()
            .filter(|(_, (keys, total))| keys.len() as u64 == *total);
        self.rebuilt.content.whole = whole.map(|(path, _)| *path).collect();
        self.rebuilt
    }
}

fn key(spec: &ResourceSpec, row: &Value) -> Option<Key> {
    row.get(spec.id_field).and_then(Key::from_json)
}

/// Four numbers, as the mock's own version has.
fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split('.').count() == 4 && text.split('.').all(number)
}
