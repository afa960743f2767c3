//! The object graph of a state: all objects with their dependencies resolved, for lists and exports.
//!
//! Invariant: depends on the object store alone, so it is built once per store and shared.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

use exportdoc::internal::graph::{Graph, GraphBuilder, NodeId};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::ObjectKey;
use exportdoc::internal::revision_hash;
use serde::{Serialize, Serializer, ser};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::bundle::{Candidates, completed, is_bundle};
use super::links::resolve;
use super::{ObjectStore, StoredObject, is_reference, reference};
use crate::engine::defaults;
use crate::engine::locking::lock;
use crate::engine::{EngineError, Page, Profile, Settings, State};

/// The object graph of a state.
#[derive(Debug)]
pub struct View {
    store: ObjectStore,
    objects: Vec<Arc<StoredObject>>,
    graph: Graph,
    hashes: Vec<Option<String>>,
    obstacles: Vec<Option<String>>,
    /// The entries of lists, built on first use.
    entries: Vec<OnceLock<Box<RawValue>>>,
    form: ListForm,
}

/// How an engine's version lists objects.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListForm {
    /// Leaves out environments.
    without_environments: bool,
    /// Shows UUID B, too.
    revision_ids: bool,
}

impl ListForm {
    /// The form under these settings.
    pub fn of(settings: &Settings) -> Self {
        let differences = settings.profile.map(Profile::differences);
        Self {
            without_environments: settings.hides("ENVIRONMENT"),
            revision_ids: differences.is_some_and(|differences| differences.revision_ids),
        }
    }
}

impl View {
    /// Resolves the objects of a state.
    pub fn new(state: &State, form: ListForm) -> Result<Self, EngineError> {
        let (bundles, plain): (Vec<_>, Vec<_>) = state
            .objects
            .iter()
            .filter(|stored| !stored.is_reference())
            .filter(|stored| !(form.without_environments && stored.type_name == "ENVIRONMENT"))
            .cloned()
            .partition(|stored| is_bundle(&stored.type_name));
        let mut objects = with_references(state, plain.clone());
        let obstacles = obstacles(state, &objects);
        let free = plain.iter().zip(&obstacles);
        let free = free.filter(|(_, obstacle)| obstacle.is_none());
        let candidates = Candidates::new(free.map(|(object, _)| object.as_ref()));
        let bundles: Vec<_> = bundles
            .iter()
            .map(|bundle| completed(bundle, &candidates))
            .collect::<Result<_, _>>()?;
        let mut listed = plain;
        listed.extend(bundles);
        listed.sort_by(|a, b| in_lists(a).cmp(&in_lists(b)));
        let count = listed.len();
        objects = with_references(state, listed);
        let mut builder = GraphBuilder::new();
        for object in &objects {
            builder.add(&object.object);
        }
        let graph = builder.finish();
        Ok(Self {
            store: state.objects.clone(),
            hashes: revision_hash::of_all(&graph, revision_hash::DEFAULT_WORK),
            obstacles: self::obstacles(state, &objects),
            objects,
            graph,
            entries: vec![OnceLock::new(); count],
            form,
        })
    }

    /// The objects in `/syncable-objects`: all but references, or those of one type, by type and identifier.
    pub fn listed(&self, type_name: Option<&str>) -> Range<NodeId> {
        let all = &self.objects[..self.entries.len()];
        let Some(name) = type_name else {
            return 0..all.len();
        };
        let start = all.partition_point(|object| object.type_name.as_str() < name);
        let length = all[start..].partition_point(|object| object.type_name == name);
        start..start + length
    }

    /// Returns the listed object with a key.
    pub fn find(&self, key: &ObjectKey) -> Option<NodeId> {
        self.graph.find(key).filter(|id| *id < self.entries.len())
    }

    /// A listed object as ExportObjectMetadata. Cached, since lists are read far more often than objects change.
    pub fn entry(&self, id: NodeId) -> serde_json::Result<&RawValue> {
        let cell = &self.entries[id];
        if let Some(written) = cell.get() {
            return Ok(written);
        }
        let object = self.object(id);
        let mut entry = json!({
            "objectIdentifier": object.key().identifier.to_json(),
            "objectType": object.type_name,
        });
        let hash = match self.obstacle(id) {
            Some(reason) => Some(format!("{}{reason}", defaults::NOT_SYNCABLE)),
            None => self.hash(id).map(str::to_owned),
        };
        if let Some(hash) = hash {
            entry["revisionHash"] = hash.into();
        }
        if self.form.revision_ids {
            entry["revisionId"] = object.object.revision().pair.save.as_str().into();
        }
        let written = to_raw_value(&entry)?;
        Ok(cell.get_or_init(|| written))
    }

    /// Returns an object.
    pub fn object(&self, id: NodeId) -> &Arc<StoredObject> {
        &self.objects[id]
    }

    /// Its revision hash; `None` only for stores of absurd size.
    pub fn hash(&self, id: NodeId) -> Option<&str> {
        self.hashes[id].as_deref()
    }

    /// The listed objects that an object needs: its dependencies, and what references among them refer to.
    pub fn needs(&self, state: &State, id: NodeId) -> Vec<NodeId> {
        let dependencies = self.object(id).object.dependencies().iter();
        let mut needs: Vec<NodeId> = dependencies
            .filter_map(|key| {
                let original = || resolve(state, key).and_then(|original| self.find(original.key()));
                self.find(key).or_else(original)
            })
            .collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// The reason why it can't be synced.
    pub fn obstacle(&self, id: NodeId) -> Option<&str> {
        self.obstacles[id].as_deref()
    }

    /// Everything reachable, in record order.
    pub fn breadth_first(&self, roots: &[NodeId]) -> Vec<NodeId> {
        self.graph.breadth_first(roots.iter().copied())
    }
}

/// The order of lists, as [`ObjectStore::iter`].
fn in_lists(stored: &StoredObject) -> (&str, &Identifier, u64) {
    let key = stored.key();
    (&stored.type_name, &key.identifier, key.type_number)
}

/// The objects, then the references that they need, each once.
fn with_references(state: &State, mut objects: Vec<Arc<StoredObject>>) -> Vec<Arc<StoredObject>> {
    let mut seen: HashMap<ObjectKey, ()> = objects.iter().map(|object| (object.key().clone(), ())).collect();
    let mut next = 0;
    while let Some(object) = objects.get(next).cloned() {
        next += 1;
        for key in object.object.dependencies() {
            if seen.contains_key(key) {
                continue;
            }
            seen.insert(key.clone(), ());
            // All objects other than references are there already, or missing.
            objects.extend(reference::target(state, key).filter(|target| target.is_reference()));
        }
    }
    objects
}

/// For each object the reason why it can't be synced: its own, or that of a dependency. A reference shares its
/// original's reason, since the original is missing on every target.
fn obstacles(state: &State, objects: &[Arc<StoredObject>]) -> Vec<Option<String>> {
    let index: HashMap<&ObjectKey, usize> = objects.iter().zip(0..).map(|(o, at)| (o.key(), at)).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    let mut reasons: Vec<Option<String>> = Vec::with_capacity(objects.len());
    let mut open = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        for key in object.object.dependencies() {
            dependents_of(&mut dependents, index.get(key), at);
        }
        if is_reference(&object.type_name)
            && let Some(original) = resolve(state, object.key())
        {
            dependents_of(&mut dependents, index.get(original.key()), at);
        }
        reasons.push(object.not_syncable.clone());
        if object.not_syncable.is_some() {
            open.push(at);
        }
    }
    while let Some(at) = open.pop() {
        let cause = &objects[at];
        let identifier = cause.key().identifier.to_string();
        let name = cause.name.as_ref().unwrap_or(&identifier);
        let reason = format!("depends on {} {name}, which is not syncable", cause.type_name);
        for &dependent in &dependents[at] {
            // Bundles leave such members out.
            if reasons[dependent].is_none() && !is_bundle(&objects[dependent].type_name) {
                reasons[dependent] = Some(reason.clone());
                open.push(dependent);
            }
        }
    }
    reasons
}

fn dependents_of(dependents: &mut [Vec<usize>], on: Option<&usize>, dependent: usize) {
    if let Some(list) = on.and_then(|on| dependents.get_mut(*on)) {
        list.push(dependent);
    }
}

/// A page of listed objects.
#[derive(Debug)]
pub struct Listing {
    view: Arc<View>,
    page: Page<NodeId>,
}

impl Listing {
    /// The objects of a graph.
    pub fn new(view: Arc<View>, page: Page<NodeId>) -> Self {
        Self { view, page }
    }
}

impl Serialize for Listing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.page.try_map(|id| self.view.entry(*id));
        page.map_err(ser::Error::custom)?.serialize(serializer)
    }
}

/// The graph of the latest state in use.
#[derive(Debug)]
pub struct ViewCache {
    latest: Mutex<Option<Arc<View>>>,
    form: ListForm,
}

impl ViewCache {
    /// Views under these settings.
    pub fn new(settings: &Settings) -> Self {
        Self {
            latest: Mutex::default(),
            form: ListForm::of(settings),
        }
    }

    /// Another cache that begins with the same graph.
    pub fn fork(&self) -> Self {
        Self {
            latest: Mutex::new(lock(&self.latest).clone()),
            form: self.form,
        }
    }

    /// Returns the graph of a state.
    pub fn of(&self, state: &State) -> Result<Arc<View>, EngineError> {
        let cached = lock(&self.latest).clone();
        if let Some(view) = cached.filter(|view| view.store.same_as(&state.objects)) {
            return Ok(view);
        }
        let view = Arc::new(View::new(state, self.form)?);
        *lock(&self.latest) = Some(Arc::clone(&view));
        Ok(view)
    }
}
