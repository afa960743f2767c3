//! Requests that two readers would take apart differently, and heads that are no heads.
//!
//! What is promised: the server never takes a request for two or two for one. Where RFC 9112 leaves no doubt it
//! answers; where there is any, it answers 400 or reads the request as the RFC says, and closes the connection.

use super::{Siege, answers_to};

/// A request that an attacker wants to get in behind another one; served, it would be a 401.
const SMUGGLED: &str = "GET /masking/api/applications HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[test]
fn a_request_is_never_taken_for_two() {
    let siege = Siege::lay(&[]);
    let post = "POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\n";
    let behind = SMUGGLED.len();
    let cases: &[(&str, String, &[u16])] = &[
        // Read as chunked, as the RFC says, the login has no body; what comes behind it is not looked at.
        (
            "both lengths, length first",
            format!(
                "{post}Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
                behind + 5
            ),
            &[400],
        ),
        (
            "both lengths, chunked first",
            format!(
                "{post}Transfer-Encoding: chunked\r\nContent-Length: {}\r\n\r\n0\r\n\r\n{SMUGGLED}",
                behind + 5
            ),
            &[400],
        ),
        (
            "both lengths, the length the shorter one",
            format!(
                "{post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{behind:x}\r\n{SMUGGLED}\r\n0\r\n\r\n"
            ),
            &[400],
        ),
        (
            "two lengths",
            format!("{post}Content-Length: 0\r\nContent-Length: {behind}\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "two lengths in one line",
            format!("{post}Content-Length: 0, {behind}\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a signed length",
            format!("{post}Content-Length: +0\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a negative length",
            format!("{post}Content-Length: -1\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a hexadecimal length",
            format!("{post}Content-Length: 0x0\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a length beyond all numbers",
            format!("{post}Content-Length: 18446744073709551616\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "chunked, but not at the end",
            format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "an encoding that nobody knows",
            format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "chunked in HTTP/1.0",
            format!("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a chunk size with a sign",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a chunk size with a prefix",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a chunk size beyond all numbers",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a chunk that ends elsewhere than it says",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a chunk line that ends with a line feed alone",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n0\n\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a blank before the colon",
            format!("{post}Content-Length : {behind}\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a header line that goes on in the next",
            format!("{post}X: 1\r\n Content-Length: {behind}\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a carriage return within a header",
            format!("{post}X: 1\rContent-Length: {behind}\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "two hosts",
            format!("{post}Host: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n{SMUGGLED}"),
            &[400],
        ),
        (
            "a NUL within a header",
            format!("{post}X: 1\0\r\nContent-Length: 0\r\n\r\n"),
            &[400],
        ),
        (
            "a NUL within the path",
            "GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
            &[400],
        ),
        (
            "a blank within the path",
            "GET / x HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
            &[400],
        ),
        // Nobody here speaks it, and an answer in HTTP/1 would not be understood.
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), &[]),
    ];
    for (what, bytes, expected) in cases {
        assert_eq!(
            answers_to(siege.server.address, bytes.as_bytes()),
            *expected,
            "{what}"
        );
        siege.others_are_served();
    }
}

#[test]
fn two_requests_that_leave_no_doubt_are_two() {
    let siege = Siege::lay(&[]);
    let address = siege.server.address;
    let last = SMUGGLED.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let login = "POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 31\r\n";
    let body = r#"{"username":"u","password":"p"}"#;
    let twice = format!("{login}\r\n{body}{last}");
    assert_eq!(answers_to(address, twice.as_bytes()), [200, 401]);
    // The same length again is the same length.
    let repeated = format!("{login}Content-Length: 31\r\n\r\n{body}{last}");
    assert_eq!(answers_to(address, repeated.as_bytes()), [200, 401]);
    // Line feeds alone, between header lines, are what the RFC lets a server put up with.
    let line_feeds = format!("{login}\r\n{body}{last}").replace("\r\n", "\n");
    assert_eq!(answers_to(address, line_feeds.as_bytes()), [200, 401]);
    // A chunked request is the last on its connection.
    let chunked = format!(
        "POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\n{body}\r\n0\r\n\r\n{last}"
    );
    assert_eq!(answers_to(address, chunked.as_bytes()), [200]);
}

#[test]
fn oversized_heads_are_refused_and_hold_nobody_up() {
    let siege = Siege::lay(&[]);
    let megabyte = "x".repeat(1 << 20);
    let many: String = (0..10_000).map(|n| format!("X-{n}: 1\r\n")).collect();
    for (what, bytes) in [
        (
            "a header",
            siege.head("GET", "applications") + "X: " + &megabyte + "\r\n\r\n",
        ),
        (
            "a passphrase",
            siege.head("POST", "export") + "passphrase: " + &megabyte + "\r\n\r\n",
        ),
        (
            "a header's name",
            siege.head("GET", "applications") + &megabyte + ": 1\r\n\r\n",
        ),
        ("many headers", siege.head("GET", "applications") + &many + "\r\n"),
        ("a path", siege.head("GET", &megabyte) + "\r\n"),
        (
            "a query",
            siege.head("GET", &format!("applications?{megabyte}")) + "\r\n",
        ),
        (
            "a method",
            megabyte.clone() + " / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
        (
            "trailers",
            siege.head("POST", "login")
                + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: "
                + &megabyte
                + "\r\n\r\n",
        ),
        (
            "a chunk's extension",
            siege.head("POST", "login")
                + "Transfer-Encoding: chunked\r\n\r\n1;"
                + &megabyte
                + "\r\n{\r\n0\r\n\r\n",
        ),
    ] {
        for _ in 0..10 {
            let answers = answers_to(siege.server.address, bytes.as_bytes());
            // Closed on what it has not read, the answer may be lost on the way.
            assert!(
                matches!(answers.as_slice(), [] | [400 | 414 | 431]),
                "{what}: {answers:?}"
            );
        }
        siege.others_are_served();
    }
    siege.memory_stays_below(16 * 1024);
}
