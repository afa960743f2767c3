//! Objects of the types that came with 2025.
//!
//! Invariant: only their names are public, so the type numbers, the identifiers, the message and the content are made
//! up. All of them carry [`MESSAGE`], by which the admin API finds them.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject, type_by_name};
use exportdoc::internal::sample;
use exportdoc::internal::wire::Writer;
use serde_json::{Value, json};

use super::{Found, names};
use crate::engine::content::row;
use crate::engine::objects::{StoredObject, put_object, resource_of};
use crate::engine::{ContentError, Key, Settings, State, defaults};

/// The data message of these objects. No engine has it.
const MESSAGE: &str = "ProvisionalData";
/// Number of the first type. Those of the library end below it.
pub const FIRST_NUMBER: u64 = 9_100;

/// The types, in the order of their numbers.
pub const TYPES: &[&str] = &[
    "ALGORITHM_PLUGIN",
    "CLASSIFIER",
    "CREDENTIAL_PATH",
    "DATASET_CONNECTOR",
    "DATASET_FORMAT",
    "DATASET_RULESET",
    "DRIVER_SUPPORT_PLUGIN",
    "LICENSE_INFO",
    "PASSWORD_VAULT",
];

/// Types and names of the stock, besides the classifiers.
const STOCK: &[(&str, &str)] = &[
    ("ALGORITHM_PLUGIN", names::PLUGIN.1),
    ("DRIVER_SUPPORT_PLUGIN", "Built-in drivers"),
    ("LICENSE_INFO", "License"),
];

/// Types and names of the demo, all engine-wide.
const DEMO: &[(&str, &str)] = &[
    ("CREDENTIAL_PATH", "Claims database"),
    ("DATASET_CONNECTOR", "Claims host"),
    ("DATASET_FORMAT", "Claims copybook"),
    ("DATASET_RULESET", "Claims datasets"),
    ("PASSWORD_VAULT", "Vault"),
];

/// Adds the stock's objects of the types that the engine has.
pub(super) fn put_stock(state: &mut State, settings: &Settings) -> Result<(), ContentError> {
    put_all(state, settings, STOCK)
}

/// Adds the demo's.
pub(in crate::engine) fn put_demo(state: &mut State, settings: &Settings) -> Result<(), ContentError> {
    put_all(state, settings, DEMO)
}

fn put_all(state: &mut State, settings: &Settings, all: &[(&str, &str)]) -> Result<(), ContentError> {
    for (type_name, name) in all.iter().filter(|(type_name, _)| settings.has_type(type_name)) {
        // Without a profile the types are only there once a document is loaded or imported.
        if settings.profile.is_some() {
            let home = match *type_name {
                "DATASET_CONNECTOR" => json!({ "environmentId": 1 }),
                _ => json!({}),
            };
            put(state, type_name, name, &[], home)?;
        }
    }
    Ok(())
}

/// Adds a classifier for each of the stock's profile expressions, whose place classifiers take. Returns their keys by the
/// numbers of the expressions.
pub(super) fn put_classifiers(state: &mut State) -> Result<Found, ContentError> {
    let domains = type_by_name("DOMAIN").and_then(|known| known.number());
    let mut keys = Vec::new();
    for ((name, domain, expression), id) in names::EXPRESSIONS.iter().zip(1..) {
        let of_data = name.starts_with(names::OF_DATA);
        let framework = if of_data { "DATA" } else { "PATH" };
        let framework = names::CLASSIFIER_FRAMEWORKS
            .iter()
            .find(|(_, known)| *known == framework);
        let shown = json!({
            "domainName": domain,
            "frameworkId": framework.map(|(id, _)| id),
            "classifierConfiguration": { "expression": expression },
            "createdBy": defaults::ADMIN,
        });
        let identifier = Identifier::Text((*domain).to_owned());
        let domain = domains.map(|number| ObjectKey::new(number, identifier));
        let key = put(state, "CLASSIFIER", name, domain.as_slice(), shown)?;
        keys.push((id, key, *name));
    }
    Ok(keys)
}

/// Adds an object, with the members of its row that no object has.
fn put(
    state: &mut State,
    type_name: &str,
    name: &str,
    dependencies: &[ObjectKey],
    shown: Value,
) -> Result<ObjectKey, ContentError> {
    let number = TYPES
        .iter()
        .zip(FIRST_NUMBER..)
        .find(|(known, _)| **known == type_name);
    let number = number.map_or(FIRST_NUMBER, |(_, number)| number);
    let id = state.next_object_id(type_name);
    let key = ObjectKey::new(number, Identifier::Integer(id));
    let revision = Revision {
        pair: sample::revision_pair(&super::label(type_name, name), 1),
        json: Revision::json_text(type_name, &key),
        created: Some(sample::INSTALLED),
        modified: Some(sample::INSTALLED),
    };
    let data = Writer::new().text(1, name).finish();
    let object = SyncObject::build(&key, dependencies, &revision, MESSAGE, &data)?;
    let mut stored = StoredObject::new(object, type_name, None);
    stored.name = Some(name.to_owned());
    put_object(state, stored);
    if let Some(spec) = resource_of(type_name) {
        let mut known = state
            .table(spec.path)
            .get(&Key::Number(id))
            .cloned()
            .unwrap_or_default();
        known.extend(row(shown));
        if let Some(field) = spec.name_field {
            known.insert(field.to_owned(), name.into());
        }
        state.table_mut(spec.path).insert(Key::Number(id), known);
    }
    Ok(key)
}

/// The types whose objects in a state are made up.
pub(in crate::engine) fn provisional_types(state: &State) -> Vec<&'static str> {
    let made_up = |type_name: &&&str| {
        let mut objects = state.objects.of_type(type_name);
        objects.any(|stored| stored.object.data_type() == MESSAGE)
    };
    TYPES.iter().filter(made_up).copied().collect()
}
