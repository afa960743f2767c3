//! The tables or files of rulesets, with declared row counts.
//!
//! Invariant: names come from the ruleset and row counts from the declaration behind its connector.

use serde_json::Value;

use super::objects::table_names;
use super::resources::{Reader, spec};
use super::{Key, Row};

/// A table or file of a ruleset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// Its name.
    pub name: String,
    /// Its declared number of rows.
    pub rows: Option<u64>,
}

/// The tables or files that a job works on, in the ruleset's order. `job` is the job's row.
pub(crate) fn sources_of_job(reader: &Reader<'_>, job: &Row) -> Vec<Source> {
    match job.get("rulesetId").and_then(Key::from_json) {
        Some(Key::Number(ruleset)) => sources_of_ruleset(reader, ruleset),
        _ => Vec::new(),
    }
}

/// The tables or files of a ruleset. Rulesets of both kinds share their ids.
pub(crate) fn sources_of_ruleset(reader: &Reader<'_>, ruleset: i64) -> Vec<Source> {
    let key = Key::Number(ruleset);
    if let Some(connector) = parent(reader, spec::DATABASE_RULESETS.path, &key, "databaseConnectorId")
        .and_then(|id| row(reader, spec::DATABASE_CONNECTORS.path, &id))
    {
        let source = |name: String| {
            let mut tables = reader.schemas().flat_map(|schema| schema.tables(connector));
            let rows = tables.find_map(|table| table.rows.filter(|_| table.name == name));
            Source { name, rows }
        };
        return table_names(reader.state, ruleset)
            .into_iter()
            .map(source)
            .collect();
    }
    let Some(connector) = parent(reader, spec::FILE_RULESETS.path, &key, "fileConnectorId")
        .and_then(|id| row(reader, spec::FILE_CONNECTORS.path, &id))
    else {
        return Vec::new();
    };
    let files = reader.state.table(spec::FILE_METADATA.path);
    let names = files
        .iter()
        .filter(|(_, file)| file.get("rulesetId").and_then(Key::from_json).as_ref() == Some(&key))
        .filter_map(|(_, file)| file.get("fileName")?.as_str());
    names
        .map(|name| Source {
            name: name.to_owned(),
            rows: reader
                .schemas()
                .flat_map(|schema| schema.files(connector))
                .find_map(|file| file.rows.filter(|_| file.name == name)),
        })
        .collect()
}

fn row<'a>(reader: &Reader<'a>, path: &str, key: &Key) -> Option<&'a Row> {
    reader.state.tables.get(path)?.get(key)
}

fn parent(reader: &Reader<'_>, path: &str, key: &Key, member: &str) -> Option<Key> {
    row(reader, path, key)?
        .get(member)
        .filter(|value| !value.is_null())
        .and_then(|value: &Value| Key::from_json(value))
}
