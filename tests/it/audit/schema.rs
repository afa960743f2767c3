//! The JSON of `exportdoc audit` fits its schema, which requires every documented member.

use std::fs;

use crate::support::audit::json_of;
use crate::support::{everything, made_text, root};
use serde_json::Value;

#[test]
#[ignore = "ci/long runs it"]
fn json_fits_its_schema_with_all_required_members() {
    let schema = fs::read_to_string(root().join("docs/schema/audit-v1.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let policy = &made_text("audit/ignore-expired/fires.toml");
    let everything = everything();
    let mut report = json_of(
        &root(),
        &["--policy", policy, "-r", everything.path().to_str().unwrap()],
    );
    let documents = report["documents"].as_array_mut().unwrap();
    assert!(documents.len() > 200);
    let mut at = 0;
    documents.retain(|document| {
        at += 1;
        at % 4 == 0 || document["error"].is_object() || testkit::exhaustive()
    });
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
            &made_text("audit/ignore-unused/policy.toml"),
            &made_text("audit/ignore-unused/quiet.json"),
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
