//! Git's tools on files with every kind of name, and conflicts settled by the command that the message names.

use std::path::Path;

use crate::support::git::{PROGRAM, git, git_text, setup, state, with_email, with_user};
use crate::support::{masking_job, small};
use tempfile::TempDir;

/// Names that look like options, commands or several words.
const NAMES: [&str; 5] = [
    "--key=/x",
    "-h.json",
    "$(touch made-by-a-name)",
    "a;touch made-by-a-name 'b' \"c\".json",
    "plain.json",
];

/// An editor that takes their side in every conflict.
const ANSWER: &str = r#"sed -i 's/"take": null/"take": "theirs"/'"#;

fn put(directory: &Path, names: &[&str], bytes: &[u8], message: &str) {
    for name in names {
        let file = directory.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    git_text(directory, &[&["add", "--"], names].concat());
    git_text(directory, &["commit", "--quiet", "-m", message]);
}

/// A repository with the document under each name, and a branch `side` with another version of them.
fn branches(names: &[&str], ours: &[u8], theirs: &[u8]) -> TempDir {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    git_text(path, &["init", "--quiet"]);
    let tools = ["--write", "--command", PROGRAM, "--pattern", "*"];
    assert!(setup(path, &tools).status.success());
    git_text(path, &["add", "."]);
    put(path, names, &masking_job().seal(), "first");
    git_text(path, &["checkout", "--quiet", "-B", "main"]);
    git_text(path, &["checkout", "--quiet", "-b", "side"]);
    put(path, names, theirs, "theirs");
    git_text(path, &["checkout", "--quiet", "main"]);
    put(path, names, ours, "ours");
    directory
}

#[test]
#[ignore = "ci/long runs it"]
fn file_names_are_never_taken_for_options_or_commands() {
    let repository = branches(&NAMES, &with_email("ours@example.com"), &with_user("THEIRS"));
    let path = repository.path();
    let of_all = |arguments: &[&str], words: &str| {
        let shown = git_text(path, &[arguments, &["--"], &NAMES].concat());
        assert_eq!(
            shown.matches(words).count(),
            NAMES.len(),
            "{arguments:?}: {shown}"
        );
    };
    of_all(&["diff", "HEAD~"], "\n+    email: \"ours@example.com\"\n");
    for name in NAMES {
        std::fs::write(path.join(name), with_email("work-tree@example.com")).unwrap();
    }
    of_all(&["diff"], "\n+    email: \"work-tree@example.com\"\n");
    let tool = ["difftool", "--no-prompt", "--tool", "exportdoc"];
    of_all(
        &tool,
        "\ncontent-without-revision MASKING_JOB 4 (Mask patients)\n",
    );
    git_text(path, &[&["checkout", "--quiet", "--"][..], &NAMES].concat());
    git_text(path, &["merge", "--quiet", "--no-edit", "side"]);
    for name in NAMES {
        let merged = std::fs::read(path.join(name)).unwrap();
        let expected = ("ours@example.com".to_owned(), "THEIRS".to_owned());
        assert_eq!(state(&merged), expected, "{name}");
    }
    assert_eq!(git_text(path, &["status", "--porcelain"]), "");
}

#[test]
#[ignore = "ci/long runs it"]
fn a_conflict_ends_with_the_command_that_settles_it() {
    let (ours, theirs) = (with_email("ours@example.com"), with_email("theirs@example.com"));
    let repository = branches(&NAMES, &ours, &theirs);
    let path = repository.path();
    let output = git(path, &["merge", "--no-edit", "side"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    let commands: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("next: "))
        .collect();
    assert_eq!(commands.len(), NAMES.len(), "{said}");
    for next in commands {
        // The command as a person types it, with an editor that answers.
        let output = std::process::Command::new("sh")
            .current_dir(path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_EDITOR", ANSWER)
            .args(["-c", next])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{next}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    for name in NAMES {
        let merged = std::fs::read(path.join(name)).unwrap();
        assert_eq!(state(&merged).0, "theirs@example.com", "{name}");
    }
    assert!(!path.join("made-by-a-name").exists());
}

#[test]
fn a_conflict_stays_one_when_the_editor_answers_nothing() {
    let ours = with_email("ours@example.com");
    let repository = branches(&["doc.json"], &ours, &with_email("theirs@example.com"));
    let path = repository.path();
    git(path, &["merge", "--no-edit", "side"]);
    for editor in ["core.editor=true", "core.editor=false", "core.editor=echo x >"] {
        let tool = [
            "-c",
            editor,
            "mergetool",
            "-t",
            "exportdoc",
            "--no-prompt",
            "--",
            "doc.json",
        ];
        assert_eq!(git(path, &tool).status.code(), Some(1), "{editor}");
        assert_eq!(std::fs::read(path.join("doc.json")).unwrap(), ours);
        assert!(git_text(path, &["status", "--porcelain"]).contains("UU doc.json"));
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn merge_tool_settles_a_document_added_twice() {
    let repository = branches(&["old.json"], &small().seal(), &small().seal());
    let path = repository.path();
    git_text(path, &["checkout", "--quiet", "side"]);
    put(path, &["new.json"], &with_email("theirs@example.com"), "new");
    git_text(path, &["checkout", "--quiet", "main"]);
    put(path, &["new.json"], &with_email("ours@example.com"), "new");
    git(path, &["merge", "--no-edit", "side"]);
    let editor = r#"core.editor=sed -i 's/"take": null/"take": "theirs"/'"#;
    let tool = [
        "-c",
        editor,
        "mergetool",
        "-t",
        "exportdoc",
        "--no-prompt",
        "--",
        "new.json",
    ];
    git_text(path, &tool);
    let merged = std::fs::read(path.join("new.json")).unwrap();
    assert_eq!(state(&merged).0, "theirs@example.com");
}

#[test]
#[ignore = "ci/long runs it"]
fn added_file_shows_all_its_objects() {
    let repository = branches(&["old.json"], &with_email("a@example.com"), &with_user("B"));
    let path = repository.path();
    let shown = |tool: &[&str]| {
        let tool = [
            &[
                "difftool",
                "--no-prompt",
                "--trust-exit-code",
                "--tool",
                "exportdoc",
            ],
            tool,
        ]
        .concat();
        // With that option git ends as the tool does: the documents differ.
        let output = git(path, &tool);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        String::from_utf8(output.stdout).unwrap()
    };
    std::fs::write(path.join("new.json"), masking_job().seal()).unwrap();
    git_text(path, &["add", "new.json"]);
    let added = shown(&["--cached", "--", "new.json"]);
    assert!(added.contains("old /dev/null (no document)"), "{added}");
    assert!(added.contains("21 added; 0 unchanged"), "{added}");
    assert!(added.contains("\nadded MASKING_JOB 4 (Mask patients)"), "{added}");
    git_text(path, &["reset", "--quiet"]);
    git_text(path, &["rm", "--quiet", "--", "old.json"]);
    let removed = shown(&["--cached", "--", "old.json"]);
    assert!(removed.contains("21 removed; 0 unchanged"), "{removed}");
    // Announced, but with nothing in it yet.
    git_text(path, &["add", "--intent-to-add", "new.json"]);
    let announced = shown(&["--", "new.json"]);
    assert!(announced.contains("21 added; 0 unchanged"), "{announced}");
}

#[test]
fn empty_file_is_broken_without_its_option() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    std::fs::write(path.join("empty.json"), "").unwrap();
    std::fs::write(path.join("doc.json"), small().seal()).unwrap();
    let diff = |arguments: &[&str]| {
        let output = crate::support::exportdoc()
            .current_dir(path)
            .arg("diff")
            .args(arguments)
            .output()
            .unwrap();
        output.status.code()
    };
    assert_eq!(diff(&["empty.json", "doc.json"]), Some(2));
    assert_eq!(diff(&["--empty-as-none", "empty.json", "doc.json"]), Some(1));
    assert_eq!(diff(&["/dev/null", "doc.json"]), Some(1));
    assert_eq!(diff(&["doc.json", "/dev/null", "--format", "json"]), Some(1));
    assert_eq!(diff(&["/dev/null", "/dev/null"]), Some(0));
}

#[test]
fn what_is_made_says_that_an_engine_will_probably_refuse_it() {
    let sentence = "note: an engine will probably refuse this document";
    let repository = branches(
        &["doc.json"],
        &with_email("ours@example.com"),
        &with_user("THEIRS"),
    );
    let path = repository.path();
    let output = git(path, &["merge", "--no-edit", "side"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains(sentence), "{said}");
    for arguments in [
        &["seal", "doc.json", "--new-key", "key", "-o", "sealed.json"][..],
        &[
            "extract",
            "doc.json",
            "--object",
            "MASKING_JOB:4",
            "-o",
            "job.json",
        ],
        &["merge", "doc.json", "job.json", "-o", "merged.json"],
        &[
            "merge",
            "doc.json",
            "job.json",
            "--unsigned",
            "-o",
            "unsigned.json",
        ],
    ] {
        let output = crate::support::exportdoc()
            .current_dir(path)
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        assert_eq!(said.matches(sentence).count(), 1, "{arguments:?}: {said}");
    }
    let json = [
        "merge",
        "doc.json",
        "job.json",
        "--format",
        "json",
        "-o",
        "json.json",
    ];
    let output = crate::support::exportdoc()
        .current_dir(path)
        .args(json)
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = report["engines"].as_str().unwrap();
    assert!(said.starts_with("an engine will probably refuse"), "{said}");
}
