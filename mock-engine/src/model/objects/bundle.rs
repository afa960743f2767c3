//! GLOBAL_OBJECT and ENVIRONMENT: objects that are nothing but their members.
//!
//! Invariant: a bundle's message is kept as it came while it leads to exactly the members there are. Otherwise it is
//! made anew: same UUID A, and a UUID B that depends on the members alone, so that reading the state never changes it
//! and asking twice gives one answer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use exportdoc::object::{ObjectError, ObjectKey};
use exportdoc::sample;

use super::StoredObject;
use super::kinds::is_global_member;
use super::message::{with_dependencies, with_save};

/// Whether objects of a type are bundles.
pub(super) fn is_bundle(type_name: &str) -> bool {
    matches!(type_name, "GLOBAL_OBJECT" | "ENVIRONMENT")
}

/// The bundle with the members it has now. `plain` are all objects but bundles and references, without those that
/// can't be synced: they are left out silently.
pub(super) fn completed(
    bundle: &Arc<StoredObject>,
    plain: &[Arc<StoredObject>],
) -> Result<Arc<StoredObject>, ObjectError> {
    let by_key: HashMap<&ObjectKey, &StoredObject> = plain
        .iter()
        .map(|object| (object.key(), object.as_ref()))
        .collect();
    let belongs = |object: &StoredObject| match bundle.type_name.as_str() {
        "GLOBAL_OBJECT" => is_global_member(&object.type_name),
        _ => object.environment.is_some() && object.environment == bundle.environment,
    };
    let listed = bundle.object.dependencies();
    let mut members: Vec<ObjectKey> = listed
        .iter()
        .filter(|key| by_key.contains_key(key))
        .cloned()
        .collect();
    let mut reached = closure(&members, &by_key);
    for object in plain.iter().filter(|object| belongs(object)) {
        if !reached.contains(object.key()) {
            members.push(object.key().clone());
            reached.insert(object.key().clone());
        }
    }
    if members == listed {
        return Ok(Arc::clone(bundle));
    }
    let pair = &bundle.object.revision().pair;
    let names: Vec<String> = members.iter().map(ToString::to_string).collect();
    let save = sample::uuid(&format!("{} {} {}", pair.object, pair.save, names.join("\n")));
    let times = members
        .iter()
        .filter_map(|key| by_key.get(key)?.object.revision().modified);
    let modified = times.chain(bundle.object.revision().modified).max();
    let mut made = StoredObject::clone(bundle);
    made.object = with_dependencies(&made.object, &members)?;
    made.object = with_save(&made.object, &save, modified.unwrap_or_default())?;
    Ok(Arc::new(made))
}

fn closure(members: &[ObjectKey], by_key: &HashMap<&ObjectKey, &StoredObject>) -> HashSet<ObjectKey> {
    let mut reached: HashSet<ObjectKey> = HashSet::new();
    let mut open: Vec<&ObjectKey> = members.iter().collect();
    while let Some(key) = open.pop() {
        if reached.insert(key.clone())
            && let Some(object) = by_key.get(key)
        {
            open.extend(object.object.dependencies());
        }
    }
    reached
}
