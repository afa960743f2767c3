//! Rows of the parts of objects: tables and columns of rulesets, fields of file formats.
//!
//! Invariant: after an object is put, the rows of its parts show its message, each under the number that it first
//! got. Members without a field (notes, `isProfilerWritable`, a table's clauses) live in the rows alone and stay.

use std::collections::{HashMap, VecDeque};

use exportdoc::internal::object::data::{ColumnData, FileFormatData, ObjectData};
use serde_json::{Value, json};

use super::StoredObject;
use super::ruleset_tables::{data_of, is_key, said};
use crate::engine::defaults;
use crate::engine::resources::{ResourceSpec, spec};
use crate::engine::{Key, Row, State, Table};
use exportdoc::internal::identifier::Identifier;

/// Updates the rows of an object's parts.
pub(super) fn mirror(state: &mut State, stored: &StoredObject) {
    let Identifier::Integer(id) = stored.key().identifier else {
        return;
    };
    match stored.object.data() {
        ObjectData::DatabaseRuleset(_) => mirror_ruleset(state, id, stored),
        ObjectData::FileFormat(data) => mirror_format(state, id, data),
        _ => {}
    }
}

/// Updates the rows of all parts: a state of an earlier version has none.
pub(in crate::engine) fn mirror_all(state: &mut State) {
    let all: Vec<_> = state.objects.iter().cloned().collect();
    for stored in all {
        mirror(state, &stored);
    }
}

/// Removes the rows of a deleted object's parts.
pub(super) fn forget(state: &mut State, stored: &StoredObject) {
    let Identifier::Integer(id) = stored.key().identifier else {
        return;
    };
    match stored.object.data() {
        ObjectData::DatabaseRuleset(_) => {
            reconcile(state, &spec::TABLE_METADATA, id, Vec::new());
        }
        ObjectData::FileFormat(_) => {
            reconcile(state, &spec::FILE_FIELD_METADATA, id, Vec::new());
        }
        _ => {}
    }
}

fn mirror_ruleset(state: &mut State, id: i64, stored: &StoredObject) {
    let Some(data) = data_of(stored) else {
        return;
    };
    let tables = data.tables().take(defaults::PARTS_KEPT);
    let rows = tables.map(|table| {
        let name = table.table_name().unwrap_or_default();
        let masked = table.record_groups().any(|group| {
            let mut columns = group.columns();
            columns.any(|column| said(column.algorithm()).is_some())
        });
        members(json!({ "tableName": name, "isMasked": masked }))
    });
    let rows = rows.collect();
    let ids = reconcile(state, &spec::TABLE_METADATA, id, rows);
    for (id, table) in ids.into_iter().zip(data.tables()) {
        let Some(id) = id else { continue };
        let mut columns = Vec::new();
        for group in table.record_groups() {
            let left = defaults::PARTS_KEPT - columns.len();
            columns.extend(group.columns().take(left).map(column_row));
        }
        reconcile(state, &spec::COLUMN_METADATA, id, columns);
    }
}

fn column_row(column: ColumnData<'_>) -> Row {
    let algorithm = said(column.algorithm());
    let length: i64 = column
        .length()
        .and_then(|length| length.parse().ok())
        .unwrap_or_default();
    members(json!({
        "columnName": column.column_name().unwrap_or_default(),
        "isMasked": algorithm.is_some(),
        "algorithmName": algorithm,
        "domainName": said(column.domain()),
        "dataType": said(column.sql_type()),
        "dateFormat": said(column.date_format()),
        "columnLength": length,
        "isPrimaryKey": is_key(column.primary_key()),
        "isIndex": is_key(column.index_name()),
    }))
}

fn mirror_format(state: &mut State, id: i64, data: FileFormatData<'_>) {
    let fields = data.fields().take(defaults::PARTS_KEPT);
    let fields = fields.zip(1..).map(|(field, position)| {
        let algorithm = said(field.algorithm());
        members(json!({
            "fieldName": field.field_name().unwrap_or_default(),
            "fieldPositionNumber": position,
            "fieldLength": field.length(),
            "isMasked": algorithm.is_some(),
            "algorithmName": algorithm,
            "domainName": said(field.domain()),
            "dateFormat": said(field.date_format()),
        }))
    });
    let fields = fields.collect();
    reconcile(state, &spec::FILE_FIELD_METADATA, id, fields);
}

/// Sets the members that an object has; `null` stands for an absent one.
fn members(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        _ => Row::new(),
    }
}

/// The member with a part's owner.
pub(super) fn owner_member(spec: &ResourceSpec) -> &'static str {
    spec.parents.first().map_or("", |parent| parent.field)
}

/// The member with a part's name.
fn name_member(spec: &ResourceSpec) -> &'static str {
    spec.name_field.unwrap_or_default()
}

/// Updates the rows of one owner to those of its object, in order; returns their numbers. Above the limit, new rows
/// get none.
fn reconcile(state: &mut State, spec: &'static ResourceSpec, owner: i64, said: Vec<Row>) -> Vec<Option<i64>> {
    let (owner_member, name_member) = (owner_member(spec), name_member(spec));
    let mut known: HashMap<String, VecDeque<(Key, Row)>> = HashMap::new();
    if let Some(table) = state.tables.get(spec.path) {
        for (key, row) in table.with(owner_member, &Key::Number(owner)) {
            let name = row.get(name_member).and_then(Value::as_str).unwrap_or_default();
            known
                .entry(name.to_owned())
                .or_default()
                .push_back((key.clone(), row.clone()));
        }
    }
    let mut ids = Vec::with_capacity(said.len());
    for members in said {
        let name = members
            .get(name_member)
            .and_then(Value::as_str)
            .unwrap_or_default();
        let before = known.get_mut(name).and_then(VecDeque::pop_front);
        let (id, old) = match before {
            Some((Key::Number(id), row)) => (id, Some(row)),
            _ if state.tables.get(spec.path).map_or(0, Table::len) >= defaults::PARTS_KEPT => {
                ids.push(None);
                continue;
            }
            _ => (state.next_free_number(spec.counter.unwrap_or(spec.path)), None),
        };
        let mut row = old.clone().unwrap_or_else(|| fresh(spec, id, owner));
        for (member, value) in members {
            match value {
                Value::Null => row.remove(&member),
                value => row.insert(member, value),
            };
        }
        if old.as_ref() != Some(&row) {
            state.table_mut(spec.path).insert(Key::Number(id), row);
        }
        ids.push(Some(id));
    }
    if ids.contains(&None) {
        tracing::warn!("there are too many rows in {}: some have none", spec.path);
    }
    for (key, _) in known.into_values().flatten() {
        state.table_mut(spec.path).remove(&key);
        if let Key::Number(id) = key
            && spec.path == spec::TABLE_METADATA.path
        {
            reconcile(state, &spec::COLUMN_METADATA, id, Vec::new());
        }
    }
    ids
}

/// A row with its owner and the default members.
fn fresh(spec: &ResourceSpec, id: i64, owner: i64) -> Row {
    let mut row = Row::new();
    row.insert(spec.id_field.to_owned(), id.into());
    row.insert(owner_member(spec).to_owned(), owner.into());
    if spec.path != spec::TABLE_METADATA.path {
        row.insert("isProfilerWritable".to_owned(), true.into());
    }
    if spec.path == spec::COLUMN_METADATA.path {
        row.insert("isForeignKey".to_owned(), false.into());
    }
    row
}

/// Returns the row of a part by its name.
pub(super) fn find(state: &State, spec: &ResourceSpec, owner: i64, name: &str) -> Option<(Key, Row)> {
    let table = state.tables.get(spec.path)?;
    let is_owner = |row: &Row| row.get(owner_member(spec)).and_then(Value::as_i64) == Some(owner);
    let mut rows = table.with(name_member(spec), &Key::parse(name));
    rows.find(|(_, row)| is_owner(row) && row.get(name_member(spec)).is_some_and(|known| known == name))
        .map(|(key, row)| (key.clone(), row.clone()))
}

/// Copies the members that only rows have from the rows of another owner, by name. Returns the numbers of both.
pub(super) fn copy_rows(
    state: &mut State,
    spec: &'static ResourceSpec,
    from: i64,
    to: i64,
) -> Vec<(i64, i64)> {
    let Some(table) = state.tables.get(spec.path).cloned() else {
        return Vec::new();
    };
    let mut copied = Vec::new();
    for (key, original) in table.with(owner_member(spec), &Key::Number(from)) {
        let name = original.get(name_member(spec)).and_then(Value::as_str);
        let found = find(state, spec, to, name.unwrap_or_default());
        let (Key::Number(old), Some((Key::Number(new), row))) = (key, found) else {
            continue;
        };
        let mut next = original.clone();
        // The members that identify the part and its owner.
        for member in [spec.id_field, owner_member(spec)] {
            next.insert(member.to_owned(), row.get(member).cloned().unwrap_or_default());
        }
        state.table_mut(spec.path).insert(Key::Number(new), next);
        copied.push((*old, new));
    }
    copied
}
