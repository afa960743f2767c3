//! The combined sources as the inventory of an import plan.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::coverage::Coverage;
use super::entry::path_of;
use super::environments::{Environments, NamedEnvironment};
use super::objects::{KnownObject, ObjectId, Objects, contradiction};
use super::{Source, StateError, StateSource};
use crate::blob::OLDEST_KNOWN_FORMAT;
use crate::identifier::Identifier;
use crate::import_plan::{
    EngineVersion, Identity, Location, Lookup, NEWEST_KNOWN_FORMAT, Presence, TargetEnvironment,
    TargetInventory, TargetObject, TargetRevision, TypeSelector,
};
use crate::object::{ObjectType, type_by_name};

/// What the sources show, apart from objects.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) sources: Vec<StateSource>,
    pub(super) notes: Vec<String>,
    pub(super) coverage: Coverage,
    pub(super) environments: Environments,
    /// The types that the target has objects of.
    pub(super) types: HashSet<String>,
    /// The newest format of the target's own documents.
    pub(super) format: Option<u64>,
    pub(super) version: Option<EngineVersion>,
    /// Whether a source is a dump, which shows the whole engine.
    pub(super) is_whole: bool,
}

/// What is known of a target.
#[derive(Debug)]
pub struct TargetState {
    facts: Facts,
    /// Answers, each with the source of the name or the object.
    index: HashMap<Key, (Presence<TargetObject>, Source)>,
}

/// The types within which names are unique: one type, or `None` for all algorithms.
type NameSpace = Option<String>;

/// What an object is found by. The location of an object may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    space: NameSpace,
    location: Option<Location>,
    identity: OwnedIdentity,
}

/// An [`Identity`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum OwnedIdentity {
    Name(String),
    /// Some name: the sources show an object without its name.
    SomeName,
    Object(String),
    /// Some UUID: the sources show an object without its revision.
    SomeObject,
    EnvironmentItself,
}

impl TargetState {
    pub(super) fn new(facts: Facts, objects: Objects) -> Result<Self, StateError> {
        let index = HashMap::new();
        let mut state = Self { facts, index };
        for (id, known) in objects.0 {
            state.facts.types.insert(id.0.clone());
            if let Some((Location::Environment(id), _)) = known.location {
                state.facts.environments.add_home(id);
            }
            state.add(id, known)?;
        }
        Ok(state)
    }

    /// Indexes an object by its name, its UUID and, for an `ENVIRONMENT`, its location.
    fn add(&mut self, id: ObjectId, mut known: KnownObject) -> Result<(), StateError> {
        let revision = known.revision(&id)?;
        let needs = self.needs(&id, &known);
        let (type_name, id) = id;
        let source = &known.source;
        let location = known.location.as_ref().map(|(location, _)| *location);
        let mut answers = Vec::new();
        let pair = known
            .pair
            .as_ref()
            .filter(|_| revision != TargetRevision::Unknown);
        if pair.is_none() {
            let space = name_space(&type_name);
            let types = space.as_deref().unwrap_or("algorithm");
            let needs = format!("the revisions of the target's {types} objects (an export document of them)");
            answers.push((OwnedIdentity::SomeObject, Presence::Unknown { needs }, source));
        }
        if known.name.is_none() && !known.nameless {
            let list = path_of(&type_name).map(|path| format!("GET /{path}"));
            let list = list.as_deref().unwrap_or("an export document of them");
            let needs = format!("the names behind the numbers of the target's {type_name} objects ({list})");
            answers.push((OwnedIdentity::SomeName, Presence::Unknown { needs }, source));
        }
        let only_dependencies = known.dependencies.pop_first();
        let answer = match needs {
            Some(needs) => Presence::Unknown { needs },
            None => Presence::Present(TargetObject {
                type_name: type_name.clone(),
                id,
                name: known.name.as_ref().map(|(name, _)| name.clone()),
                revision,
                dependencies: only_dependencies.filter(|_| known.dependencies.is_empty()),
            }),
        };
        if type_name == "ENVIRONMENT" {
            answers.push((OwnedIdentity::EnvironmentItself, answer.clone(), source));
        }
        if let Some((pair, _)) = pair {
            answers.push((OwnedIdentity::Object(pair.object.clone()), answer.clone(), source));
        }
        if let Some((name, source)) = &known.name {
            answers.push((OwnedIdentity::Name(name.clone()), answer, source));
        }
        for (identity, answer, source) in answers {
            let space = name_space(&type_name);
            let key = Key {
                space,
                location,
                identity,
            };
            match self.index.entry(key) {
                Entry::Vacant(free) => {
                    free.insert((answer, Source::clone(source)));
                }
                Entry::Occupied(mut taken) => {
                    let (OwnedIdentity::Name(name), Some(_)) = (&taken.key().identity, location) else {
                        continue;
                    };
                    // Names are unique on an engine, so two sources with two objects of a name are not of one time.
                    let first = &taken.get().1;
                    if first != source {
                        let object = (type_name, Identifier::Text(name.clone()));
                        return Err(contradiction(first, source, "which object is", &object));
                    }
                    let needs = format!("which of the target's {type_name} objects called {name} is meant");
                    taken.get_mut().0 = Presence::Unknown { needs };
                }
            }
        }
        Ok(())
    }

    /// The information that an object lacks to be found.
    fn needs(&self, object: &ObjectId, known: &KnownObject) -> Option<String> {
        let (type_name, id) = object;
        let location = known.location.as_ref().map(|(location, _)| *location);
        if let Some(without) = self.facts.coverage.source_without(object, location) {
            let source = &known.source;
            return Some(format!(
                "whether there is {type_name} {id}, which {source} shows and {without} doesn't"
            ));
        }
        if location.is_some() {
            return None;
        }
        let name = known.name.as_ref().map(|(name, _)| name.clone());
        let name = name.unwrap_or_else(|| id.to_string());
        let path = path_of(type_name).map_or_else(String::new, |path| format!(" (GET /{path})"));
        Some(format!("the environment that {type_name} {name} lives in{path}"))
    }

    /// What was read, in the order in which it was added.
    pub fn sources(&self) -> &[StateSource] {
        &self.facts.sources
    }

    /// What the user should know about the sources.
    pub fn notes(&self) -> &[String] {
        &self.facts.notes
    }

    /// Whether the whole engine is known, down to the saved state of every object.
    pub fn is_complete(&self) -> bool {
        let mut answers = self.index.values();
        self.facts.is_whole && answers.all(|(answer, _)| matches!(answer, Presence::Present(_)))
    }

    /// The newest format number that the target is known to read, for
    /// [`ImportOptions::max_format`](crate::import_plan::ImportOptions::max_format).
    pub fn max_format(&self) -> Option<u64> {
        let of_version = self.facts.version.map(EngineVersion::newest_format);
        let newest = of_version.unwrap_or(NEWEST_KNOWN_FORMAT);
        // It reads what it writes itself.
        let newest = self.facts.format.map_or(newest, |own| own.max(newest));
        self.facts.is_whole.then_some(newest)
    }

    /// The target's version, if known.
    pub fn version(&self) -> Option<EngineVersion> {
        self.facts.version
    }

    /// The known environments.
    pub fn environments(&self) -> impl Iterator<Item = NamedEnvironment> {
        self.facts.environments.iter()
    }

    /// The id of the environment with a name.
    pub fn environment_named(&self, name: &str) -> Presence<i64> {
        self.facts.environments.named(name)
    }
}

/// The type, unless it is an algorithm: algorithms share their names.
fn name_space(type_name: &str) -> NameSpace {
    let algorithm = type_by_name(type_name).is_some_and(ObjectType::is_algorithm);
    (!algorithm).then(|| type_name.to_owned())
}

impl TargetInventory for TargetState {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        let type_name = match lookup.types {
            TypeSelector::Type(name) => Some(name),
            TypeSelector::AnyAlgorithm => None,
        };
        let space = type_name.and_then(name_space);
        let (identity, hidden) = match lookup.identity {
            Identity::Name(name) => (
                OwnedIdentity::Name(name.to_owned()),
                Some(OwnedIdentity::SomeName),
            ),
            Identity::Object(uuid) => (
                OwnedIdentity::Object(uuid.to_owned()),
                Some(OwnedIdentity::SomeObject),
            ),
            Identity::EnvironmentItself => (OwnedIdentity::EnvironmentItself, None),
        };
        for identity in [Some(identity), hidden].into_iter().flatten() {
            // An object in an unknown environment may live in the requested one.
            for location in [Some(lookup.location), None] {
                let key = Key {
                    space: space.clone(),
                    location,
                    identity: identity.clone(),
                };
                if let Some((answer, _)) = self.index.get(&key) {
                    return answer.clone();
                }
            }
        }
        if self.facts.coverage.covers(type_name, lookup.location) {
            return Presence::Absent;
        }
        let objects = type_name.map_or_else(|| "algorithms".to_owned(), |name| format!("{name} objects"));
        Presence::Unknown {
            needs: format!("all {objects} of the target (every page of GET /syncable-objects)"),
        }
    }

    fn environment(&self, id: i64) -> Presence<TargetEnvironment> {
        self.facts.environments.find(id)
    }

    /// Only a mock engine shows all of itself.
    fn knows_unseen_types(&self) -> bool {
        self.facts.is_whole
    }

    fn reads_format(&self, format: u64) -> Presence<()> {
        let of_version = self.facts.version.and_then(EngineVersion::wrote_format);
        let newest = self.facts.format.max(of_version).unwrap_or(OLDEST_KNOWN_FORMAT);
        if self.facts.is_whole || format <= newest {
            return Presence::Present(());
        }
        let given = self
            .facts
            .format
            .map_or_else(String::new, |own| format!("; the given ones have format {own}"));
        Presence::Unknown {
            needs: format!(
                "whether the target reads format {format} (a document that it exported in that format or a newer one{given})"
            ),
        }
    }

    fn takes_type(&self, type_name: &str) -> Presence<()> {
        let known = type_by_name(type_name).and_then(ObjectType::number).is_some();
        match self.facts.version.map(|version| version.takes_type(type_name)) {
            _ if self.facts.types.contains(type_name) => Presence::Present(()),
            // A mock engine accepts every type that its version isn't known to lack.
            Some(Presence::Unknown { .. }) if self.facts.is_whole => Presence::Present(()),
            Some(answer) => answer,
            None if known || self.facts.is_whole => Presence::Present(()),
            None => Presence::Unknown {
                needs: format!("whether the target takes objects of type {type_name}"),
            },
        }
    }
}
