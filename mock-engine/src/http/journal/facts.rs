//! The facts of a request in the journal.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use serde_json::Value;

use super::Entry;
use crate::engine::exchange::ObjectName;
use crate::http::canonical;
use crate::http::pattern::Facts;

/// An entry, with what of it can be matched. Bodies and records are read on demand.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) entry: Arc<Entry>,
    path: String,
    session: Box<str>,
    body: OnceCell<Option<Value>>,
    objects: OnceCell<Vec<SeenObject>>,
    names: OnceCell<Vec<ObjectName>>,
}

/// An object that a request exported or imported.
#[derive(Debug)]
pub(crate) struct SeenObject {
    pub(crate) name: ObjectName,
    /// Its `importStatus`.
    pub(crate) outcome: Option<String>,
}

impl Seen {
    pub(crate) fn new(entry: Arc<Entry>, session: &str) -> Self {
        Self {
            path: canonical(entry.path()),
            entry,
            session: session.into(),
            body: OnceCell::new(),
            objects: OnceCell::new(),
            names: OnceCell::new(),
        }
    }

    /// The exported or imported objects with their outcomes.
    pub(crate) fn seen_objects(&self) -> &[SeenObject] {
        self.objects.get_or_init(|| {
            let imported = (self.entry.import.as_deref(), "outcomes");
            let exported = (self.entry.export.as_deref(), "requested");
            let lists = [imported, exported].into_iter();
            lists.flat_map(|(record, list)| objects(record, list)).collect()
        })
    }
}

fn objects(record: Option<&str>, list: &str) -> Vec<SeenObject> {
    let record: Value = record
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let entries = record[list].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let object = |entry: &Value| SeenObject {
        name: ObjectName {
            type_name: text(&entry["objectType"]).unwrap_or_default(),
            name: text(&entry["name"]),
        },
        outcome: text(&entry["importStatus"]),
    };
    entries.map(object).collect()
}

impl Facts for Seen {
    fn method(&self) -> &str {
        self.entry.method()
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn query(&self) -> &str {
        self.entry.query()
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut headers = self.entry.headers().filter_map(|line| line.split_once(": "));
        let found = headers.find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| Cow::Borrowed(value))
    }

    fn body(&self) -> Option<&Value> {
        let body = self
            .body
            .get_or_init(|| serde_json::from_str(self.entry.body()?).ok());
        body.as_ref()
    }

    fn objects(&self) -> &[ObjectName] {
        self.names.get_or_init(|| {
            let objects = self.seen_objects().iter();
            objects.map(|object| object.name.clone()).collect()
        })
    }

    fn session(&self) -> &str {
        &self.session
    }
}
