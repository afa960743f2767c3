//! What programs and tests of any language use to start engines, find them and end them.

mod rust;
mod verified;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::program::{Program, test_file};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mock-engine");

async fn healthcheck(arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("healthcheck").args(arguments);
    command.output().await.unwrap()
}

/// The JSON in a file, once it exists.
async fn ready(path: &Path) -> Value {
    let began = Instant::now();
    while !path.exists() {
        assert!(began.elapsed() < Duration::from_secs(20), "no {}", path.display());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[tokio::test]
async fn ready_file_names_engines_that_answer_a_health_check() {
    let dir = tempfile::tempdir().unwrap();
    let (file, port_file) = (dir.path().join("ready.json"), dir.path().join("port"));
    let ca = dir.path().join("ca.pem");
    std::fs::write(&file, "of an earlier run").unwrap();
    let (file_text, ca_text) = (file.to_str().unwrap(), ca.to_str().unwrap());
    let mut program = Program::start(&[
        "--engine",
        "a.example.com:0",
        "--engine",
        "b.example.com:0",
        "--tls",
        "self-signed",
        "--tls-ca-out",
        ca_text,
        "--ready-file",
        file_text,
        "--port-file",
        port_file.to_str().unwrap(),
    ]);
    let (a, b) = (program.address().await, program.address().await);
    let said = ready(&file).await;

    let ports = [&a, &b].map(|address| address.parse::<SocketAddr>().unwrap().port());
    let engine = |name: &str, address: &str, port: u16| json!({ "name": name, "url": format!("https://{address}"), "port": port });
    let engines = json!([
        engine("a.example.com", &a, ports[0]),
        engine("b.example.com", &b, ports[1])
    ]);
    assert_eq!(said["engines"], engines);
    assert_eq!(said["caFile"], ca_text);
    assert_eq!(said["pid"], program.id());
    let port = std::fs::read_to_string(&port_file).unwrap();
    assert_eq!(port, format!("{}\n", ports[0]));

    assert!(healthcheck(&["--ready-file", file_text]).await.status.success());
    program.signal("-TERM").await;
    program.ended().await;
    let down = healthcheck(&["--ready-file", file_text]).await;
    assert_eq!(down.status.code(), Some(1));
    let error = String::from_utf8(down.stderr).unwrap();
    assert!(error.contains(&format!("https://{a}: no connection")), "{error}");
}

#[tokio::test]
async fn health_check_needs_a_trusted_certificate_only_with_ca() {
    let dir = tempfile::tempdir().unwrap();
    let [own, other] = ["own.pem", "other.pem"].map(|name| dir.path().join(name));
    let identity = mock_engine::TlsIdentity::self_signed(&[]).unwrap();
    identity.write_ca(&own).unwrap();
    let foreign = mock_engine::TlsIdentity::self_signed(&[]).unwrap();
    foreign.write_ca(&other).unwrap();
    let engine = mock_engine::MockEngine::builder()
        .tls(identity)
        .start()
        .await
        .unwrap();
    let url = engine.url();
    let (own, other) = (own.to_str().unwrap(), other.to_str().unwrap());
    assert!(healthcheck(&[&url]).await.status.success());
    assert!(healthcheck(&[&url, "--ca", own]).await.status.success());
    assert_eq!(healthcheck(&[&url, "--ca", other]).await.status.code(), Some(1));
}

#[tokio::test]
async fn health_check_fails_for_a_server_that_never_answers() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let checked = healthcheck(&[&url, "--timeout", "50ms"]).await;
    assert_eq!(checked.status.code(), Some(1));
    let error = String::from_utf8(checked.stderr).unwrap();
    assert!(error.contains("no answer within 50ms"), "{error}");
}

#[tokio::test]
async fn json_on_standard_output_is_one_line() {
    let mut program = Program::start(&["--port", "0", "--name", "a", "--ready-format", "json"]);
    let said: Value = serde_json::from_str(&program.line().await).unwrap();
    assert_eq!(said["engines"][0]["name"], "a");
    let url = said["engines"][0]["url"].as_str().unwrap();
    assert!(healthcheck(&[url]).await.status.success());
}

#[tokio::test]
async fn recorder_says_where_it_listens() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("recording");
    let mut program = Program::start(&[
        "record",
        "--to",
        "http://127.0.0.1:9",
        "--out",
        out.to_str().unwrap(),
        "--port",
        "0",
        "--ready-format",
        "json",
    ]);
    let said: Value = serde_json::from_str(&program.line().await).unwrap();
    assert_eq!(said["engines"][0]["name"], "record");
}

#[tokio::test]
async fn failed_start_leaves_no_ready_file() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ready.json");
    std::fs::write(&file, "of an earlier run").unwrap();
    let arguments = ["--port", &port, "--ready-file", file.to_str().unwrap()];
    assert_eq!(Program::start(&arguments).ended().await.code(), Some(1));
    assert!(!file.exists());
}

/// Runs a parent that dies, and waits for the end of its engine.
async fn engine_ends_with(interpreter: &str, script: &str) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ready.json");
    let mut parent = Command::new(interpreter);
    parent
        .arg(test_file(script))
        .args([PROGRAM.as_ref(), file.as_path()]);
    // The engine inherits them, and would hold pipes open.
    parent.stdout(Stdio::null()).stderr(Stdio::null());
    let ended = parent.status().await.unwrap();
    assert!(!ended.success(), "{interpreter} dies");
    let said = ready(&file).await;
    let port = u16::try_from(said["engines"][0]["port"].as_u64().unwrap()).unwrap();
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the engine of {interpreter} still runs"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn engine_ends_with_its_parent() {
    engine_ends_with("python3", "embedding/parent.py").await;
    if testkit::exhaustive() {
        engine_ends_with("node", "embedding/parent.mjs").await;
        engine_ends_with("java", "embedding/Parent.java").await;
    }
}
