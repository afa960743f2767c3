//! The audit log, and the log files of the engine.

use std::time::Duration;

use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::leniency::export;
use crate::support::client::Client;

async fn audit(client: &Client, query: &str) -> Vec<Value> {
    let reply = client.get(&format!("audit-logs?{query}")).await;
    assert_eq!(reply.status, 200, "{query} {reply:?}");
    reply.json()["responseList"].as_array().unwrap().clone()
}

/// The action, target and status of rows.
fn said(rows: &[Value]) -> Vec<String> {
    let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    let row = |row| {
        ["actionType", "target", "status"]
            .map(|member| text(row, member))
            .join(" ")
    };
    rows.iter().map(row).collect()
}

#[tokio::test]
async fn audit_log_lists_actions_of_users() {
    let client = Client::demo().await;
    let document = export(&client, &json!({ "objectIdentifier": {}, "objectType": "KEY" })).await;
    let path = "/masking/api/v5.1.8/import?force_overwrite=true";
    assert_eq!(
        client.raw("POST", path, "", document.as_bytes()).await.status,
        200
    );
    let application = json!({ "applicationName": "a" });
    client.call("POST", "applications", &application).await;
    client.call("POST", "applications", &application).await;
    let users = client.get("users").await.json();
    let user = users["responseList"][0]["userId"].clone();
    client
        .call("PUT", &format!("users/{user}"), &json!({ "firstName": "x" }))
        .await;
    client
        .call("POST", "database-connectors/1/test", &json!({}))
        .await;
    client.call("POST", "executions", &json!({ "jobId": 4 })).await;
    client.call("DELETE", "masking-jobs/7", &Value::Null).await;
    client.get("applications").await;
    client.raw("GET", "/__admin/health", "", b"").await;
    client.call("POST", "nothing", &json!({})).await;
    let rows = audit(&client, "").await;
    assert_eq!(
        said(&rows)[..7],
        [
            "LOGIN USER SUCCEEDED",
            "EXPORT SYNCABLE_OBJECT SUCCEEDED",
            "IMPORT SYNCABLE_OBJECT SUCCEEDED",
            "CREATE APPLICATION SUCCEEDED",
            "CREATE APPLICATION FAILED",
            "EDIT USER SUCCEEDED",
            "TEST DATABASE_CONNECTOR SUCCEEDED",
        ]
    );
    assert_eq!(
        said(&rows)[7..],
        ["RUN EXECUTION SUCCEEDED", "DELETE MASKING_JOB SUCCEEDED"]
    );
    assert_eq!(
        (&rows[0]["userName"], &rows[2]["userName"]),
        (&json!("user123"), &json!("user123"))
    );
    assert_eq!(rows[0]["ipAddress"], "127.0.0.1");
    assert_eq!(rows[8]["activityDescription"], "DELETE MASKING_JOB 7");
}

#[tokio::test]
async fn audit_log_can_be_filtered_and_sorted() {
    let client = Client::demo().await;
    for name in ["a", "b"] {
        client.engine.clock().advance(Duration::from_secs(60));
        client
            .call("POST", "applications", &json!({ "applicationName": name }))
            .await;
    }
    client
        .call("POST", "applications", &json!({ "applicationName": "b" }))
        .await;
    for (query, count) in [
        ("action_type=create", 3),
        ("action_type=CREATE&status=FAILED", 1),
        ("target=APPLICATION&user_name=USER123", 3),
        ("user_name=other", 0),
        ("search_string=login", 1),
        ("start_time=2018-06-15T20:37:35.483%2B0000", 3),
        // The client does not encode the plus sign.
        ("start_time=2018-06-15T20:38:35.483+0000", 2),
        ("end_time=2018-06-15T20:37:35.483Z", 2),
    ] {
        assert_eq!(audit(&client, query).await.len(), count, "{query}");
    }
    let first = audit(&client, "sort_by=activityTime&sort_dir=DESC&page_size=1").await;
    assert_eq!(said(&first), ["CREATE APPLICATION FAILED"]);
    let first = audit(&client, "sort_by=action_type&sort_dir=desc&page_size=1").await;
    assert_eq!(said(&first), ["LOGIN USER SUCCEEDED"]);
    for query in ["sort_by=colour", "sort_dir=up", "start_time=yesterday"] {
        assert_eq!(
            client.get(&format!("audit-logs?{query}")).await.status,
            400,
            "{query}"
        );
    }
}

#[tokio::test]
async fn audit_log_is_bounded_and_hides_names_of_failed_logins() {
    let client = Client::of(MockEngine::builder().user("user123", "pw123")).await;
    let body = json!({ "username": "hunter2", "password": "x" });
    assert_eq!(client.call("POST", "login", &body).await.status, 401);
    let rows = audit(&client, "").await;
    assert_eq!(said(&rows), ["LOGIN USER SUCCEEDED", "LOGIN USER FAILED"]);
    assert_eq!(rows[1]["userName"], "unknown");
    for _ in 0..10_100 {
        client.engine.engine().audit(mock_engine::internal::Audited {
            user: Some("u".repeat(10_000)),
            action: "EDIT",
            target: "USER".to_owned(),
            description: String::new(),
            status: mock_engine::internal::AuditStatus::Succeeded,
            ip: None,
        });
    }
    let page = client.get("audit-logs?page_size=1").await;
    assert_eq!(page.json()["_pageInfo"]["total"], 10_000);
    assert!(page.body.len() < 1_000, "{page:?}");
}

#[tokio::test]
async fn engine_log_is_downloaded_by_level() {
    let client = Client::demo().await;
    client.get("applications/99?password=hunter2").await;
    let files = client.get("application-logs").await.json()["responseList"].clone();
    assert_eq!(files.as_array().unwrap().len(), 4);
    for (level, ok, bad) in [
        ("INFO", true, true),
        ("WARN", false, true),
        ("ERROR", false, false),
    ] {
        let file = client
            .get(&format!("application-logs?log_level={level}"))
            .await
            .json();
        let file = &file["responseList"][0];
        assert_eq!(
            (&file["logLevel"], &file["fileNumber"]),
            (&json!(level), &json!(0))
        );
        let reference = file["fileDownloadId"].as_str().unwrap();
        let reply = client.get(&format!("file-downloads/{reference}")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let text = String::from_utf8(reply.body).unwrap();
        assert_eq!(text.contains("INFO  POST /masking/api/login 200"), ok, "{text}");
        assert_eq!(
            text.contains("WARN  GET /masking/api/applications/99 404 "),
            bad,
            "{text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert_eq!(client.get("application-logs?log_level=LOUD").await.status, 400);
    assert_eq!(client.get("file-downloads/LOG-nothing").await.status, 404);
}
