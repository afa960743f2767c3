//! The program and a blocking client, for tests with many threads or killed processes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// A running `mock-engine`. Dropping it kills the process.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts the program on a free port.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mock-engine"));
        command.args(["--port", "0"]).args(arguments);
        Self::spawn(command, 1).0
    }

    /// Starts the program with several engines.
    pub(crate) fn start_several(arguments: &[&str]) -> (Self, Vec<SocketAddr>) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mock-engine"));
        command.args(arguments);
        let engines = arguments
            .iter()
            .filter(|argument| **argument == "--engine")
            .count();
        Self::spawn(command, engines)
    }

    /// Starts the program with a fixed limit on file descriptors.
    pub(crate) fn start_with_descriptors(number: u64, arguments: &[&str]) -> Self {
        let mut command = Command::new("sh");
        let run = format!("ulimit -n {number}; exec \"$0\" --port 0 \"$@\"");
        command.args(["-c", &run, env!("CARGO_BIN_EXE_mock-engine")]);
        command.args(arguments);
        Self::spawn(command, 1).0
    }

    fn spawn(mut command: Command, engines: usize) -> (Self, Vec<SocketAddr>) {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut address = || {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            let url = line.trim().split("://").nth(1);
            url.unwrap_or_else(|| panic!("{line:?}")).parse().unwrap()
        };
        let addresses: Vec<SocketAddr> = (0..engines).map(|_| address()).collect();
        let address = addresses[0];
        (Self { child, address }, addresses)
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap()
    }

    /// Sends SIGKILL, which has the effect of a power cut.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Resident memory in KiB.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails after `kill` and `stop`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A logged-in user of an engine.
pub(crate) struct User {
    address: SocketAddr,
    token: String,
}

impl User {
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Logs in.
    pub(crate) fn login(address: SocketAddr) -> Self {
        let mut user = Self {
            address,
            token: String::new(),
        };
        let (status, body) = user.call("POST", "login", &json!({ "username": "u", "password": "p" }));
        assert_eq!(status, 200, "{body}");
        user.token = body["Authorization"].as_str().unwrap().to_owned();
        user
    }

    /// Sends a request below the API's base. The body is JSON; null means no body.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let (status, answer) = self.send(method, path, &body).unwrap();
        (status, serde_json::from_slice(&answer).unwrap_or(Value::Null))
    }

    /// The bytes of a request. A path without a leading slash is below the API's base.
    fn request(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let base = if path.starts_with('/') {
            ""
        } else {
            "/masking/api/"
        };
        let head = format!(
            "{method} {base}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: {}\r\nContent-Length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        [head.as_bytes(), body].concat()
    }

    /// Sends a share of a request's bytes, from 0 (none) to 1 (all), and closes the connection.
    pub(crate) fn cut_off(&self, method: &str, path: &str, body: &[u8], share: f64) {
        let request = self.request(method, path, body);
        let sent = (request.len() as f64 * share) as usize;
        let mut stream = TcpStream::connect(self.address).unwrap();
        // The engine may close the connection first.
        let _ = stream.write_all(&request[..sent]);
    }

    /// Sends a request that may stay without an answer.
    pub(crate) fn send(&self, method: &str, path: &str, body: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.write_all(&self.request(method, path, body))?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n");
        let end = end.ok_or_else(|| std::io::Error::other("no answer"))?;
        let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
        let body = answer.split_off(end + 4);
        let head = String::from_utf8_lossy(&answer);
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if length.is_some_and(|length: usize| length > body.len()) {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok((status, body))
    }

    /// Sends a request again until no other sync operation is running. It may stay without an answer.
    pub(crate) fn send_when_free(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> std::io::Result<(u16, Vec<u8>)> {
        loop {
            let (status, answer) = self.send(method, path, body)?;
            let busy =
                status == 409 && String::from_utf8_lossy(&answer).contains("Cannot start this operation");
            if !busy {
                return Ok((status, answer));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
