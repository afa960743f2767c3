//! All files of a target are one snapshot: a contradiction is an error that names both files and the object.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::import_plan::{
    Identity, Location, Lookup, Presence, TargetInventory, TargetRevision, TypeSelector,
};
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::revision_hash;
use exportdoc::internal::target_state::{TargetState, TargetStateBuilder};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::target::{ask, entry, page, state};
use crate::support::things::{LOOKUP, Thing, algorithm};

/// Returns the errors for the sources in both orders.
fn refused(sources: &[Value]) -> [String; 2] {
    let said = |sources: &mut dyn Iterator<Item = (usize, &Value)>| {
        let mut builder = TargetStateBuilder::new();
        for (n, source) in sources {
            let label = format!("{}.json", ["a", "b", "c", "d"][n]);
            if let Err(error) = builder.add(&label, source.to_string().as_bytes(), &[]) {
                return error.to_string();
            }
        }
        match builder.finish() {
            Ok(_) => "no contradiction".to_owned(),
            Err(error) => error.to_string(),
        }
    };
    let sources: Vec<_> = sources.iter().enumerate().collect();
    [
        said(&mut sources.iter().copied()),
        said(&mut sources.iter().rev().copied()),
    ]
}

fn environment(id: i64, name: &str, purpose: &str) -> Value {
    json!({ "environmentId": id, "environmentName": name, "applicationId": id, "purpose": purpose })
}

fn connector(id: i64, name: &str, home: i64) -> Value {
    page(
        1,
        &[json!({ "databaseConnectorId": id, "connectorName": name, "environmentId": home })],
    )
}

/// The entries of a page, without the engine's count.
fn uncounted(mut page: Value) -> Value {
    page["responseList"].take()
}

fn ruleset(connector: i64) -> Value {
    page(
        1,
        &[json!({ "databaseRulesetId": 3, "rulesetName": "Rules", "databaseConnectorId": connector })],
    )
}

fn dump(objects: &[Value]) -> Value {
    json!({ "objects": objects, "tables": {} })
}

/// A dump of algorithms as they are.
fn dump_of(things: &[&Thing]) -> Value {
    let objects: Vec<_> = things
        .iter()
        .map(|thing| {
            let message = STANDARD.encode(thing.build().as_bytes());
            json!({ "typeName": "LOOKUP", "name": thing.key.identifier.to_string(), "message": message })
        })
        .collect();
    dump(&objects)
}

fn listed(hash: &str) -> Value {
    let mut entry = entry("LOOKUP", json!({ "algorithmName": "Names" }));
    entry["revisionHash"] = hash.into();
    page(1, &[entry])
}

#[test]
fn contradictory_sources_are_refused_in_either_order() {
    let lookup = algorithm(LOOKUP, "Names");
    let older = revision_hash::of_pairs([&lookup.clone().saved(7).pair()]);
    let applications = |name: &str, purpose: &str| {
        page(
            2,
            &[environment(1, name, purpose), environment(2, "other", "MASK")],
        )
    };
    let cases = [
        (
            "the name of ENVIRONMENT 1",
            vec![applications("before", "MASK"), applications("after", "MASK")],
        ),
        (
            "the purpose of ENVIRONMENT 1",
            vec![applications("e", "MASK"), applications("e", "TOKENIZE")],
        ),
        (
            "the name of DATABASE_CONNECTOR 1",
            vec![connector(1, "old", 5), connector(1, "new", 5)],
        ),
        (
            "the environment of DATABASE_CONNECTOR 2",
            vec![ruleset(2), connector(2, "c", 5), connector(2, "c", 6)],
        ),
        (
            "the environment of DATABASE_RULESET 3",
            vec![ruleset(1), ruleset(2)],
        ),
        (
            "which object is DATABASE_CONNECTOR c",
            vec![uncounted(connector(1, "c", 5)), uncounted(connector(2, "c", 5))],
        ),
        (
            "the revision of LOOKUP Names",
            vec![listed(&"a".repeat(40)), listed(&"b".repeat(40))],
        ),
        (
            "the revision of LOOKUP Names",
            vec![dump_of(&[&lookup]), listed(&older)],
        ),
        (
            "the revision of LOOKUP Names",
            vec![dump_of(&[&lookup]), dump_of(&[&lookup.clone().saved(7)])],
        ),
    ];
    for (about, sources) in cases {
        for said in refused(&sources) {
            let (files, object) = said
                .split_once(" disagree about ")
                .unwrap_or_else(|| panic!("{about}: {said}"));
            assert_eq!(object, about);
            let mut files: Vec<_> = files.split(" and ").collect();
            files.sort_unstable();
            let last = ["a.json", "b.json", "c.json"][sources.len() - 1];
            let expected = if sources.len() == 3 { "b.json" } else { "a.json" };
            assert_eq!(files, [expected, last], "{about}");
        }
    }
}

#[test]
fn object_missing_from_a_complete_source_is_unknown() {
    let [ssn, zip] = ["SSN", "ZIP"].map(|name| entry("DOMAIN", json!({ "id": name })));
    let of_dump = |name: &str| json!({ "typeName": "DOMAIN", "identifier": { "id": name }, "name": name });
    for sources in [
        [
            page(2, &[ssn.clone(), zip.clone()]),
            page(1, std::slice::from_ref(&ssn)),
        ],
        [dump(&[of_dump("SSN"), of_dump("ZIP")]), dump(&[of_dump("SSN")])],
    ] {
        let both = state(&sources);
        let at = |name| ask(&both, "DOMAIN", Location::Global, name);
        assert_eq!(
            (at("SSN"), at("ZIP"), at("DOB")),
            ("present", "unknown", "absent")
        );
    }
    let environments = page(2, &[environment(1, "e", "MASK"), environment(2, "f", "MASK")]);
    let both = state(&[environments, connector(9, "c", 7)]);
    assert!(matches!(both.environment(7), Presence::Unknown { .. }));
    assert!(matches!(both.environment(1), Presence::Present(_)));
    assert_eq!(both.environment(8), Presence::Absent);
}

#[test]
fn revision_of_a_bundle_is_unknown_if_sources_differ() {
    let list = |hash: &str| {
        let mut environment = entry("ENVIRONMENT", json!({ "id": 3 }));
        environment["revisionHash"] = hash.repeat(40).into();
        page(99, &[environment])
    };
    let found = state(&[list("a"), list("b")]).find(&Lookup {
        types: TypeSelector::Type("ENVIRONMENT"),
        location: Location::Environment(3),
        identity: Identity::EnvironmentItself,
    });
    let Presence::Present(found) = found else {
        panic!("{found:?}")
    };
    assert_eq!(found.revision, TargetRevision::Unknown);
}

#[test]
fn listed_hash_belongs_to_the_saved_state() {
    let lookup = algorithm(LOOKUP, "Names");
    let same = revision_hash::of_pairs([&lookup.pair()]);
    let state = state(&[dump_of(&[&lookup]), listed(&same)]);
    assert_eq!(ask(&state, "LOOKUP", Location::Global, "Names"), "present");
}

#[test]
fn name_shared_by_two_objects_identifies_neither() {
    let rows = [connector(1, "c", 5), connector(2, "c", 5)].map(|mut page| page["responseList"][0].take());
    let same = state(&[Value::Array(rows.to_vec())]);
    let at = |name| ask(&same, "DATABASE_CONNECTOR", Location::Environment(5), name);
    assert_eq!(at("c"), "unknown");
}

#[test]
fn name_shared_by_two_environments_is_unknown() {
    let both = state(&[page(
        2,
        &[environment(1, "e", "MASK"), environment(2, "e", "MASK")],
    )]);
    assert!(matches!(both.environment_named("e"), Presence::Unknown { .. }));
    assert_eq!(both.environment_named("f"), Presence::Absent);
}

/// Two exports of one target that an upgrade lies between: it added dependencies, and no object was saved.
#[test]
fn different_hashes_of_one_revision_are_accepted() {
    let mut plan = crate::support::global();
    let old = plan.seal();
    let mut objects = plan.objects.iter();
    // A domain.
    let domain = objects.position(|object| object.key().type_number == 11).unwrap();
    let object = &plan.objects[domain];
    let mut dependencies = object.dependencies().to_vec();
    let mut others = plan.objects.iter().map(|other| other.key().clone());
    let added = others.find(|other| ![13, 11].contains(&other.type_number) && !dependencies.contains(other));
    dependencies.push(added.unwrap());
    let (key, revision) = (object.key().clone(), object.revision().clone());
    let changed = SyncObject::build(
        &key,
        &dependencies,
        &revision,
        object.data_type(),
        object.data_bytes(),
    );
    plan.objects[domain] = changed.unwrap();
    let mut builder = TargetStateBuilder::new();
    for (label, document) in [("old", old), ("new", plan.seal())] {
        builder.add(label, &document, &[]).unwrap();
    }
    builder.finish().unwrap();
}

/// Entries and rows over few names and numbers, so that sources often speak of one object.
fn source() -> impl Strategy<Value = Value> {
    let named = ("DOMAIN|LOOKUP|SEGMENT", 0..3_u8, 0..2_u8).prop_map(|(type_name, name, hash)| {
        let member = if type_name == "DOMAIN" {
            "id"
        } else {
            "algorithmName"
        };
        let mut identifier = json!({});
        identifier[member] = format!("n{name}").into();
        let mut entry = entry(&type_name, identifier);
        entry["revisionHash"] = format!("{hash:040}").into();
        entry
    });
    let numbered = (0..3_i64).prop_map(|id| entry("DATABASE_CONNECTOR", json!({ "id": id })));
    let row = (0..3_i64, 0..2_u8, 1..3_i64).prop_map(|(id, name, environment)| {
        json!({ "databaseConnectorId": id, "connectorName": format!("n{name}"), "environmentId": environment })
    });
    let objects = prop::collection::vec(prop_oneof![3 => named, 1 => numbered], 0..6);
    let pages = prop_oneof![objects, prop::collection::vec(row, 0..4)];
    (pages, 0..3_usize).prop_map(|(entries, missing)| page(entries.len() + missing, &entries))
}

fn built(sources: &[Value]) -> Option<TargetState> {
    let mut builder = TargetStateBuilder::new();
    for source in sources {
        builder.add("saved", source.to_string().as_bytes(), &[]).ok()?;
    }
    builder.finish().ok()
}

fn answers(state: &TargetState) -> Vec<&'static str> {
    let mut answers = Vec::new();
    for name in ["n0", "n1", "n2", "n3"] {
        answers.push(ask(state, "DOMAIN", Location::Global, name));
        for environment in 1..4 {
            answers.push(ask(
                state,
                "DATABASE_CONNECTOR",
                Location::Environment(environment),
                name,
            ));
        }
        let algorithm = state.find(&Lookup {
            types: TypeSelector::AnyAlgorithm,
            location: Location::Global,
            identity: Identity::Name(name),
        });
        answers.push(match algorithm {
            Presence::Present(_) => "present",
            Presence::Absent => "absent",
            Presence::Unknown { .. } => "unknown",
        });
    }
    answers
}

proptest! {
    #[test]
    #[ignore = "ci/long runs it"]
    fn order_of_sources_is_irrelevant(
        (sources, shuffled) in prop::collection::vec(source(), 1..6)
            .prop_flat_map(|sources| (Just(sources.clone()), Just(sources).prop_shuffle()))
    ) {
        let [one, other] = [sources, shuffled].map(|sources| built(&sources).as_ref().map(answers));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn no_input_makes_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = TargetStateBuilder::new().add("x", &bytes, &[]);
    }

    #[test]
    fn no_json_makes_reading_panic(
        text in r#"(\[|\{)("(blob|objects|tables|responseList|_pageInfo|total|objectType|objectIdentifier|id)":(1|"x"|\{\}|\[\]|\[\{\}\]),?){0,5}(\]|\})"#
    ) {
        let mut builder = TargetStateBuilder::new();
        if builder.add("x", text.as_bytes(), &[]).is_ok() {
            let _ = builder.finish().as_ref().map(answers);
        }
    }
}
