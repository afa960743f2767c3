//! What is known in full, so that what isn't shown isn't there.

use std::collections::{HashMap, HashSet};

use super::Source;
use crate::identifier::Identifier;
use crate::import_plan::Location;
use crate::object::{ObjectType, type_by_name};

/// How much something shows in full.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Extent {
    /// The whole engine.
    Engine,
    /// All syncable objects.
    Objects,
    /// All syncable objects of a type.
    ObjectsOf(String),
    /// All algorithms that can be synced.
    Algorithms,
    /// All rows of a type.
    RowsOf(String),
    /// All rows of a type in one environment.
    RowsIn(String, i64),
}

/// Type and identifier of an object.
pub(super) type ObjectId = (String, Identifier);

/// All that some source shows of an extent.
#[derive(Debug)]
struct Shown {
    source: Source,
    objects: HashSet<ObjectId>,
}

/// What sources show in full.
#[derive(Debug, Default)]
pub(super) struct Coverage(HashMap<Extent, Vec<Shown>>);

impl Coverage {
    /// Adds a source that shows everything of an extent.
    pub(super) fn add(&mut self, extent: Extent, source: &Source, objects: HashSet<ObjectId>) {
        let source = Source::clone(source);
        self.0.entry(extent).or_default().push(Shown { source, objects });
    }

    /// Whether the whole engine is known.
    pub(super) fn is_whole(&self) -> bool {
        self.0.contains_key(&Extent::Engine)
    }

    /// Whether everything of a type (all algorithms without one) in a place is known.
    pub(super) fn covers(&self, type_name: Option<&str>, place: Location) -> bool {
        match type_name {
            Some(name) => extents(name, Some(place)).any(|extent| self.0.contains_key(&extent)),
            None => [Extent::Engine, Extent::Objects, Extent::Algorithms]
                .iter()
                .any(|extent| self.0.contains_key(extent)),
        }
    }

    /// A source that would show an object if it were there, and doesn't.
    pub(super) fn silent_about(&self, object: &ObjectId, place: Option<Location>) -> Option<&Source> {
        extents(&object.0, place).find_map(|extent| {
            let mut shown = self.0.get(&extent)?.iter();
            shown
                .find(|shown| !shown.objects.contains(object))
                .map(|shown| &shown.source)
        })
    }
}

/// The extents that an object of a type in a place belongs to.
fn extents(type_name: &str, place: Option<Location>) -> impl Iterator<Item = Extent> {
    let name = || type_name.to_owned();
    let here = match place {
        Some(Location::Environment(id)) => Some(Extent::RowsIn(name(), id)),
        Some(Location::Global) | None => None,
    };
    let algorithm = type_by_name(type_name).is_some_and(ObjectType::is_algorithm);
    let anywhere = [
        Extent::Engine,
        Extent::Objects,
        Extent::ObjectsOf(name()),
        Extent::RowsOf(name()),
    ];
    anywhere
        .into_iter()
        .chain(algorithm.then_some(Extent::Algorithms))
        .chain(here)
}
