//! One target engine as a mock's state dump and as saved lists. It has the objects of `merge/base.json` under other numbers,
//! and those of `merge/bundle.json`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::graph::Graph;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Scope, SyncObject, known_by_number, rename};
use exportdoc::internal::revision_hash;
use serde_json::{Value, json};

use crate::merging::{Place, bundle, global_key, lookup};
use crate::{Named, Result};

/// The environment that everything of one is in.
const ENVIRONMENT: i64 = 1;
/// What is added to the numbers of `merge/base.json`.
const OFFSET: i64 = 40;
/// Entries of the first of two pages.
const FIRST_PAGE: usize = 4;

pub(crate) fn files() -> Result<Named> {
    let objects = objects()?;
    let hashes = revision_hash::of_all(&Graph::of(&objects), revision_hash::DEFAULT_WORK);
    let entries: Vec<Value> = objects
        .iter()
        .zip(&hashes)
        .map(|(object, hash)| {
            json!({
                "objectIdentifier": object.key().identifier.to_json(),
                "objectType": type_name(object),
                "revisionHash": hash,
            })
        })
        .collect();
    let page = |entries: &[Value], total: usize| json!({ "_pageInfo": { "numberOnPage": entries.len(), "total": total }, "responseList": entries });
    let rows = |rows: &[Value]| page(rows, rows.len());
    let environments = [
        environment(ENVIRONMENT, 1, "Clinic", "MASK"),
        environment(2, 2, "Lab", "TOKENIZE"),
    ];
    let number = |n: i64| OFFSET + n;
    let files = [
        ("state", dump(&objects, &environments)),
        ("lists/objects-1", page(&entries[..FIRST_PAGE], entries.len())),
        ("lists/objects-2", page(&entries[FIRST_PAGE..], entries.len())),
        ("lists/environments", rows(&environments)),
        (
            "lists/connectors",
            rows(&[json!({
                "databaseConnectorId": number(1), "connectorName": "Clinic", "environmentId": ENVIRONMENT,
                "databaseType": "POSTGRES",
            })]),
        ),
        (
            "lists/rulesets",
            rows(&[json!({
                "databaseRulesetId": number(1), "rulesetName": "Patients", "databaseConnectorId": number(1),
            })]),
        ),
        (
            "lists/jobs",
            rows(&[
                json!({ "maskingJobId": number(1), "jobName": "Nightly", "rulesetId": number(1) }),
                json!({ "maskingJobId": number(2), "jobName": "Weekly", "rulesetId": number(1) }),
            ]),
        ),
    ];
    files
        .into_iter()
        .map(|(name, value)| Ok((name, serde_json::to_vec(&value)?)))
        .collect()
}

/// All objects of the engine, by type and then identifier as engines list them.
fn objects() -> Result<Vec<SyncObject<'static>>> {
    let clinic = Place::new(1, "Clinic", "Patients", &[])?;
    let nightly = clinic.job(1, "Nightly", "team@example.com", 1)?;
    let weekly = clinic.job(2, "Weekly", "team@example.com", 1)?;
    let own = |key: &ObjectKey| match key.identifier {
        Identifier::Integer(id) => ObjectKey::new(key.type_number, Identifier::Integer(OFFSET + id)),
        _ => key.clone(),
    };
    let mut objects = bundle(&[lookup("Names")?, global_key("one")?])?;
    for object in [clinic.connector, clinic.ruleset, nightly, weekly] {
        objects.push(rename(&object, &own(object.key()), |key| Some(own(key)))?);
    }
    objects.sort_by_key(|object| (type_name(object), object.key().clone()));
    Ok(objects)
}

fn type_name(object: &SyncObject<'_>) -> &'static str {
    known_by_number(object.key().type_number).map_or("", |known| known.name)
}

fn environment(id: i64, application: i64, name: &str, purpose: &str) -> Value {
    json!({
        "environmentId": id, "environmentName": name, "applicationId": application, "purpose": purpose,
        "isWorkflowEnabled": false,
    })
}

fn dump(objects: &[SyncObject<'static>], environments: &[Value]) -> Value {
    let objects: Vec<Value> = objects
        .iter()
        .map(|object| {
            let member = match object.may_hold_secrets() {
                false => "message",
                true => "secret",
            };
            let bound = known_by_number(object.key().type_number)
                .is_some_and(|known| known.scope == Scope::Environment);
            let mut dumped = json!({
                "typeName": type_name(object),
                "identifier": object.key().identifier.to_json(),
                "name": object.name(),
            });
            if bound {
                dumped["environment"] = ENVIRONMENT.into();
            }
            dumped[member] = STANDARD.encode(object.as_bytes()).into();
            dumped
        })
        .collect();
    let table: serde_json::Map<String, Value> = environments
        .iter()
        .map(|row| (row["environmentId"].to_string(), row.clone()))
        .collect();
    json!({ "tables": { "environments": table }, "counters": {}, "executions": {}, "objects": objects, "format": 1 })
}
