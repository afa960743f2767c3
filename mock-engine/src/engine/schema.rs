//! What the data sources behind connectors hold, as a file declares it: tables with their columns, and files.
//!
//! Invariant: declared content is never changed by requests. Rulesets take tables and columns from it, executions their
//! row counts. Without a declaration there is what the demo's connectors lead to; other tables have no columns.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::Row;

/// Everything that is declared.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Schema {
    /// What database connectors lead to.
    #[serde(default)]
    pub databases: Vec<Database>,
    /// What file connectors lead to.
    #[serde(default)]
    pub file_systems: Vec<FileSystem>,
    /// What mainframe dataset connectors lead to.
    #[serde(default)]
    pub mainframes: Vec<Mainframe>,
}

/// A database. Without `connector` and `schema` it is behind every database connector.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Database {
    /// Name of the connectors that lead to it.
    pub connector: Option<String>,
    /// `schemaName` of the connectors that lead to it, in any case.
    pub schema: Option<String>,
    /// Its tables.
    pub tables: Vec<DeclaredTable>,
}

/// A table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeclaredTable {
    /// Name, as the database writes it.
    pub name: String,
    /// How many rows a job finds.
    #[serde(default)]
    pub rows: Option<u64>,
    /// Its columns, in the database's order.
    #[serde(default)]
    pub columns: Vec<DeclaredColumn>,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeclaredColumn {
    /// Name, as the database writes it.
    pub name: String,
    /// SQL type, such as `VARCHAR2`.
    #[serde(rename = "type")]
    pub sql_type: String,
    /// Length; 0 for types without one.
    #[serde(default)]
    pub length: u32,
    /// What it is part of.
    #[serde(default)]
    pub flags: Vec<ColumnFlag>,
}

/// What a column is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum ColumnFlag {
    /// The primary key.
    #[serde(rename = "PK")]
    PrimaryKey,
    /// A foreign key.
    #[serde(rename = "FK")]
    ForeignKey,
    /// An index.
    #[serde(rename = "IX")]
    Index,
}

/// A directory. Without `connector` it is behind every file connector.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileSystem {
    /// Name of the connectors that lead to it.
    pub connector: Option<String>,
    /// Its files.
    pub files: Vec<DeclaredFile>,
}

/// A mainframe. Without `connector` it is behind every mainframe dataset connector.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mainframe {
    /// Name of the connectors that lead to it.
    pub connector: Option<String>,
    /// Its datasets.
    pub datasets: Vec<DeclaredFile>,
}

/// A file or dataset.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeclaredFile {
    /// Name.
    pub name: String,
    /// How many records a job finds.
    #[serde(default)]
    pub rows: Option<u64>,
}

/// A file that declares nothing usable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// It can't be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It isn't TOML of this form.
    #[error("{path}: {source}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<toml::de::Error>,
    },
    /// It isn't JSON of this form.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Schema {
    /// What is behind the connectors of the demo inventory.
    pub fn of_demo() -> Self {
        toml::from_str(include_str!("content/demo-schema.toml")).unwrap_or_default()
    }

    /// Reads a declaration: JSON from a `.json` file, else TOML.
    pub fn read(path: &Path) -> Result<Self, SchemaError> {
        let text = std::fs::read_to_string(path).map_err(|source| SchemaError::Read {
            path: path.to_owned(),
            source,
        })?;
        if path.extension().is_some_and(|extension| extension == "json") {
            return serde_json::from_str(&text).map_err(|source| SchemaError::Json {
                path: path.to_owned(),
                source,
            });
        }
        toml::from_str(&text).map_err(|source| SchemaError::Toml {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }

    /// Adds another declaration behind this one.
    pub fn extend(&mut self, other: Self) {
        self.databases.extend(other.databases);
        self.file_systems.extend(other.file_systems);
        self.mainframes.extend(other.mainframes);
    }

    /// The declared tables behind a database connector, given as its row. Of two tables of one name, the first counts.
    pub fn tables<'a>(&'a self, connector: &'a Row) -> impl Iterator<Item = &'a DeclaredTable> {
        let behind = |database: &&Database| {
            let schema = connector.get("schemaName").and_then(Value::as_str);
            is_named(connector, database.connector.as_deref())
                && database
                    .schema
                    .as_deref()
                    .is_none_or(|wanted| schema.is_some_and(|schema| schema.eq_ignore_ascii_case(wanted)))
        };
        let databases = self.databases.iter().filter(behind);
        databases.flat_map(|database| &database.tables)
    }

    /// The declared files behind a file connector, given as its row.
    pub fn files<'a>(&'a self, connector: &'a Row) -> impl Iterator<Item = &'a DeclaredFile> {
        let behind = |system: &&FileSystem| is_named(connector, system.connector.as_deref());
        self.file_systems
            .iter()
            .filter(behind)
            .flat_map(|system| &system.files)
    }

    /// The declared datasets behind a mainframe dataset connector, given as its row.
    pub fn datasets<'a>(&'a self, connector: &'a Row) -> impl Iterator<Item = &'a DeclaredFile> {
        let behind = |mainframe: &&Mainframe| is_named(connector, mainframe.connector.as_deref());
        self.mainframes
            .iter()
            .filter(behind)
            .flat_map(|mainframe| &mainframe.datasets)
    }
}

fn is_named(connector: &Row, wanted: Option<&str>) -> bool {
    let name = connector.get("connectorName").and_then(Value::as_str);
    wanted.is_none_or(|wanted| name == Some(wanted))
}

impl DeclaredColumn {
    /// Whether it is part of something.
    pub fn is(&self, flag: ColumnFlag) -> bool {
        self.flags.contains(&flag)
    }
}
