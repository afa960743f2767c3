//! The index of the objects.

use std::sync::Arc;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Revision, RevisionPair, SyncObject};
use mock_engine::internal::StoredObject;
use mock_engine::internal::engine::ObjectStore;
use proptest::prelude::*;

/// Few enough of everything that objects meet: types with seen, provisional and unknown numbers, an algorithm type, a
/// bundle, a reference.
const TYPES: &[(u64, &str)] = &[
    (8, "DATABASE_CONNECTOR"),
    (10, "DATABASE_CONNECTOR"),
    (20, "LOOKUP"),
    (21, "SEGMENT"),
    (9_100, "ENVIRONMENT"),
    (9_200, "SOMETHING_NEW"),
    (9_201, "SOMETHING_NEW"),
    (9_300, "SOMETHING_NEW_REFERENCE"),
];

fn identifier() -> impl Strategy<Value = Identifier> {
    prop_oneof![
        (1..4_i64).prop_map(Identifier::Integer),
        "[12a]".prop_map(Identifier::Text),
        "[12a]".prop_map(Identifier::Algorithm),
        "[12a]".prop_map(|type_url| Identifier::OtherAny {
            type_url,
            value: vec![1]
        }),
    ]
}

fn key() -> impl Strategy<Value = (ObjectKey, &'static str)> {
    let typed = prop::sample::select(TYPES);
    (typed, identifier()).prop_map(|((number, name), identifier)| (ObjectKey::new(number, identifier), name))
}

prop_compose! {
    fn stored()(
        (own, type_name) in key(),
        dependencies in prop::collection::vec(key(), 0..3),
        uuid in "[ab]",
        name in prop::option::of("[xy]"),
        environment in prop::option::of(1..3_i64),
    ) -> StoredObject {
        let revision = Revision {
            pair: RevisionPair { object: uuid, save: "s".to_owned() },
            ..Revision::default()
        };
        let dependencies: Vec<ObjectKey> = dependencies.into_iter().map(|(key, _)| key).collect();
        let object = SyncObject::build(&own, &dependencies, &revision, "EmptyData", &[]).unwrap();
        StoredObject { name, ..StoredObject::new(object, type_name, environment) }
    }
}

#[derive(Debug, Clone)]
enum Change {
    Insert(Box<StoredObject>),
    Remove(ObjectKey),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => stored().prop_map(|stored| Change::Insert(Box::new(stored))),
        1 => key().prop_map(|(key, _)| Change::Remove(key)),
    ]
}

/// What is found is what a look through all objects finds.
fn check(store: &ObjectStore) {
    let mut all: Vec<&Arc<StoredObject>> = store.iter().collect();
    let mut by_key = all.clone();
    by_key.sort_by_key(|stored| stored.key());
    let scan = |fits: &dyn Fn(&StoredObject) -> bool| -> Vec<&ObjectKey> {
        let found = by_key.iter().filter(|stored| fits(stored));
        found.map(|stored| stored.key()).collect()
    };
    let keys = |found: Vec<&Arc<StoredObject>>| -> Vec<ObjectKey> {
        found.into_iter().map(|stored| stored.key().clone()).collect()
    };
    for &stored in &by_key {
        assert_eq!(store.get(stored.key()), Some(stored));
        let uuid = &stored.object.revision().pair.object;
        let same = scan(&|other| !other.is_reference() && other.object.revision().pair.object == *uuid);
        assert_eq!(
            keys(store.with_object_uuid(uuid).collect())
                .iter()
                .collect::<Vec<_>>(),
            same
        );
        for dependency in stored.object.dependencies() {
            let identifier = &dependency.identifier;
            let names = |other: &StoredObject| {
                let mut all = other.object.dependencies().iter();
                all.any(|key| key.identifier == *identifier)
            };
            let same =
                scan(&|other| names(other) && !other.is_reference() && other.type_name != "ENVIRONMENT");
            assert_eq!(
                keys(store.depending_on(identifier).collect())
                    .iter()
                    .collect::<Vec<_>>(),
                same
            );
        }
        if let Some(name) = &stored.name {
            let found = store.by_name(&stored.type_name, stored.environment, name);
            let same = scan(&|other| {
                other.type_name == stored.type_name
                    && other.environment == stored.environment
                    && other.name.as_ref() == Some(name)
            });
            assert_eq!(found.map(|found| found.key()), same.first().copied());
        }
        let text = stored.key().identifier.to_string();
        let found = store.find_text(&stored.type_name, &text).unwrap();
        assert_eq!(
            (found.type_name.as_str(), found.key().identifier.to_string()),
            (stored.type_name.as_str(), text)
        );
    }
    for environment in 1..3 {
        let same = scan(&|other| other.type_name == "ENVIRONMENT" && other.environment == Some(environment));
        assert_eq!(
            store.environment(environment).map(|found| found.key()),
            same.first().copied()
        );
    }
    all.sort_by_key(|stored| {
        let key = stored.key();
        (stored.type_name.clone(), key.identifier.clone(), key.type_number)
    });
    assert!(store.iter().eq(all));
}

/// Fewer cases than proptest's default, unless `PROPTEST_CASES` is set, as in the nightly run.
fn property() -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => default.cases,
        None => 48,
    };
    ProptestConfig { cases, ..default }
}

proptest! {
    #![proptest_config(property())]
    #[test]
    fn index_finds_what_a_full_scan_finds(changes in prop::collection::vec(change(), 0..40)) {
        let mut store = ObjectStore::default();
        let mut half = ObjectStore::default();
        let mut half_written = Vec::new();
        for (at, change) in changes.iter().enumerate() {
            match change {
                Change::Insert(stored) => drop(store.insert((**stored).clone())),
                Change::Remove(key) => drop(store.remove(key)),
            }
            if at == changes.len() / 2 {
                half = store.clone();
                half_written = half.iter().cloned().collect();
            }
        }
        check(&store);
        // A copy stays as it was after changes to the other.
        check(&half);
        prop_assert!(half.iter().eq(half_written.iter()));
    }
}
