//! What the import rules ask of this engine.
//!
//! Invariant: complete, so that no answer is ever unknown.

use std::collections::HashSet;

use exportdoc::import_plan::{
    Entry, Lookup, MemoryInventory, Place, Presence, Purpose, TargetEnvironment, TargetInventory,
    TargetObject, TargetRevision,
};
use exportdoc::object::type_by_name;

use crate::model::{Key, Row, State};

/// One state, indexed for the questions of an import plan.
#[derive(Debug)]
pub struct Inventory<'a> {
    state: &'a State,
    objects: MemoryInventory,
    types: HashSet<&'a str>,
}

impl<'a> Inventory<'a> {
    /// Indexes a state.
    pub fn new(state: &'a State) -> Self {
        let mut objects = MemoryInventory::default();
        let mut types = HashSet::new();
        for stored in state.objects.iter() {
            types.insert(stored.type_name.as_str());
            // A reference only says that something was missing.
            if stored.is_reference() {
                continue;
            }
            let object = TargetObject {
                type_name: stored.type_name.clone(),
                id: stored.key().identifier.clone(),
                name: stored.name.clone(),
                revision: TargetRevision::Pair(stored.object.revision().pair.clone()),
            };
            let place = stored.environment.map_or(Place::Global, Place::Environment);
            objects.insert(Entry { object, place });
        }
        Self {
            state,
            objects,
            types,
        }
    }
}

impl TargetInventory for Inventory<'_> {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        self.objects.find(lookup)
    }

    fn environment(&self, id: i64) -> Presence<TargetEnvironment> {
        let table = self.state.tables.get("environments");
        match table.and_then(|table| table.get(&Key::Number(id))) {
            Some(row) => Presence::Present(TargetEnvironment {
                purpose: Some(purpose(row)),
            }),
            None => Presence::Absent,
        }
    }

    fn takes_type(&self, type_name: &str) -> Presence<()> {
        match type_by_name(type_name).is_some() || self.types.contains(type_name) {
            true => Presence::Present(()),
            false => Presence::Absent,
        }
    }
}

/// An environment without purpose is one to mask in.
fn purpose(environment: &Row) -> Purpose {
    match environment.get("purpose").and_then(|purpose| purpose.as_str()) {
        Some("TOKENIZE") => Purpose::Tokenize,
        _ => Purpose::Mask,
    }
}
