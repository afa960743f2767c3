//! The policies and CI snippets of the pages do what the pages say.

use std::fs;
use std::path::{Path, PathBuf};

use exportdoc::internal::audit::Policy;
use tempfile::TempDir;

use crate::support::audit::run_in;
use crate::support::{made, root, testdata};

/// A fenced block: the words behind its opening fence, and its text.
struct Block {
    info: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| line.trim_start() != "```");
            blocks.push(Block {
                info: info.to_owned(),
                text: inside.flat_map(|line| [line, "\n"]).collect(),
            });
        }
    }
    blocks
}

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).unwrap();
    let mut pages: Vec<PathBuf> = docs.map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

#[test]
fn policies_on_the_pages_can_be_read() {
    let mut read = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for block in blocks(&page) {
            let lines = block.text.lines();
            let tables = ["[levels]", "[allow]", "[types]", "[[ignore]]"];
            if block.info.starts_with("toml") && lines.into_iter().any(|line| tables.contains(&line)) {
                Policy::parse(&block.text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                read += 1;
            }
        }
    }
    assert!(read > 0);
}

/// Runs the audit of each CI snippet on a document that has to pass and on documents that have to fail.
#[test]
#[ignore = "ci/long runs it"]
fn ci_snippets_pass_and_fail_as_documented() {
    let mut snippets = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for block in blocks(&page).iter().filter(|block| block.info == "yaml") {
            for line in block.text.lines() {
                if let Some((_, arguments)) = line.split_once("exportdoc audit ") {
                    check_snippet(&block.text, arguments);
                    snippets += 1;
                }
            }
        }
    }
    assert!(snippets >= 2, "{snippets}: one for GitHub, one for GitLab");
}

fn check_snippet(snippet: &str, command: &str) {
    let (arguments, report) = command.split_once(" > ").unwrap_or((command, ""));
    // The file that the report goes to is named again by the step that uploads it.
    assert!(
        report.is_empty() || snippet.matches(report).count() == 2,
        "{snippet}"
    );
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let policy = arguments.iter().position(|word| *word == "--policy").unwrap();
    let policy = at.join(arguments[policy + 1]);
    fs::create_dir_all(policy.parent().unwrap()).unwrap();
    let init = ["--init", "--policy", policy.to_str().unwrap()];
    assert_eq!(run_in(at, &init).code, 0);
    fs::create_dir(at.join("exports")).unwrap();
    let audit = |document: &Path, arguments: &[&str]| {
        fs::copy(document, at.join("exports/x.json")).unwrap();
        run_in(at, arguments)
    };
    let job = audit(&testdata("generated/engine-like.json"), &arguments);
    assert_eq!(job.code, 0, "an engine's job passes: {}{}", job.out, job.err);
    let keys = audit(&testdata("generated/global-small.json"), &arguments);
    assert_eq!(keys.code, 1, "keys in clear fail: {}{}", keys.out, keys.err);
    let report = ["::error file=exports/x.json", "<?xml", "{"];
    assert!(
        report.iter().any(|begin| keys.out.starts_with(begin)),
        "{}",
        keys.out
    );
    // A seal of this toolkit is a warning.
    let sealed = testdata("generated/masking-job.json");
    let fails = i32::from(arguments.contains(&"warning"));
    assert_eq!(audit(&sealed, &arguments).code, fails);
    let errors_only = arguments
        .iter()
        .map(|word| if *word == "warning" { "error" } else { *word });
    assert_eq!(audit(&sealed, &errors_only.collect::<Vec<_>>()).code, 0);
    assert_eq!(audit(&made("damaged/truncated-file.json"), &arguments).code, 2);
}
