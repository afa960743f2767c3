//! What seed files declare behind connectors.

use super::Entry;
use crate::engine::schema::{
    ColumnFlag, Database, DeclaredColumn, DeclaredFile, DeclaredTable, FileSystem, Mainframe, Schema,
};

/// Type and length of a column that doesn't say.
const COLUMN: (&str, u32) = ("VARCHAR2", 40);

/// What is behind the declared connectors: their tables, files and datasets, and those of their rulesets.
pub(crate) fn schema(root: &Entry) -> Schema {
    let mut schema = Schema::default();
    for environment in root.parts("environments") {
        for_each_connector(
            environment,
            ["connectors", "rulesets", "tables"],
            |connector, tables| {
                let mut declared: Vec<DeclaredTable> = Vec::new();
                for table in tables.into_iter().filter(|table| declares(table)).map(table) {
                    match declared.iter_mut().find(|known| known.name == table.name) {
                        Some(known) => merge(known, table),
                        None => declared.push(table),
                    }
                }
                if !declared.is_empty() {
                    schema.databases.push(Database {
                        connector: Some(connector.name().to_owned()),
                        schema: connector.text("schema").map(str::to_owned),
                        tables: declared,
                    });
                }
            },
        );
        for_each_connector(
            environment,
            ["fileConnectors", "fileRulesets", "files"],
            |connector, files| {
                if !files.is_empty() {
                    schema.file_systems.push(FileSystem {
                        connector: Some(connector.name().to_owned()),
                        files: files.into_iter().map(file).collect(),
                    });
                }
            },
        );
        let of_mainframes = ["mainframeConnectors", "mainframeRulesets", "datasets"];
        for_each_connector(environment, of_mainframes, |connector, datasets| {
            if !datasets.is_empty() {
                schema.mainframes.push(Mainframe {
                    connector: Some(connector.name().to_owned()),
                    datasets: datasets.into_iter().map(file).collect(),
                });
            }
        });
    }
    schema
}

/// Goes through the connectors of an environment, each with what is in it and in its rulesets. The members are those of
/// connectors, rulesets, and what both have.
fn for_each_connector<'a>(
    environment: &'a Entry,
    [connectors, rulesets, inside]: [&str; 3],
    mut each: impl FnMut(&'a Entry, Vec<&'a Entry>),
) {
    let connectors = environment.parts(connectors);
    for connector in connectors {
        let mut all: Vec<&Entry> = connector.parts(inside).iter().collect();
        for ruleset in environment.parts(rulesets) {
            let is_own = match ruleset.text("connector") {
                Some(name) => name == connector.name(),
                None => connectors.len() == 1,
            };
            all.extend(ruleset.parts(inside).iter().filter(|_| is_own));
        }
        each(connector, all);
    }
}

fn file(entry: &Entry) -> DeclaredFile {
    DeclaredFile {
        name: entry.name().to_owned(),
        rows: rows(entry),
    }
}

fn rows(entry: &Entry) -> Option<u64> {
    entry.number("rows").and_then(|rows| u64::try_from(rows).ok())
}

/// Whether a table says more than its name.
fn declares(table: &Entry) -> bool {
    !table.parts("columns").is_empty() || table.number("rows").is_some()
}

/// Adds what another ruleset says of the same table.
fn merge(known: &mut DeclaredTable, other: DeclaredTable) {
    known.rows = known.rows.or(other.rows);
    for column in other.columns {
        if !known.columns.iter().any(|own| own.name == column.name) {
            known.columns.push(column);
        }
    }
}

/// A table as a declaration.
pub(crate) fn table(entry: &Entry) -> DeclaredTable {
    DeclaredTable {
        name: entry.name().to_owned(),
        rows: rows(entry),
        columns: entry.parts("columns").iter().map(column).collect(),
    }
}

fn column(entry: &Entry) -> DeclaredColumn {
    let flags = entry.value("flags").and_then(|flags| flags.as_array());
    let flag = |flag: &serde_json::Value| match flag.as_str()? {
        "PK" => Some(ColumnFlag::PrimaryKey),
        "FK" => Some(ColumnFlag::ForeignKey),
        _ => Some(ColumnFlag::Index),
    };
    let length = entry
        .number("length")
        .and_then(|length| u32::try_from(length).ok());
    DeclaredColumn {
        name: entry.name().to_owned(),
        sql_type: entry.text("type").unwrap_or(COLUMN.0).to_owned(),
        length: length.unwrap_or(COLUMN.1),
        flags: flags.into_iter().flatten().filter_map(flag).collect(),
    }
}
