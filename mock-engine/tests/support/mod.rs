//! What tests need that run the program or other people's.
//!
//! Each test file uses some of it.
#![allow(dead_code)]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How long another program may take. Java has to compile first, and machines may be busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// The running `mock-engine` program.
pub(crate) struct Program {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    log: tempfile::NamedTempFile,
}

impl Program {
    /// Starts it.
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

    /// The next URL that it prints.
    pub(crate) async fn url(&mut self) -> String {
        let line = tokio::time::timeout(Duration::from_secs(20), self.out.next_line()).await;
        let line = line.ok().and_then(Result::ok).flatten();
        let line = line.unwrap_or_else(|| panic!("mock-engine said nothing; its log:\n{}", self.log()));
        line.rsplit(' ').next().unwrap().to_owned()
    }

    /// The next URL's address, without the scheme.
    pub(crate) async fn address(&mut self) -> String {
        let url = self.url().await;
        url.split_once("://").unwrap().1.to_owned()
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }
}

/// A file below `tests/`.
pub(crate) fn test_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// Runs another program to its end; panics with all it said if it fails, takes too long or isn't there. Gives what it
/// said.
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

/// Runs a script below `tests/`.
pub(crate) async fn script(
    interpreter: impl AsRef<OsStr>,
    path: &str,
    arguments: &[&str],
    more: impl FnOnce() -> String,
) -> String {
    let mut command = Command::new(interpreter);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command.arg(test_file(path)).args(arguments);
    run(&mut command, more).await
}
