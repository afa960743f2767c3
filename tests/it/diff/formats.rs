//! What the formats for people print besides the changed objects.

use super::command::{Files, every_reason, renumbered, text, with_other_rows};
use crate::support::{masking_job, testdata};

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
