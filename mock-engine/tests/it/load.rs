//! Many clients at once, and an engine that is killed: nothing lost, nothing doubled, nothing half done.

mod canon;
mod traffic;

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::canon::canonical;
use self::traffic::{Client, Tally, replay_all};
use crate::support::blocking::{Process, User};

const CLIENTS: usize = 100;

/// How long the clients go on: long enough to see something, or as long as asked for.
fn soaking_time() -> Duration {
    let asked = std::env::var("MOCK_SOAK_SECONDS").ok();
    Duration::from_secs(asked.map_or(25, |seconds| seconds.parse().unwrap()))
}

/// Kills of an engine: enough to meet every moment, or as many as asked for.
fn kills() -> u32 {
    let asked = std::env::var("MOCK_KILLS").ok();
    asked.map_or(30, |kills| kills.parse().unwrap())
}

/// Lets a hundred clients at an engine that began empty, for a time, and compares it with one that is told what the
/// first one took, one call after the other.
fn soak(options: &[&str], time: Duration) {
    let start = |seed| Process::start(&[&["--empty", "--seed", seed], options].concat());
    let process = start("1");
    let clients: Vec<Client> = (0..CLIENTS).map(|n| Client::new(process.address, n)).collect();
    let (began, mut warm) = (Instant::now(), 0);
    let clients: Vec<Client> = thread::scope(|scope| {
        let running = clients.into_iter().map(|mut client| {
            scope.spawn(move || {
                while began.elapsed() < time {
                    client.act();
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
    let found = canonical(&User::login(process.address));
    let tally = clients
        .iter()
        .fold(Tally::default(), |sum, client| sum + client.tally);
    println!("{tally:?} in {time:?}; {warm} KiB half-way, {end} KiB at the end");
    assert!(tally.accepted >= CLIENTS as u64);
    // Documents of async tasks are kept for download, up to a bound; beyond that nothing may pile up.
    assert!(end < warm * 2, "{warm} KiB half-way, {end} KiB at the end");

    // With other ids: the documents that it imports carry the first one's.
    let replay = start("2");
    replay_all(replay.address, clients);
    let expected = canonical(&User::login(replay.address));
    for (what, expected) in &expected {
        assert_eq!(found.get(what), Some(expected), "{what}");
    }
    assert_eq!(found.len(), expected.len(), "more than was asked for");
}

#[test]
fn a_hundred_clients_with_cut_connections_leave_what_one_after_the_other_would() {
    soak(&["--concurrent-sync"], soaking_time());
}

#[test]
fn cut_connections_never_leave_the_one_sync_at_a_time_taken() {
    soak(&[], soaking_time() / 4);
}

/// All of `/syncable-objects`: identifiers and hashes.
fn inventory(process: &Process) -> Value {
    let user = User::login(process.address);
    let (status, page) = user.call("GET", "syncable-objects?page_size=10000", &Value::Null);
    assert_eq!(status, 200, "{page}");
    page["responseList"].clone()
}

#[test]
fn an_engine_killed_in_mid_import_has_the_state_before_or_after_never_between() {
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
            // From before the import to after it, storing included.
            thread::sleep(import_takes * n * 3 / kills() / 2);
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

/// Clients that each add applications, one after the other, until the engine is gone. Gives the names that it took.
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
fn an_engine_that_is_killed_keeps_every_write_that_it_answered_and_leaves_no_file() {
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
