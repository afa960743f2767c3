//! The `mock-engine` program, and programs that run against it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// Longest run of a client. Java compiles first, and machines may be busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running `mock-engine`. Dropping it kills the process.
pub(crate) struct Program {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    log: tempfile::NamedTempFile,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_mock-engine"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, out, log }
    }

    /// The next line of standard output.
    pub(crate) async fn line(&mut self) -> String {
        let line = tokio::time::timeout(Duration::from_secs(20), self.out.next_line()).await;
        let line = line.ok().and_then(Result::ok).flatten();
        line.unwrap_or_else(|| panic!("mock-engine printed no line; its log:\n{}", self.log()))
    }

    /// The address in the next line, without name and scheme.
    pub(crate) async fn address(&mut self) -> String {
        self.line().await.rsplit("://").next().unwrap().to_owned()
    }

    /// Standard error so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// The id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub(crate) async fn signal(&self, signal: &str) {
        let id = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().await;
        assert!(sent.unwrap().success());
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let ended = tokio::time::timeout(Duration::from_secs(15), self.child.wait()).await;
        ended.unwrap().unwrap()
    }
}

/// A file below `tests/it/`.
pub(crate) fn test_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(path)
}

/// Runs a program and returns its standard output. Panics with all its output if it fails, takes too long or is missing.
pub(crate) async fn run(command: &mut Command, more: impl FnOnce() -> String) -> String {
    let what = format!("{:?}", command.as_std());
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{what} does not start: {error}"));
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let ended = tokio::time::timeout(PATIENCE, async {
        let (out, err) = tokio::join!(out.read_to_end(&mut said), err.read_to_end(&mut complained));
        out.and(err).unwrap();
        child.wait().await.unwrap()
    })
    .await;
    let said = String::from_utf8_lossy(&said).into_owned();
    let complained = String::from_utf8_lossy(&complained);
    let report = || {
        format!(
            "{what}\n== stdout\n{said}\n== stderr\n{complained}\n== log\n{}",
            more()
        )
    };
    match ended {
        Err(_) => panic!("no end after {PATIENCE:?}: {}", report()),
        Ok(status) if !status.success() => panic!("{status}: {}", report()),
        Ok(_) => said,
    }
}

/// Runs a script below `tests/it/`.
pub(crate) async fn script(
    interpreter: impl AsRef<OsStr>,
    path: &str,
    arguments: &[&str],
    more: impl FnOnce() -> String,
) -> String {
    let mut command = Command::new(interpreter);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    // Optimising costs more than it saves in a short run.
    command.env(
        "JDK_JAVA_OPTIONS",
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto",
    );
    command.arg(test_file(path)).args(arguments);
    run(&mut command, more).await
}
