//! Types whose messages are not public: those of 2025.

use exportdoc::internal::object::{OBJECT_TYPES, ObjectType, TypeNumber};
use mock_engine::{MockEngine, Profile};
use serde_json::{Value, json};
use testkit::typed;

use super::{demo, empty, export, objects, succeeded};
use crate::objects::open;
use crate::support::client::Client;
use crate::support::pair::import;

/// The types whose numbers no one has seen.
fn unseen() -> impl Iterator<Item = &'static ObjectType> {
    OBJECT_TYPES
        .iter()
        .filter(|known| known.number == TypeNumber::Unseen && !known.is_reference())
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn document_of_newer_types_is_kept_byte_for_byte() {
    let directory = tempfile::tempdir().unwrap();
    for known in unseen() {
        let path = directory.path().join(format!("{}.json", known.name));
        let document = typed::document(known, "1");
        std::fs::write(&path, &document).unwrap();
        let (_, original) = open(&document);
        let loaded = Client::of(MockEngine::builder().profile(Profile::V2025).load([path])).await;
        let query = format!("object_type={}", known.name);
        let listed = objects(&loaded, &query).await;
        assert_eq!(listed.len(), 1, "{}", known.name);
        let sent = export(&loaded, &listed).await;
        let target = empty(Profile::V2025).await;
        let reply = import(&target, "force_overwrite=false", &sent).await;
        assert!(succeeded(&reply), "{}: {reply:?}", known.name);
        let there = objects(&target, &query).await;
        assert_eq!(
            there[0]["revisionHash"], listed[0]["revisionHash"],
            "{}",
            known.name
        );
        let (_, back) = open(&export(&target, &there).await);
        assert_eq!(back[0].as_bytes(), original[0].as_bytes(), "{}", known.name);
    }
}

#[tokio::test]
async fn older_engine_lists_what_it_has_loaded_and_imports_no_more() {
    let directory = tempfile::tempdir().unwrap();
    let known = unseen().next().unwrap();
    let path = directory.path().join("document.json");
    std::fs::write(&path, typed::document(known, "1")).unwrap();
    let loaded = Client::of(MockEngine::builder().profile(Profile::V6_0).load([path])).await;
    let query = format!("object_type={}", known.name);
    let listed = objects(&loaded, &query).await;
    assert_eq!(listed.len(), 1);
    let document = export(&loaded, &listed).await;
    let other = empty(Profile::V6_0).await;
    let refused = import(&other, "force_overwrite=true", &document).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert_eq!(other.get(&format!("syncable-objects?{query}")).await.status, 400);
}

#[tokio::test]
async fn stock_of_2025_has_provisional_objects_and_says_so() {
    let client = demo(Profile::V2025).await;
    let health = client.raw("GET", "/__admin/health", "", b"").await.json();
    let names: Vec<&str> = unseen().map(|known| known.name).collect();
    let mut said: Vec<&str> = health["provisionalTypes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    said.sort_unstable();
    assert_eq!(said, names);
    for name in &names {
        let listed = objects(&client, &format!("object_type={name}")).await;
        assert!(!listed.is_empty(), "{name}");
        let (report, _) = open(&export(&client, &listed[..1]).await);
        assert_eq!(report.objects[0].type_name, *name);
    }
    let older = demo(Profile::V6_0_15).await;
    let health = older.raw("GET", "/__admin/health", "", b"").await.json();
    assert_eq!(health["provisionalTypes"], json!([]));
}

#[tokio::test]
async fn classifiers_take_the_place_of_expressions() {
    let client = demo(Profile::V2025).await;
    let classifiers = client.rows("classifiers?page_size=1000").await;
    assert_eq!(classifiers.len(), 55);
    let first = &classifiers[0];
    assert!(
        first["classifierName"].is_string() && first["domainName"].is_string(),
        "{first}"
    );
    let set = client.get("profile-sets/1").await.json();
    let body = json!({ "profileSetName": set["profileSetName"], "description": "Ours" });
    let changed = client.call("PUT", "profile-sets/1", &body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let entry = json!({ "objectIdentifier": { "id": 1 }, "objectType": "PROFILE_SET" });
    let (report, _) = open(&export(&client, &[entry]).await);
    let members = report
        .objects
        .iter()
        .filter(|object| object.type_name == "CLASSIFIER")
        .count();
    assert_eq!(members, 18);
}

#[tokio::test]
async fn deleting_a_classifier_deletes_its_object() {
    let client = demo(Profile::V2025).await;
    let id = |entry: &Value| entry["objectIdentifier"]["id"].clone();
    let connectors = "object_type=DATASET_CONNECTOR";
    let listed = objects(&client, connectors).await;
    let path = format!("mainframe-dataset-connectors/{}", id(&listed[0]));
    let shown = client.get(&path).await;
    assert_eq!(shown.json()["connectorName"], "Claims host", "{shown:?}");
    assert_eq!(client.call("DELETE", &path, &Value::Null).await.status, 200);
    assert!(objects(&client, connectors).await.is_empty());
}

#[tokio::test]
async fn global_objects_sync_between_engines_of_2025() {
    let source = demo(Profile::V2025).await;
    let target = empty(Profile::V2025).await;
    let entry = json!({ "objectIdentifier": { "id": "global" }, "objectType": "GLOBAL_OBJECT" });
    let document = export(&source, &[entry]).await;
    let reply = import(&target, "force_overwrite=true", &document).await;
    assert!(succeeded(&reply), "{reply:?}");
    let kind = "object_type=CLASSIFIER";
    let hashes = |entries: Vec<Value>| -> std::collections::BTreeSet<String> {
        entries
            .iter()
            .map(|entry| entry["revisionHash"].to_string())
            .collect()
    };
    let (ours, theirs) = (
        hashes(objects(&source, kind).await),
        hashes(objects(&target, kind).await),
    );
    assert!(!theirs.is_empty() && theirs.is_subset(&ours));
}
