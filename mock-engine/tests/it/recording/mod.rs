//! `record`, `replay` and `check`, from outside.

mod checks;
mod recorder;
mod replays;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tokio::process::Command;

use crate::support::program::Program;

/// A recorder in front of an engine.
struct Recorder {
    program: Program,
    url: String,
    dir: PathBuf,
    _parent: tempfile::TempDir,
}

impl Recorder {
    async fn of(engine: &str, options: &[&str]) -> Self {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("recording");
        let fixed = [
            "record",
            "--to",
            engine,
            "--out",
            dir.to_str().unwrap(),
            "--port",
            "0",
        ];
        let mut program = Program::start(&[&fixed, options].concat());
        let url = program.line().await;
        Self {
            program,
            url,
            dir,
            _parent: parent,
        }
    }

    /// Ends the recorder; everything is written then.
    async fn stop(&mut self) -> &Path {
        stop(&mut self.program).await;
        &self.dir
    }
}

/// Ends a recorder or a replay, which must end cleanly.
async fn stop(program: &mut Program) {
    program.signal("-TERM").await;
    assert!(program.ended().await.success(), "{}", program.log());
}

/// A recording that a person writes.
fn written(lines: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("manifest.json"), r#"{ "format": 1 }"#).unwrap();
    std::fs::write(dir.path().join("exchanges.jsonl"), lines.join("\n") + "\n").unwrap();
    dir
}

async fn replay(dir: &Path) -> (Program, String) {
    let mut program = Program::start(&["replay", dir.to_str().unwrap(), "--port", "0"]);
    let url = program.line().await;
    (program, url)
}

/// Runs a check; returns its exit code and standard output.
async fn check(dir: &Path, options: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mock-engine"))
        .arg("check")
        .arg(dir)
        .args(options)
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text)
}

async fn curl(arguments: &[&str]) -> Output {
    let mut command = Command::new("curl");
    command.args(["-sS", "--max-time", "20"]).args(arguments);
    command.output().await.unwrap()
}

async fn body(arguments: &[&str]) -> String {
    let output = curl(arguments).await;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Logs in; returns the header with the token.
async fn login(url: &str, password: &str) -> String {
    let credentials = format!(r#"{{"username":"me","password":"{password}"}}"#);
    let answer = body(&["-d", &credentials, &format!("{url}/masking/api/login")]).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    format!("Authorization: {}", answer["Authorization"].as_str().unwrap())
}
