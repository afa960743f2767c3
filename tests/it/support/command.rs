//! Runs the command and reads what it wrote.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::report::{Contents, DocumentReport, ExamineOptions, Examiner, Verdict};

/// Opens `generated/encrypted.json`.
pub(crate) const PASSPHRASE: &str = "made up for the test data";

/// Runs the command in a directory.
pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_exportdoc"))
        .current_dir(directory)
        .args(arguments)
        .output()
        .expect("the command runs")
}

/// Runs the command, which must succeed, and returns its standard error.
pub(crate) fn succeed(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    said
}

/// Runs the command, which must fail with an exit code, and returns its standard error.
pub(crate) fn fail(directory: &Path, code: i32, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    said
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8 on standard error")
}

/// Reads a document.
pub(crate) fn read(path: &Path) -> (DocumentReport, Contents) {
    read_with(path, None)
}

/// Reads an encrypted document.
pub(crate) fn read_with(path: &Path, passphrase: Option<&str>) -> (DocumentReport, Contents) {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let passphrase = passphrase.map(|text| Passphrase::new(text).expect("a passphrase"));
    let options = ExamineOptions {
        passphrases: passphrase.into_iter().collect(),
        ..ExamineOptions::default()
    };
    Examiner::new(&options)
        .keep_contents()
        .read_bytes(&bytes)
        .expect("a document")
        .into_parts()
}

/// Asserts that a document is valid and has no errors.
pub(crate) fn assert_sound(report: &DocumentReport) {
    assert_eq!(report.signature.verdict, Verdict::Valid, "{:?}", report.findings);
    assert!(report.is_clean(), "{:?}", report.findings);
    let tally = report.hash_tally();
    assert_eq!((tally.objects, tally.objects), (tally.compared, tally.matching));
}

/// The objects as bytes, in order.
pub(crate) fn bytes(objects: &[SyncObject<'static>]) -> Vec<Vec<u8>> {
    objects.iter().map(|object| object.as_bytes().to_vec()).collect()
}

/// The names in a directory, sorted.
pub(crate) fn listing(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}
