//! Seed files: content that people declare in TOML, JSON or YAML.
//!
//! Invariant: a [`Content`] has the right form. Whether its names fit together shows when it becomes a state, in
//! [`super::seeded`].

mod check;
mod declared;
mod example;
pub(crate) mod form;
mod rule;
mod tree;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use self::check::Entry;
pub(crate) use self::declared::{schema, schema_of, table};
use self::form::{FILE, Kind, RULES};
pub(crate) use self::rule::Rule;

/// Mistakes that are shown; more are counted.
const SHOWN: usize = 50;

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
        Self::of(&FILE, &text, format, Some(path.to_owned()))
    }

    /// Reads declared content. It can't load documents, because they stand beside a file.
    pub fn parse(text: &str, format: ContentFormat) -> Result<Self, SeedError> {
        let content = Self::of(&FILE, text, format, None)?;
        let root = &content.parsed.root;
        if root.value("load").is_some() {
            let reason = "documents are loaded beside a file only";
            return Err(content.mistaken(vec![root.mistake(Some("load"), reason)]));
        }
        Ok(content)
    }

    /// Reads a list of rules.
    pub(crate) fn parse_rules(text: &str, format: ContentFormat) -> Result<Self, SeedError> {
        Self::of(&RULES, text, format, None)
    }

    fn of(
        kind: &'static Kind,
        text: &str,
        format: ContentFormat,
        file: Option<PathBuf>,
    ) -> Result<Self, SeedError> {
        let mut mistakes = Vec::new();
        let root = match tree::read(text, format) {
            Ok(node) => Some(check::entry(kind, &node, String::new(), &mut mistakes)),
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

    /// Its rules.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        let rules = 0..self.root().parts("rules").len();
        rules.map(|place| Rule::new(self.clone(), place)).collect()
    }
}

/// The nearest of some names as the end of a message; `None` if all are far away.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let folded = name.to_lowercase();
    let far = |other: &'a str| (strsim::damerau_levenshtein(&folded, &other.to_lowercase()), other);
    let (distance, nearest) = known.map(far).min()?;
    (distance <= name.len().div_ceil(3).max(2)).then(|| format!("; did you mean '{nearest}'?"))
}
