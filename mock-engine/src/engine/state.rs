//! The data of an engine that requests read and change.
//!
//! Invariant: changes happen in transactions. A transaction works on a copy (cheap, however much there is: a copy shares
//! everything) that replaces the state only when it succeeded and, with a state directory, was stored. Readers hold a
//! snapshot and are never blocked by a writer.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::executions::{Execution, ExecutionPlan};
use super::objects::ObjectStore;
use super::persist::StateDir;
use super::resources;
use super::row_tables::{Table, Tables};
use super::{ModelError, PersistError};
use crate::engine::locking::lock;

/// The members of one resource.
pub type Row = Map<String, Value>;

/// Everything that a dump holds and a restart keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Says that this is a state.
    #[serde(rename = "mockEngineState")]
    pub form: StateForm,
    /// Rows of the resources that are plain data, by the collection's path.
    #[serde(default)]
    pub tables: Tables,
    /// Last number given out, by counter.
    #[serde(default)]
    pub counters: BTreeMap<String, i64>,
    /// Executions of jobs.
    #[serde(default)]
    pub executions: BTreeMap<i64, Arc<Execution>>,
    /// What executions to come are to do.
    #[serde(default, rename = "executionPlans")]
    pub execution_plans: Vec<ExecutionPlan>,
    /// The syncable objects; tables show them as rows.
    #[serde(default)]
    pub objects: ObjectStore,
    /// Format number of exports, where a loaded document said one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<u64>,
    /// The engine's version, so that a dump tells by which rules it imports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// The form of dumps, so that nothing else is taken for one.
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
        // An array would do for a derived reader.
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

    /// A table, empty if nothing was ever written to it.
    pub fn table(&self, path: &str) -> Table {
        self.tables.get(path).cloned().unwrap_or_default()
    }

    /// A table to write to.
    pub fn table_mut(&mut self, path: &str) -> &mut Table {
        self.tables.get_mut(path)
    }

    /// How much there is to look through, roughly: objects and rows.
    pub fn size(&self) -> usize {
        self.objects.len() + self.tables.rows() + self.executions.len()
    }

    /// The next number of a counter, from 1.
    pub fn next_number(&mut self, counter: &str) -> i64 {
        let last = self.counters.entry(counter.to_owned()).or_default();
        *last = last.saturating_add(1);
        *last
    }

    /// The next number of a counter that no row of the resources that share it has.
    pub fn next_free_number(&mut self, counter: &str) -> i64 {
        loop {
            let number = self.next_number(counter);
            if !self.number_taken(counter, number) {
                return number;
            }
        }
    }

    /// Whether a row of the resources that share a counter has this number.
    pub fn number_taken(&self, counter: &str, number: i64) -> bool {
        let sharing = resources::all()
            .iter()
            .filter(|collection| collection.spec().counter == Some(counter));
        let key = Key::Number(number);
        let mut tables = sharing.filter_map(|collection| self.tables.get(collection.spec().path));
        tables.any(|table| table.get(&key).is_some())
    }

    /// Makes sure that a counter never gives out `number` again.
    pub fn reserve_number(&mut self, counter: &str, number: i64) {
        let last = self.counters.entry(counter.to_owned()).or_default();
        *last = number.max(*last);
    }
}

/// What names a row in a path: a number or a name. Numbers come first and in their own order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A generated id.
    Number(i64),
    /// A domain's or algorithm's name.
    Name(String),
}

impl Key {
    /// Reads a key; text that isn't exactly a number's canonical form is a name.
    pub fn parse(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Self::Number(number),
            _ => Self::Name(text.to_owned()),
        }
    }

    /// A key from a member: ids come as numbers or as strings.
    pub fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(n) => n.as_i64().or_else(|| whole(n.as_f64()?)).map(Self::Number),
            Value::String(text) => Some(Self::parse(text)),
            _ => None,
        }
    }
}

/// A whole number written with a fraction of nothing, as `1.0`: JSON knows no other difference.
fn whole(number: f64) -> Option<i64> {
    // Beyond 2^53 a float has no fraction to judge by.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// Holds the state and lets transactions at it one after the other.
#[derive(Debug)]
pub struct Store {
    current: Mutex<Arc<State>>,
    /// Held through a whole transaction, unlike `current`, which readers need.
    writer: Mutex<()>,
    dir: Option<StateDir>,
}

impl Store {
    /// A store with its first state, which is stored at once.
    pub fn new(state: State, dir: Option<StateDir>) -> Result<Self, PersistError> {
        if let Some(dir) = &dir {
            dir.save(&state)?;
        }
        Ok(Self {
            current: Mutex::new(Arc::new(state)),
            writer: Mutex::new(()),
            dir,
        })
    }

    /// The present state; stays as it is while others write.
    pub fn snapshot(&self) -> Arc<State> {
        Arc::clone(&lock(&self.current))
    }

    /// Runs a change: all of it, or nothing when it fails.
    pub fn transact<T>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, ModelError>,
    ) -> Result<T, ModelError> {
        let _writer = lock(&self.writer);
        let mut next = State::clone(&self.snapshot());
        let result = change(&mut next)?;
        if let Some(dir) = &self.dir {
            dir.save(&next)?;
        }
        *lock(&self.current) = Arc::new(next);
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_change_leaves_no_trace() {
        let store = Store::new(State::default(), None).unwrap();
        let before = serde_json::to_value(&*store.snapshot()).unwrap();
        let result: Result<(), _> = store.transact(|state| {
            state.next_number("x");
            state.table_mut("x").insert(Key::Number(1), Row::new());
            Err(ModelError::Internal)
        });
        assert!(result.is_err());
        assert_eq!(serde_json::to_value(&*store.snapshot()).unwrap(), before);
    }

    #[test]
    fn a_stored_state_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        {
            let store = Store::new(State::default(), Some(StateDir::open(dir.path()).unwrap())).unwrap();
            store
                .transact(|state| {
                    state.table_mut("t").insert(Key::Name("a b".into()), Row::new());
                    state.reserve_number("n", 7);
                    Ok(())
                })
                .unwrap();
            assert!(matches!(StateDir::open(dir.path()), Err(PersistError::Locked(_))));
        }
        let mut back = StateDir::open(dir.path()).unwrap().load().unwrap().unwrap();
        assert!(back.table("t").get(&Key::Name("a b".into())).is_some());
        assert_eq!(back.next_number("n"), 8);
    }

    #[test]
    fn keys_sort_as_numbers_and_survive_text() {
        assert!(Key::parse("9") < Key::parse("10"));
        assert_eq!(Key::parse("007"), Key::Name("007".into()));
        assert_eq!(Key::from_json(&serde_json::json!(7.0)), Some(Key::Number(7)));
        assert_eq!(Key::from_json(&serde_json::json!(7.5)), None);
        assert_eq!(Key::from_json(&serde_json::json!(1e300)), None);
        for text in ["9", "007", "CREDIT CARD", "-1", "99999999999999999999"] {
            assert_eq!(Key::parse(text).to_string(), text);
        }
    }
}
