//! The engine: state and rules, without HTTP.
//!
//! Invariant: this layer knows no requests, routes, status codes or texts of answers. HTTP turns a request into one
//! call here, and the result into an answer.

mod audit;
pub mod catalogue;
pub(crate) mod clock;
pub(crate) mod compare;
pub(crate) mod content;
pub(crate) mod defaults;
pub(crate) mod difference;
pub(crate) mod documents;
pub(crate) mod duration;
mod error;
pub(crate) mod exchange;
mod executions;
pub(crate) mod export;
mod export_record;
pub(crate) mod faults;
pub(crate) mod gate;
pub(crate) mod history;
pub(crate) mod ids;
pub(crate) mod import;
mod import_record;
mod inventory;
mod key;
pub(crate) mod locking;
pub(crate) mod objects;
pub(crate) mod page;
pub(crate) mod persist;
mod profile;
mod query;
mod recorded_content;
mod resource_copy;
pub mod resources;
pub(crate) mod row_tables;
mod rules;
pub(crate) mod schema;

mod settings;
mod snapshots;
pub(crate) mod sources;
mod ssh_keys;
pub(crate) mod state;
mod task_driver;
mod tasks;
pub(crate) mod tokens;
mod uploads;
mod users;
mod zip;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use self::clock::Clock;
use self::ids::Ids;
use self::resources::Writer;

pub(crate) use audit::{AUDIT_MEMBERS, AuditLog};
pub use audit::{AuditStatus, Audited};
pub use content::ContentError;
pub(crate) use content::seed;
pub(crate) use content::seed::Content;
pub(crate) use documents::{Document, DocumentKind, Documents};
pub(crate) use error::{BadBody, Running};
pub use error::{EngineError, Refusal};
pub(crate) use executions::ExecutionPlan;
pub use gate::SyncKind;
pub(crate) use gate::{SyncGate, SyncPermit};
pub use ids::EntropyError;
pub use import_record::ImportRecord;
pub use key::{Key, Row};
pub(crate) use objects::{FORMAT_CONTENT, ViewCache};
pub(crate) use page::Page;
pub use page::PageRequest;
pub use persist::PersistError;
pub(crate) use persist::StateDir;
pub use profile::{Profile, ProfileError};
pub use query::Query;
pub(crate) use recorded_content::RecordedContent;
pub(crate) use row_tables::Table;
pub(crate) use rules::Rules;

pub use settings::{Credential, Pace, Settings};
pub(crate) use snapshots::Snapshots;
pub use state::State;
pub(crate) use state::Store;
pub(crate) use tasks::Tasks;
pub use tasks::{AsyncTask, JobOutput, Operation, TaskFilter, TaskStatus};
pub(crate) use tokens::Tokens;
pub(crate) use uploads::Uploads;

/// One engine. Shared by all connections.
#[derive(Debug)]
pub struct Engine {
    /// Its settings.
    pub settings: Settings,
    /// Its clock.
    pub clock: Clock,
    /// Its ids and randomness.
    pub ids: Ids,
    /// Its state.
    pub store: Store,
    /// The object graph of the latest state.
    pub views: ViewCache,
    /// Its tokens.
    pub tokens: Tokens,
    /// Its async tasks.
    pub tasks: Tasks,
    /// The documents of tasks, for download.
    pub documents: Documents,
    /// Its audit log.
    pub audit_log: AuditLog,
    /// Its uploaded files.
    pub uploads: Uploads,
    /// Its named snapshots.
    pub snapshots: Snapshots,
    /// What changes when scenarios come into states.
    pub rules: Rules,
    /// Admits sync operations.
    pub gate: SyncGate,
    /// Cancelled when the engine stops.
    pub stopping: CancellationToken,
}

/// Why an engine can't be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The system gives no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The state directory is unusable.
    #[error(transparent)]
    Persist(#[from] PersistError),
    /// The initial content can't be made.
    #[error("initial content: {0}")]
    Content(#[from] ContentError),
}

/// Why content was not replaced.
#[derive(Debug)]
pub enum ReplaceError {
    /// The content is unusable.
    Content(ContentError),
    /// The engine refuses the change.
    Engine(EngineError),
}

impl From<ContentError> for ReplaceError {
    fn from(error: ContentError) -> Self {
        Self::Content(error)
    }
}

impl From<EngineError> for ReplaceError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl Engine {
    /// Sets an engine up with its stored state, or else with its initial content.
    pub fn new(mut settings: Settings, clock: Clock) -> Result<Self, SetupError> {
        settings.read_seeds().map_err(ContentError::from)?;
        let ids = match settings.seed {
            Some(seed) => Ids::seeded(seed, &settings.name),
            None => Ids::random()?,
        };
        let dir = settings.state_dir.as_deref().map(StateDir::open).transpose()?;
        let stored = match &dir {
            Some(dir) => dir.load(State::from_bytes)?,
            None => None,
        };
        let mut state = match stored {
            Some(mut state) => {
                objects::mirror_all(&mut state);
                state
            }
            None => first_state(&settings, &clock, &ids)?,
        };
        state.version = Some(settings.version.clone());
        Ok(Self {
            store: Store::new(state, dir, clock.clone())?,
            views: ViewCache::new(&settings),
            tokens: Tokens::default(),
            tasks: Tasks::default(),
            documents: Documents::default(),
            audit_log: AuditLog::default(),
            uploads: Uploads::default(),
            snapshots: Snapshots::default(),
            rules: Rules::of(&settings.content),
            gate: SyncGate::new(settings.concurrent_sync),
            stopping: CancellationToken::new(),
            settings,
            clock,
            ids,
        })
    }

    /// Sets up an engine for a session: it begins with this one's state, clock and settings, and shares nothing that
    /// changes. Its state stays in memory.
    pub fn fork(&self, session: &str) -> Self {
        let mut ids = self.ids.fork(session);
        if self.settings.seed.is_none() {
            // A dropped session's tokens must not come back with its name. Without randomness the names still differ.
            ids = Ids::random().unwrap_or(ids);
        }
        let clock = self.clock.fork();
        Self {
            settings: self.settings.clone(),
            ids,
            store: Store::fork(self.snapshot(), clock.clone()),
            clock,
            views: self.views.fork(),
            tokens: Tokens::default(),
            tasks: Tasks::default(),
            documents: Documents::default(),
            audit_log: AuditLog::default(),
            uploads: Uploads::default(),
            snapshots: Snapshots::default(),
            rules: self.rules.clone(),
            gate: SyncGate::new(self.settings.concurrent_sync),
            stopping: self.stopping.child_token(),
        }
    }

    /// The types whose objects here are made up, because only the names of the types are public.
    pub fn provisional_types(&self) -> Vec<&'static str> {
        content::stock::provisional_types(&self.snapshot())
    }

    /// Returns the present state.
    pub fn snapshot(&self) -> Arc<State> {
        self.store.snapshot()
    }

    /// Whether a job is running, which rules imports out.
    pub fn job_running(&self) -> bool {
        executions::any_running(&self.snapshot(), self.clock.now_ms())
    }

    /// Admits a sync operation.
    pub fn begin_sync(&self, kind: SyncKind) -> Result<SyncPermit, EngineError> {
        self.gate.enter(kind, self.job_running())
    }

    /// Replaces the state.
    pub fn replace_state(&self, mut state: State) -> Result<(), EngineError> {
        objects::mirror_all(&mut state);
        self.store.transact(|present| {
            let written = present.written();
            *present = state;
            present.objects.count_written(written);
            // The version of a state from elsewhere is another engine's.
            present.version = Some(self.settings.version.clone());
            Ok(())
        })
    }

    /// Replaces the content and the rules by declared content, as if the engine had started with it. A reset goes back
    /// to what the engine did start with.
    pub fn replace_content(&self, content: Content) -> Result<(), ReplaceError> {
        let settings = self.settings.clone().with(|settings| {
            settings.content = vec![content];
            settings.load = Vec::new();
            settings.recorded = None;
        });
        let state = first_state(&settings, &self.clock, &self.ids)?;
        self.replace_state(state)?;
        self.rules.set(&settings.content);
        Ok(())
    }

    /// Restores the initial content and removes tasks, documents and uploads, and tokens unless they are kept. Seeded
    /// ids start again.
    pub fn reset(&self, keeps_tokens: bool) -> Result<(), EngineError> {
        // New tokens must not equal kept ones.
        self.ids.rewind_if(self.settings.seed.is_some() && !keeps_tokens);
        let state = first_state(&self.settings, &self.clock, &self.ids).map_err(|error| {
            tracing::error!(%error, "the initial content could not be made again");
            EngineError::InitialContent
        })?;
        self.replace_state(state)?;
        self.rules.set(&self.settings.content);
        if !keeps_tokens {
            self.tokens.clear();
        }
        self.tasks.clear();
        self.documents.clear();
        self.audit_log.clear();
        self.uploads.clear();
        Ok(())
    }
}

/// The state that an engine starts with.
fn first_state(settings: &Settings, clock: &Clock, ids: &Ids) -> Result<State, ContentError> {
    let mut state = content::initial_state(settings)?;
    state.declared = Arc::new(seed::schema_of(&settings.content));
    let mut writer = Writer {
        state: &mut state,
        now_ms: clock.now_ms(),
        ids,
        settings,
        collections: catalogue::ALL,
        user: defaults::ADMIN,
    };
    if let Some(recorded) = &settings.recorded {
        recorded.put(&mut writer);
    }
    for content in &settings.content {
        content::seeded::put(content, &mut writer)?;
    }
    Ok(state)
}
