//! Runs git with the drivers that `exportdoc git-setup` installs, and makes versions of a document.

use std::path::Path;
use std::process::{Command, Output};

use exportdoc::internal::report::{ExamineOptions, Examiner, Verdict};
use exportdoc::internal::wire::Message;

use crate::support::changes::{edit, replaced, resaved};
use crate::support::{exportdoc, masking_job, numbered};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_exportdoc");

/// Git that reads this repository's configuration and no other.
pub(crate) fn git(directory: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
        .args(["-c", "user.name=Tests", "-c", "user.email=tests@example.com"])
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn git_text(directory: &Path, arguments: &[&str]) -> String {
    let output = git(directory, arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn setup(directory: &Path, arguments: &[&str]) -> Output {
    exportdoc()
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
        .arg("git-setup")
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn with_email(email: &str) -> Vec<u8> {
    let mut plan = masking_job();
    edit(&mut plan.objects, &numbered(20, 4), |job| {
        let data = replaced(job.data_bytes(), 13, |w| {
            w.wrapped_text(13, email);
        });
        resaved(job, Some(&data))
    });
    plan.seal()
}

/// The email of the job and the description of the connector's user in a document.
pub(crate) fn state(bytes: &[u8]) -> (String, String) {
    let (report, objects) = Examiner::new(&ExamineOptions::default())
        .keep_contents()
        .read_bytes(bytes)
        .unwrap()
        .into_objects();
    assert_eq!(report.signature.verdict, Verdict::Valid);
    let text = |type_number, field| {
        let object = objects
            .iter()
            .find(|object| object.key().type_number == type_number)
            .unwrap();
        let data = Message::parse(object.data_bytes()).unwrap();
        data.wrapped_text(field).unwrap().into_owned()
    };
    (text(20, 13), text(10, 9))
}

pub(crate) fn with_user(user: &str) -> Vec<u8> {
    let mut plan = masking_job();
    edit(&mut plan.objects, &numbered(10, 1), |connector| {
        let data = replaced(connector.data_bytes(), 9, |w| {
            w.wrapped_text(9, user);
        });
        resaved(connector, Some(&data))
    });
    plan.seal()
}
