//! Every option that a `help:` line names exists in that command.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::command::run;
use crate::support::testdata;
use tempfile::tempdir;

/// Every way to pass a document to a command: `@` is a wrong input, `good.json` a document.
const COMMANDS: &[&str] = &[
    "inspect @",
    "inspect --raw NO_TYPE:1 @",
    "inspect --objects NO_TYPE @",
    "inspect --against @ good.json",
    "verify-signature @",
    "verify-signature --trusted-key @ good.json",
    "audit @",
    "audit --baseline @ good.json",
    "audit --policy @ good.json",
    "extract @ --object MASKING_JOB:4 -o out.json",
    "extract good.json --object MASKNG_JOB:4 -o @",
    "extract good.json --object MASKING_JOB:4 --split -o @",
    "seal @ --new-key new.key -o out.json",
    "seal good.json --key @ -o out.json",
    "seal good.json --new-key @ -o out.json",
    "encrypt @ --passphrase-file phrase -o out.json",
    "encrypt good.json --passphrase-file @ -o out.json",
    "decrypt @ --passphrase-file phrase -o out.json",
    "decrypt encrypted.json --passphrase-file @ -o out.json",
    "decrypt encrypted.json -o out.json",
    "redact @ -o out.json",
    "redact good.json -o @",
    "keygen -o @",
    "diff @ good.json",
    "diff good.json @",
    "diff --only NO_TYPE good.json good.json",
    "merge @ good.json -o out.json",
    "merge good.json @ -o out.json",
    "merge --base @ good.json good.json -o out.json",
    "merge --resolve @ good.json good.json -o out.json",
    "merge-driver @ good.json good.json name",
    "merge-driver good.json @ good.json name",
    "plan @ --target good.json",
    "plan good.json --target @",
    "textconv @",
    "git-setup --write",
];

/// The options that a command's help lists.
fn options(directory: &Path, command: &str) -> BTreeSet<String> {
    let output = run(directory, &[command, "--help"]);
    named(&String::from_utf8(output.stdout).unwrap())
}

/// The options that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
    let options = words.filter(|word| word.starts_with("--") && word.len() > 3);
    options.map(str::to_owned).collect()
}

/// The options that a help line names, each with the command that it belongs to.
fn advised<'l>(command: &'l str, line: &'l str) -> Vec<(&'l str, String)> {
    let parts = line.split('\'');
    let owned = parts.map(|part| match part.strip_prefix("exportdoc ") {
        Some(other) => (other.split(' ').next().unwrap_or_default(), part),
        None => (command, part),
    });
    owned
        .flat_map(|(command, part)| named(part).into_iter().map(move |option| (command, option)))
        .collect()
}

#[test]
#[ignore = "ci/long runs it"]
fn help_names_only_options_that_the_command_has() {
    let place = tempdir().unwrap();
    let directory = place.path();
    let copy = |from: &str, to: &str| fs::copy(testdata(from), directory.join(to)).unwrap();
    copy("generated/masking-job.json", "good.json");
    copy("generated/encrypted.json", "encrypted.json");
    fs::write(directory.join("phrase"), "another phrase\n").unwrap();
    let text = fs::read_to_string(directory.join("good.json")).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(directory.join(name), bytes).unwrap();
    write("empty.json", b"");
    write("text.json", b"no document");
    write("other.json", b"{\"a\": 1}");
    write("cut.json", &text.as_bytes()[..text.len() / 2]);
    write("twice.json", format!("{text}\n{text}").as_bytes());
    write("list.json", format!("[{text},{text}]").as_bytes());
    write(
        "altered.json",
        text.replacen("\"blob\":\"UA", "\"blob\":\"UB", 1).as_bytes(),
    );
    write("packed.json", b"\x1f\x8b\x08\x00rest");
    write("zip.json", b"PK\x03\x04rest");
    fs::create_dir(directory.join("directory")).unwrap();
    let wrong = [
        "missing.json",
        "no/where.json",
        "directory",
        "empty.json",
        "text.json",
        "other.json",
        "cut.json",
        "twice.json",
        "list.json",
        "altered.json",
        "packed.json",
        "zip.json",
        "encrypted.json",
        "good.json",
        "-",
    ];
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut seen = 0;
    for (row, command) in COMMANDS.iter().enumerate() {
        for (column, input) in wrong.iter().enumerate() {
            if (row + column) % 10 != 0 && !testkit::exhaustive() {
                continue;
            }
            for more in ["", " --max-size 10"] {
                let line = format!("{command}{more}").replace('@', input);
                let arguments: Vec<&str> = line.split(' ').collect();
                let output = run(directory, &arguments);
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                // Errors of clap name other options.
                let lines = said
                    .lines()
                    .filter_map(|line| line.trim_start().strip_prefix("help: "));
                for help in lines {
                    for (command, option) in advised(arguments[0], help) {
                        let known = known
                            .entry(command.to_owned())
                            .or_insert_with(|| options(directory, command));
                        assert!(known.contains(&option), "{line}: {help}");
                        seen += 1;
                    }
                }
                for made in ["out.json", "new.key", "missing.json"] {
                    let _ = fs::remove_file(directory.join(made));
                }
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn unknown_type_is_an_error_with_the_nearest_name() {
    let place = tempdir().unwrap();
    let directory = place.path();
    fs::copy(testdata("generated/masking-job.json"), directory.join("doc.json")).unwrap();
    for arguments in [
        &["inspect", "--objects", "MASKNG_JOB", "doc.json"][..],
        &[
            "inspect",
            "--format",
            "json",
            "--objects",
            "MASKNG_JOB",
            "doc.json",
        ],
        &["inspect", "--raw", "MASKNG_JOB:4", "doc.json"],
        &["diff", "--only", "MASKNG_JOB", "doc.json", "doc.json"],
    ] {
        let said = crate::support::command::fail(directory, 2, arguments);
        assert!(said.contains("similar: MASKING_JOB"), "{arguments:?}: {said}");
    }
    let arguments = [
        "extract",
        "doc.json",
        "--object",
        "MASKNG_JOB:4",
        "-o",
        "out.json",
    ];
    assert!(crate::support::command::fail(directory, 1, &arguments).contains("similar: MASKING_JOB"));
    // A type that is known needn't be in the document.
    crate::support::command::succeed(directory, &["inspect", "--objects", "LOOKUP", "doc.json"]);
}
