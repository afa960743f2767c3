//! Snapshots: named copies of the state.
//!
//! Invariant: taking and restoring one takes the same time for every size of state, because copies share everything.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{Engine, EngineError, State};
use crate::engine::defaults;
use crate::engine::locking::lock;

/// The snapshots of an engine, by name.
#[derive(Debug, Default)]
pub struct Snapshots {
    states: Mutex<BTreeMap<String, Arc<State>>>,
}

impl Snapshots {
    /// The names, in order.
    pub fn names(&self) -> Vec<String> {
        lock(&self.states).keys().cloned().collect()
    }
}

impl Engine {
    /// Takes a snapshot, in place of an older one of the name.
    pub fn take_snapshot(&self, name: &str) -> Result<(), EngineError> {
        let mut states = lock(&self.snapshots.states);
        if states.len() >= defaults::SNAPSHOTS_KEPT && !states.contains_key(name) {
            return Err(EngineError::TooManySnapshots);
        }
        states.insert(name.to_owned(), self.snapshot());
        Ok(())
    }

    /// Restores a snapshot. Tokens, tasks and documents stay.
    pub fn restore_snapshot(&self, name: &str) -> Result<(), EngineError> {
        let state = lock(&self.snapshots.states).get(name).cloned();
        let state = state.ok_or_else(|| EngineError::not_found("snapshot", name))?;
        self.store.replace(state)
    }

    /// Removes a snapshot.
    pub fn remove_snapshot(&self, name: &str) -> Result<(), EngineError> {
        let removed = lock(&self.snapshots.states).remove(name);
        removed
            .map(drop)
            .ok_or_else(|| EngineError::not_found("snapshot", name))
    }
}
