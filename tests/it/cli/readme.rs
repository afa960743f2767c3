//! Holds `README.md` against the truth: its blocks of output, its test command, its table of exit codes.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("a file of the repository")
}

/// The contents of all fenced blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let open = format!("```{language}\n");
    let rest = text.split(open.as_str()).skip(1);
    rest.filter_map(|block| block.split("```").next()).collect()
}

/// The age of a document depends on the day: `(7 years ago)`.
fn without_ages(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim_end().lines() {
        let age = line.find(" (").zip(line.find(" ago)"));
        match age.filter(|(start, end)| start < end) {
            Some((start, end)) => {
                out.push_str(&line[..start]);
                out.push_str(&line[end + " ago)".len()..]);
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// Runs the command where the test data is at hand and whatever it writes does no harm.
fn run(arguments: &str, directory: &Path) -> String {
    let output = Command::cargo_bin("exportdoc")
        .expect("the command")
        .current_dir(directory)
        .args(arguments.split_whitespace())
        .output()
        .expect("it runs");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn readme_blocks_show_what_the_command_prints() {
    let readme = read("README.md");
    let directory = tempfile::tempdir().expect("a directory");
    std::os::unix::fs::symlink(root().join("testdata"), directory.path().join("testdata")).expect("a link");
    let mut compared = 0;
    for block in blocks(&readme, "console") {
        for session in block.split("$ ").skip(1) {
            let (command, shown) = session.split_once('\n').unwrap_or((session, ""));
            if let Some(arguments) = command.strip_prefix("exportdoc ") {
                assert_eq!(
                    without_ages(&run(arguments, directory.path())),
                    without_ages(shown),
                    "{command}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared >= 2, "{compared} blocks");
}

#[test]
fn readme_commands_are_the_one_that_inspects_and_the_one_the_checks_run() {
    let readme = read("README.md");
    let commands = blocks(&readme, "sh");
    let [inspect, ..] = commands.as_slice() else {
        panic!("two commands, not {}", commands.len());
    };
    let arguments = inspect.trim().strip_prefix("cargo run --quiet --locked -- ");
    assert!(run(arguments.expect("cargo run"), root()).contains("intact; origin unknown"));
}
