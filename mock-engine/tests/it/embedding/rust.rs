//! Engines in Rust tests: sessions, snapshots, and engines without an async runtime.

use std::ffi::OsString;
use std::net::TcpStream;
use std::time::Duration;

use mock_engine::{
    CallPattern, Clock, Expectation, Fault, InProcess, MockEngine, SessionError, SnapshotError,
};
use serde_json::{Value, json};

use crate::support::client::{Client, exchange};

/// The names of the applications that a session shows.
async fn applications(client: &Client, prefix: &str) -> Vec<String> {
    let login = r#"{"username":"u","password":"p"}"#;
    let login = client
        .raw(
            "POST",
            &format!("{prefix}/masking/api/login"),
            "",
            login.as_bytes(),
        )
        .await;
    let token = login.json()["Authorization"].as_str().unwrap().to_owned();
    let request = format!(
        "GET {prefix}/masking/api/applications HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: {token}\r\n\r\n"
    );
    let list = exchange(client.engine.address(), request.as_bytes()).await.json();
    let rows = list["responseList"]
        .as_array()
        .unwrap_or_else(|| panic!("{list}"));
    rows.iter()
        .map(|row| row["applicationName"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn session_is_a_copy_that_ends_with_its_handle() {
    let client = Client::new().await;
    let new = json!({ "applicationName": "of the engine" });
    client.create("applications", &new, "applicationId").await;
    let session = client.engine.session("one").unwrap();
    assert_eq!(session.url(), format!("{}/s/one", client.engine.url()));
    client
        .create(
            "applications",
            &json!({ "applicationName": "later" }),
            "applicationId",
        )
        .await;
    assert_eq!(applications(&client, "/s/one").await, ["of the engine"]);

    // Its clock and its faults are its own.
    let before = client.engine.clock().now_ms();
    session.clock().advance(Duration::from_secs(3600));
    assert!(client.engine.clock().now_ms() < before + 3_600_000);
    let fault: Fault = serde_json::from_value(
        json!({ "match": { "path": "/system-information" }, "act": { "answer": { "status": 503 } } }),
    )
    .unwrap();
    session.faults().add(fault).unwrap();
    let status = async |prefix: &str| {
        let path = format!("{prefix}/masking/api/system-information");
        client.raw("GET", &path, "", b"").await.status
    };
    assert_eq!(status("/s/one").await, 503);
    assert_eq!(status("").await, 200);

    // So is its journal.
    let asked = CallPattern::new("GET", "/system-information");
    session
        .verify(&Expectation::of(asked.clone()).exactly(1))
        .unwrap();
    assert_eq!(session.journal().list(&asked)[0].status(), Some(503));
    drop(session);
    let sessions = client.raw("GET", "/__admin/sessions", "", b"").await;
    assert_eq!(sessions.json()["sessions"], json!([]));
    let bad = client.engine.session("no/path").unwrap_err();
    assert!(matches!(bad, SessionError::Id), "{bad}");
}

#[tokio::test]
async fn snapshot_is_restored_by_its_name() {
    let client = Client::new().await;
    client.engine.snapshot("empty").unwrap();
    let new = json!({ "applicationName": "app" });
    client.create("applications", &new, "applicationId").await;
    client.engine.restore("empty").unwrap();
    assert_eq!(client.rows("applications").await, Vec::<Value>::new());
    let missing = client.engine.restore("other").unwrap_err();
    assert!(matches!(missing, SnapshotError::Missing(_)), "{missing}");
}

#[test]
fn blocking_engine_runs_without_a_runtime() {
    let engine = MockEngine::builder()
        .clock(Clock::frozen(0))
        .start_blocking()
        .unwrap();
    let address = engine.address();
    let information = std::process::Command::new("curl")
        .args([
            "-sSf",
            &format!("{}/masking/api/system-information", engine.url()),
        ])
        .output()
        .unwrap();
    assert!(information.status.success(), "{information:?}");
    drop(engine);
    let gone = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        TcpStream::connect(address).is_err()
    });
    assert!(gone, "the port is closed");
}

#[tokio::test]
async fn blocking_engine_starts_and_ends_within_a_runtime() {
    let engine = MockEngine::builder().start_blocking().unwrap();
    assert!(TcpStream::connect(engine.address()).is_ok());
    assert!(engine.shutdown());
}

#[test]
fn blocking_engine_answers_running_requests_before_it_ends() {
    let engine = MockEngine::builder().start_blocking().unwrap();
    let slow = json!({
        "match": { "path": "/system-information" },
        "act": { "delay": "300ms" },
    });
    let slow: Fault = serde_json::from_value(slow).unwrap();
    engine.faults().set(vec![slow]).unwrap();
    let request = std::process::Command::new("curl")
        .args([
            "-sSf",
            &format!("{}/masking/api/system-information", engine.url()),
        ])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let asked = CallPattern::new("GET", "/system-information");
    let journal = engine.journal();
    engine
        .block_on(journal.wait_for(&asked, 1, Duration::from_secs(10)))
        .unwrap();
    assert!(engine.shutdown());
    let answer = request.wait_with_output().unwrap();
    assert!(answer.status.success(), "{answer:?}");
}

#[test]
fn options_start_engines_in_the_process_of_another_language() {
    let start = |options: &[&str]| InProcess::start(options.iter().map(OsString::from));
    let mut engines = start(&["--engine", "a:0", "--engine", "b:0", "--empty"]).unwrap();
    let listening = engines.engines();
    assert_eq!(listening.len(), 2);
    assert_eq!((listening[0].0.as_str(), listening[1].0.as_str()), ("a", "b"));
    for (_, url) in &listening {
        let address = url.strip_prefix("http://").unwrap();
        assert!(TcpStream::connect(address).is_ok(), "{url}");
    }
    engines.stop();
    engines.stop();
    assert!(engines.engines().is_empty());
    let address = listening[0].1.strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(address).is_err());
    let dropped = start(&["--port", "0", "--empty"]).unwrap();
    assert_eq!(dropped.engines().len(), 1);
    drop(dropped);
    for (options, words) in [
        (&["--no-such-option"][..], "unexpected argument"),
        (&["profiles"], "not commands"),
        (
            &["--engine", "a:0", "--engine", "a:0"],
            "two engines are named 'a'",
        ),
        (&["--port", "0", "--load", "/no/such/file"], "/no/such/file"),
    ] {
        let error = start(options).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}
