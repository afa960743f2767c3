//! Whether the target has an object in the document's state.
//!
//! Invariant: revision and dependencies decide, never content. What isn't known of the target stays open.

use std::collections::BTreeSet;

use super::Decider;
use crate::import_plan::import_object::ImportObject;
use crate::import_plan::inventory::{TargetObject, TargetRevision};
use crate::import_plan::kind::Role;
use crate::object::{ObjectKey, type_by_name};
use crate::revision_hash;

/// Whether two states of an object are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sameness {
    Same,
    /// But for what an engine's upgrade adds to the document's.
    SameBeforeUpgrade,
    Differs,
    Unclear,
}

/// What an object is called on the target before the import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum There {
    /// That can't be told.
    Unclear,
    /// Nothing: it isn't there.
    Absent,
    /// A rule ends the import for it, so that what it would be called says nothing.
    Blocked,
    /// This.
    Called(ObjectKey),
}

impl Decider<'_> {
    pub(super) fn compare(&self, index: usize, existing: &TargetObject) -> Sameness {
        let pair = &self.subjects[index].object.revision().pair;
        match &existing.revision {
            // A revision without UUIDs says nothing, not even when both have none.
            TargetRevision::Pair(theirs) if theirs == pair && !pair.save.is_empty() => {
                self.compare_dependencies(index, existing)
            }
            TargetRevision::Pair(_) => Sameness::Differs,
            TargetRevision::Hash(theirs) if self.hash(index) == Some(theirs) => Sameness::Same,
            // A reference's hash leaves out its original's dependencies, so another hash needn't be another state.
            TargetRevision::Hash(_) if self.subjects[index].only_refers() => Sameness::Unclear,
            // Where every dependency is unchanged, it can only be the object itself that differs.
            TargetRevision::Hash(_) => {
                let mut dependencies = self.structure.dependencies(index);
                let unchanged = dependencies.all(|dependency| self.unchanged[dependency]);
                let mut dependencies = self.structure.dependencies(index);
                match unchanged && !dependencies.any(|dependency| self.added_by_upgrade(index, dependency)) {
                    true => Sameness::Differs,
                    false => Sameness::Unclear,
                }
            }
            TargetRevision::Unknown => Sameness::Unclear,
        }
    }

    /// Two objects of one revision may still differ in what they depend on: engines' upgrades add to that without a save.
    fn compare_dependencies(&self, index: usize, existing: &TargetObject) -> Sameness {
        let subject = &self.subjects[index];
        if !matches!(
            subject.kind.role,
            Role::Key | Role::Global | Role::Environment | Role::Unclear
        ) {
            return Sameness::Same;
        }
        let Some(theirs) = &existing.dependencies else {
            return match grows_by_upgrade(subject) {
                true => Sameness::Unclear,
                false => Sameness::Same,
            };
        };
        let (mut met, mut blocked, mut added) = (BTreeSet::new(), 0, false);
        for dependency in self.structure.dependencies(index) {
            match &self.there[dependency] {
                There::Unclear => return Sameness::Unclear,
                There::Called(key) if theirs.contains(key) => {
                    met.insert(key);
                }
                There::Blocked => blocked += 1,
                _ if self.added_by_upgrade(index, dependency) => added = true,
                _ => return Sameness::Differs,
            }
        }
        match (met.len() + blocked == theirs.len(), added) {
            (true, false) => Sameness::Same,
            (true, true) => Sameness::SameBeforeUpgrade,
            (false, _) => Sameness::Differs,
        }
    }

    /// Whether an upgrade may have made an object of the document depend on another one.
    fn added_by_upgrade(&self, index: usize, dependency: usize) -> bool {
        grows_by_upgrade(&self.subjects[index])
            && self.subjects[dependency].kind.type_name == "APPLICATION_SETTINGS"
    }

    fn hash(&self, index: usize) -> Option<&String> {
        let all = || revision_hash::of_all(&self.structure.graph, revision_hash::DEFAULT_WORK);
        let hashes = self.hashes.get_or_init(all);
        hashes.get(self.structure.node(index))?.as_ref()
    }
}

/// Whether an engine's upgrade adds settings to what objects of the type depend on.
fn grows_by_upgrade(subject: &ImportObject<'_>) -> bool {
    type_by_name(&subject.kind.type_name).is_some_and(|known| known.settings_by_upgrade)
}
