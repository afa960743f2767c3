//! Target states from lists, rows, dumps and documents, and the missing information that they name.

use exportdoc::internal::import_plan::{
    Identity, Location, Lookup, NEWEST_KNOWN_FORMAT, Presence, Purpose, TargetInventory, TargetRevision,
    TypeSelector,
};
use exportdoc::internal::report::{ExamineOptions, Examiner};
use exportdoc::internal::target_state::{SourceKind, TargetState, TargetStateBuilder};
use serde_json::{Value, json};

use crate::support::target::{ask, entry, page, state, state_of, testdata};
use crate::support::things::{CONNECTOR, DOMAIN, ENVIRONMENT, RULESET, document, numbered};

#[test]
fn complete_list_of_one_type_covers_that_type() {
    let domains = [
        entry("DOMAIN", json!({ "id": "SSN" })),
        entry("DOMAIN", json!({ "id": "ZIP" })),
    ];
    let of_domains = state(&[page(2, &domains)]);
    let at = |state: &TargetState, type_name, name| ask(state, type_name, Location::Global, name);
    assert_eq!(at(&of_domains, "DOMAIN", "SSN"), "present");
    assert_eq!(at(&of_domains, "DOMAIN", "NAME"), "absent");
    assert_eq!(at(&of_domains, "KEY", "global"), "unknown");
    let all = state(&[page(
        3,
        &[
            domains[0].clone(),
            domains[1].clone(),
            entry("KEY", json!({ "keyId": "global" })),
        ],
    )]);
    assert_eq!(at(&all, "KEY", "global"), "present");
    assert_eq!(at(&all, "PROFILE_SET", "HIPAA"), "absent");
    // Nothing tells what an empty list was asked for.
    assert_eq!(at(&state(&[page(0, &[])]), "DOMAIN", "SSN"), "unknown");
    // Two lists of one length aren't two pages of one.
    let other = [entry("LOOKUP", json!({ "algorithmName": "A" }))];
    let mixed = state(&[page(2, &domains[..1]), page(2, &other)]);
    assert_eq!(at(&mixed, "DOMAIN", "ZIP"), "unknown");
    let mixed = state(&[
        page(3, &domains),
        page(3, &other[..1]),
        page(3, &[entry("LOOKUP", json!({ "algorithmName": "B" }))]),
    ]);
    assert_eq!(
        at(&mixed, "DOMAIN", "NAME"),
        "unknown",
        "four entries of a list of three"
    );
}

#[test]
fn unsyncable_object_is_present_without_a_revision() {
    let mut domain = entry("DOMAIN", json!({ "id": "PATIENT_NO" }));
    domain["revisionHash"] = "Not Syncable: mapping algorithm".into();
    let state = state(&[page(1, &[domain])]);
    let found = state.find(&Lookup {
        types: TypeSelector::Type("DOMAIN"),
        location: Location::Global,
        identity: Identity::Name("PATIENT_NO"),
    });
    let Presence::Present(found) = found else {
        panic!("{found:?}")
    };
    assert_eq!(found.revision, TargetRevision::Unknown);
}

#[test]
fn rows_of_one_environment_cover_it_alone() {
    let row = |id: i64, environment: i64| json!({ "databaseConnectorId": id.to_string(), "connectorName": format!("c{id}"), "environmentId": environment });
    let one = state(&[page(1, &[row(1, 5)])]);
    let at = |state: &TargetState, environment, name| {
        ask(
            state,
            "DATABASE_CONNECTOR",
            Location::Environment(environment),
            name,
        )
    };
    assert_eq!(
        (at(&one, 5, "c1"), at(&one, 5, "c2"), at(&one, 6, "c1")),
        ("present", "absent", "unknown")
    );
    let two = state(&[page(2, &[row(1, 5), row(2, 6)])]);
    assert_eq!(
        (at(&two, 5, "c2"), at(&two, 6, "c2"), at(&two, 7, "c2")),
        ("absent", "present", "absent")
    );
    let half = state(&[page(2, &[row(1, 5)])]);
    assert_eq!((at(&half, 5, "c1"), at(&half, 5, "c2")), ("present", "unknown"));
}

#[test]
fn pages_of_two_environments_are_two_lists() {
    let row = |id: i64, environment: i64| json!({ "databaseConnectorId": id, "connectorName": format!("c{id}"), "environmentId": environment });
    let at = |state: &TargetState, environment, name| {
        ask(
            state,
            "DATABASE_CONNECTOR",
            Location::Environment(environment),
            name,
        )
    };
    let two = state(&[page(2, &[row(1, 5)]), page(2, &[row(9, 6)])]);
    assert_eq!((at(&two, 5, "c2"), at(&two, 7, "c2")), ("unknown", "unknown"));
    let one = state(&[page(3, &[row(1, 5), row(2, 6)]), page(3, &[row(9, 6)])]);
    assert_eq!((at(&one, 5, "c9"), at(&one, 7, "c2")), ("absent", "absent"));
    let of_one = state(&[page(2, &[row(1, 5)]), page(2, &[row(2, 5)])]);
    assert_eq!(
        (at(&of_one, 5, "c9"), at(&of_one, 7, "c2")),
        ("absent", "unknown")
    );
    let environment = |id: i64, application: i64| json!({ "environmentId": id, "environmentName": format!("e{id}"), "applicationId": application });
    let applications = state(&[page(2, &[environment(1, 1)]), page(2, &[environment(5, 2)])]);
    assert!(matches!(applications.environment(9), Presence::Unknown { .. }));
}

#[test]
fn engine_wide_rows_are_complete_unless_filtered() {
    let sets = state(&[page(
        1,
        &[json!({ "profileSetId": 1, "profileSetName": "HIPAA" })],
    )]);
    let at = |state: &TargetState, type_name, name| ask(state, type_name, Location::Global, name);
    assert_eq!(
        (at(&sets, "PROFILE_SET", "HIPAA"), at(&sets, "PROFILE_SET", "PCI")),
        ("present", "absent")
    );
    let rows = state(&[page(1, &[json!({ "jdbcDriverId": 1, "driverName": "A" })])]);
    assert_eq!(
        (at(&rows, "JDBC_DRIVER", "A"), at(&rows, "JDBC_DRIVER", "B")),
        ("present", "unknown")
    );
    let objects = state(&[page(1, &[entry("JDBC_DRIVER", json!({ "id": "A" }))])]);
    assert_eq!(
        (at(&objects, "JDBC_DRIVER", "A"), at(&objects, "JDBC_DRIVER", "B")),
        ("present", "absent")
    );
}

#[test]
fn job_lives_where_its_connector_does() {
    let sources = [
        page(
            1,
            &[json!({ "maskingJobId": 7, "jobName": "Mask", "rulesetId": 3, "rulesetType": "FILE" })],
        ),
        page(
            1,
            &[json!({ "fileRulesetId": 3, "rulesetName": "Rules", "fileConnectorId": 2 })],
        ),
        page(
            1,
            &[json!({ "fileConnectorId": 2, "connectorName": "Files", "environmentId": 9 })],
        ),
    ];
    let all = state(&sources);
    assert_eq!(
        ask(&all, "MASKING_JOB", Location::Environment(9), "Mask"),
        "present"
    );
    assert_eq!(
        ask(&all, "FILE_RULESET", Location::Environment(9), "Rules"),
        "present"
    );
    let without = state(&sources[..2]);
    assert_eq!(
        ask(&without, "MASKING_JOB", Location::Environment(9), "Mask"),
        "unknown"
    );
}

#[test]
fn kind_separates_rulesets_of_one_number() {
    let job = |id: i64, kind: Option<&str>| json!({ "maskingJobId": id, "jobName": format!("j{id}"), "rulesetId": 3, "rulesetType": kind });
    let jobs = page(3, &[job(1, Some("DATABASE")), job(2, Some("FILE")), job(3, None)]);
    let row = |row: Value| page(1, &[row]);
    let all = state(&[
        jobs,
        row(json!({ "databaseRulesetId": 3, "rulesetName": "d", "databaseConnectorId": 1 })),
        row(json!({ "databaseConnectorId": 1, "connectorName": "d", "environmentId": 5 })),
        row(json!({ "fileRulesetId": 3, "rulesetName": "f", "fileConnectorId": 1 })),
        row(json!({ "fileConnectorId": 1, "connectorName": "f", "environmentId": 6 })),
    ]);
    let at = |home, name| ask(&all, "MASKING_JOB", Location::Environment(home), name);
    assert_eq!([at(5, "j1"), at(6, "j1")], ["present", "unknown"]);
    assert_eq!([at(5, "j2"), at(6, "j2")], ["unknown", "present"]);
    assert_eq!([at(5, "j3"), at(6, "j3")], ["unknown", "unknown"]);
}

#[test]
fn environment_is_absent_only_from_a_complete_list() {
    let row = |id: i64, application: i64, purpose: &str| json!({ "environmentId": id, "environmentName": format!("e{id}"), "applicationId": application, "purpose": purpose });
    let some = state(&[page(1, &[row(1, 1, "TOKENIZE")])]);
    let Presence::Present(found) = some.environment(1) else {
        panic!("it is there")
    };
    assert_eq!(found.purpose, Some(Purpose::Tokenize));
    assert!(matches!(some.environment_named("e1"), Presence::Present(known) if known.id == 1));
    assert!(
        matches!(some.environment(2), Presence::Unknown { .. }),
        "of one application, perhaps"
    );
    let all = state(&[page(2, &[row(1, 1, "MASK"), row(2, 2, "MASK")])]);
    assert_eq!(
        (all.environment(3), all.environment_named("e3")),
        (Presence::Absent, Presence::Absent)
    );
}

#[test]
fn dump_with_secrets_is_complete() {
    let dump = testdata("targets/state.json");
    let whole = state_of(&[&dump], &[]);
    assert_eq!(
        (whole.is_complete(), whole.max_format()),
        (true, Some(NEWEST_KNOWN_FORMAT))
    );
    let mut hiding: Value = serde_json::from_slice(&dump).unwrap();
    hiding["objects"][0].as_object_mut().unwrap().remove("message");
    let hidden = state_of(&[], &[hiding]);
    assert_eq!(
        (hidden.is_complete(), hidden.max_format()),
        (false, Some(NEWEST_KNOWN_FORMAT))
    );
    let listed = state(&[page(1, &[entry("DOMAIN", json!({ "id": "SSN" }))])]);
    assert_eq!((listed.is_complete(), listed.max_format()), (false, None));
}

/// The pair of a reference may be older than what the engine lists.
#[test]
fn listed_hash_wins_over_an_unexplained_state() {
    let file = testdata("masking-job.json");
    let report = Examiner::new(&ExamineOptions::default())
        .read_bytes(&file)
        .unwrap()
        .report;
    let hash_of = |type_name: &str, id: &str| {
        let mut objects = report.objects.iter();
        let found = objects
            .find(|object| object.type_name == type_name && object.key.identifier.to_string() == id)
            .unwrap();
        found.computed_hash.clone().unwrap()
    };
    let listing = |type_name: &str, identifier: Value, hash: &str| {
        let mut entry = entry(type_name, identifier);
        entry["revisionHash"] = hash.into();
        page(99, &[entry])
    };
    let (algorithm, other) = (hash_of("ALGORITHM_REFERENCE", "FirstNameLookup"), "a".repeat(40));
    for (hash, explained) in [(&algorithm, true), (&other, false)] {
        let list = listing("LOOKUP", json!({ "algorithmName": "FirstNameLookup" }), hash);
        let found = state_of(&[&file], &[list]).find(&Lookup {
            types: TypeSelector::AnyAlgorithm,
            location: Location::Global,
            identity: Identity::Name("FirstNameLookup"),
        });
        let Presence::Present(found) = found else {
            panic!("{found:?}")
        };
        assert_eq!(matches!(found.revision, TargetRevision::Pair(_)), explained);
        assert_eq!(found.revision == TargetRevision::Hash(other.clone()), !explained);
    }
    // The sources show everything that the hash of the engine's own object covers.
    let rows = [
        page(
            1,
            &[json!({ "databaseRulesetId": 2, "rulesetName": "Patients rules", "databaseConnectorId": 1 })],
        ),
        page(
            1,
            &[json!({ "databaseConnectorId": 1, "connectorName": "Patients copy", "environmentId": 5 })],
        ),
    ];
    let list = listing(
        "DATABASE_RULESET",
        json!({ "id": 2 }),
        &hash_of("DATABASE_RULESET", "2"),
    );
    let [ruleset, connector] = rows;
    let found = state_of(&[&file], &[list, ruleset, connector]).find(&Lookup {
        types: TypeSelector::Type("DATABASE_RULESET"),
        location: Location::Environment(5),
        identity: Identity::Name("Patients rules"),
    });
    let Presence::Present(found) = found else {
        panic!("{found:?}")
    };
    assert!(matches!(found.revision, TargetRevision::Pair(_)));
}

#[test]
fn missing_information_is_named() {
    let needs = |state: &TargetState, type_name, place, identity| {
        let answer = state.find(&Lookup {
            types: TypeSelector::Type(type_name),
            location: place,
            identity,
        });
        let Presence::Unknown { needs } = answer else {
            panic!("{answer:?}")
        };
        needs
    };
    // An object without a name is asked for by UUID, which lists don't show.
    let list = state(&[page(
        2,
        &[
            entry("DOMAIN", json!({ "id": "SSN" })),
            entry("KEY", json!({ "keyId": "global" })),
        ],
    )]);
    let by_uuid = Identity::Object("d8b1f4a0-0000-4000-8000-000000000000");
    let of_domain = needs(&list, "DOMAIN", Location::Global, by_uuid);
    assert!(
        of_domain.contains("revisions of the target's DOMAIN objects"),
        "{of_domain}"
    );
    let document = state_of(&[&testdata("masking-job.json")], &[]);
    let home = Location::Environment(5);
    let of_connector = needs(
        &document,
        "DATABASE_CONNECTOR",
        home,
        Identity::Name("Patients copy"),
    );
    assert_eq!(
        of_connector,
        "the environment that DATABASE_CONNECTOR Patients copy lives in (GET /database-connectors)"
    );
}

#[test]
fn complete_dump_has_every_supported_type() {
    let takes = |state: &TargetState, type_name: &str| match state.takes_type(type_name) {
        Presence::Present(()) => "yes",
        Presence::Absent => "no",
        Presence::Unknown { needs } => {
            assert!(needs.contains(type_name), "{needs}");
            "unknown"
        }
    };
    let list = page(1, &[entry("FUTURE", json!({ "id": 1 }))]);
    let dump =
        json!({ "objects": [{ "typeName": "FUTURE_REFERENCE", "identifier": { "id": 1 } }], "tables": {} });
    let (listed, dumped) = (state(std::slice::from_ref(&list)), state(&[dump]));
    let answers =
        |state: &TargetState| ["DOMAIN", "FUTURE", "FUTURE_REFERENCE"].map(|name| takes(state, name));
    assert_eq!(answers(&listed), ["yes", "yes", "unknown"]);
    // A dump is a mock engine's, and that takes types that nothing is known of.
    assert_eq!(answers(&dumped), ["yes", "yes", "yes"]);
    let of_version = |sources: &[Value]| {
        let mut builder = TargetStateBuilder::new();
        for source in sources {
            builder.add("x", source.to_string().as_bytes(), &[]).unwrap();
        }
        let mut state = builder.finish().unwrap();
        state.version = "6.0.1.0".parse().ok();
        state
    };
    assert_eq!(answers(&of_version(&[])), ["yes", "unknown", "unknown"]);
    assert_eq!(answers(&of_version(&[list])), ["yes", "yes", "unknown"]);
}

#[test]
fn bare_entries_count_and_hashes_are_hexadecimal() {
    let [ssn, mut zip, mut dob] = ["SSN", "ZIP", "DOB"].map(|name| entry("DOMAIN", json!({ "id": name })));
    zip["revisionHash"] = "Not Syncable: the object has no revision".into();
    assert_eq!(zip["revisionHash"].as_str().unwrap().len(), 40);
    dob["revisionHash"] = "abc".into();
    let mixed = state(&[Value::Array(vec![page(5, &[ssn]), zip, dob])]);
    let revision = |name| {
        let answer = mixed.find(&Lookup {
            types: TypeSelector::Type("DOMAIN"),
            location: Location::Global,
            identity: Identity::Name(name),
        });
        let Presence::Present(found) = answer else {
            panic!("{name}: {answer:?}")
        };
        found.revision
    };
    assert!(matches!(revision("SSN"), TargetRevision::Hash(_)));
    assert_eq!(
        (revision("ZIP"), revision("DOB")),
        (TargetRevision::Unknown, TargetRevision::Unknown)
    );
    assert_eq!(mixed.sources[0].objects, 3);
}

#[test]
fn references_in_lists_and_dumps_are_ignored() {
    let dumped = [
        json!({ "typeName": "DOMAIN_REFERENCE", "identifier": { "id": "ZIP" }, "name": "ZIP" }),
        json!({ "typeName": "SOURCE_DATABASE_CONNECTOR", "identifier": { "id": 9 }, "name": "c", "environment": 1 }),
        json!({ "typeName": "FUTURE_REFERENCE", "identifier": { "id": 1 } }),
    ];
    let dump = json!({ "objects": dumped, "tables": {} });
    let list = page(
        2,
        &[
            entry("DOMAIN_REFERENCE", json!({ "id": "SSN" })),
            entry("ALGORITHM_REFERENCE", json!({ "algorithmName": "A" })),
        ],
    );
    let both = state(&[dump, list]);
    let at = |name| ask(&both, "DOMAIN", Location::Global, name);
    assert_eq!((at("SSN"), at("ZIP")), ("absent", "absent"));
}

#[test]
fn exported_environment_locates_its_dependencies() {
    let domain = numbered(DOMAIN, 3, "D");
    let connector = numbered(CONNECTOR, 1, "inside");
    let rules = numbered(RULESET, 2, "rules").needs(&[&connector, &domain]);
    let environment = numbered(ENVIRONMENT, 7, "E").needs(&[&rules]);
    let elsewhere = numbered(CONNECTOR, 5, "elsewhere");
    let file = document(&[&environment, &elsewhere, &rules, &connector, &domain], 2);
    let state = state_of(&[&file], &[]);
    let at = |type_name, home, name| ask(&state, type_name, Location::Environment(home), name);
    for (type_name, name) in [("DATABASE_RULESET", "rules"), ("DATABASE_CONNECTOR", "inside")] {
        assert_eq!(
            (at(type_name, 7, name), at(type_name, 8, name)),
            ("present", "unknown")
        );
    }
    assert_eq!(at("DATABASE_CONNECTOR", 7, "elsewhere"), "unknown");
    assert_eq!(ask(&state, "DOMAIN", Location::Global, "D"), "present");
}

#[test]
fn detects_document_and_single_entry() {
    let file = testdata("masking-job.json");
    let with_more = [&br#"{"responseList":[],"#[..], &file[1..]].concat();
    let kinds = |state: &TargetState| {
        let sources = state.sources.iter();
        sources
            .map(|source| (source.kind, source.objects))
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&state_of(&[&with_more], &[])), [(SourceKind::Document, 21)]);
    let alone = state(&[entry("DOMAIN", json!({ "id": "SSN" }))]);
    assert_eq!(kinds(&alone), [(SourceKind::Lists, 1)]);
    assert_eq!(ask(&alone, "DOMAIN", Location::Global, "SSN"), "present");
}

#[test]
fn format_support_follows_documents_and_version() {
    let reads = |state: &TargetState, format| match state.reads_format(format) {
        Presence::Present(()) => "yes".to_owned(),
        Presence::Absent => "no".to_owned(),
        Presence::Unknown { needs } => needs,
    };
    let lists = state(&[page(1, &[entry("DOMAIN", json!({ "id": "SSN" }))])]);
    // Every engine reads what the oldest wrote.
    assert_eq!(reads(&lists, 1), "yes");
    for format in [2, 3, 6, 7] {
        let needs = reads(&lists, format);
        assert!(
            needs.contains(&format!("reads format {format} (a document that it exported")),
            "{needs}"
        );
    }
    let own = state_of(&[&testdata("global-small.json")], &[]);
    let needs = reads(&own, 6);
    assert!(needs.contains("the given ones have format 2"), "{needs}");
    assert_eq!(reads(&own, 2), "yes");
    let of_version = |version: &str| {
        let mut state = TargetStateBuilder::new().finish().unwrap();
        state.version = Some(version.parse().unwrap());
        state
    };
    // Format 6 was seen in 2023.
    assert_eq!(reads(&of_version("2025.2"), 6), "yes");
    assert_ne!(reads(&of_version("2025.2"), 7), "yes");
    assert_ne!(reads(&of_version("6.0.15"), 2), "yes");
}

#[test]
fn bundle_covers_its_types() {
    let bundle = state_of(&[&testdata("merge/bundle.json")], &[]);
    let at = |type_name, name| ask(&bundle, type_name, Location::Global, name);
    assert_eq!(at("LOOKUP", "Names"), "present");
    assert_eq!(at("DOMAIN", "SSN"), "absent");
    let of_algorithms = |name| {
        let lookup = Lookup {
            types: TypeSelector::AnyAlgorithm,
            location: Location::Global,
            identity: Identity::Name(name),
        };
        matches!(bundle.find(&lookup), Presence::Absent)
    };
    assert!(of_algorithms("Cities") && !of_algorithms("Names"));
    // The bundle has no objects of environments.
    assert_eq!(
        ask(&bundle, "MASKING_JOB", Location::Environment(1), "Nightly"),
        "unknown"
    );
}
