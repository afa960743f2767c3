//! Which dependency moved when only the hash over an object's closure differs.
//!
//! Invariant: bounded work. A closure is walked only while there is some left; after that it is said that the
//! dependency wasn't looked for.

use crate::graph::Graph;
use crate::graph::NodeId;

/// Objects visited over a whole comparison.
const WORK: u64 = 20_000_000;

/// Walks closures within a budget.
pub(super) struct Walker {
    left: u64,
}

impl Walker {
    pub(super) fn new() -> Self {
        Self { left: WORK }
    }

    /// The members of an object's closure but itself; `None` when the budget is spent.
    pub(super) fn members(&mut self, graph: &Graph, id: NodeId) -> Option<Vec<NodeId>> {
        // A walk clears one mark per object of the document.
        let cost = graph.nodes().len() as u64;
        self.left = self.left.checked_sub(cost)?;
        let mut members = graph.closure(id);
        members.retain(|member| *member != id);
        Some(members)
    }
}
