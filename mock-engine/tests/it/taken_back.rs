//! Every export, in each form, can be imported on another engine and on the exporting one.

use std::collections::BTreeSet;
use std::path::PathBuf;

use exportdoc::internal::import_plan::ImportOutcome;
use exportdoc::internal::object::{ObjectKey, Revision, RevisionPair, SyncObject};
use exportdoc::internal::report::DocumentReport;
use exportdoc::internal::sample;
use mock_engine::MockEngine;
use mock_engine::Settings;
use mock_engine::internal::{Engine, error_message};
use mock_engine::internal::{ExportRequest, ImportRequest, Passphrase, Structure};
use serde_json::{Value, json};
use testkit::exhaustive;

use crate::genuine::{empty, environment, everything, hashes_of, import, sealed, taken};
use crate::objects::{demo, engine, entry, hashes, open, post, put, request};
use crate::planned::documents;
use crate::support::client::{Client, form};

/// The demo inventory, and objects that clients create.
fn with_files() -> Engine {
    let source = demo();
    put(&source, "masking-jobs", 7, json!({})).unwrap();
    let mount = json!({
        "mountName": "Share", "hostAddress": "files.example.com", "mountPath": "/share", "type": "NFS4",
    });
    let mount = post(&source, "mount-filesystem", mount).unwrap();
    let format = json!({ "fileFormatName": "people.csv", "fileFormatType": "DELIMITED" });
    post(&source, "file-formats", format).unwrap();
    let connector = json!({
        "connectorName": "Files", "environmentId": 1, "fileType": "DELIMITED",
        "connectionInfo": { "connectionMode": "MOUNT", "path": "/share", "mountId": mount["mountId"] },
    });
    let connector = post(&source, "file-connectors", connector).unwrap();
    let ruleset = json!({ "rulesetName": "File rules", "fileConnectorId": connector["fileConnectorId"] });
    post(&source, "file-rulesets", ruleset).unwrap();
    source
}

/// An engine with two environments only, for objects and for sources.
fn two_environments() -> (Engine, Option<i64>, Option<i64>) {
    let target = empty("6.0.8.0");
    let here = environment(&target);
    let body = json!({ "applicationId": 1, "environmentName": "Source", "purpose": "MASK" });
    let source = post(&target, "environments", body).unwrap();
    (target, Some(here), source["environmentId"].as_i64())
}

/// Exports an object, imports it on another engine and exports it there.
fn moved(
    source: &Engine,
    (target, here, from): &(Engine, Option<i64>, Option<i64>),
    wanted: &Value,
    (structure, passphrase): (Structure, Option<&str>),
) {
    let exported = source.export(&ExportRequest {
        structure,
        passphrase: passphrase.map(Passphrase::new),
        ..request(std::slice::from_ref(wanted))
    });
    let imported = target.import(
        &ImportRequest {
            document: exported.unwrap().bytes,
            passphrase: passphrase.map(Passphrase::new),
            force_overwrite: true,
            environment_id: *here,
            source_environment_id: *from,
        },
        &mut mock_engine::internal::ImportRecord::default(),
    );
    let outcomes = imported.unwrap_or_else(|error| panic!("{wanted}, {structure:?}: {error:?}"));
    let is_it = |outcome: &&ImportOutcome| {
        outcome.type_name == wanted["objectType"]
            && outcome.identifier.to_json() == wanted["objectIdentifier"]
    };
    let imported = outcomes.iter().find(is_it).unwrap();
    let there = entry(&imported.type_name, imported.imported.as_ref().unwrap().to_json());
    let before = source.export(&request(std::slice::from_ref(wanted))).unwrap();
    let after = target.export(&request(&[there])).unwrap();
    // An environment's hash depends on its objects there.
    if wanted["objectType"] != "ENVIRONMENT" {
        assert_eq!(hashes_of(&before.bytes), hashes_of(&after.bytes), "{wanted}");
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn every_form_of_export_can_be_imported_elsewhere() {
    let source = with_files();
    let listed: Vec<String> = hashes(&source)
        .into_iter()
        .filter(|(_, hash)| !hash.starts_with("Not Syncable"))
        .map(|(key, _)| key)
        .collect();
    let types: BTreeSet<&str> = listed
        .iter()
        .filter_map(|key| Some(key.split_once(' ')?.0))
        .collect();
    for made in ["FILE_FORMAT", "MOUNT_INFORMATION", "PROFILE_JOB", "ENVIRONMENT"] {
        assert!(types.contains(made), "{made}: {types:?}");
    }
    let target = two_environments();
    taken(&target.0, &everything(&source), None);
    let mut seen = BTreeSet::new();
    for key in &listed {
        let (type_name, identifier) = key.split_once(' ').unwrap();
        let wanted = entry(type_name, serde_json::from_str(identifier).unwrap());
        let first = seen.insert(type_name);
        // The nightly run tries all objects.
        if first || exhaustive() {
            moved(&source, &target, &wanted, (Structure::Blob, None));
        }
        // One object of each type in the other forms. Types take turns, and the nightly run tries both.
        let turn = seen.len() % 4;
        if first && (turn % 2 == 0 || exhaustive()) {
            moved(&source, &target, &wanted, (Structure::Zip, None));
        }
        if first && (turn == 1 || exhaustive()) {
            moved(&source, &target, &wanted, (Structure::Zip, Some("open sesame")));
        }
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn loaded_document_is_imported_elsewhere_with_the_same_hashes() {
    let bundle = std::fs::read(testdata("global-small.json")).unwrap();
    let mut count = 0;
    // Documents of one engine, whose references match its objects.
    let generated = documents()
        .into_iter()
        .filter(|path| path.iter().any(|part| part == "generated"))
        // No engine exports references alone.
        .filter(|path| !path.ends_with("hostile.json"));
    for path in generated {
        let document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let source = loaded(path);
        let target = two_environments();
        let requested = &document["exportResponseMetadata"]["requestedObjectList"];
        for wanted in requested.as_array().unwrap() {
            // The bundle contains earlier objects, too.
            if wanted["objectType"] != "GLOBAL_OBJECT" {
                taken(&target.0, &bundle, None);
            }
            let wanted = entry(
                wanted["objectType"].as_str().unwrap(),
                wanted["objectIdentifier"].clone(),
            );
            // Documents take turns. The nightly run tries both structures.
            for (n, structure) in [Structure::Blob, Structure::Zip].into_iter().enumerate() {
                if count % 2 == n || exhaustive() {
                    moved(&source, &target, &wanted, (structure, None));
                }
            }
            count += 1;
        }
    }
    assert!(count >= 5, "{count} documents");
}

fn testdata(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../testdata/generated", name]
        .iter()
        .collect()
}

fn loaded(path: PathBuf) -> Engine {
    engine(Settings::default().with(|settings| {
        settings.load = vec![path];
        settings.seed = Some(1);
    }))
}

#[tokio::test]
async fn zip_file_can_be_imported_both_ways() {
    let source = Client::of(MockEngine::builder().seed(1)).await;
    let request = json!([{ "objectIdentifier": { "id": "global" }, "objectType": "GLOBAL_OBJECT" }]);
    let zip = source
        .call("POST", "v2/export?structure=ZIP", &request)
        .await
        .body;
    assert!(zip.starts_with(b"PK"));
    let target = Client::new().await;
    let reply = target
        .raw("POST", "/masking/api/import?force_overwrite=true", "", &zip)
        .await;
    let outcomes = reply.json();
    let success = |outcomes: &Value| {
        let mut outcomes = outcomes.as_array().unwrap().iter();
        outcomes.all(|outcome| outcome["importStatus"] == "SUCCESS")
    };
    assert!(reply.status == 200 && success(&outcomes), "{reply:?}");
    let (headers, body) = form("file", "export.zip", &zip);
    let reply = target
        .raw(
            "POST",
            "/masking/api/import-async?force_overwrite=true",
            &headers,
            &body,
        )
        .await;
    let reference = reply.json()["reference"].as_str().unwrap().to_owned();
    let file = target.get(&format!("file-downloads/{reference}")).await;
    assert!(success(&file.json()), "{file:?}");
}

#[test]
fn unknown_type_is_listed_exported_and_imported_unchanged() {
    let path = testdata("future.json");
    let bytes = std::fs::read(&path).unwrap();
    let source = loaded(path);
    let policy = entry("MASKING_POLICY", json!({ "id": 1 }));
    let exported = source.export(&request(&[policy])).unwrap().bytes;
    let original = |report: DocumentReport, objects: Vec<SyncObject<'static>>| -> Vec<Vec<u8>> {
        let named = report.objects.iter().zip(objects);
        let policies = named.filter(|(facts, _)| facts.type_name == "MASKING_POLICY");
        policies.map(|(_, object)| object.as_bytes().to_vec()).collect()
    };
    let (report, objects) = open(&bytes);
    let there = original(report, objects);
    assert_eq!(there.len(), 2);
    let target = empty("6.0.8.0");
    for _ in 0..2 {
        import(&target, &exported, false, None).unwrap();
        let listed: Vec<_> = hashes(&target)
            .into_keys()
            .filter(|key| key.starts_with("MASKING_POLICY"))
            .collect();
        assert_eq!(listed.len(), 2, "{listed:?}");
    }
    let again = target
        .export(&request(&[entry("MASKING_POLICY", json!({ "id": 1 }))]))
        .unwrap();
    let (report, objects) = open(&again.bytes);
    assert_eq!(original(report, objects), there);
    // The exporting engine imports it, too.
    import(&source, &exported, false, None).unwrap();
}

#[test]
fn compressed_archive_is_not_unpacked() {
    let zip = [b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(), &[0; 40]].concat();
    let error = import(&empty("6.0.8.0"), &zip, true, None).unwrap_err();
    assert!(error_message(&error).contains("uncompressed"), "{error:?}");
}

#[test]
fn object_under_another_type_number_is_the_same_object() {
    let target = demo();
    let format = json!({ "fileFormatName": "people.csv", "fileFormatType": "DELIMITED" });
    post(&target, "file-formats", format).unwrap();
    let formats = |engine: &Engine| -> Vec<String> {
        let listed = hashes(engine).into_iter();
        let formats = listed.filter(|(key, _)| key.starts_with("FILE_FORMAT "));
        formats.map(|(key, hash)| format!("{key} {hash}")).collect()
    };
    let before = formats(&target);
    let identifier = before[0].split(' ').nth(1).unwrap();
    let wanted = entry("FILE_FORMAT", serde_json::from_str(identifier).unwrap());
    let (_, objects) = open(&target.export(&request(&[wanted])).unwrap().bytes);
    let own = &objects[0];
    let revision = Revision {
        pair: RevisionPair {
            save: sample::uuid("another save"),
            ..own.revision().pair.clone()
        },
        ..own.revision().clone()
    };
    // A possible number of the type.
    let key = ObjectKey::new(333, own.key().identifier.clone());
    let object = SyncObject::build(
        &key,
        own.dependencies(),
        &revision,
        own.data_type(),
        own.data_bytes(),
    );
    let document = sealed(
        &sample::export_facts("another number"),
        vec![object.unwrap()],
        &key,
    );
    taken(&target, &document, None);
    let after = formats(&target);
    assert_eq!((before.len(), after.len()), (1, 1), "{after:?}");
    assert_ne!(before, after);
}
