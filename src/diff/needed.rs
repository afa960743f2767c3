//! Which objects a comparison looks into, so that the others needn't be held.
//!
//! Invariant: objects of one digest are one object; only what has no partner of its digest is looked into.

use std::collections::BTreeMap;

use crate::object::SyncObject;
use crate::report::{DocumentReport, ObjectReport};

use super::matching::{MatchBy, Matches};

/// A document's objects, or those of them that a comparison looks into.
#[derive(Debug, Clone, Copy)]
pub enum Objects<'a> {
    /// All, as [`crate::report::examine_with_objects`] gives them beside the report.
    All(&'a [SyncObject<'static>]),
    /// Those that [`to_look_into`] names, by their position in the report.
    Some(&'a BTreeMap<usize, SyncObject<'static>>),
}

impl<'a> Objects<'a> {
    /// The object at a position of the report, if it is held.
    pub fn get(self, id: usize) -> Option<&'a SyncObject<'static>> {
        match self {
            Self::All(objects) => objects.get(id),
            Self::Some(objects) => objects.get(&id),
        }
    }
}

/// The positions of the objects, in the old and in the new document, that a comparison looks into. The reports have the
/// objects' digests ([`crate::report::ExamineOptions::digests`]); where they don't, it looks into all that have partners.
pub fn to_look_into(
    old: &DocumentReport,
    new: &DocumentReport,
    match_by: MatchBy,
) -> (Vec<usize>, Vec<usize>) {
    let matches = Matches::find(old, new, match_by);
    let partners = matches.of_old.iter().enumerate();
    let pairs = partners.filter_map(|(id, partner)| Some((id, (*partner)?)));
    let (of_old, mut of_new): (Vec<usize>, Vec<usize>) = pairs
        .filter(|(id, partner)| !equal(&old.objects[*id], &new.objects[*partner]))
        .unzip();
    of_new.sort_unstable();
    (of_old, of_new)
}

/// Whether two objects are known to be the same, to the byte.
pub(super) fn equal(old: &ObjectReport, new: &ObjectReport) -> bool {
    old.digest.is_some() && old.digest == new.digest
}
