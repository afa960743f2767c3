//! What the composing commands never do to files: lose one, leave a part of one, write through a link.

#![allow(clippy::unwrap_used)] // a helper that panics is how a test fails

mod compose_support;

use std::fs;
use std::path::Path;

use compose_support::{assert_sound, bytes, fail, listing, read, run, stderr, succeed, testdata};
use tempfile::{TempDir, tempdir};

/// A directory with one document, `in.json`.
fn workplace() -> TempDir {
    let directory = tempdir().unwrap();
    fs::copy(
        testdata("generated/masking-job.json"),
        directory.path().join("in.json"),
    )
    .unwrap();
    directory
}

fn content(directory: &Path, name: &str) -> Vec<u8> {
    fs::read(directory.join(name)).unwrap()
}

#[test]
fn an_existing_output_is_only_replaced_by_force() {
    let directory = workplace();
    let directory = directory.path();
    fs::write(directory.join("out.json"), "precious").unwrap();
    let arguments = ["redact", "in.json", "-o", "out.json"];
    assert!(fail(directory, 2, &arguments).contains("--force"));
    assert_eq!(content(directory, "out.json"), b"precious");
    succeed(directory, &[&arguments[..], &["--force"]].concat());
    assert_sound(&read(&directory.join("out.json")).0);
    assert_eq!(listing(directory), ["in.json", "out.json"]);
}

#[test]
fn the_input_is_never_the_output_even_by_force_or_another_name() {
    let directory = workplace();
    let directory = directory.path();
    let before = content(directory, "in.json");
    fs::hard_link(directory.join("in.json"), directory.join("same.json")).unwrap();
    for output in ["in.json", "./in.json", "same.json"] {
        let said = fail(directory, 2, &["redact", "in.json", "-o", output, "--force"]);
        assert!(said.contains("is the input"), "{said}");
    }
    assert_eq!(content(directory, "in.json"), before);
}

#[test]
fn keys_passphrases_and_answers_are_never_the_output_even_by_force() {
    let directory = workplace();
    let directory = directory.path();
    succeed(directory, &["keygen", "-o", "key"]);
    fs::write(directory.join("secret"), "word\n").unwrap();
    fs::write(directory.join("answers"), "{}\n").unwrap();
    for (file, arguments) in [
        ("key", &["seal", "in.json", "--key", "key"][..]),
        (
            "secret",
            &[
                "encrypt",
                "in.json",
                "--new-key",
                "k",
                "--passphrase-file",
                "secret",
            ],
        ),
        (
            "secret",
            &[
                "merge",
                "in.json",
                "in.json",
                "--new-key",
                "k",
                "--encrypt-with",
                "secret",
            ],
        ),
        (
            "answers",
            &[
                "merge",
                "in.json",
                "in.json",
                "--new-key",
                "k",
                "--resolve",
                "answers",
            ],
        ),
    ] {
        let before = content(directory, file);
        let said = fail(directory, 2, &[arguments, &["-o", file, "--force"]].concat());
        assert!(said.contains("is read, and the output as well"), "{said}");
        assert_eq!(content(directory, file), before);
    }
}

#[test]
fn in_place_keeps_the_original_and_never_overwrites_a_backup() {
    let directory = workplace();
    let directory = directory.path();
    let before = content(directory, "in.json");
    let arguments = ["seal", "in.json", "--new-key", "k", "--in-place"];
    succeed(directory, &arguments);
    assert_eq!(listing(directory), ["in.json", "in.json.bak", "k"]);
    assert_eq!(content(directory, "in.json.bak"), before);
    let sealed = content(directory, "in.json");
    assert_ne!(sealed, before);
    assert_sound(&read(&directory.join("in.json")).0);
    let again = ["seal", "in.json", "--key", "k", "--in-place"];
    assert!(fail(directory, 2, &again).contains("in.json.bak exists"));
    assert_eq!(content(directory, "in.json.bak"), before);
    assert_eq!(content(directory, "in.json"), sealed);
    fail(directory, 2, &["seal", "-", "--key", "k", "--in-place"]);
    fail(directory, 2, &["seal", "in.json", "--key", "k"]);
    fail(
        directory,
        2,
        &["seal", "in.json", "--key", "k", "--in-place", "-o", "x"],
    );
}

#[test]
fn standard_output_gets_the_document_and_nothing_else() {
    let directory = workplace();
    let output = run(
        directory.path(),
        &["extract", "in.json", "--object", "MASKING_JOB:4", "-o", "-"],
    );
    assert!(output.status.success());
    fs::write(directory.path().join("out.json"), output.stdout).unwrap();
    let (report, contents) = read(&directory.path().join("out.json"));
    assert_sound(&report);
    assert_eq!(
        bytes(&contents.objects),
        bytes(&read(&directory.path().join("in.json")).1.objects)
    );
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::*;

    #[test]
    fn links_and_devices_are_not_written_through() {
        let directory = workplace();
        let directory = directory.path();
        fs::write(directory.join("target"), "precious").unwrap();
        symlink("target", directory.join("link")).unwrap();
        symlink("nowhere", directory.join("dangling")).unwrap();
        for output in ["link", "dangling", "/dev/full", "."] {
            fail(directory, 2, &["redact", "in.json", "-o", output, "--force"]);
        }
        for key in ["link", "dangling"] {
            fail(directory, 2, &["keygen", "-o", key]);
            fail(directory, 2, &["seal", "in.json", "--new-key", key, "-o", "x"]);
        }
        symlink("in.json", directory.join("alias.json")).unwrap();
        fail(
            directory,
            2,
            &["seal", "alias.json", "--new-key", "k", "--in-place"],
        );
        assert_eq!(content(directory, "target"), b"precious");
        assert_eq!(
            listing(directory),
            ["alias.json", "dangling", "in.json", "link", "target"]
        );
    }

    #[test]
    fn a_replaced_file_keeps_who_may_read_it() {
        let directory = workplace();
        let directory = directory.path();
        fs::set_permissions(directory.join("in.json"), fs::Permissions::from_mode(0o640)).unwrap();
        succeed(directory, &["seal", "in.json", "--new-key", "k", "--in-place"]);
        let mode = |name: &str| fs::metadata(directory.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode("in.json"), mode("in.json.bak"), mode("k")),
            (0o640, 0o640, 0o600)
        );
    }

    /// Files may not grow beyond 8 KiB, which the document needs more than: as on a full disk, but with no disk to fill.
    #[test]
    fn a_limit_in_the_middle_of_a_file_leaves_nothing_behind() {
        let directory = workplace();
        let directory = directory.path();
        fs::write(directory.join("old.json"), "precious").unwrap();
        assert!(content(directory, "in.json").len() > 16 * 1024);
        for trap in ["trap '' XFSZ;", ""] {
            for output in ["-o new.json", "-o old.json --force"] {
                let binary = env!("CARGO_BIN_EXE_exportdoc");
                let script = format!("{trap} ulimit -f 8; exec '{binary}' redact in.json {output}");
                let mut shell = Command::new("bash");
                let output = shell
                    .args(["-c", &script])
                    .current_dir(directory)
                    .output()
                    .unwrap();
                if trap.is_empty() {
                    assert!(
                        output.status.signal().is_some(),
                        "killed by the system: {}",
                        stderr(&output)
                    );
                } else {
                    assert_eq!(output.status.code(), Some(70), "{}", stderr(&output));
                    assert!(stderr(&output).contains("could not write"), "{}", stderr(&output));
                }
                assert_eq!(listing(directory), ["in.json", "old.json"]);
                assert_eq!(content(directory, "old.json"), b"precious");
            }
        }
    }

    /// The connector's document fits into 8 KiB and the job's doesn't.
    #[test]
    fn of_several_documents_all_are_written_or_none() {
        let directory = workplace();
        let directory = directory.path();
        let arguments =
            "extract in.json --object DATABASE_CONNECTOR:1 --object MASKING_JOB:4 --new-key key --split -o .";
        let binary = env!("CARGO_BIN_EXE_exportdoc");
        let script = format!("trap '' XFSZ; ulimit -f 8; exec '{binary}' {arguments}");
        let mut shell = Command::new("bash");
        let output = shell
            .args(["-c", &script])
            .current_dir(directory)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(70), "{}", stderr(&output));
        assert_eq!(listing(directory), ["in.json"]);
        succeed(directory, &arguments.split(' ').collect::<Vec<_>>());
        let (small, large) = ("DATABASE_CONNECTOR-1.json", "MASKING_JOB-4.json");
        assert_eq!(listing(directory), [small, large, "in.json", "key"]);
        let size = |name: &str| content(directory, name).len();
        assert!(size(small) < 8 * 1024 && size(large) > 8 * 1024);
    }

    #[test]
    fn several_documents_are_not_written_through_a_link() {
        let directory = workplace();
        let directory = directory.path();
        fs::create_dir(directory.join("target")).unwrap();
        symlink("target", directory.join("link")).unwrap();
        for output in ["link", "link/", "in.json", "nowhere"] {
            let arguments = ["extract", "in.json", "--object", "MASKING_JOB:4", "--split", "-o"];
            fail(directory, 2, &[&arguments[..], &[output]].concat());
        }
        assert!(listing(&directory.join("target")).is_empty());
    }

    #[test]
    fn a_full_standard_output_is_an_error() {
        let directory = workplace();
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let Ok(full) = full else { return };
        let output = Command::new(env!("CARGO_BIN_EXE_exportdoc"))
            .args(["redact", "in.json", "-o", "-"])
            .current_dir(directory.path())
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(70), "{}", stderr(&output));
    }

    /// Killed at any moment: the output is there whole, or not at all, and nothing else is.
    #[test]
    fn a_kill_leaves_the_whole_output_or_nothing() {
        let directory = workplace();
        let directory = directory.path();
        for step in 0_u64..24 {
            let mut child = Command::new(env!("CARGO_BIN_EXE_exportdoc"))
                .args(["redact", "in.json", "-o", "out.json"])
                .current_dir(directory)
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(step * 8));
            let _ = child.kill();
            child.wait().unwrap();
            let names = listing(directory);
            if names.len() == 2 {
                assert_eq!(names, ["in.json", "out.json"]);
                assert_sound(&read(&directory.join("out.json")).0);
                fs::remove_file(directory.join("out.json")).unwrap();
            } else {
                assert_eq!(names, ["in.json"]);
            }
        }
    }
}
