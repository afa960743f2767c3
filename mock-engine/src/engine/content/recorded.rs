//! Content that the answers of another engine show: rows with their ids, and objects behind them.
//!
//! Invariant: a row is as the other engine showed it. Where its type has objects, one is made for it, unless the row
//! doesn't obey this engine's rules.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::OBJECT_TYPES;

use super::{ContentError, stock};
use crate::engine::objects::{StoredObject, put_object, resource_of};
use crate::engine::resources::{Writer, spec};
use crate::engine::{Key, RecordedContent, Row, Settings, State};

/// Paths whose rows others need.
const FIRST: &[&str] = &[
    "applications",
    "environments",
    "database-connectors",
    "algorithms",
    "domains",
    "profile-expressions",
    "profile-sets",
    "database-rulesets",
    "table-metadata",
];

impl RecordedContent {
    /// The environment of an object, if its row says so.
    pub(super) fn environment_of(&self, type_name: &str, identifier: &Identifier) -> Option<i64> {
        let Identifier::Integer(id) = identifier else {
            return None;
        };
        if type_name == "ENVIRONMENT" {
            return Some(*id);
        }
        let row = self.row(resource_of(type_name)?.path, *id)?;
        match row.get("environmentId").and_then(Key::from_json)? {
            Key::Number(environment) => Some(environment),
            Key::Name(_) => None,
        }
    }

    /// The application and the name of an environment.
    pub(super) fn environment(&self, id: i64) -> Option<(&str, &str)> {
        let row = self.row("environments", id)?;
        let Key::Number(application) = row.get("applicationId").and_then(Key::from_json)? else {
            return None;
        };
        let application = self.row("applications", application)?;
        let text = |row: &'_ Row, member: &str| row.get(member).and_then(|value| value.as_str()).is_some();
        if !text(application, "applicationName") || !text(row, "environmentName") {
            return None;
        }
        Some((
            application["applicationName"].as_str()?,
            row["environmentName"].as_str()?,
        ))
    }

    fn row(&self, path: &str, id: i64) -> Option<&Row> {
        self.rows.get(path)?.get(&Key::Number(id))
    }

    /// Adds the applications, which loaded documents need.
    pub(super) fn put_applications(&self, state: &mut State) {
        for (key, row) in self.rows.get("applications").into_iter().flatten() {
            state.table_mut("applications").insert(key.clone(), row.clone());
        }
    }

    /// Adds the stock objects that lists show and documents don't have.
    pub(super) fn put_stock(&self, state: &mut State, settings: &Settings) -> Result<(), ContentError> {
        if self.listed.is_empty() {
            return Ok(());
        }
        let mut all = State::default();
        stock::put_objects(&mut all, settings)?;
        let listed = |stored: &StoredObject| {
            let identifier = stored.key().identifier.to_string();
            self.listed.contains(&(stored.type_name.clone(), identifier))
        };
        let missing: Vec<_> = all
            .objects
            .iter()
            .filter(|stored| listed(stored) && state.objects.get(stored.key()).is_none())
            .map(|stored| StoredObject::clone(stored))
            .collect();
        // Twice, since a row shows names of objects that may come after its own.
        for stored in missing.iter().chain(&missing) {
            put_object(state, stored.clone());
        }
        Ok(())
    }

    /// Adds all rows to a state that has the documents' objects.
    pub(in crate::engine) fn put(&self, writer: &mut Writer<'_>) {
        for path in &self.whole {
            if !has_objects(path) {
                self.remove_others(writer.state, path);
            }
        }
        let others = spec::ALL.iter().map(|spec| spec.path);
        let others = others.filter(|path| !FIRST.contains(path));
        for path in FIRST.iter().copied().chain(others) {
            for (key, row) in self.rows.get(path).into_iter().flatten() {
                put_row(writer, path, key, row);
            }
        }
        for spec in spec::ALL {
            let (Some(counter), Some(rows)) = (spec.counter, self.rows.get(spec.path)) else {
                continue;
            };
            for key in rows.keys() {
                if let Key::Number(number) = key {
                    writer.state.reserve_number(counter, *number);
                }
            }
        }
        for (counter, next) in &self.next {
            writer
                .state
                .counters
                .insert((*counter).to_owned(), next.saturating_sub(1));
        }
    }

    fn remove_others(&self, state: &mut State, path: &str) {
        let table = state.table(path);
        let known = |key| self.rows.get(path).is_some_and(|rows| rows.contains_key(key));
        for (key, _) in table.iter().filter(|(key, _)| !known(key)) {
            state.table_mut(path).remove(key);
        }
    }
}

/// Whether rows of a path have objects that are made with them.
fn has_objects(path: &str) -> bool {
    let of_objects =
        |known: &exportdoc::internal::object::ObjectType| known.rest.is_some_and(|rest| rest.path == path);
    path == "table-metadata" || OBJECT_TYPES.iter().any(of_objects)
}

fn put_row(writer: &mut Writer<'_>, path: &'static str, key: &Key, row: &Row) {
    if writer.state.table(path).get(key).is_none() && has_objects(path) {
        make_object(writer, path, key, row);
    }
    let mut whole = writer.state.table(path).get(key).cloned().unwrap_or_default();
    // Secrets of an earlier row are the only members that the other engine doesn't show.
    let secrets = spec::by_path(path).map_or(&[][..], |spec| spec.secrets);
    whole.retain(|member, _| secrets.contains(&member.as_str()));
    whole.extend(row.clone());
    writer.state.table_mut(path).insert(key.clone(), whole);
}

/// Makes the object of a row; without success the state stays as it is.
fn make_object(writer: &mut Writer<'_>, path: &'static str, key: &Key, row: &Row) {
    let before = writer.state.clone();
    let counter = spec::by_path(path).and_then(|spec| spec.counter);
    if let (Some(counter), Key::Number(number)) = (counter, key) {
        let counters = &mut writer.state.counters;
        counters.insert(counter.to_owned(), number.saturating_sub(1));
    }
    let collection = writer.reader().collection(path);
    let made = collection.map(|collection| collection.create(writer, row.clone()));
    let is_there = writer.state.table(path).get(key).is_some();
    match made {
        Some(Ok(_)) if is_there => {}
        other => {
            *writer.state = before;
            if let Some(Err(error)) = other {
                tracing::debug!(path, %key, ?error, "a recorded row has no object");
            }
        }
    }
}
