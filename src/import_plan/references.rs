//! Finds the originals of a document's references in another document, such as an engine's `GLOBAL_OBJECT`.
//!
//! Invariant: UUIDs decide, because a reference has those of its original. Hashes can't decide, because a reference has no
//! dependencies. An object that has only the name is another object.

use std::collections::HashMap;

use super::inventory::TypeSelector;
use super::kind::stands_for;
use crate::object::{Scope, type_by_name};
use crate::report::DocumentReport;

/// A reference and its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceMatch {
    /// Index of the reference in its document.
    pub reference: usize,
    /// Whether the original was found.
    pub state: ReferenceState,
    /// Index of the original in the other document.
    pub original: Option<usize>,
}

/// Whether another document has a reference's original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceState {
    /// The original with the same revision: both UUIDs are equal.
    Resolved,
    /// The original with another revision: only UUID A is equal.
    Stale,
    /// An object with the same name, but another UUID A.
    OtherObject,
    /// No object with that UUID or name.
    Missing,
}

impl ReferenceState {
    /// The id used in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Stale => "stale",
            Self::OtherObject => "other-object",
            Self::Missing => "missing",
        }
    }
}

/// Looks up every reference to an engine-wide object in another document. Sources of on-the-fly jobs live in environments,
/// so they are left out.
pub fn references_against(report: &DocumentReport, other: &DocumentReport) -> Vec<ReferenceMatch> {
    let index = Originals::of(other);
    let references = report.objects.iter().enumerate().filter_map(|(at, object)| {
        let wanted = stands_for(&object.type_name)?;
        let engine_wide = match wanted {
            TypeSelector::AnyAlgorithm => true,
            TypeSelector::Type(name) => type_by_name(name).is_some_and(|known| known.scope == Scope::Global),
        };
        engine_wide.then_some((at, wanted, object.name.as_deref()))
    });
    references
        .map(|(reference, wanted, name)| {
            let (state, original) = index.find(other, wanted, &report.graph.nodes()[reference].pair, name);
            ReferenceMatch {
                reference,
                state,
                original,
            }
        })
        .collect()
}

/// The possible originals. The first of two with one UUID or name counts.
#[derive(Default)]
struct Originals<'a> {
    by_uuid: HashMap<(TypeSelector<'a>, &'a str), usize>,
    by_name: HashMap<(TypeSelector<'a>, &'a str), usize>,
}

impl<'a> Originals<'a> {
    fn of(report: &'a DocumentReport) -> Self {
        let mut originals = Self::default();
        for (at, object) in report.objects.iter().enumerate() {
            let wanted = match type_by_name(&object.type_name) {
                Some(known) if known.is_algorithm() => TypeSelector::AnyAlgorithm,
                Some(known) => TypeSelector::Type(known.name),
                None => continue,
            };
            let uuid = report.graph.nodes()[at].pair.object.as_str();
            if !uuid.is_empty() {
                originals.by_uuid.entry((wanted, uuid)).or_insert(at);
            }
            if let Some(name) = object.name.as_deref().filter(|name| !name.is_empty()) {
                originals.by_name.entry((wanted, name)).or_insert(at);
            }
        }
        originals
    }

    fn find(
        &self,
        other: &DocumentReport,
        wanted: TypeSelector<'_>,
        pair: &crate::object::RevisionPair,
        name: Option<&str>,
    ) -> (ReferenceState, Option<usize>) {
        if let Some(&at) = self.by_uuid.get(&(wanted, pair.object.as_str())) {
            let state = if other.graph.nodes()[at].pair.save == pair.save && !pair.save.is_empty() {
                ReferenceState::Resolved
            } else {
                ReferenceState::Stale
            };
            return (state, Some(at));
        }
        match name.and_then(|name| self.by_name.get(&(wanted, name))) {
            Some(&at) => (ReferenceState::OtherObject, Some(at)),
            None => (ReferenceState::Missing, None),
        }
    }
}
