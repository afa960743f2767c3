//! The revision hash: a fingerprint of an object and everything it depends on.
//!
//! ```text
//! closure(o)      = o and everything reachable over direct dependencies, each once
//! revisionHash(o) = lower-hex SHA-1 of the sorted strings (UUID A + UUID B), one per member of closure(o), joined
//! ```
//! It covers UUIDs only, never content. For every object of every real document tested it equals the hash in the
//! metadata, which binds the list to the blob without a key.

use sha1::{Digest, Sha1};

use crate::graph::{Graph, NodeId};
use crate::object::RevisionPair;

/// Closure members visited in one document before hashing stops. Real documents need a few thousand; a hostile chain
/// needs the square of its length.
pub const DEFAULT_WORK: u64 = 200_000_000;

/// The hash over the members of a closure, in any order.
pub fn of_pairs<'a>(pairs: impl IntoIterator<Item = &'a RevisionPair>) -> String {
    let mut texts: Vec<(&str, &str)> = pairs
        .into_iter()
        .map(|pair| (pair.object.as_str(), pair.save.as_str()))
        .collect();
    sort_as_joined(&mut texts);
    let mut sha1 = Sha1::new();
    for (object, save) in texts {
        sha1.update(object);
        sha1.update(save);
    }
    hex::encode(sha1.finalize())
}

/// Sorts by the joined text. For UUIDs that is the order of the tuples; hostile texts of other lengths differ.
fn sort_as_joined(texts: &mut [(&str, &str)]) {
    texts.sort_unstable_by(|a, b| a.0.bytes().chain(a.1.bytes()).cmp(b.0.bytes().chain(b.1.bytes())));
}

/// The revision hash of one object.
pub fn of_node(graph: &Graph, id: NodeId) -> String {
    of_pairs(
        graph
            .closure(id)
            .into_iter()
            .map(|member| &graph.nodes()[member].pair),
    )
}

/// The revision hashes of all objects in record order. `None` once `work` closure members were visited.
pub fn of_all(graph: &Graph, work: u64) -> Vec<Option<String>> {
    // Pairs are compared often and never change: rank them once, then sort numbers.
    let ranks = ranks(graph);
    let mut left = work;
    let mut visited = Visited::new(graph.nodes().len());
    (0..graph.nodes().len())
        .map(|id| {
            let mut closure = visited.closure(graph, id, &mut left)?;
            closure.sort_unstable_by_key(|member| ranks[*member]);
            let mut sha1 = Sha1::new();
            for member in closure {
                let pair = &graph.nodes()[member].pair;
                sha1.update(&pair.object);
                sha1.update(&pair.save);
            }
            Some(hex::encode(sha1.finalize()))
        })
        .collect()
}

fn ranks(graph: &Graph) -> Vec<usize> {
    let joined: Vec<String> = graph
        .nodes()
        .iter()
        .map(|node| format!("{}{}", node.pair.object, node.pair.save))
        .collect();
    let mut order: Vec<NodeId> = (0..joined.len()).collect();
    order.sort_unstable_by(|a, b| joined[*a].cmp(&joined[*b]));
    let mut ranks = vec![0; joined.len()];
    for (rank, id) in order.into_iter().enumerate() {
        ranks[id] = rank;
    }
    ranks
}

/// Walks many closures without clearing a set each time.
struct Visited {
    stamps: Vec<usize>,
    stamp: usize,
}

impl Visited {
    fn new(size: usize) -> Self {
        Self {
            stamps: vec![0; size],
            stamp: 0,
        }
    }

    fn closure(&mut self, graph: &Graph, start: NodeId, left: &mut u64) -> Option<Vec<NodeId>> {
        self.stamp += 1;
        let mut members = vec![start];
        self.stamps[start] = self.stamp;
        let mut next = 0;
        while let Some(&id) = members.get(next) {
            next += 1;
            let dependencies = &graph.nodes()[id].dependencies;
            *left = left.checked_sub(1 + dependencies.len() as u64)?;
            for &dependency in dependencies {
                if std::mem::replace(&mut self.stamps[dependency], self.stamp) != self.stamp {
                    members.push(dependency);
                }
            }
        }
        Some(members)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identifier::Identifier;
    use crate::object::{ObjectKey, Revision, SyncObject};

    fn pair(a: &str, b: &str) -> RevisionPair {
        RevisionPair {
            object: a.into(),
            save: b.into(),
        }
    }

    #[test]
    fn known_answer_computed_with_sha1sum() {
        // printf '%s' 'ab' 'cd' | sha1sum
        assert_eq!(
            of_pairs([&pair("c", "d"), &pair("a", "b")]),
            "81fe8bfe87576c3ecb22426f8e57847382917acf"
        );
    }

    #[test]
    fn hashing_stops_at_its_work_limit() {
        let key = |n| ObjectKey::new(20, Identifier::Integer(n));
        let objects: Vec<_> = (0..100)
            .map(|n| {
                let deps = if n > 0 { vec![key(n - 1)] } else { vec![] };
                SyncObject::build(&key(n), &deps, &Revision::default(), "EmptyData", &[]).unwrap()
            })
            .collect();
        let hashes = of_all(&Graph::of(&objects), 50);
        assert!(hashes[0].is_some() && hashes[99].is_none());
    }

    proptest! {
        #[test]
        fn order_of_members_does_not_matter(
            mut pairs in prop::collection::vec(("[a-c]{0,3}", "[a-c]{0,3}"), 0..8), seed in any::<u64>()
        ) {
            let build = |pairs: &[(String, String)]| {
                let pairs: Vec<_> = pairs.iter().map(|(a, b)| pair(a, b)).collect();
                of_pairs(&pairs)
            };
            let before = build(&pairs);
            let turn = if pairs.is_empty() { 0 } else { (seed as usize) % pairs.len() };
            pairs.rotate_left(turn);
            prop_assert_eq!(build(&pairs), before);
        }

        #[test]
        fn all_hashes_equal_those_taken_one_by_one(
            edges in prop::collection::vec(prop::collection::vec(0_i64..12, 0..4), 1..12)
        ) {
            let key = |n| ObjectKey::new(20, Identifier::Integer(n));
            let objects: Vec<_> = edges.iter().enumerate().map(|(n, deps)| {
                let revision = Revision {
                    pair: pair(&format!("{:036}", n * 7 % 5), &format!("{n:036}")), ..Revision::default()
                };
                let deps: Vec<_> = deps.iter().map(|d| key(*d)).collect();
                SyncObject::build(&key(n as i64), &deps, &revision, "EmptyData", &[]).unwrap()
            }).collect();
            let graph = Graph::of(&objects);
            for (id, hash) in of_all(&graph, DEFAULT_WORK).into_iter().enumerate() {
                prop_assert_eq!(hash, Some(of_node(&graph, id)));
            }
        }
    }
}
