//! Compares a plan with the dumps before and after the import, object by object. Side effects are in [`effects`].

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use exportdoc::internal::import_plan::{
    Action, GivenEnvironment, ImportDocument, ImportOptions, ImportOutcome, ImportPlan, ImportStatus, Step,
    Verdict, import_plan,
};
use exportdoc::internal::object::{RevisionPair, SyncObject};
use exportdoc::internal::report::{ExamineOptions, Examiner};
use exportdoc::internal::target_state::TargetStateBuilder;
use mock_engine::internal::ImportRequest;
use mock_engine::internal::{Engine, EngineError, Refusal};
use serde_json::Value;

use super::effects;

/// Types with a password, and their lists.
pub(super) const WITH_PASSWORD: [(&str, &str); 3] = [
    ("DATABASE_CONNECTOR", "database-connectors"),
    ("FILE_CONNECTOR", "file-connectors"),
    ("MOUNT_INFORMATION", "mount-filesystem"),
];

pub(super) fn dump(engine: &Engine) -> Vec<u8> {
    // A `Value` is written by optimised code of serde_json, a `State` by code that is compiled here.
    serde_json::to_value(&*engine.snapshot())
        .unwrap()
        .to_string()
        .into()
}

/// An object in a dump.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) environment: Option<i64>,
    pub(super) object: SyncObject<'static>,
    all: Value,
}

impl Shown {
    fn pair(&self) -> &RevisionPair {
        &self.object.revision().pair
    }
}

/// The objects of a dump by type and identifier. Does not use the library's reader of dumps.
pub(super) fn shown(dump: &[u8]) -> BTreeMap<(String, String), Shown> {
    use base64::Engine as _;
    let dump: Value = serde_json::from_slice(dump).unwrap();
    let objects = dump["objects"].as_array().unwrap().iter();
    objects
        .map(|object| {
            let text = object.get("message").or_else(|| object.get("secret")).unwrap();
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(text.as_str().unwrap())
                .unwrap();
            let object_read = SyncObject::from_bytes(bytes).unwrap();
            let type_name = object["typeName"].as_str().unwrap().to_owned();
            let shown = Shown {
                environment: object["environment"].as_i64(),
                object: object_read,
                all: object.clone(),
            };
            ((type_name, object["identifier"].to_string()), shown)
        })
        .collect()
}

/// Plans against the dump, imports and compares. Returns the outcomes that the plan predicted.
pub(super) fn compare(engine: &Engine, document: &[u8], options: ImportOptions) -> Vec<&'static str> {
    let before = dump(engine);
    let mut builder = TargetStateBuilder::new();
    builder.add("state.json", &before, &[]).unwrap();
    let state = builder.finish().unwrap();
    assert!(state.is_complete() && state.notes.is_empty());
    let (report, objects) = Examiner::new(&ExamineOptions::default())
        .keep_contents()
        .read_bytes(document)
        .unwrap()
        .into_objects();
    let read = ImportDocument::new(&report, objects);
    let version = state.version.unwrap();
    let options = ImportOptions {
        max_format: state.max_format(),
        names: version.name_check(engine.settings.strict_names),
        ..options
    };
    let plan = import_plan(&read, &state, &options);
    // Nothing is unknown for a complete target.
    for step in &plan.steps {
        assert!(!matches!(step.action, Action::Unknown { .. }), "{step:?}");
    }
    let id = |given| match given {
        GivenEnvironment::Id(id) => Some(id),
        _ => None,
    };
    let result = engine.import(
        &ImportRequest {
            document: Bytes::copy_from_slice(document),
            passphrase: None,
            force_overwrite: options.force_overwrite,
            environment_id: id(options.environment),
            source_environment_id: id(options.source_environment),
        },
        &mut mock_engine::internal::ImportRecord::default(),
    );
    let after = dump(engine);
    match (&plan.verdict, result) {
        (Verdict::WouldSucceed, Ok(outcomes)) => {
            let mut seen = succeeded(&plan, &read, &outcomes, &shown(&before), &shown(&after));
            seen.extend(effects::hold(&plan, &read, &outcomes, &before, &after));
            seen
        }
        (Verdict::WouldFail { at, status }, Err(EngineError::ImportFailed { missing, outcomes })) => {
            assert_eq!(before, after, "nothing is kept of an import that fails");
            assert_eq!((*status == 404, *status == 409), (missing, !missing));
            let failed = outcomes
                .iter()
                .position(|outcome| outcome.status == ImportStatus::Failed);
            assert_eq!(failed, Some(*at));
            let step = &plan.steps[*at];
            assert_eq!(outcomes[*at].type_name, step.type_name);
            assert_eq!(outcomes[*at].identifier, step.key.identifier);
            vec![match step.action {
                Action::Conflict { .. } => "conflict",
                Action::KeyConflict { .. } => "key conflict",
                Action::MissingReference => "missing reference",
                Action::BlockedByRule(_) => "blocked by rule",
                ref other => panic!("{other:?} ends no import"),
            }]
        }
        (Verdict::Refused(refusal), Err(EngineError::Refused(Refusal::Import(text)))) => {
            assert_eq!(before, after, "nothing is kept of an import that is refused");
            assert_eq!(refusal, text.as_ref());
            vec!["refused"]
        }
        (verdict, result) => panic!("announced {verdict:?}, but {result:?}"),
    }
}

/// Checks that the plan predicted exactly the changes between the dumps.
fn succeeded(
    plan: &ImportPlan,
    document: &ImportDocument,
    outcomes: &[ImportOutcome],
    before: &BTreeMap<(String, String), Shown>,
    after: &BTreeMap<(String, String), Shown>,
) -> Vec<&'static str> {
    assert_eq!(outcomes.len(), plan.steps.len());
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.status == ImportStatus::Success)
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
            assert_eq!(outcome.imported.as_ref(), Some(&existing.id));
            (before[&key].clone(), after[&key].clone(), key)
        };
        match &step.action {
            Action::Create => {
                let id = outcome.imported.as_ref().unwrap().to_json().to_string();
                let key = (stored_type(step).to_owned(), id);
                assert!(!before.contains_key(&key), "{step:?}");
                let made = &after[&key];
                assert_eq!(
                    (made.pair(), made.environment),
                    (pair, step.environment),
                    "{step:?}"
                );
                assert!(changed.remove(&key));
                seen.push("create");
            }
            Action::Extend { .. } => {
                let (old, new, key) = there();
                assert_eq!((old.pair(), new.pair()), (pair, pair), "{step:?}");
                assert!(old.object.dependencies().len() < new.object.dependencies().len());
                assert!(changed.remove(&key));
                seen.push("extend");
            }
            Action::Overwrite { .. } => {
                let (old, new, key) = there();
                let dependencies =
                    |shown: &Shown| -> BTreeSet<_> { shown.object.dependencies().iter().cloned().collect() };
                assert!(old.pair() != pair || dependencies(&old) != dependencies(&new));
                assert_eq!((new.pair(), new.environment), (pair, old.environment), "{step:?}");
                assert!(changed.remove(&key));
                seen.push("overwrite");
            }
            Action::Unchanged { .. } => {
                let (old, new, _) = there();
                assert_eq!((&old, old.pair()), (&new, pair));
                seen.push("unchanged");
            }
            Action::ReferenceResolved { stale, .. } => {
                let (old, new, _) = there();
                assert_eq!((&old, Some(old.pair() != pair)), (&new, *stale));
                seen.push("resolved");
            }
            Action::ReferenceInDocument { .. } => seen.push("in document"),
            // A bundle changes with its members; the plan does not predict it.
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

/// The type under which the engine stores an object. Source connectors become connectors.
pub(super) fn stored_type(step: &Step) -> &str {
    step.type_name.strip_prefix("SOURCE_").unwrap_or(&step.type_name)
}
