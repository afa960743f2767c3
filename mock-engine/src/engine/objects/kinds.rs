//! Object types and their REST resources, from the library's table.

use exportdoc::internal::object::{OBJECT_TYPES, ObjectType, type_by_name};

use crate::engine::resources::ResourceSpec;
use crate::engine::resources::spec::by_path;

/// Returns the resource that shows objects of a type.
pub(crate) fn resource_of(type_name: &str) -> Option<&'static ResourceSpec> {
    let rest = type_by_name(type_name)?.rest?;
    by_path(rest.path)
}

/// Whether a type is a reference type. For types outside the table, the name decides.
pub(crate) fn is_reference(type_name: &str) -> bool {
    match type_by_name(type_name) {
        Some(known) => known.is_reference(),
        None => type_name.ends_with("_REFERENCE"),
    }
}

/// Whether a type is an algorithm type; those share one name space.
pub(super) fn is_algorithm(type_name: &str) -> bool {
    type_by_name(type_name).is_some_and(ObjectType::is_algorithm)
}

/// The `algorithmType` of an object type.
pub(super) fn algorithm_kind(type_name: &str) -> &'static str {
    let known = type_by_name(type_name).and_then(|known| known.algorithm);
    known.unwrap_or("MISC")
}

/// The object type of an `algorithmType`; `None` if such algorithms can't be synced.
pub(super) fn algorithm_type(kind: &str) -> Option<&'static str> {
    let known = OBJECT_TYPES.iter().find(|known| known.algorithm == Some(kind));
    known.map(|known| known.name)
}

/// The object type of a resource. Algorithms have several, see [`algorithm_type`].
pub(super) fn type_at(path: &str) -> Option<&'static str> {
    let shown = |known: &&ObjectType| known.rest.is_some_and(|rest| rest.path == path);
    OBJECT_TYPES.iter().find(shown).map(|known| known.name)
}

/// Whether this is an object type of some engine.
pub(crate) fn is_type_name(type_name: &str) -> bool {
    type_by_name(type_name).is_some()
}

/// Whether objects of a type are direct members of GLOBAL_OBJECT.
pub(super) fn is_global_member(type_name: &str) -> bool {
    type_by_name(type_name).is_some_and(|known| known.in_global_object)
}
