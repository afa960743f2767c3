//! Peers in great numbers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::{Siege, connect, rest, statuses};

/// Descriptors for so many connections, on this side.
fn descriptors_for(connections: u64) {
    let limit = rlimit::increase_nofile_limit(rlimit::INFINITY).unwrap();
    assert!(
        limit > connections + 100,
        "this test needs {connections} descriptors, the system gives {limit}"
    );
}

fn idle(siege: &Siege, number: usize) -> Vec<TcpStream> {
    (0..number).map(|_| siege.connect()).collect()
}

fn still_open(streams: &[TcpStream]) -> usize {
    let open = |stream: &&TcpStream| {
        stream.set_nonblocking(true).unwrap();
        let heard = stream.peek(&mut [0]);
        heard.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    streams.iter().filter(open).count()
}

#[test]
fn two_thousand_idle_connections_are_held_and_hold_nobody_up() {
    descriptors_for(2000);
    let siege = Siege::lay(&[]);
    let streams = idle(&siege, 2000);
    siege.others_are_served();
    assert_eq!(still_open(&streams), 2000);
    siege.memory_stays_below(2000 * 16);
}

#[test]
#[ignore = "for the nightly run: it takes 10,000 descriptors on either side"]
fn ten_thousand_idle_connections_are_held_and_hold_nobody_up() {
    descriptors_for(10_000);
    let siege = Siege::lay(&["--max-connections", "12000", "--idle-timeout", "10m"]);
    let streams = idle(&siege, 10_000);
    for _ in 0..50 {
        siege.others_are_served();
    }
    assert_eq!(still_open(&streams), 10_000);
    siege.memory_stays_below(10_000 * 16);
}

#[test]
fn beyond_the_limit_idle_connections_make_room() {
    descriptors_for(2000);
    let siege = Siege::lay(&["--max-connections", "100"]);
    let streams = idle(&siege, 2000);
    siege.others_are_served();
    assert!(still_open(&streams) < 100);
    siege.memory_stays_below(8 * 1024);
}

#[test]
fn where_every_place_is_busy_a_newcomer_waits_for_the_slow_to_be_cut_off() {
    let siege = Siege::lay(&["--max-connections", "4", "--transfer-timeout", "1s"]);
    let mut streams = Vec::new();
    for _ in 0..4 {
        let mut stream = siege.connect();
        let start = siege.head("POST", "login") + "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n";
        stream.write_all(start.as_bytes()).unwrap();
        // Until the server waits for the body the connection counts as idle, and a newcomer may have its place.
        let mut go_on = *b"HTTP/1.1 100 Continue\r\n\r\n";
        stream.read_exact(&mut go_on).unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100 "));
        stream.write_all(b"{").unwrap();
        streams.push(stream);
    }
    siege.others_are_served();
    for stream in &mut streams {
        assert_eq!(statuses(&rest(stream)), [408]);
    }
}

#[test]
fn a_server_out_of_descriptors_closes_idle_connections_and_goes_on() {
    let siege = Siege::lay_with_descriptors(64);
    let streams = idle(&siege, 300);
    // Beyond the limit the system completes connections on its own, so that a client can't tell; requests can.
    siege.others_are_served();
    siege.others_are_served();
    thread::sleep(Duration::from_millis(50));
    assert!(still_open(&streams) < 300);
    drop(streams);
    siege.others_are_served();
    siege.memory_stays_below(8 * 1024);
}

#[test]
fn clients_that_vanish_leave_nothing_behind() {
    let siege = Siege::lay(&[]);
    let start = siege.head("POST", "import?force_overwrite=true") + "Content-Length: 1000000\r\n\r\n";
    for _ in 0..20 {
        let streams: Vec<TcpStream> = (0..50).map(|_| connect(siege.server.address)).collect();
        for mut stream in streams {
            stream.write_all(start.as_bytes()).unwrap();
            stream.write_all(&[b' '; 1000]).unwrap();
        }
    }
    siege.others_are_served();
    siege.memory_stays_below(16 * 1024);
}
