//! `exportdoc audit` as its users meet it: output, exit codes, policies and where they are found, JSON, documentation.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::fs;
use std::path::Path;

use common::{Parts, exportdoc, file, root, small, testdata};
use exportdoc::audit::{DEFAULT_POLICY, Policy};
use exportdoc::finding::REGISTRY;
use serde_json::{Value, json};
use tempfile::TempDir;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn run_in(directory: &Path, arguments: &[&str]) -> Ran {
    let output = exportdoc()
        .current_dir(directory)
        .env("COLUMNS", "100")
        .arg("audit")
        .args(arguments)
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(arguments: &[&str]) -> Ran {
    run_in(&root(), arguments)
}

fn json_of(directory: &Path, arguments: &[&str]) -> Value {
    let ran = run_in(directory, &[&["--format", "json"], arguments].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err))
}

/// The ids of what counts in the first document.
fn ids(report: &Value) -> Vec<&str> {
    let findings = report["documents"][0]["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["id"].as_str().unwrap())
        .collect()
}

/// Compares what runs print with their snapshot.
fn snapshot(name: &str, runs: &[&[&str]]) {
    let mut text = String::new();
    for arguments in runs {
        let ran = run(arguments);
        text.push_str(&format!("$ exportdoc audit {}\n{}", arguments.join(" "), ran.out));
        if !ran.err.is_empty() {
            text.push_str(&format!("--- standard error\n{}", ran.err));
        }
        text.push_str(&format!("--- exit code {}\n", ran.code));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

const JOB: &str = "testdata/generated/engine-like.json";
const HANDMADE: &str = "testdata/handmade/masking-job.json";
const NOT_JSON: &str = "testdata/documented/workflow-global-object.json";
const POLICY: &str = "testdata/generated/audit/host-not-allowed/policy.toml";

#[test]
fn a_document_and_a_run_over_several_are_told() {
    let runs: &[&[&str]] = &[
        &[JOB],
        &[
            "--policy",
            POLICY,
            "testdata/generated/tampered/metadata-hash.json",
            NOT_JSON,
            HANDMADE,
        ],
        &["testdata/generated/encrypted.json"],
        &["testdata/generated/damaged/truncated-in-blob.json"],
    ];
    snapshot("audit", runs);
}

#[test]
fn rules_are_listed_with_their_level_under_the_policy() {
    snapshot("audit-rules", &[&["--list-rules"]]);
    let directory = TempDir::new().unwrap();
    file(
        directory.path(),
        "exportdoc-policy.toml",
        "[levels]\nkey-present = \"off\"\nkey-weak = \"error\"\n",
    );
    let listed = json_of(directory.path(), &["--list-rules"]);
    let rules = listed["rules"].as_array().unwrap();
    assert_eq!(rules.len(), REGISTRY.len());
    let level = |id: &str| rules.iter().find(|rule| rule["id"] == id).unwrap()["level"].clone();
    assert_eq!(
        (level("key-present"), level("key-weak")),
        (json!("off"), json!("error"))
    );
    // A sealed document's finding weighs at least as much as the weak key of a genuine one.
    assert_eq!(level("sealed-by-toolkit"), "error");
}

#[test]
fn the_exit_code_follows_the_level_that_the_run_fails_on() {
    let quiet = "testdata/generated/audit/password-in-clear/quiet.json";
    let fires = "testdata/generated/audit/password-in-clear/fires.json";
    for (arguments, code) in [
        (&[quiet][..], 0),
        (&["--fail-on", "warning", quiet], 1),
        (&[fires], 1),
        (&[quiet, NOT_JSON], 2),
        (&[NOT_JSON, fires], 1),
        (&["testdata/no-such-file.json", quiet], 2),
        (&["--max-size", "1K", quiet], 5),
        (&["testdata/generated/audit/limit-hit/fires.json"], 5),
        (&["testdata/generated/audit/limit-hit/fires.json", fires], 1),
        (&["--fail-on", "never", quiet], 2),
        (&[], 2),
    ] {
        assert_eq!(run(arguments).code, code, "{arguments:?}");
    }
    let off = TempDir::new().unwrap();
    let policy = file(off.path(), "p.toml", "[levels]\npassword-in-clear = \"info\"\n");
    assert_eq!(run(&["--policy", policy.to_str().unwrap(), fires]).code, 0);
}

#[test]
fn one_bad_document_never_stops_the_rest() {
    let directory = TempDir::new().unwrap();
    file(directory.path(), "a.json", "{");
    file(directory.path(), "b.json", small().seal());
    file(directory.path(), "c.json", b"\xff\xfe");
    file(directory.path(), "d.json", small().seal());
    let report = json_of(directory.path(), &["-r", "."]);
    let paths: Vec<&str> = report["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["./a.json", "./b.json", "./c.json", "./d.json"]);
    assert_eq!(
        (&report["summary"]["documents"], &report["summary"]["unreadable"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(run_in(directory.path(), &["-r", "."]).code, 2);
}

#[test]
fn the_nearest_policy_above_a_document_counts_unless_one_is_named() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    fs::create_dir_all(at.join("a/b/c")).unwrap();
    fs::create_dir_all(at.join("d")).unwrap();
    for place in ["a/b/c", "a", "d"] {
        file(&at.join(place), "x.json", small().seal());
    }
    let error = |rule: &str| format!("[levels]\n{rule} = \"error\"\n");
    file(&at.join("a/b"), "exportdoc-policy.toml", error("key-weak"));
    file(at, "exportdoc-policy.toml", error("not-encrypted"));
    file(at, "named.toml", "");
    let report = json_of(at, &["a/b/c/x.json", "a/x.json", "d/x.json"]);
    let documents = report["documents"].as_array().unwrap();
    let policies: Vec<&str> = documents.iter().map(|d| d["policy"].as_str().unwrap()).collect();
    let near = Path::new("a/b").join("exportdoc-policy.toml");
    assert_eq!(
        policies,
        [
            near.to_str().unwrap(),
            "exportdoc-policy.toml",
            "exportdoc-policy.toml"
        ]
    );
    let first_error = |document: &Value| {
        let mut findings = document["findings"].as_array().unwrap().iter();
        findings.find(|f| f["level"] == "error").map(|f| f["id"].clone())
    };
    assert_eq!(first_error(&documents[0]), Some(json!("key-weak")));
    assert_eq!(first_error(&documents[1]), Some(json!("not-encrypted")));
    let report = json_of(at, &["--policy", "named.toml", "a/b/c/x.json"]);
    assert_eq!(report["documents"][0]["worst"], "warning");
    // Standard input has that of the current directory.
    let output = exportdoc()
        .current_dir(at.join("a/b/c"))
        .args(["audit", "--format", "json", "-"])
        .write_stdin(small().seal())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["documents"][0]["path"], "-");
    assert!(
        report["documents"][0]["policy"]
            .as_str()
            .unwrap()
            .ends_with("exportdoc-policy.toml")
    );
    assert_eq!(report["documents"][0]["worst"], "error");
}

#[test]
fn a_mistake_in_a_policy_is_told_with_its_place_before_anything_is_audited() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    file(at, "x.json", small().seal());
    let ignore = |more: &str| format!("[[ignore]]\n{more}");
    for (policy, words) in [
        (
            "[levels]\nkey-week = \"error\"\n".to_owned(),
            &["line 2, column 1", "no rule has the id \"key-week\"", "key-weak"][..],
        ),
        (
            "[levels]\nkey-weak = \"eror\"\n".to_owned(),
            &["line 2, column 12", "\"eror\" is no level", "off, info"],
        ),
        ("[levels]\nkey-weak = 1\n".to_owned(), &["line 2, column 12"]),
        (
            "[allow]\nhost = []\n".to_owned(),
            &["line 2, column 1", "unknown field `host`", "hosts"],
        ),
        (
            "# ä\n[allow]\nmax-age = \"ä\"\n".to_owned(),
            &["line 3, column 11", "is no age", "30d"],
        ),
        ("[allow]\nmax-age = \"-3 days\"\n".to_owned(), &["is no age"]),
        (
            "[allow]\nkeys = [\"sha256:12\"]\n".to_owned(),
            &["line 2, column 9", "is no fingerprint"],
        ),
        (
            "[types]\ndeny = [\"KEY\", \"Key\"]\n".to_owned(),
            &["line 2, column 16", "no object type is called \"Key\""],
        ),
        (
            ignore("rule = \"key-weak\"\n"),
            &["line 1, column 1", "missing field `reason`"],
        ),
        (
            ignore("rule = \"key-weak\"\nreason = \" \"\n"),
            &["line 3, column 10", "needs a reason"],
        ),
        (
            ignore("rule = \"key-week\"\nreason = \"x\"\n"),
            &["line 2, column 8", "no rule has the id"],
        ),
        (
            ignore("rule = \"key-*\"\nreason = \"x\"\nobject = \"Clinic\"\n"),
            &["line 4, column 10", "fits no object"],
        ),
        (
            ignore("rule = \"key-*\"\nreason = \"x\"\nuntil = 10:00:00\n"),
            &["line 4, column 9", "is no day"],
        ),
        (
            ignore("rule = \"key-*\"\nreason = \"x\"\nuntil = 2026-01-01T10:00:00Z\n"),
            &["is no day"],
        ),
        (
            ignore("rule = \"key-*\"\nreason = \"x\"\nuntil = \"soon\"\n"),
            &["line 4, column 9"],
        ),
        ("[levels\n".to_owned(), &["line 1, column 8"]),
        ("\0".to_owned(), &["line 1"]),
    ] {
        file(at, "exportdoc-policy.toml", &policy);
        let ran = run_in(at, &["x.json"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{policy}: {}", ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{policy}: no {word:?} in {}", ran.err);
        }
    }
    let ran = run_in(at, &["--policy", "missing.toml", "x.json"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("missing.toml: No such file") && ran.err.contains("--init"),
        "{}",
        ran.err
    );
}

#[test]
fn init_writes_the_default_policy_and_overwrites_nothing() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    file(at, "x.json", small().seal());
    let before = json_of(at, &["x.json"]);
    assert_eq!(run_in(at, &["--init"]).code, 0);
    assert_eq!(
        fs::read_to_string(at.join("exportdoc-policy.toml")).unwrap(),
        DEFAULT_POLICY
    );
    assert_eq!(Policy::parse(DEFAULT_POLICY), Ok(Policy::default()));
    assert_eq!(
        json_of(at, &["x.json"])["documents"][0]["findings"],
        before["documents"][0]["findings"]
    );

    fs::write(at.join("exportdoc-policy.toml"), "mine").unwrap();
    let ran = run_in(at, &["--init"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("exists") && ran.err.contains("--policy"),
        "{}",
        ran.err
    );
    assert_eq!(
        fs::read_to_string(at.join("exportdoc-policy.toml")).unwrap(),
        "mine"
    );
    assert_eq!(run_in(at, &["--init", "--policy", "other.toml"]).code, 0);
    assert!(at.join("other.toml").is_file());
}

#[test]
fn every_commented_line_of_the_default_policy_is_right_as_well() {
    let uncommented: String = DEFAULT_POLICY
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(code) if code.contains(" = ") || code.starts_with("[[") => format!("{code}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let policy = Policy::parse(&uncommented).unwrap();
    assert_eq!(policy.levels.len(), 3);
    assert!(policy.hosts.is_some() && policy.max_age.is_some());
    assert_eq!(
        (
            policy.keys.len(),
            policy.denied_types.len(),
            policy.required_types.len(),
            policy.ignores.len()
        ),
        (1, 2, 1, 1)
    );
}

#[test]
fn ignored_findings_are_listed_with_their_reason_and_the_policy_answers_for_its_ignores() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let telling = testdata("generated/audit/host-in-clear/fires.json");
    fs::copy(&telling, at.join("x.json")).unwrap();
    let policy = "[[ignore]]\nrule = \"host-*\"\nobject = \"DATABASE_CONNECTOR:Cli?ic\"\nreason = \"made up\"\nuntil = 2999-01-01\n\
                  [[ignore]]\nrule = \"key-weak\"\nobject = \"*\"\nreason = \"of no use: it isn't about an object\"\n\
                  [[ignore]]\nrule = \"key-weak\"\nreason = \"too late\"\nuntil = 2020-01-01\n";
    file(at, "exportdoc-policy.toml", policy);
    let report = json_of(at, &["x.json"]);
    assert!(!ids(&report).contains(&"host-in-clear") && ids(&report).contains(&"key-weak"));
    let suppressed = &report["documents"][0]["suppressed"][0];
    assert_eq!(
        (&suppressed["id"], &suppressed["ignored_because"]),
        (&json!("host-in-clear"), &json!("made up"))
    );
    assert_eq!(suppressed["object"]["name"], "Clinic");
    let of_policy: Vec<(&Value, &Value)> = report["policies"][0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (&finding["id"], &finding["at"]["path"]))
        .collect();
    assert_eq!(
        of_policy,
        [
            (&json!("ignore-unused"), &json!("ignore[1]")),
            (&json!("ignore-expired"), &json!("ignore[2]"))
        ]
    );
    let offset = report["policies"][0]["findings"][1]["at"]["file_offset"]
        .as_u64()
        .unwrap() as usize;
    assert!(policy[offset..].starts_with("[[ignore]]\nrule = \"key-weak\"\nreason = \"too late\""));
    let text = run_in(at, &["x.json"]).out;
    assert!(
        text.contains("because: made up") && text.contains("line 6: key-weak of *"),
        "{text}"
    );
    // They count for the exit code, too.
    let only_policy =
        "[levels]\nignore-unused = \"error\"\n[[ignore]]\nrule = \"key-broken\"\nreason = \"x\"\n";
    file(at, "exportdoc-policy.toml", only_policy);
    assert_eq!(run_in(at, &["x.json"]).code, 1);
    // Of use in one document is of use; what couldn't be looked into may have made use of it.
    let ignore =
        "[levels]\nignore-unused = \"error\"\n[[ignore]]\nrule = \"host-in-clear\"\nreason = \"x\"\n";
    file(at, "exportdoc-policy.toml", ignore);
    file(
        at,
        "silent.json",
        fs::read(testdata("generated/audit/host-in-clear/quiet.json")).unwrap(),
    );
    file(
        at,
        "closed.json",
        fs::read(testdata("generated/encrypted.json")).unwrap(),
    );
    assert_eq!(run_in(at, &["silent.json"]).code, 1);
    assert_eq!(run_in(at, &["silent.json", "x.json"]).code, 0);
    assert_eq!(run_in(at, &["silent.json", "closed.json"]).code, 0);
}

#[test]
fn ignores_see_every_object_however_many_break_the_rule() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let connectors = (1..=120).map(|id| {
        let name = format!("Clinic ({id})");
        let spec = exportdoc::object::draft::ConnectorSpec {
            name: &name,
            ..Default::default()
        };
        let pair = exportdoc::sample::revision_pair(&name, 1);
        exportdoc::object::draft::connector(id, &spec)
            .finish(pair, 0, 0)
            .unwrap()
    });
    let mut plan = small();
    plan.objects = connectors.collect();
    file(at, "x.json", plan.seal());
    file(
        at,
        "exportdoc-policy.toml",
        "[[ignore]]\nrule = \"name-refused\"\nobject = \"DATABASE_CONNECTOR:Clinic (*\"\nreason = \"old names\"\n",
    );
    let report = json_of(at, &["x.json"]);
    assert!(!ids(&report).contains(&"name-refused"));
    assert_eq!(
        report["documents"][0]["suppressed"].as_array().unwrap().len(),
        120
    );
}

#[test]
fn trusted_keys_of_the_command_line_come_on_top_of_those_in_the_policy() {
    let document = testdata("generated/audit/key-not-trusted/fires.json");
    let document = document.to_str().unwrap();
    let policy = testdata("generated/audit/key-not-trusted/policy.toml");
    let policy = policy.to_str().unwrap();
    let untrusted = json_of(&root(), &["--policy", policy, document]);
    assert!(ids(&untrusted).contains(&"key-not-trusted"));
    let inspected = exportdoc()
        .args(["inspect", "--format", "json", document])
        .output()
        .unwrap();
    let inspected: Value = serde_json::from_slice(&inspected.stdout).unwrap();
    let own = inspected["documents"][0]["signature"]["key"]["fingerprint"]
        .as_str()
        .unwrap();
    let trusted = json_of(&root(), &["--policy", policy, "--trusted-key", own, document]);
    assert!(!ids(&trusted).contains(&"key-not-trusted"));
    assert_eq!(run(&["--trusted-key", "sha256:12", document]).code, 2);
}

#[test]
fn a_trusted_key_vouches_for_nothing_that_it_did_not_sign() {
    let directory = TempDir::new().unwrap();
    let trusted = small();
    let own = trusted.key.public_key().facts().fingerprint_text();
    let genuine = fs::read(testdata("generated/engine-like.json")).unwrap();
    let mut parts = Parts::of(&genuine);
    parts.key = Parts::of(&trusted.seal()).key;
    file(directory.path(), "x.json", parts.document());
    let report = json_of(directory.path(), &["--trusted-key", &own, "x.json"]);
    assert_eq!(report["documents"][0]["verdict"], "undetermined");
    assert!(ids(&report).contains(&"key-not-trusted"));
}

#[test]
fn encrypted_documents_are_looked_into_with_their_passphrase_and_denied_without() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    file(at, "passphrase", "made up for the test data\n");
    file(
        at,
        "exportdoc-policy.toml",
        "[types]\ndeny = [\"KEY\"]\nrequire = [\"MASKING_JOB\"]\n",
    );
    fs::copy(testdata("generated/encrypted.json"), at.join("x.json")).unwrap();
    let closed = json_of(at, &["x.json"]);
    assert_eq!(closed["documents"][0]["objects_seen"], false);
    assert!(ids(&closed).contains(&"type-denied") && ids(&closed).contains(&"type-missing"));
    let open = json_of(at, &["--passphrase-file", "passphrase", "x.json"]);
    assert_eq!(open["documents"][0]["objects_seen"], true);
    for id in [
        "type-denied",
        "type-missing",
        "not-encrypted",
        "host-in-clear",
        "email-in-clear",
    ] {
        assert!(!ids(&open).contains(&id), "{id}");
    }
}

#[test]
fn a_redacted_copy_has_stand_ins_and_nobody_is_exposed_by_them() {
    let directory = TempDir::new().unwrap();
    let copy = directory.path().join("copy.json");
    let original = testdata("generated/masking-job.json");
    let key = directory.path().join("key.pem");
    exportdoc()
        .arg("redact")
        .arg(&original)
        .args([
            "--new-key".as_ref(),
            key.as_os_str(),
            "-o".as_ref(),
            copy.as_os_str(),
        ])
        .assert()
        .success();
    let exposed = |path: &Path| {
        let report = json_of(&root(), &[path.to_str().unwrap()]);
        let found = ids(&report);
        ["host-in-clear", "user-in-clear", "email-in-clear"].map(|id| found.contains(&id))
    };
    assert_eq!(exposed(&original), [true; 3]);
    assert_eq!(exposed(&copy), [false; 3]);
}

#[test]
fn no_secret_and_no_password_is_ever_printed() {
    let secret = "made-up";
    let fires = "testdata/generated/audit/password-in-clear/fires.json";
    for format in ["text", "json"] {
        let ran = run(&["--format", format, fires, "testdata/generated/global-small.json"]);
        assert!(ran.out.contains("password-in-clear") && ran.out.contains("secrets-in-clear"));
        assert!(
            !ran.out.contains(secret) && !ran.out.contains("<row"),
            "{}",
            ran.out
        );
        let key = base64_of(&exportdoc::sample::key_bytes("global"));
        assert!(!ran.out.contains(&key));
    }
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
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
            NOT_JSON,
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
        ("/summary", "unreadable"),
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

/// The contents of all fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    let rest = text.split(open.as_str()).skip(1);
    rest.filter_map(|block| block.split("```").next().map(str::to_owned))
        .collect()
}

#[test]
fn the_examples_of_the_documentation_print_what_it_shows_and_its_policies_can_be_read() {
    let page = fs::read_to_string(root().join("docs/audit.md")).unwrap();
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    #[cfg(unix)]
    std::os::unix::fs::symlink(testdata("generated/audit"), at.join("audit")).unwrap();
    let policies = blocks(&page, "toml");
    for policy in &policies {
        Policy::parse(policy).unwrap();
    }
    file(at, "policy.toml", &policies[0]);
    let mut compared = 0;
    for block in blocks(&page, "console") {
        for example in block.split("$ exportdoc audit ").skip(1) {
            let (command, shown) = example.split_once('\n').unwrap();
            let ran = run_in(at, &command.split(' ').collect::<Vec<_>>());
            assert_eq!(ran.out.lines().next(), shown.lines().next(), "{command}");
            compared += 1;
        }
    }
    assert!(compared >= 2, "{compared}");
    // Every member that a policy can have stands in the table.
    for member in [
        "levels",
        "allow.hosts",
        "allow.keys",
        "allow.max-age",
        "types.deny",
        "types.require",
    ] {
        assert!(page.contains(&format!("| `{member}")), "{member}");
    }
}

#[test]
fn the_snippets_for_ci_use_only_flags_and_values_there_are() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, section) = readme.split_once("## Gate your imports in CI").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let snippets = blocks(section, "yaml");
    assert_eq!(snippets.len(), 2, "one for GitHub, one for GitLab");
    for snippet in snippets {
        let mut commands = 0;
        for line in snippet
            .lines()
            .filter_map(|line| line.split("exportdoc audit ").nth(1))
        {
            commands += 1;
            let help = exportdoc().args(["audit", "--help"]).output().unwrap();
            let help = String::from_utf8(help.stdout).unwrap();
            let words: Vec<&str> = line.split_whitespace().collect();
            let flags = words
                .iter()
                .filter(|word| word.starts_with('-') && word.len() > 1);
            for flag in flags {
                assert!(
                    help.lines()
                        .any(|text| text.split([' ', ',']).any(|word| word == *flag)),
                    "{flag} isn't there"
                );
            }
            for (flag, value) in words.iter().zip(&words[1..]) {
                if matches!(*flag, "--format" | "--fail-on") {
                    assert!(
                        help.contains(&format!("- {value}: ")),
                        "{flag} {value} isn't there"
                    );
                }
            }
        }
        assert!(commands >= 1, "{snippet}");
    }
}
