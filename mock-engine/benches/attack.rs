//! How long others wait while the server is attacked: `cargo bench --locked -p mock-engine --bench attack`.
//!
//! The aim: 99 of 100 requests are answered within 100 ms, on a machine that also runs the attackers.

// A benchmark that can't go on stops, and prints its table.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const REQUESTS: usize = 1000;
const LOGIN: &str = r#"{"username":"u","password":"p"}"#;

struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mock-engine"))
            .args(["--port", "0", "--log-level", "error"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().parse().unwrap();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }

    /// A connection that has begun a request.
    fn begun(&self, start: &str) -> TcpStream {
        let mut stream = self.connect();
        stream.write_all(start.as_bytes()).unwrap();
        stream
    }

    /// A login on a connection of its own.
    fn login(&self) -> Duration {
        let began = Instant::now();
        let length = LOGIN.len();
        let head = format!(
            "POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        let mut stream = self.begun(&(head + LOGIN));
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        began.elapsed()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone, if at all.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn measure(what: &str, attack: impl FnOnce(&Server) -> Vec<TcpStream>) {
    let server = Server::start();
    let held = attack(&server);
    let mut times: Vec<Duration> = (0..REQUESTS).map(|_| server.login()).collect();
    times.sort_unstable();
    let at = |part: usize| times[(times.len() * part / 1000).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "| {what} | {} | {:.2} | {:.2} | {:.2} |",
        held.len(),
        at(500),
        at(990),
        at(1000)
    );
}

fn main() {
    rlimit::increase_nofile_limit(rlimit::INFINITY).unwrap();
    println!("| attack | connections | median ms | 99 % ms | longest ms |\n|---|--:|--:|--:|--:|");
    measure("none", |_| Vec::new());
    measure("idle connections", |server| {
        (0..2000).map(|_| server.connect()).collect()
    });
    measure("more idle connections than places", |server| {
        (0..6000).map(|_| server.connect()).collect()
    });
    let slow_head = "GET / HTTP/1.1\r\nHost: localhost\r\nX: ";
    measure("heads without end", |server| {
        (0..2000).map(|_| server.begun(slow_head)).collect()
    });
    let slow_body = "POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{";
    measure("bodies without end", |server| {
        (0..2000).map(|_| server.begun(slow_body)).collect()
    });
}
