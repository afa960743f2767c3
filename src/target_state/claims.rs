//! What sources say of objects, put together object by object.
//!
//! Invariant: one record per type and identifier. Where sources contradict each other, it holds everything that is said and
//! is marked as disputed. Nothing in it depends on the order of the claims but which of the sources are named.

use std::collections::{BTreeMap, BTreeSet};

use super::SourceId;
use super::coverage::{Coverage, ObjectId};
use crate::import_plan::Place;
use crate::object::{ObjectKey, RevisionPair};

/// What is known of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Naming {
    /// Nothing.
    Unknown,
    /// There is none.
    Nameless,
    /// This.
    Named(String),
}

impl Naming {
    /// Of a source that would show a name if there were one.
    pub(super) fn of(name: Option<String>) -> Self {
        match name.filter(|name| !name.is_empty()) {
            Some(name) => Self::Named(name),
            None => Self::Nameless,
        }
    }
}

/// What one source says of one object.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) object: ObjectId,
    pub(super) said: Saying,
    pub(super) source: SourceId,
}

/// What can be said of an object.
#[derive(Debug)]
pub(super) struct Saying {
    pub(super) name: Naming,
    pub(super) place: Option<Place>,
    /// Whether two places are told of what it is inside of.
    pub(super) torn: bool,
    pub(super) pair: Option<RevisionPair>,
    /// What it depends on directly, where its message is at hand.
    pub(super) dependencies: Option<BTreeSet<ObjectKey>>,
    /// The hash an engine lists.
    pub(super) hash: Option<String>,
    /// The hash that goes with the pair, where everything it covers is at hand.
    pub(super) own_hash: Option<String>,
}

/// All that is said of one object. Several values of one kind only where it is disputed.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) names: Said<String>,
    /// Whether some source would show a name if there were one.
    pub(super) name_shows: bool,
    pub(super) places: Said<Place>,
    pub(super) pairs: Said<RevisionPair>,
    pub(super) dependencies: Said<BTreeSet<ObjectKey>>,
    pub(super) hashes: Said<String>,
    pub(super) own_hashes: Said<String>,
    /// The first to speak of it.
    pub(super) source: SourceId,
    /// Two sources that contradict each other about it.
    pub(super) disputed: Option<(SourceId, SourceId)>,
}

/// The values that sources give for one thing: of those that agree with the first only that one.
#[derive(Debug)]
pub(super) struct Said<T>(Vec<(T, SourceId)>);

/// All objects.
#[derive(Debug, Default)]
pub(super) struct Claims(BTreeMap<ObjectId, Known>);

impl Claims {
    /// Adds what a source says.
    pub(super) fn add(&mut self, claim: Claim) {
        let Claim { object, said, source } = claim;
        let new = || Known {
            names: Said::nothing(),
            name_shows: false,
            places: Said::nothing(),
            pairs: Said::nothing(),
            dependencies: Said::nothing(),
            hashes: Said::nothing(),
            own_hashes: Said::nothing(),
            source,
            disputed: None,
        };
        let known = self.0.entry(object).or_insert_with(new);
        let torn = said.torn.then_some(source);
        let contradicted = known.take(said, source).or(torn);
        known.disputed = known.disputed.or(contradicted.map(|other| (other, source)));
    }

    /// Marks objects as disputed that a source which shows everything doesn't show, and gives all.
    pub(super) fn settle(mut self, coverage: &Coverage) -> BTreeMap<ObjectId, Known> {
        for (object, known) in &mut self.0 {
            if known.disputed.is_none() {
                let silent = coverage.silent_about(object, known.places.only().copied());
                known.disputed = silent.map(|silent| (known.source, silent));
            }
            known.names.sort();
            known.places.sort();
            known.pairs.sort();
        }
        self.0
    }
}

/// Names and UUIDs of one object times its places beyond which it isn't looked for under each of them in each place.
const COMBINATIONS: usize = 100;

impl Known {
    /// Whether sources say so many things of it that it may be anywhere.
    pub(super) fn is_all_over_the_place(&self) -> bool {
        let ways = self.names.0.len() + self.pairs.0.len();
        self.places.0.len() > 1 && self.places.0.len().saturating_mul(ways) > COMBINATIONS
    }

    /// Adds what a source says, and gives one that says otherwise.
    fn take(&mut self, said: Saying, source: SourceId) -> Option<SourceId> {
        let mut contradicted = None;
        let mut see = |other: Option<SourceId>| contradicted = contradicted.or(other);
        // What an engine lists and what its document comes to are one hash.
        see(said
            .hash
            .as_ref()
            .and_then(|hash| self.own_hashes.other_than(hash)));
        see(said
            .own_hash
            .as_ref()
            .and_then(|hash| self.hashes.other_than(hash)));
        match said.name {
            Naming::Named(name) => see(self.names.add(name, source)),
            Naming::Nameless => self.name_shows = true,
            Naming::Unknown => {}
        }
        see(said.place.and_then(|place| self.places.add(place, source)));
        see(said.pair.and_then(|pair| self.pairs.add(pair, source)));
        see(said
            .dependencies
            .and_then(|dependencies| self.dependencies.add(dependencies, source)));
        see(said.hash.and_then(|hash| self.hashes.add(hash, source)));
        see(said.own_hash.and_then(|hash| self.own_hashes.add(hash, source)));
        contradicted
    }
}

impl<T: Ord> Said<T> {
    fn nothing() -> Self {
        Self(Vec::new())
    }

    /// Adds a value, and gives a source with another one.
    fn add(&mut self, value: T, source: SourceId) -> Option<SourceId> {
        let other = self.other_than(&value);
        if other.is_some() || self.0.is_empty() {
            self.0.push((value, source));
        }
        other
    }

    fn other_than(&self, value: &T) -> Option<SourceId> {
        let (first, source) = self.0.first()?;
        (first != value).then_some(*source)
    }

    fn sort(&mut self) {
        self.0.sort();
        self.0.dedup_by(|(one, _), (other, _)| one == other);
    }

    /// All values.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(value, _)| value)
    }

    /// The value, where nobody says otherwise.
    pub(super) fn only(&self) -> Option<&T> {
        match &self.0[..] {
            [(value, _)] => Some(value),
            _ => None,
        }
    }

    /// As [`Said::only`].
    pub(super) fn into_only(mut self) -> Option<T> {
        let (value, _) = self.0.pop()?;
        self.0.is_empty().then_some(value)
    }
}
