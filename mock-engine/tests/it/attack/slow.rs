//! Peers that take their time.

use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Siege, rest, statuses};
use crate::support::blocking::Process;

const MANY: usize = 200;

/// Sends a byte to each stream every now and then; gives the streams that the server closed meanwhile, with what it said.
fn drip(streams: Vec<TcpStream>, byte: &[u8], between: impl Fn()) -> Vec<Vec<u8>> {
    let began = Instant::now();
    let (mut open, mut closed) = (streams, Vec::new());
    while !open.is_empty() {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{} are still open",
            open.len()
        );
        thread::sleep(Duration::from_millis(100));
        between();
        open.retain_mut(|stream| {
            let mut first = [0];
            stream.set_nonblocking(true).unwrap();
            let heard = stream.peek(&mut first);
            stream.set_nonblocking(false).unwrap();
            let waits = heard.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
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
fn slow_heads_are_cut_off_and_hold_nobody_up() {
    let siege = Siege::lay(&["--head-timeout", "1s"]);
    let start = || {
        let mut stream = siege.connect();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
            .unwrap();
        stream
    };
    let closed = drip((0..MANY).map(|_| start()).collect(), b"x", || {
        siege.others_are_served();
    });
    assert!(
        closed.iter().all(Vec::is_empty),
        "a head that never came whole gets no answer"
    );
    siege.memory_stays_below(8 * 1024);
}

#[test]
fn slow_bodies_are_answered_with_408_and_hold_nobody_up() {
    let siege = Siege::lay(&["--transfer-timeout", "1s"]);
    let start = |head: String| {
        let mut stream = siege.connect();
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let length = "Content-Length: 60000\r\n\r\n{";
    let chunked = "Transfer-Encoding: chunked\r\n\r\nffff\r\n{";
    let form = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 60000\r\n\r\n--x\r\n";
    let streams = (0..MANY).map(|n| {
        start(match n % 4 {
            0 => siege.head("POST", "login") + length,
            1 => siege.head("POST", "export") + chunked,
            2 => siege.head("POST", "import?force_overwrite=true") + length,
            _ => siege.head("POST", "file-uploads") + form,
        })
    });
    let closed = drip(streams.collect(), b"1", || siege.others_are_served());
    for answer in closed {
        let text = String::from_utf8_lossy(&answer);
        assert_eq!(statuses(&answer), [408], "{text}");
        assert!(text.ends_with("did not arrive in time.\"}"), "{text}");
    }
    siege.memory_stays_below(16 * 1024);
}

#[test]
fn answers_that_nobody_takes_are_given_up() {
    let siege = Siege::lay(&["--transfer-timeout", "1s"]);
    let large = json!({ "userName": "large", "note": "x".repeat(900_000) });
    let (status, row) = siege.user.call("POST", "users", &large);
    assert_eq!(status, 200);
    let requests = siege.head("GET", &format!("users/{}", row["userId"])) + "\r\n";
    let asked = 50;
    let mut streams: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = siege.connect();
            stream.write_all(requests.repeat(asked).as_bytes()).unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    // Who writes to a connection that the other side has closed learns of it. An empty line asks for nothing.
    while streams.iter_mut().any(|stream| stream.write_all(b"\r\n").is_ok()) {
        assert!(began.elapsed() < Duration::from_secs(30), "some are still open");
        siege.others_are_served();
        thread::sleep(Duration::from_millis(100));
    }
    siege.memory_stays_below(32 * 1024);
}

#[test]
fn connections_that_say_nothing_are_closed() {
    let siege = Siege::lay(&[
        "--idle-timeout",
        "1s",
        "--handshake-timeout",
        "1s",
        "--tls",
        "self-signed",
        "--also-http",
    ]);
    let after_an_answer = || {
        let mut stream = siege.connect();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        stream
    };
    let with = |start: &[u8]| {
        let mut stream = siege.connect();
        stream.write_all(start).unwrap();
        stream
    };
    // The head of a TLS record that announces a handshake message of 512 bytes.
    let mut streams = [
        siege.connect(),
        after_an_answer(),
        with(&[0x16, 3, 1, 2, 0, 1]),
        with(&[0x16]),
    ];
    siege.others_are_served();
    let began = Instant::now();
    let said: Vec<Vec<u16>> = streams.iter_mut().map(|stream| statuses(&rest(stream))).collect();
    assert_eq!(said, [vec![], vec![200], vec![], vec![]]);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[test]
fn nothing_half_sent_keeps_the_server_from_stopping() {
    let siege = Siege::lay(&["--tls", "self-signed", "--also-http"]);
    let starts = [
        String::new(),
        "GET / HT".to_owned(),
        siege.head("GET", "applications"),
        siege.head("POST", "login") + "Content-Length: 100\r\n\r\n{",
        siege.head("POST", "import?force_overwrite=true") + "Transfer-Encoding: chunked\r\n\r\n5\r\n{",
        siege.head("POST", "import-async?force_overwrite=true")
            + "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100\r\n\r\n--x\r\n",
        "\u{16}\u{3}\u{1}".to_owned(),
    ];
    let mut streams = Vec::new();
    for start in &starts {
        let mut stream = siege.connect();
        stream.write_all(start.as_bytes()).unwrap();
        streams.push(stream);
    }
    thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    let status = siege.server.stop();
    assert!(status.success(), "{status}");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let said: Vec<Vec<u16>> = streams.iter_mut().map(|stream| statuses(&rest(stream))).collect();
    assert_eq!(
        said,
        [vec![], vec![], vec![], vec![503], vec![503], vec![503], vec![]]
    );
}

#[test]
fn a_second_engine_in_the_process_is_served_while_one_is_attacked() {
    let (server, addresses) =
        Process::start_several(&["--engine", "a:0", "--engine", "b:0", "--max-connections", "50"]);
    let _idle: Vec<TcpStream> = (0..200).map(|_| super::connect(addresses[0])).collect();
    for address in addresses {
        crate::support::blocking::User::login(address);
    }
    drop(server);
}
