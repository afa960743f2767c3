//! Makes the objects of a seed file, as a client would by calls, in the order in which they need each other.
//!
//! Invariant: an object depends on its names and members alone, so that engines with the same file have the same
//! objects, and lines that are added elsewhere in the file change none.

use std::collections::HashSet;

use exportdoc::internal::sample;
use serde_json::{Value, json};

use super::seed::form::Form;
use super::seed::{Content, Entry, Mistake, SeedError, did_you_mean, table};
use super::stock;
use crate::engine::defaults;
use crate::engine::ids::Ids;
use crate::engine::resources::{ResourceSpec, Unique, Writer, environment_of, spec};
use crate::engine::schema::{Database, Schema};
use crate::engine::{EngineError, Key, Refusal, Row, Settings};

/// Adds the declared objects to a state. After an error the state is unusable.
pub(in crate::engine) fn put(content: &Content, writer: &mut Writer<'_>) -> Result<(), SeedError> {
    let mut seeder = Seeder {
        writer: Writer {
            state: &mut *writer.state,
            now_ms: sample::INSTALLED,
            ids: writer.ids,
            settings: writer.settings,
            collections: writer.collections,
            user: defaults::ADMIN,
        },
        environment: None,
        failed: HashSet::new(),
        mistakes: Vec::new(),
    };
    seeder.all(content.root());
    if seeder.mistakes.is_empty() {
        Ok(())
    } else {
        Err(content.mistaken(seeder.mistakes))
    }
}

struct Seeder<'a, 'w> {
    writer: Writer<'w>,
    /// The environment whose objects are made, with its name.
    environment: Option<(i64, &'a str)>,
    /// Paths and names of objects that have mistakes. References to them are no further mistakes.
    failed: HashSet<(&'static str, &'a str)>,
    mistakes: Vec<Mistake>,
}

impl<'a> Seeder<'a, '_> {
    fn all(&mut self, root: &'a Entry) {
        for kind in [
            "applications",
            "algorithms",
            "domains",
            "profileExpressions",
            "profileSets",
        ] {
            for entry in root.parts(kind) {
                self.make(entry, Row::new());
            }
        }
        for entry in root.parts("environments") {
            let application = match root.parts("applications") {
                [only] => only.name(),
                _ => defaults::SEEDED_APPLICATION,
            };
            if let Some(id) = self.environment(entry, application) {
                self.environment = Some((id, entry.name()));
                self.inside(entry);
                self.environment = None;
            }
        }
    }

    fn environment(&mut self, entry: &'a Entry, application: &'a str) -> Option<i64> {
        let mut row = Row::new();
        if entry.text("application").is_none() {
            let id = self.find(&spec::APPLICATIONS, application);
            let id = id.or_else(|| self.application(entry, application))?;
            row.insert("applicationId".to_owned(), id);
        }
        match self.make(entry, row)? {
            Key::Number(id) => Some(id),
            Key::Name(_) => None,
        }
    }

    /// Makes the application of environments that name none.
    fn application(&mut self, entry: &'a Entry, name: &'a str) -> Option<Value> {
        let row = json!({ "applicationName": name }).as_object().cloned();
        let made = self.create(entry, &spec::APPLICATIONS, name, row.unwrap_or_default())?;
        Some(as_value(&made))
    }

    fn inside(&mut self, environment: &'a Entry) {
        for connector in environment.parts("connectors") {
            self.make(connector, Row::new());
        }
        for ruleset in environment.parts("rulesets") {
            let row = self.only(
                ruleset,
                "connector",
                &spec::DATABASE_CONNECTORS,
                "databaseConnectorId",
            );
            let made = row.and_then(|row| self.make(ruleset, row));
            match made {
                Some(Key::Number(id)) => self.tables(ruleset, id),
                _ => {
                    self.failed.insert((spec::DATABASE_RULESETS.path, ruleset.name()));
                }
            }
        }
        for job in environment
            .parts("jobs")
            .iter()
            .chain(environment.parts("profileJobs"))
        {
            if let Some(row) = self.only(job, "ruleset", &spec::DATABASE_RULESETS, "rulesetId") {
                self.make(job, row);
            }
        }
    }

    /// The environment's only object of a resource, for an entry that names none; `None` after a mistake.
    fn only(
        &mut self,
        entry: &'a Entry,
        member: &str,
        spec: &'static ResourceSpec,
        rest: &str,
    ) -> Option<Row> {
        let mut row = Row::new();
        if entry.value(member).is_some() {
            return Some(row);
        }
        let here: Vec<Value> = self.here(spec).into_iter().map(|(_, id)| id).collect();
        if let [only] = here.as_slice() {
            row.insert(rest.to_owned(), only.clone());
            return Some(row);
        }
        // The only one may have a mistake itself.
        if !(here.is_empty() && self.failed.iter().any(|(path, _)| *path == spec.path)) {
            let reason = format!(
                "{} needs '{member}', because its environment has {} of them",
                entry.kind.one,
                here.len()
            );
            self.mistakes.push(entry.mistake(None, reason));
        }
        None
    }

    /// Makes an object, with the members of a row beside its own; `None` after a mistake. Applications and
    /// environments may be there already.
    fn make(&mut self, entry: &'a Entry, mut row: Row) -> Option<Key> {
        let spec = spec::by_path(entry.kind.path)?;
        if ["applications", "environments"].contains(&spec.path) && entry.value("id").is_none() {
            let here = self.find(spec, entry.name()).and_then(|id| Key::from_json(&id));
            if here.is_some() {
                return here;
            }
        }
        let is_whole = self.members(entry, &mut row);
        let default = match spec.path {
            "algorithms" => json!({ "algorithmType": "LOOKUP" }),
            "domains" => json!({ "classification": "Customer" }),
            "environments" => json!({ "purpose": "MASK" }),
            "database-connectors" => json!({ "databaseType": "ORACLE" }),
            _ => json!({}),
        };
        for (member, value) in default.as_object().into_iter().flatten() {
            row.entry(member.clone()).or_insert_with(|| value.clone());
        }
        if let (Some((id, _)), "database-connectors") = (self.environment, spec.path) {
            row.insert("environmentId".to_owned(), id.into());
        }
        let made = is_whole.then(|| self.create(entry, spec, entry.name(), row));
        let made = made.flatten();
        if made.is_none() {
            self.failed.insert((spec.path, entry.name()));
        }
        made
    }

    /// Copies the members of an entry into a row, ids in place of names. Whether all could be found.
    fn members(&mut self, entry: &'a Entry, row: &mut Row) -> bool {
        let mut is_whole = true;
        for member in entry.kind.members.iter().filter(|member| !member.rest.is_empty()) {
            let Some(value) = entry.value(member.name) else {
                continue;
            };
            let found = match &member.form {
                Form::Name(path) => value
                    .as_str()
                    .and_then(|name| self.refer(entry, member.name, path, name)),
                Form::Names(path) => {
                    let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                    let ids: Vec<_> = names
                        .map(|name| self.refer(entry, member.name, path, name))
                        .collect();
                    ids.into_iter().collect::<Option<Vec<Value>>>().map(Value::from)
                }
                _ => Some(value.clone()),
            };
            match found {
                Some(value) => {
                    row.insert(member.rest.to_owned(), value);
                }
                None => is_whole = false,
            }
        }
        is_whole
    }

    /// The id of an object with a name; `None` after a mistake.
    fn refer(&mut self, entry: &'a Entry, member: &str, path: &'static str, name: &'a str) -> Option<Value> {
        let spec = spec::by_path(path)?;
        let found = self.find(spec, name);
        if found.is_some() || self.failed.contains(&(path, name)) {
            return found;
        }
        let here = self.here(spec);
        let near = did_you_mean(name, here.iter().map(|(name, _)| name.as_str()));
        let reason = format!("no {} is named '{name}'{}", spec.title, near.unwrap_or_default());
        self.mistakes.push(entry.mistake(Some(member), reason));
        None
    }

    fn find(&self, spec: &'static ResourceSpec, name: &str) -> Option<Value> {
        if spec.path == spec::ALGORITHMS.path && stock::is_stock_algorithm(name) {
            return Some(name.into());
        }
        let field = spec.name_field?;
        let table = self.writer.state.table(spec.path);
        let mut rows = table.with(field, &Key::parse(name));
        let row = rows
            .find(|(_, row)| row.get(field).and_then(Value::as_str) == Some(name) && self.is_here(spec, row));
        row.and_then(|(_, row)| row.get(spec.id_field).cloned())
    }

    /// Names and ids of the objects of a resource, in this environment if they live in environments.
    fn here(&self, spec: &'static ResourceSpec) -> Vec<(String, Value)> {
        let table = self.writer.state.table(spec.path);
        let rows = table.iter().map(|(_, row)| row);
        let named = rows.filter(|row| self.is_here(spec, row)).filter_map(|row| {
            let name = row.get(spec.name_field?)?.as_str()?;
            Some((name.to_owned(), row.get(spec.id_field)?.clone()))
        });
        named.collect()
    }

    fn is_here(&self, spec: &'static ResourceSpec, row: &Row) -> bool {
        spec.unique != Unique::Environment || {
            let own = environment_of(&self.writer.reader(), spec, &Value::Object(row.clone()));
            own == self.environment.map(|(id, _)| id)
        }
    }

    /// Creates a row as a client would.
    fn create(&mut self, entry: &'a Entry, spec: &'static ResourceSpec, name: &str, row: Row) -> Option<Key> {
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
        let settings = self.writer.settings;
        let made = self.with_ids(&label, settings, |writer| {
            let collection = writer.reader().collection(spec.path);
            collection.ok_or(EngineError::Internal)?.create(writer, row)
        });
        if let Some((counter, Some(last))) = last {
            self.writer.state.reserve_number(counter, last);
        }
        match made {
            Ok(row) => row.get(spec.id_field).and_then(Key::from_json),
            Err(error) => {
                self.mistakes.push(entry.mistake(None, reason(&error)));
                None
            }
        }
    }

    fn place(&self) -> &'a str {
        self.environment.map_or("", |(_, name)| name)
    }

    /// Makes a change whose UUIDs and keys come from a label.
    fn with_ids<T>(
        &mut self,
        label: &str,
        settings: &Settings,
        change: impl FnOnce(&mut Writer<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let ids = Ids::seeded(0, &format!("seed file: {label}"));
        change(&mut Writer {
            state: &mut *self.writer.state,
            now_ms: self.writer.now_ms,
            ids: &ids,
            settings,
            collections: self.writer.collections,
            user: self.writer.user,
        })
    }

    /// Adds the tables of a ruleset, with the declared columns, and masks them.
    fn tables(&mut self, ruleset: &'a Entry, id: i64) {
        let own = ruleset.parts("tables").iter();
        let own = own.filter(|entry| !entry.parts("columns").is_empty());
        let mut schema = Schema::default();
        schema.databases.push(Database {
            tables: own.map(table).collect(),
            ..Database::default()
        });
        schema.extend(self.writer.settings.schema.as_ref().clone());
        let settings = self.writer.settings.clone();
        let settings = settings.with(|settings| settings.schema = schema.into());
        for entry in ruleset.parts("tables") {
            let label = format!("table {} {} {}", self.place(), ruleset.name(), entry.name());
            let row = json!({ "tableName": entry.name(), "rulesetId": id });
            let made = self.with_ids(&label, &settings, |writer| {
                let tables = writer.reader().collection(spec::TABLE_METADATA.path);
                let tables = tables.ok_or(EngineError::Internal)?;
                tables.create(writer, row.as_object().cloned().unwrap_or_default())
            });
            match made {
                Ok(row) => {
                    let key = row.get(spec::TABLE_METADATA.id_field).and_then(Key::from_json);
                    for column in entry.parts("columns") {
                        if let Some(key) = &key {
                            self.mask(column, key, &label);
                        }
                    }
                }
                Err(error) => self.mistakes.push(entry.mistake(None, reason(&error))),
            }
        }
    }

    /// Masks a column of a table. An algorithm without a domain takes the first domain with that algorithm.
    fn mask(&mut self, column: &'a Entry, table: &Key, label: &str) {
        let mut row = Row::new();
        if !self.members(column, &mut row) {
            return;
        }
        row.remove("columnName");
        if row.is_empty() {
            return;
        }
        if let (Some(algorithm), None) = (column.text("algorithm"), column.text("domain")) {
            let domains = self.writer.state.table(spec::DOMAINS.path);
            let mut rows = domains.iter().map(|(_, row)| row);
            let domain = rows.find(|row| row.get("defaultAlgorithmCode") == Some(&json!(algorithm)));
            let Some(domain) = domain.and_then(|row| row.get("domainName")) else {
                let reason =
                    format!("column needs 'domain', because no domain has the algorithm '{algorithm}'");
                self.mistakes.push(column.mistake(None, reason));
                return;
            };
            row.insert("domainName".to_owned(), domain.clone());
        }
        let columns = self.writer.state.table(spec::COLUMN_METADATA.path);
        let mut of_table = columns.with("tableMetadataId", table);
        let named = of_table.find(|(_, row)| row.get("columnName") == Some(&json!(column.name())));
        let Some(key) = named.map(|(key, _)| key.clone()) else {
            return;
        };
        let settings = self.writer.settings;
        let masked = self.with_ids(&format!("{label} {}", column.name()), settings, |writer| {
            let columns = writer.reader().collection(spec::COLUMN_METADATA.path);
            columns.ok_or(EngineError::Internal)?.update(writer, &key, row)
        });
        if let Err(error) = masked {
            self.mistakes.push(column.mistake(None, reason(&error)));
        }
    }
}

fn as_value(key: &Key) -> Value {
    match key {
        Key::Number(id) => json!(id),
        Key::Name(name) => json!(name),
    }
}

/// What a mistake says about an object that the engine refuses.
fn reason(error: &EngineError) -> String {
    match error {
        EngineError::Duplicate { what, name } => format!("there is a {what} named '{name}' already"),
        EngineError::MissingField { what, field } => format!("{what} has no usable '{field}'"),
        EngineError::NotFound { what, key } => format!("no {what} is named '{key}'"),
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
