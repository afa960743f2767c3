//! What the formats for people print besides the changed objects.

use std::path::Path;
use std::process::Command;

use super::command::{
    Files, every_reason, renumbered, text, with_many_other_rows, with_other_rows, with_other_uuids,
    with_reversed_ruleset,
};
use crate::support::{made, masking_job, testdata};

/// Runs `diff` in both formats for people and checks that each prints its texts.
fn prints(files: &Files, arguments: &[&str], in_text: &[&str], in_markdown: &[&str]) {
    for (format, expected) in [("text", in_text), ("markdown", in_markdown)] {
        let output = files.run(&[&["--format", format], arguments].concat());
        let printed = text(&output.stdout);
        for part in expected {
            assert!(printed.contains(part), "no {part:?} in {format}:\n{printed}");
        }
    }
}

#[test]
fn changed_secrets_show_line_by_line() {
    let (old, new) = with_other_rows();
    let files = Files::new(&[("old.json", &old), ("new.json", &new)]);
    let row = r#"<row id="99" value="Sentinel"/>"#;
    prints(
        &files,
        &["--show-secrets", "old.json", "new.json"],
        &[&format!("+ {row}"), "1 line in, 0 lines out"],
        &["- new: ", "Sentinel"],
    );
    let printed = text(
        &files
            .run(&["--format", "markdown", "old.json", "new.json"])
            .stdout,
    );
    assert!(!printed.contains("Sentinel"), "{printed}");
}

#[test]
fn replaced_rows_are_compared_as_sets_and_cut() {
    let (old, new) = with_many_other_rows();
    let files = Files::new(&[("old.json", &old), ("new.json", &new)]);
    let said = [
        "too large to compare in order: compared as sets of lines",
        "more changed lines omitted",
    ];
    prints(&files, &["--show-secrets", "old.json", "new.json"], &said, &said);
}

#[test]
fn list_in_another_order_is_one_change() {
    let (old, new) = (masking_job().seal(), with_reversed_ruleset());
    let files = Files::new(&[("old.json", &old), ("new.json", &new)]);
    let said = "different order";
    prints(&files, &["old.json", "new.json"], &[said], &[said]);
    assert!(page(&files, &["old.json", "new.json"]).contains(said));
}

#[test]
fn renumbered_objects_are_listed_with_both_numbers() {
    let (old, new) = (masking_job().seal(), renumbered(false).seal());
    let files = Files::new(&[("old.json", &old), ("new.json", &new)]);
    prints(
        &files,
        &["--strict-bytes", "old.json", "new.json"],
        &[
            "Other identifiers, same content\n",
            "MASKING_JOB 4 (Mask patients) → 104\n",
            "\nBytes\n    the files differ from byte ",
        ],
        &[
            "### ⚠️ Same content, but the bytes differ\n",
            "Other identifiers, same content (3)</summary>",
            "→ 104\n",
            "<summary>Bytes</summary>\n\n- the files differ from byte ",
        ],
    );
    prints(
        &files,
        &["--strict-bytes", "old.json", "old.json"],
        &["    the files are equal byte for byte\n"],
        &["- the files are equal byte for byte\n"],
    );
}

#[test]
fn all_differences_around_the_objects_show_on_request() {
    let files = every_reason();
    let mut plan = masking_job();
    plan.facts.host = "elsewhere.example.com".to_owned();
    std::fs::write(files.path().join("elsewhere.json"), plan.seal()).unwrap();
    prints(
        &files,
        &["--envelope", "old.json", "elsewhere.json"],
        &[
            "\nEnvelope (no content)\n",
            "    host: ",
            " → elsewhere.example.com\n",
            "    signature: ",
        ],
        &[
            "<details><summary>Around the objects, no content (6)</summary>",
            "| elsewhere.example.com |",
            "| signature |",
        ],
    );
}

#[test]
fn incomplete_comparison_names_the_side_and_the_reason() {
    let files = every_reason();
    let encrypted = testdata("generated/encrypted.json");
    prints(
        &files,
        &["old.json", encrypted.to_str().unwrap()],
        &[
            "not compared\n",
            "incomplete: the new document's objects are encrypted and weren't opened",
        ],
        &[
            "### ⚠️ Not everything could be compared\n",
            ": not compared\n",
            "⛔ the new document's objects are encrypted",
        ],
    );
}

/// The page of a comparison, with plain quotes.
/// `UPDATE_PAGES=1` draws the picture of `docs/graph.md` anew.
#[test]
fn picture_of_the_documentation_is_drawn_by_diff() {
    let documents = ["base", "ours"].map(|name| testdata(&format!("generated/merge/{name}.json")));
    let [old, new] = documents.each_ref().map(|path| path.to_str().unwrap());
    let output = Command::new(env!("CARGO_BIN_EXE_exportdoc"))
        .args(["diff", "--format", "svg", old, new])
        .output()
        .unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images/graph.svg");
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, &output.stdout).unwrap();
    }
    assert!(
        output.stdout == std::fs::read(path).unwrap(),
        "set UPDATE_PAGES=1"
    );
}

fn page(files: &Files, arguments: &[&str]) -> String {
    let output = files.run(&[&["--format", "html"], arguments].concat());
    text(&output.stdout).replace("&quot;", "\"")
}

#[test]
fn page_shows_every_reason_with_both_values() {
    let files = every_reason();
    let printed = page(&files, &["old.json", "new.json"]);
    for part in [
        "only in the new document",
        "only in the old document",
        "new revision, different content",
        "new revision, same content",
        "different content under the same revision, which no engine writes",
        "unchanged, but something it needs changed",
        "\"new|team`@example.com",
        "\"OPERATOR\"",
    ] {
        assert!(printed.contains(part), "no {part:?} in {printed}");
    }
}

#[test]
fn page_lists_what_differs_around_the_objects_on_request() {
    let files = every_reason();
    let mut plan = masking_job();
    plan.facts.host = "elsewhere.example.com".to_owned();
    std::fs::write(files.path().join("elsewhere.json"), plan.seal()).unwrap();
    let printed = page(&files, &["--envelope", "old.json", "elsewhere.json"]);
    assert!(printed.contains("elsewhere.example.com"), "{printed}");
    let printed = page(&files, &["old.json", "elsewhere.json"]);
    let table = printed.split("Around the objects").nth(1).unwrap_or_default();
    assert!(!table.contains("signature"), "{table}");
}

#[test]
fn object_saved_elsewhere_shows_its_new_identifier() {
    let (old, new) = (masking_job().seal(), renumbered(true).seal());
    let files = Files::new(&[("old.json", &old), ("new.json", &new)]);
    let said = "identifier 4 → 104, assigned by the engine";
    prints(&files, &["old.json", "new.json"], &[said], &[said]);
    assert!(page(&files, &["old.json", "new.json"]).contains(said));
}

#[test]
fn same_content_of_another_engine_is_no_later_save() {
    let (old, new) = (masking_job().seal(), with_other_uuids(renumbered(true)));
    let files = Files::new(&[("old.json", &old), ("new.json", &new)]);
    let said = "same content, but the revision of another object";
    prints(&files, &["--by-name", "old.json", "new.json"], &[said], &[said]);
}

#[test]
fn damaged_side_makes_the_comparison_incomplete() {
    let cut = std::fs::read(made("damaged/truncated-in-blob.json")).unwrap();
    let old = masking_job().seal();
    let files = Files::new(&[("old.json", &old), ("cut.json", &cut)]);
    let said = "part of the new document can't be read: its content counts as absent";
    prints(&files, &["old.json", "cut.json"], &[said], &[said]);
    assert!(page(&files, &["old.json", "cut.json"]).contains(&said.replace('\'', "&#39;")));
}

#[test]
fn graph_in_dot_marks_what_changed() {
    let files = every_reason();
    let printed = text(&files.run(&["--format", "dot", "old.json", "new.json"]).stdout);
    for mark in ["class=\"added\"", "class=\"removed\"", "class=\"changed\""] {
        assert!(printed.contains(mark), "no {mark} in {printed}");
    }
}
