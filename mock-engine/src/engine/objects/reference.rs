//! References to objects, made on demand.
//!
//! Invariant: a reference from a document is used unchanged while its original is in the state that it names, or
//! missing. Otherwise it is made from the original.

use std::sync::Arc;

use exportdoc::internal::object::{ObjectKey, reference_to, rename};

use super::links::{resolve, type_of};
use super::{StoredObject, is_reference};
use crate::engine::State;

/// Returns the object behind a dependency's key: the stored one or a reference. `None` if there is neither.
pub(super) fn target(state: &State, key: &ObjectKey) -> Option<Arc<StoredObject>> {
    let stored = state.objects.get(key);
    if !type_of(state, key).is_some_and(is_reference) {
        return stored.cloned();
    }
    let Some(original) = resolve(state, key) else {
        return stored.cloned();
    };
    let pair = &original.object.revision().pair;
    match stored {
        Some(raw) if raw.object.revision().pair == *pair => Some(Arc::clone(raw)),
        _ => made(state, key, original)
            .map(Arc::new)
            .or_else(|| stored.cloned()),
    }
}

fn made(state: &State, key: &ObjectKey, original: &StoredObject) -> Option<StoredObject> {
    let reference = reference_to(&original.object).ok()?;
    // The dependent uses this key, even if the table has another number for its type.
    let object = rename(&reference, key, |_| None).ok()?;
    let mut made = StoredObject::new(object, type_of(state, key)?, None);
    made.name.clone_from(&original.name);
    Some(made)
}
