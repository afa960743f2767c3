//! From options and files to engines ready to start.
//!
//! Invariant: whatever is said for all engines is the default of each; what an engine's own entry says wins. Nothing
//! is opened or bound here, so every mistake in a configuration is reported before anything runs.

mod users;

use std::collections::HashSet;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

pub(super) use self::users::{UserFileError, read_users};
use crate::engine::schema::{Schema, SchemaError};
use crate::engine::{Credential, Pace, Settings};
use crate::http::limits::Limits;
use crate::server::Bind;

/// Everything that the process is told.
#[derive(Debug, Clone)]
pub(super) struct Config {
    /// Addresses that all engines listen on; at least one.
    pub bind: Vec<Bind>,
    /// The engines; at least one.
    pub engines: Vec<EngineConfig>,
    /// How the ports speak.
    pub tls: Tls,
    /// With TLS, also speak plain HTTP on the same ports.
    pub plain_too: bool,
    /// Names of the server, for certificates and the admin endpoints.
    pub hosts: Vec<String>,
    /// Status of successful POSTs.
    pub created_status: u16,
    /// What peers may ask of each engine's port.
    pub limits: Limits,
}

/// One engine.
#[derive(Debug, Clone)]
pub(super) struct EngineConfig {
    /// Its port; 0 takes a free one.
    pub port: u16,
    /// Its settings.
    pub settings: Settings,
}

/// Where certificates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tls {
    /// Plain HTTP.
    Off,
    /// An authority of its own, whose certificate goes to a file.
    SelfSigned {
        /// The file.
        ca_out: Option<PathBuf>,
    },
    /// Files.
    Files {
        /// Certificate chain.
        cert: PathBuf,
        /// Private key.
        key: PathBuf,
    },
}

/// A configuration that makes no sense.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigError {
    /// An option's value doesn't parse.
    #[error("'{value}' is not {expected}")]
    Value {
        /// What came.
        value: String,
        /// What was wanted, with an example.
        expected: &'static str,
    },
    /// The file can't be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file isn't what it should be.
    #[error("{path}: {source}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<toml::de::Error>,
    },
    /// Users can't be taken from a file.
    #[error(transparent)]
    Users(#[from] UserFileError),
    /// A declared schema can't be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// Two engines of one name could not be told apart, nor could their state.
    #[error("two engines are named '{0}'")]
    SameName(String),
    /// An option without the one it belongs to.
    #[error("{0}")]
    Conflict(&'static str),
}

/// An engine as a TOML file has it; what is missing comes from the options.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EngineEntry {
    /// Name.
    pub name: String,
    /// Port.
    #[serde(default)]
    pub port: u16,
    /// Engine version.
    pub version: Option<String>,
    /// Refuse bad names wherever they come from.
    pub strict_names: Option<bool>,
    /// `NAME:PASSWORD` entries.
    pub users: Option<Vec<String>>,
    /// Export documents to load.
    pub load: Option<Vec<PathBuf>>,
    /// Files that declare what the data sources behind connectors hold.
    pub schema: Option<Vec<PathBuf>>,
    /// Start without the stock and the demo inventory.
    pub empty: Option<bool>,
    /// Start as freshly installed.
    pub fresh: Option<bool>,
    /// State directory.
    pub state_dir: Option<PathBuf>,
    /// Seed of ids.
    pub seed: Option<u64>,
    /// Export byte for byte.
    pub faithful: Option<bool>,
    /// Key length.
    pub dsa_bits: Option<u32>,
    /// Syncs side by side.
    pub concurrent_sync: Option<bool>,
    /// Refuse undetermined signatures.
    pub require_valid_signature: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    #[serde(rename = "engine")]
    engines: Vec<EngineEntry>,
}

impl EngineEntry {
    /// The engine, with what its entry doesn't say taken from `base`.
    fn over(self, base: &Settings, names: &HashSet<String>) -> Result<EngineConfig, ConfigError> {
        let several = names.len() > 1;
        let mut settings = base.clone();
        // Engines must not share a directory: each has a state of its own.
        settings.state_dir = self.state_dir.or_else(|| match &base.state_dir {
            Some(dir) if several => Some(dir.join(directory_name(&self.name))),
            dir => dir.clone(),
        });
        settings.seed = self.seed.or(settings.seed);
        if let Some(version) = self.version {
            settings.version = version;
        }
        if let Some(users) = self.users {
            settings.users = users
                .iter()
                .map(|user| parse_user(user))
                .collect::<Result<_, _>>()?;
        }
        settings.load = match self.load {
            Some(load) => load,
            None => loads_of(&self.name, &base.load, names),
        };
        if let Some(files) = self.schema {
            settings.schema = read_schemas(&files)?;
        }
        settings.strict_names = self.strict_names.unwrap_or(settings.strict_names);
        settings.name = self.name;
        settings.empty = self.empty.unwrap_or(settings.empty);
        settings.faithful = self.faithful.unwrap_or(settings.faithful);
        settings.fresh = self.fresh.unwrap_or(settings.fresh);
        settings.dsa_bits = self.dsa_bits.unwrap_or(settings.dsa_bits);
        settings.concurrent_sync = self.concurrent_sync.unwrap_or(settings.concurrent_sync);
        settings.require_valid_signature = self
            .require_valid_signature
            .unwrap_or(settings.require_valid_signature);
        if !matches!(settings.dsa_bits, 512 | 1024 | 2048) {
            let value = settings.dsa_bits.to_string();
            return Err(ConfigError::Value {
                value,
                expected: "a key length (512, 1024 or 2048)",
            });
        }
        Ok(EngineConfig {
            port: self.port,
            settings,
        })
    }
}

/// `NAME:PORT`.
impl FromStr for EngineEntry {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let bad = || ConfigError::Value {
            value: text.to_owned(),
            expected: "an engine (NAME:PORT, for example a.example.com:8443)",
        };
        let (name, port) = text
            .rsplit_once(':')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(bad)?;
        let port = port.parse().map_err(|_| bad())?;
        Ok(Self {
            name: name.to_owned(),
            port,
            ..Self::default()
        })
    }
}

/// Reads the `[[engine]]` entries of a TOML file.
pub(super) fn read_file(path: PathBuf) -> Result<Vec<EngineEntry>, ConfigError> {
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(source) => return Err(ConfigError::Read { path, source }),
    };
    match toml::from_str::<ConfigFile>(&text) {
        Ok(file) => Ok(file.engines),
        Err(source) => Err(ConfigError::Parse {
            path,
            source: Box::new(source),
        }),
    }
}

/// Reads declarations of data sources, in the order given. Without any, what the demo's connectors lead to is declared.
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

/// Makes the engines of their entries.
pub(super) fn engines(entries: Vec<EngineEntry>, base: &Settings) -> Result<Vec<EngineConfig>, ConfigError> {
    let mut names = HashSet::new();
    if let Some(twice) = entries.iter().find(|entry| !names.insert(entry.name.clone())) {
        return Err(ConfigError::SameName(twice.name.clone()));
    }
    entries
        .into_iter()
        .map(|entry| entry.over(base, &names))
        .collect()
}

/// What an engine loads: the paths that are for all, and those behind its own name and `=`.
fn loads_of(name: &str, paths: &[PathBuf], names: &HashSet<String>) -> Vec<PathBuf> {
    let named = |path: &PathBuf| -> Option<(String, PathBuf)> {
        let (engine, path) = path.to_str()?.split_once('=')?;
        names.contains(engine).then(|| (engine.to_owned(), path.into()))
    };
    let paths = paths.iter().map(|path| named(path).ok_or(path));
    let own = paths.filter_map(|path| match path {
        Ok((engine, path)) => (engine == name).then_some(path),
        Err(path) => Some(path.clone()),
    });
    own.collect()
}

/// A name as part of a path: what could leave the directory or clash in case is written as hex.
fn directory_name(name: &str) -> String {
    let safe = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let mut directory = String::new();
    for (index, byte) in name.bytes().enumerate() {
        if safe(byte) || (byte == b'.' && index > 0) {
            directory.push(char::from(byte));
        } else {
            directory.push_str(&format!("%{byte:02x}"));
        }
    }
    directory
}

/// `NAME:PASSWORD`; the password may contain colons.
pub(super) fn parse_user(text: &str) -> Result<Credential, ConfigError> {
    match text.split_once(':') {
        Some((name, password)) if !name.is_empty() && !password.is_empty() => {
            Ok(Credential::new(name, password))
        }
        // Not quoted: what is before or after a forgotten colon may be the password.
        _ => Err(ConfigError::Value {
            value: "…".to_owned(),
            expected: "a user (NAME:PASSWORD)",
        }),
    }
}

/// `0`, `500ms`, `30s`, `5m`, `2h`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, ConfigError> {
    let bad = || ConfigError::Value {
        value: text.to_owned(),
        expected: "a duration (0, 500ms, 30s, 5m or 2h)",
    };
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| bad())?;
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "" if number == 0 => 0,
        _ => return Err(bad()),
    };
    number
        .checked_mul(unit_ms)
        .map(Duration::from_millis)
        .ok_or_else(bad)
}

/// A duration, or `per-poll`.
pub(super) fn parse_pace(text: &str) -> Result<Pace, ConfigError> {
    if text == "per-poll" {
        Ok(Pace::PerPoll)
    } else {
        parse_duration(text).map(Pace::Delay)
    }
}

/// Four numbers, because clients index them.
pub(super) fn parse_version(text: &str) -> Result<String, ConfigError> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.split('.').count() == 4 && text.split('.').all(number) {
        return Ok(text.to_owned());
    }
    Err(ConfigError::Value {
        value: text.to_owned(),
        expected: "a version of four numbers (6.0.8.0)",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_paces() {
        assert_eq!(parse_duration("0").unwrap(), Duration::ZERO);
        assert_eq!(parse_duration("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(parse_duration("2h").unwrap(), Duration::from_hours(2));
        for bad in [
            "",
            "5",
            "s",
            "-1s",
            "1.5s",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_pace("per-poll").unwrap(), Pace::PerPoll);
    }

    #[test]
    fn engines_of_one_process_keep_their_state_apart() {
        let base = Settings {
            state_dir: Some("dir".into()),
            ..Settings::default()
        };
        let entries = ["a:1", "../B:2"].map(|text| text.parse().unwrap()).to_vec();
        let engines = engines(entries, &base).unwrap();
        assert_eq!(engines[0].settings.state_dir, Some("dir/a".into()));
        assert_eq!(engines[1].settings.state_dir, Some("dir/%2e.%2f%42".into()));
        assert_eq!(engines[1].port, 2);
    }

    #[test]
    fn a_path_behind_an_engines_name_is_loaded_by_that_engine_alone() {
        let base = Settings {
            load: ["a=x.json", "all", "b=y=z.json", "c=other.json"]
                .map(PathBuf::from)
                .to_vec(),
            ..Settings::default()
        };
        let entries = ["a:1", "b:2"].map(|text| text.parse().unwrap()).to_vec();
        let engines = engines(entries, &base).unwrap();
        let load = |at: usize| engines[at].settings.load.clone();
        assert_eq!(load(0), ["x.json", "all", "c=other.json"].map(PathBuf::from));
        assert_eq!(load(1), ["all", "y=z.json", "c=other.json"].map(PathBuf::from));
    }

    #[test]
    fn names_must_differ_and_entries_parse() {
        let twice = ["a:1", "a:2"].map(|text| text.parse().unwrap()).to_vec();
        assert!(matches!(
            engines(twice, &Settings::default()),
            Err(ConfigError::SameName(_))
        ));
        for bad in ["", "a", ":1", "a:", "a:70000"] {
            assert!(bad.parse::<EngineEntry>().is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_have_four_numbers_and_users_a_password() {
        assert!(parse_version("6.0.1.0").is_ok());
        assert!(parse_version("6.0.1").is_err() && parse_version("6.0.x.0").is_err());
        assert!(parse_user("a:b:c").is_ok());
        let error = parse_user("s3cret").unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}
