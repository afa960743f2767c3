//! The configuration: options and files, checked before anything runs.
//!
//! Invariant: values for all engines are defaults; an engine's own entry wins. Nothing is opened or bound here.

mod entry;
mod users;
mod values;

use std::path::PathBuf;
use std::sync::Arc;

use http::StatusCode;

pub(super) use self::entry::read_file;
pub use self::entry::{EngineEntry, engines};
pub use self::users::{UserFileError, read_users};
pub(super) use self::values::parse_created_status;
pub use self::values::{parse_duration, parse_pace, parse_user, parse_version};
use crate::engine::schema::{Schema, SchemaError};
use crate::engine::{ProfileError, Settings};
use crate::http::faults::{self, Fault};
use crate::http::limits::Limits;
use crate::server::Bind;

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The addresses of all engines; at least one.
    pub bind: Vec<Bind>,
    /// The engines; at least one.
    pub engines: Vec<EngineConfig>,
    /// The certificates.
    pub tls: Tls,
    /// With TLS, also speak plain HTTP on the same ports.
    pub plain_too: bool,
    /// Names of the server, for certificates and the check of `Host`.
    pub hosts: Vec<String>,
    /// Limits on clients, per engine.
    pub limits: Limits,
}

/// One engine.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Its port; 0 takes a free one.
    pub port: u16,
    /// Its settings.
    pub settings: Settings,
    /// The faults that it starts with.
    pub faults: Vec<Fault>,
    /// Status of successful POSTs; `None` if its profile decides.
    pub created_status: Option<StatusCode>,
}

/// The source of the certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Plain HTTP.
    Off,
    /// An authority made at the start; its certificate can go to a file.
    SelfSigned {
        /// The file.
        ca_out: Option<PathBuf>,
    },
    /// PEM files.
    Files {
        /// Certificate chain.
        cert: PathBuf,
        /// Private key.
        key: PathBuf,
    },
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An option's value is malformed.
    #[error("'{value}' is not {expected}")]
    Value {
        /// The value.
        value: String,
        /// The kind of value expected, with an example.
        expected: &'static str,
    },
    /// A file can't be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// A file is not valid TOML of this form.
    #[error("{path}: {source}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// The parser's error.
        source: Box<toml::de::Error>,
    },
    /// A file of users is unusable.
    #[error(transparent)]
    Users(#[from] UserFileError),
    /// A file of declared tables is unusable.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// No profile has the name.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Faults that can't be read.
    #[error("{name}: {reason}; ready-made sets are {}", sets())]
    Faults {
        /// The set or file.
        name: String,
        /// The reason.
        reason: String,
    },
    /// Two engines have one name; their state would mix.
    #[error("two engines are named '{0}'")]
    SameName(String),
    /// Options that contradict each other or miss one another.
    #[error("{0}")]
    Conflict(&'static str),
}

fn sets() -> String {
    let names: Vec<&str> = faults::SETS.iter().map(|(name, ..)| *name).collect();
    names.join(", ")
}

/// Reads declarations of data sources, in order. Without files, declares those of the demo's connectors.
pub(super) fn read_schemas(files: &[PathBuf]) -> Result<Arc<Schema>, ConfigError> {
    if files.is_empty() {
        return Ok(Arc::new(Schema::of_demo()));
    }
    let mut all = Schema::default();
    for file in files {
        all.extend(Schema::read(file)?);
    }
    Ok(Arc::new(all))
}

/// Reads faults: ready-made sets by name, or files, one list after the other.
pub(super) fn read_faults(names: &[String]) -> Result<Vec<Fault>, ConfigError> {
    let mut all = Vec::new();
    for name in names {
        let text = match faults::definition(name) {
            Some(definition) => definition.to_owned(),
            None => std::fs::read_to_string(name).map_err(|source| ConfigError::Faults {
                name: name.clone(),
                reason: source.to_string(),
            })?,
        };
        all.extend(faults::read(&text).map_err(|reason| ConfigError::Faults {
            name: name.clone(),
            reason,
        })?);
    }
    Ok(all)
}
