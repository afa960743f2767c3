//! Applies REST writes to the objects behind rows.
//!
//! Invariant: every save gives a new UUID B, even without a change, except a save of secrets alone, which no object
//! has. Fields that the row doesn't show keep their bytes.

use std::sync::Arc;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, RevisionPair, Scope, type_by_name};
use exportdoc::internal::wire::Writer as Wire;
use serde_json::Value;

use super::create::{draft_for, extension};
use super::kinds::type_at;
use super::links::{self, refresh_names, resolve};
use super::members::members_of;
use super::rewrite::{set_field, with_data, with_save};
use super::{StoredObject, put_object, reference, remove_object, resource_of};
use crate::engine::resources::{ResourceSpec, Writer, environment_of};
use crate::engine::{EngineError, Key, Refusal, Row, State};

/// The field with the configuration of a user algorithm.
const CONFIGURATION: u32 = 7;

/// Returns the object behind a row.
pub(super) fn behind<'a>(state: &'a State, path: &str, key: &Key) -> Option<&'a Arc<StoredObject>> {
    match (path, key) {
        ("algorithms", key) => state.objects.algorithm(&key.to_string()),
        ("domains", key) => state.objects.find("DOMAIN", &Identifier::Text(key.to_string())),
        (path, Key::Number(id)) => state.objects.find(type_at(path)?, &Identifier::Integer(*id)),
        (_, Key::Name(_)) => None,
    }
}

/// Creates the object of a new row.
pub(super) fn created(writer: &mut Writer<'_>, spec: &ResourceSpec, key: &Key) -> Result<(), EngineError> {
    let Some(row) = writer.state.table(spec.path).get(key).cloned() else {
        return Ok(());
    };
    let made = draft_for(writer.state, spec.path, key, &row, writer.now_ms, writer.ids);
    let Some((type_name, draft)) = made else {
        return Ok(());
    };
    if !writer.settings.makes_type(type_name) {
        let version = writer.settings.version.clone();
        return Err(Refusal::OtherVersion { type_name, version }.into());
    }
    let pair = RevisionPair {
        object: writer.ids.uuid(),
        save: writer.ids.uuid(),
    };
    let object = draft.finish(pair, writer.now_ms, writer.now_ms)?;
    let mut stored = StoredObject::new(object, type_name, None);
    take_over(writer, spec, &mut stored, &row)?;
    put_object(writer.state, stored);
    Ok(())
}

/// Updates the object of a row that replaced `old`.
pub(super) fn updated(
    writer: &mut Writer<'_>,
    spec: &ResourceSpec,
    key: &Key,
    old: &Row,
    body: &Row,
) -> Result<(), EngineError> {
    let Some(row) = writer.state.table(spec.path).get(key).cloned() else {
        return Ok(());
    };
    let Some(before) = behind(writer.state, spec.path, key).cloned() else {
        return Ok(());
    };
    let same = without_secrets(&row, spec) == without_secrets(old, spec);
    if same && without_secrets(body, spec) != *body {
        return Ok(());
    }
    let mut stored = StoredObject::clone(&before);
    take_over(writer, spec, &mut stored, &row)?;
    let save = writer.ids.uuid();
    stored.object = with_save(&stored.object, &save, writer.now_ms)?;
    let (own, moved) = (stored.key().clone(), stored.environment != before.environment);
    let renamed = stored.name != before.name;
    put_object(writer.state, stored);
    if renamed {
        rename_in_dependents(writer.state, &own)?;
    }
    if moved {
        move_dependents(writer, &own)?;
    }
    Ok(())
}

/// Writes a row's members into its object.
fn take_over(
    writer: &Writer<'_>,
    spec: &ResourceSpec,
    stored: &mut StoredObject,
    row: &Row,
) -> Result<(), EngineError> {
    let state = &*writer.state;
    let known = stored.object.dependencies().to_vec();
    let mut data = stored.object.data_bytes().to_vec();
    for member in members_of(stored.object.data_type()) {
        data = member.write(&data, row);
    }
    if stored.type_name == "USER_ALGORITHM" && row.contains_key("algorithmExtension") {
        data = set_field(
            &data,
            CONFIGURATION,
            Some(&Wire::new().text(CONFIGURATION, &extension(row)).finish()),
        );
    }
    stored.object = with_data(&stored.object, &data)?;
    links::write(state, stored, row)?;
    for key in stored.object.dependencies() {
        if !known.contains(key) && reference::target(state, key).is_none() {
            return Err(EngineError::not_found("object", key));
        }
    }
    refresh_names(state, stored)?;
    stored.name = stored.object.name().filter(|name| !name.is_empty());
    match stored.type_name.as_str() {
        "DOMAIN" => stored.not_syncable = domain_obstacle(state, row),
        "ENVIRONMENT" => {
            stored.name = row
                .get("environmentName")
                .and_then(Value::as_str)
                .map(str::to_owned);
            stored.environment = match stored.key().identifier {
                Identifier::Integer(id) => Some(id),
                _ => None,
            };
        }
        name if type_by_name(name).is_some_and(|known| known.scope == Scope::Environment) => {
            let entry = Value::Object(row.clone());
            stored.environment = environment_of(&writer.reader(), spec, &entry);
        }
        _ => {}
    }
    Ok(())
}

/// Why a row's object can't be synced: mapping algorithms and their dependents can't be. Other built-in algorithms
/// are the same everywhere.
pub(in crate::engine) fn domain_obstacle(state: &State, row: &Row) -> Option<String> {
    let members = ["defaultAlgorithmCode", "defaultTokenizationCode"];
    mapping_obstacle(
        state,
        members.iter().filter_map(|member| row.get(*member)?.as_str()),
    )
}

/// Why a dependent of these algorithms can't be synced: one is a mapping algorithm.
pub(super) fn mapping_obstacle<'a>(
    state: &State,
    mut names: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let algorithms = state.tables.get("algorithms")?;
    names
        .find(|name| {
            let row = algorithms.get(&Key::parse(name));
            row.is_some_and(|row| row.get("algorithmType") == Some(&Value::from("MAPPING")))
        })
        .map(|name| format!("mapping algorithm {name} is not syncable"))
}

/// Removes the object of a deleted row. An environment-bound object takes its dependents along; an engine-wide one
/// stays if another object needs it.
pub(super) fn deleted(
    writer: &mut Writer<'_>,
    spec: &ResourceSpec,
    object: &StoredObject,
) -> Result<(), EngineError> {
    remove_object(writer.state, object.key());
    for dependent in dependents(writer.state, object) {
        let above = resource_of(&dependent.type_name);
        if object.environment.is_none() {
            let name = object.name.clone().unwrap_or_default();
            return Err(EngineError::InUse {
                what: spec.title,
                key: name,
                by: above.map_or("another object", |spec| spec.title),
            });
        }
        let (row, above) = match (&dependent.key().identifier, above) {
            (Identifier::Integer(id), Some(spec)) => {
                (Key::Number(*id), writer.reader().collection(spec.path))
            }
            _ => continue,
        };
        if let Some(above) = above.filter(|_| writer.state.objects.get(dependent.key()).is_some()) {
            above.delete(writer, &row)?;
        }
    }
    Ok(())
}

/// The objects that refer to an object or to a reference to it.
fn dependents(state: &State, object: &StoredObject) -> Vec<Arc<StoredObject>> {
    let is_it = |key: &ObjectKey| key == object.key() || resolves_to(state, key, object);
    // A reference has its original's identifier.
    state
        .objects
        .depending_on(&object.key().identifier)
        .filter(|other| other.object.dependencies().iter().any(is_it))
        .cloned()
        .collect()
}

/// Whether a reference's key stands for an object, even a deleted one.
fn resolves_to(state: &State, key: &ObjectKey, object: &StoredObject) -> bool {
    if let Some(original) = resolve(state, key) {
        return original.key() == object.key();
    }
    let wanted = links::type_of(state, key).and_then(exportdoc::internal::import_plan::stands_for);
    let fits = match wanted {
        Some(exportdoc::internal::import_plan::TypeSelector::AnyAlgorithm) => {
            super::kinds::is_algorithm(&object.type_name)
        }
        Some(exportdoc::internal::import_plan::TypeSelector::Type(name)) => name == object.type_name,
        None => false,
    };
    fits && key.identifier == object.key().identifier
}

fn rename_in_dependents(state: &mut State, own: &ObjectKey) -> Result<(), EngineError> {
    let Some(object) = state.objects.get(own).cloned() else {
        return Ok(());
    };
    for dependent in dependents(state, &object) {
        let mut renamed = StoredObject::clone(&dependent);
        refresh_names(state, &mut renamed)?;
        put_object(state, renamed);
    }
    Ok(())
}

fn move_dependents(writer: &mut Writer<'_>, own: &ObjectKey) -> Result<(), EngineError> {
    let Some(object) = writer.state.objects.get(own).cloned() else {
        return Ok(());
    };
    for dependent in dependents(writer.state, &object) {
        let names_it = dependent.object.dependencies().contains(own);
        if names_it && dependent.environment != object.environment {
            let mut moved = StoredObject::clone(&dependent);
            moved.environment = object.environment;
            let key = moved.key().clone();
            put_object(writer.state, moved);
            move_dependents(writer, &key)?;
        }
    }
    Ok(())
}

/// Returns a row without its secret members, at any depth.
fn without_secrets(row: &Row, spec: &ResourceSpec) -> Row {
    let mut row = row.clone();
    row.retain(|name, _| !spec.secrets.contains(&name.as_str()));
    for value in row.values_mut() {
        if let Value::Object(inner) = value {
            *inner = without_secrets(inner, spec);
        }
    }
    row
}
