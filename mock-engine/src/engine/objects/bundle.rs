//! GLOBAL_OBJECT and ENVIRONMENT: objects that consist of their members alone.
//!
//! Invariant: a bundle keeps its message while that lists exactly the present members. Otherwise its message is made
//! anew, with the same UUID A and a UUID B that depends on the members alone: reads never change the state, and two
//! reads agree.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use exportdoc::internal::object::{ObjectError, ObjectKey};
use exportdoc::internal::sample;

use super::StoredObject;
use super::kinds::is_global_member;
use super::rewrite::{with_dependencies, with_save};

/// Whether objects of a type are bundles.
pub(super) fn is_bundle(type_name: &str) -> bool {
    matches!(type_name, "GLOBAL_OBJECT" | "ENVIRONMENT")
}

/// The possible members of bundles: all syncable objects except bundles and references. Others are left out silently.
pub(super) struct Candidates<'a> {
    by_key: HashMap<&'a ObjectKey, &'a StoredObject>,
    global: Vec<&'a StoredObject>,
    by_environment: HashMap<i64, Vec<&'a StoredObject>>,
}

impl<'a> Candidates<'a> {
    /// Groups objects by environment.
    pub(super) fn new(free: impl IntoIterator<Item = &'a StoredObject>) -> Self {
        let (mut by_key, mut global) = (HashMap::new(), Vec::new());
        let mut by_environment: HashMap<i64, Vec<_>> = HashMap::new();
        for object in free {
            by_key.insert(object.key(), object);
            if is_global_member(&object.type_name) {
                global.push(object);
            }
            if let Some(environment) = object.environment {
                by_environment.entry(environment).or_default().push(object);
            }
        }
        Self {
            by_key,
            global,
            by_environment,
        }
    }

    fn of(&self, bundle: &StoredObject) -> &[&'a StoredObject] {
        match bundle.type_name.as_str() {
            "GLOBAL_OBJECT" => &self.global,
            _ => bundle
                .environment
                .and_then(|environment| self.by_environment.get(&environment))
                .map_or(&[], Vec::as_slice),
        }
    }
}

/// Returns the bundle with its present members.
pub(super) fn completed(
    bundle: &Arc<StoredObject>,
    candidates: &Candidates<'_>,
) -> Result<Arc<StoredObject>, ObjectError> {
    let by_key = &candidates.by_key;
    let listed = bundle.object.dependencies();
    let mut members: Vec<ObjectKey> = listed
        .iter()
        .filter(|key| by_key.contains_key(key))
        .cloned()
        .collect();
    let mut reached = closure(&members, by_key);
    for object in candidates.of(bundle) {
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
