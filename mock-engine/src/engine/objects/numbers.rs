//! The numeric ids of objects.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::{TypeSelector, stands_for};
use exportdoc::internal::object::ObjectKey;

use super::links::resolve;
use super::resource_of;
use crate::engine::State;

impl State {
    /// Returns the next free numeric id of a type. Objects and rows share the counter.
    pub fn next_object_id(&mut self, type_name: &str) -> i64 {
        let counter = id_counter(type_name);
        loop {
            let id = self.next_number(&counter);
            if !self.id_taken(type_name, id) {
                return id;
            }
        }
    }

    /// Whether an object of a type, or a row with the same counter, has a numeric id.
    pub fn id_taken(&self, type_name: &str, id: i64) -> bool {
        self.objects
            .find(numbered_with(type_name), &Identifier::Integer(id))
            .is_some()
            || self.number_taken(&id_counter(type_name), id)
    }

    /// Keeps a numeric id of a type from being issued again.
    pub fn reserve_id(&mut self, type_name: &str, id: i64) {
        self.reserve_number(&id_counter(type_name), id);
    }

    /// Whether the original of a reference's key is here.
    pub fn has_original(&self, reference: &ObjectKey) -> bool {
        resolve(self, reference).is_some()
    }
}

/// A reference has its original's number.
fn numbered_with(type_name: &str) -> &str {
    match stands_for(type_name) {
        Some(TypeSelector::Type(original)) => original,
        _ => type_name,
    }
}

fn id_counter(type_name: &str) -> String {
    let type_name = numbered_with(type_name);
    match resource_of(type_name).and_then(|spec| spec.counter) {
        Some(counter) => counter.to_owned(),
        None => format!("object {type_name}"),
    }
}
