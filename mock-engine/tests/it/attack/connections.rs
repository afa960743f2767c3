//! Many connections at once.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::{Server, rest, statuses};

#[test]
#[ignore = "ci/long runs it"]
fn idle_connections_stay_open_and_others_are_served() {
    let server = Server::start(&[]);
    let streams: Vec<TcpStream> = (0..500).map(|_| server.connect()).collect();
    server.assert_serves_others();
    for stream in &streams {
        stream.set_nonblocking(true).unwrap();
        let error = stream.peek(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    }
    server.assert_growth_below(500 * 16);
}

#[test]
fn client_beyond_the_limit_waits_until_a_slow_one_is_cut_off() {
    let server = Server::start(&["--max-connections", "4", "--transfer-timeout", "1s"]);
    let start = server.head("POST", "login") + "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n";
    let mut streams: Vec<TcpStream> = (0..4).map(|_| server.connect_and_send(&start)).collect();
    for stream in &mut streams {
        let mut reply = *b"HTTP/1.1 100 Continue\r\n\r\n";
        stream.read_exact(&mut reply).unwrap();
        assert!(reply.starts_with(b"HTTP/1.1 100 "));
        stream.write_all(b"{").unwrap();
    }
    server.assert_serves_others();
    for stream in &mut streams {
        assert_eq!(statuses(&rest(stream)), [408]);
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn server_without_descriptors_serves_again_once_it_has_some() {
    let server = Server::start_with_descriptors(64, &["--idle-timeout", "1s"]);
    // The system accepts further connections on its own, so only requests show that the server does not.
    let _streams: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    server.assert_serves_others();
    server.assert_growth_below(8 * 1024);
}

#[test]
#[ignore = "ci/long runs it"]
fn clients_that_disappear_leave_no_memory_behind() {
    let server = Server::start(&[]);
    let start = server.head("POST", "import?force_overwrite=true") + "Content-Length: 1000000\r\n\r\n";
    let start = start + &" ".repeat(1000);
    for _ in 0..4 {
        let _streams: Vec<TcpStream> = (0..50).map(|_| server.connect_and_send(&start)).collect();
    }
    server.assert_serves_others();
    server.assert_growth_below(16 * 1024);
}
