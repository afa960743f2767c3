//! The combined sources as the inventory of an import plan.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::coverage::{Coverage, Extent, extents, name_space};
use super::entry::path_of;
use super::observations::{ObjectId, Observation, agreed, contradiction, first, revision};
use super::{Source, StateError, StateSource};
use crate::blob::OLDEST_KNOWN_FORMAT;
use crate::identifier::Identifier;
use crate::import_plan::{
    ENVIRONMENTS, EngineVersion, Identity, Location, Lookup, NEWEST_KNOWN_FORMAT, Presence, Purpose,
    TargetEnvironment, TargetInventory, TargetObject, TargetRevision, TypeSelector, takes_known_type,
};

/// What is known of a target.
#[derive(Debug, Default)]
pub struct TargetState {
    /// What was read, in the order in which it was added.
    pub sources: Vec<StateSource>,
    /// What the user should know about the sources.
    pub notes: Vec<String>,
    pub(super) coverage: Coverage,
    /// The types that the target has objects of.
    pub(super) types: HashSet<String>,
    /// The newest format of the target's own documents.
    pub(super) format: Option<u64>,
    /// The target's version, if known: that of a state dump, unless the caller knows better.
    pub version: Option<EngineVersion>,
    /// Whether a source is a dump, which shows the whole engine.
    pub(super) is_whole: bool,
    environments: BTreeMap<i64, NamedEnvironment>,
    /// Answers, each with the source of the name or the object.
    index: HashMap<Key, (Presence<TargetObject>, Source)>,
}

/// An environment of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEnvironment {
    /// Its id on the target.
    pub id: i64,
    /// Its name, if known.
    pub name: Option<String>,
    /// Its purpose, if known.
    pub purpose: Option<Purpose>,
}

/// What an object is found by: the types within which its name is unique, its location if known, and its identity.
type Key = (Option<String>, Option<Location>, OwnedIdentity);

/// An [`Identity`]. No name and no UUID stand for those of an object that the sources show without.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum OwnedIdentity {
    Name(Option<String>),
    Object(Option<String>),
    EnvironmentItself,
}

impl TargetState {
    pub(super) fn add_environment(&mut self, seen: &[Observation]) -> Result<(), StateError> {
        let name = agreed(seen, "the name of", |one| one.name.as_ref())?.cloned();
        let purpose = agreed(seen, "the purpose of", |one| one.purpose.as_ref())?.copied();
        if let Identifier::Integer(id) = seen[0].object.1 {
            let known = NamedEnvironment { id, name, purpose };
            self.environments.insert(id, known);
        }
        Ok(())
    }

    /// Indexes an object by its name, its UUID and, for an `ENVIRONMENT`, its location.
    pub(super) fn add_object(&mut self, seen: &[Observation]) -> Result<(), StateError> {
        let (type_name, id) = &seen[0].object;
        let source = &seen[0].source;
        let location = agreed(seen, "the environment of", |one| one.location.as_ref())?.copied();
        if let Some(Location::Environment(id)) = location {
            let unnamed = || NamedEnvironment::of(id);
            self.environments.entry(id).or_insert_with(unnamed);
        }
        let name = agreed(seen, "the name of", |one| one.name.as_ref())?.cloned();
        let named_by = first(seen, |one| one.name.as_ref().and(Some(&one.source))).unwrap_or(source);
        let revision = match revision(seen) {
            // The members of this bundle change without a save.
            Err(_) if type_name == "ENVIRONMENT" => TargetRevision::Unknown,
            revision => revision?,
        };
        // An engine's upgrade adds dependencies without a save.
        let dependencies = agreed(seen, "the dependencies of", |one| one.dependencies.as_ref());
        let pair = first(seen, |one| one.pair.as_ref());
        let uuid = pair
            .filter(|_| revision != TargetRevision::Unknown)
            .map(|pair| pair.object.clone());
        let shown_name = name.clone().filter(|name| !name.is_empty());
        let object = TargetObject {
            type_name: type_name.clone(),
            id: id.clone(),
            name: shown_name.clone(),
            revision,
            dependencies: dependencies.ok().flatten().cloned(),
        };
        let answer = match self.doubt(&object, location, source) {
            Some(needs) => Presence::Unknown { needs },
            None => Presence::Present(object),
        };
        let space = name_space(TypeSelector::Type(type_name));
        let key = |identity| (space.map(str::to_owned), location, identity);
        let by_name = key(OwnedIdentity::Name(name.clone()));
        if let (Some(name), Some(_), Some((answer, first))) =
            (&shown_name, location, self.index.get_mut(&by_name))
        {
            // Names are unique on an engine, so two sources with two objects of a name are not of one time.
            if first != named_by {
                let object = (type_name.clone(), Identifier::Text(name.clone()));
                return Err(contradiction(first, named_by, "which object is", &object));
            }
            *answer = Presence::needing(format!(
                "which of the target's {type_name} objects called {name} is meant"
            ));
        }
        let nameless = || {
            let path = path_of(type_name).map(|path| format!("GET /{path}"));
            let list = path.as_deref().unwrap_or("an export document of them");
            format!("the names behind the numbers of the target's {type_name} objects ({list})")
        };
        let unsaved = || {
            let types = space.unwrap_or("algorithm");
            format!("the revisions of the target's {types} objects (an export document of them)")
        };
        let by_uuid = key(OwnedIdentity::Object(uuid.clone()));
        let itself = (type_name == "ENVIRONMENT").then(|| (key(OwnedIdentity::EnvironmentItself), None));
        let keys = [
            (by_name, name.is_none().then(nameless)),
            (by_uuid, uuid.is_none().then(unsaved)),
        ];
        for (key, needs) in keys.into_iter().chain(itself) {
            let answer = needs.map_or_else(|| answer.clone(), Presence::needing);
            self.index
                .entry(key)
                .or_insert_with(|| (answer, Source::clone(named_by)));
        }
        Ok(())
    }

    /// The information that an object lacks to be found.
    fn doubt(&self, object: &TargetObject, location: Option<Location>, source: &Source) -> Option<String> {
        let TargetObject {
            type_name, id, name, ..
        } = object;
        let extents = extents(TypeSelector::Type(type_name), location);
        if let Some(without) = self
            .coverage
            .source_without(&(type_name.clone(), id.clone()), &extents)
        {
            return Some(format!(
                "whether there is {type_name} {id}, which {source} shows and {without} doesn't"
            ));
        }
        if location.is_some() {
            return None;
        }
        let name = name.clone().unwrap_or_else(|| id.to_string());
        let path = path_of(type_name).map_or_else(String::new, |path| format!(" (GET /{path})"));
        Some(format!("the environment that {type_name} {name} lives in{path}"))
    }

    /// Whether the whole engine is known, down to the saved state of every object.
    pub fn is_complete(&self) -> bool {
        let mut answers = self.index.values();
        self.is_whole && answers.all(|(answer, _)| matches!(answer, Presence::Present(_)))
    }

    /// The newest format number that the target is known to read, for
    /// [`ImportOptions::max_format`](crate::import_plan::ImportOptions::max_format).
    pub fn max_format(&self) -> Option<u64> {
        let of_version = self.version.map(EngineVersion::newest_format);
        // It reads what it writes itself.
        let newest = of_version
            .unwrap_or(NEWEST_KNOWN_FORMAT)
            .max(self.format.unwrap_or(0));
        self.is_whole.then_some(newest)
    }

    /// The known environments.
    pub fn environments(&self) -> impl Iterator<Item = &NamedEnvironment> {
        self.environments.values()
    }

    /// The environment with a name.
    pub fn environment_named(&self, name: &str) -> Presence<&NamedEnvironment> {
        let mut found = self
            .environments()
            .filter(|known| known.name.as_deref() == Some(name));
        match (found.next(), found.next()) {
            (Some(only), None) => self.presence(Some(only)),
            (None, _) if self.environments().all(|known| known.name.is_some()) => self.presence(None),
            _ => Presence::needing(ENVIRONMENTS.to_owned()),
        }
    }

    /// A known environment is present if no complete list lacks it. An unknown one is absent if a complete list exists.
    fn presence<'a>(&self, known: Option<&'a NamedEnvironment>) -> Presence<&'a NamedEnvironment> {
        let all = &[Extent::Environments];
        let lacked = |known: &NamedEnvironment| self.coverage.source_without(&known.object(), all).is_some();
        match known {
            Some(known) if !lacked(known) => Presence::Present(known),
            None if self.coverage.covers(all) => Presence::Absent,
            _ => Presence::needing(ENVIRONMENTS.to_owned()),
        }
    }
}

impl NamedEnvironment {
    /// An environment of which only the id is known.
    pub fn of(id: i64) -> Self {
        Self {
            id,
            name: None,
            purpose: None,
        }
    }

    fn object(&self) -> ObjectId {
        ("ENVIRONMENT".to_owned(), Identifier::Integer(self.id))
    }
}

impl TargetInventory for TargetState {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        let owned = |text: &str| Some(text.to_owned());
        let identities = match lookup.identity {
            Identity::Name(name) => vec![OwnedIdentity::Name(owned(name)), OwnedIdentity::Name(None)],
            Identity::Object(uuid) => vec![OwnedIdentity::Object(owned(uuid)), OwnedIdentity::Object(None)],
            Identity::EnvironmentItself => vec![OwnedIdentity::EnvironmentItself],
        };
        for identity in identities {
            // An object in an unknown environment may live in the requested one.
            for location in [Some(lookup.location), None] {
                let space = name_space(lookup.types).map(str::to_owned);
                if let Some((answer, _)) = self.index.get(&(space, location, identity.clone())) {
                    return answer.clone();
                }
            }
        }
        if self
            .coverage
            .covers(&extents(lookup.types, Some(lookup.location)))
        {
            return Presence::Absent;
        }
        let objects = match lookup.types {
            TypeSelector::Type(name) => format!("{name} objects"),
            TypeSelector::AnyAlgorithm => "algorithms".to_owned(),
        };
        Presence::needing(format!(
            "all {objects} of the target (every page of GET /syncable-objects)"
        ))
    }

    fn environment(&self, id: i64) -> Presence<TargetEnvironment> {
        self.presence(self.environments.get(&id))
            .map(|known| TargetEnvironment {
                purpose: known.purpose,
            })
    }

    /// Only a mock engine shows all of itself.
    fn knows_unseen_types(&self) -> bool {
        self.is_whole
    }

    fn reads_format(&self, format: u64) -> Presence<()> {
        let of_version = self.version.and_then(EngineVersion::wrote_format);
        let newest = self.format.max(of_version).unwrap_or(OLDEST_KNOWN_FORMAT);
        if self.is_whole || format <= newest {
            return Presence::Present(());
        }
        let own = self
            .format
            .map(|own| format!("; the given ones have format {own}"));
        Presence::needing(format!(
            "whether the target reads format {format} (a document that it exported in that format or a newer one{})",
            own.unwrap_or_default()
        ))
    }

    fn takes_type(&self, type_name: &str) -> Presence<()> {
        let answer = match self.version {
            Some(version) => version.takes_type(type_name),
            None => takes_known_type(type_name),
        };
        match answer {
            _ if self.types.contains(type_name) => Presence::Present(()),
            // A mock engine accepts every type that its version isn't known to lack.
            Presence::Unknown { .. } if self.is_whole => Presence::Present(()),
            answer => answer,
        }
    }
}
