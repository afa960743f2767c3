//! Replaces objects by their later states.
//!
//! Invariant: nothing depends on a removed object.

use exportdoc::internal::object::{ObjectError, ObjectKey, rename};

use super::links::{resolve, type_of};
use super::{StoredObject, is_reference, put_object, remove_object};
use crate::engine::State;

/// Removes an object in favour of another one, which is here or comes next. Its dependents, also those by reference,
/// depend on the other one from now on.
pub(crate) fn take_place(
    state: &mut State,
    earlier: &ObjectKey,
    later: &ObjectKey,
) -> Result<(), ObjectError> {
    let dependents: Vec<_> = state.objects.depending_on(&earlier.identifier).cloned().collect();
    let mut renamed = Vec::new();
    for dependent in dependents {
        let object = rename(&dependent.object, dependent.key(), |key| {
            let stands = type_of(state, key).is_some_and(is_reference)
                && resolve(state, key).is_some_and(|original| original.key() == earlier);
            if stands {
                Some(ObjectKey::new(key.type_number, later.identifier.clone()))
            } else {
                (key == earlier).then(|| later.clone())
            }
        })?;
        let mut changed = StoredObject::clone(&dependent);
        changed.object = object;
        renamed.push(changed);
    }
    remove_object(state, earlier);
    for stored in renamed {
        put_object(state, stored);
    }
    Ok(())
}
