//! The host names for which a mock answers.

use mock_engine::TlsIdentity;
use mock_engine::{Builder, MockEngine, RunningEngine};
use serde_json::json;

use crate::support::client::{Client, Reply, exchange};

const LOGIN: &str = r#"{"username":"a","password":"b"}"#;

async fn engine(builder: Builder) -> RunningEngine {
    builder.empty().seed(1).start().await.unwrap()
}

/// A login with these header lines.
async fn login(engine: &RunningEngine, headers: &str) -> Reply {
    let length = LOGIN.len();
    let request = format!(
        "POST /masking/api/login HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{LOGIN}"
    );
    exchange(engine.address(), request.as_bytes()).await
}

async fn health(engine: &RunningEngine, host: &str) -> u16 {
    let request = format!("GET /__admin/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    exchange(engine.address(), request.as_bytes()).await.status
}

#[tokio::test]
async fn rebound_name_gets_no_token_but_the_option_to_allow_it() {
    let engine = engine(MockEngine::builder().name("a.example.com")).await;
    for host in [
        "localhost",
        "127.0.0.1:1",
        "[::1]",
        "10.0.0.7:8080",
        "a.example.com",
        "x.localhost",
    ] {
        assert_eq!(
            login(&engine, &format!("Host: {host}\r\n")).await.status,
            200,
            "{host}"
        );
    }
    let reply = login(&engine, "Host: masking-a:8080\r\n").await;
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (
            403,
            "The Host header's 'masking-a' is not a name of this server: start it with --host masking-a to add it."
        )
    );
    for target in [
        "/",
        "/masking/api/v5.1.0/system-information",
        "/nowhere",
        "//__admin//openapi.json",
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        assert_eq!(
            exchange(engine.address(), request.as_bytes()).await.status,
            403,
            "{target}"
        );
    }
    assert_eq!(health(&engine, "masking-a:8080").await, 200);
}

#[tokio::test]
async fn name_with_shell_syntax_is_not_suggested() {
    let engine = engine(MockEngine::builder()).await;
    for name in ["$(reboot)", "a;b", "-x", "a'b"] {
        let reply = login(&engine, &format!("Host: {name}\r\n")).await;
        assert_eq!(reply.status, 403, "{reply:?}");
        let error = reply.error();
        assert!(error.contains(name) && !error.contains("--host"), "{error}");
    }
}

#[tokio::test]
async fn name_given_by_option_is_allowed() {
    let engine = engine(MockEngine::builder().hosts(["Masking-A".to_owned()])).await;
    assert_eq!(login(&engine, "Host: masking-a:8080\r\n").await.status, 200);
    assert_eq!(login(&engine, "Host: masking-b:8080\r\n").await.status, 403);
}

#[tokio::test]
async fn name_of_the_certificate_is_allowed() {
    let names = ["a.example.com", "*.b.example.com"].map(str::to_owned);
    let identity = TlsIdentity::self_signed(&names).unwrap();
    let engine = engine(MockEngine::builder().tls_and_plain(identity)).await;
    for (host, status) in [
        ("a.example.com", 200),
        ("x.b.example.com:443", 200),
        ("x.y.b.example.com", 403),
        ("b.example.com", 403),
    ] {
        assert_eq!(
            login(&engine, &format!("Host: {host}\r\n")).await.status,
            status,
            "{host}"
        );
    }
}

#[tokio::test]
async fn with_users_any_name_is_allowed_but_for_admin_endpoints() {
    let client = Client::of(MockEngine::builder().user("user123", "pw123")).await;
    let ask = async |target: &str| {
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: masking-a\r\nConnection: close\r\nAuthorization: {}\r\n\r\n",
            client.token
        );
        exchange(client.engine.address(), request.as_bytes()).await.status
    };
    assert_eq!(ask("/masking/api/applications").await, 200);
    assert_eq!(ask("/__admin/health").await, 200);
    assert_eq!(ask("/__admin/state").await, 403);
}

#[tokio::test]
async fn request_must_have_one_host() {
    let engine = engine(MockEngine::builder().user("a", "b")).await;
    for headers in [
        "Host: localhost\r\nHost: localhost\r\n",
        "Host: localhost\r\nHost: evil.example\r\n",
        "",
        "Host:\r\n",
        "Host: a b\r\n",
    ] {
        let reply = login(&engine, headers).await;
        assert_eq!(reply.status, 400, "{headers:?} {reply:?}");
        assert!(reply.error().contains("Host header"), "{reply:?}");
    }
    assert_eq!(login(&engine, "Host: localhost\r\n").await.status, 200);
    let old = b"GET /masking/api/system-information HTTP/1.0\r\n\r\n";
    assert_eq!(exchange(engine.address(), old).await.status, 200);
}

#[tokio::test]
async fn engine_without_a_port_needs_no_host() {
    let engine = MockEngine::builder().empty().without_port().unwrap();
    let request = http::Request::post("/masking/api/login")
        .body(json!({ "username": "a", "password": "b" }).to_string().into());
    assert_eq!(engine.answer(request.unwrap()).await.status(), 200);
}
