//! `/table-metadata` and `/column-metadata`: the tables and columns of database rulesets.
//!
//! Invariant: a write saves the ruleset: the object changes with the row and gets a new revision.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::masked::{asked, save, take_over, text};
use super::ruleset_tables::{
    change_tables, columns_elsewhere, mask_column, refresh_table, ruleset, rulesets_on, table_names,
    with_tables_of,
};
use super::{StoredObject, part_rows};
use crate::engine::defaults;
use crate::engine::resources::{Collection, Reader, ResourceSpec, RowCollection, Writer, spec};
use crate::engine::schema::{ColumnFlag, DeclaredColumn};
use crate::engine::{EngineError, Key, Page, PageRequest, Query, Refusal, Row};

/// Members of a table that a body can't set.
const FIXED_IN_TABLE: &[&str] = &["tableMetadataId", "tableName", "rulesetId", "isMasked"];
/// Members of a column that a body can't set: they come from the database or from other members.
const FIXED_IN_COLUMN: &[&str] = &[
    "columnMetadataId",
    "columnName",
    "tableMetadataId",
    "algorithmName",
    "domainName",
    "dateFormat",
    "dataType",
    "columnLength",
    "isMasked",
    "isPrimaryKey",
    "isIndex",
    "isForeignKey",
];

// The rows alone, for reads.
static CONNECTORS: RowCollection = RowCollection::new(&spec::DATABASE_CONNECTORS);
static RULESETS: RowCollection = RowCollection::new(&spec::DATABASE_RULESETS);
static TABLES: RowCollection = RowCollection::new(&spec::TABLE_METADATA);
static COLUMNS: RowCollection = RowCollection::new(&spec::COLUMN_METADATA);

/// Tables of rulesets.
#[derive(Debug)]
pub(crate) struct TableCollection;

impl Collection for TableCollection {
    fn spec(&self) -> &'static ResourceSpec {
        &spec::TABLE_METADATA
    }

    fn list(
        &self,
        reader: &Reader<'_>,
        query: &Query,
        page: PageRequest,
    ) -> Result<Page<Value>, EngineError> {
        if let Some(id) = query.number("ruleset_id")? {
            RULESETS.get(reader, &Key::Number(id))?;
        }
        TABLES.list(reader, query, page)
    }

    fn create(&self, writer: &mut Writer<'_>, body: Row) -> Result<Value, EngineError> {
        let missing = |field| EngineError::MissingField {
            what: spec::TABLE_METADATA.title,
            field,
        };
        let ruleset = body.get("rulesetId").and_then(Key::from_json);
        let Some(Key::Number(ruleset)) = ruleset else {
            return Err(missing("rulesetId"));
        };
        RULESETS.get(&writer.reader(), &Key::Number(ruleset))?;
        let name = text(&body, "tableName")?.ok_or_else(|| missing("tableName"))?;
        if part_rows::find(writer.state, &spec::TABLE_METADATA, ruleset, &name).is_some() {
            return Err(refuse_twice(&name));
        }
        let table = Wanted {
            name: name.clone(),
            known: None,
            body,
        };
        save_tables(writer, ruleset, &HashSet::new(), vec![table])?;
        let found = part_rows::find(writer.state, &spec::TABLE_METADATA, ruleset, &name);
        let (key, _) = found.ok_or(EngineError::Internal)?;
        self.get(&writer.reader(), &key)
    }

    fn update(&self, writer: &mut Writer<'_>, key: &Key, body: Row) -> Result<Value, EngineError> {
        let shown = self.get(&writer.reader(), key)?;
        let (ruleset, name) = place(&shown)?;
        let moved = body.get("rulesetId").and_then(Key::from_json);
        if moved.is_some_and(|moved| moved != Key::Number(ruleset)) {
            return Err(Refusal::TableMoves.into());
        }
        let new = text(&body, "tableName")?.unwrap_or_else(|| name.clone());
        if new != name && part_rows::find(writer.state, &spec::TABLE_METADATA, ruleset, &new).is_some() {
            return Err(refuse_twice(&new));
        }
        let table = Wanted {
            name: new,
            known: Some((key.clone(), name)),
            body,
        };
        save_tables(writer, ruleset, &HashSet::new(), vec![table])?;
        self.get(&writer.reader(), key)
    }

    fn delete(&self, writer: &mut Writer<'_>, key: &Key) -> Result<(), EngineError> {
        let (ruleset, name) = place(&self.get(&writer.reader(), key)?)?;
        save_tables(writer, ruleset, &HashSet::from([name]), Vec::new())
    }
}

/// The ruleset and the name in a table's row.
fn place(shown: &Value) -> Result<(i64, String), EngineError> {
    let ruleset = shown.get("rulesetId").and_then(Value::as_i64);
    let name = shown.get("tableName").and_then(Value::as_str);
    match (ruleset, name) {
        (Some(ruleset), Some(name)) => Ok((ruleset, name.to_owned())),
        _ => Err(EngineError::Internal),
    }
}

/// Returns the object of a ruleset.
fn object(writer: &Writer<'_>, id: i64) -> Result<StoredObject, EngineError> {
    let found = ruleset(writer.state, id).cloned();
    found.ok_or_else(|| EngineError::not_found(spec::DATABASE_RULESETS.title, id))
}

fn connector_of(reader: &Reader<'_>, ruleset: i64) -> Option<i64> {
    let row = reader
        .state
        .tables
        .get(spec::DATABASE_RULESETS.path)?
        .get(&Key::Number(ruleset))?;
    match row.get("databaseConnectorId").and_then(Key::from_json) {
        Some(Key::Number(id)) => Some(id),
        _ => None,
    }
}

/// The declared columns of a table behind a connector; `None` if the table is not declared there.
fn declared_columns(reader: &Reader<'_>, connector: i64, table: &str) -> Option<Vec<DeclaredColumn>> {
    let rows = reader.state.tables.get(spec::DATABASE_CONNECTORS.path)?;
    let row = rows.get(&Key::Number(connector))?;
    let tables = reader.schemas().flat_map(|schema| schema.tables(row));
    let mut named = tables.filter(|known| known.name == table).peekable();
    let first = *named.peek()?;
    // A declaration may be about rows alone.
    let found = named.find(|known| !known.columns.is_empty());
    Some(found.unwrap_or(first).columns.clone())
}

/// The names of the tables behind a database connector: the declared ones, or else those of its rulesets.
pub(in crate::engine) fn tables_behind(reader: &Reader<'_>, key: &Key) -> Result<Vec<String>, EngineError> {
    CONNECTORS.get(reader, key)?;
    let row = reader
        .state
        .table(spec::DATABASE_CONNECTORS.path)
        .get(key)
        .cloned()
        .unwrap_or_default();
    let tables = reader.schemas().flat_map(|schema| schema.tables(&row));
    let mut names: Vec<String> = tables.map(|table| table.name.clone()).collect();
    if names.is_empty()
        && let Key::Number(id) = key
    {
        let tables = rulesets_on(reader.state, *id).into_iter();
        let tables = tables.flat_map(|data| data.tables().take(defaults::PARTS_KEPT).collect::<Vec<_>>());
        names.extend(tables.map(|table| table.table_name().unwrap_or_default().into_owned()));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// A table in its new form.
#[derive(Debug)]
struct Wanted {
    name: String,
    /// Its row and its present name; `None` for a new table.
    known: Option<(Key, String)>,
    body: Row,
}

/// Saves a ruleset with some tables removed and others changed or added. New ones get the columns of the database.
fn save_tables(
    writer: &mut Writer<'_>,
    ruleset: i64,
    gone: &HashSet<String>,
    wanted: Vec<Wanted>,
) -> Result<(), EngineError> {
    let path = spec::TABLE_METADATA.path;
    let before = object(writer, ruleset)?;
    let connector = connector_of(&writer.reader(), ruleset);
    let (mut renamed, mut added) = (HashMap::new(), Vec::new());
    for table in &wanted {
        match &table.known {
            None => added.push((table.name.as_str(), columns_of(writer, connector, &table.name))),
            Some((key, old)) if *old != table.name => {
                renamed.insert(old.clone(), table.name.clone());
                // Renamed first, so that the row still matches the table.
                let mut row = writer.state.table(path).get(key).cloned().unwrap_or_default();
                row.insert("tableName".to_owned(), table.name.as_str().into());
                writer.state.table_mut(path).insert(key.clone(), row);
            }
            Some(_) => {}
        }
    }
    let data = change_tables(before.object.data_bytes(), gone, &renamed, &added);
    save(writer, &before, &data)?;
    for (name, columns) in added {
        if let Some((key, _)) = part_rows::find(writer.state, &spec::TABLE_METADATA, ruleset, name) {
            mark_foreign_keys(writer, &key, &columns);
        }
    }
    for table in wanted {
        let found = part_rows::find(writer.state, &spec::TABLE_METADATA, ruleset, &table.name);
        let (key, mut row) = found.ok_or(Refusal::TooManyTables)?;
        take_over(&mut row, table.body, FIXED_IN_TABLE)?;
        writer.state.table_mut(path).insert(key, row);
    }
    Ok(())
}

/// The database's columns of a table: the declared ones, or else those in another ruleset.
fn columns_of(writer: &Writer<'_>, connector: Option<i64>, table: &str) -> Vec<DeclaredColumn> {
    let Some(connector) = connector else {
        return Vec::new();
    };
    declared_columns(&writer.reader(), connector, table)
        .unwrap_or_else(|| columns_elsewhere(writer.state, connector, table))
}

fn refuse_twice(name: &str) -> EngineError {
    EngineError::Duplicate {
        what: spec::TABLE_METADATA.title,
        name: name.to_owned(),
    }
}

/// Marks foreign keys, which only rows have.
fn mark_foreign_keys(writer: &mut Writer<'_>, table: &Key, columns: &[DeclaredColumn]) {
    let Key::Number(table) = *table else { return };
    for column in columns {
        let found = part_rows::find(writer.state, &spec::COLUMN_METADATA, table, &column.name);
        let Some((key, mut row)) = found else { continue };
        let is_key = column.is(ColumnFlag::ForeignKey);
        if row.get("isForeignKey") != Some(&Value::Bool(is_key)) {
            row.insert("isForeignKey".to_owned(), is_key.into());
            writer
                .state
                .table_mut(spec::COLUMN_METADATA.path)
                .insert(key, row);
        }
    }
}

/// Replaces the tables of a ruleset: updates those of a known id or name, adds new ones and deletes the others.
pub(in crate::engine) fn replace_tables(
    writer: &mut Writer<'_>,
    ruleset: i64,
    list: Vec<Row>,
) -> Result<(), EngineError> {
    let (mut wanted, mut names, mut kept) = (Vec::new(), HashSet::new(), HashSet::new());
    for body in list {
        let named = text(&body, "tableName")?;
        let id = body.get("tableMetadataId").and_then(Key::from_json);
        let by_id = id.and_then(|id| {
            let row = writer.state.table(spec::TABLE_METADATA.path).get(&id).cloned()?;
            let (of, name) = place(&Value::Object(row)).ok()?;
            (of == ruleset).then_some((id, name))
        });
        let known = by_id.or_else(|| {
            let name = named.clone()?;
            let (key, _) = part_rows::find(writer.state, &spec::TABLE_METADATA, ruleset, &name)?;
            Some((key, name))
        });
        let name = named.or_else(|| known.as_ref().map(|(_, name)| name.clone()));
        let name = name.ok_or(EngineError::MissingField {
            what: spec::TABLE_METADATA.title,
            field: "tableName",
        })?;
        if let Some((_, known)) = &known
            && !kept.insert(known.clone())
        {
            return Err(refuse_twice(known));
        }
        if !names.insert(name.clone()) {
            return Err(refuse_twice(&name));
        }
        wanted.push(Wanted { name, known, body });
    }
    let gone = table_names(writer.state, ruleset);
    let gone = gone.into_iter().filter(|name| !kept.contains(name)).collect();
    save_tables(writer, ruleset, &gone, wanted)
}

/// Refreshes a ruleset from the database: declared tables get their declared columns, and remaining columns keep
/// their masking. Undeclared tables are dropped if the ruleset is set to do that.
pub(in crate::engine) fn refresh(writer: &mut Writer<'_>, ruleset: i64) -> Result<(), EngineError> {
    let before = object(writer, ruleset)?;
    let reader = writer.reader();
    let Some(connector) = connector_of(&reader, ruleset) else {
        return Ok(());
    };
    let rows = reader.state.table(spec::DATABASE_CONNECTORS.path);
    let row = rows.get(&Key::Number(connector)).cloned().unwrap_or_default();
    let shown = RULESETS.get(&reader, &Key::Number(ruleset))?;
    let drops = shown.get("refreshDropsTables") == Some(&Value::Bool(true));
    let is_declared = reader
        .schemas()
        .any(|schema| schema.tables(&row).next().is_some());
    let (mut data, mut gone) = (before.object.data_bytes().to_vec(), HashSet::new());
    let mut refreshed = Vec::new();
    for name in table_names(writer.state, ruleset) {
        match declared_columns(&writer.reader(), connector, &name) {
            Some(columns) => {
                data = refresh_table(&data, &name, &columns);
                refreshed.push((name, columns));
            }
            None if is_declared && drops => {
                gone.insert(name);
            }
            None => {}
        }
    }
    data = change_tables(&data, &gone, &HashMap::new(), &[]);
    if data != before.object.data_bytes() {
        save(writer, &before, &data)?;
    }
    for (name, columns) in refreshed {
        if let Some((key, _)) = part_rows::find(writer.state, &spec::TABLE_METADATA, ruleset, &name) {
            mark_foreign_keys(writer, &key, &columns);
        }
    }
    Ok(())
}

/// Copies the tables of a ruleset into a new one, with their masking and the members that only rows have.
pub(in crate::engine) fn copy_tables(
    writer: &mut Writer<'_>,
    from: &Key,
    to: &Key,
) -> Result<(), EngineError> {
    let (Key::Number(from), Key::Number(to)) = (from, to) else {
        return Err(EngineError::Internal);
    };
    let (original, made) = (object(writer, *from)?, object(writer, *to)?);
    let data = with_tables_of(made.object.data_bytes(), original.object.data_bytes());
    save(writer, &made, &data)?;
    let copies = part_rows::copy_rows(writer.state, &spec::TABLE_METADATA, *from, *to);
    for (from, to) in copies {
        part_rows::copy_rows(writer.state, &spec::COLUMN_METADATA, from, to);
    }
    Ok(())
}

/// Columns of tables.
#[derive(Debug)]
pub(crate) struct ColumnCollection;

impl Collection for ColumnCollection {
    fn spec(&self) -> &'static ResourceSpec {
        &spec::COLUMN_METADATA
    }

    fn list(
        &self,
        reader: &Reader<'_>,
        query: &Query,
        page: PageRequest,
    ) -> Result<Page<Value>, EngineError> {
        if let Some(id) = query.number("table_metadata_id")? {
            TABLES.get(reader, &Key::Number(id))?;
        }
        COLUMNS.list(reader, query, page)
    }

    fn create(&self, _: &mut Writer<'_>, _: Row) -> Result<Value, EngineError> {
        Err(Refusal::ColumnsFromDatabase.into())
    }

    fn update(&self, writer: &mut Writer<'_>, key: &Key, body: Row) -> Result<Value, EngineError> {
        let path = spec::COLUMN_METADATA.path;
        self.get(&writer.reader(), key)?;
        let mut row = writer.state.table(path).get(key).cloned().unwrap_or_default();
        let masking = asked(writer, spec::COLUMN_METADATA.title, &row, &body)?;
        let table = row.get("tableMetadataId").and_then(Key::from_json);
        let table = table.ok_or(EngineError::Internal)?;
        let table = TABLES.get(&writer.reader(), &table)?;
        let (ruleset, table) = place(&table)?;
        let column = text(&row, "columnName")?.unwrap_or_default();
        take_over(&mut row, body, FIXED_IN_COLUMN)?;
        writer.state.table_mut(path).insert(key.clone(), row);
        let before = object(writer, ruleset)?;
        let data = mask_column(before.object.data_bytes(), &table, &column, &masking);
        save(writer, &before, &data)?;
        self.get(&writer.reader(), key)
    }

    fn delete(&self, _: &mut Writer<'_>, _: &Key) -> Result<(), EngineError> {
        Err(Refusal::ColumnsFromDatabase.into())
    }
}
