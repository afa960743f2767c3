//! The answers for an import plan.
//!
//! Invariant: what is certain goes into a [`MemoryInventory`]; beside it stands, by the same kind of question, what is in
//! doubt and why. Only where neither has an answer and everything of the kind is known, something is absent.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::claims::Known;
use super::coverage::{Coverage, ObjectId};
use super::environments::{Environments, NamedEnvironment};
use super::rows::path_of;
use super::{SourceId, StateNote, StateSource, TargetStateBuilder};
use crate::blob::OLDEST_KNOWN_FORMAT;
use crate::import_plan::{
    EngineVersion, Entry, Identity, Lookup, MemoryInventory, NEWEST_KNOWN_FORMAT, Place, Presence,
    TargetEnvironment, TargetInventory, TargetObject, TargetRevision, Wanted, name_space,
};
use crate::object::{ObjectType, RevisionPair, type_by_name};
use crate::revision_hash;

/// What is known of a target.
#[derive(Debug)]
pub struct TargetState {
    sources: Vec<StateSource>,
    notes: Vec<StateNote>,
    certain: MemoryInventory,
    /// What would tell of objects that aren't certain: where they live isn't known, or sources contradict each other.
    doubts: HashMap<(Space, Option<Place>, By), String>,
    /// The same of objects of which so many things are said that they may be anywhere, whatever else is there.
    anywhere: HashMap<(Space, By), String>,
    /// Where there are objects whose names aren't known, with one of their types.
    nameless: HashMap<(Space, Option<Place>), String>,
    /// Where there are objects whose UUIDs aren't known.
    without_pair: HashSet<(Space, Option<Place>)>,
    types: HashSet<String>,
    dumped_types: HashSet<String>,
    coverage: Coverage,
    environments: Environments,
    format: Option<u64>,
    version: Option<EngineVersion>,
}

/// Types that share their names; none for algorithms.
type Space = Option<String>;

/// By what an object is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum By {
    Name(String),
    Object(String),
    EnvironmentItself,
}

impl TargetState {
    pub(super) fn new(builder: TargetStateBuilder, labels: Vec<String>) -> Self {
        let known = builder.claims.settle(&builder.coverage);
        let mut state = Self {
            sources: builder.sources,
            notes: builder.notes,
            certain: MemoryInventory::default(),
            doubts: HashMap::new(),
            anywhere: HashMap::new(),
            nameless: HashMap::new(),
            without_pair: HashSet::new(),
            types: known.keys().map(|(type_name, _)| type_name.clone()).collect(),
            dumped_types: builder.dumped_types,
            coverage: builder.coverage,
            environments: builder.environments,
            format: builder.format,
            version: builder.version.or(builder.dumped_version),
        };
        let disputes = doubled(known, |object, known| state.place(object, known, &labels));
        state.note_disputes(disputes, &labels);
        state
    }

    /// Files an object, under all that is said of it, and gives the sources that contradict each other about it.
    fn place(&mut self, object: ObjectId, known: Known, labels: &[String]) -> Option<(SourceId, SourceId)> {
        let (type_name, id) = object;
        let space = name_space(&type_name);
        let places: Vec<Option<Place>> = match known.places.all().next() {
            Some(_) if !known.is_all_over_the_place() => known.places.all().copied().map(Some).collect(),
            _ => vec![None],
        };
        for place in &places {
            let at = (space.clone(), *place);
            if known.pairs.all().next().is_none() {
                self.without_pair.insert(at.clone());
            }
            if known.names.all().next().is_none() && !known.name_shows {
                self.nameless.entry(at).or_insert_with(|| type_name.clone());
            }
        }
        let disputed = known.disputed;
        let label = match known.names.all().next() {
            Some(name) => format!("{type_name} {name}"),
            None => format!("{type_name} {id}"),
        };
        let needs = match disputed {
            Some((first, second)) => {
                let name = |id: SourceId| labels.get(id).map_or("", String::as_str);
                Some(format!(
                    "which of {} and {} is newer, as they disagree about {label}",
                    name(first.min(second)),
                    name(first.max(second))
                ))
            }
            None => known
                .places
                .only()
                .is_none()
                .then(|| needs_home(&type_name, &label)),
        };
        if let Some(needs) = needs {
            for by in ways_to(&type_name, &known) {
                if known.is_all_over_the_place() {
                    let key = (space.clone(), by);
                    self.anywhere.entry(key).or_insert_with(|| needs.clone());
                    continue;
                }
                for place in &places {
                    let key = (space.clone(), *place, by.clone());
                    self.doubts.entry(key).or_insert_with(|| needs.clone());
                }
            }
        } else if let Some(place) = known.places.only().copied() {
            let revision = revision(
                known.pairs.into_only(),
                known.hashes.into_only(),
                known.own_hashes.into_only(),
            );
            // Without the pair, nothing finds it by its UUID.
            if !matches!(revision, TargetRevision::Pair(_)) {
                self.without_pair.insert((space, Some(place)));
            }
            let object = TargetObject {
                type_name,
                id,
                name: known.names.into_only(),
                revision,
                dependencies: known.dependencies.into_only(),
            };
            self.certain.insert(Entry { object, place });
        }
        disputed
    }

    fn note_disputes(&mut self, disputes: BTreeMap<(SourceId, SourceId), usize>, labels: &[String]) {
        let label = |id: SourceId| labels.get(id).cloned().unwrap_or_default();
        for ((first, second), objects) in disputes {
            self.notes.push(StateNote::Disagreement {
                first: label(first),
                second: label(second),
                objects,
            });
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
        self.coverage.is_whole()
            && self.doubts.is_empty()
            && self.anywhere.is_empty()
            && self.without_pair.is_empty()
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
fn revision(pair: Option<RevisionPair>, listed: Option<String>, own: Option<String>) -> TargetRevision {
    match (pair, listed) {
        (Some(pair), None) => TargetRevision::Pair(pair),
        (Some(pair), Some(listed)) => {
            match own.as_ref() == Some(&listed) || revision_hash::of_pairs([&pair]) == listed {
                true => TargetRevision::Pair(pair),
                false => TargetRevision::Hash(listed),
            }
        }
        (None, Some(listed)) => TargetRevision::Hash(listed),
        (None, None) => TargetRevision::Unknown,
    }
}

/// By what an object may be asked for.
fn ways_to(type_name: &str, known: &Known) -> Vec<By> {
    let names = known.names.all().cloned().map(By::Name);
    let pairs = known.pairs.all().map(|pair| By::Object(pair.object.clone()));
    let itself = (type_name == "ENVIRONMENT").then_some(By::EnvironmentItself);
    names.chain(pairs).chain(itself).collect()
}

/// Files every object. Where two have one name in one place, both are in dispute: names are unique.
fn doubled(
    mut known: BTreeMap<ObjectId, Known>,
    mut file: impl FnMut(ObjectId, Known) -> Option<(SourceId, SourceId)>,
) -> BTreeMap<(SourceId, SourceId), usize> {
    let mut named: BTreeMap<(Space, Place, &str), Vec<&ObjectId>> = BTreeMap::new();
    for (object, known) in known.iter().filter(|(_, known)| !known.is_all_over_the_place()) {
        let space = name_space(&object.0);
        for place in known.places.all() {
            for name in known.names.all() {
                let same = named.entry((space.clone(), *place, name)).or_default();
                same.push(object);
            }
        }
    }
    let mut doubled = Vec::new();
    for same in named.into_values() {
        if let [first, second, ..] = same[..] {
            let sources = (known[first].source, known[second].source);
            doubled.extend(same.into_iter().map(|object| (object.clone(), sources)));
        }
    }
    for (object, sources) in doubled {
        if let Some(known) = known.get_mut(&object) {
            known.disputed = known.disputed.or(Some(sources));
        }
    }
    let mut disputes = BTreeMap::new();
    for (object, known) in known {
        if let Some((first, second)) = file(object, known) {
            *disputes
                .entry((first.min(second), first.max(second)))
                .or_default() += 1;
        }
    }
    disputes
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

fn needs_all(wanted: Wanted<'_>) -> String {
    match wanted {
        Wanted::AnyAlgorithm => {
            "all algorithms of the target (every page of GET /syncable-objects)".to_owned()
        }
        Wanted::Type(name) => {
            format!("all {name} objects of the target (every page of GET /syncable-objects)")
        }
    }
}

impl TargetInventory for TargetState {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        let type_name = match lookup.wanted {
            Wanted::Type(name) => Some(name),
            Wanted::AnyAlgorithm => None,
        };
        let space = type_name.and_then(name_space);
        let by = match lookup.identity {
            Identity::Name(name) => By::Name(name.to_owned()),
            Identity::Object(uuid) => By::Object(uuid.to_owned()),
            Identity::EnvironmentItself => By::EnvironmentItself,
        };
        let unknown = |needs: String| Presence::Unknown { needs };
        let here = Some(lookup.place);
        let doubt = |place| self.doubts.get(&(space.clone(), place, by.clone()));
        let anywhere = || self.anywhere.get(&(space.clone(), by.clone()));
        if let Some(needs) = doubt(here).or_else(anywhere) {
            return unknown(needs.clone());
        }
        if let Presence::Present(object) = self.certain.find(lookup) {
            return Presence::Present(object);
        }
        // What lives where isn't known may live here.
        if let Some(needs) = doubt(None) {
            return unknown(needs.clone());
        }
        let places = || [here, None].into_iter();
        let nameless = places().find_map(|place| self.nameless.get(&(space.clone(), place)));
        let without_pair = places().any(|place| self.without_pair.contains(&(space.clone(), place)));
        match lookup.identity {
            Identity::Name(_) if nameless.is_some() => {
                unknown(needs_names(nameless.map_or("", String::as_str)))
            }
            Identity::Object(_) if without_pair => unknown(format!(
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
