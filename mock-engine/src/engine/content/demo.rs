//! The demo inventory: two applications with their environments, in addition to the stock.
//!
//! Invariant: the same on every engine, so unchanged objects are identical on all of them.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{
    ObjectKey, SyncObject, by_number_in_own_document, draft, rename, type_by_name,
};
use exportdoc::internal::sample;
use serde_json::json;

use super::{put, put_environment, row, stock};
use crate::engine::objects::{StoredObject, domain_obstacle, put_object, with_dependencies};
use crate::engine::{ContentError, Key, Settings, State};

/// Algorithms and domains of the sample inventory that the demo's applications need in addition to the stock.
const OWN: &[&str] = &[
    "CitiesLookup",
    "DiagnosisLookup",
    "SsnSegment",
    "AccountNoSegment",
    "BirthDateShift",
    "DIAGNOSIS",
];

/// A mapping algorithm. Objects that depend on it can't be synced.
const MAPPING: &str = "PatientNoMapping";
/// The domain that depends on it.
const MAPPED_DOMAIN: &str = "PATIENT_NO";

/// Adds the demo inventory to a state with the stock.
pub(super) fn fill(state: &mut State, settings: &Settings) -> Result<(), ContentError> {
    let has_settings = settings.has_type("APPLICATION_SETTINGS");
    let mapping = row(json!({ "algorithmName": MAPPING, "algorithmType": "MAPPING", "createdBy": "admin" }));
    state.table_mut("algorithms").insert(Key::parse(MAPPING), mapping);
    for object in sample::algorithms_and_domains(OWN)? {
        let name = by_number_in_own_document(object.key().type_number).map_or("", |known| known.name);
        let object = if has_settings {
            with_stock_setting(&object)?
        } else {
            without_setting(&object)?
        };
        put_object(state, StoredObject::new(object, name, None));
    }
    let domain = draft::domain(MAPPED_DOMAIN, "Patient", MAPPING, None, &[]);
    let key = domain.key.clone();
    put(state, domain, "domain PATIENT_NO", "DOMAIN", None)?;
    if let Some(stored) = state.objects.get(&key).cloned() {
        let mut stored = StoredObject::clone(&stored);
        let row = state.table("domains").get(&Key::parse(MAPPED_DOMAIN)).cloned();
        stored.not_syncable = domain_obstacle(state, &row.unwrap_or_default());
        put_object(state, stored);
    }
    for environment in sample::environments()? {
        put_environment(state, environment.id, environment.application, environment.name)?;
        for object in environment.objects {
            let name = by_number_in_own_document(object.key().type_number).map_or("", |known| known.name);
            put_object(state, StoredObject::new(object, name, Some(environment.id)));
        }
    }
    stock::put_demo(state, settings)
}

/// Removes the dependency on a setting.
fn without_setting(object: &SyncObject<'static>) -> Result<SyncObject<'static>, ContentError> {
    let settings = type_by_name("APPLICATION_SETTINGS").and_then(|known| known.number());
    let others = object.dependencies().iter();
    let others = others.filter(|key| Some(key.type_number) != settings);
    with_dependencies(object, &others.cloned().collect::<Vec<_>>()).map_err(ContentError::from)
}

/// Replaces the sample inventory's own setting for algorithms by the stock's.
fn with_stock_setting(object: &SyncObject<'static>) -> Result<SyncObject<'static>, ContentError> {
    let settings = type_by_name("APPLICATION_SETTINGS").and_then(|known| known.number());
    let stock = |key: &ObjectKey| {
        let is_setting = Some(key.type_number) == settings;
        let id = Identifier::Integer(stock::SETTING_OF_ALGORITHMS);
        is_setting.then(|| ObjectKey::new(key.type_number, id))
    };
    rename(object, object.key(), stock).map_err(ContentError::from)
}
