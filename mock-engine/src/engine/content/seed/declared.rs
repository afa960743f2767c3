//! What seed files declare behind connectors.

use super::{Content, Entry};
use crate::engine::schema::{
    ColumnFlag, Database, DeclaredColumn, DeclaredFile, DeclaredTable, FileSystem, Mainframe, Schema,
};

/// Type and length of a column that doesn't say.
const COLUMN: (&str, u32) = ("VARCHAR2", 40);

/// What is behind the connectors of some files: their tables, files and datasets, and those of their rulesets.
pub(crate) fn schema_of(files: &[Content]) -> Schema {
    let only = |environment: &Entry, member: &str| {
        let all = files.iter().flat_map(|file| file.root().parts("environments"));
        let same = all.filter(|other| other.name() == environment.name());
        let mut connectors = same.flat_map(|other| other.parts(member));
        let first = connectors.next().map(|connector| connector.name().to_owned());
        first.filter(|_| connectors.next().is_none())
    };
    let mut schema = Schema::default();
    for file in files {
        schema.extend(self::schema(file.root(), &only));
    }
    schema
}

/// What is behind the connectors of some content. `only` names the only connector of an environment, given the member
/// with such connectors.
pub(crate) fn schema(root: &Entry, only: &dyn Fn(&Entry, &str) -> Option<String>) -> Schema {
    let mut schema = Schema::default();
    for environment in root.parts("environments") {
        for (connector, tables) in behind(environment, ["connectors", "rulesets", "tables"], only) {
            let mut declared: Vec<DeclaredTable> = Vec::new();
            for table in tables.into_iter().filter(|table| declares(table)).map(table) {
                match declared.iter_mut().find(|known| known.name == table.name) {
                    Some(known) => merge(known, table),
                    None => declared.push(table),
                }
            }
            if !declared.is_empty() {
                let all = environment.parts("connectors");
                let own = all.iter().find(|own| own.name() == connector);
                let name = own.and_then(|own| own.text("schema"));
                schema.databases.push(Database {
                    connector: Some(connector),
                    schema: name.map(str::to_owned),
                    tables: declared,
                });
            }
        }
        for (connector, files) in behind(environment, ["fileConnectors", "fileRulesets", "files"], only) {
            schema.file_systems.push(FileSystem {
                connector: Some(connector),
                files: files.into_iter().map(file).collect(),
            });
        }
        let members = ["mainframeConnectors", "mainframeRulesets", "datasets"];
        for (connector, datasets) in behind(environment, members, only) {
            schema.mainframes.push(Mainframe {
                connector: Some(connector),
                datasets: datasets.into_iter().map(file).collect(),
            });
        }
    }
    schema
}

/// What is in the connectors of an environment and in their rulesets, by the connectors' names. The members are those of
/// connectors, of rulesets, and of what both have.
fn behind<'a>(
    environment: &'a Entry,
    [connectors, rulesets, inside]: [&str; 3],
    only: &dyn Fn(&Entry, &str) -> Option<String>,
) -> Vec<(String, Vec<&'a Entry>)> {
    let mut all: Vec<(String, Vec<&Entry>)> = Vec::new();
    let mut add = |connector: &str, parts: &'a [Entry]| {
        if parts.is_empty() {
            return;
        }
        match all.iter_mut().find(|(known, _)| known == connector) {
            Some((_, known)) => known.extend(parts),
            None => all.push((connector.to_owned(), parts.iter().collect())),
        }
    };
    for connector in environment.parts(connectors) {
        add(connector.name(), connector.parts(inside));
    }
    for ruleset in environment.parts(rulesets) {
        let named = ruleset.text("connector").map(str::to_owned);
        if let Some(connector) = named.or_else(|| only(environment, connectors)) {
            add(&connector, ruleset.parts(inside));
        }
    }
    all
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
