//! Two engines, and calls that many tests make.

use std::collections::BTreeMap;
use std::time::Duration;

use mock_engine::MockEngine;
use mock_engine::Settings;
use serde_json::{Value, json};

use crate::support::client::{Client, Reply, form};

pub(crate) const GLOBAL: (&str, &str) = ("GLOBAL_OBJECT", "global");

/// The settings of engine A, which has the demo inventory.
pub(crate) fn settings_a() -> Settings {
    Settings::default().with(|settings| {
        settings.name = "a.example.com".to_owned();
    })
}

/// The settings of engine B, which starts empty.
pub(crate) fn settings_b() -> Settings {
    Settings::default().with(|settings| {
        settings.name = "b.example.com".to_owned();
        settings.empty = true;
    })
}

/// Engine A.
pub(crate) async fn engine_a() -> Client {
    Client::of(MockEngine::builder().settings(settings_a())).await
}

/// Engine B, with environment 1.
pub(crate) async fn engine_b() -> Client {
    engine_b_with(settings_b()).await
}

pub(crate) async fn engine_b_with(settings: Settings) -> Client {
    let client = Client::of(MockEngine::builder().settings(settings)).await;
    assert_eq!(new_environment(&client, "env").await, 1);
    client
}

/// Engine B after a sync of all global objects.
pub(crate) async fn engine_b_synced(a: &Client) -> Client {
    let b = engine_b().await;
    let document = export(a, &[entry(GLOBAL.0, GLOBAL.1)]).await;
    all_success(&import(&b, "force_overwrite=true", &document).await);
    b
}

/// A new environment with an application of its own.
pub(crate) async fn new_environment(client: &Client, name: &str) -> i64 {
    let application = json!({ "applicationName": format!("app of {name}") });
    let application = client.create("applications", &application, "applicationId").await;
    let environment = json!({ "environmentName": name, "applicationId": application, "purpose": "MASK" });
    client.create("environments", &environment, "environmentId").await
}

/// An entry of an export request, by number or name.
pub(crate) fn entry(object_type: &str, id: impl Into<Value>) -> Value {
    json!({ "objectIdentifier": { "id": id.into() }, "objectType": object_type })
}

/// The export of some objects.
pub(crate) async fn export(client: &Client, entries: &[Value]) -> Vec<u8> {
    let reply = client.call("POST", "export", &Value::from(entries)).await;
    assert_eq!(reply.status, 200, "{entries:?} {reply:?}");
    reply.body
}

/// Imports a document.
pub(crate) async fn import(client: &Client, query: &str, document: &[u8]) -> Reply {
    let target = format!("/masking/api/import?{query}");
    client
        .raw("POST", &target, "Content-Type: application/json\r\n", document)
        .await
}

/// Uploads a document.
pub(crate) async fn import_async(client: &Client, query: &str, more: &str, document: &[u8]) -> Reply {
    let (headers, body) = form("file", "export.json", document);
    let target = format!("/masking/api/import-async?{query}");
    client
        .raw("POST", &target, &format!("{headers}{more}"), &body)
        .await
}

/// The status and the target's identifier of each imported object, by type and identifier.
pub(crate) fn outcomes(reply: &Reply) -> BTreeMap<(String, String), (String, Value)> {
    let rows = reply.json();
    let rows = rows
        .as_array()
        .unwrap_or_else(|| panic!("not an array: {reply:?}"));
    let outcomes: BTreeMap<_, _> = rows
        .iter()
        .map(|row| {
            let text = |name: &str| {
                row[name]
                    .as_str()
                    .unwrap_or_else(|| panic!("no {name}: {row}"))
                    .to_owned()
            };
            assert!(row["objectIdentifier"].is_object(), "{row}");
            let failed = row["importStatus"] == "FAILED";
            assert_eq!(row["failureMessage"].is_string(), failed, "{row}");
            let key = (text("objectType"), row["objectIdentifier"].to_string());
            (
                key,
                (text("importStatus"), row["importedObjectIdentifier"].clone()),
            )
        })
        .collect();
    assert_eq!(outcomes.len(), rows.len(), "an object is there twice: {reply:?}");
    outcomes
}

/// The outcomes of an import that has succeeded.
pub(crate) fn all_success(reply: &Reply) -> BTreeMap<(String, String), (String, Value)> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let outcomes = outcomes(reply);
    assert!(!outcomes.is_empty());
    for (object, (status, imported)) in &outcomes {
        assert_eq!(status, "SUCCESS", "{object:?}");
        assert!(imported.is_object(), "no importedObjectIdentifier: {object:?}");
    }
    outcomes
}

/// The types of the objects that failed.
pub(crate) fn failed(reply: &Reply) -> Vec<String> {
    let all = outcomes(reply).into_iter();
    all.filter(|(_, (status, _))| status == "FAILED")
        .map(|((object_type, _), _)| object_type)
        .collect()
}

/// All entries of `/syncable-objects`.
pub(crate) async fn syncable(client: &Client, query: &str) -> Vec<Value> {
    let reply = client
        .get(&format!("syncable-objects?page_size=10000&{query}"))
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["responseList"].as_array().unwrap().clone()
}

/// The first entry of a type that fits.
pub(crate) async fn find(client: &Client, object_type: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let all = syncable(client, &format!("object_type={object_type}")).await;
    let found = all.iter().find(|entry| fits(entry)).cloned();
    found.unwrap_or_else(|| panic!("no such {object_type} among {all:?}"))
}

/// Whether an entry can be exported.
pub(crate) fn can_be_exported(entry: &Value) -> bool {
    entry["revisionHash"]
        .as_str()
        .is_some_and(|hash| !hash.starts_with("Not Syncable: "))
}

/// The whole state, secrets included.
pub(crate) async fn state(client: &Client) -> Value {
    serde_json::from_slice(&state_bytes(client).await).unwrap()
}

/// The dump, whose order is fixed. Comparing it is cheaper than reading it.
pub(crate) async fn state_bytes(client: &Client) -> Vec<u8> {
    let reply = client.raw("GET", "/__admin/state?secrets=true", "", b"").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

/// Polls a task to its end.
pub(crate) async fn wait(client: &Client, task: &Value) -> Value {
    let id = task["asyncTaskId"]
        .as_i64()
        .unwrap_or_else(|| panic!("not a task: {task}"));
    for _ in 0..600 {
        let state = client.get(&format!("async-tasks/{id}")).await.json();
        if state["status"] != "RUNNING" && state["status"] != "WAITING" {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("task {id} did not end");
}

/// A document with one member changed.
pub(crate) fn altered(document: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(document).unwrap();
    change(&mut value);
    serde_json::to_vec(&value).unwrap()
}
