//! The JSON of `inspect` and `verify-signature` fits `docs/schema/report-v1.schema.json`, which refuses incomplete reports.

use crate::support::{everything, made_text};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use jsonschema::Validator;
use serde_json::{Value, json};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn schema() -> Value {
    let path = repository().join("docs/schema/report-v1.schema.json");
    let text = std::fs::read_to_string(path).expect("the schema is there");
    serde_json::from_str(&text).expect("the schema is JSON")
}

/// A validator for one of the schema's definitions; for the whole schema without a name.
fn validator(definition: Option<&str>) -> Validator {
    let mut schema = schema();
    if let Some(name) = definition {
        assert!(schema["$defs"][name].is_object(), "no definition {name}");
        let whole = schema.as_object_mut().expect("an object");
        whole.remove("anyOf");
        whole.insert("$ref".to_owned(), json!(format!("#/$defs/{name}")));
    }
    jsonschema::draft202012::new(&schema).expect("the schema is one")
}

fn run(arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_exportdoc"))
        .current_dir(repository())
        .args(arguments)
        .output()
        .expect("the command runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8 on standard output");
    (text, output.status.code())
}

fn run_json(arguments: &[&str]) -> Value {
    serde_json::from_str(&run(arguments).0).expect("JSON on standard output")
}

fn run_json_of(arguments: &[&str], paths: &[String]) -> Value {
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    run_json(&[arguments, &["--format", "json", "-r"], &paths].concat())
}

/// Two documents of each directory, and two of the audit cases.
fn pairs(everything: &Path) -> Vec<String> {
    let mut directories = vec![everything.to_owned()];
    for name in [
        "damaged",
        "documented",
        "handmade",
        "merge",
        "tampered",
        "audit/key-weak",
    ] {
        directories.push(everything.join(name));
    }
    let mut pairs = Vec::new();
    for directory in directories {
        let entries = std::fs::read_dir(&directory).expect("a directory of documents");
        let mut files: Vec<String> = entries
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.is_file() && !path.ends_with("global.json"))
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        files.sort();
        files.truncate(2);
        assert!(!files.is_empty(), "nothing in {}", directory.display());
        pairs.extend(files);
    }
    pairs
}

fn assert_fits(validator: &Validator, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{value:#}\n{}", errors.join("\n"));
}

#[test]
fn the_schema_is_valid_draft_2020_12() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
#[ignore = "ci/long runs it"]
fn json_of_every_test_document_fits_the_schema() {
    let whole = validator(None);
    let definitions = ["inspect_output", "verify_output"].map(|name| (name, validator(Some(name))));
    let definitions = BTreeMap::from(definitions);
    let everything = everything();
    let all = [everything.path().to_string_lossy().into_owned()];
    let few = if testkit::exhaustive() {
        all.to_vec()
    } else {
        pairs(everything.path())
    };
    for (command, definition) in [
        ("inspect", "inspect_output"),
        ("verify-signature", "verify_output"),
    ] {
        let report = run_json_of(&[command], &all);
        assert!(report["documents"].as_array().map(Vec::len) > Some(60));
        assert_fits(&definitions[definition], &report);
    }
    for (arguments, definition) in [
        (&["inspect"][..], "inspect_output"),
        (&["inspect", "--show-secrets"], "inspect_output"),
        (&["inspect", "--objects", "DOMAIN"], "inspect_output"),
        (
            &["inspect", "--against", "testdata/generated/global-small.json"],
            "inspect_output",
        ),
        (&["verify-signature"], "verify_output"),
        (&["verify-signature", "--rule", "records-v1"], "verify_output"),
    ] {
        let report = run_json_of(arguments, &few);
        assert!(report["documents"].as_array().map(Vec::len) >= Some(few.len()));
        assert_fits(&definitions[definition], &report);
        assert_fits(&whole, &report);
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn every_ndjson_line_of_every_test_document_fits_the_schema() {
    for (command, definition) in [("inspect", "inspect_line"), ("verify-signature", "verify_line")] {
        let (lines, _) = run(&[command, "--format", "ndjson", "-r", "testdata"]);
        let list = run_json(&[command, "--format", "json", "-r", "testdata"]);
        let validator = validator(Some(definition));
        let mut documents = Vec::new();
        for (at, line) in lines.lines().enumerate() {
            let mut document: Value = serde_json::from_str(line).expect("a line is JSON");
            // All lines equal the members of the JSON below, whose schema another test checks.
            if at % 4 == 0 || testkit::exhaustive() {
                assert_fits(&validator, &document);
            }
            document
                .as_object_mut()
                .expect("an object")
                .remove("schema_version");
            documents.push(document);
        }
        assert_eq!(json!(documents), list["documents"], "both formats tell the same");
    }
}

#[test]
fn json_without_a_readable_document_still_fits_the_schema() {
    let report = run_json(&["inspect", "--format", "json", "testdata/no-such-file.json"]);
    assert_fits(&validator(Some("inspect_output")), &report);
    assert_eq!(report["documents"][0]["path"], "testdata/no-such-file.json");
    assert!(report["documents"][0]["error"]["message"].is_string());
}

#[test]
fn json_of_a_decrypted_document_fits_the_schema() {
    let directory = tempfile::tempdir().expect("a directory");
    let passphrase = directory.path().join("passphrase");
    std::fs::write(&passphrase, "made up for the test data\n").expect("a file");
    let path = "testdata/generated/encrypted.json";
    let arguments = [
        "inspect",
        "--format",
        "json",
        "--passphrase-file",
        &passphrase.to_string_lossy(),
        path,
    ];
    let report = run_json(&arguments);
    assert_fits(&validator(Some("inspect_output")), &report);
    let document = &report["documents"][0];
    assert_eq!(document["encryption"]["opened"], true);
    assert_eq!(array(&document["objects"]).count(), 9);
    let closed = run_json(&["inspect", "--format", "json", path]);
    assert_eq!(closed["documents"][0]["encryption"]["opened"], false);
}

#[test]
fn inspect_keeps_the_promised_members() {
    let path = "testdata/handmade/masking-job.json";
    let report = run_json(&["inspect", "--format", "json", path]);
    assert_eq!(report["schema_version"], 1);
    let document = &report["documents"][0];
    assert_eq!(document["path"], path);
    assert_eq!(document["verdict"], "valid");

    // Values of the document assembled by hand: none of them comes from the code under test.
    let expected: Value = serde_json::from_slice(
        &std::fs::read(repository().join("testdata/handmade/masking-job.expected.json"))
            .expect("expectations"),
    )
    .expect("JSON");
    let objects = document["objects"].as_array().expect("objects");
    let stated = expected["objects"].as_array().expect("objects");
    assert_eq!(objects.len(), stated.len());
    for (object, stated) in objects.iter().zip(stated) {
        assert_eq!(object["type"], stated["type"]);
        assert_eq!(object["identifier"], stated["identifier"]);
        if stated["name"].is_string() {
            assert_eq!(object["name"], stated["name"]);
        }
        assert_eq!(
            object["revision_hash"],
            json!({ "stated": stated["hash"], "computed": stated["hash"], "matches": true })
        );
        let dependencies: Vec<Value> = array(&object["dependencies"])
            .map(|d| json!({ "type": d["type"], "identifier": d["identifier"] }))
            .collect();
        // The blob lists some twice, and so do the expectations; the report has each once.
        let mut once: Vec<Value> = Vec::new();
        for dependency in array(&stated["dependencies"]) {
            if !once.contains(dependency) {
                once.push(dependency.clone());
            }
        }
        assert_eq!(dependencies, once);
    }

    let signature = &document["signature"];
    assert_eq!(signature["verdict"], "valid");
    assert_eq!(signature["rule"], "records-v1");
    assert_eq!(signature["key"]["algorithm"], "DSA");
    assert_eq!(signature["key"]["bits"], 512);
    let fingerprint = expected["keySha256"].as_str().expect("a fingerprint");
    assert_eq!(signature["key"]["fingerprint"], format!("sha256:{fingerprint}"));

    let sealed = array(&document["findings"])
        .find(|finding| finding["id"] == "sealed-by-toolkit")
        .expect("it is sealed by the toolkit");
    assert_eq!(sealed["severity"], "warning");
    assert!(sealed["message"].is_string());
    assert_eq!(sealed["at"]["path"], "$.blob");
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[test]
fn verify_signature_tells_the_same_without_the_objects() {
    let path = "testdata/generated/masking-job.json";
    let verified = run_json(&["verify-signature", "--format", "json", path]);
    let mut inspected = run_json(&["inspect", "--format", "json", path]);
    let document = inspected["documents"][0].as_object_mut().expect("a document");
    for member in ["objects", "secrets", "secrets_unknown"] {
        assert!(document.remove(member).is_some(), "{member}");
    }
    assert_eq!(verified, inspected);
}

#[test]
fn detached_verdicts_fit_the_schema() {
    let directory = tempfile::tempdir().expect("a directory");
    let document: Value = serde_json::from_slice(
        &std::fs::read(repository().join("testdata/handmade/masking-job.json")).expect("a document"),
    )
    .expect("JSON");
    let mut paths = Vec::new();
    for (name, text) in [
        ("key", document["publicKey"].as_str().expect("a key")),
        ("signature", document["signature"].as_str().expect("a signature")),
        ("payload", "not what was signed"),
        ("nonsense", "AAAA"),
    ] {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("a file");
        paths.push(path.to_string_lossy().into_owned());
    }
    let validator = validator(Some("detached_output"));
    for key in [&paths[0], &paths[3]] {
        let arguments = [
            "verify-signature",
            "--format",
            "json",
            "--public-key",
            key,
            "--signature",
            &paths[1],
            "--payload",
            &paths[2],
        ];
        let (text, code) = run(&arguments);
        let report = serde_json::from_str(&text).expect("JSON on standard output");
        assert_fits(&validator, &report);
        assert_eq!(
            (&report["detached"]["verdict"], code),
            (&json!("invalid"), Some(1))
        );
    }
}

#[test]
fn the_schema_refuses_a_report_without_a_promised_member() {
    let validator = validator(Some("inspect_output"));
    let report = run_json(&[
        "inspect",
        "--format",
        "json",
        "testdata/generated/global-small.json",
        &made_text("damaged/truncated-in-blob.json"),
        "testdata/generated/masking-job.json",
        "--against",
        "testdata/generated/global-small.json",
    ]);
    assert!(validator.is_valid(&report));
    for (parent, member) in [
        ("", "schema_version"),
        ("", "documents"),
        ("/documents/0", "path"),
        ("/documents/0", "verdict"),
        ("/documents/0", "objects"),
        ("/documents/0", "signature"),
        ("/documents/0", "findings"),
        ("/documents/0/objects/0", "type"),
        ("/documents/0/objects/0", "identifier"),
        ("/documents/0/objects/0", "name"),
        ("/documents/0/objects/0", "revision_hash"),
        ("/documents/0/objects/0", "dependencies"),
        ("/documents/0/objects/0/revision_hash", "stated"),
        ("/documents/0/objects/0/revision_hash", "computed"),
        ("/documents/0/objects/0/revision_hash", "matches"),
        ("/documents/0/objects/0/dependencies/0", "identifier"),
        ("/documents/0/signature", "verdict"),
        ("/documents/0/signature", "rule"),
        ("/documents/0/signature", "key"),
        ("/documents/0/signature/key", "algorithm"),
        ("/documents/0/signature/key", "bits"),
        ("/documents/0/signature/key", "fingerprint"),
        ("/documents/0/findings/0", "id"),
        ("/documents/0/findings/0", "severity"),
        ("/documents/0/findings/0", "message"),
        ("/documents/0/findings/0", "at"),
        ("/documents/1/partial_record", "claimed_bytes"),
        ("/documents/2/against", "references"),
        ("/documents/2/against/references/0", "state"),
        ("/documents/2/against/references/0/reference", "revision"),
    ] {
        let mut changed = report.clone();
        let parent_value = changed.pointer_mut(parent).expect("the parent is there");
        let removed = parent_value.as_object_mut().and_then(|map| map.remove(member));
        assert!(removed.is_some(), "{parent}/{member} isn't there");
        assert!(!validator.is_valid(&changed), "{parent}/{member} isn't required");
    }
}

#[test]
fn the_schema_lets_the_contract_grow() {
    let validator = validator(Some("inspect_output"));
    let mut report = run_json(&[
        "inspect",
        "--format",
        "json",
        "testdata/generated/masking-job.json",
    ]);
    for place in [
        "",
        "/documents/0",
        "/documents/0/objects/0",
        "/documents/0/signature/key",
    ] {
        report.pointer_mut(place).expect("it is there")["added_later"] = json!(true);
    }
    assert_fits(&validator, &report);
}
