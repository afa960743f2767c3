//! What is known of a target from files that contradict each other: neither is believed, whichever comes first.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // how a test fails

mod common;
mod merge_support;
mod target_support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::import_plan::{Identity, Lookup, Place, Presence, TargetInventory, Wanted};
use exportdoc::report::{ExamineOptions, examine_with_objects};
use exportdoc::revision_hash;
use exportdoc::target_state::{TargetState, TargetStateBuilder};
use proptest::prelude::*;
use serde_json::{Value, json};

use merge_support::{LOOKUP, Thing, algorithm};
use target_support::{ask, entry, page, state, state_of, testdata};

#[test]
fn what_one_whole_list_shows_and_another_does_not_is_unknown() {
    let [kept, gone] = ["SSN", "ZIP"].map(|name| entry("DOMAIN", json!({ "id": name })));
    let old = page(2, &[kept.clone(), gone.clone()]);
    let new = page(1, &[kept]);
    for sources in [[old.clone(), new.clone()], [new.clone(), old.clone()]] {
        let both = state(&sources);
        assert_eq!(ask(&both, "DOMAIN", Place::Global, "SSN"), "present");
        assert_eq!(ask(&both, "DOMAIN", Place::Global, "ZIP"), "unknown");
        assert_eq!(both.notes().len(), 1, "{:?}", both.notes());
    }
    let part = page(2, &[gone]);
    assert_eq!(
        ask(&state(&[new, part]), "DOMAIN", Place::Global, "ZIP"),
        "unknown",
        "a page of another time"
    );
}

#[test]
fn what_one_dump_shows_and_another_does_not_is_unknown() {
    let dump = |names: &[&str]| {
        let objects: Vec<_> = names
            .iter()
            .map(|name| json!({ "typeName": "DOMAIN", "identifier": { "id": name }, "name": name }))
            .collect();
        json!({ "objects": objects, "tables": {} })
    };
    let both = state(&[dump(&["SSN", "ZIP"]), dump(&["SSN"])]);
    let at = |name| ask(&both, "DOMAIN", Place::Global, name);
    assert_eq!(
        (at("SSN"), at("ZIP"), at("NAME")),
        ("present", "unknown", "absent")
    );
}

#[test]
fn an_environment_that_was_renamed_goes_by_neither_name() {
    let row =
        |id: i64, name: &str| json!({ "environmentId": id, "environmentName": name, "applicationId": id });
    let page = |name: &str| page(2, &[row(1, name), row(2, "other")]);
    for sources in [[page("before"), page("after")], [page("after"), page("before")]] {
        let renamed = state(&sources);
        for name in ["before", "after"] {
            let answer = renamed.environment_named(name);
            assert!(matches!(answer, Presence::Unknown { .. }), "{name}: {answer:?}");
        }
        assert_eq!(renamed.environment_named("other"), Presence::Present(2));
        assert_eq!(renamed.environment_named("never"), Presence::Absent);
        assert_eq!(renamed.environments().next().unwrap().name, None);
    }
}

#[test]
fn an_environment_that_one_whole_list_shows_and_another_does_not_is_unknown() {
    let row =
        |id: i64| json!({ "environmentId": id, "environmentName": format!("e{id}"), "applicationId": id });
    let both = state(&[page(3, &[row(1), row(2), row(3)]), page(2, &[row(1), row(2)])]);
    assert!(matches!(both.environment(2), Presence::Present(_)));
    assert!(matches!(both.environment(3), Presence::Unknown { .. }));
    assert!(matches!(both.environment_named("e3"), Presence::Unknown { .. }));
    assert_eq!(both.environment(4), Presence::Absent);
}

#[test]
fn what_is_inside_of_something_of_which_two_homes_are_told_has_none() {
    let ruleset = page(
        1,
        &[json!({ "databaseRulesetId": 3, "rulesetName": "Rules", "databaseConnectorId": 2 })],
    );
    let connector = |home: i64| {
        page(
            1,
            &[json!({ "databaseConnectorId": 2, "connectorName": "c", "environmentId": home })],
        )
    };
    let at = |state: &TargetState, home| ask(state, "DATABASE_RULESET", Place::Environment(home), "Rules");
    let one = state(&[ruleset.clone(), connector(5)]);
    assert_eq!((at(&one, 5), at(&one, 6)), ("present", "unknown"));
    let moved = state(&[ruleset.clone(), connector(5), connector(6)]);
    let back = state(&[ruleset, connector(6), connector(5)]);
    for state in [moved, back] {
        assert_eq!(
            (at(&state, 5), at(&state, 6), at(&state, 7)),
            ("unknown", "unknown", "unknown")
        );
    }
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
    json!({ "objects": objects, "tables": {} })
}

#[test]
fn a_list_older_than_the_dump_is_not_believed() {
    let lookup = algorithm(LOOKUP, "Names");
    let list = |hash: String| {
        let mut entry = entry("LOOKUP", json!({ "algorithmName": "Names" }));
        entry["revisionHash"] = hash.into();
        page(1, &[entry])
    };
    let same = revision_hash::of_pairs([&lookup.pair()]);
    let older = revision_hash::of_pairs([&lookup.clone().saved(7).pair()]);
    for (hash, answer) in [(same, "present"), (older, "unknown")] {
        let state = state(&[dump_of(&[&lookup]), list(hash)]);
        assert_eq!(ask(&state, "LOOKUP", Place::Global, "Names"), answer);
    }
}

/// Its UUID is known to be of an older state, so that it isn't looked for by it; it may be there all the same.
#[test]
fn what_is_listed_in_another_state_is_not_absent_by_its_uuid() {
    let file = testdata("masking-job.json");
    let (_, objects) = examine_with_objects(&file, &ExamineOptions::default()).unwrap();
    let mut objects = objects.iter();
    let reference = objects
        .find(|object| object.key().identifier.to_string() == "FirstNameLookup")
        .unwrap();
    let list = page(
        2,
        &[
            entry("LOOKUP", json!({ "algorithmName": "FirstNameLookup" })),
            entry("KEY", json!({ "keyId": "global" })),
        ],
    );
    let answer = state_of(&[&file], &[list]).find(&Lookup {
        wanted: Wanted::AnyAlgorithm,
        place: Place::Global,
        identity: Identity::Object(&reference.revision().pair.object),
    });
    assert!(matches!(answer, Presence::Unknown { .. }), "{answer:?}");
}

#[test]
fn an_environment_that_something_lives_in_is_not_absent() {
    let row =
        |id: i64| json!({ "environmentId": id, "environmentName": format!("e{id}"), "applicationId": id });
    let environments = page(2, &[row(1), row(2)]);
    let connector = page(
        1,
        &[json!({ "databaseConnectorId": 9, "connectorName": "c", "environmentId": 7 })],
    );
    let both = state(&[environments, connector]);
    assert!(matches!(both.environment(7), Presence::Unknown { .. }));
    assert_eq!(both.environment(8), Presence::Absent);
}

#[test]
fn what_is_inside_of_something_torn_stays_unknown_whoever_else_speaks_of_it() {
    let dump = json!({
        "objects": [
            { "typeName": "DATABASE_CONNECTOR", "identifier": { "id": 2 }, "name": "c", "environment": 5 },
            { "typeName": "DATABASE_RULESET", "identifier": { "id": 3 }, "name": "Rules", "environment": 5 },
        ],
        "tables": {},
    });
    let ruleset = page(
        1,
        &[json!({ "databaseRulesetId": 3, "rulesetName": "Rules", "databaseConnectorId": 2 })],
    );
    let connector = |home: i64| {
        page(
            1,
            &[json!({ "databaseConnectorId": 2, "connectorName": "c", "environmentId": home })],
        )
    };
    let torn = state(&[dump, ruleset, connector(6), connector(5)]);
    assert_eq!(
        ask(&torn, "DATABASE_RULESET", Place::Environment(5), "Rules"),
        "unknown"
    );
}

#[test]
fn of_two_names_the_same_one_is_told_whichever_file_comes_first() {
    let row = |name: &str| {
        page(
            1,
            &[json!({ "databaseConnectorId": 1, "connectorName": name, "environmentId": 5 })],
        )
    };
    let told = |names: [&str; 2]| {
        let mut builder = TargetStateBuilder::new();
        for name in names {
            builder
                .add("saved", row(name).to_string().as_bytes(), &[])
                .unwrap();
        }
        let answer = builder.finish().find(&Lookup {
            wanted: Wanted::Type("DATABASE_CONNECTOR"),
            place: Place::Environment(5),
            identity: Identity::Name("old"),
        });
        let Presence::Unknown { needs } = answer else {
            panic!("{answer:?}")
        };
        needs
    };
    let needs = told(["old", "new"]);
    assert_eq!(needs, told(["new", "old"]));
    assert!(needs.contains("DATABASE_CONNECTOR new"), "{needs}");
}

#[test]
fn an_environment_of_which_two_states_are_listed_is_unknown_itself() {
    let list = |hash: char| {
        let mut environment = entry("ENVIRONMENT", json!({ "id": 3 }));
        environment["revisionHash"] = hash.to_string().repeat(40).into();
        page(2, &[environment, entry("DOMAIN", json!({ "id": "SSN" }))])
    };
    let itself = |state: TargetState, id| {
        state.find(&Lookup {
            wanted: Wanted::Type("ENVIRONMENT"),
            place: Place::Environment(id),
            identity: Identity::EnvironmentItself,
        })
    };
    assert!(matches!(itself(state(&[list('a')]), 3), Presence::Present(_)));
    assert_eq!(itself(state(&[list('a')]), 4), Presence::Absent);
    assert!(matches!(
        itself(state(&[list('a'), list('b')]), 3),
        Presence::Unknown { .. }
    ));
}

/// All of them would be looked for under each name in each environment.
#[test]
fn thousands_of_names_and_homes_of_one_number_are_not_multiplied() {
    let rows: Vec<_> = (0..100_000)
        .map(|n| json!({ "databaseConnectorId": 1, "connectorName": format!("c{n}"), "environmentId": n }))
        .collect();
    let confused = state(&[Value::Array(rows)]);
    for (home, name) in [(0, "c0"), (99_999, "c3"), (200_000, "c99999")] {
        assert_eq!(
            ask(&confused, "DATABASE_CONNECTOR", Place::Environment(home), name),
            "unknown"
        );
    }
}

/// The same of UUIDs, without names.
#[test]
fn thousands_of_uuids_and_homes_of_one_number_are_not_multiplied() {
    let objects: Vec<_> = (0..20_000)
        .map(|n| {
            let state = algorithm(LOOKUP, "Names").uuid(&n.to_string());
            let message = STANDARD.encode(state.build().as_bytes());
            json!({ "typeName": "LOOKUP", "environment": n, "message": message })
        })
        .collect();
    let confused = state(&[json!({ "objects": objects, "tables": {} })]);
    let uuid = algorithm(LOOKUP, "Names").uuid("3").pair().object;
    let answer = confused.find(&Lookup {
        wanted: Wanted::AnyAlgorithm,
        place: Place::Environment(9),
        identity: Identity::Object(&uuid),
    });
    assert!(matches!(answer, Presence::Unknown { .. }), "{answer:?}");
}

#[test]
fn what_may_be_anywhere_is_in_the_way_of_its_namesakes() {
    let row = |id: i64, name: i64, home: i64| json!({ "databaseConnectorId": id, "connectorName": format!("c{name}"), "environmentId": home });
    for many in [10, 11] {
        let mut rows: Vec<_> = (0..many * many).map(|n| row(1, n / many, n % many)).collect();
        rows.push(row(2, 3, 3));
        let state = state(&[Value::Array(rows)]);
        let answer = ask(&state, "DATABASE_CONNECTOR", Place::Environment(3), "c3");
        assert_eq!(answer, "unknown", "{many}");
    }
}

#[test]
fn a_hundred_combinations_of_name_and_home_are_looked_for_each_and_more_are_not() {
    let rows = |names: i64| {
        let rows: Vec<_> = (0..names * 10)
            .map(|n| json!({ "databaseConnectorId": 1, "connectorName": format!("c{}", n / 10), "environmentId": n % 10 }))
            .collect();
        state(&[page(1, &rows)])
    };
    let at = |state: &TargetState, home| ask(state, "DATABASE_CONNECTOR", Place::Environment(home), "c3");
    let (some, many) = (rows(10), rows(11));
    assert_eq!((at(&some, 3), at(&some, 50)), ("unknown", "absent"));
    assert_eq!((at(&many, 3), at(&many, 50)), ("unknown", "unknown"));
    // With one home there is nothing to multiply.
    let row = |id: i64, name: i64, home: i64| json!({ "databaseConnectorId": id, "connectorName": format!("c{name}"), "environmentId": home });
    let renamed: Vec<_> = (0..200).map(|name| row(1, name, 5)).collect();
    let at_home = state(&[page(1, &renamed), page(1, &[row(2, 500, 6)])]);
    assert_eq!((at(&at_home, 5), at(&at_home, 6)), ("unknown", "absent"));
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

fn answers(state: &TargetState) -> Vec<&'static str> {
    let mut answers = Vec::new();
    for name in ["n0", "n1", "n2", "n3"] {
        answers.push(ask(state, "DOMAIN", Place::Global, name));
        for environment in 1..4 {
            answers.push(ask(
                state,
                "DATABASE_CONNECTOR",
                Place::Environment(environment),
                name,
            ));
        }
        let algorithm = state.find(&Lookup {
            wanted: Wanted::AnyAlgorithm,
            place: Place::Global,
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
    fn the_order_of_sources_makes_no_difference(
        (sources, shuffled) in prop::collection::vec(source(), 1..6)
            .prop_flat_map(|sources| (Just(sources.clone()), Just(sources).prop_shuffle()))
    ) {
        prop_assert_eq!(answers(&state(&sources)), answers(&state(&shuffled)));
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
            let _ = answers(&builder.finish());
        }
    }
}
