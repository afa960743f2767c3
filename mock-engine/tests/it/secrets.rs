//! Secrets in the journal, in dumps and in errors.

use mock_engine::MockEngine;
use mock_engine::Settings;
use serde_json::{Value, json};

use crate::leniency::{export, last_request};
use crate::support::client::{Client, form};

async fn text(client: &Client, path: &str) -> String {
    String::from_utf8(client.raw("GET", path, "", b"").await.body).unwrap()
}

/// Sends requests with the secret `hunter2` where clients put secrets.
async fn with_secrets(client: &Client) {
    let connector = json!({
        "connectorName": "secret", "databaseType": "EXTENDED", "environmentId": 1, "password": "hunter2-p",
        "jdbc": "jdbc:sqlserver://host:1433;user=sa;password=hunter2-j",
    });
    let mount = json!({
        "mountName": "m", "hostAddress": "h", "mountPath": "/p", "type": "CIFS",
        "options": "username=a,password=hunter2-o",
    });
    let algorithm = json!({
        "algorithmName": "a", "algorithmType": "COMPONENT", "frameworkId": 1, "pluginId": 1,
        "algorithmExtension": { "key": "hunter2-k", "inner": [{ "secretKey": "hunter2-s" }] },
    });
    let driver = json!({
        "driverName": "d", "driverClassName": "c", "note": "-----BEGIN PRIVATE KEY-----\nhunter2-x\n",
    });
    for (path, body) in [
        ("database-connectors", connector),
        ("mount-filesystem", mount),
        ("algorithms", algorithm),
        ("jdbc-drivers", driver),
        (
            "applications",
            json!({ "applicationName": "x", "clientSecret": "hunter2-c" }),
        ),
    ] {
        let reply = client.call("POST", path, &body).await;
        assert!(matches!(reply.status, 200 | 404), "{path} {reply:?}");
    }
    let target = "/masking/api/applications?pass%77ord=hunter2-q&api_key=hunter2-a&x=1";
    let headers = "X-Api-Key: hunter2-h\r\nX-Auth-Token: hunter2-t\r\nReferer: http://u:hunter2-r@host/\r\n";
    client.raw("GET", target, headers, b"").await;
}

#[tokio::test]
async fn journal_and_dump_contain_no_secrets() {
    let client = Client::demo().await;
    with_secrets(&client).await;
    let journal = text(&client, "/__admin/requests").await;
    assert!(
        journal.contains("connectorName") && !journal.contains("hunter2"),
        "{journal}"
    );
    let dump = text(&client, "/__admin/state").await;
    assert!(!dump.contains("hunter2"), "{dump}");
    // Objects contain it in their messages, too.
    let dump: Value = serde_json::from_str(&dump).unwrap();
    for object in dump["objects"].as_array().unwrap() {
        if let Some(message) = object["message"].as_str() {
            let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, message).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"), "{object}");
        }
    }
}

#[tokio::test]
async fn loading_a_dump_without_secrets_keeps_secrets() {
    let client = Client::demo().await;
    with_secrets(&client).await;
    let whole = text(&client, "/__admin/state?secrets=true").await;
    assert!(whole.contains("hunter2-p") && whole.contains("hunter2-j"));
    let dump = text(&client, "/__admin/state").await;
    assert_eq!(
        client
            .raw("PUT", "/__admin/state", "", dump.as_bytes())
            .await
            .status,
        200
    );
    assert_eq!(text(&client, "/__admin/state?secrets=true").await, whole);
}

#[tokio::test]
async fn journal_contains_no_imported_document() {
    let client = Client::demo().await;
    let document = export(&client, &json!({ "objectIdentifier": {}, "objectType": "KEY" })).await;
    client
        .raw(
            "POST",
            "/masking/api/import?force_overwrite=true",
            "",
            document.as_bytes(),
        )
        .await;
    let entry = last_request(&client).await;
    assert_eq!(entry["body"]["blob"], "<redacted>");
    assert_eq!(entry["import"]["outcomes"][0]["objectType"], "KEY");
}

#[tokio::test]
async fn user_name_of_a_failed_login_is_not_shown() {
    let client = Client::of(MockEngine::builder().user("user123", "pw123")).await;
    let body = json!({ "username": "hunter2", "password": "x" });
    assert_eq!(client.call("POST", "login", &body).await.status, 401);
    assert_eq!(
        client
            .call("POST", "login", &json!({ "username": "hunter2" }))
            .await
            .status,
        400
    );
    let journal = text(&client, "/__admin/requests").await;
    assert!(!journal.contains("hunter2"), "{journal}");
    assert!(journal.contains("user123"), "{journal}");
}

#[tokio::test]
async fn journal_can_be_filtered_by_method_path_and_status() {
    let client = Client::demo().await;
    client.get("applications/1").await;
    client.get("v5.1.27/applications?x=1").await;
    client.get("applications/99").await;
    client
        .call("POST", "applications", &json!({ "applicationName": "a" }))
        .await;
    for (query, count) in [
        ("path=/masking/api/applications", 4),
        ("path=/masking/api/applications/", 4),
        ("path=/masking/api/application", 0),
        ("path=/masking/api/applications&method=get", 3),
        ("path=/masking/api/applications&method=GET&status=404", 1),
        ("path=/masking/api/applications&limit=2", 2),
        ("status=500", 0),
    ] {
        let reply = client
            .raw("GET", &format!("/__admin/requests?{query}"), "", b"")
            .await;
        assert_eq!(
            reply.json()["requests"].as_array().unwrap().len(),
            count,
            "{query}"
        );
    }
    for query in ["lines=3", "limit=-1", "limit=x", "status=x"] {
        let reply = client
            .raw("GET", &format!("/__admin/requests?{query}"), "", b"")
            .await;
        assert_eq!(reply.status, 400, "{query}");
    }
}

#[tokio::test]
async fn invalid_state_is_refused_and_changes_nothing() {
    let client = Client::demo().await;
    let before = text(&client, "/__admin/state?secrets=true").await;
    let array = format!("[{before}]");
    let mut other: Value = serde_json::from_str(&before).unwrap();
    other["mockEngineState"] = 2.into();
    let other = other.to_string();
    for body in [
        "",
        "[]",
        "{}",
        "null",
        "[1]",
        "{\"tables\":{}}",
        "{\"name\":\"package\"}",
        &array,
        &other,
        "\"hunter2\"",
    ] {
        let reply = client.raw("PUT", "/__admin/state", "", body.as_bytes()).await;
        assert_eq!(reply.status, 400, "{body:.40} {reply:?}");
        assert!(!reply.error().contains("hunter2"), "{reply:?}");
    }
    assert_eq!(text(&client, "/__admin/state?secrets=true").await, before);
}

#[tokio::test]
async fn empty_passphrase_means_no_passphrase() {
    let client = Client::demo().await;
    let body = json!([{ "objectIdentifier": {}, "objectType": "KEY" }]).to_string();
    for (path, body) in [
        ("export", body.as_bytes()),
        ("export-async", body.as_bytes()),
        ("import?force_overwrite=true", b"{}"),
    ] {
        let target = format!("/masking/api/{path}");
        for header in ["passphrase:\r\n", "passphrase:  \r\n"] {
            let reply = client.raw("POST", &target, header, body).await;
            assert_eq!(reply.status, 400, "{path} {reply:?}");
            assert!(reply.error().contains("passphrase header is empty"), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn long_name_of_an_upload_is_refused() {
    let client = Client::demo().await;
    for (length, status) in [(200, 200), (2_000, 413), (60_000, 413)] {
        let (headers, body) = form("file", &"n".repeat(length), b"content");
        let reply = client
            .raw("POST", "/masking/api/file-uploads", &headers, &body)
            .await;
        assert_eq!(reply.status, status, "{length}");
    }
}

#[tokio::test]
async fn errors_name_no_path_of_the_state_directory() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("state");
    let settings = || {
        Settings::default().with(|settings| {
            settings.state_dir = Some(dir.clone());
            settings.empty = true;
        })
    };
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join(".state-Ab12Cd.tmp"), b"half a state").unwrap();
    std::fs::write(dir.join("notes.tmp"), b"not ours").unwrap();
    let client = Client::of(MockEngine::builder().settings(settings())).await;
    let mut names: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["lock", "notes.tmp", "state.json"]);

    std::fs::remove_dir_all(&dir).unwrap();
    let body = json!({ "applicationName": "a" });
    let reply = client.call("POST", "applications", &body).await;
    assert_eq!(reply.status, 500, "{reply:?}");
    let journal = text(&client, "/__admin/requests").await;
    for said in [reply.error(), journal] {
        assert!(!said.contains(home.path().to_str().unwrap()), "{said}");
    }
}

#[tokio::test]
async fn foreign_directory_is_refused_with_advice() {
    for content in [
        "[]",
        "{}",
        "",
        "null",
        "{\"name\":\"package\",\"version\":\"1.0.0\"}",
    ] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("state.json"), content).unwrap();
        let settings = Settings::default().with(|settings| {
            settings.state_dir = Some(dir.path().to_owned());
        });
        let error = MockEngine::builder()
            .settings(settings)
            .start()
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("move the file away") && error.contains("state.json"),
            "{content} {error}"
        );
        let kept = std::fs::read_to_string(dir.path().join("state.json")).unwrap();
        assert_eq!(kept, content);
    }
}
