//! What one engine was told at its start.
//!
//! Invariant: never changes while the engine runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use exportdoc::internal::import_plan::{EngineVersion, NameCheck};

use super::schema::Schema;
use crate::engine::defaults;

/// Settings of one engine.
///
/// ```
/// use mock_engine::Settings;
///
/// let settings = Settings::default().with(|settings| settings.strict_names = true);
/// assert!(settings.strict_names);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// Name; shows as `exportHost` in its documents.
    pub name: String,
    /// Four-part version of `/system-information`.
    pub version: String,
    /// Whether names that break the rules of 6.0 are refused wherever they come from.
    pub strict_names: bool,
    /// Users who may log in. Empty: anybody with a non-empty name and password.
    pub users: Vec<Credential>,
    /// How long a token lasts.
    pub token_ttl: Duration,
    /// How async tasks move on.
    pub task_pace: Pace,
    /// How long a download waits for an unfinished task, in real time.
    pub download_wait: Duration,
    /// How long a started job runs.
    pub execution_time: Duration,
    /// Whether syncs may run side by side, as newer engines allow.
    pub concurrent_sync: bool,
    /// Whether imports need a signature that verifies, rather than none that fails.
    pub require_valid_signature: bool,
    /// Whether a body with something behind its JSON value is refused.
    pub strict_json: bool,
    /// Length of the key that seals exports.
    pub dsa_bits: u32,
    /// Whether exports hold the objects byte for byte, without what engines write anew in every export.
    pub faithful: bool,
    /// Makes ids reproducible.
    pub seed: Option<u64>,
    /// Start without syncable objects but those that no engine lacks.
    pub empty: bool,
    /// Start as freshly installed: with the stock, without the demo inventory.
    pub fresh: bool,
    /// Export documents (or directories of them) whose objects become the state.
    pub load: Vec<PathBuf>,
    /// What the data sources behind connectors hold.
    pub schema: Arc<Schema>,
    /// Where the state survives a restart.
    pub state_dir: Option<PathBuf>,
}

impl Settings {
    /// The settings after a change.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The version as imports ask about it.
    pub fn engine_version(&self) -> EngineVersion {
        // The options let no other text in than one that parses.
        self.version.parse().unwrap_or(EngineVersion::CHECKS_NAMES)
    }

    /// Whose names are checked.
    pub fn name_check(&self) -> NameCheck {
        self.engine_version().name_check(self.strict_names)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "mock-engine".to_owned(),
            version: defaults::ENGINE_VERSION.to_owned(),
            strict_names: false,
            users: Vec::new(),
            token_ttl: defaults::TOKEN_TTL,
            task_pace: Pace::Delay(Duration::ZERO),
            download_wait: defaults::DOWNLOAD_WAIT,
            execution_time: defaults::EXECUTION_TIME,
            concurrent_sync: false,
            require_valid_signature: false,
            strict_json: false,
            dsa_bits: 512,
            faithful: false,
            seed: None,
            empty: false,
            fresh: false,
            load: Vec::new(),
            schema: Arc::new(Schema::of_demo()),
            state_dir: None,
        }
    }
}

/// How async tasks move from WAITING over RUNNING to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pace {
    /// Each state lasts this long on the engine's clock.
    Delay(Duration),
    /// Each GET of the task moves it one state on.
    PerPoll,
}

/// A user who may log in.
#[derive(Clone)]
pub struct Credential {
    /// User name.
    pub name: String,
    password: String,
}

impl Credential {
    /// A user with a password.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            password: password.into(),
        }
    }

    /// For comparison only.
    pub(crate) fn password(&self) -> &str {
        &self.password
    }
}

/// Keeps the password out of logs.
impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
