//! `extract`: the objects in the result, their order, and their unchanged bytes.

use std::collections::BTreeSet;

use crate::support::command::{PASSPHRASE, assert_sound, bytes, fail, listing, read, read_with, succeed};
use crate::support::property;
use crate::support::{made, testdata};
use exportdoc::internal::extract::{Dependencies, ExtractError, extract};
use exportdoc::internal::graph::Graph;
use exportdoc::internal::object::{SyncObject, known_by_number};
use exportdoc::internal::sample::{SampleSize, global_objects};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::support::things::{ALGORITHM_REFERENCE, DOMAIN, LOOKUP, algorithm, numbered};

fn extract_all(document: &str, root: &str) {
    let directory = tempdir().unwrap();
    let source = testdata(document);
    succeed(
        directory.path(),
        &[
            "extract",
            source.to_str().unwrap(),
            "--object",
            root,
            "-o",
            "out.json",
        ],
    );
    let (before, contents) = read(&source);
    let (report, extracted) = read(&directory.path().join("out.json"));
    assert_sound(&report);
    assert_eq!(bytes(&extracted.objects), bytes(&contents.objects));
    assert_eq!(extracted.header_fields, contents.header_fields);
    assert_eq!(extracted.record_fields, contents.record_fields);
    assert_eq!(report.envelope.host, before.envelope.host);
    assert_eq!(
        report.header.as_ref().unwrap().format,
        before.header.as_ref().unwrap().format
    );
    assert_ne!(report.header.unwrap().export_id, before.header.unwrap().export_id);
}

#[test]
#[ignore = "ci/long runs it"]
fn extracting_everything_gives_the_same_content() {
    for (document, root) in [
        ("generated/masking-job.json", "MASKING_JOB:4"),
        ("generated/engine-like.json", "MASKING_JOB:4"),
        ("generated/global-small.json", "GLOBAL_OBJECT:global"),
        ("generated/on-the-fly-job.json", "MASKING_JOB:5"),
        ("generated/profile-job.json", "PROFILE_JOB:6"),
    ] {
        extract_all(document, root);
    }
}

#[test]
fn unknown_fields_survive_byte_for_byte() {
    let (report, contents) = read(&testdata("generated/future.json"));
    assert!(!contents.header_fields.is_empty() && !contents.record_fields.is_empty());
    let root = &report.envelope.requested[0];
    let identifier = root.identifier.clone().unwrap();
    extract_all(
        "generated/future.json",
        &format!("{}:{identifier}", root.type_name.as_deref().unwrap()),
    );
}

#[test]
fn dependencies_follow_in_breadth_first_order() {
    let directory = tempdir().unwrap();
    let source = testdata("generated/global-small.json");
    let arguments = [
        "extract",
        source.to_str().unwrap(),
        "--object",
        "LOOKUP:TelephoneNoLookup",
        "--object",
        "DOMAIN:SSN",
        "-o",
        "out.json",
    ];
    succeed(directory.path(), &arguments);
    let (report, contents) = read(&directory.path().join("out.json"));
    assert_sound(&report);
    let graph = Graph::of(&contents.objects);
    assert_eq!(
        graph.breadth_first([0, 1]),
        (0..contents.objects.len()).collect::<Vec<_>>()
    );
    let requested: Vec<_> = report
        .envelope
        .requested
        .iter()
        .map(|row| row.type_name.clone().unwrap())
        .collect();
    assert_eq!(requested, ["LOOKUP", "DOMAIN"]);
    assert_eq!(report.objects[0].key.to_string(), "LOOKUP TelephoneNoLookup");
    assert_eq!(report.objects[1].key.to_string(), "DOMAIN SSN");
    assert!(
        report
            .objects
            .iter()
            .any(|object| object.type_name == "APPLICATION_SETTINGS")
    );
}

#[test]
fn references_replace_engine_wide_dependencies() {
    let directory = tempdir().unwrap();
    let source = testdata("generated/global-small.json");
    let (_, whole) = read(&source);
    let arguments = [
        "extract",
        source.to_str().unwrap(),
        "--object",
        "PROFILE_SET:2",
        "--references",
        "-o",
        "out.json",
    ];
    let set = whole
        .objects
        .iter()
        .find(|object| object.key().type_number == 26)
        .unwrap();
    let wanted = format!("PROFILE_SET:{}", set.key().identifier);
    let mut arguments = arguments;
    arguments[3] = &wanted;
    succeed(directory.path(), &arguments);
    let (report, contents) = read(&directory.path().join("out.json"));
    assert_sound(&report);
    assert_eq!(contents.objects[0].data_bytes(), set.data_bytes());
    let types: BTreeSet<_> = report
        .objects
        .iter()
        .map(|object| object.type_name.as_str())
        .collect();
    let expected = [
        "ALGORITHM_REFERENCE",
        "DOMAIN_REFERENCE",
        "PROFILE_EXPRESSION_REFERENCE",
        "PROFILE_SET",
    ];
    assert_eq!(types, BTreeSet::from(expected));
    let pairs: BTreeSet<_> = whole
        .objects
        .iter()
        .map(|object| &object.revision().pair)
        .collect();
    for object in &contents.objects {
        assert!(pairs.contains(&object.revision().pair), "{}", object.key());
        assert_eq!(
            object.data_bytes().is_empty(),
            known_by_number(object.key().type_number).is_none_or(|t| t.name != "PROFILE_SET")
        );
    }
}

#[test]
fn references_change_nothing_where_engines_use_them_already() {
    let directory = tempdir().unwrap();
    let source = testdata("generated/masking-job.json");
    let arguments = [
        "extract",
        source.to_str().unwrap(),
        "--object",
        "4",
        "--references",
        "-o",
        "out.json",
    ];
    // Only the job has the number 4.
    succeed(directory.path(), &arguments);
    assert_eq!(
        bytes(&read(&directory.path().join("out.json")).1.objects),
        bytes(&read(&source).1.objects)
    );
}

/// Engines don't write references that depend on anything.
#[test]
fn references_that_would_close_a_circle_are_refused() {
    let lookup = algorithm(LOOKUP, "names").uuid("names");
    let reference = algorithm(ALGORITHM_REFERENCE, "names")
        .uuid("names")
        .needs(&[&lookup]);
    let domain = numbered(DOMAIN, 1, "NAME").needs(&[&reference]);
    let objects = [&domain, &reference, &lookup].map(|thing| thing.build()).to_vec();
    let roots = [domain.key];
    let closure = extract(objects.clone(), &roots, Dependencies::Closure).unwrap();
    assert_eq!(bytes(&closure), bytes(&objects));
    let refused = extract(objects, &roots, Dependencies::References).unwrap_err();
    assert!(
        matches!(&refused, ExtractError::Circle(object) if object.key == reference.key),
        "{refused}"
    );
}

#[test]
fn split_writes_one_sound_document_per_object() {
    let directory = tempdir().unwrap();
    let source = testdata("generated/global-small.json");
    let source = source.to_str().unwrap();
    let arguments = [
        "extract",
        source,
        "--object",
        "DOMAIN:SSN",
        "--object",
        "KEY:global",
        "--split",
        "-o",
        ".",
    ];
    succeed(directory.path(), &arguments);
    assert_eq!(listing(directory.path()), ["DOMAIN-SSN.json", "KEY-global.json"]);
    for name in listing(directory.path()) {
        assert_sound(&read(&directory.path().join(name)).0);
    }
    let said = fail(directory.path(), 2, &arguments);
    assert!(
        said.contains("DOMAIN-SSN.json exists") && said.contains("--force"),
        "{said}"
    );
}

#[test]
fn ambiguous_object_name_is_an_error() {
    let directory = tempdir().unwrap();
    let source = testdata("generated/global-small.json");
    let (report, _) = read(&source);
    let source = source.to_str().unwrap();
    let refused = |object: &str| {
        fail(
            directory.path(),
            1,
            &["extract", source, "--object", object, "-o", "x.json"],
        )
    };
    assert!(refused("MASKING_JOB:77").contains("no object matches 'MASKING_JOB:77'"));
    let said = refused("1");
    assert!(
        said.contains("give one of ") && said.contains("APPLICATION_SETTINGS:1"),
        "{said}"
    );
    let set = report
        .objects
        .iter()
        .find(|object| object.type_name == "PROFILE_SET")
        .unwrap();
    let name = set.name.clone().unwrap();
    for wanted in [name.clone(), format!("PROFILE_SET:{name}"), format!("26:{name}")] {
        succeed(
            directory.path(),
            &["extract", source, "--object", &wanted, "-o", "y.json", "--force"],
        );
        assert_eq!(read(&directory.path().join("y.json")).0.objects[0].key, set.key);
    }
    assert_eq!(listing(directory.path()), ["y.json"]);
}

#[test]
fn invalid_document_needs_allow_invalid() {
    let directory = tempdir().unwrap();
    let run = |code, document: &str, allow: &[&str]| {
        let source = made(document);
        let (report, _) = read(&source);
        let connector = report
            .objects
            .iter()
            .find(|object| object.type_name == "DATABASE_CONNECTOR");
        let wanted = format!("DATABASE_CONNECTOR:{}", connector.unwrap().key.identifier);
        let output = format!("{code}-{}", source.file_name().unwrap().to_str().unwrap());
        let arguments = [
            "extract",
            source.to_str().unwrap(),
            "--object",
            &wanted,
            "-o",
            &output,
        ];
        let arguments = [&arguments[..], allow].concat();
        if code == 0 {
            let said = succeed(directory.path(), &arguments);
            assert_sound(&read(&directory.path().join(output)).0);
            said
        } else {
            let said = fail(directory.path(), code, &arguments);
            assert!(!directory.path().join(output).exists());
            said
        }
    };
    for document in ["tampered/flip-object.json", "tampered/metadata-hash.json"] {
        let said = run(1, document, &[]);
        assert!(said.contains("--allow-invalid"), "{said}");
        let said = run(0, document, &["--allow-invalid"]);
        assert!(said.contains("note: "), "{said}");
    }
    let said = run(1, "damaged/truncated-in-blob.json", &["--allow-invalid"]);
    assert!(said.contains("not all of it can be read"), "{said}");
    let said = run(0, "engine-like.json", &[]);
    assert!(said.contains("undetermined"), "{said}");
}

#[test]
fn an_encrypted_document_stays_encrypted() {
    let directory = tempdir().unwrap();
    std::fs::write(directory.path().join("phrase"), PASSPHRASE).unwrap();
    let source = testdata("generated/encrypted.json");
    let (whole, _) = read_with(&source, Some(PASSPHRASE));
    let root = format!(
        "{}:{}",
        whole.objects[0].type_name, whole.objects[0].key.identifier
    );
    let arguments = [
        "extract",
        source.to_str().unwrap(),
        "--object",
        &root,
        "--passphrase-file",
        "phrase",
        "-o",
        "out.json",
    ];
    succeed(directory.path(), &arguments);
    let out = directory.path().join("out.json");
    let (closed, nothing) = read(&out);
    assert!(nothing.objects.is_empty());
    assert!(closed.findings.iter().any(|finding| finding.id() == "encrypted"));
    let (open, contents) = read_with(&out, Some(PASSPHRASE));
    assert_sound(&open);
    assert_eq!(
        bytes(&contents.objects),
        bytes(&read_with(&source, Some(PASSPHRASE)).1.objects)
    );
}

#[test]
#[ignore = "ci/long runs it"]
fn a_document_from_a_pipe_gives_what_one_from_a_file_gives() {
    let directory = tempdir().unwrap();
    let source = testdata("generated/global-small.json");
    let file = source.to_str().unwrap();
    let extract = |dependencies: &str, from: &str, out: &str| {
        let objects = ["--object", "DOMAIN:FIRST_NAME", "--object", "LastNameLookup"];
        let mut arguments = vec!["extract", from, dependencies, "-o", out];
        arguments.extend(objects);
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_exportdoc"));
        let command = command.current_dir(directory.path()).args(arguments);
        match from {
            "-" => command.pipe_stdin(&source).unwrap().assert().success(),
            _ => command.assert().success(),
        };
        read(&directory.path().join(out))
    };
    for dependencies in ["--closure", "--references"] {
        let (of_file, from_file) = extract(dependencies, file, &format!("file{dependencies}.json"));
        let (_, from_pipe) = extract(dependencies, "-", &format!("pipe{dependencies}.json"));
        assert_sound(&of_file);
        assert!(
            (2..20).contains(&from_file.objects.len()),
            "{}",
            from_file.objects.len()
        );
        assert_eq!(bytes(&from_file.objects), bytes(&from_pipe.objects));
        assert_eq!(from_file.record_fields, from_pipe.record_fields);
    }
}

fn global() -> Vec<SyncObject<'static>> {
    global_objects(SampleSize::SMALL).unwrap()
}

proptest! {
    #![proptest_config(property(6))]

    /// Any extract is closed, ordered, and unchanged; extracting from it again changes nothing.
    #[test]
    fn extraction_is_closed_ordered_and_idempotent(picks in prop::collection::vec(any::<prop::sample::Index>(), 1..5)) {
        let objects = global();
        let mut roots = Vec::new();
        for pick in picks {
            let key = pick.get(&objects).key().clone();
            if !roots.contains(&key) {
                roots.push(key);
            }
        }
        for mode in [Dependencies::Closure, Dependencies::References] {
            let taken = extract(objects.clone(), &roots, mode).unwrap();
            let graph = Graph::of(&taken);
            prop_assert!(graph.nodes().iter().all(|node| node.missing.is_empty()));
            let start: Vec<_> = roots.iter().map(|root| graph.find(root).unwrap()).collect();
            prop_assert_eq!(graph.breadth_first(start), (0..taken.len()).collect::<Vec<_>>());
            prop_assert_eq!(bytes(&extract(taken.clone(), &roots, mode).unwrap()), bytes(&taken));
            if mode == Dependencies::Closure {
                for object in &taken {
                    let original = objects.iter().find(|other| other.key() == object.key()).unwrap();
                    prop_assert_eq!(original.as_bytes(), object.as_bytes());
                }
            }
        }
    }
}
