//! The states of an entity, and the decision on them.

use std::sync::Arc;

use jiff::Timestamp;

use crate::diff::{DiffLimits, Later, ObjectChanges, object_changes};
use crate::object::{ObjectKey, RevisionPair, SyncObject};

use super::conflict::Conflict;
use super::outcome::Origin;
use super::source::{Position, SourceId};

/// The decision on an entity.
#[derive(Debug)]
pub(super) enum Decision {
    /// It goes into the result in this document's state.
    Take(SourceId, Origin),
    /// It is a `GLOBAL_OBJECT` with the members of several documents.
    Derive {
        /// The document that the rest of it comes from.
        from: SourceId,
        /// Its members, by their keys in the result.
        members: Vec<ObjectKey>,
    },
    /// The user has to decide.
    Conflict(Box<Conflict>),
}

/// An entity's state in one document.
pub(super) struct State {
    pub(super) source: SourceId,
    /// The time in the document's header.
    pub(super) started: Option<Timestamp>,
    /// When an engine exported the document; `None` if this toolkit made it.
    pub(super) exported: Option<Timestamp>,
    /// Index of the object in the document.
    pub(super) at: usize,
    pub(super) object: Arc<SyncObject<'static>>,
}

impl State {
    pub(super) fn position(&self) -> Position {
        (self.source, self.at)
    }

    pub(super) fn pair(&self) -> &RevisionPair {
        &self.object.revision().pair
    }

    /// The order of saves. The UUIDs break ties, so that the order of the documents doesn't matter.
    pub(super) fn age(&self) -> (Option<i64>, &RevisionPair) {
        (self.object.revision().modified, self.pair())
    }

    /// Whether revision and content are the same.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.pair() == other.pair() && self.same_content(other)
    }

    /// Whether the content is the same, even if it was saved again. The keys of two states differ only if these are
    /// different global keys.
    pub(super) fn same_content(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.object, &other.object)
            || self.object.key() == other.object.key() && self.changes(other, 0).is_same()
    }

    /// The changes to the other state, at most `listed` of them.
    pub(super) fn changes(&self, other: &Self, listed: usize) -> ObjectChanges {
        let limits = DiffLimits {
            changes_per_object: listed,
            ..DiffLimits::default()
        };
        let later = Later::of(self.exported, other.exported);
        object_changes(&self.object, &other.object, later, &limits)
    }

    /// Whether the other state is from a later export, and an upgrade of the engine explains all differences.
    pub(super) fn was_rewritten_as(&self, other: &Self) -> bool {
        self.pair() == other.pair()
            && self.object.key() == other.object.key()
            && Later::of(self.exported, other.exported) == Later::New
            && self.changes(other, 0).is_rewrite()
    }

    /// Whether a side left the base's state unchanged.
    pub(super) fn is_as_in(&self, base: &Self) -> bool {
        self.same_content(base) || base.was_rewritten_as(self)
    }

    /// Of two equal states, the one from the newer export, which has the newer values of volatile fields.
    pub(super) fn newer<'s>(&'s self, other: &'s Self) -> &'s Self {
        let age = |state: &'s Self| (state.started, state.object.as_bytes());
        if age(self) < age(other) { other } else { self }
    }
}

/// The state that was saved last. `None` if that is unclear.
pub(super) fn newest(sides: &[State]) -> Option<&State> {
    let modified = |state: &State| state.object.revision().modified;
    let last = sides.iter().max_by_key(|state| modified(state))?;
    let mut as_new = sides
        .iter()
        .filter(|state| modified(state) == modified(last) && !state.is(last));
    (modified(last).is_some() && as_new.next().is_none()).then_some(last)
}
