//! The table of observed objects.
//!
//! Invariant: two different values of one thing are an error. Bundles (`ENVIRONMENT`, `GLOBAL_OBJECT`) are exempt, because
//! their members change without a save: two revisions of a bundle make its revision unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, StateError};
use crate::identifier::Identifier;
use crate::import_plan::{Location, TargetRevision};
use crate::object::{ObjectKey, RevisionPair};
use crate::revision_hash;

/// Type and identifier of an object.
pub(super) type ObjectId = (String, Identifier);

/// Another object in the same environment: its possible types, and its number.
pub(super) type Parent = (Vec<&'static str>, i64);

/// A value with the first source that shows it.
pub(super) type Sourced<T> = Option<(T, Source)>;

/// What one source shows of one object.
#[derive(Debug, Default)]
pub(super) struct Observation {
    pub(super) name: Option<String>,
    /// The source shows that the object has no name.
    pub(super) nameless: bool,
    pub(super) location: Option<Location>,
    pub(super) parent: Option<Parent>,
    pub(super) pair: Option<RevisionPair>,
    /// The revision hash that the engine lists.
    pub(super) listed_hash: Option<String>,
    /// The revision hash computed from the pair, if the source shows all that it covers.
    pub(super) own_hash: Option<String>,
    /// Its direct dependencies, if the source shows them.
    pub(super) dependencies: Option<BTreeSet<ObjectKey>>,
}

/// All that is known of one object.
#[derive(Debug, Default)]
pub(super) struct KnownObject {
    /// The first source that shows the object.
    pub(super) source: Source,
    pub(super) name: Sourced<String>,
    pub(super) nameless: bool,
    pub(super) location: Sourced<Location>,
    parent: Sourced<Parent>,
    pub(super) pair: Sourced<RevisionPair>,
    listed_hash: Sourced<String>,
    /// Several if an engine's upgrade added dependencies without a save.
    own_hashes: BTreeSet<String>,
    /// Several for the same reason.
    pub(super) dependencies: BTreeSet<BTreeSet<ObjectKey>>,
    /// A bundle of which the sources show several revisions.
    mixed: bool,
}

/// All observed objects.
#[derive(Debug, Default)]
pub(super) struct Objects(pub(super) BTreeMap<ObjectId, KnownObject>);

impl Objects {
    pub(super) fn add(
        &mut self,
        id: &ObjectId,
        seen: Observation,
        source: &Source,
    ) -> Result<(), StateError> {
        let known = self.0.entry(id.clone()).or_insert_with(|| KnownObject {
            source: Source::clone(source),
            ..KnownObject::default()
        });
        let name = seen.name.filter(|name| !name.is_empty());
        known.nameless |= seen.nameless;
        known.dependencies.extend(seen.dependencies);
        known.own_hashes.extend(seen.own_hash);
        agree(&mut known.name, name, source, "the name of", id)?;
        agree(&mut known.location, seen.location, source, ENVIRONMENT_OF, id)?;
        agree(&mut known.parent, seen.parent, source, ENVIRONMENT_OF, id)?;
        let revision = agree(&mut known.pair, seen.pair, source, REVISION_OF, id)
            .and_then(|()| agree(&mut known.listed_hash, seen.listed_hash, source, REVISION_OF, id));
        if is_bundle(id) {
            known.mixed |= revision.is_err();
            return Ok(());
        }
        revision
    }

    /// Locates the objects that live where their parents do.
    pub(super) fn locate(&mut self) -> Result<(), StateError> {
        let located = |(id, known): (&ObjectId, &KnownObject)| {
            let (_, source) = known.parent.as_ref()?;
            Some((id.clone(), self.location(known)?, Source::clone(source)))
        };
        let located: Vec<_> = self.0.iter().filter_map(located).collect();
        for (id, location, source) in located {
            let seen = Observation {
                location: Some(location),
                ..Observation::default()
            };
            self.add(&id, seen, &source)?;
        }
        Ok(())
    }

    /// The environment that an object lives in.
    pub(super) fn environment(&self, id: &ObjectId) -> Option<i64> {
        match self.0.get(id)?.location {
            Some((Location::Environment(id), _)) => Some(id),
            _ => None,
        }
    }

    /// The location at the end of the parents. A job has two: its ruleset and that one's connector.
    fn location<'a>(&'a self, mut known: &'a KnownObject) -> Option<Location> {
        for _ in 0..2 {
            let Some(((types, id), _)) = &known.parent else {
                break;
            };
            let parent = |name: &&str| self.0.get(&((*name).to_owned(), Identifier::Integer(*id)));
            let mut parents = types.iter().filter_map(parent);
            known = match (parents.next(), parents.next()) {
                (Some(only), None) => only,
                _ => return None,
            };
        }
        known.location.as_ref().map(|(location, _)| *location)
    }
}

impl KnownObject {
    /// The saved state. The pair of a reference may be older than what the engine lists.
    pub(super) fn revision(&self, id: &ObjectId) -> Result<TargetRevision, StateError> {
        let (pair, document, listed, list) = match (&self.pair, &self.listed_hash) {
            _ if self.mixed => return Ok(TargetRevision::Unknown),
            (None, None) => return Ok(TargetRevision::Unknown),
            (None, Some((listed, _))) => return Ok(TargetRevision::Hash(listed.clone())),
            (Some((pair, _)), None) => return Ok(TargetRevision::Pair(pair.clone())),
            (Some((pair, document)), Some((listed, list))) => (pair, document, listed, list),
        };
        if self.own_hashes.contains(listed) || revision_hash::of_pairs([pair]) == *listed {
            Ok(TargetRevision::Pair(pair.clone()))
        } else if self.own_hashes.is_empty() {
            Ok(TargetRevision::Hash(listed.clone()))
        } else if is_bundle(id) {
            Ok(TargetRevision::Unknown)
        } else {
            Err(contradiction(document, list, REVISION_OF, id))
        }
    }
}

const ENVIRONMENT_OF: &str = "the environment of";
const REVISION_OF: &str = "the revision of";

fn is_bundle((type_name, _): &ObjectId) -> bool {
    matches!(&**type_name, "ENVIRONMENT" | "GLOBAL_OBJECT")
}

pub(super) fn contradiction(
    first: &Source,
    second: &Source,
    what: &str,
    (name, id): &ObjectId,
) -> StateError {
    StateError::Contradiction {
        first: first.to_string(),
        second: second.to_string(),
        what: format!("{what} {name} {id}"),
    }
}

/// Keeps the first value and refuses a different one.
pub(super) fn agree<T: PartialEq>(
    known: &mut Sourced<T>,
    value: Option<T>,
    source: &Source,
    what: &str,
    object: &ObjectId,
) -> Result<(), StateError> {
    let Some(value) = value else { return Ok(()) };
    match known {
        Some((first, from)) if *first != value => Err(contradiction(from, source, what, object)),
        Some(_) => Ok(()),
        None => {
            *known = Some((value, Source::clone(source)));
            Ok(())
        }
    }
}
