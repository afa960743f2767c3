//! Mistakes of real clients that engines accept.

use mock_engine::MockEngine;
use mock_engine::Settings;
use serde_json::{Value, json};

use crate::support::client::{Client, Reply, form};

const BEHIND: &str = "the body has bytes after its JSON value";

async fn client(strict_json: bool) -> Client {
    let settings = Settings::default().with(|settings| {
        settings.seed = Some(1);
        settings.strict_json = strict_json;
    });
    Client::of(MockEngine::builder().settings(settings)).await
}

async fn post(client: &Client, path: &str, body: &str) -> Reply {
    client
        .raw("POST", &format!("/masking/api/{path}"), "", body.as_bytes())
        .await
}

/// The newest entry of the journal.
pub(crate) async fn last_request(client: &Client) -> Value {
    let journal = client.raw("GET", "/__admin/requests?limit=1", "", b"").await;
    journal.json()["requests"][0].clone()
}

/// An export of an object of the demo inventory.
pub(crate) async fn export(client: &Client, object: &Value) -> String {
    let reply = client.call("POST", "export", &json!([object])).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    String::from_utf8(reply.body).unwrap()
}

fn domain(name: &str) -> Value {
    json!({ "objectIdentifier": { "domainName": name }, "objectType": "DOMAIN" })
}

/// Paths and bodies with an extra brace.
async fn with_a_brace_too_many(client: &Client) -> Vec<(&'static str, String)> {
    let document = export(client, &domain("CREDIT CARD")).await;
    vec![
        ("login", r#"{"username":"u","password":"p"}}"#.to_owned()),
        ("applications", "{\"applicationName\":\"a\"}\n]".to_owned()),
        ("export", format!("[{}]]", domain("CREDIT CARD"))),
        ("import?force_overwrite=true", format!("{document}}}")),
        // Last, since a running job blocks imports.
        (
            "executions",
            r#"{"jobId": 4, "targetConnectorId": 1}}"#.to_owned(),
        ),
    ]
}

#[tokio::test]
async fn extra_brace_is_ignored_and_noted() {
    let client = client(false).await;
    for (path, body) in with_a_brace_too_many(&client).await {
        let reply = post(&client, path, &body).await;
        assert_eq!(reply.status, 200, "{path} {reply:?}");
        let notes = last_request(&client).await["notes"].clone();
        assert_eq!(notes, json!([format!("ignored: {BEHIND}")]), "{path}");
        let broken = body.trim_end_matches(|c: char| "}] \n".contains(c));
        let reply = post(&client, path, broken).await;
        assert!(matches!(reply.status, 400 | 409), "{path} {reply:?}");
    }
}

#[tokio::test]
async fn extra_brace_in_an_uploaded_document_is_ignored_and_noted() {
    let client = client(false).await;
    let document = export(&client, &domain("CREDIT CARD")).await;
    let (headers, body) = form("file", "document.json", format!("{document}}}").as_bytes());
    let path = "/masking/api/import-async?force_overwrite=true";
    let reply = client.raw("POST", path, &headers, &body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let notes = last_request(&client).await["notes"].clone();
    assert_eq!(notes, json!([format!("ignored: {BEHIND}")]));
}

#[tokio::test]
async fn strict_engine_refuses_an_extra_brace() {
    let client = client(true).await;
    for (path, body) in with_a_brace_too_many(&client).await {
        let reply = post(&client, path, &body).await;
        assert_eq!(reply.status, 400, "{path} {reply:?}");
        assert!(reply.error().contains(BEHIND), "{path} {reply:?}");
        assert_eq!(last_request(&client).await["notes"], Value::Null);
        let body = body.strip_suffix(['}', ']']).unwrap();
        // Blanks do not matter.
        let reply = post(&client, path, &format!("{body} \r\n")).await;
        assert!(matches!(reply.status, 200 | 409), "{path} {reply:?}");
    }
}

#[tokio::test]
async fn first_page_has_the_whole_demo_inventory() {
    let client = client(false).await;
    let document = client.raw("GET", "/__admin/openapi.json", "", b"").await.json();
    let mut lists = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let answer = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        if answer["properties"]["_pageInfo"].is_null() || path.contains('{') {
            continue;
        }
        let required = item["get"]["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .any(|p| p["required"] == true);
        let reply = client.raw("GET", path, "", b"").await;
        if required && reply.status == 400 {
            continue;
        }
        let info = reply.json()["_pageInfo"].clone();
        assert_eq!(info["numberOnPage"], info["total"], "{path}");
        lists += 1;
    }
    assert!(lists > 25, "{lists}");
}

fn all_or_none(outcomes: &Value) -> bool {
    let outcomes = outcomes.as_array().unwrap();
    let with = outcomes
        .iter()
        .filter(|row| row["importedObjectIdentifier"].is_object())
        .count();
    assert!(with == 0 || with == outcomes.len(), "{outcomes:?}");
    with > 0
}

#[tokio::test]
async fn import_outcomes_have_all_or_no_target_identifiers() {
    let client = client(false).await;
    let job = json!({ "objectIdentifier": { "id": 4 }, "objectType": "MASKING_JOB" });
    let document = export(&client, &job).await;
    let imported = post(&client, "import?force_overwrite=true&environment_id=1", &document).await;
    assert!(all_or_none(&imported.json()));
    let key = json!({ "objectIdentifier": {}, "objectType": "GLOBAL_OBJECT" });
    let document = export(&client, &key).await;
    assert_eq!(client.call("PUT", "encryptionKey", &json!({})).await.status, 200);
    for (force, status, identifiers) in [("false", 409, false), ("true", 200, true)] {
        let mut reply = post(&client, &format!("import?force_overwrite={force}"), &document).await;
        while reply.status == 200 && status == 409 {
            // An async task makes the new key.
            assert_eq!(client.call("PUT", "encryptionKey", &json!({})).await.status, 200);
            reply = post(&client, &format!("import?force_overwrite={force}"), &document).await;
        }
        assert_eq!(reply.status, status, "{reply:?}");
        assert_eq!(all_or_none(&reply.json()), identifiers, "{reply:?}");
    }
}

#[tokio::test]
async fn journal_lists_imported_objects_and_their_outcomes() {
    let client = client(false).await;
    let job = json!({ "objectIdentifier": { "id": 4 }, "objectType": "MASKING_JOB" });
    let document = export(&client, &job).await;
    let reply = post(&client, "import?force_overwrite=true&environment_id=1", &document).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let import = last_request(&client).await["import"].clone();
    let answered = reply.json();
    let outcomes = import["outcomes"].as_array().unwrap();
    assert_eq!(import["objects"], outcomes.len());
    assert_eq!(import["exportHost"], "mock-engine");
    assert!(import["exportId"].as_str().unwrap().len() == 36, "{import}");
    let digest = <sha2::Sha256 as sha2::Digest>::digest(document.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(import["sha256"], digest);
    for (outcome, row) in outcomes.iter().zip(answered.as_array().unwrap()) {
        for member in [
            "objectType",
            "objectIdentifier",
            "importStatus",
            "importedObjectIdentifier",
        ] {
            assert_eq!(outcome[member], row[member]);
        }
        assert!(outcome["action"].is_string(), "{outcome}");
    }

    let edit = json!({ "jobDescription": "changed" });
    assert_eq!(client.call("PUT", "masking-jobs/4", &edit).await.status, 200);
    let reply = post(
        &client,
        "import?force_overwrite=false&environment_id=1",
        &document,
    )
    .await;
    assert_eq!(reply.status, 409, "{reply:?}");
    let entry = last_request(&client).await;
    let outcomes = entry["import"]["outcomes"].as_array().unwrap().clone();
    let failed = outcomes
        .iter()
        .find(|outcome| outcome["importStatus"] == "FAILED")
        .unwrap();
    assert_eq!(
        (&failed["objectType"], &failed["action"]),
        (&json!("MASKING_JOB"), &json!("conflict"))
    );
    assert!(
        failed["failureMessage"]
            .as_str()
            .unwrap()
            .contains("force_overwrite is false"),
        "{failed}"
    );
    assert_eq!(entry["import"]["error"], entry["error"]);

    let reply = post(&client, "import?force_overwrite=true", "{}").await;
    assert_eq!(reply.status, 400, "{reply:?}");
    let entry = last_request(&client).await;
    assert_eq!(entry["import"]["error"], entry["error"]);
}
