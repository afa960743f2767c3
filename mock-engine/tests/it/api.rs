//! Logins, tokens, variants of requests, errors, pages.

use std::time::Duration;

use mock_engine::Clock;
use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::support::client::{Client, exchange};

const INVALID: &str = "Invalid authorization, check to make sure it has not expired.";
const EXPIRED: &str = "Provided Authentication has expired. Please log in again.";

#[tokio::test]
async fn login_answers_one_line_with_a_token() {
    let client = Client::new().await;
    let reply = client
        .call("POST", "login", &json!({ "username": "u", "password": "p" }))
        .await;
    let text = String::from_utf8(reply.body).unwrap();
    assert!(
        text.starts_with(r#"{"Authorization":""#) && !text.contains('\n'),
        "{text}"
    );
    assert_eq!(text.split('"').nth(3).unwrap().len(), 36);
}

#[tokio::test]
async fn login_checks_users_if_there_are_any() {
    let client = Client::of(MockEngine::builder().user("user123", "pw123").user("b", "c:d")).await;
    for (user, password, status) in [
        ("b", "c:d", 200),
        ("user123", "c:d", 401),
        ("stranger", "pw123", 401),
        ("user123", "", 401),
    ] {
        let reply = client
            .call(
                "POST",
                "login",
                &json!({ "username": user, "password": password }),
            )
            .await;
        assert_eq!(reply.status, status, "{user}");
        if status == 401 {
            assert_eq!(reply.error(), "Invalid username or password");
        }
    }
    assert_eq!(
        client.raw("POST", "/masking/api/sso-login", "", b"").await.status,
        401
    );
}

#[tokio::test]
async fn login_without_users_accepts_any_nonempty_password() {
    let client = Client::new().await;
    let reply = client
        .call("POST", "login", &json!({ "username": "u", "password": "" }))
        .await;
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (401, "Invalid username or password")
    );
    let reply = client.call("POST", "login", &json!({ "username": "u" })).await;
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (400, "'password' is required for login.")
    );
}

#[tokio::test]
async fn every_endpoint_needs_a_token() {
    let mut client = Client::new().await;
    client.token = "nonsense".to_owned();
    let mut calls = vec![
        ("PUT", "logout".to_owned()),
        ("GET", "syncable-objects".to_owned()),
        ("GET", "syncable-objects/environments/1".to_owned()),
        ("POST", "export".to_owned()),
        ("POST", "v2/export".to_owned()),
        ("POST", "export-async".to_owned()),
        ("DELETE", "export-async".to_owned()),
        ("POST", "import?force_overwrite=true".to_owned()),
        ("POST", "import-async?force_overwrite=true".to_owned()),
        ("DELETE", "import-async".to_owned()),
        ("GET", "async-tasks".to_owned()),
        ("GET", "async-tasks/1".to_owned()),
        ("PUT", "async-tasks/1/cancel".to_owned()),
        ("GET", "file-downloads/EXPORT-x".to_owned()),
        ("POST", "file-uploads".to_owned()),
        ("PUT", "encryptionKey".to_owned()),
        ("PUT", "algorithms/x/randomize-key".to_owned()),
        ("POST", "executions/1/cancel".to_owned()),
    ];
    for collection in mock_engine::internal::catalogue::ALL {
        calls.push(("GET", collection.spec().path.to_owned()));
        calls.push(("GET", format!("{}/1", collection.spec().path)));
    }
    for (method, path) in calls {
        let reply = client.call(method, &path, &Value::Null).await;
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (401, INVALID),
            "{method} {path}"
        );
    }
    let open = client.get("system-information").await;
    assert_eq!(open.status, 200);
    assert_eq!(open.json()["version"].as_str().unwrap().split('.').count(), 4);
}

#[tokio::test]
async fn token_ends_on_the_clock_and_with_logout() {
    let mut client = Client::of(MockEngine::builder().clock(Clock::frozen(1_529_094_995_483))).await;
    assert_eq!(client.get("applications").await.status, 200);
    client.engine.clock().advance(Duration::from_hours(1));
    let reply = client.get("applications").await;
    assert_eq!((reply.status, reply.error().as_str()), (401, EXPIRED));
    client.login().await;
    let reply = client.call("PUT", "logout", &json!({})).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    let reply = client.get("applications").await;
    assert_eq!((reply.status, reply.error().as_str()), (401, INVALID));
}

#[tokio::test]
async fn path_variants_of_real_clients_work() {
    let client = Client::new().await;
    for path in [
        "/masking/api/environments",
        "/masking/api/environments?",
        "/masking/api/environments/",
        "/masking/api/environments/?page_size=256",
        "/masking/api/v5.1.27/environments",
        "/masking/api/v5.2.0/environments/?page_number=1&page_size=999",
        "/masking/api/environments?page_size=1000&&page_number=1&&object_type=KEY",
        "/masking/api/environments?unknown=1&application_id=1",
    ] {
        for accept in [
            "",
            "accept: application/json\r\n",
            "Accept: application/octet-stream\r\n",
            "Accept: x\r\n",
        ] {
            let reply = client.raw("GET", path, accept, b"{}").await;
            assert_eq!(reply.status, 200, "{path} {reply:?}");
            assert_eq!(
                reply.json()["_pageInfo"],
                json!({ "numberOnPage": 0, "total": 0 })
            );
        }
    }
}

#[tokio::test]
async fn header_name_may_have_any_case_and_no_space() {
    let client = Client::new().await;
    let (address, token) = (client.engine.address(), &client.token);
    for line in [
        format!("authorization: {token}"),
        format!("Authorization:{token}"),
        format!("AUTHORIZATION:  {token}"),
    ] {
        let request = format!(
            "GET /masking/api/applications HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{line}\r\n\r\n"
        );
        assert_eq!(exchange(address, request.as_bytes()).await.status, 200, "{line}");
    }
}

#[tokio::test]
async fn every_error_is_json() {
    let client = Client::new().await;
    for (method, path, body, status) in [
        ("GET", "/nowhere", "", 404),
        ("GET", "/masking/api/nowhere", "", 404),
        ("GET", "/masking/api/v5.1/applications", "", 404),
        ("PATCH", "/masking/api/applications", "", 405),
        ("GET", "/masking/api/login", "", 405),
        ("DELETE", "/masking/api/execution-events", "", 405),
        ("POST", "/masking/api/login", "", 400),
        ("POST", "/masking/api/login", "{", 400),
        ("POST", "/masking/api/login", "[]", 400),
        ("GET", "/masking/api/applications/%ff", "", 400),
        ("GET", "/masking/api/applications/99999999999999999999", "", 404),
        ("GET", "/masking/api/async-tasks/99999999999999999999", "", 400),
        ("GET", "/masking/api/applications?page_number=0", "", 400),
        ("GET", "/masking/api/environments?application_id=None", "", 400),
        ("GET", "/masking/api/file-downloads/EXPORT-none", "", 404),
        ("POST", "/masking/api/export", "{}", 400),
        ("POST", "/masking/api/export", "[]", 400),
        ("POST", "/masking/api/export", r#"[{"objectType":"KEY"}]"#, 400),
        (
            "POST",
            "/masking/api/export?structure=TAR",
            r#"[{"objectIdentifier":{},"objectType":"KEY"}]"#,
            400,
        ),
        ("POST", "/masking/api/import", "{}", 400),
        ("POST", "/masking/api/import?force_overwrite=maybe", "{}", 400),
        (
            "POST",
            "/masking/api/import?force_overwrite=True&environment_id=None",
            "{}",
            400,
        ),
        (
            "POST",
            "/masking/api/import-async?force_overwrite=true",
            "{}",
            400,
        ),
    ] {
        let reply = client.raw(method, path, "", body.as_bytes()).await;
        assert_eq!(reply.status, status, "{method} {path} {body} {reply:?}");
        assert!(!reply.error().is_empty());
    }
}

#[tokio::test]
async fn page_beyond_the_last_has_the_error_that_clients_expect() {
    let client = Client::new().await;
    for n in 0..5 {
        client
            .create(
                "applications",
                &json!({ "applicationName": format!("app {n}") }),
                "applicationId",
            )
            .await;
    }
    let page = client.get("applications?page_size=2&page_number=3").await.json();
    assert_eq!(page["_pageInfo"], json!({ "numberOnPage": 1, "total": 5 }));
    assert_eq!(page["responseList"][0]["applicationName"], "app 4");
    let reply = client.get("applications?page_size=2&page_number=4").await;
    assert_eq!(reply.status, 400);
    assert!(
        reply
            .error()
            .contains("is outside of the acceptable range. The last page is")
    );
}

#[tokio::test]
async fn created_status_changes_the_status_of_posts() {
    let client = Client::of(MockEngine::builder().created_status(http::StatusCode::CREATED)).await;
    let reply = client
        .call("POST", "applications", &json!({ "applicationName": "a" }))
        .await;
    assert_eq!(reply.status, 201);
    assert_eq!(
        client
            .call("PUT", "applications/1", &json!({ "applicationName": "b" }))
            .await
            .status,
        200
    );
}
