//! What a plan announces is what an import does: the library reads the engine's dump as a file, plans against it, and the
//! dumps before and after the real import are compared with what it said.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use exportdoc::build::{ExportFacts, seal};
use exportdoc::identifier::Identifier;
use exportdoc::import_plan::{Action, ImportOptions, ImportPlan, ReadDocument, Step, Verdict, import_plan};
use exportdoc::object::{ObjectKey, Revision, RevisionPair, Scope, SyncObject, reference_to, type_by_name};
use exportdoc::report::{ExamineOptions, examine_with_objects};
use exportdoc::signature::{KeySize, SigningKey};
use exportdoc::target_state::{TargetState, TargetStateBuilder};
use exportdoc::wire::Writer;
use mock_engine::model::objects::{StoredObject, put_object};
use mock_engine::model::sync::{ImportOutcome, ImportRequest, ImportStatus};
use mock_engine::model::{Engine, Key, ModelError, PageRequest, Query, Settings, State};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::objects::{at, demo, engine, entry, open, put, request};

/// Documents and targets; each pair is imported without and with force.
const PAIRS: usize = 600;

/// The environments of every target: to mask in, for sources, to tokenize in.
const ENVIRONMENTS: [(i64, &str); 3] = [(1, "MASK"), (2, "MASK"), (3, "TOKENIZE")];

/// What a generated object is.
const KINDS: [&str; 14] = [
    "LOOKUP",
    "SEGMENT",
    "DOMAIN",
    "PROFILE_SET",
    "KEY",
    "GLOBAL_OBJECT",
    "DATABASE_CONNECTOR",
    "DATABASE_RULESET",
    "MASKING_JOB",
    "TOKENIZATION_JOB",
    "FILE_CONNECTOR",
    "MOUNT_INFORMATION",
    "SOURCE_DATABASE_CONNECTOR",
    "APPLICATION_SETTINGS",
];

#[derive(Debug, Clone)]
struct Draft {
    kind: usize,
    name: usize,
    save: u8,
    /// In a document: whether a reference stands there instead, where there are references to the kind.
    reference: bool,
    /// On a target: which of the environments.
    environment: usize,
    dependencies: Vec<prop::sample::Index>,
}

/// A document, a target and what the request says.
#[derive(Debug, Clone)]
struct Case {
    document: Vec<Draft>,
    target: Vec<Draft>,
    oddity: Oddity,
    environment: Option<i64>,
    source_environment: Option<i64>,
}

/// What no engine would export, and what hardly any document has.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Oddity {
    None,
    Twice,
    SameName,
    Gap,
    Circle,
    UnknownType,
    NewerFormat,
    BadName,
    Beside,
}

fn draft() -> impl Strategy<Value = Draft> {
    (
        0..KINDS.len(),
        0_usize..3,
        0_u8..2,
        prop::bool::weighted(0.25),
        0_usize..3,
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    )
        .prop_map(|(kind, name, save, reference, environment, dependencies)| Draft {
            kind,
            name,
            save,
            reference,
            environment,
            dependencies,
        })
}

fn case() -> impl Strategy<Value = Case> {
    let oddity = prop_oneof![
        50 => Just(Oddity::None),
        1 => Just(Oddity::Twice),
        1 => Just(Oddity::SameName),
        1 => Just(Oddity::Gap),
        1 => Just(Oddity::Circle),
        1 => Just(Oddity::UnknownType),
        1 => Just(Oddity::NewerFormat),
        1 => Just(Oddity::BadName),
        4 => Just(Oddity::Beside),
    ];
    let environment =
        prop_oneof![40 => Just(Some(1)), 8 => Just(Some(3)), 1 => Just(None), 1 => Just(Some(9))];
    let source = prop_oneof![40 => Just(Some(2)), 2 => Just(None), 1 => Just(Some(1)), 2 => Just(Some(9))];
    let drafts = |count| prop::collection::vec(draft(), count);
    (drafts(1..5), drafts(0..50), oddity, environment, source).prop_map(
        |(document, target, oddity, environment, source_environment)| Case {
            document,
            target,
            oddity,
            environment,
            source_environment,
        },
    )
}

/// Plain data that shows a name where the type has one that is known.
fn data(kind: &str, name: &str) -> (&'static str, Vec<u8>) {
    let text = |field| Writer::new().text(field, name).finish();
    match kind {
        "LOOKUP" | "SEGMENT" => ("EmptyData", Vec::new()),
        "DOMAIN" => ("DomainData", text(1)),
        "PROFILE_SET" => ("ProfileSetData", text(1)),
        "KEY" => ("EncryptionKeyData", Writer::new().text(1, "made up").finish()),
        "DATABASE_CONNECTOR" => (
            "DatabaseConnectorData",
            Writer::new().wrapped_text(8, name).finish(),
        ),
        "DATABASE_RULESET" => ("DatabaseRulesetData", text(1)),
        "MASKING_JOB" => ("MaskingJobData", text(1)),
        "SOURCE_DATABASE_CONNECTOR" => (
            "SourceConnectorData",
            Writer::new().text(1, "ORACLE").wrapped_text(8, name).finish(),
        ),
        "APPLICATION_SETTINGS" => (
            "ApplicationSettingsData",
            Writer::new().text(1, "group").text(2, name).finish(),
        ),
        // Types whose data was never seen.
        _ => ("EmptyData", Vec::new()),
    }
}

fn built(kind: &str, name: &str, save: u8, id: i64, dependencies: &[ObjectKey]) -> SyncObject<'static> {
    let identifier = match kind {
        "LOOKUP" | "SEGMENT" => Identifier::Algorithm(name.to_owned()),
        "DOMAIN" => Identifier::Text(name.to_owned()),
        "KEY" => Identifier::EncryptionKey("global".to_owned()),
        "GLOBAL_OBJECT" => Identifier::Text("global".to_owned()),
        _ => Identifier::Integer(id),
    };
    let key = ObjectKey::new(type_by_name(kind).unwrap().number, identifier);
    let original = kind.strip_prefix("SOURCE_").unwrap_or(kind);
    let revision = Revision {
        pair: RevisionPair {
            object: format!("{original} {name}"),
            save: format!("save {save}"),
        },
        json: Revision::json_text(kind, &key),
        ..Revision::default()
    };
    let (data_type, data) = data(kind, name);
    SyncObject::build(&key, dependencies, &revision, data_type, &data).unwrap()
}

impl Draft {
    fn kind(&self) -> &'static str {
        KINDS[self.kind]
    }

    fn name(&self) -> &'static str {
        ["One", "Two", "Three"][self.name]
    }

    /// Within which no two may have one name.
    fn space(&self) -> (&'static str, &'static str) {
        match self.kind() {
            "LOOKUP" | "SEGMENT" => ("algorithm", self.name()),
            kind @ ("KEY" | "GLOBAL_OBJECT") => (kind, ""),
            kind => (kind, self.name()),
        }
    }
}

/// The objects of a document, dependencies last, as engines write them.
fn document(case: &Case) -> Vec<SyncObject<'static>> {
    let mut built_objects: Vec<SyncObject<'static>> = Vec::new();
    let mut seen = BTreeSet::new();
    for (n, draft) in case.document.iter().enumerate() {
        // A reference may stand beside what it refers to.
        if !seen.insert((draft.space(), draft.reference)) {
            continue;
        }
        let chosen: BTreeSet<ObjectKey> = match built_objects.len() {
            0 => BTreeSet::new(),
            len => draft
                .dependencies
                .iter()
                .map(|at| built_objects[at.index(len)].key().clone())
                .collect(),
        };
        let chosen: Vec<ObjectKey> = chosen.into_iter().collect();
        let id = 1 + n as i64;
        let plain = |name| built(draft.kind(), name, draft.save, id, &chosen);
        let name = match (case.oddity, n) {
            (Oddity::BadName, 0) => "Bad/name",
            _ => draft.name(),
        };
        let object = plain(name);
        let reference = match draft.kind() {
            // Of sources, the bare ones that can't be made.
            "SOURCE_DATABASE_CONNECTOR" => {
                Some(SyncObject::build(object.key(), &[], object.revision(), "EmptyData", &[]).unwrap())
            }
            "DATABASE_CONNECTOR" | "FILE_CONNECTOR" => None,
            kind if type_by_name(kind).unwrap().scope == Scope::Global => reference_to(&object).ok(),
            _ => None,
        };
        let reference =
            reference.map(|r| SyncObject::build(r.key(), &[], r.revision(), "EmptyData", &[]).unwrap());
        match reference.filter(|_| draft.reference) {
            Some(reference) => built_objects.push(reference),
            None => built_objects.push(object),
        }
    }
    odd(case.oddity, &mut built_objects);
    built_objects.reverse();
    built_objects
}

fn odd(oddity: Oddity, objects: &mut Vec<SyncObject<'static>>) {
    match oddity {
        Oddity::Twice => objects.push(objects[0].clone()),
        Oddity::SameName => {
            objects.push(built("DATABASE_RULESET", "Same", 0, 71, &[]));
            objects.push(built("DATABASE_RULESET", "Same", 1, 72, &[]));
        }
        Oddity::Gap => {
            let nowhere = ObjectKey::new(11, Identifier::Text("Nowhere".to_owned()));
            objects.push(built("DATABASE_RULESET", "Gap", 0, 73, &[nowhere]));
        }
        Oddity::Circle => {
            let key = |id| ObjectKey::new(14, Identifier::Integer(id));
            objects.push(built("DATABASE_RULESET", "Circle", 0, 74, &[key(75)]));
            objects.push(built("DATABASE_RULESET", "Other", 0, 75, &[key(74)]));
        }
        Oddity::UnknownType => {
            let key = ObjectKey::new(31, Identifier::Integer(1));
            objects.push(SyncObject::build(&key, &[], &Revision::default(), "OddData", &[]).unwrap());
        }
        Oddity::Beside => {
            let domain = built("DOMAIN", "Beside", 0, 0, &[]);
            objects.push(reference_to(&domain).unwrap());
            objects.push(domain);
        }
        Oddity::None | Oddity::NewerFormat | Oddity::BadName => {}
    }
}

fn sealed(case: &Case, key: &SigningKey) -> Vec<u8> {
    let now = "2020-03-11T09:26:53Z".parse().unwrap();
    let facts = ExportFacts {
        host: "a.example.com".to_owned(),
        export_id: "3f0c9d52-7a41-4e86-b0d3-5c2e8f1a6b97".to_owned(),
        started: now,
        finished: now,
        format: if case.oddity == Oddity::NewerFormat { 3 } else { 2 },
        requested: Vec::new(),
        type_names: BTreeMap::new(),
        encryption: None,
        declare_rule: true,
    };
    seal(&facts, &document(case), key, KeySize::Dsa512.default_rule()).unwrap()
}

/// A target with other numbers than documents have.
fn target(drafts: &[Draft]) -> State {
    let mut state = State::default();
    for (id, purpose) in ENVIRONMENTS {
        let row = json!({
            "environmentId": id, "environmentName": format!("e{id}"), "applicationId": 1, "purpose": purpose,
        });
        let Value::Object(row) = row else { unreachable!() };
        state.table_mut("environments").insert(Key::Number(id), row);
    }
    let mut seen = BTreeSet::new();
    for (n, draft) in drafts.iter().enumerate() {
        let kind = draft.kind();
        if kind.starts_with("SOURCE_") {
            continue;
        }
        let bound = type_by_name(kind).unwrap().scope == Scope::Environment;
        let environment = bound.then(|| ENVIRONMENTS[draft.environment].0);
        if seen.insert((draft.space(), environment)) {
            let object = built(kind, draft.name(), draft.save, 100 + n as i64, &[]);
            put_object(&mut state, StoredObject::new(object, kind, environment));
        }
    }
    state
}

fn dump(engine: &Engine) -> Vec<u8> {
    serde_json::to_vec(&*engine.snapshot()).unwrap()
}

/// What a dump shows of an object.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    environment: Option<i64>,
    pair: RevisionPair,
    all: Value,
}

/// The objects of a dump by type and identifier, read without the library's reader of dumps.
fn shown(dump: &[u8]) -> BTreeMap<(String, String), Shown> {
    use base64::Engine as _;
    let dump: Value = serde_json::from_slice(dump).unwrap();
    let objects = dump["objects"].as_array().unwrap().iter();
    objects
        .map(|object| {
            let text = object.get("message").or_else(|| object.get("secret")).unwrap();
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(text.as_str().unwrap())
                .unwrap();
            let pair = SyncObject::from_bytes(bytes).unwrap().revision().pair.clone();
            let type_name = object["typeName"].as_str().unwrap().to_owned();
            let shown = Shown {
                environment: object["environment"].as_i64(),
                pair,
                all: object.clone(),
            };
            ((type_name, object["identifier"].to_string()), shown)
        })
        .collect()
}

/// Plans against the dump, imports, compares, and gives what was announced and came true.
fn compare(engine: &Engine, document: &[u8], options: ImportOptions) -> Vec<&'static str> {
    let before = dump(engine);
    let mut builder = TargetStateBuilder::new();
    builder.add("state.json", &before, &[]).unwrap();
    let state = builder.finish();
    assert!(state.is_complete() && state.notes().is_empty());
    let (report, objects) = examine_with_objects(document, &ExamineOptions::default()).unwrap();
    let read = ReadDocument::new(&report, objects);
    let options = ImportOptions {
        max_format: state.max_format(),
        ..options
    };
    let plan = import_plan(&read.as_import(), &state, &options);
    // Of a complete target everything is known; an environment that the request leaves out is another matter.
    let unasked = options.environment_id.is_none() || options.source_environment_id.is_none();
    let unasked = unasked && matches!(plan.verdict, Verdict::Refused(_));
    for step in plan.steps.iter().filter(|_| !unasked) {
        assert!(!matches!(step.action, Action::Unknown { .. }), "{step:?}");
    }
    let result = engine.import(&ImportRequest {
        document: Bytes::copy_from_slice(document),
        passphrase: None,
        force_overwrite: options.force_overwrite,
        environment_id: options.environment_id,
        source_environment_id: options.source_environment_id,
    });
    let after = dump(engine);
    match (&plan.verdict, result) {
        (Verdict::WouldSucceed, Ok(outcomes)) => {
            succeeded(&plan, &read, &outcomes, &shown(&before), &shown(&after))
        }
        (Verdict::WouldFail { at, status }, Err(ModelError::ImportFailed { missing, outcomes })) => {
            assert_eq!(before, after, "nothing is kept of an import that fails");
            assert_eq!((*status == 404, *status == 409), (missing, !missing));
            let failed = outcomes
                .iter()
                .position(|outcome| outcome.import_status == ImportStatus::Failed);
            assert_eq!(failed, Some(*at));
            let step = &plan.steps[*at];
            assert_eq!(outcomes[*at].object_type, step.type_name);
            assert_eq!(outcomes[*at].object_identifier, step.key.identifier.to_json());
            vec![match step.action {
                Action::Conflict { .. } => "conflict",
                Action::KeyConflict { .. } => "key conflict",
                Action::MissingReference => "missing reference",
                Action::BlockedByRule(_) => "blocked by rule",
                ref other => panic!("{other:?} ends no import"),
            }]
        }
        (Verdict::Refused(refusal), Err(ModelError::Refused(text))) => {
            assert_eq!(before, after, "nothing is kept of an import that is refused");
            assert_eq!(refusal.to_string(), text);
            vec!["refused"]
        }
        (verdict, result) => panic!("announced {verdict:?}, but {result:?}"),
    }
}

/// Every change between the dumps was announced, and every announced change is there.
fn succeeded(
    plan: &ImportPlan,
    document: &ReadDocument,
    outcomes: &[ImportOutcome],
    before: &BTreeMap<(String, String), Shown>,
    after: &BTreeMap<(String, String), Shown>,
) -> Vec<&'static str> {
    assert_eq!(outcomes.len(), plan.steps.len());
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.import_status == ImportStatus::Success)
    );
    let mut changed: BTreeSet<_> = after
        .iter()
        .filter(|(key, shown)| before.get(*key) != Some(*shown))
        .map(|(key, _)| key.clone())
        .collect();
    assert!(
        before.keys().all(|key| after.contains_key(key)),
        "an import removes nothing"
    );
    let mut seen = Vec::new();
    for (step, outcome) in plan.steps.iter().zip(outcomes) {
        let pair = &document.objects[step.index].revision().pair;
        let there = || {
            let existing = step.action.existing().unwrap();
            let key = (existing.type_name.clone(), existing.id.to_json().to_string());
            assert_eq!(outcome.imported_object_identifier, Some(existing.id.to_json()));
            (before[&key].clone(), after[&key].clone(), key)
        };
        match &step.action {
            Action::Create => {
                let id = outcome.imported_object_identifier.as_ref().unwrap().to_string();
                let key = (stored_type(step).to_owned(), id);
                assert!(!before.contains_key(&key), "{step:?}");
                let made = &after[&key];
                assert_eq!(
                    (&made.pair, made.environment),
                    (pair, step.environment),
                    "{step:?}"
                );
                assert!(changed.remove(&key));
                seen.push("create");
            }
            Action::Overwrite { .. } => {
                let (old, new, key) = there();
                assert_ne!(&old.pair, pair);
                assert_eq!((&new.pair, new.environment), (pair, old.environment), "{step:?}");
                assert!(changed.remove(&key));
                seen.push("overwrite");
            }
            Action::Unchanged { .. } => {
                let (old, new, _) = there();
                assert_eq!((&old, &old.pair), (&new, pair));
                seen.push("unchanged");
            }
            Action::ReferenceResolved { stale, .. } => {
                let (old, new, _) = there();
                assert_eq!((&old, Some(old.pair != *pair)), (&new, *stale));
                seen.push("resolved");
            }
            Action::ReferenceInDocument { .. } => seen.push("in document"),
            // A bundle follows from its members: whether it changes isn't announced.
            Action::Derived => {
                changed.retain(|(type_name, _)| type_name != "GLOBAL_OBJECT");
                seen.push("derived");
            }
            other => panic!("{other:?} in an import that succeeded"),
        }
    }
    assert!(changed.is_empty(), "not announced: {changed:?}");
    seen
}

/// A source becomes a connector.
fn stored_type(step: &Step) -> &str {
    step.type_name.strip_prefix("SOURCE_").unwrap_or(&step.type_name)
}

#[test]
fn what_a_plan_announces_is_what_an_import_does() {
    let engine = engine(Settings {
        empty: true,
        seed: Some(1),
        ..Settings::default()
    });
    let key = SigningKey::from_seed(KeySize::Dsa512, b"planned").unwrap();
    let mut runner = TestRunner::deterministic();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut triples = 0;
    for _ in 0..PAIRS {
        let case = case().new_tree(&mut runner).unwrap().current();
        let document = sealed(&case, &key);
        let state = target(&case.target);
        for force_overwrite in [false, true] {
            engine.replace_state(state.clone()).unwrap();
            let options = ImportOptions {
                force_overwrite,
                environment_id: case.environment,
                source_environment_id: case.source_environment,
                ..ImportOptions::default()
            };
            let outcomes: BTreeSet<_> = compare(&engine, &document, options).into_iter().collect();
            for outcome in outcomes {
                *counts.entry(outcome).or_default() += 1;
            }
            triples += 1;
        }
    }
    println!("{triples} triples: {counts:?}");
    assert!(triples >= 1_000);
    for (outcome, least) in [
        ("create", 400),
        ("unchanged", 120),
        ("overwrite", 100),
        ("resolved", 40),
        ("in document", 20),
        ("derived", 80),
        ("conflict", 70),
        ("key conflict", 40),
        ("missing reference", 60),
        ("blocked by rule", 150),
        ("refused", 130),
    ] {
        let seen = counts.get(outcome).copied().unwrap_or_default();
        assert!(seen >= least, "{outcome}: {seen} of {least}; {counts:?}");
    }
}

#[test]
fn what_a_plan_announces_for_exports_of_a_demo_engine_is_what_an_import_does() {
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
    for (object_type, identifier) in [
        ("GLOBAL_OBJECT", json!({ "id": "global" })),
        ("MASKING_JOB", json!({ "id": 4 })),
        ("MASKING_JOB", json!({ "id": 5 })),
        ("PROFILE_JOB", json!({ "id": 6 })),
        ("ENVIRONMENT", json!({ "id": 1 })),
        ("LOOKUP", json!({ "algorithmName": "FirstNameLookup" })),
    ] {
        let document = source
            .export(&request(&[entry(object_type, identifier)]))
            .unwrap();
        let empty = Settings {
            empty: true,
            seed: Some(2),
            ..Settings::default()
        };
        let (same, other) = (demo(), engine(empty));
        for engine in [&source, &same, &other] {
            for force_overwrite in [false, true] {
                let options = ImportOptions {
                    force_overwrite,
                    environment_id: Some(1),
                    source_environment_id: Some(2),
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

/// What is saved of the target in the second law.
const SAVED: [&str; 6] = [
    "syncable-objects",
    "environments",
    "database-connectors",
    "database-rulesets",
    "masking-jobs",
    "profile-sets",
];

/// What a list request answers, in pages of a size.
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

/// Adds to a state some of what can be saved of the engine: which lists and pages, and an export.
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
        // Not everything can be exported.
        if let Ok(document) = engine.export(&request(std::slice::from_ref(listed))) {
            add("document", &document.bytes);
        }
    }
    builder.finish()
}

/// An action without what only more knowledge tells.
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
fn what_a_part_of_a_target_tells_is_never_contradicted_by_the_whole() {
    let engine = engine(Settings {
        empty: true,
        seed: Some(3),
        ..Settings::default()
    });
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
    for round in 0..300 {
        let (mut case, lists, size, dropped, exported) = strategy.new_tree(&mut runner).unwrap().current();
        if case.oddity == Oddity::NewerFormat {
            case.oddity = Oddity::None;
        }
        // One save has one list of dependencies, and objects of the target have none.
        case.document
            .iter_mut()
            .for_each(|draft| draft.dependencies.clear());
        engine.replace_state(target(&case.target)).unwrap();
        let (report, objects) = open(&sealed(&case, &key));
        let document = ReadDocument::new(&report, objects);
        let mut builder = TargetStateBuilder::new();
        builder.add("state.json", &dump(&engine), &[]).unwrap();
        let whole = builder.finish();
        let part = part_of(&engine, &lists, size, dropped, exported);
        let options = ImportOptions {
            force_overwrite: round % 2 == 0,
            environment_id: case.environment,
            source_environment_id: case.source_environment,
            ..ImportOptions::default()
        };
        let [whole, part] = [&whole, &part].map(|state| import_plan(&document.as_import(), state, &options));
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
                // Without the pair it stays open by which revision.
                (
                    Action::ReferenceResolved { existing: whole, .. },
                    Action::ReferenceResolved {
                        existing,
                        stale: None,
                    },
                ) => {
                    assert_eq!(whole.id, existing.id);
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
    assert!(untold >= 100 && ends >= 100, "{untold} unknown, {ends} endings");
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
        assert!(seen >= 5, "{action}: {seen}; {told:?}");
    }
}
