//! What the references of a document stand for in another one, such as an engine's GLOBAL_OBJECT.
//!
//! Invariant: UUIDs decide, as a reference carries its original's; hashes don't (a reference has no dependencies, its
//! original may), and a name only tells that another object has taken the original's place.

use std::collections::HashMap;

use super::inventory::TypeSelector;
use super::kind::stands_for;
use crate::object::{Scope, type_by_name};
use crate::report::DocumentReport;

/// A reference and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceMatch {
    /// Position of the reference among its document's objects.
    pub reference: usize,
    /// How it fares.
    pub state: ReferenceState,
    /// Position of what it stands for among the other document's objects.
    pub original: Option<usize>,
}

/// How a reference fares in another document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceState {
    /// What it refers to is there in the same saved state: both UUIDs are equal.
    Resolved,
    /// What it refers to is there in another saved state: UUID A is equal, UUID B isn't.
    Stale,
    /// An object of that name is there, but another one: not even UUID A is equal.
    OtherObject,
    /// Nothing it could refer to is there.
    Missing,
}

impl ReferenceState {
    /// The word used in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Stale => "stale",
            Self::OtherObject => "other-object",
            Self::Missing => "missing",
        }
    }
}

/// Looks every reference to engine-wide objects up in another document. Sources of on-the-fly jobs aren't among them:
/// they live in environments.
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

/// The objects that references can stand for; of two that answer to one question, the first does.
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
                Some(known) if known.scope == Scope::Global => TypeSelector::Type(known.name),
                _ => continue,
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
            let state = match other.graph.nodes()[at].pair.save == pair.save && !pair.save.is_empty() {
                true => ReferenceState::Resolved,
                false => ReferenceState::Stale,
            };
            return (state, Some(at));
        }
        match name.and_then(|name| self.by_name.get(&(wanted, name))) {
            Some(&at) => (ReferenceState::OtherObject, Some(at)),
            None => (ReferenceState::Missing, None),
        }
    }
}
