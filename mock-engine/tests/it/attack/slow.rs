//! Slow clients: each part of a request has a time limit.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Server, connect, rest, statuses};
use crate::support::blocking::{Process, User};

const MANY: usize = 40;

/// Sends a byte on each stream every 100 ms until the server has closed all, and returns what it sent on each.
fn drip(mut open: Vec<TcpStream>, byte: &[u8], between: impl Fn()) -> Vec<Vec<u8>> {
    let began = Instant::now();
    let mut closed = Vec::new();
    while !open.is_empty() {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{} are open",
            open.len()
        );
        thread::sleep(Duration::from_millis(100));
        between();
        open.retain_mut(|stream| {
            stream.set_nonblocking(true).unwrap();
            let waits = matches!(stream.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock);
            stream.set_nonblocking(false).unwrap();
            if waits && stream.write_all(byte).is_ok() {
                return true;
            }
            closed.push(rest(stream));
            false
        });
    }
    closed
}

#[test]
#[ignore = "ci/long runs it"]
fn head_that_never_ends_closes_the_connection() {
    let server = Server::start(&["--idle-timeout", "1s"]);
    let start = "GET / HTTP/1.1\r\nHost: localhost\r\nX: ";
    let streams = (0..MANY).map(|_| server.connect_and_send(start)).collect();
    let closed = drip(streams, b"x", || server.assert_serves_others());
    assert!(closed.iter().all(Vec::is_empty));
    server.assert_growth_below(8 * 1024);
}

#[test]
#[ignore = "ci/long runs it"]
fn body_that_never_ends_is_answered_with_408() {
    let server = Server::start(&["--transfer-timeout", "1s"]);
    let length = "Content-Length: 60000\r\n\r\n{";
    let chunked = "Transfer-Encoding: chunked\r\n\r\nffff\r\n{";
    let form = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 60000\r\n\r\n--x\r\n";
    let streams = (0..MANY).map(|n| {
        server.connect_and_send(match n % 4 {
            0 => server.head("POST", "login") + length,
            1 => server.head("POST", "export") + chunked,
            2 => server.head("POST", "import?force_overwrite=true") + length,
            _ => server.head("POST", "file-uploads") + form,
        })
    });
    let closed = drip(streams.collect(), b"1", || server.assert_serves_others());
    for answer in closed {
        let text = String::from_utf8_lossy(&answer);
        assert_eq!(statuses(&answer), [408], "{text}");
        assert!(text.ends_with("did not arrive in time.\"}"), "{text}");
    }
    server.assert_growth_below(16 * 1024);
}

#[test]
#[ignore = "ci/long runs it"]
fn answer_that_is_not_read_closes_the_connection() {
    let server = Server::start(&["--transfer-timeout", "1s"]);
    let large = json!({ "userName": "large", "note": "x".repeat(900_000) });
    let (status, row) = server.user.call("POST", "users", &large);
    assert_eq!(status, 200);
    let request = server.head("GET", &format!("users/{}", row["userId"])) + "\r\n";
    let mut streams: Vec<TcpStream> = (0..4)
        .map(|_| server.connect_and_send(request.repeat(50)))
        .collect();
    let began = Instant::now();
    // Writing fails once the server has closed the connection. An empty line is no request.
    while streams.iter_mut().any(|stream| stream.write_all(b"\r\n").is_ok()) {
        assert!(began.elapsed() < Duration::from_secs(30), "some are open");
        server.assert_serves_others();
        thread::sleep(Duration::from_millis(100));
    }
    server.assert_growth_below(32 * 1024);
}

#[test]
fn idle_connection_and_endless_handshake_are_closed() {
    let server = Server::start(&[
        "--idle-timeout",
        "1s",
        "--handshake-timeout",
        "1s",
        "--tls",
        "self-signed",
        "--also-http",
    ]);
    let mut streams = [
        server.connect(),
        server.connect_and_send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        // A TLS record that announces a handshake message of 512 bytes.
        server.connect_and_send([0x16, 3, 1, 2, 0, 1]),
        server.connect_and_send([0x16]),
    ];
    server.assert_serves_others();
    let began = Instant::now();
    let said: Vec<Vec<u16>> = streams.iter_mut().map(|stream| statuses(&rest(stream))).collect();
    assert_eq!(said, [vec![], vec![200], vec![], vec![]]);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[test]
fn stop_does_not_wait_for_half_sent_requests() {
    let server = Server::start(&["--tls", "self-signed", "--also-http"]);
    let first = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let starts = [
        (String::new(), vec![]),
        ("GET / HT".to_owned(), vec![]),
        (server.head("GET", "applications"), vec![]),
        (format!("{first}GET / HT"), vec![200]),
        (
            server.head("POST", "login") + "Content-Length: 100\r\n\r\n{",
            vec![503],
        ),
        (
            server.head("POST", "import?force_overwrite=true") + "Transfer-Encoding: chunked\r\n\r\n5\r\n{",
            vec![503],
        ),
        (
            server.head("POST", "import-async?force_overwrite=true")
                + "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100\r\n\r\n--x\r\n",
            vec![503],
        ),
        ("\u{16}\u{3}\u{1}".to_owned(), vec![]),
    ];
    let mut streams: Vec<TcpStream> = starts
        .iter()
        .map(|(start, _)| server.connect_and_send(start))
        .collect();
    thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    let status = server.process.stop();
    assert!(status.success(), "{status}");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    for (stream, (start, expected)) in streams.iter_mut().zip(starts) {
        assert_eq!(statuses(&rest(stream)), expected, "{start:?}");
    }
}

#[test]
fn attack_on_one_engine_spares_the_other_in_the_process() {
    let (_process, addresses) =
        Process::start_several(&["--engine", "a:0", "--engine", "b:0", "--max-connections", "50"]);
    let _idle: Vec<TcpStream> = (0..100).map(|_| connect(addresses[0])).collect();
    User::login(addresses[1]);
}
