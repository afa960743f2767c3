//! Snapshots of the text that commands print when they make documents.

use std::fmt::Write;

use crate::support::assert_snapshot;
use crate::support::command::{PASSPHRASE, run};
use crate::support::testdata;
use tempfile::tempdir;

const DOCUMENTS: [&str; 3] = [
    "handmade/masking-job.json",
    "generated/engine-like.json",
    "generated/global-small.json",
];

#[test]
#[ignore = "ci/long runs it"]
fn the_commands_that_make_documents_say_what_they_made() {
    let directory = tempdir().unwrap();
    for document in DOCUMENTS {
        let name = document.rsplit('/').next().unwrap();
        std::fs::copy(testdata(document), directory.path().join(name)).unwrap();
    }
    std::fs::write(directory.path().join("passphrase"), PASSPHRASE).unwrap();
    let commands = [
        "keygen -o key.pem --dsa-bits 1024",
        "extract masking-job.json --object MASKING_JOB:4 --key key.pem -o job.json",
        "extract masking-job.json --object MASKING_JOB:5 --key key.pem -o none.json",
        "extract masking-job.json --object DATABASE_RULESET:4 --references --key key.pem -o ruleset.json",
        "seal engine-like.json --key key.pem -o sealed.json",
        "seal engine-like.json --key key.pem -o sealed.json",
        "encrypt global-small.json --passphrase-file passphrase --key key.pem -o encrypted.json",
        "decrypt encrypted.json --passphrase-file passphrase --key key.pem -o decrypted.json",
        "decrypt masking-job.json --passphrase-file passphrase --key key.pem -o clear.json",
        "redact global-small.json --key key.pem -o redacted.json",
        "merge job.json global-small.json --key key.pem -o merged.json",
    ];
    let mut shown = String::new();
    for command in commands {
        let output = run(directory.path(), &command.split(' ').collect::<Vec<_>>());
        writeln!(
            shown,
            "$ exportdoc {command}\n{}--- standard error\n{}--- exit code {}\n",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            output.status.code().unwrap()
        )
        .unwrap();
    }
    insta::with_settings!({filters => [("sha256:[0-9a-f]{64}", "sha256:[fingerprint]")]}, {
        assert_snapshot("compose", &shown);
    });
}
