//! Seed files: content that people declare in TOML, JSON or YAML.
//!
//! Invariant: a [`Content`] has the right form. Whether its names fit together shows when it becomes a state, in
//! [`super::seeded`].

mod check;
mod example;
pub(crate) mod form;
mod tree;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use self::check::Entry;
use crate::engine::schema::{ColumnFlag, Database, DeclaredColumn, DeclaredTable, Schema};

/// Mistakes that are shown; more are counted.
const SHOWN: usize = 50;

/// Type and length of a column that doesn't say.
const COLUMN: (&str, u32) = ("VARCHAR2", 40);

/// Content that a seed file declares.
#[derive(Debug, Clone)]
pub struct Content {
    parsed: Arc<Parsed>,
}

#[derive(Debug)]
struct Parsed {
    file: Option<PathBuf>,
    root: Entry,
}

/// The format of a seed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentFormat {
    /// TOML.
    Toml,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// Why content is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// The file can't be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The content has mistakes.
    #[error("{0}")]
    Mistakes(Mistakes),
}

/// All mistakes in a seed file; as text, one line for each.
#[derive(Debug)]
pub struct Mistakes {
    file: Option<PathBuf>,
    all: Vec<Mistake>,
}

/// A mistake.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) line: Option<usize>,
    pub(crate) path: String,
    pub(crate) reason: String,
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.all.iter().take(SHOWN).enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            match (&self.file, mistake.line) {
                (Some(file), Some(line)) => write!(f, "{}:{line}: ", file.display())?,
                (Some(file), None) => write!(f, "{}: ", file.display())?,
                (None, Some(line)) => write!(f, "line {line}: ")?,
                (None, None) => {}
            }
            if !mistake.path.is_empty() {
                write!(f, "{}: ", mistake.path)?;
            }
            f.write_str(&mistake.reason)?;
        }
        match self.all.len().checked_sub(SHOWN) {
            Some(more) if more > 0 => write!(f, "\nand {more} more"),
            _ => Ok(()),
        }
    }
}

impl Content {
    /// An example of a seed file in TOML, with a comment on every member.
    pub fn example() -> String {
        example::example()
    }

    /// Reads a seed file: JSON from `.json`, YAML from `.yaml` and `.yml`, else TOML.
    pub fn read(path: &Path) -> Result<Self, SeedError> {
        let text = std::fs::read_to_string(path).map_err(|source| SeedError::Read {
            path: path.to_owned(),
            source,
        })?;
        let extension = path.extension().and_then(|extension| extension.to_str());
        let format = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("json") => ContentFormat::Json,
            Some("yaml" | "yml") => ContentFormat::Yaml,
            _ => ContentFormat::Toml,
        };
        Self::of(&text, format, Some(path.to_owned()))
    }

    /// Reads declared content. It can't load documents, because they stand beside a file.
    pub fn parse(text: &str, format: ContentFormat) -> Result<Self, SeedError> {
        let content = Self::of(text, format, None)?;
        let root = &content.parsed.root;
        if root.value("load").is_some() {
            let reason = "documents are loaded beside a file only";
            return Err(content.mistaken(vec![root.mistake(Some("load"), reason)]));
        }
        Ok(content)
    }

    fn of(text: &str, format: ContentFormat, file: Option<PathBuf>) -> Result<Self, SeedError> {
        let mut mistakes = Vec::new();
        let root = match tree::read(text, format) {
            Ok(node) => Some(check::entry(&form::FILE, &node, String::new(), &mut mistakes)),
            Err((line, reason)) => {
                mistakes.push(Mistake {
                    line,
                    path: String::new(),
                    reason,
                });
                None
            }
        };
        match root.filter(|_| mistakes.is_empty()) {
            Some(root) => Ok(Self {
                parsed: Arc::new(Parsed { file, root }),
            }),
            None => Err(SeedError::Mistakes(Mistakes { file, all: mistakes })),
        }
    }

    /// The whole content.
    pub(crate) fn root(&self) -> &Entry {
        &self.parsed.root
    }

    /// An error with mistakes in this content.
    pub(crate) fn mistaken(&self, all: Vec<Mistake>) -> SeedError {
        SeedError::Mistakes(Mistakes {
            file: self.parsed.file.clone(),
            all,
        })
    }

    /// The documents to load.
    pub(crate) fn documents(&self) -> Vec<PathBuf> {
        let beside = self.parsed.file.as_deref().and_then(Path::parent);
        let names = self.root().value("load").and_then(|names| names.as_array());
        let names = names.into_iter().flatten().filter_map(|name| name.as_str());
        names
            .map(|name| beside.map_or_else(|| name.into(), |beside| beside.join(name)))
            .collect()
    }

    /// What is behind the declared connectors: their tables, and those of their rulesets.
    pub(crate) fn schema(&self) -> Schema {
        let mut schema = Schema::default();
        for environment in self.root().parts("environments") {
            let connectors = environment.parts("connectors");
            for connector in connectors {
                let mut tables: Vec<&Entry> = connector.parts("tables").iter().collect();
                for ruleset in environment.parts("rulesets") {
                    let is_own = match ruleset.text("connector") {
                        Some(name) => name == connector.name(),
                        None => connectors.len() == 1,
                    };
                    tables.extend(ruleset.parts("tables").iter().filter(|_| is_own));
                }
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
            }
        }
        schema
    }
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
        rows: entry.number("rows").and_then(|rows| u64::try_from(rows).ok()),
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

/// The nearest of some names as the end of a message; `None` if all are far away.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let folded = name.to_lowercase();
    let far = |other: &'a str| (strsim::damerau_levenshtein(&folded, &other.to_lowercase()), other);
    let (distance, nearest) = known.map(far).min()?;
    (distance <= name.len().div_ceil(3).max(2)).then(|| format!("; did you mean '{nearest}'?"))
}
