//! SSH keys, which file connectors name.
//!
//! Invariant: a key is the name of its file; the content is not kept, since nothing reads it.

use serde_json::{Value, json};

use super::{Engine, EngineError, Key, Row, State};

/// Path of their table.
const SSH_KEYS: &str = "ssh-keys";
/// Name of the kind in errors.
const TITLE: &str = "SSH key";
/// Their name.
const NAME: &str = "sshKeyName";

impl Engine {
    /// All SSH keys.
    pub fn ssh_keys(&self) -> Vec<Value> {
        let keys = self.snapshot().table(SSH_KEYS);
        keys.iter().map(|(_, row)| Value::Object(row.clone())).collect()
    }

    /// Adds an SSH key, named after its file.
    pub fn add_ssh_key(&self, filename: &str) -> Result<Value, EngineError> {
        if filename.is_empty() {
            return Err(EngineError::MissingField {
                what: TITLE,
                field: NAME,
            });
        }
        let row = Row::from_iter([(NAME.to_owned(), json!(filename))]);
        self.store.transact(|state| {
            if has(state, filename) {
                return Err(EngineError::Duplicate {
                    what: TITLE,
                    name: filename.to_owned(),
                });
            }
            state
                .table_mut(SSH_KEYS)
                .insert(Key::parse(filename), row.clone());
            Ok(Value::Object(row))
        })
    }

    /// Removes an SSH key.
    pub fn delete_ssh_key(&self, name: &str) -> Result<(), EngineError> {
        self.store.transact(|state| {
            if !has(state, name) {
                return Err(EngineError::not_found(TITLE, name));
            }
            state.table_mut(SSH_KEYS).remove(&Key::parse(name));
            Ok(())
        })
    }
}

fn has(state: &State, name: &str) -> bool {
    state.table(SSH_KEYS).get(&Key::parse(name)).is_some()
}
