//! The input documents of a merge.
//!
//! Invariant: objects with equal bytes in several documents are held once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::graph::{Graph, NodeId};
use crate::object::{Named, ObjectKey, SyncObject};
use crate::report::{Contents, DocumentReport, HeaderReport};
use crate::reuse;

use super::MergeError;

/// Index of a document in a merge; the base comes after the sides.
pub(super) type SourceId = usize;

/// An object's document and its index there.
pub(super) type Position = (SourceId, usize);

/// `KEY`. An engine has only one, but its identifier varies.
pub(super) const KEY: u64 = 9;
/// `GLOBAL_OBJECT`, which bundles the engine-wide objects.
pub(super) const GLOBAL_OBJECT: u64 = 13;

/// Whether an engine has only one object of this type.
pub(super) fn is_single(type_number: u64) -> bool {
    matches!(type_number, KEY | GLOBAL_OBJECT)
}

/// Collects the documents to merge, in order of preference.
#[derive(Debug, Default)]
pub struct Sources {
    sides: Vec<Source>,
    base: Option<Source>,
    held: HashMap<ObjectKey, Vec<Arc<SyncObject<'static>>>>,
    type_names: BTreeMap<u64, String>,
}

/// All input documents.
#[derive(Debug)]
pub(super) struct Documents {
    /// The sides, then the base.
    list: Vec<Source>,
    pub(super) base: Option<SourceId>,
    pub(super) type_names: BTreeMap<u64, String>,
}

/// An input document.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) label: String,
    /// Doubts about it.
    pub(super) doubts: Vec<String>,
    pub(super) host: Option<String>,
    pub(super) format: Option<u64>,
    /// The time in its header.
    pub(super) started: Option<Timestamp>,
    /// When an engine exported it; `None` if this toolkit made it.
    pub(super) exported: Option<Timestamp>,
    pub(super) marker: Option<String>,
    pub(super) objects: Vec<Arc<SyncObject<'static>>>,
    /// The names, in the order of the objects. Empty names are `None`.
    pub(super) names: Vec<Option<String>>,
    pub(super) index: HashMap<ObjectKey, usize>,
    /// The requested objects, and more until every object is reachable.
    pub(super) roots: Vec<ObjectKey>,
    pub(super) header_fields: Vec<u8>,
    pub(super) record_fields: BTreeMap<ObjectKey, Vec<u8>>,
}

impl Sources {
    /// Creates an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a document whose content goes into the result. `report` and `contents` must come from the same reading.
    ///
    /// # Errors
    /// The document has an object twice, or a type number that means another type in an earlier document.
    pub fn add_side(
        &mut self,
        label: String,
        report: &DocumentReport,
        contents: Contents,
    ) -> Result<(), MergeError> {
        let source = self.take(label, report, contents)?;
        self.sides.push(source);
        Ok(())
    }

    /// Sets the document that the sides were changed from.
    ///
    /// # Errors
    /// As [`Sources::add_side`].
    pub fn set_base(
        &mut self,
        label: String,
        report: &DocumentReport,
        contents: Contents,
    ) -> Result<(), MergeError> {
        self.base = Some(self.take(label, report, contents)?);
        Ok(())
    }

    fn take(
        &mut self,
        label: String,
        report: &DocumentReport,
        contents: Contents,
    ) -> Result<Source, MergeError> {
        for (number, name) in reuse::type_names(report) {
            let known = self.type_names.entry(number).or_insert_with(|| name.clone());
            if *known != name {
                let (first, second) = (known.clone(), name);
                return Err(MergeError::TypeNames {
                    number,
                    first,
                    second,
                });
            }
        }
        let mut index = HashMap::with_capacity(contents.objects.len());
        let mut objects = Vec::with_capacity(contents.objects.len());
        let mut single: BTreeMap<u64, ObjectKey> = BTreeMap::new();
        for object in contents.objects {
            let key = object.key();
            if is_single(key.type_number)
                && let Some(first) = single.insert(key.type_number, key.clone())
                && first != *key
            {
                return Err(MergeError::NotSingle {
                    source_label: label,
                    first: Box::new(Named::by_key(first, &self.type_names)),
                    second: Box::new(Named::by_key(key.clone(), &self.type_names)),
                });
            }
            if index.insert(object.key().clone(), objects.len()).is_some() {
                return Err(MergeError::DuplicateObject {
                    source_label: label,
                    object: Box::new(Named::by_key(object.key().clone(), &self.type_names)),
                });
            }
            objects.push(self.hold(object));
        }
        Ok(Source {
            label,
            doubts: reuse::doubts(report),
            host: report.envelope.host.clone(),
            format: report.header.as_ref().and_then(|header| header.format),
            started: report.header.as_ref().and_then(|header| header.started),
            exported: report.header.as_ref().and_then(HeaderReport::exported),
            marker: report.header.as_ref().and_then(|header| header.marker.clone()),
            names: report
                .objects
                .iter()
                .map(|object| object.name.clone().filter(|name| !name.is_empty()))
                .collect(),
            roots: all_roots(report),
            objects,
            index,
            header_fields: contents.header_fields,
            record_fields: contents.record_fields,
        })
    }

    fn hold(&mut self, object: SyncObject<'static>) -> Arc<SyncObject<'static>> {
        let held = self.held.entry(object.key().clone()).or_default();
        if let Some(same) = held.iter().find(|held| held.as_bytes() == object.as_bytes()) {
            return Arc::clone(same);
        }
        let object = Arc::new(object);
        held.push(Arc::clone(&object));
        object
    }

    /// Ends the collection.
    pub(super) fn close(self) -> Documents {
        let base = self.base.is_some().then_some(self.sides.len());
        Documents {
            list: self.sides.into_iter().chain(self.base).collect(),
            base,
            type_names: self.type_names,
        }
    }
}

impl Documents {
    /// The documents that go into the result.
    pub(super) fn sides(&self) -> &[Source] {
        &self.list[..self.base.unwrap_or(self.list.len())]
    }

    pub(super) fn all(&self) -> &[Source] {
        &self.list
    }

    /// The name of the object at a position.
    pub(super) fn name(&self, (source, at): Position) -> Option<&str> {
        self.list[source].names.get(at)?.as_deref()
    }

    pub(super) fn is_side(&self, id: SourceId) -> bool {
        Some(id) != self.base
    }
}

impl std::ops::Index<SourceId> for Documents {
    type Output = Source;

    fn index(&self, id: SourceId) -> &Source {
        &self.list[id]
    }
}

/// The requested objects, plus as many roots as make every object reachable: objects that nothing depends on, then one
/// object of each circle.
fn all_roots(report: &DocumentReport) -> Vec<ObjectKey> {
    let graph = &report.graph;
    let mut roots = reuse::roots(report);
    let mut reached = vec![false; graph.nodes().len()];
    mark(
        graph,
        roots.iter().filter_map(|root| graph.find(root)),
        &mut reached,
    );
    if reached.iter().all(|reached| *reached) {
        return roots;
    }
    let mut needed = vec![false; reached.len()];
    for &id in graph.nodes().iter().flat_map(|node| &node.dependencies) {
        needed[id] = true;
    }
    for free in [true, false] {
        for id in 0..reached.len() {
            if !reached[id] && (!free || !needed[id]) {
                mark(graph, [id], &mut reached);
                roots.push(graph.nodes()[id].key.clone());
            }
        }
    }
    roots
}

/// Marks all reachable objects. Skips those reached before, so that all calls together visit every edge once.
fn mark(graph: &Graph, from: impl IntoIterator<Item = NodeId>, reached: &mut [bool]) {
    let mut pending: Vec<NodeId> = from.into_iter().collect();
    while let Some(id) = pending.pop() {
        if !std::mem::replace(&mut reached[id], true) {
            pending.extend(&graph.nodes()[id].dependencies);
        }
    }
}
