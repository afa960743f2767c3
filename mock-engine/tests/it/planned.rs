//! A plan predicts what an import does. The tests plan against the engine's dump and compare the plan with the dumps before
//! and after the import.

mod cases;
mod compare;
mod effects;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use exportdoc::internal::import_plan::{Action, ImportDocument, ImportOptions, Verdict, import_plan};
use exportdoc::internal::signature::{KeySize, SigningKey};
use exportdoc::internal::target_state::{TargetState, TargetStateBuilder};
use mock_engine::MockEngine;
use mock_engine::Settings;
use mock_engine::internal::{Engine, PageRequest, Query};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use testkit::exhaustive;

use crate::objects::{at, demo, engine, entry, open, put, request};
use crate::support::client::Client;
use crate::support::setting;
use cases::{Oddity, case, sealed, target};
use compare::{compare, dump};

/// The rounds for which the test below lists how often each outcome must occur.
const LEAST_FOR: usize = 800;

/// The number of made-up pairs of a document and a target. The nightly run sets more.
fn rounds() -> usize {
    setting("MOCK_PLANS", 50) as usize
}

/// One version of each generation, and one with strict names.
const VERSIONS: [(&str, bool); 6] = [
    ("5.3.9.0", false),
    ("6.0.1.0", false),
    ("6.0.8.0", false),
    ("6.0.8.0", true),
    ("6.0.17.0", false),
    ("2025.2.0.0", false),
];

fn of_every_version() -> Vec<Engine> {
    VERSIONS.into_iter().map(of_version).collect()
}

fn of_version((version, strict_names): (&str, bool)) -> Engine {
    engine(Settings::default().with(|settings| {
        settings.version = version.to_owned();
        settings.strict_names = strict_names;
        settings.empty = true;
        settings.seed = Some(1);
    }))
}

/// The readable documents of the test data.
pub(crate) fn documents() -> Vec<PathBuf> {
    let mut documents = Vec::new();
    for directory in ["handmade", "generated"] {
        let directory: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../testdata", directory]
            .iter()
            .collect();
        for file in std::fs::read_dir(directory).unwrap() {
            let path = file.unwrap().path();
            let text = path.to_string_lossy();
            if text.ends_with(".json") && !text.ends_with(".expected.json") && !text.contains("encrypted") {
                documents.push(path);
            }
        }
    }
    documents.sort();
    documents
}

#[test]
#[ignore = "ci/long runs it"]
fn plan_matches_import_at_every_version_for_test_documents() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (n, path) in documents().into_iter().enumerate() {
        let document = std::fs::read(&path).unwrap();
        // The nightly run tries each document at every version; others take turns.
        let versions = if exhaustive() {
            VERSIONS.to_vec()
        } else {
            vec![VERSIONS[n % VERSIONS.len()]]
        };
        for engine in versions.into_iter().map(of_version) {
            // The later imports find the objects of the first one.
            for force_overwrite in [false, true, false] {
                let options = ImportOptions {
                    force_overwrite,
                    environment: None.into(),
                    ..ImportOptions::default()
                };
                for outcome in compare(&engine, &document, options) {
                    *counts.entry(outcome).or_default() += 1;
                }
            }
        }
    }
    println!("{counts:?}");
    for outcome in ["create", "unchanged", "derived", "key conflict", "refused"] {
        assert!(counts.contains_key(outcome), "{outcome}: {counts:?}");
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn plan_matches_import_for_made_up_targets() {
    let engines = of_every_version();
    let key = SigningKey::from_seed(KeySize::Dsa512, b"planned").unwrap();
    let mut runner = TestRunner::deterministic();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..rounds() {
        let engine = &engines[round % engines.len()];
        let case = case().new_tree(&mut runner).unwrap().current();
        let document = sealed(&case, &key);
        let state = target(&case.target);
        for force_overwrite in [false, true] {
            engine.replace_state(state.clone()).unwrap();
            let options = ImportOptions {
                force_overwrite,
                environment: case.environment.into(),
                source_environment: case.source_environment.into(),
                ..ImportOptions::default()
            };
            let outcomes: BTreeSet<_> = compare(engine, &document, options).into_iter().collect();
            for outcome in outcomes {
                *counts.entry(outcome).or_default() += 1;
            }
        }
    }
    println!("{counts:?}");
    for (outcome, least) in [
        ("create", 400),
        ("unchanged", 110),
        ("extend", 2),
        ("overwrite", 100),
        ("resolved", 40),
        ("in document", 20),
        ("derived", 80),
        ("conflict", 70),
        ("key conflict", 40),
        ("missing reference", 60),
        ("blocked by rule", 150),
        ("refused", 130),
        ("tables and columns overwritten", 3),
        ("rows changed", 200),
        ("connector without password", 50),
        ("mount without password", 30),
        ("password kept", 10),
        ("job to re-point", 5),
        ("key replaced", 20),
        ("algorithm replaced", 5),
    ] {
        let seen = counts.get(outcome).copied().unwrap_or_default();
        let least = least * rounds() / LEAST_FOR;
        assert!(seen >= least, "{outcome}: {seen} of {least}; {counts:?}");
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn plan_matches_import_for_exports_of_the_demo_engine() {
    let source = demo();
    put(&source, "masking-jobs", 4, json!({})).unwrap();
    put(
        &source,
        "database-connectors",
        1,
        json!({ "host": "moved.example.com" }),
    )
    .unwrap();
    source.randomize_key("FirstNameLookup").unwrap();
    let mut seen = BTreeSet::new();
    let exports = [
        ("GLOBAL_OBJECT", json!({ "id": "global" })),
        ("MASKING_JOB", json!({ "id": 4 })),
        ("MASKING_JOB", json!({ "id": 5 })),
        ("PROFILE_JOB", json!({ "id": 6 })),
        ("ENVIRONMENT", json!({ "id": 1 })),
        ("LOOKUP", json!({ "algorithmName": "FirstNameLookup" })),
    ];
    for (n, (object_type, identifier)) in exports.into_iter().enumerate() {
        let document = source
            .export(&request(&[entry(object_type, identifier)]))
            .unwrap();
        let empty = Settings::default().with(|settings| {
            settings.empty = true;
            settings.seed = Some(2);
        });
        let (same, other) = (demo(), engine(empty));
        // The nightly run tries all engines for each export; others take turns.
        let engines = match (exhaustive(), n / 2 % 2) {
            (true, _) => vec![&source, &same, &other],
            (_, 0) => vec![&same, &other],
            _ => vec![&source, &other],
        };
        for engine in engines {
            // Without force first. The nightly run tries both for each export; others take turns.
            for force_overwrite in [false, true] {
                if !exhaustive() && force_overwrite != (n % 2 == 0) {
                    continue;
                }
                let options = ImportOptions {
                    force_overwrite,
                    environment: Some(1).into(),
                    source_environment: Some(2).into(),
                    ..ImportOptions::default()
                };
                seen.extend(compare(engine, &document.bytes, options));
            }
        }
    }
    for outcome in [
        "create",
        "unchanged",
        "overwrite",
        "resolved",
        "conflict",
        "refused",
    ] {
        assert!(seen.contains(outcome), "{outcome}: {seen:?}");
    }
}

/// The lists that are saved of a partial target.
const SAVED: [&str; 6] = [
    "syncable-objects",
    "environments",
    "database-connectors",
    "database-rulesets",
    "masking-jobs",
    "profile-sets",
];

/// The pages of a list.
fn pages(engine: &Engine, path: &str, size: u64) -> Vec<Value> {
    let mut pages = Vec::new();
    for number in 1.. {
        let wanted = PageRequest { number, size };
        let page = match path {
            "syncable-objects" => {
                serde_json::to_value(engine.syncable_objects(None, wanted).unwrap()).unwrap()
            }
            path => serde_json::to_value(
                engine
                    .list_resources(at(path), &Query::default(), wanted)
                    .unwrap(),
            )
            .unwrap(),
        };
        let total = page["_pageInfo"]["total"].as_u64().unwrap();
        pages.push(page);
        if number * size >= total {
            break;
        }
    }
    pages
}

/// A target state from some lists and pages of the engine, and an export.
fn part_of(engine: &Engine, lists: &[bool], size: u64, dropped: usize, exported: usize) -> TargetState {
    let mut builder = TargetStateBuilder::new();
    let mut add = |label: &str, bytes: &[u8]| builder.add(label, bytes, &[]).unwrap();
    for (path, _) in SAVED.iter().zip(lists).filter(|(_, saved)| **saved) {
        let mut pages = pages(engine, path, size);
        if pages.len() > dropped {
            pages.remove(dropped);
        }
        add(path, json!(pages).to_string().as_bytes());
    }
    let listed = pages(engine, "syncable-objects", 1_000).remove(0);
    if let Some(listed) = listed["responseList"].get(exported) {
        // Some objects cannot be exported.
        if let Ok(document) = engine.export(&request(std::slice::from_ref(listed))) {
            add("document", &document.bytes);
        }
    }
    builder.finish().unwrap()
}

/// An action without the details that a partial target lacks.
fn known(action: &Action) -> String {
    match action {
        Action::ReferenceResolved { existing, stale } => format!("resolved {} {stale:?}", existing.id),
        action => format!(
            "{} {:?}",
            action.as_str(),
            action.existing().map(|existing| &existing.id)
        ),
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn plan_against_a_partial_target_agrees_with_the_whole_one() {
    let engine = engine(Settings::default().with(|settings| {
        settings.empty = true;
        settings.seed = Some(3);
    }));
    let key = SigningKey::from_seed(KeySize::Dsa512, b"parts").unwrap();
    let strategy = (
        case(),
        prop::collection::vec(prop::bool::weighted(0.7), SAVED.len()),
        1_u64..30,
        0_usize..8,
        0_usize..60,
    );
    let mut runner = TestRunner::deterministic();
    let (mut told, mut untold, mut ends) = (BTreeMap::<&str, usize>::new(), 0, 0);
    for round in 0..rounds() {
        let (mut case, lists, size, dropped, exported) = strategy.new_tree(&mut runner).unwrap().current();
        // A revision has one list of dependencies, and the target's objects have none.
        if matches!(case.oddity, Oddity::NewerFormat | Oddity::Upgraded) {
            case.oddity = Oddity::None;
        }
        case.document
            .iter_mut()
            .for_each(|draft| draft.dependencies.clear());
        engine.replace_state(target(&case.target)).unwrap();
        let (report, objects) = open(&sealed(&case, &key));
        let document = ImportDocument::new(&report, objects);
        let mut builder = TargetStateBuilder::new();
        builder.add("state.json", &dump(&engine), &[]).unwrap();
        let whole = builder.finish().unwrap();
        let part = part_of(&engine, &lists, size, dropped, exported);
        let options = ImportOptions {
            force_overwrite: round % 2 == 0,
            environment: case.environment.into(),
            source_environment: case.source_environment.into(),
            ..ImportOptions::default()
        };
        let [whole, part] = [&whole, &part].map(|state| import_plan(&document, state, &options));
        for (whole, part) in whole.steps.iter().zip(&part.steps) {
            match (&whole.action, &part.action) {
                (
                    whole,
                    Action::Unknown {
                        may_fail,
                        may_overwrite,
                        ..
                    },
                ) => {
                    untold += 1;
                    assert!(
                        *may_fail || whole.failure_status().is_none(),
                        "{part:?}, but {whole:?}"
                    );
                    assert!(
                        *may_overwrite || whole.overwrites() == Some(false),
                        "{part:?}, but {whole:?}"
                    );
                }
                // Without the pair of UUIDs the revision is unknown.
                (
                    Action::ReferenceResolved { existing: whole, .. },
                    Action::ReferenceResolved {
                        existing,
                        stale: None,
                    },
                ) => {
                    assert_eq!(whole.id, existing.id);
                    *told.entry("resolved").or_default() += 1;
                }
                (whole, action) => {
                    assert_eq!(known(whole), known(action), "{part:?}");
                    *told.entry(action.as_str()).or_default() += 1;
                }
            }
        }
        match (&part.verdict, &whole.verdict) {
            (Verdict::Unknown { .. }, _) => {}
            (Verdict::WouldSucceed, other) => {
                assert_eq!(other, &Verdict::WouldSucceed);
                ends += 1;
            }
            (_, other) => {
                assert_ne!(other, &Verdict::WouldSucceed, "{:?}", part.verdict);
                ends += 1;
            }
        }
    }
    println!("{told:?}, {untold} unknown, {ends} endings told");
    // Lists do not contain the target's version, so fewer outcomes than actions are known.
    assert!(
        untold >= rounds() / 2 && ends >= rounds() / 4,
        "{untold} unknown, {ends} endings"
    );
    for action in [
        "create",
        "unchanged",
        "conflict",
        "overwrite",
        "missing",
        "resolved",
        "blocked",
    ] {
        let seen = told.get(action).copied().unwrap_or_default();
        // A short run has too few rounds for rare actions.
        assert!(seen >= 5 || rounds() < 200, "{action}: {seen}; {told:?}");
    }
}

/// The engine does not change in between. It has objects that cannot be synced, and bundles with derived hashes.
#[tokio::test]
async fn lists_documents_and_dump_of_an_engine_are_one_snapshot() {
    let client = Client::of(MockEngine::builder()).await;
    let mut builder = TargetStateBuilder::new();
    for path in [
        "syncable-objects",
        "environments",
        "database-connectors",
        "profile-sets",
    ] {
        builder.add(path, &client.get(path).await.body, &[]).unwrap();
    }
    for (object_type, id) in [
        ("GLOBAL_OBJECT", json!("global")),
        ("ENVIRONMENT", json!(1)),
        ("MASKING_JOB", json!(4)),
    ] {
        let wanted = json!([{ "objectIdentifier": { "id": id }, "objectType": object_type }]);
        let document = client.call("POST", "export", &wanted).await;
        assert_eq!(document.status, 200, "{document:?}");
        builder.add(object_type, &document.body, &[]).unwrap();
    }
    let dump = client.raw("GET", "/__admin/state?secrets=true", "", b"").await;
    builder.add("dump", &dump.body, &[]).unwrap();
    builder.finish().unwrap();
}
