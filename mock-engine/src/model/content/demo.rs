//! The demo inventory.
//!
//! Invariant: the same on every engine but for the global key, so that what one engine has not changed is identical on
//! another.

use exportdoc::object::{by_number_in_own_document, draft};
use exportdoc::sample::{self, SampleSize};
use serde_json::json;

use super::{put, put_environment, row, unusable};
use crate::model::objects::{StoredObject, domain_obstacle, put_object};
use crate::model::{Key, ModelError, State};

/// Algorithms that come with every engine and are no syncable objects, with their `algorithmType`.
const BUILT_IN: &[(&str, &str)] = &[
    ("CreditCard", "MISC"),
    ("DateShiftFixed", "DATE"),
    ("DateShiftVariable", "DATE"),
    ("RepeatFirstDigit", "MISC"),
    ("SecureShuffle", "MISC"),
    (MAPPING, "MAPPING"),
];

/// A mapping algorithm: nothing that depends on it can be synced.
const MAPPING: &str = "PatientNoMapping";
/// The domain that depends on it.
const MAPPED_DOMAIN: &str = "PATIENT_NO";

/// Fills a state with the demo inventory.
pub(super) fn fill(state: &mut State) -> Result<(), ModelError> {
    for (name, kind) in BUILT_IN {
        let built_in = row(json!({ "algorithmName": name, "algorithmType": kind, "createdBy": "admin" }));
        state.table_mut("algorithms").insert(Key::parse(name), built_in);
    }
    for object in sample::global_objects(SampleSize::SMALL).map_err(unusable)? {
        let name = by_number_in_own_document(object.key().type_number).map_or("", |known| known.name);
        // Each engine has a key of its own.
        if name != "KEY" {
            put_object(state, StoredObject::new(object, name, None));
        }
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
    for environment in sample::environments().map_err(unusable)? {
        put_environment(state, environment.id, environment.application, environment.name)?;
        for object in environment.objects {
            let name = by_number_in_own_document(object.key().type_number).map_or("", |known| known.name);
            put_object(state, StoredObject::new(object, name, Some(environment.id)));
        }
    }
    Ok(())
}
