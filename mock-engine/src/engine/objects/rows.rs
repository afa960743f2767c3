//! Rows that mirror objects.
//!
//! Invariant: after [`put_object`], the row of an object shows its message. Members that only REST knows, such as
//! passwords, stay.

use std::sync::Arc;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::ObjectKey;
use exportdoc::internal::object::data::ObjectData;
use exportdoc::internal::object::draft::{self, ConnectorSpec};
use exportdoc::internal::wire::Message;
use serde_json::{Value, json};

use super::kinds::{algorithm_kind, is_algorithm};
use super::members::{members_of, put_at};
use super::{StoredObject, links, part_rows, resource_of};
use crate::engine::resources::{complete_row, merge};
use crate::engine::{Key, Row, State};

/// Whether a mount is connected; only its row says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MountStatus {
    /// Connected.
    Active,
    /// Not connected, like every new mount.
    Disconnected,
}

impl MountStatus {
    /// Its spelling in the API.
    pub(in crate::engine) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Disconnected => "DISCONNECTED",
        }
    }
}

/// Returns the path, the key and the row of an object. `None` for objects without rows, and for environments, whose
/// rows are independent.
pub fn row_of(state: &State, stored: &StoredObject) -> Option<(&'static str, Key, Row)> {
    let spec = resource_of(&stored.type_name).filter(|_| stored.type_name != "ENVIRONMENT")?;
    let (key, id) = match &stored.key().identifier {
        Identifier::Integer(id) => (Key::Number(*id), json!(id)),
        Identifier::Text(name) | Identifier::Algorithm(name) => (Key::parse(name), json!(name)),
        _ => return None,
    };
    let mut row = Row::new();
    row.insert(spec.id_field.to_owned(), id);
    if let Some(environment) = stored
        .environment
        .filter(|_| shows_environment(&stored.type_name))
    {
        row.insert("environmentId".to_owned(), environment.into());
    }
    if is_algorithm(&stored.type_name) {
        row.insert(
            "algorithmType".to_owned(),
            algorithm_kind(&stored.type_name).into(),
        );
    }
    let data = Message::parse(stored.object.data_bytes()).unwrap_or_default();
    for member in members_of(stored.object.data_type()) {
        put_at(&mut row, member.path(), member.read(data));
    }
    links::read(state, stored, &mut row);
    Some((spec.path, key, row))
}

/// Whether rows of a type have `environmentId`. Jobs don't: their ruleset has it.
fn shows_environment(type_name: &str) -> bool {
    type_name.ends_with("_CONNECTOR") || type_name.ends_with("_RULESET")
}

/// Inserts or replaces an object and updates its row. A job's source with an environment becomes the connector that
/// it names.
pub fn put_object(state: &mut State, stored: StoredObject) {
    let stored = connector_of_source(&stored).unwrap_or(stored);
    if let Identifier::Integer(id) = stored.key().identifier {
        state.reserve_id(&stored.type_name, id);
    }
    state.objects.insert(stored.clone());
    part_rows::mirror(state, &stored);
    let Some((path, key, shown)) = row_of(state, &stored) else {
        return;
    };
    let mut row = state.table(path).get(&key).cloned().unwrap_or_default();
    for member in members_of(stored.object.data_type()) {
        put_at(&mut row, member.path(), None);
    }
    for path in links::paths(&stored.type_name) {
        put_at(&mut row, path, None);
    }
    row.retain(|_, value| value.as_object().is_none_or(|inner| !inner.is_empty()));
    let mut value = Value::Object(row);
    merge(&mut value, Value::Object(shown));
    if let Value::Object(mut row) = value {
        if resource_of(&stored.type_name).is_some_and(|spec| spec.says_creator) {
            row.entry("createdBy").or_insert_with(|| "admin".into());
        }
        complete_row(state, path, &mut row);
        if stored.type_name == "MOUNT_INFORMATION" {
            let status = MountStatus::Disconnected.as_str();
            row.entry("status").or_insert_with(|| status.into());
        }
        state.table_mut(path).insert(key, row);
    }
}

/// Removes an object and its row.
pub(crate) fn remove_object(state: &mut State, key: &ObjectKey) -> Option<Arc<StoredObject>> {
    let stored = state.objects.remove(key)?;
    part_rows::forget(state, &stored);
    if let Some((path, row, _)) = row_of(state, &stored) {
        state.table_mut(path).remove(&row);
    }
    Some(stored)
}

/// The connector in an on-the-fly job's source, as far as the source describes it.
fn connector_of_source(stored: &StoredObject) -> Option<StoredObject> {
    let (ObjectData::SourceConnector(data), Some(_), Identifier::Integer(id)) =
        (stored.object.data(), stored.environment, &stored.key().identifier)
    else {
        return None;
    };
    let (database_type, name) = (data.database_type()?, data.connector_name()?);
    let spec = ConnectorSpec {
        database_type: &database_type,
        name: &name,
        ..ConnectorSpec::default()
    };
    let revision = stored.object.revision();
    let [created, modified] = [revision.created, revision.modified].map(Option::unwrap_or_default);
    let connector = draft::connector(*id, &spec).finish(revision.pair.clone(), created, modified);
    Some(StoredObject::new(
        connector.ok()?,
        "DATABASE_CONNECTOR",
        stored.environment,
    ))
}
