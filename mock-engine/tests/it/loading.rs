//! Engines with documents as content.

use std::path::PathBuf;

use exportdoc::internal::object::SyncObject;
use exportdoc::internal::report::{DocumentReport, Verdict};
use mock_engine::Clock;
use mock_engine::Settings;
use mock_engine::internal::Engine;
use serde_json::Value;

use crate::objects::{hashes, open, request};

fn loaded(paths: &[PathBuf]) -> Result<Engine, String> {
    let settings = Settings::default().with(|settings| {
        settings.seed = Some(1);
        settings.faithful = true;
        settings.load = paths.to_vec();
    });
    Engine::new(settings, Clock::frozen(0)).map_err(|error| error.to_string())
}

fn testdata(path: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../testdata", path].iter().collect()
}

/// Loads a document and exports the objects that its request named.
fn again(
    path: &PathBuf,
) -> (
    Vec<SyncObject<'static>>,
    DocumentReport,
    Vec<SyncObject<'static>>,
    DocumentReport,
) {
    let bytes = std::fs::read(path).unwrap();
    let (report, objects) = open(&bytes);
    let engine = loaded(std::slice::from_ref(path)).unwrap();
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let requested = document["exportResponseMetadata"]["requestedObjectList"]
        .as_array()
        .unwrap();
    let exported = engine.export(&request(requested)).unwrap();
    let (new_report, new_objects) = open(&exported.bytes);
    (objects, report, new_objects, new_report)
}

#[test]
fn loaded_document_is_exported_unchanged() {
    let mut count = 0;
    for directory in ["handmade", "generated"] {
        for file in std::fs::read_dir(testdata(directory)).unwrap() {
            let path = file.unwrap().path();
            let text = path.to_string_lossy().into_owned();
            // No engine exports references alone, as the hostile document has.
            let is_left_out = text.contains("encrypted") || text.contains("hostile");
            if !text.ends_with(".json") || text.ends_with(".expected.json") || is_left_out {
                continue;
            }
            let (objects, report, new_objects, new_report) = again(&path);
            let bytes = |objects: &[SyncObject<'_>]| -> Vec<Vec<u8>> {
                objects.iter().map(|object| object.as_bytes().to_vec()).collect()
            };
            assert!(bytes(&objects) == bytes(&new_objects), "{text}");
            let hashes = |report: &DocumentReport| -> Vec<_> {
                report
                    .objects
                    .iter()
                    .map(|o| (o.type_name.clone(), o.computed_hash.clone()))
                    .collect()
            };
            assert_eq!(hashes(&report), hashes(&new_report), "{text}");
            assert_eq!(new_report.signature.verdict, Verdict::Valid, "{text}");
            let format = |report: &DocumentReport| report.header.as_ref().and_then(|header| header.format);
            assert_eq!(format(&report), format(&new_report), "{text}");
            count += 1;
        }
    }
    assert!(count >= 2, "{count}");
}

#[test]
#[ignore = "ci/long runs it"]
fn documents_of_one_engine_share_common_objects() {
    let paths = [
        "masking-job.json",
        "on-the-fly-job.json",
        "profile-job.json",
        "global-small.json",
    ]
    .map(|name| testdata("generated").join(name));
    let engine = loaded(&paths).unwrap();
    let mut compared = 0;
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        let (_, objects) = open(&bytes);
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        let requested = document["exportResponseMetadata"]["requestedObjectList"]
            .as_array()
            .unwrap();
        let (_, new) = open(&engine.export(&request(requested)).unwrap().bytes);
        assert!(objects == new, "{path:?}");
        compared += 1;
    }
    assert_eq!(compared, 4);
    let environments = hashes(&engine)
        .into_keys()
        .filter(|key| key.starts_with("ENVIRONMENT"));
    assert_eq!(environments.count(), 1);
}

#[test]
#[ignore = "ci/long runs it"]
fn broken_or_encrypted_document_is_not_loaded() {
    for path in ["generated/encrypted.json", "README.md", "none.json"] {
        let error = loaded(&[testdata(path)]).err().unwrap_or_default();
        assert!(
            error.contains(path.rsplit('/').next().unwrap()),
            "{path}: {error}"
        );
    }
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("tampered.json");
    for (name, document) in testkit::documents() {
        if name.starts_with("tampered/") {
            std::fs::write(&path, &document).unwrap();
            let verdict = open(&document).0.signature.verdict;
            assert!(
                loaded(std::slice::from_ref(&path)).is_err() || verdict != Verdict::Invalid,
                "{name}"
            );
        }
    }
}
