//! The settings of one engine.
//!
//! Invariant: constant while the engine runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use exportdoc::internal::import_plan::{EngineVersion, NameCheck};

use super::Profile;
use super::RecordedContent;
use super::content::seed::{Content, SeedError};
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
    /// Name, the `exportHost` of its documents.
    pub name: String,
    /// The version whose types, endpoints and document format the engine has; `None` for those of all versions. Use
    /// [`Settings::profiled`], which also takes over the other values of the profile.
    pub profile: Option<Profile>,
    /// Four-part version of `/system-information`.
    pub version: String,
    /// Whether to refuse every name that breaks the rules of 6.0, stock objects included.
    pub strict_names: bool,
    /// Users who may log in. Empty: everyone with a non-empty name and password.
    pub users: Vec<Credential>,
    /// Lifetime of tokens.
    pub token_ttl: Duration,
    /// Pace of async tasks.
    pub task_pace: Pace,
    /// Time that a download waits for an unfinished task, in real time.
    pub download_wait: Duration,
    /// Run time of a started job.
    pub execution_time: Duration,
    /// Size of pages that clients don't choose.
    pub page_size: u64,
    /// Whether to allow concurrent sync operations, as newer engines do.
    pub concurrent_sync: bool,
    /// Whether to refuse signatures that can't be checked, in addition to invalid ones.
    pub require_valid_signature: bool,
    /// Whether to refuse a body with bytes after its JSON value.
    pub strict_json: bool,
    /// Key length of the signatures of exports: 512, 1024 or 2048 bits.
    pub dsa_bits: u32,
    /// Whether exports have the objects byte for byte, without the fields that live engines rewrite in every export.
    pub faithful: bool,
    /// Seed of reproducible ids and tokens.
    pub seed: Option<u64>,
    /// Whether to start with only the syncable objects that every engine has.
    pub empty: bool,
    /// Whether to start like a fresh installation: with the stock objects, without the demo inventory.
    pub fresh: bool,
    /// Export documents, or directories of them, whose objects become the state.
    pub load: Vec<PathBuf>,
    /// Seed files, whose objects become the state.
    pub seed_files: Vec<PathBuf>,
    /// Declared content, as of seed files.
    pub content: Vec<Content>,
    /// Rows that a recording shows, beside the documents of the same engine in `load`.
    pub(crate) recorded: Option<Arc<RecordedContent>>,
    /// Declared tables and files behind connectors.
    pub schema: Arc<Schema>,
    /// Directory that keeps the state across restarts.
    pub state_dir: Option<PathBuf>,
}

impl Settings {
    /// Returns the settings after a change.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Takes a profile's values over. Changes made afterwards win.
    #[must_use]
    pub fn profiled(mut self, profile: Profile) -> Self {
        let differences = profile.differences();
        self.profile = Some(profile);
        differences.version.clone_into(&mut self.version);
        self.concurrent_sync = differences.concurrent_sync;
        self.page_size = differences.page_size;
        self
    }

    /// Reads the seed files.
    pub(crate) fn read_seeds(&mut self) -> Result<(), SeedError> {
        for path in std::mem::take(&mut self.seed_files) {
            self.content.push(Content::read(&path)?);
        }
        Ok(())
    }

    /// Whether the API knows an object type.
    pub(crate) fn has_type(&self, type_name: &str) -> bool {
        self.profile.is_none_or(|profile| profile.has_type(type_name))
    }

    /// Whether clients may make objects of a type. Every engine makes those of environments, syncable or not.
    pub(crate) fn makes_type(&self, type_name: &str) -> bool {
        self.hides(type_name) || self.profile.is_none_or(|profile| profile.takes_type(type_name))
    }

    /// Whether lists leave out a type that the engine itself makes objects of: its environments, where they can't be
    /// synced.
    pub(crate) fn hides(&self, type_name: &str) -> bool {
        type_name == "ENVIRONMENT" && !self.has_type(type_name)
    }

    /// The format number of exports, and the newest one that imports take, given the highest of the loaded documents.
    pub(crate) fn formats(&self, loaded: Option<u64>) -> (u64, u64) {
        match self.profile.map(Profile::differences) {
            // No source says which newer formats an engine reads; newer to older isn't supported.
            Some(differences) => (differences.format, differences.format),
            None => {
                let newest = self.engine_version().newest_format();
                // An engine reads its own format.
                (
                    loaded.unwrap_or(defaults::EXPORT_FORMAT),
                    newest.max(loaded.unwrap_or(0)),
                )
            }
        }
    }

    /// The version in the form that imports need.
    pub fn engine_version(&self) -> EngineVersion {
        // The options admit only versions that parse.
        self.version.parse().unwrap_or(EngineVersion::CHECKS_NAMES)
    }

    /// The names to check.
    pub fn name_check(&self) -> NameCheck {
        self.engine_version().name_check(self.strict_names)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "mock-engine".to_owned(),
            profile: None,
            version: defaults::ENGINE_VERSION.to_owned(),
            strict_names: false,
            users: Vec::new(),
            token_ttl: defaults::TOKEN_TTL,
            task_pace: Pace::Delay(Duration::ZERO),
            download_wait: defaults::DOWNLOAD_WAIT,
            execution_time: defaults::EXECUTION_TIME,
            page_size: defaults::PAGE_SIZE,
            concurrent_sync: false,
            require_valid_signature: false,
            strict_json: false,
            dsa_bits: 512,
            faithful: false,
            seed: None,
            empty: false,
            fresh: false,
            load: Vec::new(),
            seed_files: Vec::new(),
            content: Vec::new(),
            recorded: None,
            schema: Arc::new(Schema::of_demo()),
            state_dir: None,
        }
    }
}

/// The pace of async tasks from WAITING over RUNNING to their end.
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

    /// The password, for comparison.
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
