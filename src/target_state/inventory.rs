//! The answers for an import plan.
//!
//! Invariant: what is known in full goes into a [`MemoryInventory`]. An object whose environment is unknown stands beside it
//! under what it may be asked for by. Only where neither has an answer and everything of the kind is known, an object is
//! absent.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::coverage::{Coverage, ObjectId};
use super::environments::{Environments, NamedEnvironment};
use super::rows::path_of;
use super::snapshot::{Disagreement, Known};
use super::{Source, StateError, StateNote, StateSource, TargetStateBuilder};
use crate::blob::OLDEST_KNOWN_FORMAT;
use crate::identifier::Identifier;
use crate::import_plan::{
    EngineVersion, Entry, Identity, IndexBy, Location, Lookup, MemoryInventory, NEWEST_KNOWN_FORMAT,
    Presence, TargetEnvironment, TargetInventory, TargetObject, TargetRevision, TypeSelector, name_space,
};
use crate::object::{ObjectType, type_by_name};
use crate::revision_hash;

/// What is known of a target.
#[derive(Debug)]
pub struct TargetState {
    sources: Vec<StateSource>,
    notes: Vec<StateNote>,
    known: MemoryInventory,
    /// Missing information per object that may be asked for: its environment, or which of several has the name.
    unclear: HashMap<(Space, IndexBy), String>,
    /// Where there are objects whose names aren't known, with one of their types.
    nameless: HashMap<(Space, Option<Location>), String>,
    /// Where there are objects whose UUIDs aren't known.
    without_pair: HashSet<(Space, Option<Location>)>,
    types: HashSet<String>,
    dumped_types: HashSet<String>,
    coverage: Coverage,
    environments: Environments,
    format: Option<u64>,
    version: Option<EngineVersion>,
}

/// Types that share their names; `None` for algorithms.
type Space = Option<String>;

impl TargetState {
    pub(super) fn new(builder: TargetStateBuilder) -> Result<Self, StateError> {
        let objects = builder.snapshot.settle(&builder.coverage)?;
        let mut state = Self {
            sources: builder.sources,
            notes: builder.notes,
            known: MemoryInventory::default(),
            unclear: HashMap::new(),
            nameless: HashMap::new(),
            without_pair: HashSet::new(),
            types: objects.keys().map(|(type_name, _)| type_name.clone()).collect(),
            dumped_types: builder.dumped_types,
            coverage: builder.coverage,
            environments: builder.environments,
            format: builder.format,
            version: builder.version.or(builder.dumped_version),
        };
        let doubled = doubled(&objects)?;
        for (object, known) in objects {
            let needs = match &known.silent {
                Some(silent) => {
                    let source = known.source.as_deref().unwrap_or_default();
                    let (type_name, id) = &object;
                    Some(format!(
                        "whether there is {type_name} {id}, which {source} shows and {silent} doesn't"
                    ))
                }
                None if doubled.contains(&object) => {
                    let name = known.name.as_ref().map_or("", |(name, _)| name);
                    Some(format!(
                        "which of the target's {} objects called {name} is meant",
                        object.0
                    ))
                }
                None => None,
            };
            state.place(object, known, needs);
        }
        Ok(state)
    }

    /// Files an object under what it may be asked for by.
    fn place(&mut self, (type_name, id): ObjectId, mut known: Known, unclear: Option<String>) {
        let space = name_space(&type_name);
        let revision = revision(&known);
        let dependencies = known.only_dependencies();
        let place = known.place.map(|(place, _)| place);
        let name = known.name.map(|(name, _)| name);
        let at = (space.clone(), place);
        if name.is_none() && !known.nameless {
            let nameless = self.nameless.entry(at.clone());
            nameless.or_insert_with(|| type_name.clone());
        }
        // Without the pair, nothing finds it by its UUID.
        if !matches!(revision, TargetRevision::Pair(_)) {
            self.without_pair.insert(at);
        }
        let homeless = || match &name {
            Some(name) => needs_home(&type_name, &format!("{type_name} {name}")),
            None => needs_home(&type_name, &format!("{type_name} {id}")),
        };
        let needs = unclear.or_else(|| place.is_none().then(homeless));
        if let (None, Some(place)) = (&needs, place) {
            let object = TargetObject {
                type_name,
                id,
                name,
                revision,
                dependencies,
            };
            self.known.insert(Entry { object, place });
            return;
        }
        let uuid = known.pair.map(|(pair, _)| IndexBy::Object(pair.object));
        for by in name.map(IndexBy::Name).into_iter().chain(uuid) {
            let unclear = self.unclear.entry((space.clone(), by));
            unclear.or_insert_with(|| needs.clone().unwrap_or_default());
        }
    }

    /// What was read, in the order in which it was added.
    pub fn sources(&self) -> &[StateSource] {
        &self.sources
    }

    /// What should be known about it.
    pub fn notes(&self) -> &[StateNote] {
        &self.notes
    }

    /// Whether the whole engine is known, down to the saved state of every object.
    pub fn is_complete(&self) -> bool {
        self.coverage.is_whole() && self.unclear.is_empty() && self.without_pair.is_empty()
    }

    /// The newest format number that the target is known to read, for
    /// [`ImportOptions::max_format`](crate::import_plan::ImportOptions::max_format).
    pub fn max_format(&self) -> Option<u64> {
        let of_version = self.version.map(EngineVersion::newest_format);
        let newest = of_version.unwrap_or(NEWEST_KNOWN_FORMAT);
        // It takes back what it writes itself.
        let newest = self.format.map_or(newest, |own| own.max(newest));
        self.coverage.is_whole().then_some(newest)
    }

    /// What the target said of its version.
    pub fn version(&self) -> Option<EngineVersion> {
        self.version
    }

    /// The environments that are known.
    pub fn environments(&self) -> impl Iterator<Item = NamedEnvironment> {
        self.environments.all()
    }

    /// The environment with a name.
    pub fn environment_named(&self, name: &str) -> Presence<i64> {
        self.environments.named(name)
    }
}

/// What is known of the saved state. Where an engine lists another hash than the pair alone has, the pair may be an older
/// one, unless what it depends on is at hand and explains the hash.
fn revision(known: &Known) -> TargetRevision {
    if known.mixed {
        return TargetRevision::Unknown;
    }
    match (&known.pair, &known.hash) {
        (Some((pair, _)), Some((listed, _)))
            if !known.comes_to(listed) && revision_hash::of_pairs([pair]) != *listed =>
        {
            TargetRevision::Hash(listed.clone())
        }
        (Some((pair, _)), _) => TargetRevision::Pair(pair.clone()),
        (None, Some((listed, _))) => TargetRevision::Hash(listed.clone()),
        (None, None) => TargetRevision::Unknown,
    }
}

/// Objects of one source that have one name in one place. Names are unique, so two sources that show one name for two
/// objects are of different times.
fn doubled(objects: &BTreeMap<ObjectId, Known>) -> Result<HashSet<ObjectId>, StateError> {
    let mut named: HashMap<(Space, Location, &str), (&ObjectId, &Source)> = HashMap::new();
    let mut doubled = HashSet::new();
    for (object, known) in objects {
        let (Some((name, source)), Some((place, _))) = (&known.name, &known.place) else {
            continue;
        };
        let key = (name_space(&object.0), *place, name.as_str());
        let (other, first) = *named.entry(key).or_insert((object, source));
        if other == object {
            continue;
        }
        if first != source {
            let named = (object.0.clone(), Identifier::Text(name.clone()));
            return Err(Disagreement::Identity.between(first, source, &named));
        }
        doubled.extend([other.clone(), object.clone()]);
    }
    Ok(doubled)
}

fn needs_home(type_name: &str, label: &str) -> String {
    match path_of(type_name) {
        Some(path) => format!("the environment that {label} lives in (GET /{path})"),
        None => format!("the environment that {label} lives in"),
    }
}

fn needs_names(type_name: &str) -> String {
    match path_of(type_name) {
        Some(path) => {
            format!("the names behind the numbers of the target's {type_name} objects (GET /{path})")
        }
        None => format!(
            "the names behind the numbers of the target's {type_name} objects (an export document of them)"
        ),
    }
}

fn needs_all(wanted: TypeSelector<'_>) -> String {
    match wanted {
        TypeSelector::AnyAlgorithm => {
            "all algorithms of the target (every page of GET /syncable-objects)".to_owned()
        }
        TypeSelector::Type(name) => {
            format!("all {name} objects of the target (every page of GET /syncable-objects)")
        }
    }
}

impl TargetInventory for TargetState {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        if let Presence::Present(object) = self.known.find(lookup) {
            return Presence::Present(object);
        }
        let type_name = match lookup.wanted {
            TypeSelector::Type(name) => Some(name),
            TypeSelector::AnyAlgorithm => None,
        };
        let space = type_name.and_then(name_space);
        let unknown = |needs: String| Presence::Unknown { needs };
        if let Some(needs) = self.unclear.get(&(space.clone(), IndexBy::of(lookup.identity))) {
            return unknown(needs.clone());
        }
        // What lives in an unknown environment may live here.
        let places = || [Some(lookup.place), None].into_iter();
        let nameless = places().find_map(|place| self.nameless.get(&(space.clone(), place)));
        let without_pair = places().any(|place| self.without_pair.contains(&(space.clone(), place)));
        match (lookup.identity, nameless) {
            (Identity::Name(_), Some(nameless)) => unknown(needs_names(nameless)),
            (Identity::Object(_), _) if without_pair => unknown(format!(
                "the revisions of the target's {} objects (an export document of them)",
                type_name.unwrap_or("algorithm")
            )),
            _ if self.coverage.covers(type_name, lookup.place) => Presence::Absent,
            _ => unknown(needs_all(lookup.wanted)),
        }
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
        match self.coverage.is_whole() || format <= newest {
            true => Presence::Present(()),
            false => Presence::Unknown {
                needs: match self.format {
                    Some(own) => format!(
                        "whether the target reads format {format} (a document that it exported in that format or a newer \
                         one; those at hand have format {own})"
                    ),
                    None => format!(
                        "whether the target reads format {format} (a document that it exported in that format or a newer \
                         one)"
                    ),
                },
            },
        }
    }

    fn takes_type(&self, type_name: &str) -> Presence<()> {
        let known = type_by_name(type_name).and_then(ObjectType::number).is_some();
        let here = self.types.contains(type_name) || self.dumped_types.contains(type_name);
        match self.version.map(|version| version.takes_type(type_name)) {
            _ if here => Presence::Present(()),
            // A mock engine takes what its version isn't known to lack.
            Some(Presence::Unknown { .. }) if self.coverage.is_whole() => Presence::Present(()),
            Some(answer) => answer,
            None if known || self.coverage.is_whole() => Presence::Present(()),
            None => Presence::Unknown {
                needs: format!("whether the target takes objects of type {type_name}"),
            },
        }
    }
}
