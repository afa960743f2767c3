//! Every object type of the library's table works in all parts of the engine that depend on types.

use std::collections::BTreeSet;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{OBJECT_TYPES, ObjectType, Purpose, Scope};
use mock_engine::Clock;
use mock_engine::Settings;
use mock_engine::internal::ImportRequest;
use mock_engine::internal::{Engine, Key, PageRequest};
use serde_json::{Value, json};
use testkit::typed;

use crate::objects::{at, demo, engine, entry, open, post, request};
use crate::support::client::Client;

const ALL: PageRequest = PageRequest {
    number: 1,
    size: 1_000,
};

/// An engine with one object of the type.
fn holding(known: &ObjectType) -> Engine {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("document.json");
    std::fs::write(&path, typed::document(known, "1")).unwrap();
    let settings = Settings::default().with(|settings| {
        settings.seed = Some(1);
        settings.load = vec![path];
    });
    Engine::new(settings, Clock::frozen(0)).unwrap()
}

/// The identifiers in the list of a type.
fn listed(engine: &Engine, type_name: &str) -> Vec<Value> {
    let page = engine.syncable_objects(Some(type_name), ALL).unwrap();
    let page = serde_json::to_value(page).unwrap();
    let rows = page["responseList"].as_array().unwrap().iter();
    rows.map(|row| row["objectIdentifier"].clone()).collect()
}

fn api_identifier(known: &ObjectType) -> Value {
    match typed::identifier(known) {
        Identifier::Integer(id) => json!({ "id": id }),
        Identifier::Algorithm(name) => json!({ "algorithmName": name }),
        Identifier::EncryptionKey(name) => json!({ "keyId": name }),
        Identifier::Text(name) => json!({ "id": name }),
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn listed_object_of_every_type_can_be_exported() {
    for known in OBJECT_TYPES {
        let engine = holding(known);
        let identifier = api_identifier(known);
        let is_listed = listed(&engine, known.name).contains(&identifier);
        assert_eq!(is_listed, known.scope != Scope::Reference, "{}", known.name);
        if !is_listed {
            continue;
        }
        let exported = engine.export(&request(&[entry(known.name, identifier)])).unwrap();
        let (report, _) = open(&exported.bytes);
        assert_eq!(report.objects[0].type_name, known.name);
    }
}

#[test]
fn imported_object_of_every_type_is_listed_and_has_a_row() {
    for known in OBJECT_TYPES {
        let engine = engine(Settings::default().with(|settings| {
            settings.empty = true;
            settings.seed = Some(1);
        }));
        let application = post(&engine, "applications", json!({ "applicationName": "App" })).unwrap();
        let purpose = match known.purpose {
            Some(Purpose::Tokenize) => "TOKENIZE",
            Some(Purpose::Mask) | None => "MASK",
        };
        let environment = |name: &str| {
            let body = json!({
                "applicationId": application["applicationId"],
                "environmentName": name,
                "purpose": purpose,
            });
            post(&engine, "environments", body).unwrap()["environmentId"].as_i64()
        };
        let imported = engine.import(
            &ImportRequest {
                document: typed::document(known, "1").into(),
                passphrase: None,
                force_overwrite: true,
                environment_id: environment("Target"),
                source_environment_id: environment("Source"),
            },
            &mut mock_engine::internal::ImportRecord::default(),
        );
        let only_refers = known.scope == Scope::Reference && known.data == Some("EmptyData");
        if only_refers {
            assert!(imported.is_err(), "{}: {imported:?}", known.name);
            continue;
        }
        imported.unwrap_or_else(|error| panic!("{}: {error:?}", known.name));
        if known.scope == Scope::Reference {
            continue;
        }
        assert!(!listed(&engine, known.name).is_empty(), "{}", known.name);
        let Some(rest) = known.rest else { continue };
        let rows = engine
            .list_resources(at(rest.path), &Default::default(), ALL)
            .unwrap();
        let rows = serde_json::to_value(rows).unwrap();
        let mut rows = rows["responseList"].as_array().unwrap().iter();
        // Without a known data message the name is unknown, too.
        let named = rest.name.filter(|_| known.data.is_some());
        let shown = rows.find(|row| named.is_none_or(|name| row[name] == typed::NAME));
        let row = shown.unwrap_or_else(|| panic!("no row of {}", known.name));
        assert!(!row[rest.id].is_null(), "{}: {row}", known.name);
        if let Some(kind) = known.algorithm {
            assert_eq!(row["algorithmType"], kind, "{}", known.name);
        }
    }
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn openapi_names_every_type_and_each_can_be_listed() {
    let client = Client::new().await;
    let document = client.raw("GET", "/__admin/openapi.json", "", b"").await.json();
    let text = document.to_string();
    let engine = demo();
    for known in OBJECT_TYPES {
        assert!(text.contains(&format!("\"{}\"", known.name)), "{}", known.name);
        assert!(
            engine.syncable_objects(Some(known.name), ALL).is_ok(),
            "{}",
            known.name
        );
    }
}

#[test]
fn every_resource_of_the_type_table_exists() {
    let paths: BTreeSet<_> = OBJECT_TYPES
        .iter()
        .filter_map(|known| known.rest)
        .map(|rest| rest.path)
        .collect();
    for path in paths {
        assert_eq!(at(path).spec().path, path);
    }
}

#[test]
fn port_is_a_number_in_rows_and_text_in_objects() {
    let connector = OBJECT_TYPES
        .iter()
        .find(|known| known.name == "DATABASE_CONNECTOR")
        .unwrap();
    let engine = holding(connector);
    let port = |engine: &Engine| {
        let exported = engine
            .export(&request(&[entry(connector.name, json!({ "id": 7 }))]))
            .unwrap();
        let (_, objects) = open(&exported.bytes);
        let exportdoc::internal::object::data::ObjectData::DatabaseConnector(data) = objects[0].data() else {
            panic!("a connector")
        };
        data.message().wrapped_text(10).unwrap_or_default().into_owned()
    };
    let key = Key::Number(7);
    let row = engine.get_resource(at("database-connectors"), &key).unwrap();
    assert_eq!(row["port"], 5432);
    for (sent, written) in [(json!(1521), "1521"), (json!("1522"), "1522")] {
        let Value::Object(mut body) = row.clone() else {
            panic!("{row}")
        };
        body.insert("port".to_owned(), sent);
        let changed = engine
            .update_resource(at("database-connectors"), &key, body)
            .unwrap();
        assert_eq!(port(&engine), written, "{changed}");
    }
    // An update without a port keeps it.
    let Value::Object(body) = engine.get_resource(at("database-connectors"), &key).unwrap() else {
        panic!("{row}")
    };
    engine
        .update_resource(at("database-connectors"), &key, body)
        .unwrap();
    assert_eq!(port(&engine), "1522");
}
