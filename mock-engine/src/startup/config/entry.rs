//! Engines of a configuration file, and of the option `--engine`.

use std::collections::HashSet;
use std::path::PathBuf;
use std::str::FromStr;

use http::StatusCode;
use serde::Deserialize;

use super::{ConfigError, EngineConfig, parse_created_status, parse_user, read_faults, read_schemas};
use crate::engine::Settings;
use crate::http::faults::Fault;

/// An engine of a TOML file; options give the missing values.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EngineEntry {
    /// Name.
    pub name: String,
    /// Port.
    #[serde(default)]
    pub port: u16,
    /// Profile of a version.
    pub profile: Option<String>,
    /// Status of successful POSTs.
    pub created_status: Option<u16>,
    /// Engine version.
    pub version: Option<String>,
    /// Refuse bad names from every source.
    pub strict_names: Option<bool>,
    /// `NAME:PASSWORD` entries.
    pub users: Option<Vec<String>>,
    /// Export documents to load.
    pub load: Option<Vec<PathBuf>>,
    /// Seed files.
    pub seed_file: Option<SeedFiles>,
    /// Files that declare the tables and files behind connectors.
    pub schema: Option<Vec<PathBuf>>,
    /// Start without the stock objects and the demo inventory.
    pub empty: Option<bool>,
    /// Start like a fresh installation.
    pub fresh: Option<bool>,
    /// State directory.
    pub state_dir: Option<PathBuf>,
    /// Seed of ids.
    pub seed: Option<u64>,
    /// Export byte for byte.
    pub faithful: Option<bool>,
    /// Key length.
    pub dsa_bits: Option<u32>,
    /// Allow concurrent sync operations.
    pub concurrent_sync: Option<bool>,
    /// Refuse signatures that can't be checked.
    pub require_valid_signature: Option<bool>,
    /// Ready-made sets of faults by name, or files.
    pub faults: Option<Vec<String>>,
}

/// One seed file, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum SeedFiles {
    One(PathBuf),
    Several(Vec<PathBuf>),
}

impl From<SeedFiles> for Vec<PathBuf> {
    fn from(files: SeedFiles) -> Self {
        match files {
            SeedFiles::One(file) => vec![file],
            SeedFiles::Several(files) => files,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    #[serde(rename = "engine")]
    engines: Vec<EngineEntry>,
}

impl EngineEntry {
    /// The engine, with missing values from `base`.
    fn over(
        self,
        base: &Settings,
        mut created_status: Option<StatusCode>,
        faults: &[Fault],
        names: &HashSet<String>,
    ) -> Result<EngineConfig, ConfigError> {
        let several = names.len() > 1;
        let mut settings = base.clone();
        if let Some(profile) = self.profile {
            settings = settings.profiled(profile.parse()?);
            created_status = None;
        }
        if let Some(status) = self.created_status {
            created_status = Some(parse_created_status(&status.to_string())?);
        }
        // Each engine needs a state directory of its own.
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
        if let Some(files) = self.seed_file {
            settings.seed_files = files.into();
        }
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
            faults: match &self.faults {
                Some(names) => read_faults(names)?,
                None => faults.to_vec(),
            },
            settings,
            created_status,
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
pub(in crate::startup) fn read_file(path: PathBuf) -> Result<Vec<EngineEntry>, ConfigError> {
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

/// Builds the engines of the entries.
pub fn engines(
    entries: Vec<EngineEntry>,
    base: &Settings,
    created_status: Option<StatusCode>,
    faults: &[Fault],
) -> Result<Vec<EngineConfig>, ConfigError> {
    let mut names = HashSet::new();
    if let Some(twice) = entries.iter().find(|entry| !names.insert(entry.name.clone())) {
        return Err(ConfigError::SameName(twice.name.clone()));
    }
    entries
        .into_iter()
        .map(|entry| entry.over(base, created_status, faults, &names))
        .collect()
}

/// The paths that an engine loads: those without a name, and those after its own name and `=`.
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

/// A name as a directory name; characters that could leave the directory or clash in case become hex.
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
