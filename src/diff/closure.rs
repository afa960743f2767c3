//! Which dependency moved when only the hash over an object's closure differs.
//!
//! Invariant: bounded work. A closure is walked only while there is some left; after that it is said that the
//! dependency wasn't looked for.

use crate::graph::{Graph, NodeId};

/// Objects and edges looked at over a whole comparison.
const WORK: u64 = 50_000_000;

/// Walks the closures of one document within a budget.
pub(super) struct Walker<'g> {
    graph: &'g Graph,
    /// What a walk costs at worst: every object and every edge.
    cost: u64,
    left: u64,
}

impl<'g> Walker<'g> {
    pub(super) fn new(graph: &'g Graph) -> Self {
        let edges: usize = graph.nodes().iter().map(|node| node.dependencies.len()).sum();
        Self {
            graph,
            cost: (graph.nodes().len() + edges) as u64,
            left: WORK,
        }
    }

    /// The members of an object's closure but itself; `None` when the budget is spent.
    pub(super) fn members(&mut self, id: NodeId) -> Option<Vec<NodeId>> {
        self.left = self.left.checked_sub(self.cost)?;
        let mut members = self.graph.closure(id);
        members.retain(|member| *member != id);
        Some(members)
    }
}
