//! Several documents in one file, and data after a document.

use std::path::Path;

use serde_json::Value;
use tempfile::tempdir;

use super::run;
use crate::support::{Parts, file, global, masking_job};

/// Two documents as text, the second of them with a byte of its blob changed.
fn sound_and_changed() -> [String; 2] {
    let mut parts = Parts::of(&global().seal());
    parts.blob[100] ^= 1;
    [masking_job().seal(), parts.document()].map(|bytes| String::from_utf8(bytes).unwrap())
}

fn documents(at: &Path, arguments: &[&str]) -> (i32, Vec<(String, bool)>) {
    let answer = run(at, arguments);
    let json: Value = serde_json::from_str(&answer.out).unwrap_or_else(|_| panic!("{}", answer.err));
    let documents = json["documents"].as_array().unwrap().iter();
    let found = documents.map(|document| {
        let path = document["path"].as_str().unwrap().to_owned();
        (path, document["error"].is_null())
    });
    (answer.code, found.collect())
}

#[test]
#[ignore = "ci/long runs it"]
fn lines_and_arrays_of_documents_are_judged_one_by_one() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let [sound, changed] = sound_and_changed();
    file(at, "lines.json", format!("{sound}\n{changed}\n{sound}\n"));
    file(at, "array.json", format!("[{sound},\n{changed},{sound}]\n"));
    for name in ["lines.json", "array.json"] {
        for command in ["inspect", "verify-signature", "audit"] {
            let (code, found) = documents(at, &[command, "--format", "json", name]);
            let expected: Vec<_> = (0..3).map(|number| (format!("{name}[{number}]"), true)).collect();
            assert_eq!(found, expected, "{command}");
            assert_eq!(code, 1, "{command}");
        }
        let verdicts = run(at, &["verify-signature", name]).out;
        assert!(verdicts.contains(&format!("{name}[0]: valid")), "{verdicts}");
        assert!(verdicts.contains(&format!("{name}[1]: invalid")), "{verdicts}");
    }
}

#[test]
fn audit_counts_the_documents_of_a_batch() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let [sound, _] = sound_and_changed();
    file(at, "lines.json", format!("{sound}\n{sound}\n"));
    assert_eq!(run(at, &["verify-signature", "-q", "lines.json"]).code, 0);
    let answer = run(at, &["audit", "--format", "json", "lines.json"]);
    let json: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(json["summary"]["documents"], 2);
    assert_eq!(json["summary"]["unreadable"], 0);
}

#[test]
fn broken_array_is_an_error_after_its_documents() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let [sound, _] = sound_and_changed();
    for end in ["", ",", ",7]", "] {}", &format!(",{}", &sound[..200])] {
        file(at, "array.json", format!("[{sound}{end}"));
        for command in ["inspect", "verify-signature", "audit"] {
            let answer = run(at, &[command, "array.json"]);
            assert_eq!(answer.code, 2, "{command} {end:?}: {}", answer.out);
        }
    }
}

#[test]
fn single_document_commands_refuse_several() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let [sound, _] = sound_and_changed();
    file(at, "one.json", &sound);
    file(at, "lines.json", format!("{sound}\n{sound}\n{sound}"));
    file(at, "state.json", "{\"responseList\": []}");
    for arguments in [
        &["diff", "one.json", "lines.json"][..],
        &["diff", "lines.json", "one.json"],
        &["plan", "lines.json", "--target", "state.json"],
        &["plan", "one.json", "--target", "lines.json"],
        &["merge", "one.json", "lines.json", "--unsigned", "-o", "x.json"],
        &["redact", "lines.json", "-o", "x.json"],
        &["inspect", "--raw", "#1", "lines.json"],
        &["inspect", "--against", "lines.json", "one.json"],
        &["audit", "--baseline", "lines.json", "one.json"],
    ] {
        let answer = run(at, arguments);
        assert_eq!(answer.code, 2, "{arguments:?}: {}", answer.err);
        assert!(answer.err.contains("3 documents in one file"), "{}", answer.err);
        assert!(
            answer.err.contains("help: put each into a file of its own"),
            "{}",
            answer.err
        );
    }
}

#[test]
fn an_array_of_one_document_is_that_document() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let [sound, _] = sound_and_changed();
    file(at, "one.json", &sound);
    file(at, "array.json", format!("[{sound}]"));
    assert_eq!(run(at, &["diff", "one.json", "array.json"]).code, 0);
}

#[test]
#[ignore = "ci/long runs it"]
fn data_after_a_document_is_reported() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let [sound, _] = sound_and_changed();
    file(at, "first.json", &sound);
    file(at, "state.json", "{\"responseList\": []}");
    for behind in [sound.as_str(), "{}", "\n\nhunter2", "\0"] {
        file(at, "both.json", format!("{sound}{behind}"));
        for arguments in [
            &["inspect", "both.json"][..],
            &["audit", "both.json"],
            &["verify-signature", "both.json"],
            &["diff", "first.json", "both.json"],
            &["diff", "both.json", "first.json"],
            &[
                "plan",
                "both.json",
                "--target",
                "state.json",
                "--environment",
                "1",
            ],
        ] {
            let answer = run(at, arguments);
            let all = answer.out + &answer.err;
            assert_eq!(answer.code, 1, "{arguments:?}: {all}");
            assert!(all.contains("trailing-data"), "{arguments:?}: {all}");
            assert!(!all.contains("hunter2"), "{all}");
        }
        assert_eq!(run(at, &["verify-signature", "-q", "both.json"]).code, 1);
    }
}

#[test]
fn git_shows_a_file_with_several_documents_whole() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let [sound, _] = sound_and_changed();
    for text in [
        format!("{sound}\n{sound}\n"),
        format!("[{sound},{sound}]"),
        format!("{sound}{sound}"),
    ] {
        file(at, "both.json", &text);
        let answer = run(at, &["textconv", "both.json"]);
        assert_eq!((answer.code, answer.out), (0, text), "{}", answer.err);
    }
}

#[test]
fn code_hosts_get_the_file_without_a_number() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let [sound, _] = sound_and_changed();
    file(at, "lines.json", format!("{sound}\n{sound}\n"));
    let sarif: Value =
        serde_json::from_str(&run(at, &["audit", "--format", "sarif", "lines.json"]).out).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], "lines.json", "{location}");
    }
    let github = run(at, &["audit", "--format", "github", "lines.json"]).out;
    assert!(github.contains("file=lines.json,title"), "{github}");
}
