//! Lists and exports of objects, and the effects of REST calls on them.

use std::collections::BTreeMap;

use exportdoc::internal::object::SyncObject;
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner, Verdict};
use mock_engine::Clock;
use mock_engine::Settings;
use mock_engine::internal::catalogue;
use mock_engine::internal::resources::Collection;
use mock_engine::internal::{Engine, EngineError, Key, PageRequest, error_message};
use mock_engine::internal::{ExportRequest, Passphrase, Structure};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

const ALL: PageRequest = PageRequest {
    number: 1,
    size: 1_000_000,
};

pub(crate) fn engine(settings: Settings) -> Engine {
    Engine::new(settings, Clock::frozen(1_529_094_995_483)).unwrap()
}

pub(crate) fn demo() -> Engine {
    engine(Settings::default().with(|settings| {
        settings.seed = Some(1);
    }))
}

pub(crate) fn request(objects: &[Value]) -> ExportRequest {
    ExportRequest {
        objects: objects.iter().map(|entry| to_raw_value(entry).unwrap()).collect(),
        passphrase: None,
        structure: Structure::Blob,
    }
}

pub(crate) fn entry(object_type: &str, identifier: Value) -> Value {
    json!({ "objectIdentifier": identifier, "objectType": object_type })
}

pub(crate) fn open(document: &[u8]) -> (DocumentReport, Vec<SyncObject<'static>>) {
    Examiner::new(&ExamineOptions::default())
        .keep_contents()
        .read_bytes(document)
        .unwrap()
        .into_objects()
}

pub(crate) fn export(
    engine: &Engine,
    object_type: &str,
    identifier: Value,
) -> (DocumentReport, Vec<SyncObject<'static>>) {
    let exported = engine
        .export(&request(&[entry(object_type, identifier)]))
        .unwrap();
    open(&exported.bytes)
}

fn refusal(engine: &Engine, objects: &[Value]) -> String {
    error_message(&engine.export(&request(objects)).unwrap_err())
}

/// Hashes by type and identifier.
pub(crate) fn hashes(engine: &Engine) -> BTreeMap<String, String> {
    let page = serde_json::to_value(engine.syncable_objects(None, ALL).unwrap()).unwrap();
    let entries = page["responseList"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let key = format!(
                "{} {}",
                entry["objectType"].as_str().unwrap(),
                entry["objectIdentifier"]
            );
            (key, entry["revisionHash"].as_str().unwrap().to_owned())
        })
        .collect()
}

/// The differences between two lists of hashes.
pub(crate) fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let differs = |(key, hash): (&String, &String)| (before.get(key) != Some(hash)).then(|| key.clone());
    after.iter().filter_map(differs).collect()
}

pub(crate) fn at(path: &str) -> &'static dyn Collection {
    let mut all = catalogue::ALL.iter().copied();
    all.find(|collection| collection.spec().path == path).unwrap()
}

pub(crate) fn put(engine: &Engine, path: &str, id: i64, body: Value) -> Result<Value, EngineError> {
    let Value::Object(body) = body else {
        panic!("{body}")
    };
    engine.update_resource(at(path), &Key::Number(id), body)
}

pub(crate) fn post(engine: &Engine, path: &str, body: Value) -> Result<Value, EngineError> {
    let Value::Object(body) = body else {
        panic!("{body}")
    };
    engine.create_resource(at(path), body, "admin")
}

#[test]
fn demo_inventory_is_sorted_and_marks_unsyncable_objects() {
    let engine = demo();
    let page = serde_json::to_value(engine.syncable_objects(None, ALL).unwrap()).unwrap();
    let entries = page["responseList"].as_array().unwrap();
    let types: Vec<&str> = entries
        .iter()
        .map(|e| e["objectType"].as_str().unwrap())
        .collect();
    assert!(types.is_sorted() && types.iter().all(|name| !name.ends_with("REFERENCE")));
    let hashes = hashes(&engine);
    assert_eq!(
        hashes[r#"DOMAIN {"id":"PATIENT_NO"}"#],
        "Not Syncable: mapping algorithm PatientNoMapping is not syncable"
    );
    for syncable in [
        r#"DOMAIN {"id":"CREDIT CARD"}"#,
        r#"KEY {"keyId":"global"}"#,
        r#"MASKING_JOB {"id":4}"#,
        r#"PROFILE_JOB {"id":6}"#,
        r#"ENVIRONMENT {"id":1}"#,
    ] {
        assert_eq!(hashes[syncable].len(), 40, "{syncable}");
    }
    let environment = serde_json::to_value(engine.syncable_environment(1, ALL).unwrap()).unwrap();
    assert_eq!(
        environment["responseList"][0]["objectIdentifier"],
        json!({ "id": 1 })
    );
    assert!(engine.syncable_environment(9, ALL).is_err());
    assert!(matches!(
        engine.syncable_objects(Some("NO_SUCH"), ALL),
        Err(EngineError::BadParameter { .. })
    ));
    assert_eq!(
        serde_json::to_value(engine.syncable_objects(Some("MAPPLET"), ALL).unwrap()).unwrap()["responseList"],
        json!([])
    );
}

#[test]
fn two_demo_engines_differ_in_their_key_only() {
    let named = |name: &str| {
        let name = name.to_owned();
        engine(Settings::default().with(|settings| {
            settings.name = name;
        }))
    };
    let (a, b) = (hashes(&named("a.example.com")), hashes(&named("b.example.com")));
    assert_eq!(
        changed(&a, &b),
        [r#"GLOBAL_OBJECT {"id":"global"}"#, r#"KEY {"keyId":"global"}"#]
    );
}

#[test]
#[ignore = "ci/long runs it"]
fn every_export_is_valid_and_has_the_listed_hashes() {
    let engine = demo();
    let listed = hashes(&engine);
    for (key, hash) in listed.iter().filter(|(_, hash)| hash.len() == 40) {
        let (object_type, identifier) = key.split_once(' ').unwrap();
        let (report, objects) = export(&engine, object_type, serde_json::from_str(identifier).unwrap());
        assert_eq!(report.signature.verdict, Verdict::Valid, "{key}");
        let usual = [
            "key-weak",
            "hash-algorithm-weak",
            "sealed-by-toolkit",
            "secrets-in-clear",
            "key-present",
        ];
        let odd: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| !usual.contains(&finding.rule.id))
            .map(|finding| format!("{}: {}", finding.rule.id, finding.message))
            .collect();
        assert!(odd.is_empty(), "{key}: {odd:?}");
        assert_eq!(report.objects[0].computed_hash.as_ref(), Some(hash), "{key}");
        assert_eq!(report.hash_tally().matching, objects.len(), "{key}");
    }
}

#[test]
fn export_finds_all_forms_of_an_entry_and_refuses_others() {
    let engine = demo();
    for written in [
        entry("MASKING_JOB", json!({ "id": "4" })),
        entry("KEY", json!({})),
        entry("LOOKUP", json!({ "id": "FirstNameLookup" })),
        json!({ "revisionHash": "stale", "objectType": "DOMAIN", "objectIdentifier": { "id": "CITY" } }),
    ] {
        let exported = engine.export(&request(std::slice::from_ref(&written))).unwrap();
        let document: Value = serde_json::from_slice(&exported.bytes).unwrap();
        assert_eq!(
            document["exportResponseMetadata"]["requestedObjectList"],
            json!([written])
        );
    }
    for (objects, text) in [
        (vec![entry("MASKING_JOB", json!({ "id": 99 }))], "does not exist"),
        (vec![entry("MASKING_JOB", json!({}))], "does not exist"),
        (
            vec![entry("NO_SUCH", json!({ "id": 1 }))],
            "not a valid object type",
        ),
        (
            vec![entry("DOMAIN", json!({ "id": "PATIENT_NO" }))],
            "not syncable",
        ),
    ] {
        let refusal = refusal(&engine, &objects);
        assert!(refusal.contains(text), "{refusal}");
    }
    let same = json!({ "connectorName": "Orders", "databaseType": "ORACLE", "environmentId": 1 });
    let id = post(&engine, "database-connectors", same).unwrap()["databaseConnectorId"].clone();
    let twice = [
        entry("DATABASE_CONNECTOR", json!({ "id": 3 })),
        entry("DATABASE_CONNECTOR", json!({ "id": id })),
    ];
    assert!(refusal(&engine, &twice).contains("are named 'Orders'"));
}

#[test]
fn save_changes_hashes_of_the_object_and_its_dependents() {
    let engine = demo();
    let before = hashes(&engine);
    put(&engine, "database-connectors", 1, json!({ "password": "s3cret" })).unwrap();
    assert_eq!(changed(&before, &hashes(&engine)), [""; 0]);
    // Clients send the whole row with a password.
    let mut shown = engine
        .get_resource(at("database-connectors"), &Key::Number(1))
        .unwrap();
    shown["password"] = "other".into();
    put(&engine, "database-connectors", 1, shown).unwrap();
    assert_eq!(changed(&before, &hashes(&engine)), [""; 0]);
    let moved = [
        r#"DATABASE_CONNECTOR {"id":1}"#,
        r#"DATABASE_RULESET {"id":2}"#,
        r#"ENVIRONMENT {"id":1}"#,
        r#"MASKING_JOB {"id":4}"#,
        r#"MASKING_JOB {"id":5}"#,
        r#"PROFILE_JOB {"id":6}"#,
    ];
    put(&engine, "database-connectors", 1, json!({})).unwrap();
    let saved = hashes(&engine);
    assert_eq!(changed(&before, &saved), moved);
    put(
        &engine,
        "database-connectors",
        1,
        json!({ "host": "db9", "port": "1522" }),
    )
    .unwrap();
    assert_eq!(changed(&saved, &hashes(&engine)), moved);
    let (_, objects) = export(&engine, "MASKING_JOB", json!({ "id": 4 }));
    let connector = objects.iter().find(|o| o.key().type_number == 10).unwrap();
    let exportdoc::internal::object::data::ObjectData::DatabaseConnector(data) = connector.data() else {
        panic!("{connector:?}")
    };
    assert_eq!(
        (data.host().unwrap().as_ref(), data.port()),
        ("db9", Some("1522".into()))
    );
    assert_eq!(connector.revision().modified, Some(1_529_094_995_483));
}

#[test]
fn rename_changes_references_and_source_can_be_moved() {
    let engine = demo();
    put(
        &engine,
        "database-connectors",
        2,
        json!({ "connectorName": "Renamed" }),
    )
    .unwrap();
    let (_, objects) = export(&engine, "MASKING_JOB", json!({ "id": 5 }));
    let names: Vec<_> = objects.iter().filter_map(SyncObject::name).collect();
    assert!(names.contains(&"Renamed".to_owned()), "{names:?}");
    let source = json!({ "onTheFlyMaskingSource": { "connectorId": 1, "connectorType": "DATABASE" } });
    let job = put(&engine, "masking-jobs", 5, source).unwrap();
    assert_eq!(job["onTheFlyMaskingSource"]["connectorId"], 1);
    let (_, objects) = export(&engine, "MASKING_JOB", json!({ "id": 5 }));
    let names: Vec<_> = objects.iter().filter_map(SyncObject::name).collect();
    assert!(!names.contains(&"Renamed".to_owned()), "{names:?}");
    let nowhere = json!({ "onTheFlyMaskingSource": { "connectorId": 77 } });
    assert!(matches!(
        put(&engine, "masking-jobs", 5, nowhere),
        Err(EngineError::NotFound { .. })
    ));
}

#[test]
fn key_can_be_replaced_and_used_object_stays() {
    let engine = demo();
    let before = hashes(&engine);
    engine.randomize_key("AccountTK").unwrap();
    let after = hashes(&engine);
    let moved = changed(&before, &after);
    assert!(moved.contains(&r#"TOKENIZATION {"algorithmName":"AccountTK"}"#.to_owned()));
    assert!(
        moved.contains(&r#"DOMAIN {"id":"ACCOUNT_TK"}"#.to_owned()),
        "{moved:?}"
    );
    engine.replace_global_key().unwrap();
    let moved = changed(&after, &hashes(&engine));
    assert_eq!(
        moved,
        [r#"GLOBAL_OBJECT {"id":"global"}"#, r#"KEY {"keyId":"global"}"#]
    );
    assert!(engine.randomize_key("CreditCard").is_err() && engine.randomize_key("None").is_err());
    for (path, name) in [("algorithms", "FirstNameLookup"), ("domains", "CITY")] {
        let deleted = engine.delete_resource(at(path), &Key::Name(name.to_owned()));
        assert!(
            matches!(deleted, Err(EngineError::InUse { .. })),
            "{name}: {deleted:?}"
        );
    }
    engine
        .delete_resource(at("environments"), &Key::Number(1))
        .unwrap();
    assert!(
        hashes(&engine)
            .keys()
            .all(|key| !key.contains("_JOB") || key.contains("7"))
    );
}

#[test]
fn export_can_be_encrypted_and_zipped() {
    let engine = demo();
    let mut sealed = request(&[entry("MASKING_JOB", json!({ "id": 4 }))]);
    sealed.passphrase = Some(Passphrase::new("my example passphrase"));
    let document = engine.export(&sealed).unwrap().bytes;
    let options = ExamineOptions {
        passphrases: vec![exportdoc::internal::passphrase::Passphrase::new("my example passphrase").unwrap()],
        ..ExamineOptions::default()
    };
    let (report, objects) = Examiner::new(&options)
        .keep_contents()
        .read_bytes(&document)
        .unwrap()
        .into_objects();
    assert_eq!(report.signature.verdict, Verdict::Valid);
    assert!(objects.len() > 10 && open(&document).1.is_empty());
    sealed.structure = Structure::Zip;
    let zip = engine.export(&sealed).unwrap().bytes;
    assert!(zip.starts_with(b"PK\x03\x04") && zip.windows(11).any(|w| w == b"export.json"));
}
