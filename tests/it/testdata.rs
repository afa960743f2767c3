//! The tables of `testdata/README.md` and `tests/testkit/README.md` are right about verdict, exit codes and findings.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{everything, exportdoc, made, made_text, report, root, testdata};

/// Findings of most documents here, which rows name only if they are the point.
const USUAL: [&str; 3] = ["hash-algorithm-weak", "key-weak", "sealed-by-toolkit"];

/// A row of a table.
#[derive(Debug)]
struct Row {
    document: String,
    verdict: String,
    verify_exit: i32,
    inspect_exit: i32,
    /// Ids of findings; for an unreadable document, words of its error.
    findings: Vec<String>,
}

/// The rows of both tables, by path in the directory of [`everything`].
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for page in ["testdata/README.md", "tests/testkit/README.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let lines = text.lines().skip_while(|line| !line.starts_with("| document |"));
        rows.extend(lines.skip(2).take_while(|line| line.starts_with('|')).map(row));
    }
    rows
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [document, verdict, verify_exit, inspect_exit, findings, _why] = cells[..] else {
        panic!("not six cells: {line}");
    };
    Row {
        document: document
            .trim_matches('`')
            .trim_start_matches("generated/")
            .to_owned(),
        verdict: verdict.to_owned(),
        verify_exit: verify_exit.parse().unwrap(),
        inspect_exit: inspect_exit.parse().unwrap(),
        findings: match findings.strip_prefix('"') {
            Some(words) => vec![words.trim_end_matches('"').to_owned()],
            None => findings
                .split(", ")
                .map(|id| id.trim_matches('`').to_owned())
                .collect(),
        },
    }
}

/// Runs a command over documents that must all end with the same exit code, and returns its report by document.
fn run(directory: &Path, command: &str, exit: i32, documents: &[&str]) -> BTreeMap<String, Value> {
    let mut process = exportdoc();
    process.current_dir(directory).args([command, "--format", "json"]);
    let output = process.args(documents).output().unwrap();
    assert_eq!(output.status.code(), Some(exit), "{command} {documents:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let reported = report["documents"].as_array().unwrap().iter();
    let by_path = reported.map(|document| (document["path"].as_str().unwrap().to_owned(), document.clone()));
    by_path.collect()
}

/// Runs a command over the documents of all rows, once for each exit code.
fn run_all(directory: &Path, command: &str, rows: &[Row], exit: fn(&Row) -> i32) -> BTreeMap<String, Value> {
    let mut reports = BTreeMap::new();
    for code in rows.iter().map(exit).collect::<BTreeSet<_>>() {
        let with_code = rows.iter().filter(|row| exit(row) == code);
        let documents: Vec<&str> = with_code.map(|row| row.document.as_str()).collect();
        reports.extend(run(directory, command, code, &documents));
    }
    reports
}

fn findings(document: &Value) -> impl Iterator<Item = &Value> {
    document["findings"].as_array().unwrap().iter()
}

fn ids(document: &Value) -> BTreeSet<&str> {
    findings(document)
        .map(|finding| finding["id"].as_str().unwrap())
        .collect()
}

/// The differences between a report on a document and its row.
fn differences(row: &Row, document: &Value) -> Vec<String> {
    if row.verdict == "unreadable" {
        let message = document["error"]["message"].as_str().unwrap_or_default();
        let fits = row.findings.iter().all(|words| message.contains(words.as_str()));
        return if fits {
            Vec::new()
        } else {
            vec![format!("the error is {message:?}")]
        };
    }
    let mut wrong = Vec::new();
    let verdict = document["verdict"].as_str().unwrap_or("unreadable");
    if verdict != row.verdict {
        return vec![format!("the verdict is {verdict}")];
    }
    let found = ids(document);
    let named: BTreeSet<&str> = row.findings.iter().map(String::as_str).collect();
    wrong.extend(named.difference(&found).map(|id| format!("lacks {id}")));
    let more = found.difference(&named).filter(|id| !USUAL.contains(id));
    wrong.extend(more.map(|id| format!("also has {id}")));
    if verdict == "valid" && !found.contains("sealed-by-toolkit") {
        wrong.push("is valid without sealed-by-toolkit".to_owned());
    }
    wrong
}

#[test]
fn every_document_has_a_row_and_every_row_a_document() {
    let rows = rows();
    let listed: BTreeSet<&str> = rows.iter().map(|row| row.document.as_str()).collect();
    assert_eq!(listed.len(), rows.len(), "a document has two rows");
    let mut documents: BTreeSet<String> = testkit::documents().into_keys().collect();
    for directory in ["documented", "handmade"] {
        for entry in fs::read_dir(testdata(directory)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".json") && !name.ends_with(".expected.json") {
                documents.insert(format!("{directory}/{name}"));
            }
        }
    }
    assert_eq!(listed, documents.iter().map(String::as_str).collect());
}

#[test]
#[ignore = "ci/long runs it"]
fn document_gets_verdict_exit_codes_and_findings_of_its_row() {
    let everything = everything();
    let rows = rows();
    let verified = run_all(everything.path(), "verify-signature", &rows, |row| {
        row.verify_exit
    });
    let inspected = run_all(everything.path(), "inspect", &rows, |row| row.inspect_exit);
    let mut wrong = String::new();
    for row in &rows {
        for reports in [&verified, &inspected] {
            for difference in differences(row, &reports[&row.document]) {
                wrong.push_str(&format!("\n{}: {difference}", row.document));
            }
        }
        // One document with errors is enough for the exit code of its group.
        let verify_exit = match row.verdict.as_str() {
            "valid" => 0,
            "invalid" => 1,
            "unreadable" => 2,
            _ => 3,
        };
        assert_eq!(row.verify_exit, verify_exit, "{}", row.document);
        if row.inspect_exit == 1 {
            let mut severities = findings(&inspected[&row.document]).map(|finding| &finding["severity"]);
            assert!(severities.any(|severity| severity == "error"), "{}", row.document);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn undetermined_documents_are_not_called_sealed_by_the_toolkit() {
    let documents = ["engine-like.json", "unknown-rule.json"].map(made_text);
    let [one, other] = &documents;
    for document in run(&root(), "verify-signature", 3, &[one, other]).values() {
        assert!(!ids(document).contains("sealed-by-toolkit"), "{document}");
    }
}

#[test]
fn documents_have_every_type_with_a_known_number() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        // All that are sound: the others are made of them.
        if row.verdict == "unreadable" || row.document.contains('/') {
            continue;
        }
        let objects = report(&fs::read(made(&row.document)).unwrap()).objects;
        seen.extend(objects.iter().map(|object| object.key.type_number));
    }
    for known in exportdoc::internal::object::OBJECT_TYPES {
        let missing = known.seen_number().filter(|number| !seen.contains(number));
        assert_eq!(missing, None, "no {}", known.name);
    }
}

#[test]
fn global_export_has_a_lookup_above_a_megabyte() {
    let global = made_text("global.json");
    let reports = run(&root(), "inspect", 0, &[&global]);
    let objects = reports[&global]["objects"].as_array().unwrap();
    assert!(objects.len() >= 120, "{}", objects.len());
    let large = |object: &&Value| object["type"] == "LOOKUP" && object["bytes"].as_u64() > Some(1_000_000);
    assert_eq!(objects.iter().filter(large).count(), 1);
}
