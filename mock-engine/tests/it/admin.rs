//! The admin endpoints.

use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::support::client::{Client, exchange};

async fn admin(client: &Client, method: &str, path: &str, host: &str, more: &str) -> u16 {
    let request =
        format!("{method} /__admin/{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n");
    exchange(client.engine.address(), request.as_bytes()).await.status
}

#[tokio::test]
async fn web_page_and_rebound_name_cannot_reach_admin_endpoints() {
    let client = Client::of(MockEngine::builder().name("a.example.com")).await;
    for (host, more, status) in [
        ("localhost", "", 200),
        ("127.0.0.1:1", "", 200),
        ("a.example.com", "", 200),
        ("evil.example", "", 403),
        ("localhost", "Origin: http://evil.example\r\n", 403),
        ("localhost", "Origin: http://localhost\r\n", 200),
        ("localhost", "Origin: null\r\n", 403),
    ] {
        assert_eq!(
            admin(&client, "GET", "state", host, more).await,
            status,
            "{host} {more}"
        );
        let length = format!("{more}Content-Length: 0\r\n");
        assert_eq!(
            admin(&client, "POST", "reset", host, &length).await,
            status,
            "{host} {more}"
        );
    }
    assert_eq!(admin(&client, "GET", "nowhere", "localhost", "").await, 404);
    assert_eq!(admin(&client, "DELETE", "health", "localhost", "").await, 405);
}

#[tokio::test]
async fn journal_is_newest_first_and_contains_no_secrets() {
    let client = Client::new().await;
    client
        .raw(
            "GET",
            "/masking/api/applications?x=1",
            "passphrase: op3n\r\n",
            b"",
        )
        .await;
    let journal = client.raw("GET", "/__admin/requests?limit=2", "", b"").await;
    let text = String::from_utf8(journal.body.clone()).unwrap();
    for secret in ["op3n", "pw123", client.token.as_str()] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let requests = journal.json()["requests"].clone();
    assert_eq!(
        (&requests[0]["query"], &requests[0]["status"]),
        (&json!("x=1"), &json!(200))
    );
    assert_eq!(
        requests[1]["body"],
        json!({ "username": "user123", "password": "<redacted>" })
    );
    assert_eq!(
        client.raw("DELETE", "/__admin/requests", "", b"").await.status,
        200
    );
    assert_eq!(
        client.raw("GET", "/__admin/requests", "", b"").await.json()["kept"],
        0
    );
}

#[tokio::test]
async fn state_can_be_dumped_loaded_and_reset() {
    let mut client = Client::new().await;
    client
        .create(
            "applications",
            &json!({ "applicationName": "app" }),
            "applicationId",
        )
        .await;
    let dump = client.raw("GET", "/__admin/state", "", b"").await.body;
    assert_eq!(client.raw("POST", "/__admin/reset", "", b"").await.status, 200);
    assert_eq!(client.get("applications").await.status, 401);
    client.login().await;
    assert_eq!(client.get("applications").await.json()["_pageInfo"]["total"], 0);
    assert_eq!(client.raw("PUT", "/__admin/state", "", &dump).await.status, 200);
    assert_eq!(client.get("applications").await.json()["_pageInfo"]["total"], 1);
    let next = client
        .create(
            "applications",
            &json!({ "applicationName": "b" }),
            "applicationId",
        )
        .await;
    assert_eq!(next, 2);
    assert_eq!(client.raw("PUT", "/__admin/state", "", b"[").await.status, 400);
}

#[tokio::test]
async fn health_names_the_engine() {
    let client = Client::of(MockEngine::builder().name("a.example.com")).await;
    let health = client.raw("GET", "/__admin/health", "", b"").await.json();
    assert_eq!(
        (&health["status"], &health["engine"]),
        (&json!("UP"), &json!("a.example.com"))
    );
    assert_ne!(health["uptimeMs"], Value::Null);
}

#[tokio::test]
async fn dump_without_secrets_keeps_objects_with_secrets() {
    let client = Client::of(MockEngine::builder().seed(1)).await;
    let before = client
        .raw("GET", "/__admin/state?secrets=true", "", b"")
        .await
        .json();
    let dump = client.raw("GET", "/__admin/state", "", b"").await;
    let key = |state: &Value| {
        let objects = state["objects"].as_array().unwrap();
        objects
            .iter()
            .find(|object| object["typeName"] == "KEY")
            .unwrap()
            .clone()
    };
    assert_eq!(key(&dump.json())["secret"], "<redacted>");
    assert_eq!(
        client.raw("PUT", "/__admin/state", "", &dump.body).await.status,
        200
    );
    let after = client
        .raw("GET", "/__admin/state?secrets=true", "", b"")
        .await
        .json();
    assert_eq!(before, after);
    let mut unknown = dump.json();
    unknown["objects"][0]["secret"] = "<redacted>".into();
    unknown["objects"][0]["message"] = Value::Null;
    unknown["objects"][0]["identifier"] = json!({ "id": 99 });
    let reply = client
        .raw("PUT", "/__admin/state", "", unknown.to_string().as_bytes())
        .await;
    assert!(
        reply.status == 400 && reply.error().contains("with secrets"),
        "{reply:?}"
    );
}
