//! Which object of one document is which of the other.
//!
//! Invariant: symmetric. Whoever is whose partner doesn't depend on which document is called the old one.

use std::collections::HashMap;

use crate::identifier::Identifier;
use crate::object::ObjectKey;
use crate::report::DocumentReport;

/// How objects are matched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MatchBy {
    /// Type and identifier: for two exports of one engine.
    #[default]
    Identifier,
    /// Type and name: across engines, whose numbers are only labels. An object without a name is matched by its
    /// identifier.
    Name,
}

/// Under what an object, or a dependency on one, is looked for in the other document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum MatchKey {
    Named(u64, String),
    Key(ObjectKey),
}

impl MatchKey {
    /// Of the object at a position.
    pub(super) fn of(report: &DocumentReport, id: usize, by: MatchBy) -> Self {
        let object = &report.objects[id];
        match (by, &object.key.identifier, &object.name) {
            // Only numbers are labels; every other identifier is the name itself.
            (MatchBy::Name, Identifier::Integer(_), Some(name)) => {
                Self::Named(object.key.type_number, name.clone())
            }
            _ => Self::Key(object.key.clone()),
        }
    }

    /// Of what a dependency names, whether it is in the document or not.
    pub(super) fn of_dependency(report: &DocumentReport, key: &ObjectKey, by: MatchBy) -> Self {
        match report.graph.find(key) {
            Some(id) => Self::of(report, id, by),
            None => Self::Key(key.clone()),
        }
    }
}

/// Partners in both directions, by position.
pub(super) struct Matches {
    pub(super) of_old: Vec<Option<usize>>,
    pub(super) of_new: Vec<Option<usize>>,
}

impl Matches {
    pub(super) fn find(old: &DocumentReport, new: &DocumentReport, by: MatchBy) -> Self {
        let mut matches = Self {
            of_old: vec![None; old.objects.len()],
            of_new: vec![None; new.objects.len()],
        };
        // Where several objects share a name, those that share the identifier too are partners; so the first round is
        // by identifier, among equals in record order.
        if by == MatchBy::Name {
            matches.round(old, new, |report, id| {
                let name = report.objects[id].name.clone();
                (report.objects[id].key.clone(), name)
            });
        }
        matches.round(old, new, |report, id| MatchKey::of(report, id, by));
        matches
    }

    fn round<K: std::hash::Hash + Eq>(
        &mut self,
        old: &DocumentReport,
        new: &DocumentReport,
        key: impl Fn(&DocumentReport, usize) -> K,
    ) {
        let mut waiting: HashMap<K, Vec<usize>> = HashMap::new();
        for id in (0..self.of_new.len())
            .rev()
            .filter(|id| self.of_new[*id].is_none())
        {
            waiting.entry(key(new, id)).or_default().push(id);
        }
        for id in 0..self.of_old.len() {
            if self.of_old[id].is_some() {
                continue;
            }
            if let Some(partner) = waiting.get_mut(&key(old, id)).and_then(Vec::pop) {
                self.of_old[id] = Some(partner);
                self.of_new[partner] = Some(id);
            }
        }
    }
}
