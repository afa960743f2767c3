//! The combined sources as the inventory of an import plan.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::Disagreement;
use super::coverage::{Coverage, ObjectId};
use super::entry::path_of;
use super::environments::{Environments, NamedEnvironment};
use super::objects::KnownObject;
use super::{Source, StateError, StateNote, StateSource, TargetStateBuilder};
use crate::blob::OLDEST_KNOWN_FORMAT;
use crate::identifier::Identifier;
use crate::import_plan::{
    EngineVersion, Identity, Location, Lookup, NEWEST_KNOWN_FORMAT, Presence, TargetEnvironment,
    TargetInventory, TargetObject, TargetRevision, TypeSelector,
};
use crate::object::{ObjectType, type_by_name};
use crate::revision_hash;

/// What is known of a target.
#[derive(Debug)]
pub struct TargetState {
    sources: Vec<StateSource>,
    notes: Vec<StateNote>,
    index: HashMap<Key, Indexed>,
    /// Where objects without a known name live, with the type of one of them.
    nameless: HashMap<(NameSpace, Option<Location>), String>,
    /// Where objects without a known UUID live.
    without_pair: HashSet<(NameSpace, Option<Location>)>,
    types: HashSet<String>,
    coverage: Coverage,
    environments: Environments,
    format: Option<u64>,
    version: Option<EngineVersion>,
}

/// The types within which names are unique: one type, or `None` for all algorithms.
type NameSpace = Option<String>;

/// What an object is found by. The location of an object may be unknown.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    space: NameSpace,
    location: Option<Location>,
    identity: OwnedIdentity,
}

/// An [`Identity`].
#[derive(Debug, PartialEq, Eq, Hash)]
enum OwnedIdentity {
    Name(String),
    Object(String),
    EnvironmentItself,
}

/// The answer to a lookup, and the source of the name.
#[derive(Debug)]
struct Indexed {
    answer: Presence<TargetObject>,
    source: Option<Source>,
}

impl TargetState {
    pub(super) fn new(builder: TargetStateBuilder) -> Result<Self, StateError> {
        let mut state = Self {
            sources: builder.sources,
            notes: builder.notes,
            index: HashMap::new(),
            nameless: HashMap::new(),
            without_pair: HashSet::new(),
            types: builder.types,
            coverage: builder.coverage,
            environments: builder.environments,
            format: builder.format,
            version: builder.version.or(builder.dumped_version),
        };
        for (id, known) in builder.objects.finish()? {
            state.types.insert(id.0.clone());
            state.add(id, known)?;
        }
        Ok(state)
    }

    /// Indexes an object by its name, its UUID and, for an `ENVIRONMENT`, its location.
    fn add(&mut self, id: ObjectId, mut known: KnownObject) -> Result<(), StateError> {
        let space = name_space(&id.0);
        let location = known.location.as_ref().map(|(location, _)| *location);
        if known.name.is_none() && !known.nameless {
            let nameless = self.nameless.entry((space.clone(), location));
            nameless.or_insert_with(|| id.0.clone());
        }
        if known.pair.is_none() || known.mixed {
            self.without_pair.insert((space.clone(), location));
        }
        let answer = match self.needs(&id, &known) {
            Some(needs) => Presence::Unknown { needs },
            None => Presence::Present(TargetObject {
                type_name: id.0.clone(),
                id: id.1.clone(),
                name: known.name.as_ref().map(|(name, _)| name.clone()),
                revision: revision(&known),
                dependencies: known
                    .dependencies
                    .pop_first()
                    .filter(|_| known.dependencies.is_empty()),
            }),
        };
        let itself = (id.0 == "ENVIRONMENT").then_some((OwnedIdentity::EnvironmentItself, None));
        let uuid = known
            .pair
            .map(|(pair, _)| (OwnedIdentity::Object(pair.object), None));
        let name = known
            .name
            .map(|(name, source)| (OwnedIdentity::Name(name), Some(source)));
        for (identity, source) in itself.into_iter().chain(uuid).chain(name) {
            let answer = answer.clone();
            let space = space.clone();
            match self.index.entry(Key {
                space,
                location,
                identity,
            }) {
                Entry::Vacant(free) => {
                    free.insert(Indexed { answer, source });
                }
                Entry::Occupied(taken) if location.is_some() => same_name(taken, source, &id.0)?,
                Entry::Occupied(_) => {}
            }
        }
        Ok(())
    }

    /// The information that an object lacks to be found.
    fn needs(&self, object: &ObjectId, known: &KnownObject) -> Option<String> {
        let (type_name, id) = object;
        let location = known.location.as_ref().map(|(location, _)| *location);
        if let Some(without) = self.coverage.source_without(object, location) {
            let source = known.source.as_deref().unwrap_or_default();
            return Some(format!(
                "whether there is {type_name} {id}, which {source} shows and {without} doesn't"
            ));
        }
        if location.is_some() {
            return None;
        }
        let label = known
            .name
            .as_ref()
            .map_or_else(|| id.to_string(), |(name, _)| name.clone());
        let path = path_of(type_name).map_or_else(String::new, |path| format!(" (GET /{path})"));
        Some(format!("the environment that {type_name} {label} lives in{path}"))
    }

    /// What was read, in the order in which it was added.
    pub fn sources(&self) -> &[StateSource] {
        &self.sources
    }

    /// What the user should know about the sources.
    pub fn notes(&self) -> &[StateNote] {
        &self.notes
    }

    /// Whether the whole engine is known, down to the saved state of every object.
    pub fn is_complete(&self) -> bool {
        let known = |indexed: &Indexed| matches!(indexed.answer, Presence::Present(_));
        self.coverage.is_whole() && self.index.values().all(known) && self.without_pair.is_empty()
    }

    /// The newest format number that the target is known to read, for
    /// [`ImportOptions::max_format`](crate::import_plan::ImportOptions::max_format).
    pub fn max_format(&self) -> Option<u64> {
        let of_version = self.version.map(EngineVersion::newest_format);
        let newest = of_version.unwrap_or(NEWEST_KNOWN_FORMAT);
        // It reads what it writes itself.
        let newest = self.format.map_or(newest, |own| own.max(newest));
        self.coverage.is_whole().then_some(newest)
    }

    /// The target's version, if known.
    pub fn version(&self) -> Option<EngineVersion> {
        self.version
    }

    /// The known environments.
    pub fn environments(&self) -> impl Iterator<Item = NamedEnvironment> {
        self.environments.iter()
    }

    /// The id of the environment with a name.
    pub fn environment_named(&self, name: &str) -> Presence<i64> {
        self.environments.named(name)
    }
}

/// The type, unless it is an algorithm: algorithms share their names.
fn name_space(type_name: &str) -> NameSpace {
    let algorithm = type_by_name(type_name).is_some_and(ObjectType::is_algorithm);
    (!algorithm).then(|| type_name.to_owned())
}

/// Handles a second object in one place of the index. Names are unique on an engine, so two sources that give one name to
/// two objects are not of one time. One source that does so makes the name ambiguous.
fn same_name(
    mut taken: std::collections::hash_map::OccupiedEntry<'_, Key, Indexed>,
    source: Option<Source>,
    type_name: &str,
) -> Result<(), StateError> {
    let (OwnedIdentity::Name(name), Some(first), Some(second)) =
        (&taken.key().identity, &taken.get().source, &source)
    else {
        return Ok(());
    };
    if first != second {
        let object = (type_name.to_owned(), Identifier::Text(name.clone()));
        return Err(Disagreement::Identity.between(first, second, &object));
    }
    let needs = format!("which of the target's {type_name} objects called {name} is meant");
    taken.get_mut().answer = Presence::Unknown { needs };
    Ok(())
}

/// The saved state. If an engine lists a hash that isn't the pair's own, the pair may be an older one.
fn revision(known: &KnownObject) -> TargetRevision {
    match (&known.pair, &known.listed_hash) {
        _ if known.mixed => TargetRevision::Unknown,
        (Some((pair, _)), Some((listed, _)))
            if !known.own_hashes.contains(listed) && revision_hash::of_pairs([pair]) != *listed =>
        {
            TargetRevision::Hash(listed.clone())
        }
        (Some((pair, _)), _) => TargetRevision::Pair(pair.clone()),
        (None, Some((listed, _))) => TargetRevision::Hash(listed.clone()),
        (None, None) => TargetRevision::Unknown,
    }
}

impl TargetInventory for TargetState {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        let type_name = match lookup.types {
            TypeSelector::Type(name) => Some(name),
            TypeSelector::AnyAlgorithm => None,
        };
        let space = type_name.and_then(name_space);
        // An object in an unknown environment may live in the requested one.
        let locations = [Some(lookup.location), None];
        for location in locations {
            let key = Key {
                space: space.clone(),
                location,
                identity: match lookup.identity {
                    Identity::Name(name) => OwnedIdentity::Name(name.to_owned()),
                    Identity::Object(uuid) => OwnedIdentity::Object(uuid.to_owned()),
                    Identity::EnvironmentItself => OwnedIdentity::EnvironmentItself,
                },
            };
            if let Some(found) = self.index.get(&key) {
                return found.answer.clone();
            }
        }
        let nameless = locations
            .iter()
            .find_map(|at| self.nameless.get(&(space.clone(), *at)));
        let without_pair = locations
            .iter()
            .any(|at| self.without_pair.contains(&(space.clone(), *at)));
        let needs = match (lookup.identity, nameless) {
            (Identity::Name(_), Some(nameless)) => {
                let source = path_of(nameless).map(|path| format!("GET /{path}"));
                let source = source.as_deref().unwrap_or("an export document of them");
                format!("the names behind the numbers of the target's {nameless} objects ({source})")
            }
            (Identity::Object(_), _) if without_pair => format!(
                "the revisions of the target's {} objects (an export document of them)",
                type_name.unwrap_or("algorithm")
            ),
            _ if self.coverage.covers(type_name, lookup.location) => return Presence::Absent,
            _ => format!(
                "all {} of the target (every page of GET /syncable-objects)",
                type_name.map_or_else(|| "algorithms".to_owned(), |name| format!("{name} objects"))
            ),
        };
        Presence::Unknown { needs }
    }

    fn environment(&self, id: i64) -> Presence<TargetEnvironment> {
        self.environments.find(id)
    }

    /// Only a mock engine shows all of itself.
    fn knows_unseen_types(&self) -> bool {
        self.coverage.is_whole()
    }

    fn reads_format(&self, format: u64) -> Presence<()> {
        let of_version = self.version.and_then(EngineVersion::wrote_format);
        let newest = self.format.max(of_version).unwrap_or(OLDEST_KNOWN_FORMAT);
        if self.coverage.is_whole() || format <= newest {
            return Presence::Present(());
        }
        let given = self
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
        match self.version.map(|version| version.takes_type(type_name)) {
            _ if self.types.contains(type_name) => Presence::Present(()),
            // A mock engine accepts every type that its version isn't known to lack.
            Some(Presence::Unknown { .. }) if self.coverage.is_whole() => Presence::Present(()),
            Some(answer) => answer,
            None if known || self.coverage.is_whole() => Presence::Present(()),
            None => Presence::Unknown {
                needs: format!("whether the target takes objects of type {type_name}"),
            },
        }
    }
}
