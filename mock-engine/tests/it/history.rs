//! The history: who changed what, when, and by which request.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::pair::{engine_a, engine_b, entry, export, import, import_async, wait};

async fn history(client: &Client, query: &str) -> Value {
    let reply = client
        .raw("GET", &format!("/__admin/history?{query}"), "", b"")
        .await;
    assert_eq!(reply.status, 200, "{query}: {reply:?}");
    reply.json()
}

fn requests(history: &Value) -> Vec<String> {
    let changes = history["changes"].as_array().unwrap();
    let text = |change: &Value| {
        let request = &change["request"];
        format!(
            "{} {}",
            request["method"].as_str().unwrap(),
            request["path"].as_str().unwrap()
        )
    };
    changes.iter().map(text).collect()
}

#[tokio::test]
async fn change_has_user_time_request_and_both_sides() {
    let client = Client::demo().await;
    let body = json!({ "applicationName": "new" });
    let id = client.create("applications", &body, "applicationId").await;
    let path = format!("applications/{id}");
    let edit = json!({ "applicationName": "edited" });
    assert_eq!(client.call("PUT", &path, &edit).await.status, 200);
    assert_eq!(client.call("DELETE", &path, &Value::Null).await.status, 200);
    // A refused request changes nothing.
    assert_eq!(client.call("POST", "applications", &json!({})).await.status, 400);
    let history = history(&client, "").await;
    let target = format!("/masking/api/{path}");
    assert_eq!(
        requests(&history),
        [
            format!("DELETE {target}"),
            format!("PUT {target}"),
            "POST /masking/api/applications".to_owned(),
            // It makes the user.
            "POST /masking/api/login".to_owned(),
        ]
    );
    let changes = history["changes"].as_array().unwrap();
    let row = |change: usize| &changes[change]["rows"][0];
    assert_eq!(
        (&row(2)["change"], &row(1)["change"], &row(0)["change"]),
        (&json!("added"), &json!("changed"), &json!("removed"),)
    );
    assert_eq!(
        (&row(1)["table"], &row(1)["key"]),
        (&json!("applications"), &json!(id))
    );
    assert_eq!(row(1)["before"]["applicationName"], "new");
    assert_eq!(row(1)["after"]["applicationName"], "edited");
    assert!(row(2).get("before").is_none() && row(0).get("after").is_none());
    assert_eq!(changes[0]["user"], "user123");
    assert_eq!(changes[0]["time"], "2018-06-15T20:36:35.483+0000");
    let journal = client
        .raw(
            "GET",
            "/__admin/requests?path=/masking/api/applications&method=DELETE",
            "",
            b"",
        )
        .await;
    assert_eq!(journal.json()["requests"][0]["id"], changes[0]["request"]["id"]);
}

#[tokio::test]
async fn imports_in_foreground_and_background_are_causes() {
    let (a, b) = (engine_a().await, engine_b().await);
    let document = export(&a, &[entry("GLOBAL_OBJECT", "global")]).await;
    let task = import_async(&b, "force_overwrite=true", "", &document)
        .await
        .json();
    assert_eq!(wait(&b, &task).await["status"], "SUCCEEDED");
    let domain = history(&b, "object_type=DOMAIN").await;
    assert_eq!(requests(&domain), ["POST /masking/api/import-async"]);
    let change = &domain["changes"][0];
    assert_eq!(change["user"], "user123");
    let objects = change["objects"].as_array().unwrap();
    assert!(
        objects.len() > 1 && objects.iter().all(|object| object["objectType"] == "DOMAIN"),
        "{change}"
    );
    assert_eq!(objects[0]["change"], "added");

    let domains = a.rows("domains?page_size=1000").await;
    let name = domains[0]["domainName"].as_str().unwrap();
    let mut edited = domains[0].clone();
    edited["classification"] = json!("changed by a test");
    assert_eq!(
        a.call("PUT", &format!("domains/{name}"), &edited).await.status,
        200
    );
    let document = export(&a, &[entry("GLOBAL_OBJECT", "global")]).await;
    let reply = import(&b, "force_overwrite=true", &document).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let change = history(&b, "object_type=DOMAIN&limit=1").await["changes"][0].clone();
    assert_eq!(change["request"]["path"], "/masking/api/import");
    let object = &change["objects"][0];
    assert_eq!(
        (&object["change"], &object["name"]),
        (&json!("changed"), &json!(name))
    );
    let fields = object["fields"].to_string();
    assert!(fields.contains("changed by a test"), "{object}");
}

#[tokio::test]
async fn cursor_follows_the_changes() {
    let client = Client::new().await;
    for name in ["a", "b", "c"] {
        client
            .create(
                "applications",
                &json!({ "applicationName": name }),
                "applicationId",
            )
            .await;
    }
    let (mut next, mut seen) = (json!(1), Vec::new());
    loop {
        let page = history(&client, &format!("since={next}&limit=2")).await;
        let changes = page["changes"].as_array().unwrap().clone();
        if changes.is_empty() {
            break;
        }
        seen.extend(
            changes
                .iter()
                .map(|change| change["rows"][0]["after"]["applicationName"].clone()),
        );
        next = page["next"].clone();
    }
    assert_eq!(seen, ["a", "b", "c"]);
    let reply = client.raw("GET", "/__admin/history?since=x", "", b"").await;
    assert_eq!(reply.status, 400, "{reply:?}");
    let reply = client.raw("GET", "/__admin/history?type=x", "", b"").await;
    assert!(
        reply
            .error()
            .contains("none of the parameters since, limit, object_type"),
        "{reply:?}"
    );
}

#[tokio::test]
async fn history_shows_no_secrets_and_ends_with_a_reset() {
    let client = Client::demo().await;
    let connectors = client.rows("database-connectors").await;
    let mut connector = connectors[0].clone();
    connector["password"] = json!("hunter2");
    let path = format!("database-connectors/{}", connector["databaseConnectorId"]);
    assert_eq!(client.call("PUT", &path, &connector).await.status, 200);
    let shown = history(&client, "").await;
    assert_eq!(requests(&shown)[0], format!("PUT /masking/api/{path}"));
    assert!(!shown.to_string().contains("hunter2"), "{shown}");
    assert_eq!(client.raw("POST", "/__admin/reset", "", b"").await.status, 200);
    assert_eq!(history(&client, "").await["changes"], json!([]));
}

#[tokio::test]
async fn restored_snapshot_is_a_change() {
    let client = Client::new().await;
    client.raw("POST", "/__admin/snapshots/one", "", b"").await;
    client
        .create(
            "applications",
            &json!({ "applicationName": "a" }),
            "applicationId",
        )
        .await;
    client
        .raw("POST", "/__admin/snapshots/one/restore", "", b"")
        .await;
    let history = history(&client, "limit=1").await;
    assert_eq!(requests(&history), ["POST /__admin/snapshots/one/restore"]);
    assert_eq!(history["changes"][0]["rows"][0]["change"], "removed");
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn history_is_bounded() {
    let client = Client::new().await;
    for number in 0..1_010 {
        let body = json!({ "applicationName": number.to_string() });
        client.create("applications", &body, "applicationId").await;
    }
    let oldest = history(&client, "since=0&limit=1").await;
    // The login is a change, too.
    assert_eq!(oldest["changes"][0]["id"], 11);
}
