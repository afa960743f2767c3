//! Every row of the table of object types passes through all code that depends on types.

use crate::support::changes::compare;
use exportdoc::internal::audit::Policy;
use exportdoc::internal::diff::{DiffOptions, Status};
use exportdoc::internal::import_plan::{
    Action, EngineVersion, GivenEnvironment, ImportDocument, ImportOptions, Presence, Purpose, import_plan,
};
use exportdoc::internal::object::{OBJECT_TYPES, ObjectType, Scope, TypeNumber};
use exportdoc::internal::redact::{RedactOptions, redact};
use exportdoc::internal::report::{ExamineOptions, Examiner, Verdict};
use exportdoc::internal::target_state::TargetStateBuilder;
use serde_json::{Value, json};
use testkit::typed::document;

fn rows() -> impl Iterator<Item = &'static ObjectType> {
    OBJECT_TYPES.iter()
}

#[test]
fn a_report_names_every_type_and_knows_its_data() {
    for known in rows() {
        let (report, _) = Examiner::new(&ExamineOptions::default())
            .keep_contents()
            .read_bytes(&document(known, "1"))
            .unwrap()
            .into_objects();
        assert_eq!(report.signature.verdict, Verdict::Valid, "{}", known.name);
        let [object] = report.objects.as_slice() else {
            panic!("{}: {} objects", known.name, report.objects.len())
        };
        assert_eq!(object.type_name, known.name);
        if known.data.is_some() && known.rest.is_some_and(|rest| rest.name.is_some()) {
            let name = object.name.as_deref().or_else(|| object.key.name());
            assert_eq!(name, Some(testkit::typed::NAME), "{}", known.name);
        }
        assert_eq!(object.hash_matches(), Some(true), "{}", known.name);
        let unknown: Vec<_> = report
            .findings
            .iter()
            .map(|found| found.id())
            .filter(|id| id.starts_with("unknown-"))
            .collect();
        let expected: &[&str] = match (known.number, known.data) {
            (TypeNumber::Unseen, None) => &["unknown-data", "unknown-object-type"],
            (TypeNumber::Unseen, Some(_)) => &["unknown-object-type"],
            _ => &[],
        };
        assert_eq!(unknown, expected, "{}", known.name);
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn the_command_line_lists_every_type_and_selects_by_it() {
    let directory = tempfile::tempdir().unwrap();
    let paths: Vec<_> = rows().map(|known| directory.path().join(known.name)).collect();
    for (known, path) in rows().zip(&paths) {
        std::fs::write(path, document(known, "1")).unwrap();
    }
    let inspected = crate::support::exportdoc()
        .args(["inspect", "--format", "json"])
        .args(&paths)
        .assert();
    let report: Value = serde_json::from_slice(&inspected.get_output().stdout).unwrap();
    for (at, (known, path)) in rows().zip(&paths).enumerate() {
        assert_eq!(report["documents"][at]["objects"][0]["type"], known.name);
        let selected = crate::support::exportdoc()
            .args(["inspect", "--objects", known.name])
            .arg(path)
            .assert()
            .code(0);
        let text = String::from_utf8_lossy(&selected.get_output().stdout).into_owned();
        assert!(text.contains(known.name), "{text}");
    }
}

#[test]
fn a_comparison_names_every_type() {
    for known in rows() {
        let (old, new) = (document(known, "1"), document(known, "2"));
        assert!(
            compare(&old, &old, &DiffOptions::default()).is_same(),
            "{}",
            known.name
        );
        let diff = compare(&old, &new, &DiffOptions::default());
        let [object] = diff.objects.as_slice() else {
            panic!("{}: {} differences", known.name, diff.objects.len())
        };
        assert_eq!(object.object().unwrap().type_name, known.name);
        assert_eq!(object.status, Status::Resaved, "{}", known.name);
    }
}

#[test]
fn redacting_leaves_objects_of_every_type_without_secrets() {
    for known in rows() {
        let (_, objects) = Examiner::new(&ExamineOptions::default())
            .keep_contents()
            .read_bytes(&document(known, "1"))
            .unwrap()
            .into_objects();
        let redacted = redact(&objects, None, RedactOptions::default()).unwrap();
        let is_known = known.number().is_some() || known.data.is_some();
        assert_eq!(redacted.report.unknown.is_empty(), is_known, "{}", known.name);
        assert_eq!(redacted.objects[0].key(), objects[0].key(), "{}", known.name);
        let kept = redacted.objects[0].as_bytes();
        for secret in ["AAECAwQFBgcICQoLDA0ODw==", "Ann", "db.example.com"] {
            let found = memchr::memmem::find(kept, secret.as_bytes());
            assert_eq!(found, None, "{} keeps {secret}", known.name);
        }
    }
}

#[test]
fn a_plan_knows_what_becomes_of_every_type() {
    for known in rows() {
        let (report, objects) = Examiner::new(&ExamineOptions::default())
            .keep_contents()
            .read_bytes(&document(known, "1"))
            .unwrap()
            .into_objects();
        let document = ImportDocument::new(&report, objects);
        let purpose = match known.purpose {
            Some(Purpose::Tokenize) => "TOKENIZE",
            _ => "MASK",
        };
        let dump = json!({
            "objects": [],
            "tables": { "environments": { "1": { "purpose": purpose }, "2": {} } },
        });
        let mut target = TargetStateBuilder::new();
        target.add("dump", dump.to_string().as_bytes(), &[]).unwrap();
        let target = target.finish().unwrap();
        let options = ImportOptions {
            force_overwrite: true,
            environment: GivenEnvironment::Id(1),
            source_environment: GivenEnvironment::Id(2),
            ..ImportOptions::default()
        };
        let plan = import_plan(&document, &target, &options);
        let step = &plan.steps[0];
        assert_eq!(step.type_name, known.name);
        let expected = match (known.name, known.scope) {
            ("GLOBAL_OBJECT", _) => Action::Derived,
            (_, Scope::Reference) if known.data == Some("EmptyData") => Action::MissingReference,
            _ => Action::Create,
        };
        assert_eq!(step.action, expected, "{}", known.name);
    }
}

#[test]
fn table_has_the_types_of_the_newest_version() {
    let newest: EngineVersion = "2025.2".parse().unwrap();
    for known in rows() {
        let answer = newest.takes_type(known.name);
        assert!(!matches!(answer, Presence::Unknown { .. }), "{}", known.name);
    }
}

#[test]
fn a_policy_can_name_every_type() {
    for known in rows() {
        let policy = format!("[types]\ndeny = [\"{}\"]\n", known.name);
        assert!(Policy::parse(&policy).is_ok(), "{policy}");
    }
}
