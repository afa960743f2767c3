//! What lists and dumps leave open, and what they settle.

use exportdoc::internal::import_plan::{Identity, Location, Lookup, Presence, TargetInventory, TypeSelector};
use exportdoc::internal::target_state::{MAX_ENTRIES, StateError, TargetState, TargetStateBuilder};
use serde_json::{Value, json};

use crate::support::target::{ask, entry, page, state};

fn connector(id: i64, environment: i64) -> Value {
    json!({ "databaseConnectorId": id, "connectorName": format!("c{id}"), "environmentId": environment })
}

fn environment(id: i64, application: i64) -> Value {
    json!({ "environmentId": id, "environmentName": format!("e{id}"), "applicationId": application })
}

fn refusal(source: &Value) -> StateError {
    let mut builder = TargetStateBuilder::new();
    builder.add("x", source.to_string().as_bytes(), &[]).unwrap_err()
}

#[test]
fn environment_without_a_name_may_have_any() {
    let all = page(2, &[environment(1, 1), environment(2, 2)]);
    let named = state(std::slice::from_ref(&all));
    assert_eq!(named.environment_named("other"), Presence::Absent);
    // Nothing names environment 3, where the connector lives.
    let unnamed = state(&[all, page(1, &[connector(1, 3)])]);
    assert!(matches!(
        unnamed.environment_named("other"),
        Presence::Unknown { .. }
    ));
    let known = unnamed.environment_named("e1");
    assert!(matches!(known, Presence::Present(known) if known.id == 1));
}

#[test]
fn row_of_an_environment_is_no_syncable_object() {
    let rows = state(&[page(2, &[environment(1, 1), environment(2, 2)])]);
    let found = rows.find(&Lookup {
        types: TypeSelector::Type("ENVIRONMENT"),
        location: Location::Environment(1),
        identity: Identity::EnvironmentItself,
    });
    assert!(matches!(found, Presence::Unknown { .. }), "{found:?}");
}

#[test]
fn rows_of_several_types_cover_no_other_types() {
    let set = json!({ "profileSetId": 1, "profileSetName": "HIPAA" });
    let mixed = state(&[page(2, &[connector(1, 5), set])]);
    assert_eq!(ask(&mixed, "PROFILE_SET", Location::Global, "HIPAA"), "present");
    assert_eq!(ask(&mixed, "DOMAIN", Location::Global, "SSN"), "unknown");
}

#[test]
fn every_list_without_a_count_is_noted() {
    let ssn = entry("DOMAIN", json!({ "id": "SSN" }));
    let counted = page(1, std::slice::from_ref(&ssn));
    let uncounted = json!({ "responseList": [ssn.clone()] });
    let notes = |source: &Value| state(std::slice::from_ref(source)).notes.clone();
    assert!(notes(&counted).is_empty());
    assert!(notes(&json!([counted])).is_empty());
    let note = "0: a list without the engine's count of its entries; the target may have more";
    for source in [
        ssn,
        uncounted.clone(),
        json!([]),
        json!([uncounted, counted]),
        json!([counted, uncounted]),
    ] {
        assert_eq!(notes(&source), [note], "{source}");
    }
}

#[test]
fn contradicted_object_names_both_sources() {
    let all = page(1, &[entry("DOMAIN", json!({ "id": "SSN" }))]);
    let more = page(99, &[entry("DOMAIN", json!({ "id": "ZIP" }))]);
    let found = state(&[all, more]).find(&Lookup {
        types: TypeSelector::Type("DOMAIN"),
        location: Location::Global,
        identity: Identity::Name("ZIP"),
    });
    let needs = "whether there is DOMAIN ZIP, which 1 shows and 0 doesn't".to_owned();
    assert_eq!(found, Presence::Unknown { needs });
}

#[test]
fn sources_count_their_own_entries() {
    let set = |id: i64| json!({ "profileSetId": id, "profileSetName": format!("s{id}") });
    let both = state(&[page(2, &[set(1), set(2)]), page(1, &[connector(1, 5)])]);
    let counts: Vec<_> = both.sources.iter().map(|source| source.objects).collect();
    assert_eq!(counts, [2, 1]);
}

#[test]
#[ignore = "ci/long runs it"]
fn entries_above_the_limit_are_refused() {
    let entries = r#"{"objectType":"KEY","objectIdentifier":{}},"#.repeat(MAX_ENTRIES);
    let text = format!("[{}]", entries.trim_end_matches(','));
    let mut builder = TargetStateBuilder::new();
    builder.add("x", text.as_bytes(), &[]).unwrap();
    let error = builder.add("y", br#"{"objectType":"KEY","objectIdentifier":{}}"#, &[]);
    let error = error.unwrap_err();
    assert!(matches!(error, StateError::TooManyEntries), "{error}");
    assert!(error.is_limit());
}

#[test]
fn dumped_object_without_a_name_has_no_other() {
    let nameless = json!({ "typeName": "DATABASE_CONNECTOR", "identifier": { "id": 1 }, "environment": 5 });
    let dump = state(&[json!({ "objects": [nameless], "tables": {} })]);
    let at = Location::Environment(5);
    assert_eq!(ask(&dump, "DATABASE_CONNECTOR", at, "c1"), "absent");
    let listed = state(&[page(
        2,
        &[
            entry("DATABASE_CONNECTOR", json!({ "id": 1 })),
            entry("DOMAIN", json!({ "id": "SSN" })),
        ],
    )]);
    assert_eq!(ask(&listed, "DATABASE_CONNECTOR", at, "c1"), "unknown");
}

#[test]
fn references_of_a_dump_are_never_found() {
    let dumped = ["DOMAIN_REFERENCE", "FUTURE_REFERENCE", "FUTURE"]
        .map(|type_name| json!({ "typeName": type_name, "identifier": { "id": 1 }, "name": "x" }));
    let dump = state(&[json!({ "objects": dumped, "tables": {} })]);
    let found = |type_name| ask(&dump, type_name, Location::Global, "x");
    assert_eq!(found("FUTURE"), "present");
    assert_eq!(found("FUTURE_REFERENCE"), "absent");
    assert_eq!(found("DOMAIN_REFERENCE"), "absent");
}

#[test]
fn references_of_a_list_are_never_found() {
    let list = state(&[page(
        2,
        &[
            entry("DOMAIN_REFERENCE", json!({ "id": "x" })),
            entry("DOMAIN", json!({ "id": "x" })),
        ],
    )]);
    assert_eq!(ask(&list, "DOMAIN", Location::Global, "x"), "present");
    assert_eq!(ask(&list, "DOMAIN_REFERENCE", Location::Global, "x"), "absent");
}

#[test]
fn dumped_engine_takes_types_its_version_leaves_open() {
    let takes = |sources: &[Value], type_name: &str| {
        let mut builder = TargetStateBuilder::new();
        for source in sources {
            builder.add("x", source.to_string().as_bytes(), &[]).unwrap();
        }
        let mut state: TargetState = builder.finish().unwrap();
        state.version = "6.0.8.0".parse().ok();
        state.takes_type(type_name)
    };
    let dump = json!({ "objects": [], "tables": {} });
    for type_name in ["PROFILE_EXPRESSION", "FUTURE"] {
        assert!(
            matches!(takes(&[], type_name), Presence::Unknown { .. }),
            "{type_name}"
        );
        assert_eq!(
            takes(std::slice::from_ref(&dump), type_name),
            Presence::Present(()),
            "{type_name}"
        );
    }
}

#[test]
fn half_a_dump_is_no_dump() {
    for source in [json!({ "objects": [] }), json!({ "tables": {} })] {
        let error = refusal(&source);
        assert!(matches!(error, StateError::Unrecognised(_)), "{source}: {error}");
    }
}

#[test]
fn document_is_known_by_its_blob_or_its_metadata() {
    for member in ["blob", "exportResponseMetadata"] {
        let error = refusal(&json!({ member: {}, "responseList": [] }));
        assert!(
            error.to_string().starts_with("an export document"),
            "{member}: {error}"
        );
    }
}
