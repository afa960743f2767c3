//! Loading a directory of one engine's exports restores that engine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use mock_engine::Clock;
use mock_engine::Settings;
use mock_engine::internal::{Engine, Key, PageRequest};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::exhaustive;

use crate::objects::{at, entry, hashes, open, post, put, request};

const NOW: i64 = 1_552_435_140_000;

fn source(name: &str) -> Engine {
    let settings = Settings::default().with(|settings| {
        settings.name = name.to_owned();
        settings.seed = Some(1);
    });
    Engine::new(settings, Clock::frozen(NOW)).unwrap()
}

/// Loads a directory.
fn load(directory: &Path) -> Result<Engine, String> {
    let settings = Settings::default().with(|settings| {
        settings.seed = Some(2);
        settings.load = vec![directory.to_owned()];
    });
    Engine::new(settings, Clock::frozen(NOW)).map_err(|error| error.to_string())
}

/// Writes an export to a file and advances the clock by a minute.
fn save(engine: &Engine, directory: &TempDir, file: &str, objects: &[Value]) {
    let exported = engine.export(&request(objects)).unwrap();
    std::fs::write(directory.path().join(file), &exported.bytes).unwrap();
    engine.clock.advance(Duration::from_mins(1));
}

fn global() -> Value {
    entry("GLOBAL_OBJECT", json!({ "id": "global" }))
}

fn job(id: i64) -> Value {
    entry("MASKING_JOB", json!({ "id": id }))
}

fn environment(id: i64) -> Value {
    entry("ENVIRONMENT", json!({ "id": id }))
}

/// All listed objects that can be synced.
pub(crate) fn listed(engine: &Engine) -> Vec<Value> {
    let all = PageRequest {
        number: 1,
        size: 1_000_000,
    };
    let page = serde_json::to_value(engine.syncable_objects(None, all).unwrap()).unwrap();
    let entries = page["responseList"].as_array().unwrap().iter();
    let syncable = |entry: &&Value| {
        !entry["revisionHash"]
            .as_str()
            .unwrap()
            .starts_with("Not Syncable")
    };
    entries.filter(syncable).cloned().collect()
}

/// Exports one object of each type alone, in the nightly run every object, and all objects together.
fn whole(engine: &Engine) {
    let all = listed(engine);
    let mut types = BTreeSet::new();
    for object in &all {
        if !types.insert(object["objectType"].as_str().unwrap()) && !exhaustive() {
            continue;
        }
        let document = engine.export(&request(std::slice::from_ref(object))).unwrap();
        let (report, _) = open(&document.bytes);
        assert_eq!(
            report.objects[0].computed_hash.as_deref(),
            object["revisionHash"].as_str(),
            "{object}"
        );
    }
    engine.export(&request(&all)).unwrap();
}

/// The number of an engine's objects of a type.
fn count(engine: &Engine, type_name: &str) -> usize {
    hashes(engine)
        .keys()
        .filter(|key| key.starts_with(&format!("{type_name} ")))
        .count()
}

/// The hashes of some types.
fn of_types(engine: &Engine, types: &[&str]) -> BTreeMap<String, String> {
    let mut all = hashes(engine);
    all.retain(|key, hash| {
        types.iter().any(|name| key.starts_with(&format!("{name} "))) && !hash.starts_with("Not Syncable")
    });
    all
}

/// The types of objects that belong to an environment.
const TENANTS: [&str; 5] = [
    "DATABASE_CONNECTOR",
    "DATABASE_RULESET",
    "MASKING_JOB",
    "PROFILE_JOB",
    "ENVIRONMENT",
];

#[test]
#[ignore = "ci/long runs it"]
fn later_export_of_an_object_wins() {
    let engine = source("a");
    let directory = TempDir::new().unwrap();
    save(&engine, &directory, "1.json", &[global()]);
    save(&engine, &directory, "z.json", &[job(4)]);
    // Every object of the job is saved again and gets a new UUID B.
    put(
        &engine,
        "database-connectors",
        1,
        json!({ "host": "other.example.com" }),
    )
    .unwrap();
    for (path, id) in [("database-rulesets", 2), ("masking-jobs", 4)] {
        put(&engine, path, id, json!({})).unwrap();
    }
    save(&engine, &directory, "a.json", &[job(4)]);

    let loaded = load(directory.path()).unwrap();
    for (type_name, expected) in [("MASKING_JOB", 1), ("DATABASE_CONNECTOR", 1), ("ENVIRONMENT", 1)] {
        assert_eq!(count(&loaded, type_name), expected, "{type_name}");
    }
    let job = of_types(&loaded, &["MASKING_JOB"]);
    let here = hashes(&engine);
    assert!(job.iter().all(|(key, hash)| here[key] == *hash), "{job:?}");
    whole(&loaded);
}

#[test]
fn recreated_object_exists_once_in_its_later_state() {
    let engine = source("a");
    let directory = TempDir::new().unwrap();
    save(&engine, &directory, "before.json", &[job(4)]);
    let name = |path: &str, id: i64, member: &str| {
        let row = engine.get_resource(at(path), &Key::Number(id)).unwrap();
        row[member].clone()
    };
    let names = (
        name("database-connectors", 1, "connectorName"),
        name("database-rulesets", 2, "rulesetName"),
        name("masking-jobs", 4, "jobName"),
    );
    engine
        .delete_resource(at("database-connectors"), &Key::Number(1))
        .unwrap();
    let connector = json!({ "connectorName": names.0, "databaseType": "ORACLE", "environmentId": 1 });
    let connector = post(&engine, "database-connectors", connector).unwrap()["databaseConnectorId"].clone();
    let ruleset = json!({ "rulesetName": names.1, "databaseConnectorId": connector });
    let ruleset = post(&engine, "database-rulesets", ruleset).unwrap()["databaseRulesetId"].clone();
    let made = post(
        &engine,
        "masking-jobs",
        json!({ "jobName": names.2, "rulesetId": ruleset }),
    )
    .unwrap();
    let id = made["maskingJobId"].as_i64().unwrap();
    save(&engine, &directory, "after.json", &[job(id), global()]);

    let loaded = load(directory.path()).unwrap();
    for type_name in [
        "MASKING_JOB",
        "DATABASE_RULESET",
        "DATABASE_CONNECTOR",
        "ENVIRONMENT",
    ] {
        assert_eq!(count(&loaded, type_name), 1, "{type_name}");
    }
    let here = of_types(&loaded, &["MASKING_JOB"]).into_values().next();
    assert_eq!(
        here.as_ref(),
        hashes(&engine).get(&format!("MASKING_JOB {{\"id\":{id}}}"))
    );
    whole(&loaded);
}

#[test]
#[ignore = "ci/long runs it"]
fn environment_is_loaded_with_its_objects() {
    let engine = source("a");
    let together = [environment(1), environment(2), global()];
    for documents in [together.chunks(1), together.chunks(3)] {
        let directory = TempDir::new().unwrap();
        for (number, objects) in documents.enumerate() {
            save(&engine, &directory, &format!("{number}.json"), objects);
        }
        let loaded = load(directory.path()).unwrap();
        assert_eq!(of_types(&loaded, &TENANTS), of_types(&engine, &TENANTS));
        assert_eq!(count(&loaded, "ENVIRONMENT"), 2);
        whole(&loaded);
    }
}

#[test]
fn job_lives_in_the_environment_of_a_later_export() {
    let engine = source("a");
    let directory = TempDir::new().unwrap();
    save(&engine, &directory, "b.json", &[job(7)]);
    save(&engine, &directory, "a.json", &[job(4)]);
    save(&engine, &directory, "c.json", &[environment(1)]);
    let loaded = load(directory.path()).unwrap();
    let environment = &of_types(&engine, &["ENVIRONMENT"])["ENVIRONMENT {\"id\":1}"];
    assert_eq!(
        of_types(&loaded, &["ENVIRONMENT"])["ENVIRONMENT {\"id\":1}"],
        *environment
    );
    whole(&loaded);
}

#[test]
#[ignore = "ci/long runs it"]
fn jobs_of_unknown_environment_share_one() {
    let engine = source("a");
    let directory = TempDir::new().unwrap();
    save(&engine, &directory, "global.json", &[global()]);
    for id in [7, 4, 5] {
        save(&engine, &directory, &format!("{id}.json"), &[job(id)]);
    }
    let loaded = load(directory.path()).unwrap();
    assert_eq!(count(&loaded, "ENVIRONMENT"), 1);
    let jobs = ["MASKING_JOB", "DATABASE_RULESET"];
    assert_eq!(of_types(&loaded, &jobs), of_types(&engine, &jobs));
    whole(&loaded);
}

#[test]
fn jobs_with_the_same_name_live_in_different_environments() {
    let engine = source("a");
    let environment = json!({ "environmentName": "Copy", "applicationId": 1, "purpose": "MASK" });
    let environment = post(&engine, "environments", environment).unwrap()["environmentId"].clone();
    let connector = json!({ "connectorName": "C", "databaseType": "ORACLE", "environmentId": environment });
    let connector = post(&engine, "database-connectors", connector).unwrap()["databaseConnectorId"].clone();
    let ruleset = json!({ "rulesetName": "R", "databaseConnectorId": connector });
    let ruleset = post(&engine, "database-rulesets", ruleset).unwrap()["databaseRulesetId"].clone();
    let row = engine.get_resource(at("masking-jobs"), &Key::Number(4)).unwrap();
    let made = json!({ "jobName": row["jobName"], "rulesetId": ruleset });
    let id = post(&engine, "masking-jobs", made).unwrap()["maskingJobId"]
        .as_i64()
        .unwrap();
    let directory = TempDir::new().unwrap();
    engine.clock.advance(Duration::from_mins(1));
    save(&engine, &directory, "4.json", &[job(4)]);
    save(&engine, &directory, "other.json", &[job(id), global()]);
    let loaded = load(directory.path()).unwrap();
    assert_eq!(count(&loaded, "MASKING_JOB"), 2);
    assert_eq!(count(&loaded, "ENVIRONMENT"), 2);
}

#[test]
fn unrelated_documents_are_refused_with_a_command_for_each() {
    let (one, two) = (source("a.example.com"), source("b.example.com"));
    // Both have the same stock, but different other objects.
    let made = |engine: &Engine, name: &str| {
        let body = json!({ "connectorName": name, "databaseType": "ORACLE", "environmentId": 1 });
        let row = post(engine, "database-connectors", body).unwrap();
        entry("DATABASE_CONNECTOR", json!({ "id": row["databaseConnectorId"] }))
    };
    let directory = TempDir::new().unwrap();
    save(&one, &directory, "one.json", &[made(&one, "One")]);
    save(&two, &directory, "two.json", &[made(&two, "Two")]);
    let error = load(directory.path()).err().unwrap_or_default();
    let path = |file: &str| directory.path().join(file).display().to_string();
    for expected in [
        "of 2 engines".to_owned(),
        "GLOBAL_OBJECT".to_owned(),
        format!("a.example.com: {}\n", path("one.json")),
        format!("b.example.com: {}\n", path("two.json")),
        format!(
            "--engine a.example.com:8080 --load a.example.com={}",
            path("one.json")
        ),
        format!(
            "--engine b.example.com:8081 --load b.example.com={}",
            path("two.json")
        ),
    ] {
        assert!(error.contains(&expected), "{expected}: {error}");
    }
}
