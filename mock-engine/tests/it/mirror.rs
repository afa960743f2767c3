//! Rows and the objects behind them agree after every change.

use mock_engine::internal::row_of;
use mock_engine::internal::{Engine, Key, Row};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::objects::{at, demo, hashes, post, put};

/// Every row of an object has the object's values.
fn rows_mirror_objects(engine: &Engine) {
    let state = engine.snapshot();
    for stored in state.objects.iter() {
        let Some((path, key, shown)) = row_of(&state, stored) else {
            continue;
        };
        let table = state.table(path);
        let row = table.get(&key).unwrap_or_else(|| panic!("{path} {key}"));
        covers(row, &shown, &format!("{path} {key}"));
    }
}

/// The state can be stored and read again.
fn state_is_storable(engine: &Engine) {
    let state = engine.snapshot();
    let text = serde_json::to_string(&*state).unwrap();
    let back: mock_engine::internal::State = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
}

fn covers(row: &Row, shown: &Row, what: &str) {
    for (name, value) in shown {
        match (row.get(name), value) {
            (Some(Value::Object(row)), Value::Object(shown)) => covers(row, shown, what),
            (is, value) => assert_eq!(is, Some(value), "{what} {name}"),
        }
    }
}

fn operation() -> impl Strategy<Value = (&'static str, Option<i64>, Value)> {
    let text = "[a-zA-Z ]{0,8}";
    prop_oneof![
        (1..5_i64, text, any::<i32>()).prop_map(|(id, text, port)| (
            "database-connectors",
            Some(id),
            json!({ "host": text, "port": port, "databaseType": "POSTGRES", "jdbc": Value::Null }),
        )),
        (1..4_i64, text).prop_map(|(environment, name)| (
            "database-connectors",
            None,
            json!({ "connectorName": name, "databaseType": "Oracle", "environmentId": environment, "password": "x" }),
        )),
        (4..8_i64, 1..5_i64, any::<bool>(), text).prop_map(|(id, ruleset, flag, text)| (
            "masking-jobs",
            Some(id),
            json!({
                "rulesetId": ruleset, "email": text, "feedbackSize": 7, "odd": text,
                "databaseMaskingOptions": { "batchUpdate": flag, "commitSize": 5 },
            }),
        )),
        (1..5_i64, text).prop_map(|(ruleset, name)| (
            "masking-jobs",
            None,
            json!({ "jobName": name, "rulesetId": ruleset, "minMemory": 1 }),
        )),
        (1..4_i64, prop::collection::vec(1..45_i64, 0..4)).prop_map(|(id, ids)| (
            "profile-sets",
            Some(id),
            json!({ "profileExpressionIds": ids }),
        )),
        (1..45_i64, text, any::<bool>()).prop_map(|(id, text, flag)| (
            "profile-expressions",
            Some(id),
            json!({ "expressionName": text, "dataLevelProfiling": flag }),
        )),
        (1..4_i64, text).prop_map(|(id, text)| (
            "application-settings",
            Some(id),
            json!({ "settingValue": text }),
        )),
        (1..4_i64).prop_map(|id| ("database-connectors", Some(-id), json!({}))),
        (1..4_i64).prop_map(|id| ("database-rulesets", Some(-id), json!({}))),
    ]
}

proptest! {
    #![proptest_config(crate::support::property(2))]

    #[test]
    #[ignore = "ci/long runs it"]
    fn rows_and_objects_always_agree(operations in prop::collection::vec(operation(), 1..12)) {
        let engine = demo();
        let mut before = hashes(&engine);
        for (path, id, body) in operations {
            // A refused operation must change nothing.
            let done = match id {
                Some(id) if id < 0 => engine.delete_resource(at(path), &Key::Number(-id)).is_ok(),
                Some(id) => put(&engine, path, id, body).is_ok(),
                None => post(&engine, path, body).is_ok(),
            };
            rows_mirror_objects(&engine);
            let after = hashes(&engine);
            prop_assert_eq!(done, before != after);
            before = after;
        }
        state_is_storable(&engine);
    }
}
