//! Determines the import order of a document and finds faults that no engine accepts.
//!
//! Invariant: the order contains every object once, dependencies before dependents unless there is a circle.

use std::collections::{BTreeMap, HashMap};

use super::import_object::ImportObject;
use super::inventory::{Identity, Lookup, TypeSelector};
use super::kind::Role;
use super::refusal::Refusal;
use super::step::Rule;
use crate::graph::{Graph, GraphBuilder};
use crate::object::Named;

/// The document as a whole.
pub(super) struct Structure<'a> {
    /// Over the objects in [`ranked`] order.
    pub(super) graph: Graph,
    /// Object index of each node.
    object_of: Vec<usize>,
    /// Node of each object.
    node_of: Vec<usize>,
    /// Object indices in import order.
    pub(super) order: Vec<usize>,
    /// The faults of single objects.
    pub(super) blocked: BTreeMap<usize, Rule>,
    /// The first fault of the document.
    pub(super) fault: Option<Refusal>,
    /// Objects of the document by the lookups that references make.
    originals: HashMap<Lookup<'a>, usize>,
}

impl<'a> Structure<'a> {
    pub(super) fn of(subjects: &'a [ImportObject<'a>]) -> Self {
        let object_of = ranked(subjects);
        let mut node_of = vec![0; subjects.len()];
        let mut builder = GraphBuilder::new();
        for &object in &object_of {
            node_of[object] = builder.add(subjects[object].object);
        }
        let graph = builder.finish();
        let mut structure = Self {
            order: object_of.clone(),
            graph,
            object_of,
            node_of,
            blocked: BTreeMap::new(),
            fault: None,
            originals: HashMap::new(),
        };
        structure.check_identities(subjects);
        structure.check_members(subjects);
        match structure.graph.import_order() {
            Ok(nodes) => structure.order = structure.objects(&nodes),
            Err(nodes) => structure.report_cycle(subjects, &nodes),
        }
        structure
    }

    fn objects(&self, nodes: &[usize]) -> Vec<usize> {
        nodes.iter().map(|node| self.object_of[*node]).collect()
    }

    /// Direct dependencies of an object, as object indices.
    pub(super) fn dependencies(&self, object: usize) -> impl Iterator<Item = usize> {
        let node = &self.graph.nodes()[self.node_of[object]];
        node.dependencies.iter().map(|node| self.object_of[*node])
    }

    /// Node of an object.
    pub(super) fn node(&self, object: usize) -> usize {
        self.node_of[object]
    }

    /// The reference's original in the document.
    pub(super) fn original(&self, subject: &ImportObject<'_>) -> Option<usize> {
        let lookup = subject.lookup()?;
        self.originals.get(&lookup).copied()
    }

    fn block(&mut self, object: usize, rule: Rule, fault: Refusal) {
        self.blocked.entry(object).or_insert(rule);
        self.fault.get_or_insert(fault);
    }

    /// Checks that no two objects have one key or one name.
    fn check_identities(&mut self, subjects: &'a [ImportObject<'a>]) {
        for (object, subject) in subjects.iter().enumerate() {
            let key = subject.object.key();
            if self.graph.find(key) != Some(self.node_of[object]) {
                self.block(
                    object,
                    Rule::DuplicateObject,
                    Refusal::DuplicateObject(subject.named()),
                );
                continue;
            }
            if !subject.is_written() {
                continue;
            }
            let Some(lookup) = subject.lookup() else { continue };
            let first = *self.originals.entry(lookup).or_insert(object);
            if first != object {
                let fault = Refusal::DuplicateName {
                    first: subjects[first].named(),
                    second: subject.named(),
                };
                self.block(object, Rule::DuplicateName, fault);
            }
            // A reference without a name is looked up by UUID.
            let uuid = subject.object.revision().pair.object.as_str();
            if !uuid.is_empty() {
                let identity = Identity::Object(uuid);
                self.originals
                    .entry(Lookup { identity, ..lookup })
                    .or_insert(object);
            }
        }
    }

    /// Checks that dependencies are in the document. Engines export whole closures, so a gap means lost records.
    fn check_members(&mut self, subjects: &[ImportObject<'_>]) {
        let mut type_names: Option<BTreeMap<u64, String>> = None;
        for object in 0..self.node_of.len() {
            let node = &self.graph.nodes()[self.node_of[object]];
            if let Some(missing) = node.missing.first().cloned() {
                let type_names = type_names.get_or_insert_with(|| {
                    let kinds = subjects
                        .iter()
                        .map(|s| (s.object.key().type_number, s.kind.type_name.clone()));
                    kinds.collect()
                });
                let missing = Named::by_key(missing, type_names);
                let fault = Refusal::MissingMember {
                    object: subjects[object].named(),
                    missing: missing.clone(),
                };
                self.block(object, Rule::MissingMember(missing), fault);
            }
        }
    }

    fn report_cycle(&mut self, subjects: &[ImportObject<'_>], nodes: &[usize]) {
        let objects = self.objects(nodes);
        let fault = Refusal::Cycle(objects.iter().map(|object| subjects[*object].named()).collect());
        for object in objects {
            self.block(object, Rule::Cycle, fault.clone());
        }
    }
}

/// Sorts object indices: global objects, then references, which may refer to the former, then local objects. Each group
/// keeps record order.
fn ranked(subjects: &[ImportObject<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..subjects.len()).collect();
    order.sort_by_key(|object| match subjects[*object].kind.role {
        Role::Bundle | Role::Key | Role::Global => 0,
        Role::Reference | Role::Source | Role::Unclear => 1,
        Role::Environment | Role::EnvironmentItself => 2,
    });
    order
}

/// The word for the types of a lookup.
pub(super) fn types_label(types: TypeSelector<'_>) -> &str {
    match types {
        TypeSelector::Type(name) => name,
        TypeSelector::AnyAlgorithm => "algorithm",
    }
}
