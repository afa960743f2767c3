//! Recognises changes that engines make without a new revision: in every export, or at an upgrade.
//!
//! Invariant: the tables list all of them, in the columns `set`, `volatile` and `added_by_upgrade` of fields, and in
//! `settings_by_upgrade` and `members_without_save` of object types. Any other change needs a new revision.

use jiff::Timestamp;

use crate::date;
use crate::object::data::FieldSpec;
use crate::object::known_by_number;
use crate::report::{DocumentReport, HeaderReport};

use super::matching::MatchKey;
use super::value::Scalar;

/// The later one of two exports. Only that one can have an upgrade's additions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// The old one: the documents are in reverse order.
    Old,
    /// The new one.
    New,
}

impl Later {
    /// Compares the times of the exports. Without both times, the new document is the later one.
    pub fn of(old: Option<Timestamp>, new: Option<Timestamp>) -> Self {
        match (old, new) {
            (Some(old), Some(new)) if new < old => Self::Old,
            _ => Self::New,
        }
    }

    pub(super) fn of_reports(old: &DocumentReport, new: &DocumentReport) -> Self {
        let exported = |report: &DocumentReport| report.header.as_ref().and_then(HeaderReport::exported);
        Self::of(exported(old), exported(new))
    }

    /// The value, if only the later document has one.
    fn added<T>(self, old: Option<T>, new: Option<T>) -> Option<T> {
        match (self, old, new) {
            (Self::Old, Some(added), None) | (Self::New, None, Some(added)) => Some(added),
            _ => None,
        }
    }
}

/// Whether engines cause this difference in every export, by writing the date anew. Any other value is a change.
pub(super) fn is_volatile(spec: &FieldSpec, old: Option<&Scalar>, new: Option<&Scalar>) -> bool {
    let is_day = |side: Option<&Scalar>| matches!(side, Some(Scalar::Text(text)) if date::is_day(text));
    spec.volatile && is_day(old) && is_day(new)
}

/// Whether an upgrade adds this value of a field.
pub(super) fn adds_value(later: Later, spec: &FieldSpec, old: Option<&Scalar>, new: Option<&Scalar>) -> bool {
    match (later.added(old, new), spec.added_by_upgrade) {
        (Some(Scalar::Text(text)), Some(value)) => text == value,
        _ => false,
    }
}

/// Whether an upgrade adds this dependency.
pub(super) fn adds_edge(
    later: Later,
    type_number: u64,
    old: Option<&MatchKey>,
    new: Option<&MatchKey>,
) -> bool {
    let added = later.added(old, new).map(MatchKey::type_number);
    let added = added.and_then(known_by_number);
    added.is_some_and(|to| to.name == "APPLICATION_SETTINGS")
        && known_by_number(type_number).is_some_and(|from| from.settings_by_upgrade)
}

/// Whether an object keeps its revision if its members change.
pub(super) fn keeps_revision_over_members(type_number: u64) -> bool {
    known_by_number(type_number).is_some_and(|known| known.members_without_save)
}
