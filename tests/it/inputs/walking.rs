//! The files that `-r` finds below a directory.

use std::fs;
use std::path::Path;

use tempfile::tempdir;

use super::{Answer, marked, run, utf_16};
use crate::support::{file, masking_job};

/// A directory with a document in it, `2026/doc.json`.
fn with_document(at: &Path) -> Vec<u8> {
    let document = masking_job().seal();
    fs::create_dir(at.join("2026")).unwrap();
    file(at, "2026/doc.json", &document);
    document
}

/// The paths of the documents in a JSON answer that has no unreadable ones but these.
fn paths(answer: &Answer) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    let documents = json["documents"].as_array().unwrap();
    let path = |document: &serde_json::Value| document["path"].as_str().unwrap().to_owned();
    documents.iter().map(path).collect()
}

#[test]
fn files_are_found_by_extension_or_content() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document = with_document(at);
    let text = String::from_utf8(document.clone()).unwrap();
    file(at, "UPPER.JSON", &document);
    file(at, "export", &document);
    file(at, "marked.txt", marked(&format!("\n {text}")));
    file(at, "wide.txt", utf_16(&text, true));
    file(at, "lines.jsonl", format!("{text}\n{text}\n"));
    file(at, "README.md", "# What this is: \"blob\" and so on\n");
    file(at, "state.yaml", "blob: {}\n");
    file(at, "other.txt", "{\"responseList\": []}");
    let answer = run(at, &["inspect", "-r", "--format", "json", "."]);
    assert_eq!(
        paths(&answer),
        [
            "./2026/doc.json",
            "./UPPER.JSON",
            "./export",
            "./lines.jsonl[0]",
            "./lines.jsonl[1]",
            "./marked.txt",
            "./wide.txt"
        ]
    );
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(
        answer
            .err
            .contains("3 other files in .: no documents (--verbose names them)"),
        "{}",
        answer.err
    );
    let answer = run(at, &["inspect", "-rv", "."]);
    for name in ["README.md", "other.txt", "state.yaml"] {
        assert!(
            answer.err.contains(&format!("no document: ./{name}")),
            "{}",
            answer.err
        );
    }
}

#[test]
fn other_json_file_is_an_error_and_never_quoted() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    with_document(at);
    file(
        at,
        "settings.json",
        r#"{"hunter2": "hunter3", "password": ["hunter4"]}"#,
    );
    file(at, "notes.bin", "hunter5 is what I chose");
    file(at, "broken.json", "{\"hunter6\": hunter7}");
    file(at, "list.json", "[{\"hunter8\": 9}, \"hunter9\"]");
    for command in ["inspect", "audit", "verify-signature"] {
        for format in ["text", "json", "ndjson"] {
            let answer = run(at, &[command, "-r", "--format", format, "."]);
            assert_eq!(answer.code, 2, "{}", answer.err);
            let all = answer.out + &answer.err;
            assert!(all.contains("doc.json") && all.contains("settings.json"), "{all}");
            assert!(!all.contains("hunter"), "{all}");
        }
    }
}

#[cfg(unix)]
#[test]
fn linked_files_and_directories_are_read_and_circles_end() {
    use std::os::unix::fs::symlink;
    let outside = tempdir().unwrap();
    let document = masking_job().seal();
    file(outside.path(), "elsewhere.json", &document);
    let directory = tempdir().unwrap();
    let at = directory.path();
    with_document(at);
    symlink(at, at.join("2026/circle")).unwrap();
    symlink("2026", at.join("aka")).unwrap();
    symlink("2026/doc.json", at.join("latest.json")).unwrap();
    symlink(outside.path(), at.join("out")).unwrap();
    symlink("nowhere", at.join("dangling")).unwrap();
    let answer = run(
        at,
        &["audit", "-r", "--fail-on", "error", "--format", "json", "."],
    );
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    let mut found = Vec::new();
    for document in json["documents"].as_array().unwrap() {
        let findings = document["findings"].as_array().unwrap();
        let is_outside = findings.iter().any(|finding| finding["id"] == "read-indirectly");
        found.push((document["path"].as_str().unwrap(), is_outside));
    }
    assert_eq!(
        found,
        [
            ("./2026/doc.json", false),
            ("./latest.json", false),
            ("./out/elsewhere.json", true)
        ]
    );
    let text = run(at, &["inspect", "-r", "."]).out;
    assert!(text.contains("a link leads out of the directory"), "{text}");

    let answer = run(at, &["inspect", "-r", "--no-follow", "."]);
    assert_eq!(answer.code, 2);
    let all = answer.out + &answer.err;
    for name in ["2026/circle", "aka", "latest.json", "out", "dangling"] {
        assert!(all.contains(&format!("./{name}")), "{name}: {all}");
    }
    assert!(all.contains("a link, and --no-follow is given"), "{all}");
    assert!(!all.contains("elsewhere.json"), "{all}");
}

#[cfg(unix)]
#[test]
fn dangling_link_is_an_error() {
    let directory = tempdir().unwrap();
    with_document(directory.path());
    std::os::unix::fs::symlink("gone", directory.path().join("gone.json")).unwrap();
    let answer = run(directory.path(), &["verify-signature", "-r", "."]);
    assert_eq!(answer.code, 2);
    assert!((answer.out + &answer.err).contains("gone.json"));
}

#[cfg(unix)]
#[test]
fn fifos_and_sockets_are_never_opened() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    with_document(at);
    let made = std::process::Command::new("mkfifo")
        .arg(at.join("pipe.json"))
        .status();
    assert!(made.unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(at.join("socket.json")).unwrap();
    let answer = run(at, &["inspect", "-r", "."]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.err.contains("2 other files"), "{}", answer.err);
}

#[cfg(unix)]
#[test]
fn unlistable_directory_is_named_in_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempdir().unwrap();
    let at = directory.path();
    with_document(at);
    let closed = at.join("lost+found");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::read_dir(&closed).is_ok();
    let answer = match is_root {
        false => run(at, &["audit", "-r", "."]),
        // The superuser may list everything, so the program runs without its rights.
        true => {
            fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
            let program = assert_cmd::cargo::cargo_bin("exportdoc");
            let copy = at.with_extension("program");
            fs::copy(program, &copy).unwrap();
            let output = std::process::Command::new("setpriv")
                .args(["--reuid=65534", "--clear-groups"])
                .arg(&copy)
                .args(["audit", "-r", "."])
                .current_dir(at)
                .output()
                .unwrap();
            fs::remove_file(copy).unwrap();
            Answer {
                code: output.status.code().unwrap(),
                out: String::from_utf8_lossy(&output.stdout).into_owned(),
                err: String::from_utf8_lossy(&output.stderr).into_owned(),
            }
        }
    };
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let all = answer.out + &answer.err;
    assert_eq!(answer.code, 2, "{all}");
    assert!(
        all.contains("./lost+found: unreadable") || all.contains("./lost+found: "),
        "{all}"
    );
    assert!(all.contains("permission denied"), "{all}");
    assert!(all.contains("2026/doc.json"), "{all}");
}

#[test]
fn a_directory_without_documents_is_an_error() {
    let directory = tempdir().unwrap();
    file(directory.path(), "README.md", "nothing here\n");
    for command in ["inspect", "audit", "verify-signature"] {
        let answer = run(directory.path(), &[command, "-r", "."]);
        assert_eq!(answer.code, 2);
        assert!(answer.err.contains("no export document in it"), "{}", answer.err);
    }
}

#[test]
fn only_commands_that_read_directories_advise_to_read_them() {
    let directory = tempdir().unwrap();
    fs::create_dir(directory.path().join("d")).unwrap();
    file(directory.path(), "doc.json", masking_job().seal());
    for command in ["inspect", "audit", "verify-signature"] {
        let answer = run(directory.path(), &[command, "d"]);
        assert!(
            (answer.out + &answer.err).contains("add --recursive"),
            "{command}"
        );
    }
    for arguments in [
        &["diff", "d", "doc.json"][..],
        &["redact", "d", "-o", "x.json"],
        &["textconv", "d"],
        &["merge", "d", "doc.json", "-o", "x.json"],
    ] {
        let answer = run(directory.path(), arguments);
        assert_eq!(answer.code, 2, "{arguments:?}");
        let all = answer.out + &answer.err;
        assert!(
            all.contains("is a directory") && !all.contains("recursive"),
            "{all}"
        );
    }
}
