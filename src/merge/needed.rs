//! Which objects a merge looks into, so that outlines of the others will do.
//!
//! Invariant: objects that may turn out to be one object, or two of one name, are all looked into, or else they are the same
//! to the byte; and those of which an engine has only one are looked into always.

use std::collections::{BTreeSet, HashMap};

use crate::object::{ObjectKey, SyncObject};
use crate::report::{DocumentReport, ObjectReport};

use super::entity::is_single;
use super::walk::name_space;

/// A document as it was outlined: the report, and what [`crate::report::Examined::outlines`] has.
pub type OutlinedDocument<'a> = (&'a DocumentReport, &'a [Option<SyncObject<'static>>]);

/// What makes one of two objects, or a conflict.
#[derive(PartialEq, Eq, Hash)]
enum Tie<'a> {
    Key(&'a ObjectKey),
    Uuid(u64, &'a str),
    /// Among algorithms, whatever their type.
    Name(Option<u64>, u64, &'a str),
}

/// Objects with a tie between them.
#[derive(Default)]
struct Tied {
    members: Vec<(usize, usize)>,
    /// Whether some of them are not the same to the byte, or have no outline.
    unlike: bool,
}

/// By document, the positions in its report of the objects that a merge of these documents looks into.
pub fn to_look_into(documents: &[OutlinedDocument<'_>]) -> Vec<BTreeSet<usize>> {
    let mut ties: HashMap<Tie<'_>, Tied> = HashMap::new();
    let object = |(source, at): (usize, usize)| &documents[source].0.objects[at];
    let mut wanted: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); documents.len()];
    for (source, (report, outlines)) in documents.iter().enumerate() {
        for (at, (found, outline)) in report.objects.iter().zip(*outlines).enumerate() {
            if is_single(found.key.type_number) {
                wanted[source].insert(at);
            }
            let uuid = &report.graph.nodes()[at].pair.object;
            for tie in ties_of(found, uuid) {
                let tied = ties.entry(tie).or_default();
                let first = tied.members.first().map(|first| object(*first));
                tied.unlike |= outline.is_none() || first.is_some_and(|first| !alike(first, found));
                tied.members.push((source, at));
            }
        }
    }
    for (source, at) in ties
        .into_values()
        .filter(|tied| tied.unlike)
        .flat_map(|tied| tied.members)
    {
        wanted[source].insert(at);
    }
    wanted
}

fn ties_of<'a>(object: &'a ObjectReport, uuid: &'a str) -> impl Iterator<Item = Tie<'a>> {
    let key = &object.key;
    let number = key.type_number;
    let uuid = (!uuid.is_empty()).then_some(Tie::Uuid(number, uuid));
    let name = object.name.as_deref().filter(|name| !name.is_empty());
    let space = name_space(key);
    let name = name.map(|name| Tie::Name(space, space.map_or(number, |_| 0), name));
    [Some(Tie::Key(key)), uuid, name].into_iter().flatten()
}

fn alike(one: &ObjectReport, other: &ObjectReport) -> bool {
    one.digest.is_some() && one.digest == other.digest
}
