//! The changes of one object.
//!
//! Invariant: their number is bounded, and what is left out is counted.

use super::DiffLimits;
use super::habits::Later;
use super::path::{DEPENDENCIES, FieldPath, IgnoreRule, Step};
use super::secret::SecretChange;
use super::value::Value;

/// The most differences of an object that are attributed to an upgrade. Upgrades make one or two, editors more.
const BY_UPGRADE: usize = 8;
/// A difference in one field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldChange {
    /// The path of the field.
    pub path: FieldPath,
    /// The old value; `None` if it is added.
    pub old: Option<Value>,
    /// The new value; `None` if it is removed.
    pub new: Option<Value>,
    /// How much of a secret changed.
    pub secret: Option<SecretChange>,
}

impl FieldChange {
    fn of(path: FieldPath, old: Option<Value>, new: Option<Value>) -> Self {
        Self {
            path,
            old,
            new,
            secret: None,
        }
    }
}

/// Collects the changes of one object.
pub(super) struct Changes<'o> {
    type_name: &'o str,
    pub(super) limits: &'o DiffLimits,
    ignore: &'o [IgnoreRule],
    /// Which side may have the additions of an upgrade; `None` if the revisions differ.
    pub(super) upgrade: Option<Later>,
    pub(super) list: Vec<FieldChange>,
    pub(super) more: u64,
    /// Whether a change isn't an added or removed dependency.
    pub(super) beyond_members: bool,
    pub(super) ignored: u64,
    /// Values that engines write anew in every export. They don't count.
    pub(super) volatile: Vec<FieldChange>,
    /// Additions of an engine's upgrade, which keep the revision.
    pub(super) by_upgrade: Vec<FieldChange>,
}

/// The old and the new side.
pub(super) type Pair<T> = (T, T);

impl<'o> Changes<'o> {
    pub(super) fn new(type_name: &'o str, limits: &'o DiffLimits, ignore: &'o [IgnoreRule]) -> Self {
        Self {
            type_name,
            limits,
            ignore,
            upgrade: None,
            list: Vec::new(),
            more: 0,
            beyond_members: false,
            ignored: 0,
            volatile: Vec::new(),
            by_upgrade: Vec::new(),
        }
    }

    /// Whether there are changes that count.
    pub(super) fn any(&self) -> bool {
        !self.list.is_empty() || self.more > 0
    }

    /// Adds a change, unless it is ignored.
    pub(super) fn push(&mut self, path: FieldPath, old: Option<Value>, new: Option<Value>) {
        self.note(path, || (old, new, None));
    }

    pub(super) fn note(
        &mut self,
        path: FieldPath,
        make: impl FnOnce() -> (Option<Value>, Option<Value>, Option<SecretChange>),
    ) {
        if self.ignores(&path) {
            self.ignored += 1;
            return;
        }
        self.beyond_members |= path.steps.first() != Some(&Step::Name(DEPENDENCIES));
        if self.list.len() < self.limits.changes_per_object {
            let (old, new, secret) = make();
            self.list.push(FieldChange {
                path,
                old,
                new,
                secret,
            });
        } else {
            self.more += 1;
        }
    }

    /// Counts a difference that isn't compared in detail.
    pub(super) fn unseen(&mut self) {
        self.more += 1;
        self.beyond_members = true;
    }

    /// Adds a value that engines write anew in every export, unless it is ignored.
    pub(super) fn by_habit(&mut self, path: FieldPath, old: Option<Value>, new: Option<Value>) {
        if !self.ignores(&path) {
            self.volatile.push(FieldChange::of(path, old, new));
        }
    }

    /// Adds an upgrade's addition, unless it is ignored.
    pub(super) fn by_upgrade(&mut self, path: FieldPath, old: Option<Value>, new: Option<Value>) {
        if self.by_upgrade.len() >= BY_UPGRADE || self.ignores(&path) {
            self.push(path, old, new);
        } else {
            self.by_upgrade.push(FieldChange::of(path, old, new));
        }
    }

    fn ignores(&self, path: &FieldPath) -> bool {
        self.ignore.iter().any(|rule| rule.covers(self.type_name, path))
    }
}
