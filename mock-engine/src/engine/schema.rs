//! Declared data sources: the tables, columns and files behind connectors.
//!
//! Invariant: requests never change declarations. Rulesets take tables and columns from them, executions take row
//! counts. By default the demo's connectors have declarations; other tables have no columns.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Row;

/// A declaration of data sources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Schema {
    /// The databases behind database connectors.
    #[serde(default)]
    pub databases: Vec<Database>,
    /// The directories behind file connectors.
    #[serde(default)]
    pub file_systems: Vec<FileSystem>,
    /// The mainframes behind dataset connectors.
    #[serde(default)]
    pub mainframes: Vec<Mainframe>,
}

/// A database. Without `connector` and `schema` it is behind every database connector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Database {
    /// Name of its connectors.
    pub connector: Option<String>,
    /// `schemaName` of its connectors, in any case.
    pub schema: Option<String>,
    /// Its tables.
    pub tables: Vec<DeclaredTable>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeclaredTable {
    /// Name, in the database's case.
    pub name: String,
    /// Rows that a job finds.
    #[serde(default)]
    pub rows: Option<u64>,
    /// Its columns, in the database's order.
    #[serde(default)]
    pub columns: Vec<DeclaredColumn>,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The keys and indexes that it is part of.
    #[serde(default)]
    pub flags: Vec<ColumnFlag>,
}

/// A key or index with the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileSystem {
    /// Name of the connectors that lead to it.
    pub connector: Option<String>,
    /// Its files.
    pub files: Vec<DeclaredFile>,
}

/// A mainframe. Without `connector` it is behind every mainframe dataset connector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mainframe {
    /// Name of the connectors that lead to it.
    pub connector: Option<String>,
    /// Its datasets.
    pub datasets: Vec<DeclaredFile>,
}

/// A file or dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeclaredFile {
    /// Name.
    pub name: String,
    /// Records that a job finds.
    #[serde(default)]
    pub rows: Option<u64>,
}

/// Why a declaration is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The file can't be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file is not TOML of this form.
    #[error("{path}: {source}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// The parser's error.
        source: Box<toml::de::Error>,
    },
    /// The file is not JSON of this form.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Schema {
    /// Returns the declaration for the connectors of the demo inventory.
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

    /// Whether it declares nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.databases.is_empty() && self.file_systems.is_empty() && self.mainframes.is_empty()
    }

    /// Appends another declaration.
    pub fn extend(&mut self, other: Self) {
        self.databases.extend(other.databases);
        self.file_systems.extend(other.file_systems);
        self.mainframes.extend(other.mainframes);
    }

    /// Puts another declaration first.
    pub(crate) fn precede(&mut self, mut other: Self) {
        // A declaration that comes again replaces itself.
        self.databases.retain(|known| !other.databases.contains(known));
        self.file_systems
            .retain(|known| !other.file_systems.contains(known));
        self.mainframes.retain(|known| !other.mainframes.contains(known));
        std::mem::swap(self, &mut other);
        self.extend(other);
    }

    /// Returns the declared tables behind a database connector, given its row. The first of two tables with one name
    /// counts.
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

    /// Returns the declared files behind a file connector, given its row.
    pub fn files<'a>(&'a self, connector: &'a Row) -> impl Iterator<Item = &'a DeclaredFile> {
        let behind = |system: &&FileSystem| is_named(connector, system.connector.as_deref());
        self.file_systems
            .iter()
            .filter(behind)
            .flat_map(|system| &system.files)
    }

    /// Returns the declared datasets behind a dataset connector, given its row.
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
    /// Whether it is part of such a key or index.
    pub fn is(&self, flag: ColumnFlag) -> bool {
        self.flags.contains(&flag)
    }
}
