//! The Python reader that `docs/format.md` prints finds in documents what the toolkit finds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{exportdoc, root, testdata};

/// Prints what the page's reader finds in each document, or null where it raises an error.
const READ_ALL: &str = "\
import json, sys, read_export
for path in sys.argv[1:]:
    try:
        print(json.dumps(read_export.read(json.load(open(path, encoding='utf-8')))))
    except Exception:
        print('null')
";

fn read_by_page(documents: &[PathBuf]) -> Vec<Value> {
    let files = testkit::pages::files(&root().join("docs/format.md"));
    let [(name, reader)] = &files[..] else {
        panic!("the page has {} files", files.len());
    };
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), reader).unwrap();
    let mut python = Command::new("python3");
    python.args(["-c", READ_ALL]).args(documents).current_dir(&dir);
    let output = python.env("PYTHONPATH", dir.path()).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let read: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(read.len(), documents.len());
    read
}

/// The report of `inspect` in the form of the page's reader.
fn read_by_inspect(document: &Path) -> Value {
    let output = exportdoc()
        .args(["inspect", "--format", "json"])
        .arg(document)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let report = &report["documents"][0];
    let mut read = json!({ "objects": [] });
    for member in ["export_id", "started", "format", "object_count"] {
        read[member] = report["export"][member].clone();
    }
    let objects = report["objects"].as_array().unwrap().iter().map(|object| {
        let mut found = json!({ "revision_hash": object["revision_hash"]["computed"] });
        for member in [
            "type_number",
            "type",
            "identifier",
            "dependencies",
            "revision",
            "created",
            "modified",
            "data_type",
        ] {
            found[member] = object[member].clone();
        }
        found
    });
    read["objects"] = objects.collect();
    read
}

fn documents_in(directory: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(testdata(directory))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut documents: Vec<PathBuf> = entries
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.ends_with(".json") && !name.ends_with(".expected.json")
        })
        .collect();
    documents.sort();
    assert!(!documents.is_empty(), "{directory}");
    documents
}

#[test]
#[ignore = "ci/long runs it"]
fn vectors_read_as_expected_by_page_and_inspect() {
    let documents = documents_in("format");
    for (document, read) in documents.iter().zip(read_by_page(&documents)) {
        let expected = fs::read(document.with_extension("expected.json")).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        assert_eq!(read, expected, "{}", document.display());
        assert_eq!(read_by_inspect(document), expected, "{}", document.display());
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn page_reads_other_documents_as_inspect_does() {
    let mut documents = documents_in("handmade");
    // Provisional type numbers mean something in this toolkit's documents only, which the page's reader doesn't know.
    let provisional =
        |path: &PathBuf| path.ends_with("on-the-fly-job.json") || path.ends_with("profile-job.json");
    documents.extend(
        documents_in("generated")
            .into_iter()
            .filter(|path| !provisional(path)),
    );
    for (document, read) in documents.iter().zip(read_by_page(&documents)) {
        assert_eq!(read, read_by_inspect(document), "{}", document.display());
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn broken_vectors_are_refused_by_page_and_inspect() {
    let documents = documents_in("format/broken");
    for (document, read) in documents.iter().zip(read_by_page(&documents)) {
        assert_eq!(read, Value::Null, "{}", document.display());
        let inspected = exportdoc().arg("inspect").arg(document).output().unwrap();
        assert_eq!(inspected.status.code(), Some(1), "{}", document.display());
    }
}
