//! The output and exit codes of `exportdoc audit`, and secrets that it never prints.

use std::fs;
use std::path::Path;

use crate::support::audit::{ids, json_of, run, run_in};
use crate::support::changes::resaved;
use crate::support::{
    Plan, assert_snapshot, exportdoc, file, global, made_text, masking_job, root, small, testdata,
};
use exportdoc::internal::object::{SyncObject, type_by_name};
use serde_json::json;
use tempfile::TempDir;

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
    assert_snapshot(name, &text);
}

const JOB: &str = "testdata/generated/engine-like.json";

const HANDMADE: &str = "testdata/handmade/masking-job.json";

const NOT_JSON: &str = "testdata/documented/workflow-global-object.json";

#[test]
fn text_shows_one_document_and_several() {
    let runs: &[&[&str]] = &[
        &[JOB],
        &[
            "--policy",
            &made_text("audit/host-not-allowed/policy.toml"),
            &made_text("tampered/metadata-hash.json"),
            NOT_JSON,
            HANDMADE,
        ],
        &["testdata/generated/encrypted.json"],
        &[&made_text("damaged/truncated-in-blob.json")],
    ];
    snapshot("audit", runs);
}

#[test]
fn rules_are_listed_by_topic() {
    snapshot("audit-rules", &[&["--list-rules"]]);
}

#[test]
fn the_exit_code_follows_the_level_that_the_run_fails_on() {
    let quiet: &str = &made_text("audit/password-in-clear/quiet.json");
    let fires: &str = &made_text("audit/password-in-clear/fires.json");
    let limit_hit: &str = &made_text("audit/limit-hit/fires.json");
    for (arguments, code) in [
        (&[quiet][..], 0),
        (&["--fail-on", "warning", quiet], 1),
        (&[fires], 1),
        (&[quiet, NOT_JSON], 2),
        (&[NOT_JSON, fires], 2),
        (&[fires, NOT_JSON], 2),
        (&["testdata/no-such-file.json", quiet], 2),
        (&["--max-size", "1K", quiet], 2),
        (&["--max-size", "2005", limit_hit], 2),
        (&["--baseline", "testdata/no-such-file.json", quiet], 2),
        (&[limit_hit], 1),
        (&[limit_hit, fires], 1),
        (&["--fail-on", "never", quiet], 2),
        (&[], 2),
    ] {
        assert_eq!(run(arguments).code, code, "{arguments:?}");
    }
    let off = TempDir::new().unwrap();
    let policy = file(off.path(), "p.toml", "[levels]\npassword-in-clear = \"info\"\n");
    assert_eq!(run(&["--policy", policy.to_str().unwrap(), fires]).code, 0);
    let policy = file(off.path(), "p.toml", "[levels]\nlimit-hit = \"off\"\n");
    assert_eq!(run(&["--policy", policy.to_str().unwrap(), limit_hit]).code, 0);
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
fn encrypted_document_is_audited_with_its_passphrase() {
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
fn redacted_copy_exposes_no_person() {
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
fn secrets_and_passwords_are_never_printed() {
    let secret = "made-up";
    let fires: &str = &made_text("audit/password-in-clear/fires.json");
    for format in ["text", "json"] {
        let ran = run(&["--format", format, fires, "testdata/generated/global-small.json"]);
        assert!(ran.out.contains("password-in-clear") && ran.out.contains("secrets-in-clear"));
        assert!(
            !ran.out.contains(secret) && !ran.out.contains("<row"),
            "{}",
            ran.out
        );
        let key = base64_of(&exportdoc::internal::sample::key_bytes("global"));
        assert!(!ran.out.contains(&key));
    }
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The document, some of its objects changed.
fn altered(mut plan: Plan, change: impl Fn(&mut SyncObject<'static>)) -> Vec<u8> {
    plan.objects.iter_mut().for_each(change);
    plan.seal()
}

/// The object's data with one more field.
fn with_another_field(object: &SyncObject<'static>) -> Vec<u8> {
    [object.data_bytes(), &[0xf8, 0x07, 0x01]].concat()
}

#[test]
fn baseline_shows_algorithms_that_mask_otherwise_now() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, bytes: Vec<u8>| fs::write(directory.path().join(name), bytes).unwrap();
    let is = |object: &SyncObject<'static>, name: &str| {
        type_by_name(name).and_then(|known| known.number()) == Some(object.key().type_number)
    };
    write("job.json", masking_job().seal());
    write("global.json", global().seal());
    write(
        "resaved.json",
        altered(masking_job(), |object| {
            if is(object, "ALGORITHM_REFERENCE") {
                *object = resaved(object, None);
            }
        }),
    );
    write(
        "changed.json",
        altered(global(), |object| {
            if is(object, "LOOKUP") {
                *object = resaved(object, Some(&with_another_field(object)));
            }
        }),
    );
    fs::copy(
        made_text("damaged/truncated-in-blob.json"),
        directory.path().join("damaged.json"),
    )
    .unwrap();
    for (baseline, document, said) in [
        ("global.json", "changed.json", "LOOKUP"),
        ("job.json", "resaved.json", "refers to a later save"),
        ("damaged.json", "job.json", "the baseline is damaged"),
    ] {
        let ran = run_in(directory.path(), &["--baseline", baseline, document]);
        assert!(ran.out.contains(said), "no {said:?} in {}{}", ran.out, ran.err);
    }
}
