//! Finds the changed dependencies of objects that differ only in the hash over their closure.
//!
//! Invariant: the work is bounded. The result names closures that exceed the budget and weren't searched.

use std::collections::BTreeSet;

use crate::graph::{Graph, NodeId};
use crate::report::DocumentReport;

use super::matching::Matches;
use super::{ObjectRef, Status};

/// The most objects and edges that one comparison visits.
const WORK: u64 = 50_000_000;

/// The closures of two matched documents.
pub(super) struct Closures<'a> {
    reports: (&'a DocumentReport, &'a DocumentReport),
    matches: &'a Matches,
    walkers: (Walker<'a>, Walker<'a>),
}

/// What changed in an object's closure.
pub(super) enum ClosureChange {
    Nothing,
    /// Only ignored changes.
    Ignored,
    /// The search would exceed the budget.
    TooLarge,
    Objects(BTreeSet<(ObjectRef, Status)>),
}

impl<'a> Closures<'a> {
    pub(super) fn new(reports: (&'a DocumentReport, &'a DocumentReport), matches: &'a Matches) -> Self {
        Self {
            reports,
            matches,
            walkers: (Walker::new(&reports.0.graph), Walker::new(&reports.1.graph)),
        }
    }

    /// Compares the closures of an object of the old document and its partner. `statuses` and `by_rule` are those of the
    /// old document's objects.
    pub(super) fn changed(&mut self, id: usize, statuses: &[Status], by_rule: &[bool]) -> ClosureChange {
        let (old, new) = self.reports;
        let Some(partner) = self.matches.of_old[id] else {
            return ClosureChange::Nothing;
        };
        match (
            &old.objects[id].computed_hash,
            &new.objects[partner].computed_hash,
        ) {
            (Some(before), Some(after)) if before != after => {}
            _ => return ClosureChange::Nothing,
        }
        let members = (self.walkers.0.members(id), self.walkers.1.members(partner));
        let (Some(before), Some(after)) = members else {
            return ClosureChange::TooLarge;
        };
        // Hashes cover revisions. So changed content with an unchanged revision explains a hash only if nothing else does.
        let (mut moved, mut altered) = (BTreeSet::new(), BTreeSet::new());
        let mut ignored = false;
        let partners_of_after = after.iter().filter_map(|id| self.matches.of_new[*id]);
        for id in before.iter().copied().chain(partners_of_after) {
            ignored |= by_rule[id];
            let report = match self.matches.of_old[id] {
                Some(partner) => &new.objects[partner],
                None => &old.objects[id],
            };
            let list = match statuses[id] {
                Status::Unchanged => continue,
                Status::ContentWithoutRevision | Status::RewrittenByEngine => &mut altered,
                _ => &mut moved,
            };
            list.insert((ObjectRef::of(report), statuses[id]));
        }
        for id in after.into_iter().filter(|id| self.matches.of_new[*id].is_none()) {
            moved.insert((ObjectRef::of(&new.objects[id]), Status::Added));
        }
        if moved.is_empty() {
            moved = altered;
        }
        if moved.is_empty() && ignored {
            ClosureChange::Ignored
        } else {
            ClosureChange::Objects(moved)
        }
    }
}

/// Walks the closures of one document within a budget.
struct Walker<'g> {
    graph: &'g Graph,
    /// The cost of one walk at worst: every object and every edge.
    cost: u64,
    left: u64,
}

impl<'g> Walker<'g> {
    fn new(graph: &'g Graph) -> Self {
        let edges: usize = graph.nodes().iter().map(|node| node.dependencies.len()).sum();
        Self {
            graph,
            cost: (graph.nodes().len() + edges) as u64,
            left: WORK,
        }
    }

    /// The members of an object's closure without itself; `None` if the budget is spent.
    fn members(&mut self, id: NodeId) -> Option<Vec<NodeId>> {
        self.left = self.left.checked_sub(self.cost)?;
        let mut members = self.graph.closure(id);
        members.retain(|member| *member != id);
        Some(members)
    }
}
