//! Answers the questions of the import rules about this engine.
//!
//! Invariant: every answer is definite.

use std::sync::Arc;

use super::StoredObject;
use super::kinds::is_algorithm;
use crate::engine::{Key, Profile, Row, State};
use exportdoc::internal::import_plan::{
    EngineVersion, Identity, Location, Lookup, Presence, Purpose, TargetEnvironment, TargetInventory,
    TargetObject, TargetRevision, TypeSelector,
};
use exportdoc::internal::object::type_by_name;

/// A state as the inventory of an import plan.
#[derive(Debug)]
pub(crate) struct Inventory<'a> {
    pub state: &'a State,
    pub profile: Option<Profile>,
}

impl Inventory<'_> {
    fn object(&self, lookup: &Lookup<'_>) -> Option<&Arc<StoredObject>> {
        let objects = &self.state.objects;
        let environment = match lookup.location {
            Location::Global => None,
            Location::Environment(id) => Some(id),
        };
        // A kept reference only marks a missing object.
        let fits = |stored: &&Arc<StoredObject>| {
            !stored.is_reference()
                && stored.environment == environment
                && match lookup.types {
                    TypeSelector::AnyAlgorithm => is_algorithm(&stored.type_name),
                    // Algorithms share one name space.
                    TypeSelector::Type(name) if is_algorithm(name) => is_algorithm(&stored.type_name),
                    TypeSelector::Type(name) => stored.type_name == name,
                }
        };
        // Of several matches, the first by type counts.
        let by_type = |a: &&Arc<StoredObject>, b: &&Arc<StoredObject>| a.type_name.cmp(&b.type_name);
        match lookup.identity {
            Identity::Name(name) => {
                let named = objects.named(lookup.types, environment, name);
                named.filter(fits).min_by(by_type)
            }
            Identity::Object(uuid) => objects.with_object_uuid(uuid).filter(fits).min_by(by_type),
            Identity::EnvironmentItself => objects.environment(environment?).filter(fits),
        }
    }
}

impl TargetInventory for Inventory<'_> {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        let Some(stored) = self.object(lookup) else {
            return Presence::Absent;
        };
        Presence::Present(TargetObject {
            type_name: stored.type_name.clone(),
            id: stored.key().identifier.clone(),
            name: stored.name.clone(),
            revision: TargetRevision::Pair(stored.object.revision().pair.clone()),
            dependencies: Some(stored.object.dependencies().iter().cloned().collect()),
        })
    }

    fn environment(&self, id: i64) -> Presence<TargetEnvironment> {
        let table = self.state.tables.get("environments");
        match table.and_then(|table| table.get(&Key::Number(id))) {
            Some(row) => Presence::Present(TargetEnvironment {
                purpose: Some(purpose(row)),
            }),
            None => Presence::Absent,
        }
    }

    fn takes_type(&self, type_name: &str) -> Presence<()> {
        // Every engine has objects of the environments, syncable or not.
        if type_name == "ENVIRONMENT" && self.profile.is_some_and(|profile| !profile.takes_type(type_name)) {
            return Presence::Absent;
        }
        // An engine takes types that it has.
        if self.state.objects.has_type(type_name) {
            return Presence::Present(());
        }
        // Types outside the library's table are nowhere known to be absent.
        let by_profile = self
            .profile
            .is_none_or(|profile| profile.takes_type(type_name) || type_by_name(type_name).is_none());
        let version = self.state.version.as_deref().and_then(|text| text.parse().ok());
        let by_version = version.map(|version: EngineVersion| version.takes_type(type_name));
        if by_profile && by_version != Some(Presence::Absent) {
            Presence::Present(())
        } else {
            Presence::Absent
        }
    }

    fn knows_unseen_types(&self) -> bool {
        true
    }
}

/// An environment without purpose is for masking.
fn purpose(environment: &Row) -> Purpose {
    match environment.get("purpose").and_then(|purpose| purpose.as_str()) {
        Some("TOKENIZE") => Purpose::Tokenize,
        _ => Purpose::Mask,
    }
}
