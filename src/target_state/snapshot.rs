//! What the sources say of objects, put together object by object.
//!
//! Invariant: all sources are one snapshot of one target, so each thing has one value. The first source that gives another
//! one is an error, which names both sources and the object. Two things are no error, and then nothing is known: the
//! revision of a bundle, whose members come and go without a save, and whether there is an object that another source
//! lacks although it shows everything of its kind, since not every object can be synced.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::{Coverage, ObjectId};
use super::{Source, StateError};
use crate::import_plan::Location;
use crate::object::{ObjectKey, RevisionPair};

/// What is known of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Naming {
    /// Nothing.
    Unknown,
    /// The object has none.
    Nameless,
    /// This.
    Named(String),
}

impl Naming {
    /// Of a source that shows a name where there is one.
    pub(super) fn of(name: Option<String>) -> Self {
        name.filter(|name| !name.is_empty())
            .map_or(Self::Nameless, Self::Named)
    }
}

/// What one source says of one object.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) object: ObjectId,
    pub(super) name: Naming,
    pub(super) place: Option<Location>,
    pub(super) pair: Option<RevisionPair>,
    /// What it depends on directly, where its message is at hand.
    pub(super) dependencies: Option<BTreeSet<ObjectKey>>,
    /// The hash that an engine lists.
    pub(super) hash: Option<String>,
    /// The hash that goes with the pair, where everything that it covers is at hand.
    pub(super) own_hash: Option<String>,
}

/// A value, and the source that said it first.
pub(super) type Said<T> = Option<(T, Source)>;

/// All that is said of one object.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) name: Said<String>,
    /// Whether a source shows that there is no name.
    pub(super) nameless: bool,
    pub(super) place: Said<Location>,
    pub(super) pair: Said<RevisionPair>,
    /// Several only where an engine's upgrade added some without a save.
    pub(super) dependencies: BTreeSet<BTreeSet<ObjectKey>>,
    pub(super) hash: Said<String>,
    /// Several only where an engine's upgrade added dependencies without a save.
    pub(super) own_hashes: Vec<(String, Source)>,
    /// The first to show it.
    pub(super) source: Option<Source>,
    /// Whether sources show different revisions of a bundle.
    pub(super) mixed: bool,
    /// A source that shows everything of its kind without it.
    pub(super) silent: Option<Source>,
}

/// What two sources disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// What it is called.
    #[error("the name of")]
    Name,
    /// In which environment it lives.
    #[error("the environment of")]
    Home,
    /// In which state it was saved last.
    #[error("the revision of")]
    Revision,
    /// Which object has a name.
    #[error("which object is")]
    Identity,
    /// What an environment is for.
    #[error("the purpose of")]
    Purpose,
}

impl Disagreement {
    /// The error that two sources make.
    pub(super) fn between(self, first: &Source, second: &Source, object: &ObjectId) -> StateError {
        StateError::Contradiction {
            first: first.to_string(),
            second: second.to_string(),
            about: self,
            object: format!("{} {}", object.0, object.1),
        }
    }

    /// Takes a value, unless it contradicts the one that is known.
    pub(super) fn take<T: PartialEq>(
        self,
        known: &mut Said<T>,
        said: Option<T>,
        source: &Source,
        object: &ObjectId,
    ) -> Result<(), StateError> {
        match (&*known, said) {
            (Some((known, other)), Some(said)) if *known != said => Err(self.between(other, source, object)),
            (None, Some(said)) => {
                *known = Some((said, Source::clone(source)));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// All objects.
#[derive(Debug, Default)]
pub(super) struct Snapshot(BTreeMap<ObjectId, Known>);

impl Snapshot {
    /// Adds what a source says.
    pub(super) fn add(&mut self, claim: Claim, source: &Source) -> Result<(), StateError> {
        let object = claim.object;
        let known = self.0.entry(object.clone()).or_default();
        known.source.get_or_insert_with(|| Source::clone(source));
        known.nameless |= claim.name == Naming::Nameless;
        let name = match claim.name {
            Naming::Named(name) => Some(name),
            Naming::Nameless | Naming::Unknown => None,
        };
        Disagreement::Name.take(&mut known.name, name, source, &object)?;
        Disagreement::Home.take(&mut known.place, claim.place, source, &object)?;
        let revision = Disagreement::Revision
            .take(&mut known.pair, claim.pair, source, &object)
            .and_then(|()| Disagreement::Revision.take(&mut known.hash, claim.hash, source, &object));
        match is_bundle(&object) {
            true => known.mixed |= revision.is_err(),
            false => revision?,
        }
        known.dependencies.extend(claim.dependencies);
        if let Some(own) = claim.own_hash.filter(|own| !known.comes_to(own)) {
            known.own_hashes.push((own, Source::clone(source)));
        }
        Ok(())
    }

    /// All objects, once it is certain that no source contradicts another.
    pub(super) fn settle(mut self, coverage: &Coverage) -> Result<BTreeMap<ObjectId, Known>, StateError> {
        for (object, known) in &mut self.0 {
            // What an engine lists and what its document comes to are one hash.
            if let (Some((hash, listed)), Some((_, own))) = (&known.hash, known.own_hashes.first())
                && !known.comes_to(hash)
            {
                if !is_bundle(object) {
                    return Err(Disagreement::Revision.between(own, listed, object));
                }
                known.mixed = true;
            }
            let place = known.place.as_ref().map(|(place, _)| *place);
            known.silent = coverage.silent_about(object, place).cloned();
        }
        Ok(self.0)
    }
}

fn is_bundle((type_name, _): &ObjectId) -> bool {
    matches!(&**type_name, "ENVIRONMENT" | "GLOBAL_OBJECT")
}

impl Known {
    /// What it depends on, where all sources show the same.
    pub(super) fn only_dependencies(&mut self) -> Option<BTreeSet<ObjectKey>> {
        let first = self.dependencies.pop_first();
        first.filter(|_| self.dependencies.is_empty())
    }

    /// Whether this hash goes with the saved state.
    pub(super) fn comes_to(&self, hash: &str) -> bool {
        self.own_hashes.iter().any(|(own, _)| own == hash)
    }
}
