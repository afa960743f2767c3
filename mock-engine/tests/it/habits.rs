//! Details that differ in every export of a real engine. The mock writes them, too, unless it is faithful.

use std::collections::BTreeMap;
use std::time::Duration;

use exportdoc::internal::audit::{AuditOptions, Policy, audit_bytes};
use exportdoc::internal::diff::{DiffOptions, DocumentDiff, Side, diff};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, SyncObject, known_by_number};
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Verdict};
use mock_engine::Clock;
use mock_engine::Settings;
use mock_engine::internal::Engine;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::lineage::listed;
use crate::merged::merged;
use crate::objects::{entry, open, put, request};

/// 12 March 2019, a minute before midnight.
const LATE: i64 = 1_552_435_140_000;

fn engine(faithful: bool) -> Engine {
    let settings = Settings::default().with(|settings| {
        settings.seed = Some(1);
        settings.faithful = faithful;
    });
    Engine::new(settings, Clock::frozen(LATE)).unwrap()
}

fn export(engine: &Engine, objects: &[Value]) -> Vec<u8> {
    engine.export(&request(objects)).unwrap().bytes.to_vec()
}

fn global() -> Value {
    entry("GLOBAL_OBJECT", json!({ "id": "global" }))
}

type Opened = (DocumentReport, Vec<SyncObject<'static>>);

fn side((report, objects): &Opened) -> Side<'_> {
    Side {
        bytes: None,
        report,
        objects,
    }
}

fn compared(old: &Opened, new: &Opened) -> DocumentDiff {
    diff(&side(old), &side(new), &DiffOptions::default())
}

/// Computed hashes by object.
fn hashes(report: &DocumentReport) -> Vec<(ObjectKey, Option<String>)> {
    let hashes = report.objects.iter();
    let mut hashes: Vec<_> = hashes
        .map(|object| (object.key.clone(), object.computed_hash.clone()))
        .collect();
    hashes.sort();
    hashes
}

fn day_of(object: &SyncObject<'_>) -> Option<String> {
    match object.data() {
        exportdoc::internal::object::data::ObjectData::SecureLookup(data) => {
            Some(data.info()?.date()?.into_owned())
        }
        _ => None,
    }
}

#[test]
fn two_exports_of_an_unchanged_engine_differ_like_real_ones() {
    let engine = engine(false);
    let first = open(&export(&engine, &[global()]));
    engine.clock.advance(Duration::from_mins(2));
    let second = open(&export(&engine, &[global()]));

    let difference = compared(&first, &second);
    assert!(
        difference.is_same() && difference.findings.is_empty(),
        "{difference:?}"
    );
    assert_eq!(hashes(&first.0), hashes(&second.0));
    for (report, day) in [(&first, "2019-03-12"), (&second, "2019-03-13")] {
        assert_eq!(report.0.signature.verdict, Verdict::Valid);
        let days: Vec<_> = report.1.iter().filter_map(day_of).collect();
        assert!(days.len() > 3 && days.iter().all(|own| own == day), "{days:?}");
    }
    // Lookups differ in their day, profile sets and the bundle in their order.
    let types = |name: &str| {
        let volatile = difference.volatile.iter();
        volatile.filter(|object| object.new.type_name == name).count()
    };
    let lookups = first.1.iter().filter_map(day_of).count();
    assert_eq!(types("LOOKUP"), lookups);
    assert!(
        types("PROFILE_SET") > 0 && types("GLOBAL_OBJECT") == 1,
        "{difference:?}"
    );
}

#[test]
fn profile_set_lists_expressions_in_the_order_of_dependencies() {
    let (report, objects) = open(&export(&engine(false), &[global()]));
    let named = |key: &ObjectKey| {
        let at = report.objects.iter().position(|object| object.key == *key)?;
        objects[at].name()
    };
    let mut sets = 0;
    for object in &objects {
        let exportdoc::internal::object::data::ObjectData::ProfileSet(data) = object.data() else {
            continue;
        };
        let listed: Vec<_> = data.expressions().map(|name| Some(name.into_owned())).collect();
        let names: Vec<_> = object.dependencies().iter().map(named).collect();
        assert_eq!(listed, names);
        sets += 1;
    }
    assert!(sets > 0);
}

#[test]
fn seed_and_clock_determine_an_export() {
    let exported = || export(&engine(false), &[global()]);
    assert!(exported() == exported());
}

#[test]
fn faithful_engine_exports_the_same_bytes_every_day() {
    let engine = engine(true);
    let first = open(&export(&engine, &[global()]));
    engine.clock.advance(Duration::from_hours(48));
    assert!(first.1 == open(&export(&engine, &[global()])).1);
}

#[test]
fn objects_of_older_mocks_are_exported_like_real_ones() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("first-version.json");
    std::fs::write(&path, first_version()).unwrap();
    let loaded = |faithful| {
        let settings = Settings::default().with(|settings| {
            settings.seed = Some(1);
            settings.load = vec![path.clone()];
            settings.faithful = faithful;
        });
        let engine = Engine::new(settings, Clock::frozen(LATE)).unwrap();
        open(&export(
            &engine,
            &[
                entry("KEY", json!({ "keyId": "global" })),
                entry("DATABASE_CONNECTOR", json!({ "id": 3 })),
            ],
        ))
    };
    let (faithful, habitual) = (loaded(true), loaded(false));
    assert!(compared(&faithful, &habitual).is_same());
    let (key, connector) = (&habitual.1[0], &habitual.1[1]);
    assert!(key.revision().is_usual(key.key()), "{:?}", key.revision());
    assert!(!faithful.1[0].revision().is_usual(key.key()));
    assert!(connector.as_bytes() != faithful.1[1].as_bytes());
    let text = exportdoc::internal::wire::Writer::new()
        .wrapped_text(10, "5432")
        .finish();
    assert!(connector.as_bytes().windows(text.len()).any(|part| part == text));
}

/// A key and a connector in the form of this project's first versions.
fn first_version() -> Vec<u8> {
    use exportdoc::internal::build::{ExportFacts, seal};
    use exportdoc::internal::object::{Revision, RevisionPair};
    use exportdoc::internal::signature::{KeySize, SigningKey};
    use exportdoc::internal::wire::Writer;

    let pair = |n| RevisionPair {
        object: format!("5b2f6c1e-0000-4000-8000-00000000000{n}"),
        save: format!("5b2f6c1e-0000-4000-9000-00000000000{n}"),
    };
    let build = |key: &ObjectKey, pair, json, data_type, data: &[u8]| {
        let revision = Revision {
            pair,
            json,
            created: Some(LATE),
            modified: Some(LATE),
        };
        SyncObject::build(key, &[], &revision, data_type, data).unwrap()
    };
    let global = ObjectKey::new(9, Identifier::EncryptionKey("global".to_owned()));
    let json = Revision::json_text("KEY", &global).replace("\"id\": \"global\"", "\"keyId\": \"global\"");
    let data = Writer::new().text(1, "AAECAwQFBgcICQoLDA0ODw==").finish();
    let key = build(&global, pair(1), json, "EncryptionKeyData", &data);
    let connector = ObjectKey::new(10, Identifier::Integer(3));
    let json = Revision::json_text("DATABASE_CONNECTOR", &connector);
    let mut data = Writer::new();
    data.text(1, "postgres")
        .wrapped_text(8, "Clinic")
        .wrapped_int(10, 5432);
    let connector = build(&connector, pair(2), json, "DatabaseConnectorData", &data.finish());
    let instant = exportdoc::internal::date::from_epoch_millis(LATE).unwrap();
    let facts = ExportFacts {
        host: String::new(),
        export_id: "3f0c9d52-7a41-4e86-b0d3-5c2e8f1a6b97".to_owned(),
        started: instant,
        finished: instant,
        format: 1,
        requested: Vec::new(),
        type_names: BTreeMap::new(),
        encryption: None,
        declare_rule: true,
    };
    let size = KeySize::Dsa512;
    let signing = SigningKey::from_seed(size, b"first version").unwrap();
    seal(&facts, &[key, connector], &signing, size.default_rule()).unwrap()
}

#[test]
#[ignore = "ci/long runs it"]
fn loaded_test_documents_keep_content_and_unknown_types_bytes() {
    let mut compared_documents = 0;
    for directory in ["generated", "handmade", "generated/merge"] {
        let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../testdata")
            .join(directory);
        for file in std::fs::read_dir(directory).unwrap() {
            let path = file.unwrap().path();
            let [faithful, habitual] = [true, false].map(|faithful| {
                let settings = Settings::default().with(|settings| {
                    settings.seed = Some(1);
                    settings.load = vec![path.clone()];
                    settings.faithful = faithful;
                });
                Engine::new(settings, Clock::frozen(LATE))
                    .map(|engine| open(&export(&engine, &listed(&engine))))
            });
            // Documents that cannot be loaded, such as encrypted ones.
            let (Ok(faithful), Ok(habitual)) = (faithful, habitual) else {
                continue;
            };
            assert!(compared(&faithful, &habitual).is_same(), "{path:?}");
            assert_eq!(hashes(&faithful.0), hashes(&habitual.0), "{path:?}");
            let unknown = |(_, objects): &Opened| -> BTreeMap<ObjectKey, Vec<u8>> {
                let unknown = objects
                    .iter()
                    .filter(|object| known_by_number(object.key().type_number).is_none());
                unknown
                    .map(|object| (object.key().clone(), object.as_bytes().to_vec()))
                    .collect()
            };
            assert!(unknown(&faithful) == unknown(&habitual), "{path:?}");
            compared_documents += 1;
        }
    }
    assert!(compared_documents > 10, "{compared_documents}");
}

/// The findings of an audit, with their places.
fn audited(document: &[u8]) -> Vec<(&'static str, String)> {
    let options = AuditOptions {
        policy: &Policy::default(),
        now: exportdoc::internal::date::from_epoch_millis(LATE).unwrap(),
        baseline: None,
    };
    let (report, _) = audit_bytes(document, &ExamineOptions::default(), &options).unwrap();
    let findings = report.findings.iter();
    let mut found: Vec<_> = findings
        .map(|finding| (finding.id(), format!("{:?}", finding.object)))
        .collect();
    found.sort();
    found
}

fn edit(engine: &Engine, (kind, text): &(u8, String)) {
    let (path, id, body) = match kind {
        0 => ("masking-jobs", 4, json!({ "email": text })),
        1 => ("database-connectors", 1, json!({ "host": text, "port": 5432 })),
        2 => ("profile-expressions", 3, json!({ "regularExpression": text })),
        _ => (
            "profile-sets",
            1,
            json!({ "profileExpressionIds": [1, 3, 2, 9, 5] }),
        ),
    };
    put(engine, path, id, body).unwrap();
}

proptest! {
    #![proptest_config(crate::support::property(2))]

    #[test]
    #[ignore = "ci/long runs it"]
    fn export_with_habits_has_the_content_of_a_faithful_one(
        edits in prop::collection::vec((0..4_u8, "[a-z]{1,12}"), 0..4),
        wanted in prop::sample::subsequence(vec![
            global(),
            entry("MASKING_JOB", json!({ "id": 4 })),
            entry("MASKING_JOB", json!({ "id": 5 })),
            entry("PROFILE_JOB", json!({ "id": 6 })),
            entry("PROFILE_SET", json!({ "id": 1 })),
            entry("ENVIRONMENT", json!({ "id": 2 })),
        ], 1..4),
    ) {
        let [faithful, habitual] = [true, false].map(|faithful| {
            let engine = engine(faithful);
            edits.iter().for_each(|one| edit(&engine, one));
            export(&engine, &wanted)
        });
        let (old, new) = (open(&faithful), open(&habitual));
        let difference = compared(&old, &new);
        prop_assert!(difference.is_same() && difference.findings.is_empty(), "{:?}", difference);
        prop_assert_eq!(hashes(&old.0), hashes(&new.0));
        prop_assert_eq!(new.0.signature.verdict, Verdict::Valid);
        prop_assert_eq!(audited(&faithful), audited(&habitual));
        // A conflict would fail the merge.
        let both = open(&merged(&[&faithful, &habitual]));
        prop_assert!(compared(&new, &both).is_same());
    }
}
