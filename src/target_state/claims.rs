//! What sources say of objects, put together object by object.
//!
//! Invariant: one record per type and identifier, except where sources contradict each other: then each version is kept,
//! and all of them are marked as disputed.

use std::collections::HashMap;

use super::SourceId;
use super::coverage::Coverage;
use crate::identifier::Identifier;
use crate::import_plan::Place;
use crate::object::RevisionPair;

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

/// Where a claim comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Witness {
    Dump,
    List,
    Row,
    Document,
}

/// What one source says of one object.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) type_name: String,
    pub(super) id: Identifier,
    pub(super) name: Naming,
    pub(super) place: Option<Place>,
    pub(super) pair: Option<RevisionPair>,
    /// The hash an engine lists.
    pub(super) hash: Option<String>,
    /// The hash that goes with the pair, where everything it covers is at hand.
    pub(super) own_hash: Option<String>,
    pub(super) witness: Witness,
    pub(super) source: SourceId,
}

/// All that is said of one object.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) claim: Claim,
    witnesses: Vec<Witness>,
    /// Two sources that contradict each other about it.
    pub(super) disputed: Option<(SourceId, SourceId)>,
}

/// All objects.
#[derive(Debug, Default)]
pub(super) struct Claims {
    known: Vec<Known>,
    by_id: HashMap<(String, Identifier), usize>,
}

impl Claims {
    /// Adds what a source says.
    pub(super) fn add(&mut self, claim: Claim) {
        let key = (claim.type_name.clone(), claim.id.clone());
        let Some(&at) = self.by_id.get(&key) else {
            self.by_id.insert(key, self.known.len());
            self.known.push(Known {
                witnesses: vec![claim.witness],
                claim,
                disputed: None,
            });
            return;
        };
        let known = &mut self.known[at];
        if known.claim.contradicts(&claim) {
            let disputed = Some((known.claim.source, claim.source));
            known.disputed = known.disputed.or(disputed);
            known.saw(claim.witness);
            let witnesses = known.witnesses.clone();
            self.known.push(Known {
                witnesses,
                claim,
                disputed,
            });
        } else {
            known.saw(claim.witness);
            known.claim.take_over(claim);
        }
    }

    /// Marks objects as disputed that a source which shows everything doesn't show, and gives all.
    pub(super) fn settle(mut self, coverage: &Coverage) -> Vec<Known> {
        for known in &mut self.known {
            let claim = &known.claim;
            let silent = [Witness::Dump, Witness::List, Witness::Row]
                .into_iter()
                .filter(|witness| !known.witnesses.contains(witness))
                .find_map(|witness| coverage.shown_by(witness, &claim.type_name, claim.place));
            if let Some(silent) = silent {
                known.disputed = known.disputed.or(Some((claim.source, silent)));
            }
        }
        self.known
    }
}

impl Known {
    fn saw(&mut self, witness: Witness) {
        if !self.witnesses.contains(&witness) {
            self.witnesses.push(witness);
        }
    }
}

impl Claim {
    fn contradicts(&self, other: &Self) -> bool {
        fn differ<T: PartialEq>(left: Option<&T>, right: Option<&T>) -> bool {
            matches!((left, right), (Some(left), Some(right)) if left != right)
        }
        let names =
            matches!((&self.name, &other.name), (Naming::Named(left), Naming::Named(right)) if left != right);
        names
            || differ(self.place.as_ref(), other.place.as_ref())
            || differ(self.pair.as_ref(), other.pair.as_ref())
            || differ(self.hash.as_ref(), other.hash.as_ref())
            || differ(self.own_hash.as_ref(), other.hash.as_ref())
            || differ(self.hash.as_ref(), other.own_hash.as_ref())
    }

    fn take_over(&mut self, other: Self) {
        if let (Naming::Unknown, name) | (Naming::Nameless, name @ Naming::Named(_)) =
            (&self.name, other.name)
        {
            self.name = name;
        }
        self.place = self.place.or(other.place);
        self.pair = self.pair.take().or(other.pair);
        self.hash = self.hash.take().or(other.hash);
        self.own_hash = self.own_hash.take().or(other.own_hash);
    }
}
