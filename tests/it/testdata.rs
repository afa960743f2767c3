//! Holds the command against the table of `testdata/README.md`: verdict, exit codes and findings of every document.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

/// Findings that most documents here have, so that rows name them only where they are the point.
const USUAL: [&str; 3] = ["hash-algorithm-weak", "key-weak", "sealed-by-toolkit"];

/// What the table says of a document.
#[derive(Debug)]
struct Row {
    document: String,
    verdict: String,
    verify_exit: i32,
    inspect_exit: i32,
    /// Finding ids; for an unreadable document, words of its error.
    findings: Vec<String>,
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn table() -> Vec<Row> {
    let text = std::fs::read_to_string(testdata().join("README.md")).expect("testdata has a README");
    text.lines()
        .skip_while(|line| !line.starts_with("| document |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(row)
        .collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [document, verdict, verify_exit, inspect_exit, findings, _why] = cells[..] else {
        panic!("not six cells: {line}");
    };
    Row {
        document: document.trim_matches('`').to_owned(),
        verdict: verdict.to_owned(),
        verify_exit: verify_exit.parse().expect("an exit code"),
        inspect_exit: inspect_exit.parse().expect("an exit code"),
        findings: match findings.strip_prefix('"') {
            Some(words) => vec![words.trim_end_matches('"').to_owned()],
            None => findings
                .split(", ")
                .map(|id| id.trim_matches('`').to_owned())
                .collect(),
        },
    }
}

/// The documents below `testdata`; not what is said about them, nor vectors of other formats, nor those that stand for
/// one rule each and are judged by it.
fn documents() -> BTreeSet<String> {
    let root = testdata();
    let mut found = BTreeSet::new();
    let mut pending: Vec<PathBuf> = ["documented", "handmade", "generated"]
        .iter()
        .map(|name| root.join(name))
        .collect();
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(directory).expect("the directory is there") {
            let path = entry.expect("an entry").path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                // What is known of engines is no document, and the audit's documents are judged by their rules.
                if !["generated/targets", "generated/audit"]
                    .iter()
                    .any(|other| path.ends_with(other))
                {
                    pending.push(path);
                }
            } else if name.ends_with(".json") && !name.ends_with(".expected.json") {
                let below = path.strip_prefix(&root).expect("below testdata");
                let names: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
                found.insert(names.join("/"));
            }
        }
    }
    found
}

/// The one document of a command's JSON, and the exit code.
fn run(command: &str, document: &str) -> (Value, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_exportdoc"))
        .current_dir(testdata())
        .args([command, "--format", "json", document])
        .output()
        .expect("the command runs");
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON on standard output");
    let code = output.status.code().expect("an exit code");
    (json["documents"][0].clone(), code)
}

fn ids(document: &Value) -> BTreeSet<&str> {
    document["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["id"].as_str().expect("an id"))
        .collect()
}

/// What disagrees with a row.
fn disagreements(row: &Row) -> Vec<String> {
    let (verified, verify_exit) = run("verify-signature", &row.document);
    let (inspected, inspect_exit) = run("inspect", &row.document);
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{}: {what}", row.document));
        }
    };
    expect(
        verify_exit == row.verify_exit,
        format!("verify-signature answers {verify_exit}"),
    );
    expect(
        inspect_exit == row.inspect_exit,
        format!("inspect answers {inspect_exit}"),
    );
    if row.verdict == "unreadable" {
        for document in [&verified, &inspected] {
            let message = document["error"]["message"].as_str().unwrap_or_default();
            let told = row.findings.iter().all(|words| message.contains(words.as_str()));
            expect(told, format!("its error reads {message:?}"));
        }
        return wrong;
    }
    for document in [&verified, &inspected] {
        let verdict = document["verdict"].as_str().unwrap_or("unreadable");
        expect(verdict == row.verdict, format!("is {verdict}"));
        let found = ids(document);
        let named: BTreeSet<&str> = row.findings.iter().map(String::as_str).collect();
        for id in named.difference(&found) {
            expect(false, format!("lacks {id}"));
        }
        for id in found.difference(&named) {
            expect(USUAL.contains(id), format!("also has {id}"));
        }
        expect(
            verdict != "valid" || found.contains("sealed-by-toolkit"),
            "is valid without sealed-by-toolkit".to_owned(),
        );
    }
    wrong
}

#[test]
fn every_document_has_a_row_and_every_row_a_document() {
    let rows: Vec<String> = table().into_iter().map(|row| row.document).collect();
    let listed: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(listed.len(), rows.len(), "a document has two rows");
    assert_eq!(listed, documents());
}

#[test]
fn every_document_gets_the_verdict_exit_codes_and_findings_of_its_row() {
    let wrong: Vec<String> = table().iter().flat_map(disagreements).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_finding_that_the_table_names_is_in_the_registry() {
    for row in table().iter().filter(|row| row.verdict != "unreadable") {
        for id in &row.findings {
            assert!(
                exportdoc::internal::finding::by_id(id).is_some(),
                "{}: {id}",
                row.document
            );
        }
    }
}

#[test]
fn a_document_that_nobody_can_tell_from_an_engines_is_not_called_sealed_by_the_toolkit() {
    for document in ["generated/engine-like.json", "generated/unknown-rule.json"] {
        let (verified, _) = run("verify-signature", document);
        assert!(!ids(&verified).contains("sealed-by-toolkit"), "{document}");
    }
}

#[test]
fn the_documents_have_every_type_with_a_known_number() {
    let mut seen = BTreeSet::new();
    for document in documents() {
        let (inspected, _) = run("inspect", &document);
        for object in inspected["objects"].as_array().into_iter().flatten() {
            seen.extend(object["type_number"].as_u64());
        }
    }
    for known in exportdoc::internal::object::OBJECT_TYPES {
        let missing = known.seen_number().filter(|number| !seen.contains(number));
        assert_eq!(missing, None, "no {}", known.name);
    }
}

#[test]
fn the_global_export_has_its_size_and_a_lookup_above_a_megabyte() {
    let (inspected, _) = run("inspect", "generated/global.json");
    let objects = inspected["objects"].as_array().expect("objects");
    assert!(objects.len() >= 120, "{}", objects.len());
    let large = |object: &&Value| object["type"] == "LOOKUP" && object["bytes"].as_u64() > Some(1_000_000);
    assert_eq!(objects.iter().filter(large).count(), 1);
}
