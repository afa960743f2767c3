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

/// A value with the first source that shows it.
type Sourced<'a, T> = Option<(&'a T, &'a Source)>;

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
) -> Result<Sourced<'a, T>, StateError> {
    let mut agreed: Sourced<'a, T> = None;
    for one in seen {
        match (agreed, value(one)) {
            (Some((first, source)), Some(other)) if first != other => {
                return Err(contradiction(source, &one.source, what, &one.object));
            }
            (None, Some(value)) => agreed = Some((value, &one.source)),
            _ => {}
        }
    }
    Ok(agreed)
}

/// The saved state. The pair of a reference may be older than what the engine lists.
pub(super) fn revision(seen: &[Observation]) -> Result<TargetRevision, StateError> {
    const WHAT: &str = "the revision of";
    let pair = agreed(seen, WHAT, |one| one.pair.as_ref())?;
    let listed = agreed(seen, WHAT, |one| one.listed_hash.as_ref())?;
    let own = |one: &Observation| one.own_hash.clone();
    match (pair, listed) {
        (None, None) => Ok(TargetRevision::Unknown),
        (None, Some((listed, _))) => Ok(TargetRevision::Hash(listed.clone())),
        (Some((pair, document)), Some((listed, list)))
            if !seen.iter().filter_map(own).any(|own| own == *listed)
                && revision_hash::of_pairs([pair]) != *listed =>
        {
            match seen.iter().find(|one| one.own_hash.is_some()) {
                Some(one) => Err(contradiction(document, list, WHAT, &one.object)),
                None => Ok(TargetRevision::Hash(listed.clone())),
            }
        }
        (Some((pair, _)), _) => Ok(TargetRevision::Pair(pair.clone())),
    }
}

/// Locates the objects that live where their parents do.
pub(super) fn locate(objects: &mut Observations) -> Result<(), StateError> {
    let mut located = Vec::new();
    for (id, seen) in &*objects {
        if let Some((_, source)) = agreed(seen, "the environment of", |one| one.parent.as_ref())? {
            let location = end_of_parents(objects, seen);
            located.push(Observation {
                location,
                ..Observation::of(&id.0, id.1.clone(), source)
            });
        }
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
