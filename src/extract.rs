//! Extracts objects and their dependencies from a document.
//!
//! Invariant: the result is closed under dependencies, in the engines' record order: breadth-first from the requested
//! objects. Objects stay as they are, byte for byte; with [`Dependencies::References`], only the dependency lists change.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::build::{BuildError, in_record_order};
use crate::graph::Graph;
use crate::object::{
    Named, ObjectError, ObjectKey, ReferenceError, Scope, SyncObject, by_number_in_own_document,
    reference_key, reference_to, rename,
};
use crate::report::{DocumentReport, ObjectReport};

/// What to do with the dependencies of the extracted objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dependencies {
    /// Extract them, too.
    #[default]
    Closure,
    /// Replace algorithms, domains and profile sets by references, as an engine does in the export of a job. The target must
    /// have the originals. Types without a reference type (connectors, keys, settings) are extracted.
    References,
}

/// Why objects can't be extracted.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// No object matches the text.
    #[error("no object matches '{0}'")]
    NotFound(String),
    /// Several objects match the text.
    #[error("{} objects match '{wanted}'", .candidates.len())]
    Ambiguous {
        /// The text.
        wanted: String,
        /// Unambiguous texts for them.
        candidates: Vec<String>,
    },
    /// A missing dependency, or two objects with one key.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The document already has a reference with that key, to another saved state.
    #[error("{reference} refers to a saved state other than that of {original}")]
    OtherReference {
        /// The reference in the document.
        reference: Box<Named>,
        /// The object to replace.
        original: Box<Named>,
    },
    /// The references form a circle: an original depends indirectly on its own reference.
    #[error("with references instead of its dependencies, {0} depends on itself")]
    Circle(Named),
    /// A reference can't be made.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A changed object can't be parsed.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// Finds the object that a text names: `TYPE:ID`, `TYPE:NAME`, an identifier or a name. The type may be a number. An
/// identifier wins over a name.
///
/// # Errors
/// No object, or several.
pub fn find(report: &DocumentReport, wanted: &str) -> Result<ObjectKey, ExtractError> {
    let by_identifier = |object: &ObjectReport, text: &str| object.key.identifier.to_string() == text;
    let by_name = |object: &ObjectReport, text: &str| object.name.as_deref() == Some(text);
    for answers in [&by_identifier as &dyn Fn(&ObjectReport, &str) -> bool, &by_name] {
        let found: Vec<&ObjectReport> = report
            .objects
            .iter()
            .filter(|object| {
                answers(object, wanted)
                    || after_type(object, wanted).is_some_and(|rest| answers(object, rest))
            })
            .collect();
        let mut keys: Vec<&ObjectKey> = found.iter().map(|object| &object.key).collect();
        keys.dedup();
        match keys[..] {
            [] => {}
            [key] => return Ok(key.clone()),
            _ => {
                return Err(ExtractError::Ambiguous {
                    wanted: wanted.to_owned(),
                    candidates: found
                        .iter()
                        .map(|object| format!("{}:{}", object.type_name, object.key.identifier))
                        .collect(),
                });
            }
        }
    }
    Err(ExtractError::NotFound(wanted.to_owned()))
}

/// What follows an object's type in `TYPE:…`.
fn after_type<'t>(object: &ObjectReport, wanted: &'t str) -> Option<&'t str> {
    let (type_name, rest) = wanted.split_once(':')?;
    let same = type_name == object.type_name || type_name.parse() == Ok(object.key.type_number);
    same.then_some(rest)
}

/// The positions in a report of the objects that [`extract`] has to be given: the objects asked for, what they need,
/// references to it, and what these need.
pub fn positions(report: &DocumentReport, roots: &[ObjectKey]) -> BTreeSet<usize> {
    let graph = &report.graph;
    let mut pending: Vec<_> = roots.iter().filter_map(|root| graph.find(root)).collect();
    let mut keys = HashSet::new();
    while let Some(id) = pending.pop() {
        let node = &graph.nodes()[id];
        if keys.insert(&node.key) {
            pending.extend(&node.dependencies);
            pending.extend(reference_key(&node.key).and_then(|reference| graph.find(&reference)));
        }
    }
    let objects = report.objects.iter().enumerate();
    let wanted = objects.filter(|(_, object)| keys.contains(&object.key));
    wanted.map(|(at, _)| at).collect()
}

/// The objects asked for and what they need, in record order.
///
/// # Errors
/// Objects or dependencies that aren't there, or are there twice; references that can't be made.
pub fn extract(
    objects: Vec<SyncObject<'static>>,
    roots: &[ObjectKey],
    dependencies: Dependencies,
) -> Result<Vec<SyncObject<'static>>, ExtractError> {
    match dependencies {
        Dependencies::Closure => Ok(in_record_order(objects, roots)?),
        Dependencies::References => {
            // Seen to first, so that a duplicate can't hide behind the map below.
            let closure = in_record_order(objects.clone(), roots)?;
            let taken = Replacing::new(&objects, &closure, roots).run(roots)?;
            let taken = in_record_order(taken, roots)?;
            if let Some(circle) = in_circle(&taken)
                && in_circle(&closure).is_none()
            {
                return Err(ExtractError::Circle(circle));
            }
            Ok(taken)
        }
    }
}

/// An object that depends on itself by way of others.
fn in_circle(objects: &[SyncObject<'_>]) -> Option<Named> {
    let graph = Graph::of(objects);
    let circle = graph.import_order().err()?;
    circle.first().map(|id| Named::of(&objects[*id]))
}

/// Walks from the requested objects and replaces dependencies by references.
struct Replacing<'a> {
    objects: HashMap<&'a ObjectKey, &'a SyncObject<'static>>,
    /// The originals by the references' keys.
    originals: HashMap<ObjectKey, &'a SyncObject<'static>>,
    asked_for: HashSet<&'a ObjectKey>,
}

impl<'a> Replacing<'a> {
    fn new(
        objects: &'a [SyncObject<'static>],
        closure: &'a [SyncObject<'static>],
        roots: &'a [ObjectKey],
    ) -> Self {
        Self {
            objects: objects.iter().map(|object| (object.key(), object)).collect(),
            originals: closure
                .iter()
                .filter_map(|object| Some((replaced_by(object.key())?, object)))
                .collect(),
            asked_for: roots.iter().collect(),
        }
    }

    fn run(&self, roots: &[ObjectKey]) -> Result<Vec<SyncObject<'static>>, ExtractError> {
        let mut pending: Vec<ObjectKey> = roots.to_vec();
        let mut seen: HashSet<ObjectKey> = roots.iter().cloned().collect();
        let mut taken = Vec::new();
        while let Some(key) = pending.pop() {
            let Some(object) = self.take(&key)? else { continue };
            for dependency in object.dependencies() {
                if seen.insert(dependency.clone()) {
                    pending.push(dependency.clone());
                }
            }
            taken.push(object);
        }
        Ok(taken)
    }

    /// Returns the document's object with a key, or makes the reference. `None` makes [`in_record_order`] fail, which knows
    /// the dependent object.
    fn take(&self, key: &ObjectKey) -> Result<Option<SyncObject<'static>>, ExtractError> {
        let original = self.originals.get(key);
        let Some(object) = self.objects.get(key) else {
            return Ok(original.map(|original| reference_to(original)).transpose()?);
        };
        if let Some(original) = original
            && original.revision().pair != object.revision().pair
        {
            return Err(ExtractError::OtherReference {
                reference: Box::new(Named::of(object)),
                original: Box::new(Named::of(original)),
            });
        }
        // The members of GLOBAL_OBJECT are its content, so they aren't replaced.
        if by_number_in_own_document(key.type_number).is_some_and(|known| known.name == "GLOBAL_OBJECT") {
            return Ok(Some((*object).clone()));
        }
        let replaced =
            |dependency: &ObjectKey| replaced_by(dependency).filter(|_| !self.asked_for.contains(dependency));
        Ok(Some(rename(object, key, replaced)?))
    }
}

/// The key of the reference to an engine-wide object; `None` for objects of an environment, which are extracted.
fn replaced_by(key: &ObjectKey) -> Option<ObjectKey> {
    let known = by_number_in_own_document(key.type_number)?;
    reference_key(key).filter(|_| known.scope == Scope::Global)
}
