//! Which parts of the target are known completely, so that an object missing there is absent.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Source;
use super::observations::ObjectId;
use crate::import_plan::{Location, TypeSelector};
use crate::object::{ObjectType, type_by_name};

/// A part of an engine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Extent {
    /// All syncable objects.
    Objects,
    /// All algorithms.
    Algorithms,
    /// All objects of a type.
    Type(String),
    /// All objects of a type in one environment.
    TypeIn(String, i64),
    /// All environments, syncable or not.
    Environments,
}

/// A source and the objects that it shows.
type Shown = (Source, Arc<HashSet<ObjectId>>);

/// The complete extents, each with the sources that show all of it.
#[derive(Debug, Default)]
pub(super) struct Coverage(HashMap<Extent, Vec<Shown>>);

impl Coverage {
    /// Adds a source that shows all objects of some extents: those of them that are in the set.
    pub(super) fn add(
        &mut self,
        extents: impl IntoIterator<Item = Extent>,
        source: &Source,
        objects: HashSet<ObjectId>,
    ) {
        let objects = Arc::new(objects);
        for extent in extents {
            let shown = (Source::clone(source), Arc::clone(&objects));
            self.0.entry(extent).or_default().push(shown);
        }
    }

    /// Whether one of the extents is known completely.
    pub(super) fn covers(&self, extents: &[Extent]) -> bool {
        extents.iter().any(|extent| self.0.contains_key(extent))
    }

    /// A source that shows a complete extent without an object that belongs there.
    pub(super) fn source_without(&self, object: &ObjectId, extents: &[Extent]) -> Option<&Source> {
        let mut shown = extents.iter().filter_map(|extent| self.0.get(extent)).flatten();
        let (source, _) = shown.find(|(_, objects)| !objects.contains(object))?;
        Some(source)
    }
}

/// The extents that contain the objects of some types in a location.
pub(super) fn extents(types: TypeSelector<'_>, location: Option<Location>) -> Vec<Extent> {
    let mut extents = vec![Extent::Objects];
    if name_space(types).is_none() {
        extents.push(Extent::Algorithms);
    }
    if let TypeSelector::Type(name) = types {
        extents.push(Extent::Type(name.to_owned()));
        if let Some(Location::Environment(id)) = location {
            extents.push(Extent::TypeIn(name.to_owned(), id));
        }
    }
    extents
}

/// The types within which names are unique: one type, or `None` for all algorithms.
pub(super) fn name_space(types: TypeSelector<'_>) -> Option<&str> {
    match types {
        TypeSelector::Type(name) => {
            let algorithm = type_by_name(name).is_some_and(ObjectType::is_algorithm);
            (!algorithm).then_some(name)
        }
        TypeSelector::AnyAlgorithm => None,
    }
}
