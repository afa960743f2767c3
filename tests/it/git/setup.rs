//! Git with the drivers that `exportdoc git-setup` installs.

use std::path::Path;

use crate::support::changes::{edit, replaced, resaved};
use crate::support::git::{PROGRAM, git, git_text, setup, state, with_email, with_user};
use crate::support::made;
use crate::support::{Plan, assert_snapshot, exportdoc, inventory, masking_job, small, testdata};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::ObjectKey;
use exportdoc::internal::sample::SampleSize;
use tempfile::TempDir;

/// A lookup with these rows.
fn with_rows(rows: &str) -> Vec<u8> {
    let lookup = ObjectKey::new(2, Identifier::Algorithm("FirstNameLookup".to_owned()));
    let mut plan = Plan::new(inventory(SampleSize::SMALL), std::slice::from_ref(&lookup));
    edit(&mut plan.objects, &lookup, |lookup| {
        let data = replaced(lookup.data_bytes(), 6, |w| {
            w.text(6, rows);
        });
        resaved(lookup, Some(&data))
    });
    plan.seal()
}

/// A repository with two commits of a document, below a directory whose name needs quoting.
fn repository() -> TempDir {
    let directory = tempfile::Builder::new()
        .prefix("a repository's ")
        .tempdir()
        .unwrap();
    let path = directory.path();
    git_text(path, &["init", "--quiet"]);
    assert!(setup(path, &["--write", "--command", PROGRAM]).status.success());
    std::fs::write(path.join("job.export.json"), masking_job().seal()).unwrap();
    std::fs::write(path.join("other.export.json"), "{\"no\": \"document\"}\n").unwrap();
    git_text(path, &["add", "."]);
    git_text(path, &["commit", "--quiet", "-m", "first"]);
    std::fs::write(path.join("job.export.json"), with_email("new@example.com")).unwrap();
    directory
}

#[test]
fn git_diff_shows_what_changed_inside_a_document() {
    let repository = repository();
    let path = repository.path();
    let shown = git_text(path, &["diff"]);
    assert!(
        shown.contains("\n-    email: \"masking@example.com\"\n"),
        "{shown}"
    );
    assert!(shown.contains("\n+    email: \"new@example.com\"\n"), "{shown}");
    assert!(!shown.contains("exportResponseMetadata"), "{shown}");
    git_text(path, &["commit", "--quiet", "-am", "second"]);
    assert!(git_text(path, &["log", "-p", "-1"]).contains("+    email: \"new@example.com\""));
}

#[test]
fn a_file_that_is_no_document_is_shown_as_it_is() {
    let repository = repository();
    let path = repository.path();
    std::fs::write(path.join("other.export.json"), "{\"no\": \"thing\"}\n").unwrap();
    let shown = git_text(path, &["diff", "--", "other.export.json"]);
    assert!(
        shown.contains("\n-{\"no\": \"document\"}\n+{\"no\": \"thing\"}\n"),
        "{shown}"
    );
}

#[test]
fn git_difftool_runs_the_comparison() {
    let repository = repository();
    let shown = git_text(
        repository.path(),
        &[
            "difftool",
            "--no-prompt",
            "--tool",
            "exportdoc",
            "job.export.json",
        ],
    );
    assert!(shown.contains("changed MASKING_JOB 4 (Mask patients)"), "{shown}");
}

/// Two branches, of which each has another version of the document; `main` is checked out.
fn branches(ours: &[u8], theirs: &[u8]) -> TempDir {
    let repository = repository();
    let path = repository.path();
    let commit = |bytes: &[u8]| {
        std::fs::write(path.join("job.export.json"), bytes).unwrap();
        git_text(path, &["commit", "--quiet", "-am", "changed"]);
    };
    git_text(path, &["checkout", "--quiet", "-B", "main", "--force"]);
    git_text(path, &["checkout", "--quiet", "-b", "side"]);
    commit(theirs);
    git_text(path, &["checkout", "--quiet", "main"]);
    commit(ours);
    repository
}

#[test]
fn git_merge_brings_changes_to_different_objects_together() {
    let repository = branches(&with_email("ours@example.com"), &with_user("THEIRS"));
    let path = repository.path();
    git_text(path, &["merge", "--quiet", "--no-edit", "side"]);
    let merged = std::fs::read(path.join("job.export.json")).unwrap();
    assert_eq!(
        state(&merged),
        ("ours@example.com".to_owned(), "THEIRS".to_owned())
    );
    assert_eq!(git_text(path, &["status", "--porcelain"]), "");
}

#[test]
#[ignore = "ci/long runs it"]
fn git_merges_encrypted_documents_with_a_passphrase() {
    let repository = branches(&with_email("ours@example.com"), &with_user("THEIRS"));
    let path = repository.path();
    std::fs::write(path.join(".git/phrase"), "open sesame\n").unwrap();
    let crypt = |command: &str, to: &str| {
        let arguments = [
            command,
            "job.export.json",
            "--passphrase-file",
            ".git/phrase",
            "-o",
            to,
            "--force",
        ];
        let output = exportdoc().current_dir(path).args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let tools = [
        "--command",
        PROGRAM,
        "--passphrase-file",
        ".git/phrase",
        "--write",
    ];
    git_text(path, &["config", "--remove-section", "merge.exportdoc"]);
    git_text(path, &["config", "--remove-section", "difftool.exportdoc"]);
    assert!(setup(path, &tools).status.success());
    for branch in ["side", "main"] {
        git_text(path, &["checkout", "--quiet", branch]);
        crypt("encrypt", ".git/encrypted");
        std::fs::rename(path.join(".git/encrypted"), path.join("job.export.json")).unwrap();
        git_text(path, &["commit", "--quiet", "-am", "encrypted"]);
    }
    let tool = ["difftool", "--no-prompt", "--tool", "exportdoc", "side", "main"];
    let shown = git_text(path, &tool);
    assert!(shown.contains("MASKING_JOB 4 (Mask patients)"), "{shown}");
    git_text(path, &["merge", "--quiet", "--no-edit", "side"]);
    crypt("decrypt", ".git/clear");
    assert_eq!(
        state(&std::fs::read(path.join(".git/clear")).unwrap()),
        ("ours@example.com".to_owned(), "THEIRS".to_owned())
    );
}

#[test]
fn git_merge_keeps_our_version_on_conflict() {
    let ours = with_email("ours@example.com");
    let repository = branches(&ours, &with_email("theirs@example.com"));
    let path = repository.path();
    let output = git(path, &["merge", "--no-edit", "side"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    for words in [
        "same-revision MASKING_JOB:4 (Mask patients)",
        "1 job.export.json (ours)",
        "email: \"ours@example.com\" → \"theirs@example.com\"",
        "next: git mergetool -t exportdoc -- job.export.json",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(git_text(path, &["status", "--porcelain"]), "UU job.export.json\n");
    assert_eq!(std::fs::read(path.join("job.export.json")).unwrap(), ours);
    // The steps of docs/merge.md.
    for (stage, name) in [(":1:", "base.json"), (":2:", "ours.json"), (":3:", "theirs.json")] {
        let version = git(path, &["show", &format!("{stage}job.export.json")]).stdout;
        std::fs::write(path.join(name), version).unwrap();
    }
    let arguments = "merge --base base.json ours.json theirs.json --prefer theirs -o job.export.json --force";
    let output = exportdoc()
        .current_dir(path)
        .args(arguments.split(' '))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        state(&std::fs::read(path.join("job.export.json")).unwrap()).0,
        "theirs@example.com"
    );
}

#[test]
fn git_merge_takes_a_document_that_both_sides_added() {
    let repository = branches(&with_email("ours@example.com"), &with_user("THEIRS"));
    let path = repository.path();
    let add = |bytes: &[u8]| {
        std::fs::write(path.join("new.export.json"), bytes).unwrap();
        git_text(path, &["add", "."]);
        git_text(path, &["commit", "--quiet", "-m", "new"]);
    };
    git_text(path, &["checkout", "--quiet", "side"]);
    add(&small().seal());
    git_text(path, &["checkout", "--quiet", "main"]);
    add(&masking_job().seal());
    git_text(path, &["merge", "--quiet", "--no-edit", "side"]);
    let merged = std::fs::read(path.join("new.export.json")).unwrap();
    let requested = crate::support::report(&merged).envelope.requested;
    assert_eq!(requested.len(), 2);
}

#[test]
fn installing_twice_writes_nothing_twice() {
    let repository = repository();
    let path = repository.path();
    let read = || {
        let read = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
        (read(".gitattributes"), read(".git/config"))
    };
    let before = read();
    assert_eq!(before.0, "*.export.json diff=exportdoc merge=exportdoc\n");
    assert!(setup(path, &["--write", "--command", PROGRAM]).status.success());
    assert_eq!(read(), before);
    // From a directory below, with another pattern: one more line.
    std::fs::create_dir(path.join("below")).unwrap();
    assert!(
        setup(
            &path.join("below"),
            &["--write", "--command", PROGRAM, "--pattern", "my exports/*.json"]
        )
        .status
        .success()
    );
    assert_eq!(
        read().0,
        "*.export.json diff=exportdoc merge=exportdoc\n\"my exports/*.json\" diff=exportdoc merge=exportdoc\n"
    );
    let attribute = git_text(path, &["check-attr", "diff", "my exports/a.json"]);
    assert_eq!(attribute.trim(), "my exports/a.json: diff: exportdoc");
}

#[test]
fn what_is_in_gitattributes_stays() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    git_text(path, &["init", "--quiet"]);
    std::fs::write(path.join(".gitattributes"), "*.png binary").unwrap();
    assert!(setup(path, &["--write"]).status.success());
    let text = std::fs::read_to_string(path.join(".gitattributes")).unwrap();
    assert_eq!(
        text,
        "*.png binary\n*.export.json diff=exportdoc merge=exportdoc\n"
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_gitattributes_is_not_followed() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    git_text(path, &["init", "--quiet"]);
    std::fs::write(path.join("elsewhere"), "").unwrap();
    std::os::unix::fs::symlink("elsewhere", path.join(".gitattributes")).unwrap();
    assert_eq!(setup(path, &["--write"]).status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(path.join("elsewhere")).unwrap(), "");
}

#[test]
fn printing_writes_nothing_and_names_every_line() {
    let directory = TempDir::new().unwrap();
    let output = setup(directory.path(), &[]);
    assert!(output.status.success());
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        shown,
        "# in .gitattributes\n\
         *.export.json diff=exportdoc merge=exportdoc\n\
         \n\
         # once per clone\n\
         git config --local merge.exportdoc.name 'export documents, object by object'\n\
         git config --local merge.exportdoc.driver 'exportdoc merge-driver -- %O %A %B %P'\n\
         git config --local diff.exportdoc.textconv 'exportdoc textconv --'\n\
         git config --local difftool.exportdoc.cmd 'exportdoc diff --empty-as-none -- \"$LOCAL\" \
         \"$REMOTE\" || test $? -eq 1'\n\
         git config --local mergetool.exportdoc.cmd 'exportdoc merge --edit --force --base=\"$BASE\" \
         --output=\"$MERGED\" -- \"$LOCAL\" \"$REMOTE\"'\n\
         git config --local mergetool.exportdoc.trustExitCode true\n"
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    assert_eq!(setup(directory.path(), &["--write"]).status.code(), Some(2));
    assert_eq!(
        setup(directory.path(), &["--pattern", "a\nb"]).status.code(),
        Some(2)
    );
}

#[test]
fn textconv_is_stable_and_keeps_secrets() {
    let textconv = |path: &Path| exportdoc().arg("textconv").arg(path).output().unwrap();
    let output = textconv(&testdata("generated/global-small.json"));
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(
        textconv(&testdata("generated/global-small.json")).stdout,
        output.stdout
    );
    assert!(shown.contains("  rows: 48 secrets, "), "{shown}");
    assert!(!shown.contains("<row ") && !shown.contains("testdata"));
    let output = textconv(&testdata("handmade/masking-job.json"));
    assert_snapshot("textconv", &String::from_utf8(output.stdout).unwrap());
    assert_eq!(textconv(Path::new("no-such-file")).status.code(), Some(2));
    // The text reports damage, since git stops at any exit code but 0.
    assert_eq!(
        textconv(&made("damaged/truncated-in-blob.json")).status.code(),
        Some(0)
    );
}

#[test]
fn textconv_shows_secrets_on_request() {
    let textconv = |path: &Path| {
        let output = exportdoc()
            .args(["textconv", "--show-secrets"])
            .arg(path)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let shown = textconv(&testdata("generated/global-small.json"));
    assert!(
        shown.contains("  rows: 48 secrets, "),
        "the digest stays: {shown}"
    );
    assert!(shown.contains("    line: \"<row "), "{shown}");
    assert!(!shown.contains("which only the digest covers"));

    let directory = TempDir::new().unwrap();
    let path = directory.path().join("many-rows.json");
    let rows: String = (0..10_050)
        .map(|n| format!("<row id=\"{n}\" value=\"v\"/>"))
        .collect();
    std::fs::write(&path, with_rows(&rows)).unwrap();
    let shown = textconv(&path);
    let lines = shown
        .lines()
        .filter(|line| line.contains("line: \"<row "))
        .count();
    assert_eq!(lines, 10_000);
    assert!(
        shown.contains("… and 50 more, which only the digest covers"),
        "the note is missing"
    );
}

#[test]
fn merge_driver_finds_a_key_from_a_subdirectory() {
    let directory = TempDir::new().unwrap();
    let top = directory.path();
    git_text(top, &["init", "-q"]);
    std::fs::create_dir(top.join("below")).unwrap();
    let arguments = ["--write", "--key", "../keys/k.pem"];
    assert!(setup(&top.join("below"), &arguments).status.success());
    let driver = git_text(top, &["config", "--local", "--get", "merge.exportdoc.driver"]);
    let key = driver.split_whitespace().nth(3).unwrap();
    std::fs::create_dir(top.join("keys")).unwrap();
    std::fs::write(top.join("keys/k.pem"), "").unwrap();
    // From anywhere, and git runs it at the top.
    assert!(
        Path::new(key).is_absolute() && Path::new(key).exists(),
        "{driver}"
    );
}
