//! The policies of `exportdoc audit`: search, mistakes, ignores, trusted keys.

use std::fs;
use std::path::Path;

use crate::support::audit::{ids, json_of, run, run_in};
use crate::support::made;
use crate::support::{Parts, exportdoc, file, root, small, testdata};
use exportdoc::internal::audit::{DEFAULT_POLICY, Policy};
use exportdoc::internal::finding::REGISTRY;
use exportdoc::internal::signature::KeySize;
use serde_json::{Value, json};
use tempfile::TempDir;

#[test]
fn nearest_policy_above_a_document_counts() {
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
    let raised = |document: &Value, rule: &str| {
        let mut findings = document["findings"].as_array().unwrap().iter();
        findings.any(|f| f["id"] == rule && f["level"] == "error")
    };
    assert!(raised(&documents[0], "key-weak") && !raised(&documents[0], "not-encrypted"));
    assert!(raised(&documents[1], "not-encrypted") && !raised(&documents[1], "key-weak"));
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
fn policy_mistake_is_an_error_with_a_place() {
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
            &[
                "line 2, column 16",
                "no object type is called \"Key\"",
                "similar: KEY",
            ],
        ),
        (
            "[types]\nrequire = [\"MASKINGJOB\"]\n".to_owned(),
            &["line 2, column 12", "\"MASKINGJOB\"", "similar: MASKING_JOB"],
        ),
        (
            "[types]\ndeny = [\"NEW_TYPE\"]\n".to_owned(),
            &["line 2, column 9", "no object type is called \"NEW_TYPE\""],
        ),
        (
            "[types]\ndeny = [true]\n".to_owned(),
            &["line 2, column 8", "the name or the number of an object type"],
        ),
        (
            ignore("rule = \"key-*\"\nreason = \"x\"\nobject = \"DOMAINS:*\"\n"),
            &[
                "line 4, column 10",
                "no object type is called \"DOMAINS\"",
                "similar: DOMAIN",
            ],
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
fn commented_lines_of_the_default_policy_are_valid() {
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
            policy.keys.map_or(0, |keys| keys.len()),
            policy.denied_types.len(),
            policy.required_types.len(),
            policy.ignores.len()
        ),
        (1, 2, 1, 1)
    );
}

#[test]
fn ignored_findings_are_listed_with_their_reason() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let telling = made("audit/host-in-clear/fires.json");
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
    // An ignore counts as used if one document uses it, or may use it because it is unreadable.
    let ignore =
        "[levels]\nignore-unused = \"error\"\n[[ignore]]\nrule = \"host-in-clear\"\nreason = \"x\"\n";
    file(at, "exportdoc-policy.toml", ignore);
    file(
        at,
        "silent.json",
        fs::read(made("audit/host-in-clear/quiet.json")).unwrap(),
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
        let spec = exportdoc::internal::object::draft::ConnectorSpec {
            name: &name,
            ..Default::default()
        };
        let pair = exportdoc::internal::sample::revision_pair(&name, 1);
        exportdoc::internal::object::draft::connector(id, &spec)
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
fn command_line_keys_add_to_the_policys() {
    let document = made("audit/key-not-trusted/fires.json");
    let document = document.to_str().unwrap();
    let policy = made("audit/key-not-trusted/policy.toml");
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
    let own = trusted.key.public_key().facts().fingerprint.to_string();
    let genuine = fs::read(testdata("generated/engine-like.json")).unwrap();
    let mut parts = Parts::of(&genuine);
    parts.key = Parts::of(&trusted.seal()).key;
    file(directory.path(), "x.json", parts.document());
    let report = json_of(directory.path(), &["--trusted-key", &own, "x.json"]);
    assert_eq!(report["documents"][0]["verdict"], "undetermined");
    assert!(ids(&report).contains(&"key-not-trusted"));
}

#[test]
fn rules_are_listed_with_their_level_under_the_policy() {
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
fn an_empty_list_of_keys_allows_none() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    file(at, "x.json", small().seal());
    assert!(!ids(&json_of(at, &["x.json"])).contains(&"key-not-trusted"));
    file(at, "exportdoc-policy.toml", "[allow]\nkeys = []\n");
    assert!(ids(&json_of(at, &["x.json"])).contains(&"key-not-trusted"));
    let own = small().key.public_key().facts().fingerprint.to_string();
    let trusted = json_of(at, &["--trusted-key", &own, "x.json"]);
    assert!(!ids(&trusted).contains(&"key-not-trusted"));
}

#[test]
fn unlisted_key_fails_the_audit() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let job = crate::support::masking_job();
    file(at, "x.json", job.seal());
    let own = job.key.public_key().facts().fingerprint.to_string();
    let other = format!("sha256:{}", "0".repeat(64));
    let quiet = "secrets-in-clear = \"off\"\nsecrets-unknown = \"off\"\n";
    for (keys, level, code) in [
        (String::new(), "", 1),
        (format!("\"{other}\""), "", 1),
        (format!("\"{own}\""), "", 0),
        (format!("\"{other}\", \"{own}\""), "", 0),
        (String::new(), "key-not-trusted = \"warning\"\n", 0),
    ] {
        let policy = format!("[allow]\nkeys = [{keys}]\n[levels]\n{quiet}{level}");
        file(at, "exportdoc-policy.toml", policy);
        assert_eq!(run_in(at, &["x.json"]).code, code, "{keys} {level}");
    }
}

#[test]
fn a_type_that_is_not_known_yet_is_denied_by_its_number() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let key = exportdoc::internal::object::ObjectKey::new(
        777,
        exportdoc::internal::identifier::Identifier::Integer(1),
    );
    let mut plan = small();
    let template = &plan.objects[0];
    let object =
        exportdoc::internal::object::SyncObject::build(&key, &[], template.revision(), "FutureData", &[]);
    plan.objects.push(object.unwrap());
    file(at, "x.json", plan.seal());
    for (deny, expected) in [("777", true), ("\"777\"", true), ("778", false)] {
        file(at, "exportdoc-policy.toml", format!("[types]\ndeny = [{deny}]\n"));
        let found = ids(&json_of(at, &["x.json"])).contains(&"type-denied");
        assert_eq!(found, expected, "{deny}");
    }
    // The number of a known type stands for that type.
    let policy = Policy::parse("[types]\ndeny = [9]\n").unwrap();
    assert_eq!(policy, Policy::parse("[types]\ndeny = [\"KEY\"]\n").unwrap());
}

#[test]
fn initial_policy_refuses_only_keys_in_clear() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let policy = "policies/new/production.toml";
    let ran = run_in(at, &["--init", "--policy", policy]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    let job = fs::read(testdata("generated/engine-like.json")).unwrap();
    file(at, "job.json", job);
    let global = fs::read(testdata("generated/global-small.json")).unwrap();
    file(at, "global.json", global);
    // The command of the README.
    let gate = |document| run_in(at, &["--policy", policy, "--fail-on", "warning", document]);
    let passes = gate("job.json");
    assert_eq!(passes.code, 0, "{}", passes.out);
    assert_eq!(gate("global.json").code, 1);
    // Keys in clear are an error with that policy and without any.
    for arguments in [&["--policy", policy, "global.json"][..], &["global.json"]] {
        let ran = run_in(at, arguments);
        assert_eq!(ran.code, 1);
        assert!(ran.out.contains("error   secrets-in-clear"), "{}", ran.out);
    }
}

#[test]
fn weak_key_is_a_warning_unless_engines_make_it() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    for (size, level) in [
        (KeySize::Dsa512, Some("info")),
        (KeySize::Dsa1024, Some("warning")),
        (KeySize::Dsa2048, None),
    ] {
        file(at, "x.json", small().sized(size).seal());
        let report = json_of(at, &["x.json"]);
        let findings = report["documents"][0]["findings"].as_array().unwrap();
        let weak = findings.iter().find(|finding| finding["id"] == "key-weak");
        assert_eq!(
            weak.map(|weak| weak["level"].as_str().unwrap()),
            level,
            "{size:?}"
        );
    }
}
