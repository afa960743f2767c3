//! Compares an object's saved state with the target's.
//!
//! Invariant: revision and dependencies decide, never content. Missing information gives `Unclear`.

use std::collections::BTreeSet;

use super::Decider;
use crate::import_plan::import_object::ImportObject;
use crate::import_plan::inventory::{TargetObject, TargetRevision};
use crate::import_plan::kind::Role;
use crate::object::{ObjectKey, type_by_name};
use crate::revision_hash;

/// Whether two states of an object are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sameness {
    Same,
    /// The document's has the additions of an engine's upgrade.
    SameBeforeUpgrade,
    Differs,
    Unclear,
}

/// The key of an object on the target before the import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TargetKey {
    /// It is unknown whether the target has the object, or under which key.
    Unknown,
    /// The target lacks the object.
    Absent,
    /// A rule blocks the object, so its key doesn't matter.
    Blocked,
    /// The key.
    Known(ObjectKey),
}

impl Decider<'_> {
    pub(super) fn compare(&self, index: usize, existing: &TargetObject) -> Sameness {
        let pair = &self.objects[index].object.revision().pair;
        match &existing.revision {
            // Revisions without UUIDs can't be compared, even if both have none.
            TargetRevision::Pair(theirs) if theirs == pair && !pair.save.is_empty() => {
                self.compare_dependencies(index, existing)
            }
            TargetRevision::Pair(_) => Sameness::Differs,
            TargetRevision::Hash(theirs) if self.hash(index) == Some(theirs) => Sameness::Same,
            // The hash of a reference leaves out its original's dependencies, so it may differ for the same state.
            TargetRevision::Hash(_) if self.objects[index].only_refers() => Sameness::Unclear,
            // If every dependency is unchanged, the object itself differs.
            TargetRevision::Hash(_) => {
                let mut dependencies = self.structure.dependencies(index);
                let unchanged = dependencies.all(|dependency| self.unchanged[dependency]);
                let mut dependencies = self.structure.dependencies(index);
                if unchanged && !dependencies.any(|dependency| self.added_by_upgrade(index, dependency)) {
                    Sameness::Differs
                } else {
                    Sameness::Unclear
                }
            }
            TargetRevision::Unknown => Sameness::Unclear,
        }
    }

    /// Compares the dependencies of equal revisions: upgrades of engines add dependencies without a save.
    fn compare_dependencies(&self, index: usize, existing: &TargetObject) -> Sameness {
        let subject = &self.objects[index];
        if !matches!(
            subject.kind.role,
            Role::Key | Role::Global | Role::Environment | Role::Unclear
        ) {
            return Sameness::Same;
        }
        let Some(theirs) = &existing.dependencies else {
            let grows = grows_by_upgrade(subject);
            return if grows { Sameness::Unclear } else { Sameness::Same };
        };
        let (mut met, mut blocked, mut added) = (BTreeSet::new(), 0, false);
        for dependency in self.structure.dependencies(index) {
            match &self.target_keys[dependency] {
                TargetKey::Unknown => return Sameness::Unclear,
                TargetKey::Known(key) if theirs.contains(key) => {
                    met.insert(key);
                }
                TargetKey::Blocked => blocked += 1,
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

    /// Whether an upgrade may have added this dependency.
    fn added_by_upgrade(&self, index: usize, dependency: usize) -> bool {
        grows_by_upgrade(&self.objects[index])
            && self.objects[dependency].kind.type_name == "APPLICATION_SETTINGS"
    }

    fn hash(&self, index: usize) -> Option<&String> {
        let all = || revision_hash::of_all(&self.structure.graph, revision_hash::DEFAULT_WORK);
        let hashes = self.hashes.get_or_init(all);
        hashes.get(self.structure.node(index))?.as_ref()
    }
}

/// Whether upgrades add dependencies on settings to objects of this type.
fn grows_by_upgrade(subject: &ImportObject<'_>) -> bool {
    type_by_name(&subject.kind.type_name).is_some_and(|known| known.settings_by_upgrade)
}
