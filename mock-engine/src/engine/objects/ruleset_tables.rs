//! The tables and columns in a ruleset's data.
//!
//! Invariant: everything that a change does not name keeps its bytes, unknown fields included. Names identify tables
//! within a ruleset and columns within a table.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::data::{ColumnData, DatabaseRulesetData, ObjectData};
use exportdoc::internal::object::draft::{self, ColumnSpec};
use exportdoc::internal::wire::{Message, Writer};

use super::StoredObject;
use super::rewrite::{add_fields, map_fields, set_field, set_fields};
use crate::engine::defaults;
use crate::engine::schema::{ColumnFlag, DeclaredColumn};
use crate::engine::{Key, State};

/// Numbers of the changed fields.
const TABLE: u32 = 4;
const RECORD_GROUP: u32 = 8;
const COLUMN: u32 = 4;

/// The masking of a column; `None` where it has none.
#[derive(Debug, Clone, Default)]
pub(super) struct Masking {
    pub(super) algorithm: Option<String>,
    pub(super) domain: Option<String>,
    /// The domain's classification.
    pub(super) classification: Option<String>,
    pub(super) date_format: Option<String>,
}

/// Returns the ruleset with an id.
pub(super) fn ruleset(state: &State, id: i64) -> Option<&StoredObject> {
    let stored = state.objects.find("DATABASE_RULESET", &Identifier::Integer(id))?;
    Some(stored.as_ref())
}

/// Returns the data of a ruleset.
pub(super) fn data_of(stored: &StoredObject) -> Option<DatabaseRulesetData<'_>> {
    match stored.object.data() {
        ObjectData::DatabaseRuleset(data) => Some(data),
        _ => None,
    }
}

/// The names of a ruleset's tables, in order.
pub(crate) fn table_names(state: &State, ruleset_id: i64) -> Vec<String> {
    let data = ruleset(state, ruleset_id).and_then(data_of);
    let tables = data.into_iter().flat_map(DatabaseRulesetData::tables);
    tables
        .map(|table| table.table_name().unwrap_or_default().into_owned())
        .collect()
}

/// A table's columns in order, as far as rows are kept.
pub(super) fn columns<'a>(data: DatabaseRulesetData<'a>, table: &str) -> Vec<ColumnData<'a>> {
    let mut found = Vec::new();
    let mut named = data
        .tables()
        .filter(|known| known.table_name().unwrap_or_default() == table);
    let Some(table) = named.next() else {
        return found;
    };
    for group in table.record_groups() {
        let left = defaults::PARTS_KEPT - found.len();
        found.extend(group.columns().take(left));
    }
    found
}

/// A wrapped text that is not empty.
pub(super) fn said(text: Option<Cow<'_, str>>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(Cow::into_owned)
}

/// Whether a key name is set; `N` means that it is not.
pub(super) fn is_key(text: Option<Cow<'_, str>>) -> bool {
    said(text).is_some_and(|name| name != "N")
}

/// The database's properties of a column, as a ruleset has them.
fn declared(column: ColumnData<'_>) -> DeclaredColumn {
    let mut flags = Vec::new();
    if is_key(column.primary_key()) {
        flags.push(ColumnFlag::PrimaryKey);
    }
    if is_key(column.index_name()) {
        flags.push(ColumnFlag::Index);
    }
    DeclaredColumn {
        name: column.column_name().unwrap_or_default().into_owned(),
        sql_type: column.sql_type().unwrap_or_default().into_owned(),
        length: column
            .length()
            .and_then(|length| length.parse().ok())
            .unwrap_or_default(),
        flags,
    }
}

/// The columns of a table in another ruleset on the same connector, which has them from the database.
pub(super) fn columns_elsewhere(state: &State, connector: i64, table: &str) -> Vec<DeclaredColumn> {
    let rulesets = rulesets_on(state, connector);
    let columns = rulesets.into_iter().map(|data| columns(data, table));
    let mut found = columns.filter(|columns| !columns.is_empty());
    found
        .next()
        .map(|columns| columns.into_iter().map(declared).collect())
        .unwrap_or_default()
}

/// Returns the rulesets on a connector.
pub(super) fn rulesets_on(state: &State, connector: i64) -> Vec<DatabaseRulesetData<'_>> {
    let rows = state.tables.get("database-rulesets");
    let ids = rows
        .into_iter()
        .flat_map(|rows| rows.with("databaseConnectorId", &Key::Number(connector)));
    ids.filter_map(|(key, _)| match key {
        Key::Number(id) => data_of(ruleset(state, *id)?),
        Key::Name(_) => None,
    })
    .collect()
}

/// Returns the data with some tables removed, some renamed, and new ones whose columns are not masked.
pub(super) fn change_tables(
    data: &[u8],
    gone: &HashSet<String>,
    renamed: &HashMap<String, String>,
    added: &[(&str, Vec<DeclaredColumn>)],
) -> Vec<u8> {
    let data = map_fields(data, TABLE, |table| {
        let name = name_in(table);
        if gone.contains(&name) {
            return None;
        }
        Some(match renamed.get(&name) {
            Some(new) => set_text(table, 1, new),
            None => table.to_vec(),
        })
    });
    let added: Vec<Vec<u8>> = added
        .iter()
        .map(|(name, columns)| draft::table(name, &columns.iter().map(spec).collect::<Vec<_>>()))
        .collect();
    add_fields(&data, TABLE, &added)
}

/// Returns the data with the tables of another ruleset.
pub(super) fn with_tables_of(data: &[u8], other: &[u8]) -> Vec<u8> {
    let other = Message::parse(other).unwrap_or_default();
    set_fields(data, TABLE, other.all(TABLE).map(|field| field.raw))
}

fn spec(column: &DeclaredColumn) -> ColumnSpec<'_> {
    ColumnSpec {
        name: &column.name,
        sql_type: &column.sql_type,
        length: column.length.into(),
        primary_key: column.is(ColumnFlag::PrimaryKey),
        index: column.is(ColumnFlag::Index),
        ..ColumnSpec::default()
    }
}

/// Returns the data with another masking of a column, or none.
pub(super) fn mask_column(data: &[u8], table: &str, column: &str, masking: &Masking) -> Vec<u8> {
    let wrapped = |number, text: &Option<String>| {
        let text = text.as_ref()?;
        Some(Writer::new().wrapped_text(number, text).finish())
    };
    change_table(data, table, |table| {
        map_fields(table, RECORD_GROUP, |group| {
            Some(map_fields(group, COLUMN, |bytes| {
                if name_in(bytes) != column {
                    return Some(bytes.to_vec());
                }
                let masked = masking.algorithm.is_some();
                let mut bytes = bytes.to_vec();
                for (number, text) in [
                    (2, &masking.algorithm),
                    (3, &masking.domain),
                    (4, &masking.classification),
                    (14, &masking.date_format),
                ] {
                    bytes = set_field(&bytes, number, wrapped(number, text).as_deref());
                }
                if !masked {
                    bytes = set_field(&bytes, 5, None);
                }
                let flag = Writer::new()
                    .wrapped_text(6, if masked { "true" } else { "false" })
                    .finish();
                Some(set_field(&bytes, 6, Some(&flag)))
            }))
        })
    })
}

/// Returns the data with the present columns of the database; remaining columns keep their masking.
pub(super) fn refresh_table(data: &[u8], table: &str, now: &[DeclaredColumn]) -> Vec<u8> {
    change_table(data, table, |bytes| {
        let mut known: Vec<String> = Vec::new();
        let kept = map_fields(bytes, RECORD_GROUP, |group| {
            Some(map_fields(group, COLUMN, |column| {
                let name = name_in(column);
                let declared = now.iter().find(|declared| declared.name == name)?;
                known.push(name);
                Some(with_facts(column, declared))
            }))
        });
        let new: Vec<Vec<u8>> = now
            .iter()
            .filter(|declared| !known.contains(&declared.name))
            .map(|declared| draft::column(&spec(declared)))
            .collect();
        let mut first = true;
        map_fields(&kept, RECORD_GROUP, |group| {
            let is_first = std::mem::take(&mut first);
            let added = if is_first { new.as_slice() } else { &[] };
            Some(add_fields(group, COLUMN, added))
        })
    })
}

/// Returns a column with the database's type, length and keys.
fn with_facts(column: &[u8], declared: &DeclaredColumn) -> Vec<u8> {
    let fresh = draft::column(&spec(declared));
    let Ok(fresh) = Message::parse(&fresh) else {
        return column.to_vec();
    };
    let present = Message::parse(column).map(ColumnData::from).ok();
    let mut column = column.to_vec();
    for number in [10, 11, 12, 13] {
        // A key that is still there keeps its name.
        let keeps = |text| is_key(text);
        let same_key = match (number, present) {
            (12, Some(now)) => keeps(now.primary_key()) == declared.is(ColumnFlag::PrimaryKey),
            (13, Some(now)) => keeps(now.index_name()) == declared.is(ColumnFlag::Index),
            _ => false,
        };
        if !same_key && let Some(field) = fresh.all(number).next() {
            column = set_field(&column, number, Some(field.raw));
        }
    }
    column
}

fn change_table(data: &[u8], name: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    map_fields(data, TABLE, |table| {
        Some(if name_in(table) == name {
            change(table)
        } else {
            table.to_vec()
        })
    })
}

/// The name of a table or column.
fn name_in(message: &[u8]) -> String {
    let message = Message::parse(message).unwrap_or_default();
    message.text(1).unwrap_or_default().into_owned()
}

fn set_text(message: &[u8], number: u32, text: &str) -> Vec<u8> {
    let field = Writer::new().text(number, text).finish();
    set_field(message, number, Some(&field))
}
