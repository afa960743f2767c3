//! Copies of environments.
//!
//! Invariant: a copy is independent: everything in it has a new id, objects have new revisions, and references within
//! the environment point into the copy. Engine-wide objects and other environments are shared.

use std::collections::HashMap;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::{TypeSelector, stands_for};
use exportdoc::internal::object::{ObjectKey, RevisionPair, rename};
use serde_json::Value;

use super::links::type_of;
use super::rewrite::with_new_revision;
use super::{ObjectCollection, StoredObject, is_reference, put_object, resource_of};
use crate::engine::resources::{Collection, ResourceSpec, Writer, environment_of, spec};
use crate::engine::{EngineError, Key, Row, State};

/// New ids by path and old id.
type Copies = HashMap<(&'static str, Key), i64>;

static ENVIRONMENTS: ObjectCollection = ObjectCollection::new(&spec::ENVIRONMENTS);

/// Copies an environment with its content. The body replaces members; the name is required.
pub(in crate::engine) fn copy_environment(
    writer: &mut Writer<'_>,
    from: &Key,
    mut body: Row,
) -> Result<Value, EngineError> {
    let original = ENVIRONMENTS.get(&writer.reader(), from)?;
    for member in ["applicationId", "purpose", "isWorkflowEnabled"] {
        let named_otherwise = member == "applicationId" && body.contains_key("application");
        if let Some(value) = original.get(member).filter(|_| !named_otherwise) {
            body.entry(member).or_insert_with(|| value.clone());
        }
    }
    let made = ENVIRONMENTS.create(writer, body)?;
    let (Some(Key::Number(new)), Key::Number(old)) = (
        made.get(spec::ENVIRONMENTS.id_field).and_then(Key::from_json),
        from,
    ) else {
        return Err(EngineError::Internal);
    };
    let mut copies = Copies::from([((spec::ENVIRONMENTS.path, from.clone()), new)]);
    copy_objects(writer, *old, new, &mut copies)?;
    copy_rows(writer, *old, &mut copies);
    Ok(made)
}

fn copy_objects(writer: &mut Writer<'_>, old: i64, new: i64, copies: &mut Copies) -> Result<(), EngineError> {
    let inside = |stored: &StoredObject| {
        stored.environment == Some(old)
            && stored.type_name != "ENVIRONMENT"
            && !is_reference(&stored.type_name)
            && matches!(stored.key().identifier, Identifier::Integer(_))
    };
    let objects: Vec<_> = writer
        .state
        .objects
        .iter()
        .filter(|stored| inside(stored))
        .cloned()
        .collect();
    let mut ids: HashMap<(String, Identifier), i64> = HashMap::new();
    for stored in &objects {
        let id = writer.state.next_object_id(&stored.type_name);
        let identifier = &stored.key().identifier;
        ids.insert((stored.type_name.clone(), identifier.clone()), id);
        if let (Some(spec), Identifier::Integer(own)) = (resource_of(&stored.type_name), identifier) {
            copies.insert((spec.path, Key::Number(*own)), id);
        }
    }
    for stored in &objects {
        let state = &*writer.state;
        let renamed = |key: &ObjectKey| {
            let own = type_of(state, key)?;
            let type_name = match stands_for(own) {
                Some(TypeSelector::Type(original)) => original,
                _ => own,
            };
            let id = ids.get(&(type_name.to_owned(), key.identifier.clone()))?;
            Some(ObjectKey::new(key.type_number, Identifier::Integer(*id)))
        };
        let Some(key) = renamed(stored.key()) else {
            continue;
        };
        let object = rename(&stored.object, &key, renamed)?;
        let pair = RevisionPair {
            object: writer.ids.uuid(),
            save: writer.ids.uuid(),
        };
        let mut copy = StoredObject::clone(stored);
        copy.object = with_new_revision(&object, &pair, writer.now_ms)?;
        copy.environment = Some(new);
        put_object(writer.state, copy);
    }
    Ok(())
}

/// Copies rows without objects, and the members that only rows have.
fn copy_rows(writer: &mut Writer<'_>, old: i64, copies: &mut Copies) {
    let mut rows = Vec::new();
    for collection in writer.collections {
        let spec = collection.spec();
        let reader = writer.reader();
        let table = reader.state.table(spec.path);
        for (key, row) in table.iter() {
            let entry = Value::Object(row.clone());
            if spec.path != spec::ENVIRONMENTS.path && environment_of(&reader, spec, &entry) == Some(old) {
                rows.push((spec, key.clone(), row.clone()));
            }
        }
    }
    // Parts of objects exist already under their own ids; parents come first.
    let parts = [&spec::TABLE_METADATA, &spec::COLUMN_METADATA];
    for (spec, key, row) in &rows {
        let counter = spec
            .counter
            .filter(|_| !copies.contains_key(&(spec.path, key.clone())));
        let part = if parts.iter().any(|part| part.path == spec.path) {
            part_of_copy(writer.state, spec, row, copies)
        } else {
            None
        };
        let id = match (part, counter) {
            (Some(id), _) => id,
            (None, Some(counter)) => writer.state.next_number(counter),
            (None, None) => continue,
        };
        copies.insert((spec.path, key.clone()), id);
    }
    for (spec, key, mut row) in rows {
        let Some(id) = copies.get(&(spec.path, key)).copied() else {
            continue;
        };
        let entry = Value::Object(row.clone());
        for parent in spec.parents {
            let targets: Vec<_> = parent.targets(&entry).collect();
            let renumber = |value: &mut Value| {
                let own = Key::from_json(value);
                let new =
                    own.and_then(|own| targets.iter().find_map(|path| copies.get(&(*path, own.clone()))));
                if let Some(new) = new {
                    *value = (*new).into();
                }
            };
            match row.get_mut(parent.field) {
                Some(Value::Array(many)) => many.iter_mut().for_each(renumber),
                Some(one) => renumber(one),
                None => {}
            }
        }
        row.insert(spec.id_field.to_owned(), id.into());
        if let Some(environment) = row.get_mut("environmentId")
            && let Some(new) = copies.get(&(spec::ENVIRONMENTS.path, Key::Number(old)))
        {
            *environment = (*new).into();
        }
        let key = Key::Number(id);
        // Members from the copied object stay.
        row.extend(
            writer
                .state
                .table(spec.path)
                .get(&key)
                .cloned()
                .unwrap_or_default(),
        );
        writer.state.table_mut(spec.path).insert(key, row);
    }
}

/// The copied object's part that corresponds to a row.
fn part_of_copy(state: &State, spec: &ResourceSpec, row: &Row, copies: &Copies) -> Option<i64> {
    let (owner, name) = (spec.parents.first()?, spec.name_field?);
    let own = Key::from_json(row.get(owner.field)?)?;
    let entry = Value::Object(row.clone());
    let owner_id = owner
        .targets(&entry)
        .find_map(|path| copies.get(&(path, own.clone())))?;
    let table = state.table(spec.path);
    let mut siblings = table.with(owner.field, &Key::Number(*owner_id));
    let same = siblings.find(|(_, sibling)| sibling.get(name) == row.get(name))?;
    match same.0 {
        Key::Number(id) => Some(*id),
        Key::Name(_) => None,
    }
}
