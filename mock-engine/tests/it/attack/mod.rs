//! Attacks on a running server, over sockets that send exactly what they are told to.
//!
//! Each is held up while somebody else uses the engine, and the server's memory is read from the system before and
//! meanwhile. How long the others wait is a matter for `benches/`, not for these tests.

mod bombs;
mod crowds;
mod framing;
mod names;
mod slow;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::blocking::{Process, User};

/// A server, with somebody who uses it while others attack.
struct Siege {
    server: Process,
    user: User,
    before: u64,
}

impl Siege {
    fn lay(arguments: &[&str]) -> Self {
        Self::around(Process::start(arguments))
    }

    fn lay_with_descriptors(number: u64) -> Self {
        Self::around(Process::start_with_descriptors(number))
    }

    fn around(server: Process) -> Self {
        let user = User::login(server.address);
        let mut siege = Self {
            server,
            user,
            before: 0,
        };
        // Buffers and threads that any use brings are no part of the attack.
        for _ in 0..20 {
            siege.others_are_served();
        }
        siege.before = siege.server.resident();
        siege
    }

    fn connect(&self) -> TcpStream {
        connect(self.server.address)
    }

    /// A login, a list, a change and an export, each on a connection of its own.
    fn others_are_served(&self) {
        let began = Instant::now();
        User::login(self.server.address);
        let (status, page) = self.user.call("GET", "syncable-objects", &Value::Null);
        assert_eq!(status, 200, "{page}");
        let (status, row) = self
            .user
            .call("PUT", "masking-jobs/4", &json!({ "email": "a@example.com" }));
        assert_eq!(status, 200, "{row}");
        let entry = json!([{ "objectIdentifier": { "id": 1 }, "objectType": "DATABASE_CONNECTOR" }]);
        let (status, _) = self
            .user
            .call_when_free("POST", "export", entry.to_string().as_bytes());
        assert_eq!(status, 200);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }

    /// How much the server has grown, in KiB.
    fn growth(&self) -> u64 {
        self.server.resident().saturating_sub(self.before)
    }

    #[allow(clippy::print_stdout)] // the figure is worth more than that it was low enough
    fn memory_stays_below(&self, kib: u64) {
        let growth = self.growth();
        println!("{} KiB before, {growth} KiB more meanwhile", self.before);
        assert!(growth < kib, "{growth} KiB more than {} KiB", self.before);
    }

    /// A request head with a good token, without its end.
    fn head(&self, method: &str, path: &str) -> String {
        let token = self.user.token();
        format!("{method} /masking/api/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n")
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Everything until the server closes, in good order or not.
fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let (mut all, mut piece) = (Vec::new(), [0; 65536]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return all,
            Ok(read) => all.extend_from_slice(&piece[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return all,
            Err(error) => panic!("{error}: the server does not close"),
        }
    }
}

/// The statuses of all answers in there. No body of ours holds this text.
fn statuses(answers: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(answers);
    let heads = text.split("HTTP/1.1 ").skip(1);
    heads.map(|head| head[..3].parse().unwrap()).collect()
}

/// Sends bytes, says that no more will come, and gives the statuses of all answers.
fn answers_to(address: SocketAddr, bytes: &[u8]) -> Vec<u16> {
    let mut stream = connect(address);
    // A server that has seen enough may close before it was sent all.
    let _ = stream.write_all(bytes);
    statuses(&rest(&mut stream))
}
