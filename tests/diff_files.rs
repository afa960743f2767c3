//! A comparison of files that can be read twice, of which next to nothing is held, says what one of documents from a pipe
//! says, which are held whole.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::path::PathBuf;

use assert_cmd::Command;

const PASSPHRASE: &str = "made up for the test data";

fn generated(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/generated")
        .join(name)
}

/// What `exportdoc diff` prints and answers, with the old document as a file or from a pipe.
fn compared(arguments: &[&str], old: &str, new: &str, from_pipe: bool) -> (String, Option<i32>) {
    let file = generated(old);
    let mut command = Command::new(env!("CARGO_BIN_EXE_exportdoc"));
    command.arg("diff").args(arguments);
    if from_pipe {
        command.arg("-").pipe_stdin(&file).unwrap();
    } else {
        command.arg(&file);
    }
    let output = command.arg(generated(new)).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let path = file.to_str().unwrap();
    // Where the old one is a pipe, its path is '-'.
    (shown.replace(path, "-"), output.status.code())
}

fn assert_same(arguments: &[&str], old: &str, new: &str) {
    let (of_file, of_pipe) = (
        compared(arguments, old, new, false),
        compared(arguments, old, new, true),
    );
    assert_eq!(of_file, of_pipe, "{arguments:?} {old} {new}");
}

#[test]
fn documents_with_changes_of_every_kind() {
    let documents: Vec<String> = std::fs::read_dir(generated("merge"))
        .unwrap()
        .map(|entry| format!("merge/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    assert!(documents.len() > 10);
    for new in &documents {
        assert_same(&["--format", "json"], "merge/base.json", new);
        assert_same(&["--by-name"], "merge/base.json", new);
    }
}

#[test]
fn every_format_and_option() {
    for arguments in [
        &["--stat"][..],
        &["--name-only"],
        &["--format", "markdown"],
        &["--only", "LOOKUP", "--ignore", "revision"],
        &["--strict-bytes"],
        &["--show-secrets"],
    ] {
        assert_same(arguments, "merge/bundle.json", "merge/other-bundle.json");
        assert_same(arguments, "global-small.json", "masking-job.json");
    }
}

#[test]
fn encrypted_and_damaged_documents() {
    let directory = tempfile::tempdir().unwrap();
    let phrase = directory.path().join("phrase");
    std::fs::write(&phrase, PASSPHRASE).unwrap();
    let opening = ["--passphrase-file", phrase.to_str().unwrap()];
    for arguments in [&[][..], &opening] {
        assert_same(arguments, "encrypted.json", "encrypted.json");
        assert_same(arguments, "encrypted.json", "global-small.json");
    }
    assert_same(&[], "tampered/flip-object.json", "masking-job.json");
    assert_same(&[], "damaged/zero-length-record.json", "masking-job.json");
    assert_same(&[], "masking-job.json", "damaged/zero-length-record.json");
}
