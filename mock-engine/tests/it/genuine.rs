//! Documents with the peculiarities of real engines. An engine imports those of its version and exports them unchanged.

use std::collections::BTreeMap;

use exportdoc::internal::build::{ExportFacts, in_record_order, seal};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::{ImportOutcome, ImportStatus};
use exportdoc::internal::object::draft::{self, Draft};
use exportdoc::internal::object::{ObjectKey, Revision, RevisionPair, SyncObject};
use exportdoc::internal::sample::habits::{Export, root};
use exportdoc::internal::sample::{self, SampleSize};
use exportdoc::internal::signature::{KeySize, SigningKey};
use jiff::civil::date;
use mock_engine::Settings;
use mock_engine::internal::ImportRequest;
use mock_engine::internal::{Engine, EngineError, error_message};
use serde_json::json;
use testkit::exhaustive;

use crate::objects::{engine, entry, hashes, open, post, request};

const VERSIONS: [&str; 3] = ["5.3.9.0", "6.0.8.0", "6.0.17.0"];

/// Stock expressions whose names end in a blank.
const FACTORY: [&str; 2] = ["Certificate Number ", "Data - Address "];

const FIRST: Export = Export {
    day: date(2023, 7, 18),
    order: 1,
    upgraded: false,
};
const UPGRADED: Export = Export {
    day: date(2023, 11, 11),
    order: 3,
    upgraded: true,
};

pub(crate) fn empty(version: &str) -> Engine {
    engine(Settings::default().with(|settings| {
        settings.version = version.to_owned();
        settings.empty = true;
        settings.seed = Some(1);
    }))
}

pub(crate) fn sealed(facts: &ExportFacts, objects: Vec<SyncObject<'static>>, root: &ObjectKey) -> Vec<u8> {
    let size = KeySize::Dsa512;
    let key = SigningKey::from_seed(size, b"genuine").unwrap();
    let objects = in_record_order(objects, std::slice::from_ref(root)).unwrap();
    seal(facts, &objects, &key, size.default_rule()).unwrap()
}

fn finished(draft: Draft) -> SyncObject<'static> {
    let pair = sample::revision_pair(&draft.key.to_string(), 1);
    draft.finish(pair, sample::INSTALLED, sample::INSTALLED).unwrap()
}

/// A global document of a format version, with stock expressions whose names break the rules.
fn global(export: Export, format: u64) -> Vec<u8> {
    let user_algorithms = format == 6;
    let mut objects = export.global_objects().unwrap();
    objects.retain(|object| user_algorithms || object.key().type_number != 40);
    let domain = objects
        .iter()
        .find(|object| object.key().type_number == 11)
        .unwrap()
        .key()
        .clone();
    let bundle = objects.pop().unwrap();
    let mut members: Vec<ObjectKey> = bundle.dependencies().to_vec();
    members.retain(|key| user_algorithms || key.type_number != 40);
    for (id, name) in (1_030..).zip(FACTORY) {
        let expression = finished(draft::profile_expression(id, name, &domain, "x.*", false));
        members.push(expression.key().clone());
        objects.push(expression);
    }
    let bundle = SyncObject::build(
        bundle.key(),
        &members,
        bundle.revision(),
        bundle.data_type(),
        bundle.data_bytes(),
    );
    objects.push(bundle.unwrap());
    let facts = ExportFacts {
        format,
        ..export.facts()
    };
    sealed(&facts, objects, &root())
}

pub(crate) fn import(
    engine: &Engine,
    document: &[u8],
    force_overwrite: bool,
    environment_id: Option<i64>,
) -> Result<Vec<ImportOutcome>, EngineError> {
    engine.import(
        &ImportRequest {
            document: document.to_vec().into(),
            passphrase: None,
            force_overwrite,
            environment_id,
            source_environment_id: None,
        },
        &mut mock_engine::internal::ImportRecord::default(),
    )
}

/// Imports with force. All objects must succeed.
pub(crate) fn taken(engine: &Engine, document: &[u8], environment: Option<i64>) -> Vec<ImportOutcome> {
    let outcomes = import(engine, document, true, environment).unwrap();
    let success = |outcome: &ImportOutcome| outcome.status == ImportStatus::Success;
    assert!(outcomes.iter().all(success));
    outcomes
}

/// The hashes of a document's objects, by type and UUID A, which are equal on all engines.
pub(crate) fn hashes_of(document: &[u8]) -> BTreeMap<(String, String), Option<String>> {
    let (report, objects) = open(document);
    let objects = report.objects.into_iter().zip(objects);
    objects
        .map(|(facts, object)| {
            let uuid = object.revision().pair.object.clone();
            ((facts.type_name, uuid), facts.computed_hash)
        })
        .collect()
}

pub(crate) fn everything(engine: &Engine) -> Vec<u8> {
    let requested = [entry("GLOBAL_OBJECT", json!({ "id": "global" }))];
    engine.export(&request(&requested)).unwrap().bytes.to_vec()
}

pub(crate) fn environment(engine: &Engine) -> i64 {
    let application = post(engine, "applications", json!({ "applicationName": "App" })).unwrap();
    let body = json!({
        "applicationId": application["applicationId"],
        "environmentName": "Target",
        "purpose": "MASK",
    });
    post(engine, "environments", body).unwrap()["environmentId"]
        .as_i64()
        .unwrap()
}

#[test]
#[ignore = "ci/long runs it"]
fn empty_engine_returns_a_global_document_with_the_same_hashes() {
    for version in VERSIONS {
        for (export, format) in [(FIRST, 1), (UPGRADED, 2), (UPGRADED, 6)] {
            // Each version and format once, and the format that is too new. The nightly run tries all pairs.
            let sampled = [("5.3.9.0", 1), ("5.3.9.0", 6), ("6.0.8.0", 2), ("6.0.17.0", 6)];
            if !exhaustive() && !sampled.contains(&(version, format)) {
                continue;
            }
            let document = global(export, format);
            let target = empty(version);
            if format == 6 && version == "5.3.9.0" {
                let error = import(&target, &document, true, None).unwrap_err();
                assert!(
                    error_message(&error).contains("format number 6, newer than 2"),
                    "{error:?}"
                );
                continue;
            }
            taken(&target, &document, None);
            let exported = everything(&target);
            assert_eq!(
                hashes_of(&document),
                hashes_of(&exported),
                "{version}, format {format}"
            );
        }
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn job_can_be_imported_after_its_global_document_only() {
    let (objects, facts) = (
        sample::global_objects(SampleSize::SMALL).unwrap(),
        UPGRADED.facts(),
    );
    let bundle = sealed(
        &ExportFacts {
            format: 2,
            ..facts.clone()
        },
        objects.clone(),
        &root(),
    );
    let mut with_job = sample::references_to(&objects);
    for environment in sample::environments().unwrap() {
        with_job.extend(sample::references_to(&environment.objects));
        with_job.extend(environment.objects);
    }
    let job = sealed(
        &ExportFacts { format: 2, ..facts },
        with_job,
        &ObjectKey::new(20, Identifier::Integer(7)),
    );
    for version in VERSIONS {
        let target = empty(version);
        let environment = environment(&target);
        let alone = import(&target, &job, true, Some(environment)).unwrap_err();
        assert!(
            matches!(alone, EngineError::ImportFailed { missing: true, .. }),
            "{version}: {alone:?}"
        );
        taken(&target, &bundle, None);
        let outcomes = taken(&target, &job, Some(environment));
        let made = outcomes
            .iter()
            .find(|outcome| outcome.type_name == "MASKING_JOB")
            .unwrap();
        let requested = entry("MASKING_JOB", made.imported.as_ref().unwrap().to_json());
        let exported = target.export(&request(&[requested])).unwrap();
        assert_eq!(hashes_of(&job), hashes_of(&exported.bytes), "{version}");
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn import_accepts_additions_of_an_upgrade_under_old_revisions() {
    let (before, after) = (global(FIRST, 1), global(UPGRADED, 2));
    // Additions of an upgrade are no change, so the import needs no force.
    for force_overwrite in [false, true] {
        let target = empty("6.0.8.0");
        taken(&target, &before, None);
        let outcomes = import(&target, &after, force_overwrite, None).unwrap();
        assert!(outcomes.iter().all(|o| o.status == ImportStatus::Success));
        let given = hashes_of(&after);
        assert_eq!(given, hashes_of(&everything(&target)));
        assert!(
            given
                .keys()
                .any(|(type_name, _)| type_name == "APPLICATION_SETTINGS")
        );
        // The second import finds everything unchanged.
        let listed = hashes(&target);
        import(&target, &after, false, None).unwrap();
        assert_eq!(listed, hashes(&target));
    }
    // In the other direction it is a change.
    let target = empty("6.0.8.0");
    taken(&target, &after, None);
    let refused = import(&target, &before, false, None).unwrap_err();
    assert!(matches!(
        refused,
        EngineError::ImportFailed { missing: false, .. }
    ));
    taken(&target, &before, None);
    assert_eq!(hashes_of(&before), hashes_of(&everything(&target)));
}

#[test]
fn dependency_that_no_upgrade_adds_is_a_change() {
    let lookup = |name: &str| ObjectKey::new(2, Identifier::Algorithm(name.to_owned()));
    let domain = |dependencies: &[&str]| {
        let mut objects = sample::global_objects(SampleSize::SMALL).unwrap();
        let keys: Vec<ObjectKey> = dependencies.iter().map(|name| lookup(name)).collect();
        let at = objects
            .iter()
            .position(|object| object.key().to_string().contains("EMAIL"))
            .unwrap();
        let object = objects[at].clone();
        objects[at] = SyncObject::build(
            object.key(),
            &keys,
            object.revision(),
            object.data_type(),
            object.data_bytes(),
        )
        .unwrap();
        let key = objects[at].key().clone();
        sealed(&sample::export_facts("domain"), objects, &key)
    };
    let target = empty("6.0.8.0");
    taken(&target, &domain(&["EmailLookup"]), None);
    let other = domain(&["EmailLookup", "FirstNameLookup"]);
    let refused = import(&target, &other, false, None).unwrap_err();
    assert!(
        matches!(refused, EngineError::ImportFailed { missing: false, .. }),
        "{refused:?}"
    );
    taken(&target, &other, None);
    let exported = target
        .export(&request(&[entry("DOMAIN", json!({ "id": "EMAIL" }))]))
        .unwrap();
    assert_eq!(hashes_of(&other), hashes_of(&exported.bytes));
}

#[test]
fn engine_reads_all_formats_but_newer_ones() {
    let algorithm = |format| {
        let objects = FIRST.global_objects().unwrap();
        let key = ObjectKey::new(2, Identifier::Algorithm("EmailLookup".to_owned()));
        sealed(
            &ExportFacts {
                format,
                ..FIRST.facts()
            },
            objects,
            &key,
        )
    };
    let documents: Vec<(u64, Vec<u8>)> = (1..=7).map(|format| (format, algorithm(format))).collect();
    for (version, newest) in [("5.3.9.0", 2), ("6.0.8.0", 6), ("6.0.17.0", 6), ("2025.2.0.0", 6)] {
        for (format, document) in &documents {
            // The nightly run tries all; others those around the limit, and one version each format.
            let format = *format;
            if !exhaustive() && version != "6.0.8.0" && format != newest && format != newest + 1 {
                continue;
            }
            let result = import(&empty(version), document, true, None);
            assert_eq!(
                result.is_ok(),
                format <= newest,
                "{version}, format {format}: {result:?}"
            );
        }
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn new_name_is_checked_from_version_6_on() {
    let strict = |version: &str| {
        engine(Settings::default().with(|settings| {
            settings.version = version.to_owned();
            settings.strict_names = true;
            settings.empty = true;
            settings.seed = Some(1);
        }))
    };
    let bad = || json!({ "applicationName": "a/b" });
    assert!(post(&empty("5.3.9.0"), "applications", bad()).is_ok());
    assert!(post(&empty("6.0.8.0"), "applications", bad()).is_err());
    let document = global(FIRST, 1);
    for (target, passes) in [
        (empty("5.3.9.0"), true),
        (empty("6.0.8.0"), true),
        (strict("5.3.9.0"), true),
        (strict("6.0.8.0"), false),
    ] {
        let imported = import(&target, &document, true, None);
        assert_eq!(imported.is_ok(), passes, "{imported:?}");
        // A client can recreate stock content that it has saved.
        let fresh = engine(target.settings.clone());
        let domain = json!({ "domainName": "Certificates", "defaultAlgorithmCode": "NullValueLookup" });
        post(&fresh, "domains", domain).unwrap();
        let body = json!({
            "domainName": "Certificates", "expressionName": FACTORY[0], "regularExpression": "x",
        });
        assert_eq!(post(&fresh, "profile-expressions", body).is_ok(), passes);
    }
}

#[test]
fn overwritten_object_keeps_its_bad_name() {
    let saved = |save: &str| {
        let key = ObjectKey::new(11, Identifier::Text("A/B".to_owned()));
        let mut domain = finished(draft::domain("A/B", "", "EmailLookup", None, &[]));
        assert_eq!(domain.key(), &key);
        let pair = RevisionPair {
            save: sample::uuid(save),
            ..domain.revision().pair.clone()
        };
        let revision = Revision {
            pair,
            ..domain.revision().clone()
        };
        domain = SyncObject::build(&key, &[], &revision, domain.data_type(), domain.data_bytes()).unwrap();
        sealed(&sample::export_facts("bad name"), vec![domain], &key)
    };
    // An older document without the rules on names created it.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("old.json");
    std::fs::write(&path, saved("1")).unwrap();
    let target = engine(Settings::default().with(|settings| {
        settings.load = vec![path];
        settings.seed = Some(1);
    }));
    let before = hashes(&target);
    taken(&target, &saved("2"), None);
    assert_ne!(before, hashes(&target));
    let fresh = import(&empty("6.0.8.0"), &saved("2"), true, None);
    assert!(
        matches!(fresh, Err(EngineError::ImportFailed { missing: false, .. })),
        "{fresh:?}"
    );
}
