//! The dependency graph of a document's objects.
//! Invariants: a graph has keys, edges and revision pairs only, so its size does not depend on the objects' data.
//! Walks are iterative, so hostile depth cannot overflow the stack.

use std::collections::{HashMap, VecDeque};

use crate::object::{ObjectKey, RevisionPair, SyncObject};

/// Position of an object in a graph, in record order.
pub type NodeId = usize;

/// One object: its key, its saved state, its dependencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Type and identifier.
    pub key: ObjectKey,
    /// The revision's two UUIDs.
    pub pair: RevisionPair,
    /// Direct dependencies within the document, each once, in listed order.
    pub dependencies: Vec<NodeId>,
    /// Direct dependencies that the document lacks, each once.
    pub missing: Vec<ObjectKey>,
}

/// Collects objects in record order.
#[derive(Debug, Default)]
pub struct GraphBuilder {
    entries: Vec<(ObjectKey, RevisionPair, Vec<ObjectKey>)>,
}

impl GraphBuilder {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an object.
    pub fn add(&mut self, object: &SyncObject<'_>) -> NodeId {
        let pair = object.revision().pair.clone();
        self.add_node(object.key().clone(), pair, object.dependencies().to_vec())
    }

    /// Adds an object by its parts. Dependencies may repeat.
    pub(crate) fn add_node(
        &mut self,
        key: ObjectKey,
        pair: RevisionPair,
        mut dependencies: Vec<ObjectKey>,
    ) -> NodeId {
        dedup_keeping_order(&mut dependencies);
        self.entries.push((key, pair, dependencies));
        self.entries.len() - 1
    }

    /// Resolves the edges. Of two objects with one key, the first counts.
    pub fn finish(self) -> Graph {
        let mut index = HashMap::with_capacity(self.entries.len());
        for (id, (key, _, _)) in self.entries.iter().enumerate() {
            index.entry(key.clone()).or_insert(id);
        }
        let nodes = self
            .entries
            .into_iter()
            .map(|(key, pair, listed)| {
                let (mut dependencies, mut missing) = (Vec::new(), Vec::new());
                for dependency in listed {
                    match index.get(&dependency) {
                        Some(id) => dependencies.push(*id),
                        None => missing.push(dependency),
                    }
                }
                Node {
                    key,
                    pair,
                    dependencies,
                    missing,
                }
            })
            .collect();
        Graph { nodes, index }
    }
}

fn dedup_keeping_order(keys: &mut Vec<ObjectKey>) {
    let mut seen = std::collections::HashSet::with_capacity(keys.len());
    keys.retain(|key| seen.insert(key.clone()));
}

/// A resolved dependency graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    nodes: Vec<Node>,
    index: HashMap<ObjectKey, NodeId>,
}

impl Graph {
    /// The graph of these objects.
    pub fn of<'a>(objects: impl IntoIterator<Item = &'a SyncObject<'a>>) -> Self {
        let mut builder = GraphBuilder::new();
        for object in objects {
            builder.add(object);
        }
        builder.finish()
    }

    /// All objects in record order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The object with a key.
    pub fn find(&self, key: &ObjectKey) -> Option<NodeId> {
        self.index.get(key).copied()
    }

    /// An object and all its dependencies, breadth-first, each once.
    pub fn closure(&self, start: NodeId) -> Vec<NodeId> {
        self.breadth_first([start])
    }

    /// Everything reachable from `roots`, breadth-first over the dependency lists: the engines' record order.
    pub fn breadth_first(&self, roots: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        let mut seen = vec![false; self.nodes.len()];
        let (mut order, mut queue) = (Vec::new(), VecDeque::new());
        for root in roots {
            if !std::mem::replace(&mut seen[root], true) {
                queue.push_back(root);
            }
        }
        while let Some(id) = queue.pop_front() {
            order.push(id);
            for &next in &self.nodes[id].dependencies {
                if !std::mem::replace(&mut seen[next], true) {
                    queue.push_back(next);
                }
            }
        }
        order
    }

    /// The objects with dependencies before dependents, otherwise in record order.
    ///
    /// # Errors
    /// The objects of a cycle: each depends on the next, the last on the first.
    pub fn import_order(&self) -> Result<Vec<NodeId>, Vec<NodeId>> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        let mut marks = vec![Mark::New; self.nodes.len()];
        let mut order = Vec::with_capacity(self.nodes.len());
        for root in 0..self.nodes.len() {
            if marks[root] != Mark::New {
                continue;
            }
            marks[root] = Mark::Open;
            let mut path = vec![(root, 0)];
            while let Some((id, next)) = path.last_mut() {
                let id = *id;
                let Some(&dependency) = self.nodes[id].dependencies.get(*next) else {
                    marks[id] = Mark::Done;
                    order.push(id);
                    path.pop();
                    continue;
                };
                *next += 1;
                match marks[dependency] {
                    Mark::Done => {}
                    Mark::New => {
                        marks[dependency] = Mark::Open;
                        path.push((dependency, 0));
                    }
                    Mark::Open => {
                        return Err(path
                            .iter()
                            .map(|(id, _)| *id)
                            .skip_while(|id| *id != dependency)
                            .collect());
                    }
                }
            }
        }
        Ok(order)
    }

    /// Objects that are unreachable from `roots`.
    pub fn orphans(&self, roots: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        let mut reached = vec![false; self.nodes.len()];
        for id in self.breadth_first(roots) {
            reached[id] = true;
        }
        (0..self.nodes.len()).filter(|id| !reached[*id]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::Identifier;
    use crate::object::Revision;

    fn key(n: i64) -> ObjectKey {
        ObjectKey::new(20, Identifier::Integer(n))
    }

    fn graph(edges: &[(i64, &[i64])]) -> Graph {
        let objects: Vec<_> = edges
            .iter()
            .map(|(n, deps)| {
                let deps: Vec<_> = deps.iter().map(|d| key(*d)).collect();
                SyncObject::build(&key(*n), &deps, &Revision::default(), "EmptyData", &[]).unwrap()
            })
            .collect();
        Graph::of(&objects)
    }

    #[test]
    fn breadth_first_takes_the_first_visit() {
        let g = graph(&[(0, &[2, 1]), (1, &[3]), (2, &[3, 2]), (3, &[])]);
        assert_eq!(g.closure(0), [0, 2, 1, 3]);
    }

    #[test]
    fn import_order_puts_dependencies_first() {
        let g = graph(&[(0, &[1, 2]), (1, &[2]), (2, &[]), (3, &[])]);
        assert_eq!(g.import_order(), Ok(vec![2, 1, 0, 3]));
    }

    #[test]
    fn a_cycle_is_returned_in_dependency_order() {
        let g = graph(&[(0, &[1]), (1, &[2]), (2, &[3]), (3, &[1])]);
        assert_eq!(g.import_order(), Err(vec![1, 2, 3]));
        assert_eq!(graph(&[(0, &[0])]).import_order(), Err(vec![0]));
    }

    #[test]
    fn missing_dependencies_and_orphans_are_named() {
        let g = graph(&[(0, &[1, 9, 9]), (1, &[]), (2, &[])]);
        assert_eq!(g.nodes()[0].missing, [key(9)]);
        assert_eq!(g.orphans([0]), [2]);
    }

    #[test]
    fn long_chain_is_walked_without_recursion() {
        let n = 10_000;
        let objects: Vec<_> = (0..n)
            .map(|i| {
                let deps = if i + 1 < n { vec![key(i + 1)] } else { vec![] };
                SyncObject::build(&key(i), &deps, &Revision::default(), "EmptyData", &[]).unwrap()
            })
            .collect();
        let walk = move || {
            let g = Graph::of(&objects);
            assert_eq!(g.import_order().unwrap()[0], 9_999);
            assert_eq!(g.closure(0).len(), 10_000);
        };
        // 13 bytes of stack per object: too small for any recursion.
        let small_stack = std::thread::Builder::new().stack_size(128 << 10);
        small_stack.spawn(walk).unwrap().join().unwrap();
    }
}
