//! Commands that write documents never lose a file, leave part of one, or write through a link.

use std::fs;
use std::path::Path;

use crate::support::command::{assert_sound, bytes, fail, listing, read, run, stderr, succeed};
use crate::support::testdata;
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
fn input_is_never_overwritten_even_by_force() {
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
fn secret_inputs_are_never_overwritten_even_by_force() {
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
        assert!(said.contains("is the output and an input"), "{said}");
        assert_eq!(content(directory, file), before);
    }
}

#[test]
fn in_place_keeps_a_backup() {
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
                remove_temporary_files(directory);
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

    /// Removes the temporary files that a killed process leaves.
    fn remove_temporary_files(directory: &Path) {
        for name in listing(directory) {
            if name.starts_with(".exportdoc-") && name.ends_with(".part") {
                fs::remove_file(directory.join(name)).unwrap();
            }
        }
    }

    /// Killed at any moment: the output is there whole or not at all, apart from a temporary file.
    #[test]
    #[ignore = "ci/long runs it"]
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
            remove_temporary_files(directory);
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

    /// Every command that writes a document, without its output.
    const WRITERS: [&[&str]; 6] = [
        &["extract", "in.json", "--object", "MASKING_JOB:4"],
        &["seal", "in.json", "--key", "key"],
        &["redact", "in.json"],
        &["encrypt", "in.json", "--passphrase-file", "phrase"],
        &["decrypt", "encrypted.json", "--passphrase-file", "phrase"],
        &["merge", "in.json", "copy.json"],
    ];

    /// A directory with everything that [`WRITERS`] name.
    fn full_workplace() -> TempDir {
        let place = workplace();
        let directory = place.path();
        succeed(directory, &["keygen", "-o", "key"]);
        fs::copy(directory.join("in.json"), directory.join("copy.json")).unwrap();
        fs::write(directory.join("phrase"), "open sesame\n").unwrap();
        let encrypt = [
            "encrypt",
            "in.json",
            "--passphrase-file",
            "phrase",
            "-o",
            "encrypted.json",
        ];
        succeed(directory, &encrypt);
        place
    }

    fn set_mode(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    #[ignore = "ci/long runs it"]
    fn what_is_written_is_protected_as_its_input_is() {
        let place = full_workplace();
        let directory = place.path();
        for name in ["in.json", "encrypted.json"] {
            set_mode(&directory.join(name), 0o600);
        }
        let output = directory.join("out.json");
        for arguments in WRITERS {
            // The other input of a merge is open to all: the strictest counts.
            succeed(directory, &[arguments, &["-o", "out.json"]].concat());
            assert_eq!(mode(&output), 0o600, "{arguments:?}");
            // Neither does a file that is replaced widen it.
            set_mode(&output, 0o644);
            succeed(directory, &[arguments, &["-o", "out.json", "--force"]].concat());
            assert_eq!(mode(&output), 0o600, "{arguments:?}");
            fs::remove_file(&output).unwrap();
        }
        fs::create_dir(directory.join("split")).unwrap();
        succeed(directory, &[WRITERS[0], &["--split", "-o", "split"]].concat());
        assert_eq!(mode(&directory.join("split/MASKING_JOB-4.json")), 0o600);
    }

    #[test]
    fn read_only_input_gives_a_writable_output() {
        let place = full_workplace();
        let directory = place.path();
        set_mode(&directory.join("in.json"), 0o440);
        succeed(directory, &["redact", "in.json", "-o", "out.json"]);
        let mode = mode(&directory.join("out.json"));
        assert_eq!((mode & 0o600, mode & 0o007), (0o600, 0));
    }

    #[test]
    fn missing_output_directory_is_a_usage_error() {
        let place = full_workplace();
        let directory = place.path();
        let before = listing(directory);
        for arguments in WRITERS {
            for output in ["no/such/out.json", "in.json/out.json"] {
                let said = fail(directory, 2, &[arguments, &["-o", output]].concat());
                assert!(
                    said.contains("help: make the directory first"),
                    "{arguments:?}: {said}"
                );
            }
        }
        for arguments in [
            &["keygen", "-o", "no/key"][..],
            &["keygen", "-o", "key-2", "--public-out", "no/key"],
            &["redact", "in.json", "-o", "out.json", "--new-key", "no/key"],
            &[
                "extract",
                "in.json",
                "--object",
                "MASKING_JOB:4",
                "--split",
                "-o",
                "no",
            ],
        ] {
            let said = fail(directory, 2, arguments);
            assert!(said.contains("help: make"), "{arguments:?}: {said}");
        }
        assert_eq!(listing(directory), before);
    }

    #[test]
    fn overlong_output_name_is_a_usage_error() {
        let place = full_workplace();
        let name = "x".repeat(300);
        let said = fail(place.path(), 2, &[WRITERS[0], &["-o", &name]].concat());
        assert!(said.contains("help: give it a shorter name"), "{said}");
    }

    #[test]
    fn read_only_output_directory_is_an_error() {
        let place = full_workplace();
        let directory = place.path();
        let closed = directory.join("closed");
        fs::create_dir(&closed).unwrap();
        set_mode(&closed, 0o555);
        // Nothing is closed to an administrator.
        if fs::write(closed.join("probe"), "").is_ok() {
            return;
        }
        for arguments in WRITERS {
            let said = fail(directory, 2, &[arguments, &["-o", "closed/out.json"]].concat());
            assert!(
                said.contains("help: write to a directory that you may write to"),
                "{said}"
            );
        }
        let split = fail(directory, 2, &[WRITERS[0], &["--split", "-o", "closed"]].concat());
        assert!(split.contains("help: write to a directory"), "{split}");
    }
}
