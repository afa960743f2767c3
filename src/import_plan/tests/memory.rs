//! A target that is known in full: no answer is ever [`Presence::Unknown`].

use std::collections::BTreeMap;

use crate::identifier::Identifier;
use crate::import_plan::{
    Identity, Location, Lookup, Presence, Purpose, TargetEnvironment, TargetInventory, TargetObject,
    TargetRevision, TypeSelector,
};
use crate::object::{ObjectType, SyncObject, type_by_name};

/// An object of the target and where it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) object: TargetObject,
    pub(super) location: Location,
}

impl Entry {
    /// An object of a document under an identifier of the target. Its dependencies keep the document's identifiers, so
    /// they are known only if the object's own identifier stays as well.
    pub(super) fn of(object: &SyncObject<'_>, type_name: &str, id: Identifier, location: Location) -> Self {
        let keeps_keys = object.key().identifier == id || object.dependencies().is_empty();
        let object = TargetObject {
            type_name: type_name.to_owned(),
            id,
            name: object.name(),
            revision: TargetRevision::Pair(object.revision().pair.clone()),
            dependencies: keeps_keys.then(|| object.dependencies().iter().cloned().collect()),
        };
        Self { object, location }
    }

    fn answers(&self, lookup: &Lookup<'_>) -> bool {
        let Self { object, location } = self;
        let of_type = match lookup.types {
            TypeSelector::AnyAlgorithm => is_algorithm(&object.type_name),
            TypeSelector::Type(name) if is_algorithm(name) => is_algorithm(&object.type_name),
            TypeSelector::Type(name) => object.type_name == name,
        };
        of_type
            && *location == lookup.location
            && match lookup.identity {
                Identity::Name(name) => object.name.as_deref() == Some(name),
                Identity::Object(uuid) => {
                    matches!(&object.revision, TargetRevision::Pair(pair) if pair.object == uuid)
                }
                Identity::EnvironmentItself => object.type_name == "ENVIRONMENT",
            }
    }
}

fn is_algorithm(type_name: &str) -> bool {
    type_by_name(type_name).is_some_and(ObjectType::is_algorithm)
}

/// The objects and environments of the target. The first of two objects that answer a lookup counts.
#[derive(Debug, Clone, Default)]
pub(super) struct MemoryInventory {
    objects: Vec<Entry>,
    environments: BTreeMap<i64, TargetEnvironment>,
}

impl MemoryInventory {
    pub(super) fn with_environment(mut self, id: i64, purpose: Purpose) -> Self {
        let purpose = Some(purpose);
        self.environments.insert(id, TargetEnvironment { purpose });
        self
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        self.objects.push(entry);
    }
}

impl TargetInventory for MemoryInventory {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        match self.objects.iter().find(|entry| entry.answers(lookup)) {
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

    /// Takes the types of this version's table and no others.
    fn takes_type(&self, type_name: &str) -> Presence<()> {
        match type_by_name(type_name).and_then(ObjectType::number) {
            Some(_) => Presence::Present(()),
            None => Presence::Absent,
        }
    }
}
