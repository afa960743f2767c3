//! A blocked log delays neither an answer nor the end of the program.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

const CLIENTS: usize = 4;
const REQUESTS_EACH: usize = 110;
/// Length of a requested path. The log lines of all requests have 1.8 MB, the log's queue and a pipe hold 1.1 MB.
const PATH: usize = 4_000;
/// Longer than the default of `--drain-timeout`.
const END: Duration = Duration::from_secs(10);

/// A running `mock-engine` with outputs of the test's choice.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn command(arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mock-engine"));
        command.args(["--port", "0"]).args(arguments);
        command
    }

    /// Starts the program and reads its address from standard output.
    fn start(mut command: Command, stderr: impl Into<Stdio>) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        let address = url.trim().strip_prefix("http://").unwrap().parse().unwrap();
        Self { child, address }
    }

    fn connect(&self) -> BufReader<TcpStream> {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        BufReader::new(stream)
    }

    /// Requests that log more than the log's queue and a pipe hold; all are answered.
    fn answers_many_requests(&self) {
        let path = format!("/{}", "x".repeat(PATH));
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    let mut stream = self.connect();
                    for _ in 0..REQUESTS_EACH {
                        assert_eq!(get(&mut stream, &path).0, 404);
                    }
                });
            }
        });
    }

    /// The number of dropped log lines in `/__admin/health`.
    fn dropped(&self) -> u64 {
        let (status, body) = get(&mut self.connect(), "/__admin/health");
        assert_eq!(status, 200);
        let health: Value = serde_json::from_slice(&body).unwrap();
        health["logLinesDropped"].as_u64().unwrap()
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(status.success());
    }

    fn assert_ends_well(mut self) {
        let began = Instant::now();
        while began.elapsed() < END {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.code(), Some(0));
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("still there after {END:?}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Fails after a test that succeeded, since the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(stream: &mut BufReader<TcpStream>, path: &str) -> (u16, Vec<u8>) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes()).unwrap();
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let begins = head.len();
        assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
        let line = head[begins..].to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head[9..12].parse().unwrap(), body)
}

#[test]
fn unread_log_delays_nothing() {
    let program = Program::start(Program::command(&[]), Stdio::piped());
    program.answers_many_requests();
    assert!(program.dropped() > 0);
    program.signal("-TERM");
    program.assert_ends_well();
}

#[test]
fn log_without_a_reader_delays_nothing() {
    let mut program = Program::start(Program::command(&[]), Stdio::piped());
    drop(program.child.stderr.take());
    program.answers_many_requests();
    assert!(program.dropped() > 0);
    program.signal("-TERM");
    program.assert_ends_well();
}

#[test]
fn closed_standard_error_delays_nothing() {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "exec \"$0\" --port 0 2>&-",
        env!("CARGO_BIN_EXE_mock-engine"),
    ]);
    let program = Program::start(command, Stdio::null());
    program.answers_many_requests();
    program.signal("-TERM");
    program.assert_ends_well();
}

#[test]
fn log_on_a_full_disk_delays_nothing() {
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let program = Program::start(Program::command(&["--log-format", "json"]), full());
    program.answers_many_requests();
    assert!(program.dropped() >= (CLIENTS * REQUESTS_EACH) as u64);
    program.signal("-TERM");
    program.assert_ends_well();
}

#[test]
fn slow_reader_of_the_log_learns_the_number_of_dropped_lines() {
    let mut program = Program::start(Program::command(&[]), Stdio::piped());
    let mut log = BufReader::new(program.child.stderr.take().unwrap()).lines();
    for _ in 0..3 {
        get(&mut program.connect(), "/__admin/health");
        assert!(!log.next().unwrap().unwrap().is_empty());
    }
    program.answers_many_requests();
    let dropped = program.dropped();
    assert!(dropped > 0);
    let notice = " lines of the log were dropped since the start";
    let told = log.find(|line| line.as_ref().unwrap().ends_with(notice));
    let told = told.unwrap().unwrap();
    let told = told.strip_suffix(notice).unwrap().rsplit(' ').next().unwrap();
    assert!(told.parse::<u64>().unwrap() >= dropped, "{told}, {dropped}");
    // The reader stops again, so the queue is full at the signal.
    program.answers_many_requests();
    program.signal("-TERM");
    program.assert_ends_well();
}

#[test]
fn full_outputs_do_not_delay_the_start() {
    let (_reader, mut both) = std::io::pipe().unwrap();
    both.write_all(&[b'x'; 65_536]).unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_mock-engine"))
        .args(["--port", &address.port().to_string()])
        .stdout(both.try_clone().unwrap())
        .stderr(both)
        .spawn()
        .unwrap();
    let program = Program { child, address };
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(began.elapsed() < END);
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(get(&mut program.connect(), "/__admin/health").0, 200);
    program.signal("-TERM");
    program.assert_ends_well();
}

#[test]
fn second_signal_and_wrong_option_end_it_with_an_unread_log() {
    let (_reader, mut full) = std::io::pipe().unwrap();
    full.write_all(&[b'x'; 65_536]).unwrap();
    let mistake = || Program::command(&["--dsa-bits", "7"]);
    let mut failing = mistake().stderr(full.try_clone().unwrap()).spawn().unwrap();
    assert_eq!(failing.wait().unwrap().code(), Some(1));

    let mut program = Program::start(Program::command(&["--drain-timeout", "1h"]), full);
    // Unread answers delay the stop; half-sent requests would not.
    let mut stream = program.connect();
    let requests = "GET /__admin/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(200);
    stream.get_mut().write_all(requests.as_bytes()).unwrap();
    thread::sleep(Duration::from_secs(1));
    program.signal("-TERM");
    thread::sleep(Duration::from_millis(300));
    assert!(program.child.try_wait().unwrap().is_none());
    program.signal("-TERM");
    assert_eq!(program.child.wait().unwrap().code(), Some(1));
}

#[test]
fn hangup_stops_it_unless_started_with_nohup() {
    let mut command = Command::new("env");
    command.args([
        "--default-signal=HUP",
        env!("CARGO_BIN_EXE_mock-engine"),
        "--port",
        "0",
    ]);
    let program = Program::start(command, Stdio::null());
    program.signal("-HUP");
    program.assert_ends_well();

    let mut command = Command::new("nohup");
    command.args([env!("CARGO_BIN_EXE_mock-engine"), "--port", "0"]);
    let program = Program::start(command, Stdio::null());
    program.signal("-HUP");
    thread::sleep(Duration::from_millis(300));
    assert_eq!(get(&mut program.connect(), "/__admin/health").0, 200);
    program.signal("-TERM");
    program.assert_ends_well();
}

#[test]
fn signal_while_loading_stops_it() {
    let dir = tempfile::tempdir().unwrap();
    // Opening a pipe blocks without a writer, like loading a large document.
    let document = dir.path().join("document.json");
    assert!(Command::new("mkfifo").arg(&document).status().unwrap().success());
    let log = dir.path().join("mock.log");
    let arguments = [
        "--load",
        document.to_str().unwrap(),
        "--log-file",
        log.to_str().unwrap(),
    ];
    let child = Program::command(&arguments).spawn().unwrap();
    let address = ([127, 0, 0, 1], 0).into();
    let program = Program { child, address };
    thread::sleep(Duration::from_millis(500));
    program.signal("-TERM");
    program.assert_ends_well();
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("stopped before the engines were up"), "{log}");
}

#[test]
fn log_file_is_appended_to() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mock.log");
    std::fs::write(&path, "before\n").unwrap();
    let arguments = ["--log-file", path.to_str().unwrap()];
    let program = Program::start(Program::command(&arguments), Stdio::null());
    get(&mut program.connect(), "/__admin/health");
    program.signal("-TERM");
    program.assert_ends_well();
    let log = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines[0], "before");
    assert!(log.contains("/__admin/health"), "{log}");
    assert!(lines.last().unwrap().contains("SIGTERM"), "{log}");
}

#[test]
fn unusable_log_file_is_refused_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let nowhere = dir.path().join("missing/mock.log");
    for path in [dir.path(), &pipe, &nowhere] {
        let output = Program::command(&["--log-file", path.to_str().unwrap()])
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(
            error.starts_with("mock-engine: --log-file") && error.contains(path.to_str().unwrap()),
            "{error}"
        );
    }
}
