//! Matches the objects of two documents.
//!
//! Invariant: matching is symmetric in old and new.

use std::collections::HashMap;

use crate::identifier::Identifier;
use crate::object::{ObjectKey, SyncObject, rename};
use crate::report::DocumentReport;

/// How objects are matched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MatchBy {
    /// By type and identifier: for two exports of one engine. If the other document has another object with the number,
    /// or none, UUID A decides, because it never changes.
    #[default]
    Identifier,
    /// By type and name: for exports of different engines, where numbers are only labels. An object without a name is
    /// matched by its identifier.
    Name,
}

/// The key by which an object or a dependency is matched.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum MatchKey {
    Named(u64, String),
    Key(ObjectKey),
    /// Partners with different numbers, the lower one first, so that both sides get the same key.
    Renumbered(u64, Identifier, Identifier),
}

impl MatchKey {
    /// The type number of the object.
    pub(super) fn type_number(&self) -> u64 {
        match self {
            Self::Named(number, _) | Self::Renumbered(number, ..) => *number,
            Self::Key(key) => key.type_number,
        }
    }

    /// The key of an object.
    pub(super) fn of(report: &DocumentReport, id: usize, by: MatchBy) -> Self {
        let object = &report.objects[id];
        match (by, &object.key.identifier, &object.name) {
            // Numbers are labels. Every other identifier is the name itself.
            (MatchBy::Name, Identifier::Integer(_), Some(name)) => {
                Self::Named(object.key.type_number, name.clone())
            }
            _ => Self::Key(object.key.clone()),
        }
    }

    /// The key of a dependency, which may be missing in the document.
    pub(super) fn of_dependency(report: &DocumentReport, key: &ObjectKey, by: MatchBy) -> Self {
        match report.graph.find(key) {
            Some(id) => Self::of(report, id, by),
            None => Self::Key(key.clone()),
        }
    }
}

/// Partners in both directions, by index.
pub(super) struct Matches {
    pub(super) of_old: Vec<Option<usize>>,
    pub(super) of_new: Vec<Option<usize>>,
    by: MatchBy,
    /// Whether any partners have different numbers.
    renumbers: bool,
}

impl Matches {
    pub(super) fn find(old: &DocumentReport, new: &DocumentReport, by: MatchBy) -> Self {
        let mut matches = Self {
            of_old: vec![None; old.objects.len()],
            of_new: vec![None; new.objects.len()],
            by,
            renumbers: false,
        };
        let key = |report: &DocumentReport, id: usize| report.objects[id].key.clone();
        match by {
            // Several objects may share a name. The first round matches name and identifier, in record order.
            MatchBy::Name => {
                matches.round(old, new, |report, id| {
                    let name = report.objects[id].name.clone();
                    Some((key(report, id), name))
                });
            }
            MatchBy::Identifier => {
                matches.round(old, new, |report, id| {
                    Some((key(report, id), lasting(report, id)?))
                });
                matches.round(old, new, |report, id| {
                    Some((key(report, id).type_number, lasting(report, id)?))
                });
            }
        }
        matches.round(old, new, |report, id| Some(MatchKey::of(report, id, by)));
        let moved = |(id, partner): (usize, &Option<usize>)| {
            partner.is_some_and(|partner| key(old, id) != key(new, partner))
        };
        matches.renumbers = matches.of_old.iter().enumerate().any(moved);
        matches
    }

    /// Makes partners of objects with equal keys that have no partner yet.
    fn round<'a, K: std::hash::Hash + Eq>(
        &mut self,
        old: &'a DocumentReport,
        new: &'a DocumentReport,
        key: impl Fn(&'a DocumentReport, usize) -> Option<K>,
    ) {
        let mut waiting: HashMap<K, Vec<usize>> = HashMap::new();
        for id in (0..self.of_new.len()).rev() {
            if self.of_new[id].is_none()
                && let Some(key) = key(new, id)
            {
                waiting.entry(key).or_default().push(id);
            }
        }
        for id in 0..self.of_old.len() {
            if self.of_old[id].is_some() {
                continue;
            }
            let partner = key(old, id).and_then(|key| waiting.get_mut(&key).and_then(Vec::pop));
            if let Some(partner) = partner {
                self.of_old[id] = Some(partner);
                self.of_new[partner] = Some(id);
            }
        }
    }
}

/// UUID A of an object with a number.
fn lasting(report: &DocumentReport, id: usize) -> Option<&str> {
    let object = &report.graph.nodes()[id];
    let uuid = object.pair.object.as_str();
    let is_number = matches!(object.key.identifier, Identifier::Integer(_));
    (is_number && !uuid.is_empty()).then_some(uuid)
}

/// Resolves references in two matched documents.
#[derive(Clone, Copy)]
pub(super) struct References<'a> {
    pub(super) old: &'a DocumentReport,
    pub(super) new: &'a DocumentReport,
    pub(super) matches: &'a Matches,
}

impl References<'_> {
    /// The target of a dependency in the old document.
    pub(super) fn of_old(&self, key: &ObjectKey) -> MatchKey {
        self.lead(key, (self.old, &self.matches.of_old), self.new)
    }

    /// The target of a dependency in the new document.
    pub(super) fn of_new(&self, key: &ObjectKey) -> MatchKey {
        self.lead(key, (self.new, &self.matches.of_new), self.old)
    }

    fn lead(
        &self,
        key: &ObjectKey,
        (report, partners): (&DocumentReport, &[Option<usize>]),
        other: &DocumentReport,
    ) -> MatchKey {
        if self.matches.by == MatchBy::Name || !self.matches.renumbers {
            return MatchKey::of_dependency(report, key, self.matches.by);
        }
        let partner = report.graph.find(key).and_then(|id| partners[id]);
        let there = partner.map(|partner| &other.objects[partner].key.identifier);
        let here = &key.identifier;
        match there {
            Some(there) if there != here => {
                let (lower, higher) = (here.min(there).clone(), here.max(there).clone());
                MatchKey::Renumbered(key.type_number, lower, higher)
            }
            _ => MatchKey::Key(key.clone()),
        }
    }

    /// Returns an object of the old document with the numbers of the new one; `None` if no number differs.
    pub(super) fn renumbered(
        &self,
        object: &SyncObject<'static>,
        partner: &ObjectKey,
    ) -> Option<SyncObject<'static>> {
        if !self.matches.renumbers {
            return None;
        }
        let there = |key: &ObjectKey| {
            let id = self.matches.of_old[self.old.graph.find(key)?]?;
            Some(self.new.objects[id].key.clone())
        };
        rename(object, partner, there).ok()
    }
}
