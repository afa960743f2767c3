//! Tables on terminals of several widths; `script` makes the terminal.

use std::process::Command;

use crate::support::testdata;

/// What a command prints on a terminal of this width.
fn on_terminal(width: usize, arguments: &str) -> String {
    shell_on_terminal(
        width,
        &format!("'{}' {arguments}", env!("CARGO_BIN_EXE_exportdoc")),
    )
}

/// What a shell prints on a terminal of this width.
fn shell_on_terminal(width: usize, command: &str) -> String {
    let output = Command::new("script")
        .args(["-qec", command, "/dev/null"])
        .env("COLUMNS", width.to_string())
        .env("NO_COLOR", "1")
        .env("TERM", "xterm")
        .current_dir(testdata(""))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
}

/// The lines from the first that begins with these words to the next that begins with those.
fn between<'t>(text: &'t str, first: &str, last: &str) -> Vec<&'t str> {
    let lines: Vec<&str> = text.lines().collect();
    let at = |from: usize, wanted: &str| {
        let found = (from..lines.len()).find(|at| lines[*at].trim_start().starts_with(wanted));
        found.unwrap_or_else(|| panic!("no line {wanted:?} in {text}"))
    };
    let start = at(0, first);
    lines[start..=at(start, last)].to_vec()
}

const INSPECT: &str = "inspect handmade/masking-job.json";
const PLAN: &str = "plan generated/merge/ours.json --target generated/targets/state.json --environment 1";

#[test]
fn inspect_wraps_findings_between_words() {
    let text = on_terminal(50, "inspect generated/masking-job.json");
    assert!(
        text.contains("\n  warning sealed-by-toolkit: declares rule\n          records-v1 ["),
        "{text}"
    );
}

#[test]
fn plan_shows_conflicts_in_red() {
    let output = Command::new(env!("CARGO_BIN_EXE_exportdoc"))
        .args(PLAN.split(' '))
        .args(["--color", "always"])
        .current_dir(testdata(""))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("\n  \u{1b}[31mconflict\u{1b}[0m   MASKING_JOB "),
        "{text}"
    );
    assert!(text.contains("\n  unchanged  DATABASE_RULESET "), "{text}");
}

#[test]
fn audit_wraps_texts_between_words() {
    let text = on_terminal(60, "audit generated/audit/password-in-clear/fires.json");
    assert!(text.contains("another secret in\n          clear.\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
}

#[test]
fn inspect_hides_columns_on_narrow_terminals() {
    let wide = on_terminal(80, INSPECT);
    assert_eq!(
        between(&wide, "TYPE ", "hidden:"),
        [
            "  TYPE                 IDENTIFIER       NAME                   REVISION HASH",
            "  MASKING_JOB          4                Nightly guest masking  ee9cb58afa09 ok",
            "  DATABASE_RULESET     2                GuestbookRules         5c4979e276da ok",
            "  DATABASE_CONNECTOR   3                Guestbook copy         e00ff0c43d79 ok",
            "  DOMAIN_REFERENCE     FIRST_NAME       -                      36665e2c9daf ok",
            "  ALGORITHM_REFERENCE  FirstNameLookup  -                      db0463c474a7 ok",
            "  hidden: MODIFIED, BYTES, NEEDS (narrow terminal)",
        ]
    );
    let narrow = on_terminal(50, INSPECT);
    assert_eq!(
        between(&narrow, "TYPE ", "hidden:")[..2],
        [
            "  TYPE                 IDENTIFIER       NEEDS",
            "  MASKING_JOB          4                    1",
        ]
    );
    assert!(
        narrow.contains("  requested  MASKING_JOB 4\n  objects    5: 1 ALGORITHM_REFERENCE, 1\n             DATABASE_CONNECTOR, 1"),
        "{narrow}"
    );
    assert!(
        narrow.contains("hidden: NAME, REVISION HASH, MODIFIED, BYTES\n    (narrow terminal)"),
        "{narrow}"
    );
}

#[test]
fn plan_fits_terminals_of_any_width() {
    for width in [80, 50] {
        let text = on_terminal(width, PLAN);
        for line in between(&text, "ACTION", "create") {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        assert_eq!(
            text.contains("hidden: TYPE (narrow terminal)"),
            width == 50,
            "{text}"
        );
        assert_eq!(
            text.contains("41     the target has another state\n"),
            width == 80,
            "{text}"
        );
    }
}

/// A document whose second part comes late.
const SLOWLY: &str = "(head -c 10000 $F; sleep 1; tail -c +10001 $F) | $PROGRAM inspect -";

#[test]
fn progress_of_slow_reading_is_shown_on_terminals_only() {
    let program = env!("CARGO_BIN_EXE_exportdoc");
    let slowly = SLOWLY
        .replace("$F", "generated/masking-job.json")
        .replace("$PROGRAM", program);
    let seen = shell_on_terminal(80, &slowly);
    assert!(seen.contains("reading ") && seen.contains("/s"), "{seen}");
    let seen = shell_on_terminal(80, &format!("{slowly} 2>/dev/null"));
    assert!(
        seen.contains("  MASKING_JOB ") && !seen.contains("reading "),
        "{seen}"
    );
}

#[test]
fn wide_terminal_shows_whole_hashes() {
    let text = on_terminal(200, INSPECT);
    let job = between(&text, "MASKING_JOB", "MASKING_JOB")[0];
    let hash = job
        .split_whitespace()
        .find(|word| word.starts_with("ee9cb58afa09"));
    assert!(hash.is_some_and(|hash| hash.len() >= 40), "{job}");
    assert!(job.ends_with(" 1") && !text.contains("hidden:"), "{text}");
}
