//! The program: its output, TLS with curl, signals, restarts.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::support::program::Program;

async fn curl(arguments: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["-sS", "--max-time", "20"])
        .args(arguments)
        .output()
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn port(url: &str) -> &str {
    url.rsplit(':').next().unwrap()
}

#[tokio::test]
async fn program_prints_its_url_and_stops_on_sigterm() {
    let mut program = Program::start(&["--port", "0"]);
    let url = program.line().await;
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert!(curl(&[&format!("{url}/__admin/health")]).await.contains("UP"));
    program.signal("-TERM").await;
    assert_eq!(program.ended().await.code(), Some(0));
}

#[tokio::test]
async fn two_engines_answer_on_their_names_over_http_and_https() {
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    let ca = ca.to_str().unwrap();
    let mut program = Program::start(&[
        "--engine",
        "a.example.com:0",
        "--engine",
        "b.example.com:0",
        "--tls",
        "self-signed",
        "--tls-ca-out",
        ca,
        "--also-http",
    ]);
    for name in ["a.example.com", "b.example.com"] {
        let line = program.line().await;
        let (engine, url) = line.split_once(' ').unwrap();
        assert_eq!(engine, name);
        for (scheme, default) in [("https", 443), ("http", 80)] {
            let connect = format!("{name}:{default}:127.0.0.1:{}", port(url));
            let login = format!("{scheme}://{name}/masking/api/login");
            let body = r#"{ "username": "user123", "password": "pw123" }"#;
            let answer = curl(&["--cacert", ca, "--connect-to", &connect, "-d", body, &login]).await;
            assert!(answer.starts_with(r#"{"Authorization":""#), "{answer}");
        }
        let other = format!("c.example.com:443:127.0.0.1:{}", port(url));
        let refused = Command::new("curl")
            .args([
                "-s",
                "--cacert",
                ca,
                "--connect-to",
                &other,
                "https://c.example.com/",
            ])
            .status()
            .await
            .unwrap();
        assert!(!refused.success());
    }
}

#[tokio::test]
async fn second_signal_ends_the_program_at_once() {
    let mut program = Program::start(&["--port", "0", "--task-delay", "1h", "--download-wait", "1h"]);
    let url = program.line().await;
    // Unread answers delay the stop after the first signal.
    let token = login(&url).await;
    let header = format!("Authorization: {token}");
    let large = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        &large,
        format!(r#"{{"userName":"large","note":"{}"}}"#, "x".repeat(900_000)),
    )
    .unwrap();
    let data = format!("@{}", large.path().display());
    let users = format!("{url}/masking/api/users");
    curl(&["-H", &header, "-d", &data, "-o", "/dev/null", &users]).await;
    let address = url.strip_prefix("http://").unwrap().to_owned();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET /masking/api/users HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.repeat(50).as_bytes())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    program.signal("-TERM").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(program.is_running());
    let began = Instant::now();
    program.signal("-INT").await;
    assert_eq!(program.ended().await.code(), Some(1));
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn state_survives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let with_state = ["--port", "0", "--state-dir", state.to_str().unwrap()];
    let mut program = Program::start(&with_state);
    let url = program.line().await;
    let token = login(&url).await;
    let header = format!("Authorization: {token}");
    let api = format!("{url}/masking/api/applications");
    curl(&["-H", &header, "-d", r#"{"applicationName":"kept"}"#, &api]).await;
    program.signal("-KILL").await;
    program.ended().await;

    let mut program = Program::start(&with_state);
    let url = program.line().await;
    let header = format!("Authorization: {}", login(&url).await);
    let list = curl(&["-H", &header, &format!("{url}/masking/api/applications")]).await;
    assert!(list.contains("kept"), "{list}");
    let mut second = Program::start(&with_state);
    assert_eq!(second.ended().await.code(), Some(1));
}

async fn login(url: &str) -> String {
    let answer = curl(&[
        "-d",
        r#"{"username":"u","password":"p"}"#,
        &format!("{url}/masking/api/login"),
    ])
    .await;
    answer.split('"').nth(3).unwrap().to_owned()
}

#[test]
fn completions_and_manual_pages_know_every_subcommand() {
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_mock-engine"))
            .args(arguments)
            .output()
            .unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        // troff writes a hyphen that stays one with a backslash.
        (output.status.code(), text.replace("\\-", "-"))
    };
    let subcommands = [
        "faults",
        "profiles",
        "init",
        "record",
        "replay",
        "check",
        "healthcheck",
        "completions",
        "man",
    ];
    let (_, page) = run(&["man"]);
    for name in subcommands {
        assert!(page.contains(&format!("mock-engine-{name}(1)")), "{page}");
        let (code, own) = run(&["man", name]);
        assert_eq!(code, Some(0));
        assert!(own.contains(&format!(".TH mock-engine-{name} 1")), "{own}");
    }
    for shell in ["bash", "fish", "zsh"] {
        let (code, script) = run(&["completions", shell]);
        assert_eq!(code, Some(0));
        for word in subcommands.iter().chain(&["ready-file", "seed-file"]) {
            assert!(script.contains(word), "{shell} doesn't complete {word}");
        }
    }
    let (code, error) = run(&["man", "nonsense"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("no subcommand 'nonsense'"), "{error}");
}

#[tokio::test]
async fn wrong_option_ends_the_program_before_it_starts() {
    let missing = Path::new("no-such-file.toml").to_str().unwrap();
    for arguments in [
        &["--bind", "0.0.0.0", "--port", "0"][..],
        &["--config", missing],
        &["--engine", "a:0", "--engine", "a:0"],
        &["--port", "0", "--dsa-bits", "7"],
        &["--also-http"],
        &["--port", "0", "--created-status", "404"],
        &["--port", "0", "--user-file", "/dev/null"],
        &["--port", "0", "--bind", "localhost:8080"],
    ] {
        let status = Program::start(arguments).ended().await;
        assert!(!status.success(), "{arguments:?}");
    }
}

#[tokio::test]
async fn engines_come_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("engines.toml");
    std::fs::write(
        &file,
        "[[engine]]\nname = \"a\"\nversion = \"6.0.1.0\"\nusers = [\"u:p\"]\n\n[[engine]]\nname = \"b\"\n",
    )
    .unwrap();
    let mut program = Program::start(&["--config", file.to_str().unwrap()]);
    let (a, b) = (program.line().await, program.line().await);
    let url = a.strip_prefix("a ").unwrap();
    assert!(b.starts_with("b http://"));
    let information = curl(&[&format!("{url}/masking/api/system-information")]).await;
    assert!(information.contains("6.0.1.0"), "{information}");
}

#[tokio::test]
async fn users_come_from_a_file_and_from_options() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("users.txt");
    std::fs::write(&file, "# who may log in\nu:p\n").unwrap();
    let file = file.to_str().unwrap();
    let mut program = Program::start(&["--port", "0", "--user-file", file, "--user", "v:q"]);
    let url = program.line().await;
    for (body, good) in [
        (r#"{"username":"u","password":"p"}"#, true),
        (r#"{"username":"v","password":"q"}"#, true),
        (r#"{"username":"u","password":"q"}"#, false),
        (r##"{"username":"# who may log in","password":"p"}"##, false),
    ] {
        let answer = curl(&["-d", body, &format!("{url}/masking/api/login")]).await;
        assert_eq!(answer.contains("Authorization"), good, "{answer}");
    }
}

#[tokio::test]
async fn error_about_a_user_does_not_repeat_the_password() {
    let output = Command::new(env!("CARGO_BIN_EXE_mock-engine"))
        .args(["--port", "0", "--user", "s3cret"])
        .output()
        .await
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && error.contains("NAME:PASSWORD"),
        "{error}"
    );
    assert!(!error.contains("s3cret"), "{error}");
}
