//! `exportdoc plan` and `inspect --against`: outputs, exit codes, kinds of target files, unknown steps.

use std::path::{Path, PathBuf};

use crate::support::assert_snapshot;
use crate::support::command::{PASSPHRASE, fail, run};
use crate::support::{made_text, testdata};
use serde_json::{Value, json};
use tempfile::TempDir;

const OURS: &str = "merge/ours.json";
const STATE: &str = "targets/state.json";
const LISTS: &str = "targets/lists";

fn generated() -> PathBuf {
    testdata("generated")
}

/// Plans among the generated documents: standard output and exit code.
fn plan(arguments: &[&str]) -> (String, i32) {
    plan_in(&generated(), arguments)
}

fn plan_in(directory: &Path, arguments: &[&str]) -> (String, i32) {
    let output = run(directory, &[&["plan"], arguments].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.is_empty(), "{arguments:?}: {errors}");
    (text, output.status.code().unwrap())
}

fn plan_json(arguments: &[&str]) -> (Value, i32) {
    let (text, code) = plan(&[arguments, &["--format", "json"]].concat());
    let plan: Value = serde_json::from_str(&text).unwrap();
    schema()
        .validate(&plan)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
    (plan, code)
}

/// `TYPE name: action`, step by step.
fn steps(plan: &Value) -> Vec<String> {
    let steps = plan["steps"].as_array().unwrap().iter();
    steps
        .map(|step| {
            let object = &step["object"];
            let name = object["name"].as_str().unwrap_or("-");
            format!(
                "{} {name}: {}",
                object["type"].as_str().unwrap(),
                step["action"].as_str().unwrap()
            )
        })
        .collect()
}

fn schema() -> jsonschema::Validator {
    let text = std::fs::read_to_string(testdata("../docs/schema/plan-v1.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::draft202012::new(&schema).unwrap()
}

fn list(name: &str) -> Value {
    let bytes = std::fs::read(generated().join(LISTS).join(name)).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn every_format_shows_a_plan() {
    for format in ["text", "json", "markdown"] {
        let mut shown = String::new();
        for arguments in [
            &[
                OURS,
                "--target",
                STATE,
                "--environment",
                "1",
                "--deny",
                "overwrite",
            ][..],
            &[
                "merge/other-bundle.json",
                "--target",
                "targets/lists/objects-1.json",
                "--force-overwrite",
            ],
            &[
                "on-the-fly-job.json",
                "--target",
                STATE,
                "--environment",
                "1",
                "--source-environment",
                "Lab",
            ],
        ] {
            let (text, code) = plan(&[arguments, &["--format", format]].concat());
            shown.push_str(&format!(
                "$ exportdoc plan {}\n{text}--- exit code {code}\n\n",
                arguments.join(" ")
            ));
        }
        assert_snapshot(&format!("plan-{format}"), &shown);
    }
}

#[test]
fn dump_and_complete_lists_give_the_same_plan() {
    for document in [
        OURS,
        "merge/theirs-too.json",
        "merge/reference.json",
        "merge/bundle.json",
        "merge/other-engine.json",
    ] {
        for force in [&[][..], &["--force-overwrite"]] {
            let planned = |target: &str| {
                let arguments = [&[document, "--target", target, "--environment", "1"], force].concat();
                let (mut plan, code) = plan_json(&arguments);
                plan["target"] = Value::Null;
                (plan, code)
            };
            assert_eq!(planned(STATE), planned(LISTS), "{document}");
        }
    }
}

#[test]
fn exit_codes_say_how_the_import_would_end() {
    let at = |more: &[&str]| plan(&[&["--target", STATE, "--environment", "1"], more].concat()).1;
    assert_eq!(at(&["merge/base.json"]), 0, "nothing to do");
    assert_eq!(at(&[OURS]), 1, "a conflict");
    assert_eq!(at(&[OURS, "--force-overwrite"]), 0);
    assert_eq!(
        at(&["masking-job.json", "--force-overwrite"]),
        1,
        "missing references"
    );
    let unknown = [
        OURS,
        "--environment",
        "1",
        "--target",
        "targets/lists/objects-1.json",
    ];
    assert_eq!(plan(&unknown).1, 3);
    assert_eq!(plan(&[OURS, "--target", STATE]).1, 1, "no environment is given");
    assert_eq!(
        plan(&[OURS, "--target", STATE, "--environment", "9"]).1,
        1,
        "no such environment"
    );
    let limit = ["plan", OURS, "--target", STATE, "--max-size", "100"];
    assert!(fail(&generated(), 5, &limit).contains("larger than the limit"));
}

#[test]
fn an_environment_by_name_is_answered_as_one_by_id() {
    let asked = |document: &str, target: &str, environment: &str| {
        let (mut plan, code) = plan_json(&[document, "--target", target, "--environment", environment]);
        plan["environment"] = Value::Null;
        (plan, code)
    };
    // One that is there.
    assert_eq!(asked(OURS, STATE, "Clinic"), asked(OURS, STATE, "1"));
    // One that isn't: an import would be refused, and nothing of it is unknown.
    let ends = |(plan, code): &(Value, i32)| {
        let end = &plan["outcomes"]["without_force"];
        (*code, end["verdict"].clone(), end["status"].clone(), steps(plan))
    };
    let (by_name, by_id) = (asked(OURS, STATE, "Shop"), asked(OURS, STATE, "9"));
    assert_eq!(ends(&by_name), ends(&by_id));
    let (code, verdict, status, told) = ends(&by_name);
    assert_eq!((code, verdict, status), (1, json!("would-fail"), json!(400)));
    assert!(told.iter().all(|step| step.ends_with(": blocked")), "{told:?}");
    assert_eq!(by_name.0["steps"][0]["rule"]["id"], "environment-not-found");
    assert!(
        by_name.0["notes"]
            .to_string()
            .contains("called Shop; it has Clinic, Lab")
    );
    let (text, _) = plan(&[OURS, "--target", STATE, "--environment", "Shop"]);
    assert!(text.contains("into       Shop (doesn't exist)"), "{text}");
    // An object whose presence is unknown.
    let (by_name, by_id) = (asked(OURS, OURS, "Shop"), asked(OURS, OURS, "9"));
    assert_eq!((by_name.1, by_id.1), (3, 3));
    let needs = by_name.0["outcomes"]["without_force"]["needs"].to_string();
    assert!(needs.contains("GET /environments"), "{needs}");
    // Engine-wide objects need no environment.
    let whole = plan_json(&["merge/bundle.json", "--target", STATE]);
    for environment in ["1", "9", "Clinic", "Shop"] {
        let (mut plan, code) = asked("merge/bundle.json", STATE, environment);
        plan["notes"] = json!([]);
        assert_eq!((&plan, code), (&whole.0, whole.1), "{environment}");
    }
    assert_eq!(whole.1, 0);
}

#[test]
fn complete_target_leaves_no_step_unknown() {
    for document in [
        OURS,
        "on-the-fly-job.json",
        "merge/bundle.json",
        "profile-job.json",
    ] {
        for more in [
            &[][..],
            &["--environment", "1"],
            &["--source-environment", "Nowhere"],
        ] {
            let (plan, code) = plan_json(&[&[document, "--target", STATE], more].concat());
            assert_ne!(code, 3);
            let told = steps(&plan);
            assert!(
                !told.iter().any(|step| step.ends_with(": unknown")),
                "{document}: {told:?}"
            );
        }
    }
}

#[test]
fn json_says_as_text_does_that_an_import_may_fail_sooner() {
    let sooner = |document: &str, target: &str| {
        let arguments = [document, "--target", target];
        let (plan, _) = plan_json(&arguments);
        let (text, _) = self::plan(&arguments);
        let end = plan["outcomes"]["without_force"].clone();
        assert_eq!(
            text.lines()
                .any(|line| line.starts_with("Without force") && line.contains(" or sooner")),
            end["may_fail_sooner"]
        );
        (end["verdict"].clone(), end["may_fail_sooner"].clone())
    };
    // A document of the key alone says nothing of algorithms.
    let directory = TempDir::new().unwrap();
    let key = directory.path().join("key.json");
    let bundle = generated().join("merge/bundle.json");
    let arguments = [
        "extract",
        bundle.to_str().unwrap(),
        "--object",
        "KEY:global",
        "-o",
    ];
    run(
        directory.path(),
        &[&arguments[..], &[key.to_str().unwrap()]].concat(),
    );
    assert_eq!(
        sooner("merge/other-bundle.json", key.to_str().unwrap()),
        (json!("would-fail"), json!(true))
    );
    assert_eq!(
        sooner("merge/other-bundle.json", "merge/bundle.json"),
        (json!("would-fail"), json!(false))
    );
    assert_eq!(
        sooner("merge/other-bundle.json", STATE),
        (json!("would-fail"), json!(false))
    );
    assert_eq!(
        sooner("merge/bundle.json", STATE),
        (json!("would-succeed"), json!(false))
    );
}

#[test]
fn denied_actions_fail_or_leave_the_outcome_unknown() {
    let at = |more: &[&str]| plan(&[&[OURS, "--target", STATE, "--environment", "1"], more].concat());
    let forced = ["--force-overwrite", "--deny", "overwrite"];
    let (text, code) = at(&forced);
    assert_eq!(code, 1);
    assert!(text.contains("Denied: 1 object would be overwritten"), "{text}");
    assert_eq!(
        at(&["--force-overwrite", "--deny", "irreversible"]).1,
        0,
        "a job can be saved again"
    );
    let key = |deny: &str| {
        plan(&[
            "merge/other-bundle.json",
            "--target",
            STATE,
            "--force-overwrite",
            "--deny",
            deny,
        ])
        .1
    };
    assert_eq!((key("irreversible"), key("overwrite,irreversible")), (1, 1));
    let perhaps = [
        "merge/other-bundle.json",
        "--target",
        "targets/lists/environments.json",
        "--force-overwrite",
    ];
    let (plan, code) = plan_json(&[&perhaps[..], &["--deny", "irreversible"]].concat());
    assert_eq!((code, &plan["denied"][0]["certain"]), (3, &json!(false)));
}

#[test]
fn both_outcomes_are_said_whichever_is_asked_for() {
    for force in [false, true] {
        let mut arguments = vec!["merge/bundle.json", "--target", STATE];
        arguments.extend(force.then_some("--force-overwrite"));
        let (plan, _) = plan_json(&arguments);
        assert_eq!(plan["outcomes"]["without_force"]["verdict"], "would-succeed");
        assert_eq!(plan["force_overwrite"], force);
    }
    let (plan, _) = plan_json(&["merge/other-bundle.json", "--target", STATE]);
    assert_eq!(plan["outcomes"]["without_force"]["status"], 409);
    assert_eq!(plan["outcomes"]["with_force"]["verdict"], "would-succeed");
    assert_eq!(plan["irreversible"][0]["what"], "global-key");
}

#[test]
fn list_without_names_names_the_missing_information() {
    let (plan, code) = plan_json(&[
        OURS,
        "--target",
        "targets/lists/objects-1.json",
        "--target",
        "targets/lists/objects-2.json",
        "--target",
        "targets/lists/environments.json",
        "--environment",
        "Clinic",
    ]);
    assert_eq!(code, 3);
    let needs = plan["outcomes"]["without_force"]["needs"].to_string();
    for path in ["/database-connectors", "/database-rulesets", "/masking-jobs"] {
        assert!(needs.contains(path), "{needs}");
    }
    // With force, what is there or not can't end it.
    assert_eq!(plan["outcomes"]["with_force"]["verdict"], "would-succeed");
}

#[test]
fn missing_pages_leave_objects_unknown() {
    let directory = TempDir::new().unwrap();
    let (first, second) = (list("objects-1.json"), list("objects-2.json"));
    let document = generated().join("merge/other-bundle.json");
    let document = document.to_string_lossy();
    let cities = |state: &str| {
        let path = directory.path().join("pages.json");
        std::fs::write(&path, state).unwrap();
        let arguments = ["plan", &*document, "--target", "pages.json", "--format", "json"];
        let output = run(directory.path(), &arguments);
        let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
        let steps = steps(&plan);
        let cities = steps
            .iter()
            .find(|step| step.starts_with("LOOKUP Cities"))
            .unwrap()
            .clone();
        (cities, plan["notes"].to_string())
    };
    let (step, notes) = cities(&first.to_string());
    assert_eq!(step, "LOOKUP Cities: unknown");
    assert!(notes.contains("4 of the list's 7 entries"), "{notes}");
    // The same page twice is no other page.
    assert_eq!(cities(&format!("{first}{first}")).0, "LOOKUP Cities: unknown");
    for complete in [format!("{first}\n{second}\n"), json!([second, first]).to_string()] {
        assert_eq!(
            cities(&complete),
            ("LOOKUP Cities: create".to_owned(), "[]".to_owned())
        );
    }
    let entries = [
        first["responseList"].as_array().unwrap().clone(),
        second["responseList"].as_array().unwrap().clone(),
    ];
    let (step, notes) = cities(&json!(entries.concat()).to_string());
    assert_eq!(step, "LOOKUP Cities: unknown");
    assert!(notes.contains("without the engine's count"), "{notes}");
}

#[test]
fn an_export_document_of_the_target_tells_what_it_has() {
    let (plan, code) = plan_json(&["merge/bundle.json", "--target", "merge/bundle.json"]);
    assert_eq!(code, 0);
    assert_eq!(
        steps(&plan),
        [
            "LOOKUP Names: unchanged",
            "KEY global: unchanged",
            "GLOBAL_OBJECT global: derived"
        ]
    );
    // A bundle holds every engine-wide object that can be synced: an object outside of it doesn't exist.
    let (plan, code) = plan_json(&["merge/other-bundle.json", "--target", "merge/bundle.json"]);
    assert_eq!(code, 1);
    assert_eq!(steps(&plan)[0], "LOOKUP Cities: create");
    let references = [
        "masking-job.json",
        "--target",
        "masking-job.json",
        "--environment",
        "1",
    ];
    let (plan, code) = plan_json(&references);
    assert_eq!(
        code, 3,
        "in which environment its objects are, a document doesn't tell"
    );
    let told: Vec<_> = steps(&plan)
        .into_iter()
        .filter(|step| step.contains("_REFERENCE"))
        .collect();
    assert!(
        told.len() > 10 && told.iter().all(|step| step.ends_with(": resolved")),
        "{told:?}"
    );
}

#[test]
fn contradictory_sources_are_named_in_the_error() {
    let output = run(
        &generated(),
        &[
            "plan",
            "--target",
            "merge/other-bundle.json",
            "--target",
            "merge/bundle.json",
            "merge/bundle.json",
        ],
    );
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with(
            "error: merge/other-bundle.json and merge/bundle.json disagree about the revision of"
        ),
        "{said}"
    );
    assert!(said.contains("save them again"), "{said}");
}

#[test]
fn dump_with_hidden_objects_says_so() {
    let directory = TempDir::new().unwrap();
    let bytes = std::fs::read(generated().join(STATE)).unwrap();
    let mut state: Value = serde_json::from_slice(&bytes).unwrap();
    for object in state["objects"].as_array_mut().unwrap() {
        if object.get("secret").is_some() {
            object["secret"] = "<redacted>".into();
        }
    }
    std::fs::write(directory.path().join("state.json"), state.to_string()).unwrap();
    let document = generated().join("merge/bundle.json");
    let (text, code) = plan_in(
        directory.path(),
        &[&document.to_string_lossy(), "--target", "state.json"],
    );
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("2 objects are hidden") && text.contains("needs the revision of KEY global"),
        "{text}"
    );
}

#[test]
fn target_version_blocks_types_it_lacks() {
    let (plan, code) = plan_json(&[
        "merge/base.json",
        "--target",
        STATE,
        "--environment",
        "1",
        "--target-version",
        "5.3",
    ]);
    assert_eq!((code, &plan["target"]["version"]), (0, &json!("5.3.0.0")));
    let (plan, code) = plan_json(&[
        "profile-job.json",
        "--target",
        STATE,
        "--environment",
        "1",
        "--target-version",
        "5.3",
    ]);
    assert_eq!(code, 1);
    let blocked = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|step| step["object"]["type"] == "PROFILE_SET_REFERENCE");
    assert_eq!(blocked.unwrap()["rule"]["id"], "unsupported-type");
    let said = fail(
        &generated(),
        2,
        &["plan", OURS, "--target", STATE, "--target-version", "5.2.4"],
    );
    assert!(said.contains("object by object"), "{said}");
}

#[test]
fn mistakes_are_errors_with_help() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(directory.path().join(name), text).unwrap();
        directory.path().join(name).to_string_lossy().into_owned()
    };
    let error = write(
        "error.json",
        r#"{"errorMessage": "Invalid username or password"}"#,
    );
    let import = write(
        "import.json",
        r#"[{"objectIdentifier": {"id": 1}, "objectType": "DOMAIN", "importStatus": "SUCCESS"}]"#,
    );
    let odd = write(
        "odd.json",
        r#"{"_pageInfo": {"total": 1}, "responseList": [{"userId": 1}]}"#,
    );
    let cut = write(
        "cut.json",
        r#"{"_pageInfo": {"total": 1}, "responseList": [{"objectType""#,
    );
    let broken = write(
        "broken.json",
        r#"{"tables": {}, "objects": [{"typeName": "KEY", "message": "AAAA"}]}"#,
    );
    let empty = directory.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let empty = empty.to_string_lossy().into_owned();
    for (target, said) in [
        ("no-such-file.json", "check the path"),
        (&*error, "Invalid username or password"),
        (&*import, "result of an import"),
        (&*odd, "$.responseList[0]: neither a syncable object nor a row"),
        (&*cut, "cut off"),
        (&*broken, "$.objects[0].message"),
        (&*empty, "no export document in it"),
        (&made_text("tampered/flip-object.json"), "signature is not valid"),
        (
            &made_text("damaged/truncated-in-blob.json"),
            "not all of it can be read",
        ),
        ("encrypted.json", "its objects are encrypted"),
    ] {
        let printed = fail(&generated(), 2, &["plan", OURS, "--target", target]);
        assert!(
            printed.contains(said) && printed.contains("help:"),
            "{target}: {printed}"
        );
    }
    for (arguments, said) in [
        (&[OURS][..], "--target"),
        (&["-", "--target", "-"], "standard input is named twice"),
        (
            &["encrypted.json", "--target", STATE],
            "its objects are encrypted",
        ),
        (
            &[&made_text("damaged/truncated-in-blob.json"), "--target", STATE],
            "not all of it can be read",
        ),
    ] {
        let printed = fail(&generated(), 2, &[&["plan"], arguments].concat());
        assert!(printed.contains(said), "{arguments:?}: {printed}");
    }
}

#[test]
fn tampered_document_would_be_refused() {
    let arguments = [
        &made_text("tampered/flip-object.json"),
        "--target",
        STATE,
        "--environment",
        "1",
        "--force-overwrite",
    ];
    let (plan, code) = plan_json(&arguments);
    assert_eq!(
        (code, &plan["outcomes"]["with_force"]["status"]),
        (1, &json!(400))
    );
    assert!(
        plan["outcomes"]["with_force"]["message"]
            .to_string()
            .contains("signature is not valid")
    );
}

#[test]
fn encrypted_documents_are_opened_with_their_passphrase() {
    let directory = TempDir::new().unwrap();
    let right = directory.path().join("right");
    let wrong = directory.path().join("wrong");
    std::fs::write(&right, format!("{PASSPHRASE}\n")).unwrap();
    std::fs::write(&wrong, "not this one\n").unwrap();
    let (right, wrong) = (right.to_string_lossy(), wrong.to_string_lossy());
    let arguments = [
        "encrypted.json",
        "--target",
        "encrypted.json",
        "--target",
        "targets/lists/environments.json",
        "--environment",
        "1",
        "--force-overwrite",
    ];
    let both = ["--passphrase-file", &*wrong, "--passphrase-file", &*right];
    let (plan, code) = plan_json(&[&arguments[..], &both].concat());
    assert_eq!(code, 0, "{plan}");
    assert!(steps(&plan).iter().any(|step| step.ends_with(": resolved")));
    let arguments = [&["plan"], &arguments[..], &both[..2]].concat();
    assert!(fail(&generated(), 2, &arguments).contains("wrong passphrase"));
}

#[test]
fn text_of_documents_and_states_is_escaped() {
    let directory = TempDir::new().unwrap();
    let row = json!({ "environmentId": 1, "environmentName": "\u{1b}[2J<b>|x", "applicationId": 1, "purpose": "MASK" });
    let page = json!({ "_pageInfo": { "numberOnPage": 1, "total": 1 }, "responseList": [row] });
    std::fs::write(directory.path().join("environments.json"), page.to_string()).unwrap();
    let document = generated().join(OURS);
    for format in ["text", "json", "markdown"] {
        let arguments = [
            &*document.to_string_lossy(),
            "--target",
            "environments.json",
            "--environment",
            "1",
            "--format",
            format,
        ];
        let (text, _) = plan_in(directory.path(), &arguments);
        assert!(!text.contains('\u{1b}'), "{format}");
        assert!(format != "markdown" || !text.contains("<b>|"), "{text}");
    }
}

#[test]
fn inspect_against_shows_stale_references() {
    let output = run(
        &generated(),
        &[
            "inspect",
            "--format",
            "json",
            "--against",
            "merge/lookup.json",
            "merge/reference.json",
        ],
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let against = &report["documents"][0]["against"];
    assert_eq!(against["path"], "merge/lookup.json");
    assert_eq!(against["references"][0]["state"], "resolved");
    assert_eq!(against["references"][0]["original"]["type"], "LOOKUP");

    // Another save of the domain, and another algorithm of the same name.
    let directory = TempDir::new().unwrap();
    let other = restated(&directory);
    let output = run(
        &generated(),
        &[
            "inspect",
            "--against",
            &other.to_string_lossy(),
            "masking-job.json",
        ],
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("1 stale, 1 other-object, ") && text.contains(" missing"),
        "{text}"
    );
    assert_eq!(output.status.code(), Some(0));
    let said = fail(&generated(), 2, &["inspect", "--against", "encrypted.json", OURS]);
    assert!(said.contains("its objects are encrypted"), "{said}");
}

/// A document with two objects of the sample's, one saved again and one made anew.
fn restated(directory: &TempDir) -> PathBuf {
    use exportdoc::internal::build::{ExportFacts, seal};
    use exportdoc::internal::object::{Revision, RevisionPair, SyncObject};
    use exportdoc::internal::signature::{KeySize, SigningKey};
    let (report, contents) = crate::support::command::read(&generated().join("masking-job.json"));
    let mut objects = Vec::new();
    for (reference, original, type_number) in [
        ("DOMAIN_REFERENCE", "stale", 11),
        ("ALGORITHM_REFERENCE", "other", 2),
    ] {
        let at = report
            .objects
            .iter()
            .position(|object| object.type_name == reference)
            .unwrap();
        let object = &contents.objects[at];
        let key = exportdoc::internal::object::ObjectKey::new(type_number, object.key().identifier.clone());
        let pair = &object.revision().pair;
        let pair = match original {
            "stale" => RevisionPair {
                object: pair.object.clone(),
                save: "another save".to_owned(),
            },
            _ => RevisionPair {
                object: "another object".to_owned(),
                save: pair.save.clone(),
            },
        };
        let revision = Revision {
            pair,
            ..Revision::default()
        };
        objects.push(SyncObject::build(&key, &[], &revision, "EmptyData", &[]).unwrap());
    }
    let now = "2020-03-11T09:26:53Z".parse().unwrap();
    let facts = ExportFacts {
        host: String::new(),
        export_id: "3f0c9d52-7a41-4e86-b0d3-5c2e8f1a6b97".to_owned(),
        started: now,
        finished: now,
        format: 1,
        requested: Vec::new(),
        type_names: std::collections::BTreeMap::new(),
        encryption: None,
        declare_rule: true,
    };
    let key = SigningKey::from_seed(KeySize::Dsa512, b"restated").unwrap();
    let bytes = seal(&facts, &objects, &key, KeySize::Dsa512.default_rule()).unwrap();
    let path = directory.path().join("restated.json");
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn refusal_names_the_object_and_the_option() {
    let ends = |document: &str, more: &[&str], words: &str| {
        let (shown, code) = plan(&[&[document, "--target", STATE][..], more].concat());
        assert_eq!(code, 1, "{shown}");
        let last = shown.lines().last().unwrap();
        assert!(last.contains(words), "{last}");
        // Users can't look up a number that this project made up.
        assert!(!shown.contains("900"), "{shown}");
    };
    ends(
        "on-the-fly-job.json",
        &["--environment", "1"],
        "SOURCE_DATABASE_CONNECTOR 2 (Patients source) is the source of an on-the-fly job; name its environment with \
         --source-environment",
    );
    ends(
        "profile-job.json",
        &[],
        "PROFILE_JOB 6 (Profile patients) needs an environment; name it with --environment",
    );
}
