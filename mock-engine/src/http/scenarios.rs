//! Scenarios: named state machines that faults and rules read and move on.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::App;
use crate::engine::EngineError;
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
    /// The state after the fault fired; without one, it stays. The rules for this state change the content before the
    /// request is processed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub becomes: Option<String>,
}

/// What a step did.
#[derive(Debug)]
pub(crate) enum Taken {
    /// The scenario stays in its state.
    Stays,
    /// The scenario came into another state.
    Moves { scenario: String, state: String },
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

    /// Takes a step; `None` if the scenario was no longer in its state.
    pub(crate) fn take(&self, step: &ScenarioStep) -> Option<Taken> {
        let mut states = lock(&self.states);
        let state = states.get(&step.name).map_or(STARTED, String::as_str);
        if step.is.as_ref().is_some_and(|wanted| wanted != state) {
            return None;
        }
        let Some(next) = step.becomes.as_ref().filter(|next| *next != state) else {
            return Some(Taken::Stays);
        };
        let moved = Taken::Moves {
            scenario: step.name.clone(),
            state: next.clone(),
        };
        states.insert(step.name.clone(), next.clone());
        Some(moved)
    }

    fn state(&self, name: &str) -> String {
        let states = lock(&self.states);
        states.get(name).map_or(STARTED, String::as_str).to_owned()
    }

    /// Sets a scenario's state.
    fn set(&self, name: &str, state: String) {
        lock(&self.states).insert(name.to_owned(), state);
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

impl App {
    /// Changes the content for a scenario that came into a state.
    pub(crate) fn scenario_came(&self, name: &str, state: &str) -> Result<(), EngineError> {
        let last = self.engine.enter(name, state)?;
        if last != state {
            self.scenarios.set(name, last);
        }
        Ok(())
    }

    /// Puts a scenario into a state, unless its rules don't fit the content.
    pub(crate) fn set_scenario(&self, name: &str, state: &str) -> Result<(), EngineError> {
        let is_new = self.scenarios.state(name) != state;
        let last = if is_new {
            self.engine.enter(name, state)?
        } else {
            state.to_owned()
        };
        self.scenarios.set(name, last);
        Ok(())
    }
}
