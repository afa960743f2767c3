//! References: stand-ins for other objects, made when they are needed.
//!
//! Invariant: a reference that came with a document is used as it came for as long as its original is in the state that
//! it names, or isn't here at all; otherwise it is made from the original.

use std::sync::Arc;

use exportdoc::internal::object::{ObjectKey, reference_to, rename};

use super::links::{resolve, type_of};
use super::{StoredObject, is_reference};
use crate::engine::State;

/// The object that a dependency's key leads to: the stored one, or a reference. None if there is nothing.
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
    // The dependent calls it by this key, whatever number the table has for its type.
    let object = rename(&reference, key, |_| None).ok()?;
    let mut made = StoredObject::new(object, type_of(state, key)?, None);
    made.name.clone_from(&original.name);
    Some(made)
}
