//! Makes the objects of a seed file, as a client would by calls, in the order in which they need each other.
//!
//! Invariant: an object depends on its names and members alone, so that engines with the same file have the same
//! objects, and lines that are added elsewhere in the file change none.

mod parts;
mod references;
mod rules;

use std::collections::HashSet;

use exportdoc::internal::sample;
use serde_json::{Value, json};

pub(in crate::engine) use self::rules::apply;
use super::seed::{Content, Entry, Mistake, SeedError};
use crate::engine::defaults;
use crate::engine::ids::Ids;
use crate::engine::resources::{ResourceSpec, Writer, spec};
use crate::engine::{EngineError, Key, Refusal, Row};

/// Adds the declared objects to a state. After an error the state is unusable.
pub(in crate::engine) fn put(content: &Content, writer: &mut Writer<'_>) -> Result<(), SeedError> {
    let mut seeder = Seeder::new(writer, "", false);
    seeder.all(content.root());
    seeder.done(content)
}

struct Seeder<'a, 'w> {
    writer: Writer<'w>,
    /// What the ids of its objects come from, beside their names.
    source: String,
    /// Whether objects that exist are changed.
    changes: bool,
    /// The environment whose objects are made, with its name.
    environment: Option<(i64, &'a str)>,
    /// Paths and names of objects that have mistakes. References to them are no further mistakes.
    failed: HashSet<(&'static str, &'a str)>,
    mistakes: Vec<Mistake>,
}

impl<'a, 'w> Seeder<'a, 'w> {
    fn new(writer: &'w mut Writer<'_>, source: impl Into<String>, changes: bool) -> Self {
        Self {
            writer: Writer {
                state: &mut *writer.state,
                now_ms: sample::INSTALLED,
                ids: writer.ids,
                settings: writer.settings,
                collections: writer.collections,
                user: defaults::ADMIN,
            },
            source: source.into(),
            changes,
            environment: None,
            failed: HashSet::new(),
            mistakes: Vec::new(),
        }
    }

    fn done(self, content: &Content) -> Result<(), SeedError> {
        if self.mistakes.is_empty() {
            Ok(())
        } else {
            Err(content.mistaken(self.mistakes))
        }
    }

    fn all(&mut self, root: &'a Entry) {
        let application = match root.parts("applications") {
            [only] => only.name(),
            _ => defaults::SEEDED_APPLICATION,
        };
        for member in root.kind.members {
            let mut made = Vec::new();
            for entry in root.parts(member.name) {
                if entry.kind.path == spec::ENVIRONMENTS.path {
                    let id = self.environment(entry, application);
                    made.extend(id.map(|id| (id, entry)));
                } else if !entry.kind.path.is_empty() {
                    self.tree(entry, None);
                }
            }
            // Jobs may read from the connectors of any environment.
            for jobs in [false, true] {
                for (id, entry) in &made {
                    self.environment = Some((*id, entry.name()));
                    self.inside(entry, *id, jobs);
                    self.environment = None;
                }
            }
        }
    }

    fn environment(&mut self, entry: &'a Entry, application: &'a str) -> Option<i64> {
        let mut row = Row::new();
        let here = self.find(&spec::ENVIRONMENTS, entry.name(), None);
        if entry.text("application").is_none() && here.is_none() {
            let id = self.find(&spec::APPLICATIONS, application, None);
            let id = id.or_else(|| self.application(entry, application))?;
            row.insert("applicationId".to_owned(), id);
        }
        self.make(entry, row)?.as_i64()
    }

    /// Makes the application of environments that name none.
    fn application(&mut self, entry: &'a Entry, name: &'a str) -> Option<Value> {
        let row = json!({ "applicationName": name }).as_object().cloned();
        self.create(entry, &spec::APPLICATIONS, name, row.unwrap_or_default())
    }

    /// Makes what is in an environment: its jobs, or else the rest.
    fn inside(&mut self, environment: &'a Entry, id: i64, jobs: bool) {
        for member in environment.kind.members {
            for entry in environment.parts(member.name) {
                if entry.kind.path.ends_with("-jobs") == jobs {
                    self.tree(entry, Some(&id.into()));
                }
            }
        }
    }

    /// Makes an object and what is in it.
    fn tree(&mut self, entry: &'a Entry, above: Option<&Value>) {
        let mut row = Row::new();
        if let Some(above) = above.filter(|_| !entry.kind.inside.is_empty()) {
            row.insert(entry.kind.inside.to_owned(), above.clone());
        }
        if entry.kind.path == spec::FILE_FORMATS.path {
            parts::describe_fields(entry, &mut row);
        }
        let Some(id) = self.make(entry, row) else { return };
        if entry.kind.path == spec::DATABASE_RULESETS.path {
            self.tables(entry, &id);
        } else if entry.kind.path == spec::FILE_FORMATS.path {
            self.fields(entry, &id);
        }
        for member in entry.kind.members {
            for part in entry.parts(member.name) {
                if !part.kind.path.is_empty() {
                    self.tree(part, Some(&id));
                }
            }
        }
    }

    /// Makes an object, with the members of a row beside its own, and returns its id; `None` after a mistake.
    fn make(&mut self, entry: &'a Entry, mut row: Row) -> Option<Value> {
        let spec = spec::by_path(entry.kind.path)?;
        let may_exist = self.changes
            || ["applications", "environments"].contains(&spec.path) && entry.value("id").is_none();
        let known = if may_exist {
            self.known(entry, spec, &row)
        } else {
            None
        };
        let made = match known {
            Some(id) => self.change(entry, spec, &id).then_some(id),
            None => {
                let is_whole = self.members(entry, &mut row, true);
                let made = is_whole.then(|| self.create(entry, spec, entry.name(), row));
                made.flatten()
            }
        };
        if made.is_none() {
            self.failed.insert((spec.path, entry.name()));
        }
        made
    }

    /// Gives an object that exists the members of an entry. Whether that went well.
    fn change(&mut self, entry: &'a Entry, spec: &'static ResourceSpec, id: &Value) -> bool {
        let mut row = Row::new();
        if !self.members(entry, &mut row, false) {
            return false;
        }
        spec.name_field.and_then(|field| row.remove(field));
        let Some(key) = Key::from_json(id).filter(|_| self.changes && !row.is_empty()) else {
            return true;
        };
        let label = format!("{} {} {}", spec.path, self.place(), entry.name());
        let changed = self.with_ids(&label, |writer| {
            let collection = writer.reader().collection(spec.path);
            collection.ok_or(EngineError::Internal)?.update(writer, &key, row)
        });
        match changed {
            Ok(_) => true,
            Err(error) => {
                self.mistakes.push(entry.mistake(None, reason(&error)));
                false
            }
        }
    }

    /// Creates a row as a client would, and returns its id.
    fn create(
        &mut self,
        entry: &'a Entry,
        spec: &'static ResourceSpec,
        name: &str,
        row: Row,
    ) -> Option<Value> {
        if let Some(reason) = self.unknown_here(spec) {
            self.mistakes.push(entry.mistake(None, reason));
            return None;
        }
        let counter = spec.counter.zip(entry.number("id"));
        let counter = counter.filter(|_| entry.kind.path == spec.path);
        if let Some((counter, id)) = counter
            && (id < 1 || self.writer.state.number_taken(counter, id))
        {
            let reason = format!("the number {id} is taken");
            self.mistakes.push(entry.mistake(Some("id"), reason));
            return None;
        }
        let last = counter.map(|(counter, id)| {
            let counters = &mut self.writer.state.counters;
            (counter, counters.insert(counter.to_owned(), id - 1))
        });
        let label = format!("{} {} {name}", spec.path, self.place());
        let made = self.with_ids(&label, |writer| {
            let collection = writer.reader().collection(spec.path);
            collection.ok_or(EngineError::Internal)?.create(writer, row)
        });
        if let Some((counter, Some(last))) = last {
            self.writer.state.reserve_number(counter, last);
        }
        match made {
            Ok(row) => row.get(spec.id_field).cloned(),
            Err(error) => {
                self.mistakes.push(entry.mistake(None, reason(&error)));
                None
            }
        }
    }

    /// Why the API of the engine's profile has no such objects, if it hasn't.
    fn unknown_here(&self, spec: &ResourceSpec) -> Option<String> {
        let profile = self.writer.settings.profile?;
        if !profile.lacks("post", &format!("/{}", spec.path)) {
            return None;
        }
        let instead = match spec.path {
            "profile-expressions" => "; it has classifiers",
            "classifiers" => "; it has profile expressions",
            _ => "",
        };
        Some(format!("profile {profile} has no {}s{instead}", spec.title))
    }

    fn place(&self) -> &'a str {
        self.environment.map_or("", |(_, name)| name)
    }

    /// Makes a change whose UUIDs and keys come from a label.
    fn with_ids<T>(
        &mut self,
        label: &str,
        change: impl FnOnce(&mut Writer<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let ids = Ids::seeded(0, &format!("seed file: {}{label}", self.source));
        change(&mut Writer {
            state: &mut *self.writer.state,
            now_ms: self.writer.now_ms,
            ids: &ids,
            settings: self.writer.settings,
            collections: self.writer.collections,
            user: self.writer.user,
        })
    }
}

/// What a mistake says about an object that the engine refuses.
fn reason(error: &EngineError) -> String {
    match error {
        EngineError::Duplicate { what, name } => format!("there is a {what} named '{name}' already"),
        EngineError::MissingField { what, field } => format!("{what} has no usable '{field}'"),
        EngineError::NotFound { what, key } => format!("no {what} is named '{key}'"),
        EngineError::InUse { what, key, by } => format!("{what} {key} is in use by a {by}"),
        EngineError::Refused(Refusal::BadName(name)) => {
            format!("engines of this version refuse the name '{name}'")
        }
        EngineError::Refused(Refusal::OtherVersion { type_name, version }) => {
            format!("an engine of version {version} has no objects of type {type_name}")
        }
        EngineError::Refused(Refusal::Object(error)) => format!("the object can't be written: {error}"),
        other => format!("the engine refuses it: {other:?}"),
    }
}
