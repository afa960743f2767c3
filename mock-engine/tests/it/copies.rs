//! Copies of environments.

use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::support::client::Client;

#[tokio::test]
async fn copied_environment_has_all_objects_under_new_ids() {
    let client = Client::of(MockEngine::builder()).await;
    let file_connector = json!({
        "connectorName": "files", "environmentId": 1, "fileType": "DELIMITED", "connectionInfo": { "path": "/data" },
    });
    let files = client
        .create("file-connectors", &file_connector, "fileConnectorId")
        .await;
    let ruleset = json!({ "rulesetName": "file rules", "fileConnectorId": files });
    client.create("file-rulesets", &ruleset, "fileRulesetId").await;

    let nameless = client.call("POST", "environments/1/copy", &json!({})).await;
    assert_eq!(nameless.status, 400, "{nameless:?}");
    let copied = client
        .call(
            "POST",
            "environments/1/copy",
            &json!({ "environmentName": "Copy" }),
        )
        .await;
    assert_eq!(copied.status, 200, "{copied:?}");
    let copy = copied.json()["environmentId"].as_i64().unwrap();
    assert_eq!(
        copied.json()["applicationId"],
        client.get("environments/1").await.json()["applicationId"]
    );

    for (path, id, name) in [
        ("database-connectors", "databaseConnectorId", "connectorName"),
        ("database-rulesets", "databaseRulesetId", "rulesetName"),
        ("file-connectors", "fileConnectorId", "connectorName"),
        ("file-rulesets", "fileRulesetId", "rulesetName"),
        ("masking-jobs", "maskingJobId", "jobName"),
        ("profile-jobs", "profileJobId", "jobName"),
    ] {
        let old = client.rows(&format!("{path}?environment_id=1")).await;
        let new = client.rows(&format!("{path}?environment_id={copy}")).await;
        assert!(!old.is_empty(), "{path}");
        let names = |rows: &[Value]| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
        assert_eq!(names(&old), names(&new), "{path}");
        assert!(
            new.iter().all(|row| old.iter().all(|other| other[id] != row[id])),
            "{path}"
        );
    }

    // The copied on-the-fly job reads from the copied connector, and the copied ruleset has its tables.
    let connectors = client
        .rows(&format!("database-connectors?environment_id={copy}"))
        .await;
    let jobs = client.rows(&format!("masking-jobs?environment_id={copy}")).await;
    let on_the_fly = jobs.iter().find(|job| job["onTheFlyMasking"] == true).unwrap();
    let source = &on_the_fly["onTheFlyMaskingSource"]["connectorId"];
    assert!(
        connectors.iter().any(|row| row["databaseConnectorId"] == *source),
        "{on_the_fly}"
    );
    let rulesets = client
        .rows(&format!("database-rulesets?environment_id={copy}"))
        .await;
    assert_eq!(on_the_fly["rulesetId"], rulesets[0]["databaseRulesetId"]);
    let tables = client
        .rows(&format!(
            "table-metadata?ruleset_id={}",
            rulesets[0]["databaseRulesetId"]
        ))
        .await;
    assert_eq!(tables.len(), 2);

    // The copy does not depend on the original.
    assert_eq!(
        client.call("DELETE", "environments/1", &Value::Null).await.status,
        200
    );
    let wanted = json!([{ "objectType": "ENVIRONMENT", "objectIdentifier": { "id": copy } }]);
    let exported = client.call("POST", "export", &wanted).await;
    assert_eq!(exported.status, 200, "{exported:?}");
    assert_eq!(
        client
            .rows(&format!("masking-jobs?environment_id={copy}"))
            .await
            .len(),
        jobs.len()
    );
    assert_eq!(
        client
            .call("POST", "environments/99/copy", &json!({ "environmentName": "x" }))
            .await
            .status,
        404
    );
}
