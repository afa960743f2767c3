//! `exportdoc merge`: outputs, exit codes, files, passphrases.

use std::path::Path;

use crate::support::assert_snapshot;
use crate::support::command::{PASSPHRASE, assert_sound, fail, listing, read, read_with, run, succeed};
use crate::support::{inventory, made_text, masking_job, testdata};
use exportdoc::internal::finding::{Finding, Severity};
use exportdoc::internal::report::Encryption;
use exportdoc::internal::sample::SampleSize;
use jsonschema::Validator;
use serde_json::Value;
use tempfile::TempDir;

/// A directory in which the documents of the examples lie under `merge/`.
fn directory() -> TempDir {
    let directory = TempDir::new().unwrap();
    let documents = testdata("generated/merge");
    std::fs::create_dir(directory.path().join("merge")).unwrap();
    for name in listing(&documents) {
        std::fs::copy(documents.join(&name), directory.path().join("merge").join(name)).unwrap();
    }
    directory
}

fn document(name: &str) -> String {
    testdata(name).to_string_lossy().into_owned()
}

fn schema() -> Validator {
    let text = std::fs::read_to_string(testdata("../docs/schema/merge-v1.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn conflict_list_fits_its_schema_and_takes_answers() {
    let directory = directory();
    let merge = "merge merge/bundle.json merge/other-bundle.json -o out.json --format json";
    let output = run(directory.path(), &merge.split(' ').collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(1));
    let mut list: Value = serde_json::from_slice(&output.stdout).unwrap();
    schema().validate(&list).unwrap();
    assert_eq!(list["merged"], false);
    list["conflicts"][0]["take"] = 2.into();
    std::fs::write(directory.path().join("answers.json"), list.to_string()).unwrap();
    let output = run(
        directory.path(),
        &format!("{merge} --resolve answers.json")
            .split(' ')
            .collect::<Vec<_>>(),
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    schema().validate(&report).unwrap();
    assert_eq!(
        (&report["merged"], &report["conflicts"]),
        (&true.into(), &Value::Array(vec![]))
    );
    let (merged, _) = read(&directory.path().join("out.json"));
    assert_sound(&merged);
    let (other, _) = read(&directory.path().join("merge/other-bundle.json"));
    let pair = |report: &exportdoc::internal::report::DocumentReport| {
        let node = report.graph.nodes().iter().find(|node| node.key.type_number == 9);
        node.unwrap().pair.clone()
    };
    assert_eq!(pair(&merged), pair(&other));
}

#[test]
fn every_kind_of_report_fits_the_schema() {
    let directory = directory();
    for merge in [
        "merge/base.json merge/other-engine.json",
        "merge/ours.json merge/theirs-too.json",
        "--base merge/base.json merge/ours.json merge/theirs.json",
        "--by-name merge/base.json merge/test-engine.json --prefer newest",
    ] {
        let arguments = format!("merge {merge} -o out.json --force --format json");
        let output = run(directory.path(), &arguments.split(' ').collect::<Vec<_>>());
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        schema()
            .validate(&report)
            .unwrap_or_else(|error| panic!("{merge}: {error}"));
        assert_eq!(report["schema_version"], 1);
    }
}

#[test]
fn the_report_in_json_is_what_scripts_were_written_for() {
    let directory = directory();
    let merges = [
        "merge merge/base.json merge/other-engine.json -o union.json --format json",
        "merge merge/bundle.json merge/other-bundle.json -o keys.json --format json",
        "merge --base merge/base.json merge/ours.json merge/theirs.json -o merged.json --format json",
    ];
    let transcripts = merges.map(|merge| {
        let output = run(directory.path(), &merge.split(' ').collect::<Vec<_>>());
        let shown = String::from_utf8(output.stdout).unwrap();
        format!(
            "$ exportdoc {merge}\n{shown}--- exit code {}\n",
            output.status.code().unwrap()
        )
    });
    assert_snapshot("merge-json", &transcripts.join("\n"));
}

#[test]
fn page_names_conflicts_and_how_they_were_settled() {
    let directory = directory();
    let merge = |rest: &str, code| {
        let arguments = format!("merge {rest} -o out.json --force --format html");
        let output = run(directory.path(), &arguments.split(' ').collect::<Vec<_>>());
        let page = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{page}");
        page
    };
    let open = merge("--base merge/base.json merge/ours.json merge/theirs-too.json", 1);
    for part in ["MASKING_JOB", "email", "ours.json", "theirs-too.json"] {
        assert!(open.contains(part), "no {part:?} in {open}");
    }
    let settled = merge(
        "--base merge/base.json merge/ours.json merge/theirs-too.json --prefer newest",
        0,
    );
    let row = "<td>preferred</td><td>merge/theirs-too.json</td>";
    assert!(settled.contains(row), "{settled}");
}

#[test]
fn report_goes_to_standard_error_beside_a_document() {
    let directory = directory();
    let arguments = ["merge", "merge/base.json", "merge/other-engine.json", "-o", "-"];
    let output = run(directory.path(), &arguments);
    assert_eq!(output.status.code(), Some(0));
    std::fs::write(directory.path().join("piped.json"), &output.stdout).unwrap();
    assert_sound(&read(&directory.path().join("piped.json")).0);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("7 objects: 7 in one document only; 3 renumbered")
    );
    let output = run(
        directory.path(),
        &[&arguments[..], &["--format", "json"]].concat(),
    );
    let report: Value = serde_json::from_slice(&output.stderr).unwrap();
    schema().validate(&report).unwrap();
    assert_eq!(report["merged"], true);
}

#[test]
fn mistakes_are_refused_and_nothing_is_written() {
    let directory = directory();
    let path = directory.path();
    std::fs::write(path.join("there.json"), "mine").unwrap();
    std::fs::write(
        path.join("bad.json"),
        r#"{"conflicts": [{"object": "A", "take": "mine"}]}"#,
    )
    .unwrap();
    let before = listing(path);
    let (a, b) = ("merge/base.json", "merge/ours.json");
    for (code, arguments, said) in [
        (2, vec![a, "-o", "out.json"], "2 values required"),
        (2, vec![a, b, "-o", a], "is the input"),
        (2, vec![a, b, "-o", "there.json"], "there.json exists"),
        (
            2,
            vec![a, "no-such-file", "-o", "out.json"],
            "no-such-file: No such file",
        ),
        (
            2,
            vec!["-", "-", "-o", "out.json"],
            "standard input is named twice",
        ),
        (
            2,
            vec!["--base", a, b, b, b, "-o", "out.json"],
            "takes two documents",
        ),
        (
            2,
            vec![a, b, "-o", "out.json", "--resolve", "bad.json"],
            "$.conflicts[0].take",
        ),
        (2, vec![a, b, "-o", "out.json", "--resolve", "none"], "none"),
    ] {
        let arguments = [vec!["merge"], arguments].concat();
        let output = fail(path, code, &arguments);
        assert!(output.contains(said), "{arguments:?}: {output}");
        assert_eq!(listing(path), before, "{arguments:?}");
    }
    assert_eq!(std::fs::read_to_string(path.join("there.json")).unwrap(), "mine");
}

#[test]
fn an_invalid_document_is_refused_unless_it_is_allowed() {
    let directory = directory();
    let path = directory.path();
    let tampered = made_text("tampered/flip-object.json");
    assert!(Path::new(&tampered).exists());
    let said = fail(
        path,
        1,
        &["merge", &tampered, "merge/lookup.json", "-o", "out.json"],
    );
    assert!(said.contains("it is not sound"), "{said}");
    succeed(
        path,
        &[
            "merge",
            &tampered,
            "merge/lookup.json",
            "-o",
            "out.json",
            "--allow-invalid",
        ],
    );
    assert_sound(&read(&path.join("out.json")).0);
}

#[test]
fn merge_of_encrypted_input_is_encrypted() {
    let directory = directory();
    let path = directory.path();
    std::fs::write(path.join("wrong"), "not this one\n").unwrap();
    std::fs::write(path.join("right"), format!("{PASSPHRASE}\n")).unwrap();
    std::fs::write(path.join("other"), "another\n").unwrap();
    let encrypted = document("generated/encrypted.json");
    let merge = |more: &[&str]| {
        let arguments = [
            "merge",
            "merge/lookup.json",
            &encrypted,
            "-o",
            "out.json",
            "--force",
        ];
        run(path, &[&arguments, more].concat())
    };
    let both = ["--passphrase-file", "wrong", "--passphrase-file", "right"];
    let out = path.join("out.json");
    let encryption = |passphrase| {
        let (report, contents) = read_with(&out, passphrase);
        assert!(passphrase.is_none() || !contents.objects.is_empty());
        report.encryption
    };
    assert_eq!(merge(&both).status.code(), Some(0));
    assert!(matches!(
        encryption(Some(PASSPHRASE)),
        Encryption::Passphrase { opened: true, .. }
    ));
    let secrets = std::fs::read_to_string(&out).unwrap();
    assert!(!secrets.contains("TmFtZXMgb25l"), "no rows in clear");
    assert_eq!(
        merge(&[&both[..], &["--encrypt-with", "other"]].concat())
            .status
            .code(),
        Some(0)
    );
    assert!(matches!(
        encryption(Some("another")),
        Encryption::Passphrase { opened: true, .. }
    ));
    assert_eq!(
        merge(&[&both[..], &["--in-clear"]].concat()).status.code(),
        Some(0)
    );
    assert_eq!(encryption(None), Encryption::Clear);
    let output = merge(&["--passphrase-file", "wrong"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("wrong passphrase"));
}

#[test]
#[ignore = "ci/long runs it"]
fn merge_with_itself_or_a_part_changes_nothing() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    for whole in [
        document("handmade/masking-job.json"),
        made_text("global-small.json"),
        document("generated/future.json"),
    ] {
        let first = &read(Path::new(&whole)).0.objects[1];
        let part = format!("{}:{}", first.type_name, first.key.identifier);
        let common = ["-o", "part.json", "--force", "--allow-invalid"];
        succeed(
            path,
            &[&["extract", &whole, "--object", &part], &common[..]].concat(),
        );
        for other in [whole.as_str(), "part.json"] {
            let more = ["-o", "out.json", "--force", "--allow-invalid"];
            succeed(path, &[&["merge", &whole, other], &more[..]].concat());
            let output = run(path, &["diff", &whole, "out.json"]);
            assert_eq!(
                output.status.code(),
                Some(0),
                "{}",
                String::from_utf8_lossy(&output.stdout)
            );
        }
    }
}

#[test]
fn unsigned_result_can_be_sealed_later() {
    let directory = directory();
    let path = directory.path();
    let sides = ["merge/ours.json", "merge/lookup.json"];
    succeed(
        path,
        &[&["merge"], &sides[..], &["--unsigned", "-o", "unsigned.json"]].concat(),
    );
    let text = std::fs::read_to_string(path.join("unsigned.json")).unwrap();
    let members: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(
        members.keys().collect::<Vec<_>>(),
        ["blob", "exportResponseMetadata"]
    );
    let (report, _) = read(&path.join("unsigned.json"));
    let errors = report
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Error);
    let errors: Vec<&str> = errors.map(Finding::id).collect();
    assert_eq!(errors, ["unsigned"]);
    let output = run(path, &["verify-signature", "unsigned.json"]);
    assert_eq!(output.status.code(), Some(1), "nothing vouches for it");
    assert!(String::from_utf8_lossy(&output.stdout).contains("unsigned"));

    let said = succeed(
        path,
        &[
            "seal",
            "unsigned.json",
            "--new-key",
            "key.pem",
            "-o",
            "sealed.json",
        ],
    );
    assert!(said.contains("note: unsigned.json: unsigned"), "{said}");
    assert_sound(&read(&path.join("sealed.json")).0);
    succeed(path, &[&["merge"], &sides[..], &["-o", "at-once.json"]].concat());
    succeed(path, &["diff", "at-once.json", "sealed.json"]);
    // Unsigned documents can be inspected, compared and merged like any other.
    succeed(path, &["diff", "unsigned.json", "sealed.json"]);
    succeed(
        path,
        &["merge", "unsigned.json", "merge/ours.json", "-o", "more.json"],
    );

    let said = fail(
        path,
        2,
        &[
            &["merge"],
            &sides[..],
            &["--unsigned", "--key", "key.pem", "-o", "out.json"],
        ]
        .concat(),
    );
    assert!(said.contains("cannot be used with"), "{said}");
}

#[test]
fn changed_document_without_seal_is_not_unsigned() {
    let directory = directory();
    let path = directory.path();
    let mut members: serde_json::Map<String, Value> =
        serde_json::from_slice(&std::fs::read(path.join("merge/ours.json")).unwrap()).unwrap();
    members.remove("signature");
    members.remove("publicKey");
    std::fs::write(path.join("stripped.json"), serde_json::to_vec(&members).unwrap()).unwrap();
    let said = fail(
        path,
        1,
        &["seal", "stripped.json", "--new-key", "key.pem", "-o", "out.json"],
    );
    assert!(said.contains("it is not sound"), "{said}");
    assert!(!path.join("key.pem").exists());
}

#[test]
fn undetermined_documents_are_merged_with_a_note() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let engine = document("generated/engine-like.json");
    let merge = ["merge", &engine, &engine, "-o", "out.json"];
    let output = run(path, &merge);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("engine-like.json: its signature is undetermined"),
        "{said}"
    );
    let output = run(path, &[&merge[..], &["--force", "--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    schema().validate(&report).unwrap();
    assert_eq!(report["notes"][0]["id"], "doubtful-source");
}

#[test]
fn document_with_an_object_twice_is_named() {
    let directory = directory();
    let twice = made_text("damaged/duplicate-object.json");
    let arguments = [
        "merge",
        "--allow-invalid",
        &twice,
        "merge/base.json",
        "-o",
        "out.json",
    ];
    let said = fail(directory.path(), 1, &arguments);
    assert!(said.contains("has DATABASE_CONNECTOR 3 twice"), "{said}");
}

#[test]
fn every_object_of_a_merge_can_be_reached_from_the_request() {
    let directory = directory();
    // Its job, ruleset and connector depend on each other in a circle; the request names none of the other's objects.
    let cyclic = made_text("damaged/cyclic.json");
    let arguments = [
        "merge",
        "--allow-invalid",
        &cyclic,
        "merge/base.json",
        "-o",
        "out.json",
    ];
    let said = succeed(directory.path(), &arguments);
    assert!(said.contains("13 objects"), "{said}");
    let (merged, _) = read(&directory.path().join("out.json"));
    assert_eq!(merged.objects.len(), 13);
}

#[test]
fn object_beyond_the_request_stays_in_a_merge() {
    let directory = directory();
    let mut plan = masking_job();
    let beyond = inventory(SampleSize::SMALL)
        .into_iter()
        .find(|object| object.key().type_number == 7);
    plan.objects.extend(beyond);
    let wanted = plan.objects.len();
    std::fs::write(directory.path().join("beyond.json"), plan.seal()).unwrap();
    let arguments = ["merge", "beyond.json", "beyond.json", "-o", "out.json"];
    succeed(directory.path(), &arguments);
    let (merged, _) = read(&directory.path().join("out.json"));
    assert_eq!(merged.objects.len(), wanted);
}
