//! What is known in full, so that what isn't shown isn't there.

use std::collections::HashMap;

use super::SourceId;
use super::claims::Witness;
use crate::import_plan::Place;

/// What some source shows everything of. The numbers are those of the sources.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// The whole engine.
    pub(super) dump: Option<SourceId>,
    /// All syncable objects.
    pub(super) listed: Option<SourceId>,
    /// All syncable objects of a type.
    pub(super) listed_types: HashMap<String, SourceId>,
    /// All rows of a type.
    pub(super) row_types: HashMap<String, SourceId>,
    /// All rows of a type in one environment.
    pub(super) row_places: HashMap<(String, i64), SourceId>,
}

impl Coverage {
    /// Whether everything of a type (all algorithms without one) in a place is known.
    pub(super) fn covers(&self, type_name: Option<&str>, place: Place) -> bool {
        let witnesses = [Witness::Dump, Witness::List, Witness::Row];
        match type_name {
            Some(name) => witnesses
                .into_iter()
                .any(|witness| self.shown_by(witness, name, Some(place)).is_some()),
            None => self.dump.or(self.listed).is_some(),
        }
    }

    /// The source that would show an object of a type if it were there.
    pub(super) fn shown_by(
        &self,
        witness: Witness,
        type_name: &str,
        place: Option<Place>,
    ) -> Option<SourceId> {
        match (witness, place) {
            (Witness::Dump, _) => self.dump,
            (Witness::List, _) => self.listed.or_else(|| self.listed_types.get(type_name).copied()),
            (Witness::Row, Some(Place::Environment(id))) => {
                let here = self.row_places.get(&(type_name.to_owned(), id));
                self.row_types.get(type_name).or(here).copied()
            }
            (Witness::Row, _) => self.row_types.get(type_name).copied(),
            (Witness::Document, _) => None,
        }
    }
}
