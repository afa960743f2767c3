//! Scenarios: named state machines that faults read and move on.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::engine::locking::lock;

/// The state in which a scenario begins.
const STARTED: &str = "started";

/// A step of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ScenarioStep {
    /// The scenario's name.
    pub name: String,
    /// The state in which the fault fires; without one, any. Scenarios begin in `started`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// The state after the fault fired; without one, it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub becomes: Option<String>,
}

/// The scenarios of an engine. One that nothing moved yet is in `started`.
#[derive(Debug, Default)]
pub(crate) struct Scenarios {
    states: Mutex<BTreeMap<String, String>>,
}

impl Scenarios {
    /// Whether a scenario is in the state that a step asks for.
    pub(crate) fn is_in(&self, step: &ScenarioStep) -> bool {
        let states = lock(&self.states);
        let state = states.get(&step.name).map_or(STARTED, String::as_str);
        step.is.as_ref().is_none_or(|wanted| wanted == state)
    }

    /// Takes a step; returns whether the scenario was still in its state.
    pub(crate) fn take(&self, step: &ScenarioStep) -> bool {
        let mut states = lock(&self.states);
        let state = states.get(&step.name).map_or(STARTED, String::as_str);
        let is_in = step.is.as_ref().is_none_or(|wanted| wanted == state);
        if let Some(next) = step.becomes.as_ref().filter(|_| is_in) {
            states.insert(step.name.clone(), next.clone());
        }
        is_in
    }

    /// Sets a scenario's state.
    pub(crate) fn set(&self, name: String, state: String) {
        lock(&self.states).insert(name, state);
    }

    /// The scenarios that were moved or set.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        lock(&self.states).clone()
    }

    /// Puts all scenarios back into `started`.
    pub(crate) fn clear(&self) {
        lock(&self.states).clear();
    }
}
