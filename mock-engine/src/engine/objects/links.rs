//! REST members that are dependencies, and the names that objects repeat of their dependencies.
//!
//! Invariant: an id in a row is the id in the dependency's key; repeated names follow their objects.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{
    Inside, ObjectError, ObjectKey, RestLink, by_number_in_own_document, type_by_name,
};
use exportdoc::internal::wire::Writer;
use serde_json::{Value, json};

use super::StoredObject;
use super::members::{at, put_at};
use super::rewrite::{set_field, set_fields, with_data, with_dependencies};
use crate::engine::{Key, Row, State};

/// The links of a type's rows: first the parent, unless that is an environment, then the others.
fn links_of(type_name: &str) -> impl Iterator<Item = RestLink> + use<> {
    let rest = type_by_name(type_name).and_then(|known| known.rest);
    let parent = rest.and_then(|rest| match rest.inside {
        Inside::Same(link) => Some(link),
        Inside::Engine | Inside::Itself | Inside::Environment => None,
    });
    let others = rest.map_or(&[][..], |rest| rest.links);
    parent.into_iter().chain(others.iter().copied())
}

/// The type name of a key on this engine.
pub(super) fn type_of<'a>(state: &'a State, key: &ObjectKey) -> Option<&'a str> {
    match state.objects.get(key) {
        Some(stored) => Some(&stored.type_name),
        None => by_number_in_own_document(key.type_number).map(|known| known.name),
    }
}

/// The paths of the members that [`read`] fills.
pub(super) fn paths(type_name: &str) -> Vec<&'static str> {
    let mut paths: Vec<_> = links_of(type_name)
        .flat_map(|link| [Some(link.member), link.which])
        .flatten()
        .collect();
    if type_name == "MASKING_JOB" {
        // The whole member, so no half of a source stays.
        paths.push("onTheFlyMaskingSource");
    }
    paths
}

/// Fills in the members that are dependencies.
pub(super) fn read(state: &State, stored: &StoredObject, row: &mut Row) {
    for link in links_of(&stored.type_name) {
        let found = linked(state, stored.object.dependencies(), &link);
        let file = |key: &ObjectKey| type_of(state, key).is_some_and(|name| name.contains("FILE_"));
        let kind = |key| if file(key) { "FILE" } else { "DATABASE" };
        let id = |key: &&ObjectKey| match key.identifier {
            Identifier::Integer(id) => Some(id),
            _ => None,
        };
        if link.many {
            let ids: Vec<i64> = found.iter().filter_map(id).collect();
            put_at(row, link.member, Some(json!(ids)));
            continue;
        }
        let Some(first) = found.first() else { continue };
        put_at(row, link.member, id(first).map(Value::from));
        if let Some(which) = link.which {
            put_at(row, which, Some(kind(first).into()));
        }
    }
}

fn linked<'a>(state: &State, dependencies: &'a [ObjectKey], link: &RestLink) -> Vec<&'a ObjectKey> {
    let fits = |key: &&ObjectKey| type_of(state, key).is_some_and(|name| link.types.contains(&name));
    dependencies.iter().filter(fits).collect()
}

/// Gives the object the dependencies in a row; others keep their places.
pub(super) fn write(state: &State, stored: &mut StoredObject, row: &Row) -> Result<(), ObjectError> {
    let mut dependencies = stored.object.dependencies().to_vec();
    for link in links_of(&stored.type_name) {
        let old: Vec<ObjectKey> = linked(state, &dependencies, &link).into_iter().cloned().collect();
        let wanted = wanted_keys(&old, &link, row);
        if wanted == old {
            continue;
        }
        let place = dependencies.iter().position(|key| old.contains(key));
        dependencies.retain(|key| !old.contains(key));
        let place = place.unwrap_or(dependencies.len()).min(dependencies.len());
        dependencies.splice(place..place, wanted);
    }
    if stored.type_name == "DOMAIN" {
        dependencies = domain_algorithms(state, row);
    }
    if stored.type_name == "PROFILE_EXPRESSION" {
        let domain = row.get("domainName").and_then(Value::as_str).unwrap_or_default();
        let domain = state.objects.by_name("DOMAIN", None, domain);
        dependencies = domain.map(|domain| domain.key().clone()).into_iter().collect();
    }
    stored.object = with_dependencies(&stored.object, &dependencies)?;
    Ok(())
}

fn wanted_keys(old: &[ObjectKey], link: &RestLink, row: &Row) -> Vec<ObjectKey> {
    let number = |value: &Value| match Key::from_json(value) {
        Some(Key::Number(id)) => Some(id),
        _ => None,
    };
    let ids: Vec<i64> = match at(row, link.member) {
        Some(Value::Array(many)) => many.iter().filter_map(number).collect(),
        Some(one) => number(one).into_iter().collect(),
        None => Vec::new(),
    };
    let which = link.which.and_then(|which| at(row, which)?.as_str());
    let fresh = which
        .and_then(|which| link.type_of(which))
        .or(link.types.first().copied());
    let fresh = fresh.and_then(|name| type_by_name(name)?.number());
    let key = |id: i64| {
        let identifier = Identifier::Integer(id);
        let known = old.iter().find(|key| key.identifier == identifier);
        known
            .cloned()
            .or_else(|| Some(ObjectKey::new(fresh?, identifier)))
    };
    ids.into_iter().filter_map(key).collect()
}

/// The syncable algorithms of a domain; built-in ones don't count.
fn domain_algorithms(state: &State, row: &Row) -> Vec<ObjectKey> {
    let mut keys: Vec<ObjectKey> = Vec::new();
    for member in ["defaultAlgorithmCode", "defaultTokenizationCode"] {
        let name = row.get(member).and_then(Value::as_str);
        if let Some(algorithm) = name.and_then(|name| state.objects.algorithm(name))
            && !keys.contains(algorithm.key())
        {
            keys.push(algorithm.key().clone());
        }
    }
    keys
}

/// Returns the object of a key: itself, or the original of a reference.
pub(super) fn resolve<'a>(state: &'a State, key: &ObjectKey) -> Option<&'a StoredObject> {
    let type_name = type_of(state, key)?;
    let original = match exportdoc::internal::import_plan::stands_for(type_name) {
        None => state.objects.get(key),
        Some(exportdoc::internal::import_plan::TypeSelector::AnyAlgorithm) => match &key.identifier {
            Identifier::Algorithm(name) => state.objects.algorithm(name),
            _ => None,
        },
        Some(exportdoc::internal::import_plan::TypeSelector::Type(name)) => {
            state.objects.find(name, &key.identifier)
        }
    };
    original.map(AsRef::as_ref)
}

/// Updates the names that an object repeats of its dependencies. This is no save, so the revision stays.
pub(super) fn refresh_names(state: &State, stored: &mut StoredObject) -> Result<(), ObjectError> {
    let name_of = |types: &[&str]| {
        let dependencies = stored.object.dependencies().iter();
        dependencies
            .filter(|key| type_of(state, key).is_some_and(|name| types.contains(&name)))
            .find_map(|key| resolve(state, key)?.name.clone())
    };
    let data = stored.object.data_bytes();
    let set = |data: &[u8], number, name: Option<String>| match name {
        Some(name) => set_field(data, number, Some(&Writer::new().text(number, &name).finish())),
        None => data.to_vec(),
    };
    let parent = links_of(&stored.type_name).next();
    let parent = |data: &[u8]| set(data, 2, parent.and_then(|link| name_of(link.types)));
    let data = match stored.object.data_type() {
        "DatabaseRulesetData" | "MaskingJobData" => parent(data),
        "ProfileJobData" => {
            let data = parent(data);
            set(&data, 3, name_of(&["PROFILE_SET_REFERENCE", "PROFILE_SET"]))
        }
        "ProfileSetData" => {
            let dependencies = stored.object.dependencies().iter();
            let names: Option<Vec<_>> = dependencies
                .map(|key| resolve(state, key)?.name.clone())
                .map(|name| Some(Writer::new().text(3, &name?).finish()))
                .collect();
            match names {
                Some(names) => set_fields(data, 3, names.iter().map(Vec::as_slice)),
                None => data.to_vec(),
            }
        }
        _ => return Ok(()),
    };
    stored.object = with_data(&stored.object, &data)?;
    Ok(())
}
