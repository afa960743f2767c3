//! The data of an engine.
//!
//! Invariant: changes are transactions. A transaction changes a copy, which is cheap because copies share everything;
//! the copy replaces the state once the change succeeded and, with a state directory, is on disk. Readers hold a
//! snapshot and never wait for writers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::clock::Clock;
use super::executions::{Execution, ExecutionPlan};
use super::history::History;
use super::objects::ObjectStore;
use super::persist::StateDir;
use super::resources::spec;
use super::row_tables::{Table, Tables};
use super::schema::Schema;
use super::{EngineError, Key, PersistError};
use crate::engine::locking::lock;

/// The content of a dump and of a state file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Marks a state.
    #[serde(rename = "mockEngineState")]
    pub form: StateForm,
    /// Rows of the resources, by path.
    #[serde(default)]
    pub tables: Tables,
    /// Last number of each counter.
    #[serde(default)]
    pub counters: BTreeMap<String, i64>,
    /// Executions of jobs.
    #[serde(default)]
    pub executions: BTreeMap<i64, Arc<Execution>>,
    /// Plans for future executions.
    #[serde(default, rename = "executionPlans")]
    pub execution_plans: Vec<ExecutionPlan>,
    /// The syncable objects; tables mirror them as rows.
    #[serde(default)]
    pub objects: ObjectStore,
    /// Format number of exports, if a loaded document had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<u64>,
    /// What the content declares behind its connectors. It comes before the declarations of the settings.
    #[serde(default, skip_serializing_if = "declares_nothing")]
    pub declared: Arc<Schema>,
    /// The engine's version, whose rules govern imports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

fn declares_nothing(schema: &Arc<Schema>) -> bool {
    schema.is_empty()
}

/// The format of dumps, so nothing else passes for one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StateForm;

impl StateForm {
    const NUMBER: u64 = 1;
}

impl Serialize for StateForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for StateForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            Self::NUMBER => Ok(Self),
            other => Err(de::Error::custom(format!("state of another form ({other})"))),
        }
    }
}

impl State {
    /// Reads a dump.
    pub fn from_json(value: Value) -> serde_json::Result<Self> {
        // The derived reader would accept an array too.
        match value {
            Value::Object(_) => serde_json::from_value(value),
            _ => Err(de::Error::custom("a state is a JSON object")),
        }
    }

    /// Reads a stored state.
    pub fn from_bytes(bytes: &[u8]) -> serde_json::Result<Self> {
        match bytes.trim_ascii_start().first() {
            Some(b'{') => serde_json::from_slice(bytes),
            _ => Err(de::Error::custom("a state is a JSON object")),
        }
    }

    /// A table; empty if it was never written.
    pub fn table(&self, path: &str) -> Table {
        self.tables.get(path).cloned().unwrap_or_default()
    }

    /// A table to write to.
    pub fn table_mut(&mut self, path: &str) -> &mut Table {
        self.tables.get_mut(path)
    }

    /// The approximate size: objects, rows and executions.
    pub fn size(&self) -> usize {
        self.objects.len() + self.tables.rows() + self.executions.len()
    }

    /// How many objects and rows were ever written.
    pub fn written(&self) -> usize {
        self.objects.written() + self.tables.written()
    }

    /// The next number of a counter, from 1.
    pub fn next_number(&mut self, counter: &str) -> i64 {
        let last = self.counters.entry(counter.to_owned()).or_default();
        *last = last.saturating_add(1);
        *last
    }

    /// The next number of a counter that no row of its resources has.
    pub fn next_free_number(&mut self, counter: &str) -> i64 {
        loop {
            let number = self.next_number(counter);
            if !self.number_taken(counter, number) {
                return number;
            }
        }
    }

    /// Whether a row of the resources with this counter has the number.
    pub fn number_taken(&self, counter: &str, number: i64) -> bool {
        let sharing = spec::ALL.iter().filter(|spec| spec.counter == Some(counter));
        let key = Key::Number(number);
        let mut tables = sharing.filter_map(|spec| self.tables.get(spec.path));
        tables.any(|table| table.get(&key).is_some())
    }

    /// Keeps a counter from issuing `number` again.
    pub fn reserve_number(&mut self, counter: &str, number: i64) {
        let last = self.counters.entry(counter.to_owned()).or_default();
        *last = number.max(*last);
    }
}

/// The state, with its transactions one after the other.
#[derive(Debug)]
pub struct Store {
    current: Mutex<Arc<State>>,
    /// Held for a whole transaction; `current` only for a moment.
    writer: Mutex<()>,
    dir: Option<StateDir>,
    clock: Clock,
    /// The changes so far.
    pub(crate) history: History<State>,
}

impl Store {
    /// Returns a store with its first state, which it saves at once.
    pub fn new(state: State, dir: Option<StateDir>, clock: Clock) -> Result<Self, PersistError> {
        if let Some(dir) = &dir {
            dir.save(&state)?;
        }
        Ok(Self {
            current: Mutex::new(Arc::new(state)),
            writer: Mutex::new(()),
            dir,
            clock,
            history: History::default(),
        })
    }

    /// Returns a store that begins with a state of another one and keeps nothing on disk.
    pub fn fork(state: Arc<State>, clock: Clock) -> Self {
        Self {
            current: Mutex::new(state),
            writer: Mutex::new(()),
            dir: None,
            clock,
            history: History::default(),
        }
    }

    /// Replaces the state by one of this engine. Takes the same time for every size of state, except that a state
    /// directory writes it.
    pub fn replace(&self, state: Arc<State>) -> Result<(), EngineError> {
        let _writer = lock(&self.writer);
        if let Some(dir) = &self.dir {
            dir.save(&state)?;
        }
        // How much it shares with the present state isn't known.
        let written = state.size();
        self.put(state, written);
        Ok(())
    }

    /// The present state; later changes do not affect it.
    pub fn snapshot(&self) -> Arc<State> {
        Arc::clone(&lock(&self.current))
    }

    /// Runs a change; an error leaves the state as it was.
    pub fn transact<T>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let _writer = lock(&self.writer);
        let present = self.snapshot();
        let mut next = State::clone(&present);
        let result = change(&mut next)?;
        if let Some(dir) = &self.dir {
            dir.save(&next)?;
        }
        let written = next.written().saturating_sub(present.written());
        self.put(Arc::new(next), written);
        Ok(result)
    }

    /// Makes a state the present one; the writer is locked.
    fn put(&self, state: Arc<State>, written: usize) {
        let before = std::mem::replace(&mut *lock(&self.current), Arc::clone(&state));
        // A copy of the state holds a pointer per execution.
        let written = written + state.executions.len() / 16;
        self.history.add(self.clock.now_ms(), before, state, written);
    }
}
