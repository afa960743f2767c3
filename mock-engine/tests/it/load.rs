//! Many clients at once, and an engine that is killed: nothing lost, nothing doubled, nothing half done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::blocking::{Process, User};

const CLIENTS: usize = 100;
const FOR: Duration = Duration::from_secs(30);
const KILLS: u64 = 50;

/// One client's own environment and connector.
struct Own {
    environment: i64,
    name: String,
    entry: Value,
}

fn set_up(user: &User, application: i64, n: usize) -> Own {
    let name = format!("client {n}");
    let body = json!({ "environmentName": name, "applicationId": application, "purpose": "MASK" });
    let (status, environment) = user.call("POST", "environments", &body);
    assert_eq!(status, 200, "{environment}");
    let environment = environment["environmentId"].as_i64().unwrap();
    let body = json!({
        "connectorName": name, "databaseType": "POSTGRES", "environmentId": environment,
        "host": "db.example.com", "port": 5432, "databaseName": "d", "schemaName": "s", "username": "u", "password": "p",
    });
    let (status, connector) = user.call("POST", "database-connectors", &body);
    assert_eq!(status, 200, "{connector}");
    let id = connector["databaseConnectorId"].as_i64().unwrap();
    let entry = json!([{ "objectIdentifier": { "id": id }, "objectType": "DATABASE_CONNECTOR" }]);
    Own {
        environment,
        name,
        entry,
    }
}

/// Login, list, export, download, import.
fn round(process: &Process, own: &Own) {
    let user = User::login(process.address);
    let (status, page) = user.call(
        "GET",
        "syncable-objects?page_size=100&object_type=DATABASE_CONNECTOR",
        &Value::Null,
    );
    assert_eq!(status, 200, "{page}");
    let (status, task) = user.call_when_free("POST", "export-async", own.entry.to_string().as_bytes());
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&task));
    let task: Value = serde_json::from_slice(&task).unwrap();
    let path = format!("file-downloads/{}", task["reference"].as_str().unwrap());
    let (status, document) = user.send("GET", &path, b"").unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&document));
    let path = format!("import?force_overwrite=true&environment_id={}", own.environment);
    let (status, rows) = user.call_when_free("POST", &path, &document);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&rows));
    let rows: Value = serde_json::from_slice(&rows).unwrap();
    assert_eq!(rows[0]["importStatus"], "SUCCESS", "{rows}");
}

#[test]
fn a_hundred_clients_lose_and_double_nothing_and_memory_stays_flat() {
    let process = Process::start(&["--empty", "--seed", "1"]);
    let user = User::login(process.address);
    let (status, application) = user.call("POST", "applications", &json!({ "applicationName": "load" }));
    assert_eq!(status, 200, "{application}");
    let application = application["applicationId"].as_i64().unwrap();
    let owns: Vec<Own> = (0..CLIENTS).map(|n| set_up(&user, application, n)).collect();
    let rounds = AtomicU64::new(0);
    let (start, mut warm) = (Instant::now(), 0);
    thread::scope(|scope| {
        for own in &owns {
            scope.spawn(|| {
                while start.elapsed() < FOR {
                    round(&process, own);
                    rounds.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        thread::sleep(FOR / 2);
        warm = process.resident();
    });
    let end = process.resident();
    println!(
        "{} rounds, {warm} KiB half-way, {end} KiB at the end",
        rounds.load(Ordering::Relaxed)
    );
    assert!(rounds.load(Ordering::Relaxed) >= CLIENTS as u64);
    // Documents of async tasks are kept for download, up to a bound; beyond that nothing may pile up.
    assert!(end < warm * 2, "{warm} KiB half-way, {end} KiB at the end");
    let (_, page) = user.call("GET", "database-connectors?page_size=1000", &Value::Null);
    let connectors = page["responseList"].as_array().unwrap();
    assert_eq!(connectors.len(), CLIENTS);
    for own in &owns {
        let mine = connectors
            .iter()
            .filter(|c| c["environmentId"] == own.environment && c["connectorName"] == *own.name);
        assert_eq!(mine.count(), 1, "{}", own.name);
    }
    let (_, page) = user.call(
        "GET",
        "syncable-objects?page_size=1000&object_type=DATABASE_CONNECTOR",
        &Value::Null,
    );
    assert_eq!(page["responseList"].as_array().unwrap().len(), CLIENTS);
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
    for n in 0..KILLS {
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
            thread::sleep(import_takes * u32::try_from(n).unwrap() * 3 / u32::try_from(KILLS).unwrap() / 2);
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
