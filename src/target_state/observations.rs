//! What the sources show of single objects, and what they agree on.
//!
//! Invariant: two different values of one thing are an error.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, StateError};
use crate::identifier::Identifier;
use crate::import_plan::{Location, Purpose, TargetRevision};
use crate::object::{ObjectKey, RevisionPair, SyncObject};
use crate::revision_hash;

/// Type and identifier of an object.
pub(super) type ObjectId = (String, Identifier);

/// All observations, by object.
pub(super) type Observations = BTreeMap<ObjectId, Vec<Observation>>;

/// What one source shows of one object.
#[derive(Debug)]
pub(super) struct Observation {
    pub(super) object: ObjectId,
    pub(super) source: Source,
    /// Empty if the source shows that the object has no name.
    pub(super) name: Option<String>,
    pub(super) location: Option<Location>,
    /// Another object in the same environment: its possible types, and its number.
    pub(super) parent: Option<(Vec<&'static str>, i64)>,
    /// Environments have this and the next one.
    pub(super) purpose: Option<Purpose>,
    pub(super) application: Option<i64>,
    pub(super) pair: Option<RevisionPair>,
    /// The revision hash that the engine lists.
    pub(super) listed_hash: Option<String>,
    /// The revision hash computed from the pair, if the source shows all that it covers.
    pub(super) own_hash: Option<String>,
    /// Its direct dependencies, if the source shows them.
    pub(super) dependencies: Option<BTreeSet<ObjectKey>>,
}

impl Observation {
    pub(super) fn of(type_name: &str, id: Identifier, source: &Source) -> Self {
        Self {
            object: (type_name.to_owned(), id),
            source: Source::clone(source),
            name: None,
            location: None,
            parent: None,
            purpose: None,
            application: None,
            pair: None,
            listed_hash: None,
            own_hash: None,
            dependencies: None,
        }
    }

    /// The saved state of an object.
    pub(super) fn of_saved(type_name: &str, object: &SyncObject<'_>, source: &Source) -> Self {
        // The members of a bundle change without a save.
        let has_dependencies = type_name != "ENVIRONMENT";
        Self {
            pair: Some(object.revision().pair.clone()),
            dependencies: has_dependencies.then(|| object.dependencies().iter().cloned().collect()),
            ..Self::of(type_name, object.key().identifier.clone(), source)
        }
    }
}

/// The first of the values.
pub(super) fn first<'a, T>(
    seen: &'a [Observation],
    value: impl Fn(&'a Observation) -> Option<T>,
) -> Option<T> {
    seen.iter().find_map(value)
}

/// The value that all observations of an object agree on; `what` names it in the error.
pub(super) fn agreed<'a, T: PartialEq>(
    seen: &'a [Observation],
    what: &str,
    value: impl Fn(&'a Observation) -> Option<&'a T>,
) -> Result<Option<&'a T>, StateError> {
    let mut values = seen.iter().filter_map(|one| Some((value(one)?, &one.source)));
    let Some((agreed, source)) = values.next() else {
        return Ok(None);
    };
    match values.find(|(other, _)| *other != agreed) {
        Some((_, other)) => Err(contradiction(source, other, what, &seen[0].object)),
        None => Ok(Some(agreed)),
    }
}

/// The saved state. The pair of a reference may be older than what the engine lists.
pub(super) fn revision(seen: &[Observation]) -> Result<TargetRevision, StateError> {
    let what = "the revision of";
    let pair = agreed(seen, what, |one| one.pair.as_ref())?;
    let listed = agreed(seen, what, |one| one.listed_hash.as_ref())?;
    let (Some(pair), Some(listed)) = (pair, listed) else {
        let pair = pair.cloned().map(TargetRevision::Pair);
        let known = pair.or_else(|| listed.cloned().map(TargetRevision::Hash));
        return Ok(known.unwrap_or(TargetRevision::Unknown));
    };
    let mut own = seen.iter().filter_map(|one| one.own_hash.as_ref()).peekable();
    let is_unexplained = own.peek().is_none();
    if own.any(|own| own == listed) || revision_hash::of_pairs([pair]) == *listed {
        return Ok(TargetRevision::Pair(pair.clone()));
    }
    let document = seen.iter().find(|one| one.pair.is_some());
    let list = seen.iter().find(|one| one.listed_hash.is_some());
    match (document, list) {
        (Some(document), Some(list)) if !is_unexplained => {
            Err(contradiction(&document.source, &list.source, what, &list.object))
        }
        _ => Ok(TargetRevision::Hash(listed.clone())),
    }
}

/// Locates the objects that live where their parents do.
pub(super) fn locate(objects: &mut Observations) -> Result<(), StateError> {
    let mut located = Vec::new();
    for seen in objects.values() {
        agreed(seen, "the environment of", |one| one.parent.as_ref())?;
        let child = seen.iter().find(|one| one.parent.is_some());
        located.extend(child.map(|child| Observation {
            location: end_of_parents(objects, seen),
            ..Observation::of(&child.object.0, child.object.1.clone(), &child.source)
        }));
    }
    for seen in located {
        objects.entry(seen.object.clone()).or_default().push(seen);
    }
    Ok(())
}

/// The location at the end of the parents. A job has two: its ruleset and that one's connector.
fn end_of_parents<'a>(objects: &'a Observations, mut seen: &'a [Observation]) -> Option<Location> {
    for _ in 0..2 {
        let Some((types, id)) = first(seen, |one| one.parent.as_ref()) else {
            break;
        };
        let parent = |name: &&str| objects.get(&((*name).to_owned(), Identifier::Integer(*id)));
        let mut parents = types.iter().filter_map(parent);
        seen = match (parents.next(), parents.next()) {
            (Some(only), None) => only,
            _ => return None,
        };
    }
    first(seen, |one| one.location)
}

pub(super) fn contradiction(
    first: &Source,
    second: &Source,
    what: &str,
    (type_name, id): &ObjectId,
) -> StateError {
    StateError::Contradiction {
        first: first.to_string(),
        second: second.to_string(),
        what: format!("{what} {type_name} {id}"),
    }
}
