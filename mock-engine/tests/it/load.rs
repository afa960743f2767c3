//! Many clients at once, and killed engines: no call is lost, repeated or half done.

mod canon;
mod traffic;

use std::collections::HashSet;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::canon::canonical;
use self::traffic::{Client, Tally, replay_all};
use crate::support::blocking::{Process, User};
use crate::support::setting;

/// The number of calls that each client makes even if the time is over.
const LEAST_CALLS: usize = 8;

/// The number of clients. The nightly run sets more.
fn clients() -> usize {
    setting("MOCK_CLIENTS", 20) as usize
}

/// The time that clients work after their least calls. The nightly run sets more.
fn soak_time() -> Duration {
    Duration::from_secs(setting("MOCK_SOAK_SECONDS", 0).into())
}

/// How often a test kills the engine. The nightly run sets more.
fn kills() -> u32 {
    setting("MOCK_KILLS", 3)
}

/// Lets many clients work on an empty engine, perhaps under faults. A second engine that gets the accepted calls one after
/// the other must reach the same state.
fn soak(options: &[&str], time: Duration, faults: &Value) {
    let start = |seed| Process::start(&[&["--empty", "--seed", seed], options].concat());
    let process = start("1");
    let mut clients: Vec<Client> = (0..clients()).map(|n| Client::new(process.address, n)).collect();
    let admin = User::login(process.address);
    for client in &mut clients {
        client.on_flaky_network = !faults.is_null();
    }
    if !faults.is_null() {
        let (status, answer) = admin.call("PUT", "/__admin/faults", faults);
        assert_eq!(status, 200, "{answer}");
    }
    let (began, mut warm) = (Instant::now(), 0);
    let clients: Vec<Client> = thread::scope(|scope| {
        let running = clients.into_iter().map(|mut client| {
            scope.spawn(move || {
                let mut calls = 0;
                while calls < LEAST_CALLS || began.elapsed() < time {
                    client.act();
                    calls += 1;
                }
                client.look();
                client
            })
        });
        let running: Vec<_> = running.collect();
        thread::sleep(time / 2);
        warm = process.resident();
        running.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let end = process.resident();
    if !faults.is_null() {
        let (_, shown) = admin.call("GET", "/__admin/faults", &Value::Null);
        for counter in shown["counters"].as_array().unwrap() {
            assert!(counter["fired"].as_u64().unwrap() > 0, "{counter}");
        }
        println!("{}", shown["counters"]);
        admin.call("DELETE", "/__admin/faults", &Value::Null);
    }
    let found = canonical(&User::login(process.address));
    let tally = clients
        .iter()
        .fold(Tally::default(), |sum, client| sum + client.tally);
    println!("{tally:?} in {time:?}; {warm} KiB half-way, {end} KiB at the end");
    assert!(tally.accepted >= clients.len() as u64);
    assert!(tally.half_sent > 0, "no connection was cut");
    // Documents of async tasks stay for download up to a bound, which a short run does not reach.
    if time > Duration::from_secs(60) {
        assert!(end < warm * 2, "{warm} KiB half-way, {end} KiB at the end");
    }

    // Another seed, since the imported documents contain the ids of the first engine.
    let replay = start("2");
    replay_all(replay.address, clients);
    let expected = canonical(&User::login(replay.address));
    for (what, expected) in &expected {
        assert_eq!(found.get(what), Some(expected), "{what}");
    }
    assert_eq!(found.len(), expected.len(), "more than was asked for");
}

#[test]
#[ignore = "ci/long runs it"]
fn concurrent_clients_leave_the_same_state_as_one_after_the_other() {
    soak(&["--concurrent-sync"], soak_time(), &Value::Null);
}

#[test]
#[ignore = "ci/long runs it"]
fn cut_connection_never_blocks_later_sync_operations() {
    soak(&[], soak_time() / 3, &Value::Null);
}

/// Only in the nightly run, where it has the time for many faults.
#[test]
fn clients_that_retry_lose_nothing_on_a_flaky_network() {
    if soak_time().is_zero() {
        return;
    }
    let set = Command::new(env!("CARGO_BIN_EXE_mock-engine"))
        .args(["faults", "flaky-network"])
        .output()
        .unwrap();
    let mut set: Value = serde_json::from_slice(&set.stdout).unwrap();
    // Delays would only leave less time for calls.
    let faults = set["faults"].as_array_mut().unwrap();
    faults.retain(|fault| fault["act"]["delay"].is_null());
    soak(&["--concurrent-sync"], soak_time() / 3, &set);
}

/// The identifiers and hashes of all syncable objects.
fn inventory(process: &Process) -> Value {
    let user = User::login(process.address);
    let (status, page) = user.call("GET", "syncable-objects?page_size=10000", &Value::Null);
    assert_eq!(status, 200, "{page}");
    page["responseList"].clone()
}

#[test]
#[ignore = "ci/long runs it"]
fn kill_during_an_import_leaves_the_state_before_or_after() {
    let document = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../testdata/generated/global-small.json"
    ))
    .unwrap();
    let path = "import?force_overwrite=true";
    let complete = Process::start(&["--empty", "--seed", "1"]);
    let before = inventory(&complete);
    let started = Instant::now();
    let (status, answer) = User::login(complete.address)
        .send("POST", path, &document)
        .unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    let import_takes = started.elapsed();
    let after = inventory(&complete);
    assert_ne!(before, after);
    let (mut kept, mut rolled_back) = (0, 0);
    for n in 0..kills() {
        let directory = tempfile::tempdir().unwrap();
        let state = [
            "--empty",
            "--seed",
            "1",
            "--state-dir",
            directory.path().to_str().unwrap(),
        ];
        let process = Process::start(&state);
        let user = User::login(process.address);
        thread::scope(|scope| {
            // The answer may never come.
            scope.spawn(|| user.send("POST", path, &document).ok());
            // From before the import to after its state is stored.
            thread::sleep(import_takes * n * 3 / (kills() - 1).max(1) / 2);
            process.kill();
        });
        let restarted = Process::start(&state);
        let found = inventory(&restarted);
        if found == after {
            kept += 1;
        } else {
            assert_eq!(found, before, "kill {n} left something between");
            rolled_back += 1;
        }
    }
    println!("{rolled_back} times the state before, {kept} times the state after");
}

/// Kills the engine while clients create applications. Returns the names that it accepted.
fn applications_until_the_end(process: Process, round: u32) -> Vec<String> {
    let users: Vec<User> = (0..4).map(|_| User::login(process.address)).collect();
    thread::scope(|scope| {
        let clients = users.iter().enumerate().map(|(client, user)| {
            scope.spawn(move || {
                let mut taken = Vec::new();
                for n in 0.. {
                    let name = format!("{round}-{client}-{n}");
                    let body = json!({ "applicationName": name }).to_string();
                    match user.send("POST", "applications", body.as_bytes()) {
                        Ok((200, _)) => taken.push(name),
                        Ok((status, answer)) => panic!("{status} {}", String::from_utf8_lossy(&answer)),
                        Err(_) => break,
                    }
                }
                taken
            })
        });
        let clients: Vec<_> = clients.collect();
        thread::sleep(Duration::from_millis(60 + u64::from(round) * 7 % 90));
        process.kill();
        clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect()
    })
}

#[test]
#[ignore = "ci/long runs it"]
fn kill_loses_no_answered_write_and_leaves_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let start = || Process::start(&["--empty", "--state-dir", path]);
    let mut taken = Vec::new();
    for round in 0..kills() {
        taken.extend(applications_until_the_end(start(), round));
        let restarted = start();
        let names: Vec<String> = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !["lock", "state.json"].contains(&name.as_str()))
            .collect();
        assert!(names.is_empty(), "kill {round} left {names:?}");
        let (_, page) =
            User::login(restarted.address).call("GET", "applications?page_size=1000000", &Value::Null);
        let rows = page["responseList"].as_array().unwrap();
        let there: HashSet<&str> = rows
            .iter()
            .map(|row| row["applicationName"].as_str().unwrap())
            .collect();
        let lost: Vec<_> = taken
            .iter()
            .filter(|name| !there.contains(name.as_str()))
            .collect();
        assert!(lost.is_empty(), "kill {round} lost {lost:?}");
    }
    println!("{} writes answered in {} rounds, none lost", taken.len(), kills());
    assert!(taken.len() > kills() as usize);
}
