//! Which parts of the target are known completely, so that an object missing there is absent.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Source;
use super::objects::ObjectId;
use crate::import_plan::Location;
use crate::object::{ObjectType, type_by_name};

/// A part of an engine's objects.
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
}

/// A source and the objects that it shows.
type Shown = (Source, Arc<HashSet<ObjectId>>);

/// The complete extents, each with the sources that show all of it.
#[derive(Debug, Default)]
pub(super) struct Coverage(HashMap<Extent, Vec<Shown>>);

impl Coverage {
    /// Adds a source that shows all objects of an extent: those of them that are in the set.
    pub(super) fn add(&mut self, extent: Extent, source: &Source, objects: &Arc<HashSet<ObjectId>>) {
        let shown = (Source::clone(source), Arc::clone(objects));
        self.0.entry(extent).or_default().push(shown);
    }

    /// Whether all objects of a type, or all algorithms if it is `None`, are known in a location.
    pub(super) fn covers(&self, type_name: Option<&str>, location: Location) -> bool {
        extents(type_name, Some(location)).any(|extent| self.0.contains_key(&extent))
    }

    /// A source that shows a complete extent without an object that belongs there.
    pub(super) fn source_without(&self, object: &ObjectId, location: Option<Location>) -> Option<&Source> {
        extents(Some(&object.0), location).find_map(|extent| {
            let mut shown = self.0.get(&extent)?.iter();
            Some(&shown.find(|(_, objects)| !objects.contains(object))?.0)
        })
    }
}

/// The extents that contain the objects of a type in a location.
fn extents(type_name: Option<&str>, location: Option<Location>) -> impl Iterator<Item = Extent> {
    let algorithm = type_name.is_none_or(|name| type_by_name(name).is_some_and(ObjectType::is_algorithm));
    let type_name = type_name.map(str::to_owned);
    let here = match (&type_name, location) {
        (Some(name), Some(Location::Environment(id))) => Some(Extent::TypeIn(name.clone(), id)),
        _ => None,
    };
    std::iter::once(Extent::Objects)
        .chain(type_name.map(Extent::Type))
        .chain(algorithm.then_some(Extent::Algorithms))
        .chain(here)
}
