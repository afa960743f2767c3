//! An inventory of objects at hand: the whole of an engine.
//!
//! Invariant: it is complete by definition, so no answer is ever unknown; what it doesn't hold isn't there.

use std::collections::{BTreeMap, HashMap};

use super::inventory::{
    Identity, Location, Lookup, Presence, Purpose, TargetEnvironment, TargetInventory, TargetObject,
    TargetRevision, TypeSelector,
};
use crate::identifier::Identifier;
use crate::object::{ObjectType, SyncObject, type_by_name};

/// An object of a [`MemoryInventory`] and where it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The object.
    pub object: TargetObject,
    /// Where it lives.
    pub place: Location,
}

impl Entry {
    /// The entry for an object as it stands in a document, under an identifier of the target's. Under its own
    /// identifier, its dependencies have theirs; under another one they aren't known.
    pub fn of(object: &SyncObject<'_>, type_name: &str, id: Identifier, place: Location) -> Self {
        let as_it_stands = object.key().identifier == id || object.dependencies().is_empty();
        let object = TargetObject {
            type_name: type_name.to_owned(),
            id,
            name: object.name(),
            revision: TargetRevision::Pair(object.revision().pair.clone()),
            dependencies: as_it_stands.then(|| object.dependencies().iter().cloned().collect()),
        };
        Self { object, place }
    }
}

/// A question in the form it is looked up by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct IndexKey {
    /// No type: all algorithms.
    type_name: Option<String>,
    place: Location,
    by: IndexBy,
}

/// By what an object is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum IndexBy {
    Name(String),
    Object(String),
    EnvironmentItself,
}

impl IndexBy {
    pub(crate) fn of(identity: Identity<'_>) -> Self {
        match identity {
            Identity::Name(name) => Self::Name(name.to_owned()),
            Identity::Object(uuid) => Self::Object(uuid.to_owned()),
            Identity::EnvironmentItself => Self::EnvironmentItself,
        }
    }
}

/// A complete inventory.
#[derive(Debug, Clone, Default)]
pub struct MemoryInventory {
    entries: Vec<Entry>,
    index: HashMap<IndexKey, usize>,
    environments: BTreeMap<i64, TargetEnvironment>,
}

impl MemoryInventory {
    /// An inventory of these objects, without environments. Where two answer to one question, the first does.
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut inventory = Self::default();
        for entry in entries {
            inventory.insert(entry);
        }
        inventory
    }

    /// The same inventory with an environment.
    #[must_use]
    pub fn with_environment(mut self, id: i64, purpose: Purpose) -> Self {
        let purpose = Some(purpose);
        self.environments.insert(id, TargetEnvironment { purpose });
        self
    }

    /// Adds an object.
    pub fn insert(&mut self, entry: Entry) {
        let at = self.entries.len();
        for by in ways_to_find(&entry.object) {
            let key = IndexKey {
                type_name: name_space(&entry.object.type_name),
                place: entry.place,
                by,
            };
            self.index.entry(key).or_insert(at);
        }
        self.entries.push(entry);
    }
}

fn ways_to_find(object: &TargetObject) -> Vec<IndexBy> {
    let mut ways: Vec<IndexBy> = object.name.clone().map(IndexBy::Name).into_iter().collect();
    if let TargetRevision::Pair(pair) = &object.revision {
        ways.push(IndexBy::Object(pair.object.clone()));
    }
    if object.type_name == "ENVIRONMENT" {
        ways.push(IndexBy::EnvironmentItself);
    }
    ways
}

/// The type within which names are unique; none for algorithms, which share theirs.
pub(crate) fn name_space(type_name: &str) -> Option<String> {
    let algorithm = type_by_name(type_name).is_some_and(ObjectType::is_algorithm);
    (!algorithm).then(|| type_name.to_owned())
}

impl TargetInventory for MemoryInventory {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        let key = IndexKey {
            type_name: match lookup.wanted {
                TypeSelector::Type(name) => name_space(name),
                TypeSelector::AnyAlgorithm => None,
            },
            place: lookup.place,
            by: IndexBy::of(lookup.identity),
        };
        match self.index.get(&key).and_then(|at| self.entries.get(*at)) {
            Some(entry) => Presence::Present(entry.object.clone()),
            None => Presence::Absent,
        }
    }

    fn environment(&self, id: i64) -> Presence<TargetEnvironment> {
        match self.environments.get(&id) {
            Some(environment) => Presence::Present(*environment),
            None => Presence::Absent,
        }
    }

    /// The types of this version's table and no others.
    fn takes_type(&self, type_name: &str) -> Presence<()> {
        match type_by_name(type_name).and_then(ObjectType::number) {
            Some(_) => Presence::Present(()),
            None => Presence::Absent,
        }
    }
}
