//! Files that declare data sources.

use std::path::Path;

use mock_engine::{Schema, SchemaError, internal::ColumnFlag};
use serde_json::json;

pub(crate) fn hr() -> Schema {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/hr-schema.toml");
    Schema::read(&path).unwrap()
}

#[test]
fn example_of_the_docs_declares_tables_columns_and_files() {
    let schema = hr();
    let connector = json!({ "connectorName": "any" }).as_object().cloned().unwrap();
    let names: Vec<&str> = schema
        .tables(&connector)
        .map(|table| table.name.as_str())
        .collect();
    assert!(names.is_sorted() && names.contains(&"EMPLOYEES"), "{names:?}");
    let employees = schema
        .tables(&connector)
        .find(|table| table.name == "EMPLOYEES")
        .unwrap();
    assert_eq!(employees.rows, Some(101));
    let id = &employees.columns[0];
    assert_eq!((id.sql_type.as_str(), id.length), ("NUMBER", 6));
    assert!(id.is(ColumnFlag::PrimaryKey) && id.is(ColumnFlag::Index) && !id.is(ColumnFlag::ForeignKey));
    assert_eq!(schema.files(&connector).count(), 2);
}

#[test]
fn declaration_applies_to_connectors_by_name_and_schema() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("schema.json");
    let declared = json!({ "databases": [
        { "connector": "A", "tables": [{ "name": "ONE" }] },
        { "schema": "hr", "tables": [{ "name": "TWO", "rows": 3 }] },
    ] });
    std::fs::write(&path, declared.to_string()).unwrap();
    let schema = Schema::read(&path).unwrap();
    let tables = |name: &str, of: &str| -> Vec<String> {
        let connector = json!({ "connectorName": name, "schemaName": of });
        let connector = connector.as_object().unwrap();
        schema.tables(connector).map(|table| table.name.clone()).collect()
    };
    assert_eq!(tables("A", "HR"), ["ONE", "TWO"]);
    assert_eq!(tables("B", "HR"), ["TWO"]);
    assert_eq!(tables("B", "OE"), Vec::<String>::new());
}

#[test]
fn invalid_schema_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("a.toml", "[[databases]]"),
        ("b.toml", "tables = 1"),
        ("c.json", "3"),
        (
            "d.json",
            "{\"databases\":[{\"tables\":[{\"name\":\"T\",\"colour\":1}]}]}",
        ),
    ] {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let error = Schema::read(&path).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    let missing = Schema::read(&dir.path().join("none.toml")).unwrap_err();
    assert!(matches!(missing, SchemaError::Read { .. }));
}
