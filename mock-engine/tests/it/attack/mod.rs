//! Attacks on a running server: slow clients, many clients, odd requests, large inputs.
//!
//! Each test uses the server as another client while the attack goes on, and most bound its growth of memory.

mod bombs;
mod connections;
mod framing;
mod names;
mod slow;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::blocking::{Process, User};

/// A server under attack, with another client.
struct Server {
    process: Process,
    user: User,
    /// Resident memory before the attack, in KiB.
    before: u64,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        Self::of(Process::start(arguments))
    }

    fn start_with_descriptors(number: u64, arguments: &[&str]) -> Self {
        Self::of(Process::start_with_descriptors(number, arguments))
    }

    fn of(process: Process) -> Self {
        let user = User::login(process.address);
        let mut server = Self {
            process,
            user,
            before: 0,
        };
        // First requests allocate buffers and threads, which are not the attack's.
        for _ in 0..4 {
            server.assert_serves_others();
        }
        server.before = server.process.resident();
        server
    }

    fn address(&self) -> SocketAddr {
        self.process.address
    }

    fn connect(&self) -> TcpStream {
        connect(self.address())
    }

    /// Connects and sends bytes.
    fn connect_and_send(&self, bytes: impl AsRef<[u8]>) -> TcpStream {
        let mut stream = self.connect();
        stream.write_all(bytes.as_ref()).unwrap();
        stream
    }

    /// A login, a list, a change and an export succeed, each on a connection of its own.
    fn assert_serves_others(&self) {
        let began = Instant::now();
        User::login(self.address());
        let (status, page) = self.user.call("GET", "syncable-objects", &Value::Null);
        assert_eq!(status, 200, "{page}");
        let (status, row) = self
            .user
            .call("PUT", "masking-jobs/4", &json!({ "email": "a@example.com" }));
        assert_eq!(status, 200, "{row}");
        let entry = json!([{ "objectIdentifier": { "id": 1 }, "objectType": "DATABASE_CONNECTOR" }]);
        let (status, _) = self
            .user
            .send_when_free("POST", "export", entry.to_string().as_bytes())
            .unwrap();
        assert_eq!(status, 200);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }

    /// The memory that the server takes more than before the attack.
    fn assert_growth_below(&self, kib: u64) {
        let growth = self.process.resident().saturating_sub(self.before);
        assert!(growth < kib, "{growth} KiB more than {} KiB", self.before);
    }

    /// A request head with a valid token, without the empty line at its end.
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

/// All bytes until the server closes or resets the connection.
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

/// The statuses of all answers. No body contains "HTTP/1.1 ".
fn statuses(answers: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(answers);
    let heads = text.split("HTTP/1.1 ").skip(1);
    heads.map(|head| head[..3].parse().unwrap()).collect()
}

/// Sends bytes and returns the statuses of all answers.
fn answers_to(address: SocketAddr, bytes: &[u8]) -> Vec<u16> {
    let mut stream = connect(address);
    // The server may close before it has read everything.
    let _ = stream.write_all(bytes);
    statuses(&rest(&mut stream))
}
