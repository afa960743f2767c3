//! Valid requests that the engine refuses. Nothing changes then.

use mock_engine::MockEngine;
use mock_engine::internal::SyncKind;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::pair::{
    GLOBAL, all_success, altered, can_be_exported, engine_a, engine_b, engine_b_with, entry, export, failed,
    find, import, import_async, settings_a, settings_b, state, state_bytes, syncable, wait,
};

#[tokio::test]
async fn object_that_cannot_be_exported_fails_the_whole_export() {
    let a = engine_a().await;
    let not_syncable = find(&a, "DOMAIN", |entry| !can_be_exported(entry)).await;
    let fine = entry("MASKING_JOB", 4);
    for (objects, status) in [
        (json!([fine, not_syncable]), 400),
        (json!([fine, entry("MASKING_JOB", 4711)]), 404),
        (json!([fine, entry("DOMAIN", "NO SUCH DOMAIN")]), 404),
        (
            json!([{ "objectIdentifier": { "algorithmName": "none" }, "objectType": "LOOKUP" }]),
            404,
        ),
        (json!([entry("NO_SUCH_TYPE", 1)]), 400),
    ] {
        for path in ["export", "export-async"] {
            let reply = a.call("POST", path, &objects).await;
            assert_eq!(reply.status, status, "{path} {objects} {reply:?}");
            assert!(!reply.error().is_empty());
        }
    }
    let reply = a.get("syncable-objects?object_type=NO_SUCH_TYPE").await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(!reply.error().is_empty());
}

#[tokio::test]
async fn two_objects_of_the_same_name_cannot_be_exported_together() {
    let a = engine_a().await;
    let template = a.get("database-connectors/1").await.json();
    let mut ids = Vec::new();
    for environment in ["first", "second"] {
        let environment = crate::support::pair::new_environment(&a, environment).await;
        let connector = json!({
            "connectorName": "same name", "databaseType": template["databaseType"], "environmentId": environment,
            "host": "db.example.com", "port": 1521, "username": "u", "schemaName": "S", "sid": "s",
        });
        ids.push(
            a.create("database-connectors", &connector, "databaseConnectorId")
                .await,
        );
    }
    let entries: Vec<_> = ids.iter().map(|id| entry("DATABASE_CONNECTOR", *id)).collect();
    for one in &entries {
        export(&a, std::slice::from_ref(one)).await;
    }
    let reply = a.call("POST", "export", &Value::from(entries)).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(reply.error().contains("same name"), "{reply:?}");
}

#[tokio::test]
async fn wrong_or_missing_passphrase_is_refused() {
    let (a, b) = (engine_a().await, engine_b().await);
    let request = json!([find(&a, "LOOKUP", |_| true).await]).to_string();
    let encrypted = a
        .raw(
            "POST",
            "/masking/api/export",
            "passphrase: right\r\n",
            request.as_bytes(),
        )
        .await;
    assert_eq!(encrypted.status, 200, "{encrypted:?}");
    let plain = a.raw("POST", "/masking/api/export", "", request.as_bytes()).await;
    let before = state(&b).await;
    let target = "/masking/api/import?force_overwrite=true";
    for (passphrase, document) in [
        ("passphrase: wrong\r\n", &encrypted.body),
        ("passphrase: Right\r\n", &encrypted.body),
        ("", &encrypted.body),
        ("passphrase: right\r\n", &plain.body),
    ] {
        let reply = b.raw("POST", target, passphrase, document).await;
        assert_eq!(reply.status, 400, "{passphrase:?} {reply:?}");
        assert!(
            reply.error().to_lowercase().contains("passphrase"),
            "{passphrase:?} {reply:?}"
        );
        assert!(
            !reply.error().contains("ight"),
            "a passphrase in the answer: {reply:?}"
        );
    }
    assert_eq!(state(&b).await, before);
    all_success(
        &b.raw("POST", target, "passphrase: right\r\n", &encrypted.body)
            .await,
    );
}

#[tokio::test]
async fn tampered_document_is_refused() {
    let (a, b) = (engine_a().await, engine_b().await);
    let document = export(&a, &[find(&a, "LOOKUP", |_| true).await]).await;
    let other = export(&a, &[find(&a, "KEY", |_| true).await]).await;
    let other: Value = serde_json::from_slice(&other).unwrap();
    let blob = serde_json::from_slice::<Value>(&document).unwrap()["blob"]
        .as_str()
        .unwrap()
        .to_owned();
    let middle = blob.len() / 2;
    let flipped = if blob.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let flipped = format!("{}{flipped}{}", &blob[..middle], &blob[middle + 1..]);
    let before = state(&b).await;
    let cases = [
        (
            "a changed character of the blob",
            altered(&document, |d| d["blob"] = json!(flipped)),
        ),
        (
            "half a blob",
            altered(&document, |d| d["blob"] = json!(&blob[..middle / 4 * 4])),
        ),
        ("an empty blob", altered(&document, |d| d["blob"] = json!(""))),
        ("no base64", altered(&document, |d| d["blob"] = json!("***"))),
        (
            "no blob",
            altered(&document, |d| drop(d.as_object_mut().unwrap().remove("blob"))),
        ),
        (
            "a number for a blob",
            altered(&document, |d| d["blob"] = json!(1)),
        ),
        (
            "another blob",
            altered(&document, |d| d["blob"] = other["blob"].clone()),
        ),
        (
            "another signature",
            altered(&document, |d| d["signature"] = other["signature"].clone()),
        ),
        (
            "another key",
            altered(&document, |d| d["publicKey"] = other["publicKey"].clone()),
        ),
    ];
    for (name, document) in cases {
        let reply = import(&b, "force_overwrite=true", &document).await;
        assert_eq!(reply.status, 400, "{name}: {reply:?}");
        assert!(!reply.error().is_empty());
        let reply = import_async(&b, "force_overwrite=true", "", &document).await;
        // The call or its task refuses it.
        if reply.status == 200 {
            assert_eq!(wait(&b, &reply.json()).await["status"], "FAILED", "{name}");
        } else {
            assert_eq!(reply.status, 400, "{name}: {reply:?}");
        }
        assert_eq!(state(&b).await, before, "{name}");
    }
    all_success(&import(&b, "force_overwrite=true", &document).await);
}

/// A document of the test data.
fn test_data(name: &str) -> Vec<u8> {
    let path = format!("{}/../testdata/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[tokio::test]
async fn undetermined_signature_passes_unless_a_valid_one_is_required() {
    let document = test_data("generated/engine-like.json");
    let lenient = engine_b().await;
    // Its references are missing, which the engine checks after the signature.
    let reply = import(&lenient, "force_overwrite=true&environment_id=1", &document).await;
    assert_eq!(reply.status, 404, "{reply:?}");
    let settings = settings_b().with(|settings| {
        settings.require_valid_signature = true;
    });
    let strict = engine_b_with(settings).await;
    let reply = import(&strict, "force_overwrite=true&environment_id=1", &document).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(reply.error().to_lowercase().contains("signature"), "{reply:?}");
}

/// The test documents with their verdicts in the tables of both READMEs.
fn verdicts() -> Vec<(String, String, Vec<u8>)> {
    let mut documents = Vec::new();
    for page in ["README.md", "../tests/testkit/README.md"] {
        let page_text = String::from_utf8(test_data(page)).unwrap();
        for line in page_text.lines() {
            let cells = line.strip_prefix("| `").and_then(|rest| rest.split_once("` | "));
            if let Some((name, rest)) = cells.filter(|(name, _)| name.ends_with(".json")) {
                let bytes = if page == "README.md" {
                    test_data(name)
                } else {
                    testkit::document(name)
                };
                let verdict = rest.split(" |").next().unwrap_or_default();
                documents.push((name.to_owned(), verdict.to_owned(), bytes));
            }
        }
    }
    documents
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn import_of_each_test_document_follows_its_verdict() {
    let b = engine_b().await;
    assert_eq!(crate::support::pair::new_environment(&b, "source").await, 2);
    let global = test_data("generated/global-small.json");
    all_success(&import(&b, "force_overwrite=true", &global).await);
    let contradictory = ["cyclic", "duplicate-object", "missing-dependency", "encrypted"];
    let verdicts = verdicts();
    assert!(verdicts.len() > 40, "{}", verdicts.len());
    let query = "force_overwrite=true&environment_id=1&source_environment_id=2";
    let (refused, others): (Vec<_>, Vec<_>) = verdicts.into_iter().partition(|(name, verdict, _)| {
        let stem = name.rsplit('/').next().unwrap().trim_end_matches(".json");
        verdict == "invalid" || verdict == "unreadable" || contradictory.contains(&stem)
    });
    assert!(refused.len() > 20 && others.len() > 10);
    let mut before = state_bytes(&b).await;
    for (name, verdict, document) in refused {
        let reply = import(&b, query, &document).await;
        assert_eq!(reply.status, 400, "{name} ({verdict}): {reply:?}");
        assert!(!reply.error().is_empty(), "{name}: {reply:?}");
    }
    assert!(
        state_bytes(&b).await == before,
        "a refused document changed the engine"
    );
    for (name, verdict, document) in others {
        let reply = import(&b, query, &document).await;
        match reply.status {
            200 => {
                all_success(&reply);
                before = state_bytes(&b).await;
            }
            404 | 409 => {
                assert_eq!(failed(&reply).len(), 1, "{name} ({verdict}): {reply:?}");
                assert!(state_bytes(&b).await == before, "{name}");
            }
            400 => {
                assert!(!reply.error().is_empty(), "{name}: {reply:?}");
                assert!(state_bytes(&b).await == before, "{name}");
            }
            _ => panic!("{name} ({verdict}): {reply:?}"),
        }
    }
    for name in [
        "masking-job",
        "on-the-fly-job",
        "profile-job",
        "engine-like",
        "global-small",
    ] {
        let document = test_data(&format!("generated/{name}.json"));
        all_success(&import(&b, query, &document).await);
    }
    let encrypted = test_data("generated/encrypted.json");
    let passphrase = "passphrase: made up for the test data\r\n";
    let target = "/masking/api/import?force_overwrite=true&environment_id=1";
    all_success(&b.raw("POST", target, passphrase, &encrypted).await);
}

#[tokio::test]
async fn global_key_is_replaced_with_force_only() {
    let (a, b) = (engine_a().await, engine_b().await);
    let key = find(&a, "KEY", |_| true).await;
    let document = export(&a, std::slice::from_ref(&key)).await;
    let there = syncable(&b, "object_type=KEY").await;
    let reply = import(&b, "force_overwrite=false", &document).await;
    assert_eq!(
        (reply.status, failed(&reply)),
        (409, vec!["KEY".to_owned()]),
        "{reply:?}"
    );
    assert_eq!(syncable(&b, "object_type=KEY").await, there);
    all_success(&import(&b, "force_overwrite=true", &document).await);
    assert_eq!(
        syncable(&b, "object_type=KEY").await[0]["revisionHash"],
        key["revisionHash"]
    );
    all_success(&import(&b, "force_overwrite=false", &document).await);
}

#[tokio::test]
async fn sync_operations_run_one_at_a_time_by_default() {
    for concurrent_sync in [false, true] {
        let settings = settings_a().with(|settings| {
            settings.concurrent_sync = concurrent_sync;
        });
        let a = Client::of(MockEngine::builder().settings(settings)).await;
        let request = json!([find(&a, "LOOKUP", |_| true).await]);
        let document = a.call("POST", "export", &request).await.body;
        for running in [SyncKind::Export, SyncKind::Import] {
            let permit = a.engine.engine().begin_sync(running).unwrap();
            let replies = [
                a.call("POST", "export", &request).await,
                a.call("POST", "export-async", &request).await,
                import(&a, "force_overwrite=true", &document).await,
                import_async(&a, "force_overwrite=true", "", &document).await,
            ];
            drop(permit);
            for (index, reply) in replies.iter().enumerate() {
                if concurrent_sync {
                    assert_eq!(reply.status, 200, "call {index} during {running:?}: {reply:?}");
                    if reply.json()["asyncTaskId"].is_i64() {
                        assert_eq!(wait(&a, &reply.json()).await["status"], "SUCCEEDED");
                    }
                } else {
                    assert_eq!(reply.status, 409, "call {index} during {running:?}: {reply:?}");
                    assert!(!reply.error().is_empty());
                }
            }
        }
        all_success(&import(&a, "force_overwrite=true", &document).await);
    }
}

#[tokio::test]
async fn password_is_kept_and_changes_no_hash() {
    let a = engine_a().await;
    let b = crate::support::pair::engine_b_synced(&a).await;
    let document = export(&a, &[entry("MASKING_JOB", 4)]).await;
    let into = "force_overwrite=true&environment_id=1";
    all_success(&import(&b, into, &document).await);
    let before = syncable(&b, "").await;
    let put = b
        .call("PUT", "database-connectors/1", &json!({ "password": "s3cret" }))
        .await;
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(syncable(&b, "").await, before, "a password moves no hash");
    let put = b
        .call(
            "PUT",
            "database-connectors/1",
            &json!({ "host": "other.example.com" }),
        )
        .await;
    assert_eq!(put.status, 200, "{put:?}");
    assert_ne!(syncable(&b, "").await, before, "a host does");
    all_success(&import(&b, into, &document).await);
    assert_eq!(syncable(&b, "").await, before, "and the import takes it back");
    let kept = state(&b).await.to_string();
    assert!(
        kept.contains("s3cret"),
        "an overwritten connector keeps its password"
    );
    let again = export(&b, &[entry("DATABASE_CONNECTOR", 1)]).await;
    let blob = serde_json::from_slice::<Value>(&again).unwrap()["blob"]
        .as_str()
        .unwrap()
        .to_owned();
    let blob = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, blob).unwrap();
    assert!(
        !blob.windows(6).any(|window| window == b"s3cret"),
        "a password was exported"
    );
}

#[tokio::test]
async fn structure_of_an_export_can_be_chosen() {
    let a = engine_a().await;
    let request = json!([entry(GLOBAL.0, GLOBAL.1)]);
    for path in ["export?structure=BLOB", "v2/export", "v2/export?structure=blob"] {
        assert!(
            a.call("POST", path, &request).await.json()["blob"].is_string(),
            "{path}"
        );
    }
    for path in ["export?structure=ZIP", "v2/export?structure=ZIP"] {
        let reply = a.call("POST", path, &request).await;
        assert_eq!(reply.status, 200, "{path} {reply:?}");
        assert!(
            reply.head.contains("application/octet-stream") && reply.body.starts_with(b"PK\x03\x04"),
            "{path}"
        );
    }
}
