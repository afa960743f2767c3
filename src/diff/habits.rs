//! What engines write under an unchanged revision: by themselves at any time, or at an upgrade.
//!
//! Invariant: only what the tables list counts. A field has the columns `set`, `volatile` and `added_by_upgrade`, an
//! object type `settings_by_upgrade` and `members_without_save`. Everything else that differs under one revision is a
//! change that no engine makes.

use jiff::Timestamp;

use crate::date;
use crate::object::data::FieldSpec;
use crate::object::known_by_number;
use crate::report::{DocumentReport, HeaderReport};

use super::matching::MatchKey;
use super::value::Scalar;

/// Which of two documents was exported later: only that one can have what an upgrade adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// The old one: the documents are compared backwards.
    Old,
    /// The new one.
    New,
}

impl Later {
    /// By the instants of the exports. Where they don't tell, the new document is the later one.
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

    /// What the later document has and the earlier one doesn't.
    fn added<T>(self, old: Option<T>, new: Option<T>) -> Option<T> {
        match (self, old, new) {
            (Self::Old, Some(added), None) | (Self::New, None, Some(added)) => Some(added),
            _ => None,
        }
    }
}

/// Whether engines write a field, which differs on the two sides, anew in every export. Engines write a date there; a
/// value of another form is a change.
pub(super) fn is_volatile(spec: &FieldSpec, old: Option<&Scalar>, new: Option<&Scalar>) -> bool {
    let is_day = |side: Option<&Scalar>| matches!(side, Some(Scalar::Text(text)) if date::is_day(text));
    spec.volatile && is_day(old) && is_day(new)
}

/// Whether a field's value is what an upgrade adds.
pub(super) fn adds_value(later: Later, spec: &FieldSpec, old: Option<&Scalar>, new: Option<&Scalar>) -> bool {
    match (later.added(old, new), spec.added_by_upgrade) {
        (Some(Scalar::Text(text)), Some(value)) => text == value,
        _ => false,
    }
}

/// Whether a dependency of an object is one that an upgrade adds.
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

/// Whether an object's members come and go under one revision.
pub(super) fn keeps_revision_over_members(type_number: u64) -> bool {
    known_by_number(type_number).is_some_and(|known| known.members_without_save)
}
