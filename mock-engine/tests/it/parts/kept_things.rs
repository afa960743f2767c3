//! What an engine keeps: its state, rows and documents.

use bytes::Bytes;
use mock_engine::Clock;
use mock_engine::PersistError;
use mock_engine::internal::engine::{
    DOCUMENTS_KEPT, Document, DocumentKind, Documents, StateDir, Store, Table,
};
use mock_engine::internal::{EngineError, Key, Row, State};
use serde_json::json;

#[test]
fn failed_change_leaves_no_trace() {
    let store = Store::new(State::default(), None, Clock::real()).unwrap();
    let before = serde_json::to_value(&*store.snapshot()).unwrap();
    let result: Result<(), _> = store.transact(|state| {
        state.next_number("x");
        state.table_mut("x").insert(Key::Number(1), Row::new());
        Err(EngineError::Internal)
    });
    assert!(result.is_err());
    assert_eq!(serde_json::to_value(&*store.snapshot()).unwrap(), before);
}

#[test]
fn stored_state_is_loaded_again() {
    let dir = tempfile::tempdir().unwrap();
    {
        let store = Store::new(
            State::default(),
            Some(StateDir::open(dir.path()).unwrap()),
            Clock::real(),
        )
        .unwrap();
        store
            .transact(|state| {
                state.table_mut("t").insert(Key::Name("a b".into()), Row::new());
                state.reserve_number("n", 7);
                Ok(())
            })
            .unwrap();
        assert!(matches!(StateDir::open(dir.path()), Err(PersistError::Locked(_))));
    }
    let mut back = StateDir::open(dir.path())
        .unwrap()
        .load(State::from_bytes)
        .unwrap()
        .unwrap();
    assert!(back.table("t").get(&Key::Name("a b".into())).is_some());
    assert_eq!(back.next_number("n"), 8);
}

fn document(kind: DocumentKind, length: usize) -> Document {
    Document {
        kind,
        bytes: Bytes::from(vec![0; length]),
    }
}

#[test]
fn oldest_documents_are_dropped_above_the_limit() {
    let documents = Documents::default();
    for n in 0..=DOCUMENTS_KEPT {
        documents.insert(n.to_string(), document(DocumentKind::Export, 1));
    }
    assert!(documents.get("0").is_none() && documents.get("1").is_some());
}

#[test]
fn purge_keeps_the_other_kind() {
    let documents = Documents::default();
    documents.insert("e".into(), document(DocumentKind::Export, 3));
    documents.insert("i".into(), document(DocumentKind::Import, 4));
    documents.purge(DocumentKind::Export);
    assert!(documents.get("e").is_none() && documents.get("i").is_some());
    assert_eq!(documents.bytes(), 4);
}

fn keys(table: &Table, member: &str, value: i64) -> Vec<i64> {
    let found = table.with(member, &Key::Number(value));
    found
        .filter_map(|(key, _)| key.to_string().parse().ok())
        .collect()
}

#[test]
fn index_follows_changes_of_rows() {
    let mut table = Table::of("profile-sets");
    let row = |ids| {
        json!({ "profileSetName": "s", "profileExpressionIds": ids })
            .as_object()
            .cloned()
            .unwrap()
    };
    table.insert(Key::Number(2), row(json!([7, "8"])));
    table.insert(Key::Number(1), row(json!([7])));
    assert_eq!(keys(&table, "profileExpressionIds", 7), [1, 2]);
    assert_eq!(keys(&table, "profileExpressionIds", 8), [2]);
    let before = table.clone();
    table.insert(Key::Number(2), row(json!([9])));
    table.remove(&Key::Number(1));
    assert!(keys(&table, "profileExpressionIds", 7).is_empty());
    assert_eq!(keys(&table, "profileExpressionIds", 9), [2]);
    assert_eq!(
        table.with("profileSetName", &Key::Name("s".to_owned())).count(),
        1
    );
    assert_eq!(keys(&before, "profileExpressionIds", 7), [1, 2]);
    assert_eq!((before.len(), table.len()), (2, 1));
}
