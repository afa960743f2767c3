//! What the sources show of each object, combined.
//!
//! Invariant: all sources are one snapshot of the target. Two different values of one thing are an error that names both
//! sources and the object. Bundles (`ENVIRONMENT`, `GLOBAL_OBJECT`) are exempt, because their members change without a
//! save: two revisions of a bundle make its revision unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::ObjectId;
use super::{Disagreement, Source, StateError};
use crate::import_plan::Location;
use crate::object::{ObjectKey, RevisionPair};

/// What one source shows of one object.
#[derive(Debug)]
pub(super) struct Observation {
    pub(super) object: ObjectId,
    pub(super) name: Option<String>,
    /// The source shows that the object has no name.
    pub(super) nameless: bool,
    pub(super) location: Option<Location>,
    pub(super) pair: Option<RevisionPair>,
    /// Its direct dependencies, if the source shows them.
    pub(super) dependencies: Option<BTreeSet<ObjectKey>>,
    /// The revision hash that the engine lists.
    pub(super) listed_hash: Option<String>,
    /// The revision hash computed from the pair, if the source shows all that it covers.
    pub(super) own_hash: Option<String>,
}

impl Observation {
    /// An object of which only the identifier is known.
    pub(super) fn of(object: ObjectId) -> Self {
        Self {
            object,
            name: None,
            nameless: false,
            location: None,
            pair: None,
            dependencies: None,
            listed_hash: None,
            own_hash: None,
        }
    }

    /// Sets the name, as a source shows it that shows the name of every object that has one.
    pub(super) fn named(mut self, name: Option<String>) -> Self {
        self.name = name.filter(|name| !name.is_empty());
        self.nameless = self.name.is_none();
        self
    }
}

/// A value with the first source that shows it.
pub(super) type Sourced<T> = Option<(T, Source)>;

/// All that is known of one object.
#[derive(Debug, Default)]
pub(super) struct KnownObject {
    pub(super) name: Sourced<String>,
    pub(super) nameless: bool,
    pub(super) location: Sourced<Location>,
    pub(super) pair: Sourced<RevisionPair>,
    pub(super) listed_hash: Sourced<String>,
    /// Several if an engine's upgrade added dependencies without a save.
    pub(super) dependencies: BTreeSet<BTreeSet<ObjectKey>>,
    /// Several for the same reason.
    pub(super) own_hashes: BTreeSet<String>,
    /// The first source that shows the object.
    pub(super) source: Option<Source>,
    /// A bundle of which the sources show several revisions.
    pub(super) mixed: bool,
}

impl Disagreement {
    pub(super) fn between(self, first: &Source, second: &Source, object: &ObjectId) -> StateError {
        StateError::Contradiction {
            first: first.to_string(),
            second: second.to_string(),
            about: self,
            object: format!("{} {}", object.0, object.1),
        }
    }

    /// Keeps the first value and refuses a different one.
    pub(super) fn check<T: PartialEq>(
        self,
        known: &mut Sourced<T>,
        value: Option<T>,
        source: &Source,
        object: &ObjectId,
    ) -> Result<(), StateError> {
        match (&*known, value) {
            (Some((first, from)), Some(value)) if *first != value => Err(self.between(from, source, object)),
            (None, Some(value)) => {
                *known = Some((value, Source::clone(source)));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// All known objects.
#[derive(Debug, Default)]
pub(super) struct Snapshot(BTreeMap<ObjectId, KnownObject>);

impl Snapshot {
    pub(super) fn add(&mut self, seen: Observation, source: &Source) -> Result<(), StateError> {
        let object = seen.object;
        let known = self.0.entry(object.clone()).or_default();
        known.source.get_or_insert_with(|| Source::clone(source));
        known.nameless |= seen.nameless;
        Disagreement::Name.check(&mut known.name, seen.name, source, &object)?;
        Disagreement::Home.check(&mut known.location, seen.location, source, &object)?;
        let revision = Disagreement::Revision
            .check(&mut known.pair, seen.pair, source, &object)
            .and_then(|()| {
                Disagreement::Revision.check(&mut known.listed_hash, seen.listed_hash, source, &object)
            });
        known.dependencies.extend(seen.dependencies);
        known.own_hashes.extend(seen.own_hash);
        if is_bundle(&object) {
            known.mixed |= revision.is_err();
            return Ok(());
        }
        revision
    }

    /// Returns all objects, once every listed hash agrees with the computed ones.
    pub(super) fn finish(mut self) -> Result<BTreeMap<ObjectId, KnownObject>, StateError> {
        for (object, known) in &mut self.0 {
            let (Some((listed, list)), Some((_, document))) = (&known.listed_hash, &known.pair) else {
                continue;
            };
            if known.own_hashes.is_empty() || known.own_hashes.contains(listed) {
                continue;
            }
            if !is_bundle(object) {
                return Err(Disagreement::Revision.between(document, list, object));
            }
            known.mixed = true;
        }
        Ok(self.0)
    }
}

fn is_bundle((type_name, _): &ObjectId) -> bool {
    matches!(&**type_name, "ENVIRONMENT" | "GLOBAL_OBJECT")
}
