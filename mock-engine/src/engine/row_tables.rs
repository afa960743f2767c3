//! Tables of rows, with an index.
//!
//! Invariant: clones share their rows; a write copies only the nodes on its path in the trees. The index holds every
//! row under its name and under its parents.

use std::collections::BTreeMap;
use std::sync::Arc;

use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::resources::spec::by_path;
use super::{Key, Row};

/// The tables of an engine, by path.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Tables(BTreeMap<String, Table>);

impl Tables {
    /// Returns a table, if it was ever written.
    pub fn get(&self, path: &str) -> Option<&Table> {
        self.0.get(path)
    }

    /// The number of rows of all tables.
    pub fn rows(&self) -> usize {
        self.0.values().map(Table::len).sum()
    }

    /// The paths of the tables.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How many rows of all tables were ever inserted or removed.
    pub fn written(&self) -> usize {
        self.0.values().map(|table| table.written).sum()
    }

    /// Returns a table to write to.
    pub fn get_mut(&mut self, path: &str) -> &mut Table {
        self.0.entry(path.to_owned()).or_insert_with(|| Table::of(path))
    }
}

impl<'de> Deserialize<'de> for Tables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut tables = Self::default();
        for (path, rows) in BTreeMap::<String, BTreeMap<String, Row>>::deserialize(deserializer)? {
            let table = tables.get_mut(&path);
            for (key, row) in rows {
                table.insert(Key::parse(&key), row);
            }
        }
        Ok(tables)
    }
}

/// Rows by key.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: RedBlackTreeMapSync<Key, Arc<Row>>,
    /// Indexed members.
    indexed: Vec<&'static str>,
    /// Member, value, key of the row.
    index: RedBlackTreeSetSync<(&'static str, Key, Key)>,
    /// How many rows were ever inserted or removed.
    written: usize,
}

/// The least key.
const FIRST: Key = Key::Number(i64::MIN);

impl Table {
    /// An empty table with the indexes of a resource.
    pub fn of(path: &str) -> Self {
        let spec = by_path(path);
        let names = spec.and_then(|spec| spec.name_field);
        let parents = spec.map_or(&[][..], |spec| spec.parents);
        Self {
            indexed: names
                .into_iter()
                .chain(parents.iter().map(|parent| parent.field))
                .collect(),
            ..Self::default()
        }
    }

    /// Returns a row.
    pub fn get(&self, key: &Key) -> Option<&Row> {
        self.rows.get(key).map(AsRef::as_ref)
    }

    /// Returns all rows in key order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Row)> {
        self.rows.iter().map(|(key, row)| (key, row.as_ref()))
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.size()
    }

    /// Whether the table is empty.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the rows whose member is a value or a list with it. Works for indexed members only.
    pub fn with<'a>(
        &'a self,
        member: &str,
        value: &Key,
    ) -> impl Iterator<Item = (&'a Key, &'a Row)> + use<'a> {
        let member = self.indexed.iter().copied().find(|indexed| *indexed == member);
        let found = member.map(|member| {
            let value = value.clone();
            self.index
                .range((member, value.clone(), FIRST)..)
                .take_while(move |(other, is, _)| *other == member && *is == value)
        });
        let keys = found.into_iter().flatten().map(|(_, _, key)| key);
        keys.filter_map(|key| Some((key, self.get(key)?)))
    }

    /// Whether two tables are the same one, rather than equal.
    pub fn same_as(&self, other: &Self) -> bool {
        self.rows.ptr_eq(&other.rows)
    }

    /// Inserts or replaces a row.
    pub fn insert(&mut self, key: Key, row: Row) {
        self.remove(&key);
        self.written += 1;
        for (member, value) in self.values(&row) {
            self.index.insert_mut((member, value, key.clone()));
        }
        self.rows.insert_mut(key, Arc::new(row));
    }

    /// Removes a row.
    pub fn remove(&mut self, key: &Key) {
        let Some(row) = self.rows.get(key).cloned() else {
            return;
        };
        self.written += 1;
        for (member, value) in self.values(&row) {
            self.index.remove_mut(&(member, value, key.clone()));
        }
        self.rows.remove_mut(key);
    }

    /// The index entries of a row.
    fn values(&self, row: &Row) -> Vec<(&'static str, Key)> {
        let values = self
            .indexed
            .iter()
            .filter_map(|member| Some((*member, row.get(*member)?)));
        values
            .flat_map(|(member, value)| {
                let values = value
                    .as_array()
                    .map_or(std::slice::from_ref(value), Vec::as_slice);
                values
                    .iter()
                    .filter_map(move |value| Some((member, Key::from_json(value)?)))
            })
            .collect()
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, row)| (key.to_string(), row)))
    }
}
