//! Holds what is written about `exportdoc audit` against the command: schema, examples, snippets for CI.

use std::fs;

use crate::support::audit::{json_of, run_in};
use crate::support::{root, testdata};
use serde_json::Value;
use tempfile::TempDir;

/// The contents of all fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    let rest = text.split(open.as_str()).skip(1);
    rest.filter_map(|block| block.split("```").next().map(str::to_owned))
        .collect()
}

#[test]
fn json_fits_its_schema_and_the_schema_asks_for_every_promised_member() {
    let schema = fs::read_to_string(root().join("docs/schema/audit-v1.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let policy = "testdata/generated/audit/ignore-expired/fires.toml";
    let report = json_of(&root(), &["--policy", policy, "-r", "testdata"]);
    assert!(report["documents"].as_array().unwrap().len() > 200);
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert!(validator.is_valid(&json_of(&root(), &["--list-rules"])));
    let some = json_of(
        &root(),
        &[
            "--policy",
            "testdata/generated/audit/ignore-unused/policy.toml",
            "testdata/generated/audit/ignore-unused/quiet.json",
            "testdata/documented/workflow-global-object.json",
        ],
    );
    for (parent, member) in [
        ("", "schema_version"),
        ("", "documents"),
        ("", "policies"),
        ("", "summary"),
        ("/documents/0", "path"),
        ("/documents/0", "policy"),
        ("/documents/0", "worst"),
        ("/documents/0", "findings"),
        ("/documents/0", "suppressed"),
        ("/documents/0/findings/0", "id"),
        ("/documents/0/findings/0", "level"),
        ("/documents/0/findings/0", "message"),
        ("/documents/0/findings/0", "reason"),
        ("/documents/0/findings/0", "remedy"),
        ("/documents/0/findings/0", "object"),
        ("/documents/0/findings/0", "at"),
        ("/documents/0/findings/0/at", "file_offset"),
        ("/documents/0/suppressed/0", "ignored_because"),
        ("/documents/0/suppressed/0/object", "identifier"),
        ("/documents/0/rules/0", "findings"),
        ("/documents/1/error", "message"),
        ("/summary", "documents"),
        ("/summary", "failing"),
        ("/summary", "unreadable"),
        ("/summary", "interrupted"),
        ("/summary", "rules"),
        ("/summary/rules/0", "documents"),
    ] {
        let mut changed = some.clone();
        let map = changed
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .unwrap();
        assert!(map.remove(member).is_some(), "{parent}/{member} isn't there");
        assert!(!validator.is_valid(&changed), "{parent}/{member} isn't required");
    }
}

/// Flags, formats and levels: what a runner would run is run here.
#[test]
fn the_snippets_for_ci_audit_a_checkout_as_the_page_says() {
    let page = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let mut snippets = blocks(&page, "yaml");
    snippets.retain(|snippet| snippet.contains("cargo install"));
    assert_eq!(snippets.len(), 2, "one for GitHub, one for GitLab");
    for (snippet, begins) in snippets.iter().zip(["::error file=exports/x.json", "<?xml"]) {
        let commands: Vec<&str> = snippet
            .lines()
            .filter_map(|line| line.split("exportdoc audit ").nth(1))
            .collect();
        assert_eq!(commands.len(), 1, "{snippet}");
        let (arguments, report) = match commands[0].split_once(" > ") {
            Some((arguments, report)) => (arguments, Some(report)),
            None => (commands[0], None),
        };
        let arguments: Vec<&str> = arguments.split(' ').collect();
        if let Some(report) = report {
            assert!(
                snippet.contains(&format!("junit: {report}")),
                "what is written is what is read"
            );
        }
        let directory = TempDir::new().unwrap();
        let at = directory.path();
        let policy = arguments.iter().position(|word| *word == "--policy").unwrap();
        let policy = at.join(arguments[policy + 1]);
        fs::create_dir_all(policy.parent().unwrap()).unwrap();
        let init = ["--init", "--policy", policy.to_str().unwrap()];
        assert_eq!(run_in(at, &init).code, 0);
        fs::create_dir(at.join("exports")).unwrap();
        let put = |name: &str| fs::copy(testdata(name), at.join("exports/x.json")).unwrap();
        put("generated/engine-like.json");
        let ran = run_in(at, &arguments);
        assert_eq!(ran.code, 0, "an engine's job passes: {}{}", ran.out, ran.err);
        put("generated/global-small.json");
        let ran = run_in(at, &arguments);
        assert_eq!(ran.code, 1, "keys in clear don't: {}{}", ran.out, ran.err);
        assert!(ran.out.starts_with(begins), "{}", ran.out);
        // A seal is a warning, which is what the snippets fail on.
        put("generated/masking-job.json");
        assert_eq!(run_in(at, &arguments).code, 1);
        let quiet = arguments
            .iter()
            .map(|word| if *word == "warning" { "error" } else { *word });
        assert_eq!(
            run_in(at, &quiet.collect::<Vec<_>>()).code,
            0,
            "what fails it is the level"
        );
        put("generated/damaged/truncated-file.json");
        assert_eq!(run_in(at, &arguments).code, 2);
    }
}
