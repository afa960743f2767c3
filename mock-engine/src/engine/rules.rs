//! Rules: content that changes when a scenario comes into a state.
//!
//! Invariant: what a scenario changes is one change of the state, all or nothing. The same rules on the same content give
//! the same objects.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use super::content::seeded;
use super::resources::Writer;
use super::seed::Rule;
use super::{Content, Engine, EngineError, Refusal, catalogue, defaults, history};
use crate::engine::locking::lock;

/// The rules of an engine.
#[derive(Debug, Default)]
pub struct Rules {
    list: Mutex<Arc<[Rule]>>,
}

impl Clone for Rules {
    fn clone(&self) -> Self {
        Self {
            list: Mutex::new(self.list()),
        }
    }
}

impl Rules {
    /// The rules of declared content.
    pub(super) fn of(content: &[Content]) -> Self {
        let rules = Self::default();
        rules.set(content);
        rules
    }

    /// Replaces the rules by those of declared content.
    pub(crate) fn set(&self, content: &[Content]) {
        *lock(&self.list) = content.iter().flat_map(Content::rules).collect();
    }

    /// The rules.
    pub(crate) fn list(&self) -> Arc<[Rule]> {
        Arc::clone(&lock(&self.list))
    }
}

impl Engine {
    /// Changes the content as the rules say for a scenario that comes into a state. Returns the state in which it ends.
    pub(crate) fn enter(&self, scenario: &str, state: &str) -> Result<String, EngineError> {
        let rules = self.rules.list();
        if !rules.iter().any(|rule| rule.is_for(scenario, state)) {
            return Ok(state.to_owned());
        }
        let change = || {
            self.store.transact(|content| {
                let mut writer = Writer {
                    state: content,
                    now_ms: self.clock.now_ms(),
                    ids: &self.ids,
                    settings: &self.settings,
                    collections: catalogue::ALL,
                    user: defaults::ADMIN,
                };
                let (mut state, mut seen) = (state.to_owned(), HashSet::new());
                // Rules that lead in a circle end where they have been before.
                while seen.insert(state.clone()) {
                    let mut next = state.clone();
                    for rule in rules.iter().filter(|rule| rule.is_for(scenario, &state)) {
                        seeded::apply(rule, &mut writer).map_err(|error| {
                            let (scenario, state) = (scenario.to_owned(), state.clone());
                            let mistakes = error.to_string();
                            Refusal::Rule {
                                scenario,
                                state,
                                mistakes,
                            }
                        })?;
                        next = rule.becomes().map_or(next, str::to_owned);
                    }
                    state = next;
                }
                Ok(state)
            })
        };
        history::by_scenario(scenario, state, change)
    }
}
