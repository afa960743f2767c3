//! Rows that mirror objects.
//!
//! Invariant: after [`put_object`] the row of an object shows what its message says; members that only REST knows
//! (passwords above all) stay as they were.

use std::sync::Arc;

use exportdoc::object::ObjectKey;

use super::StoredObject;
use crate::model::State;

/// Puts an object in place of the one with its key, if any, and brings its row up to date.
pub fn put_object(state: &mut State, stored: StoredObject) {
    state.reserve_object_id(&stored);
    state.objects.insert(stored);
}

/// Takes an object out, with its row.
pub fn remove_object(state: &mut State, key: &ObjectKey) -> Option<Arc<StoredObject>> {
    state.objects.remove(key)
}
