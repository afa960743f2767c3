//! The objects of one engine, under the ids they have here.
//!
//! Invariant: clones share everything; a write copies the few nodes on its way down the trees, so neither a
//! transaction's copy nor a change depends on how much there is. Every tree holds the same objects. Order of iteration
//! depends on the content alone.

use std::sync::Arc;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::{TypeSelector, stands_for};
use exportdoc::internal::object::{OBJECT_TYPES, ObjectKey, ObjectType, SyncObject, type_by_name};
use rpds::RedBlackTreeMapSync;

use super::index::{Index, Way};
use super::kinds::{is_reference, resource_of};
use super::links::resolve;
use crate::engine::State;

/// One object as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// The message, its numeric ids being those of this engine.
    pub object: SyncObject<'static>,
    /// Name of its type, as the API uses it.
    pub type_name: String,
    /// The name people know it by.
    pub name: Option<String>,
    /// Where it lives; none for what is engine-wide.
    pub environment: Option<i64>,
    /// A reference whose original was not here when it came.
    pub unresolved: bool,
    /// Why it can't be synced, where that isn't a matter of what it depends on.
    pub not_syncable: Option<String>,
}

impl StoredObject {
    /// An ordinary object.
    pub fn new(object: SyncObject<'static>, type_name: impl Into<String>, environment: Option<i64>) -> Self {
        Self {
            name: object.name().filter(|name| !name.is_empty()),
            type_name: type_name.into(),
            object,
            environment,
            unresolved: false,
            not_syncable: None,
        }
    }

    /// Type number and local identifier.
    pub fn key(&self) -> &ObjectKey {
        self.object.key()
    }

    /// Whether it stands for another object.
    pub fn is_reference(&self) -> bool {
        is_reference(&self.type_name)
    }
}

/// Objects by key, with an index of the other ways to find them.
#[derive(Debug, Clone, Default)]
pub struct ObjectStore {
    by_key: RedBlackTreeMapSync<ObjectKey, Arc<StoredObject>>,
    by_type: RedBlackTreeMapSync<TypeKey, Arc<StoredObject>>,
    index: Index,
}

/// In the order of lists: type name, identifier, then the number of the type, which most types have only one of.
type TypeKey = (String, Identifier, u64);

/// The first identifier of all.
const FIRST: Identifier = Identifier::Integer(i64::MIN);

fn type_key(stored: &StoredObject) -> TypeKey {
    let key = stored.key();
    (stored.type_name.clone(), key.identifier.clone(), key.type_number)
}

impl ObjectStore {
    /// One object.
    pub fn get(&self, key: &ObjectKey) -> Option<&Arc<StoredObject>> {
        self.by_key.get(key)
    }

    /// All objects by type name, then identifier. References that are kept raw are among them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<StoredObject>> {
        self.by_type.values()
    }

    /// The objects of a type by identifier, from a given one on.
    fn of_type_from<'a>(
        &'a self,
        type_name: &str,
        first: Identifier,
    ) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        let type_name = type_name.to_owned();
        let all = self.by_type.range((type_name.clone(), first, 0)..);
        all.map(|(_, stored)| stored)
            .take_while(move |stored| stored.type_name == type_name)
    }

    /// The objects of a type by identifier.
    pub fn of_type<'a>(&'a self, type_name: &str) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.of_type_from(type_name, FIRST)
    }

    /// Whether there is an object of a type.
    pub fn has_type(&self, type_name: &str) -> bool {
        self.of_type(type_name).next().is_some()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_key.size()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Puts an object in place and gives back what was there. Rows are not touched: see
    /// [`put_object`](super::put_object).
    pub fn insert(&mut self, stored: StoredObject) -> Option<Arc<StoredObject>> {
        let before = self.remove(stored.key());
        let stored = Arc::new(stored);
        self.index.insert(&stored);
        self.by_type.insert_mut(type_key(&stored), Arc::clone(&stored));
        self.by_key.insert_mut(stored.key().clone(), stored);
        before
    }

    /// Takes an object out. Rows are not touched.
    pub fn remove(&mut self, key: &ObjectKey) -> Option<Arc<StoredObject>> {
        let stored = self.by_key.get(key).cloned()?;
        self.index.remove(&stored);
        self.by_type.remove_mut(&type_key(&stored));
        self.by_key.remove_mut(key);
        Some(stored)
    }

    /// The object of a type with an identifier, whatever its type number.
    pub fn find(&self, type_name: &str, identifier: &Identifier) -> Option<&Arc<StoredObject>> {
        let known = type_by_name(type_name);
        let usual = known
            .and_then(ObjectType::number)
            .and_then(|number| self.get(&ObjectKey::new(number, identifier.clone())));
        if let Some(stored) = usual.filter(|stored| stored.type_name == type_name) {
            return Some(stored);
        }
        // A number seen in real documents is the only one there is.
        if known.and_then(ObjectType::seen_number).is_some() {
            return None;
        }
        let first = self.of_type_from(type_name, identifier.clone()).next();
        first.filter(|stored| stored.key().identifier == *identifier)
    }

    /// The object of a type whose identifier reads like this.
    pub fn find_text(&self, type_name: &str, text: &str) -> Option<&Arc<StoredObject>> {
        let number = text.parse().ok().map(Identifier::Integer);
        let names = [Identifier::Text, Identifier::Algorithm, Identifier::EncryptionKey];
        let usual = number.into_iter().chain(names.map(|name| name(text.to_owned())));
        let mut usual = usual.filter_map(|identifier| {
            let first = self.of_type_from(type_name, identifier.clone()).next();
            first.filter(|stored| stored.key().identifier == identifier)
        });
        let reads_so = |stored: &&Arc<StoredObject>| stored.key().identifier.to_string() == text;
        usual.find(reads_so).or_else(|| {
            // Forms that no engine is known to have; they come last.
            let unusual = Identifier::OtherJson(String::new());
            self.of_type_from(type_name, unusual).find(reads_so)
        })
    }

    /// Objects that share a name space, a place and a name, by key.
    pub(super) fn named<'a>(
        &'a self,
        wanted: TypeSelector<'_>,
        environment: Option<i64>,
        name: &str,
    ) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.found(&Way::named(wanted, environment, name))
    }

    /// Objects that depend on something with this identifier, by key. Bundles and references are not among them.
    pub(super) fn depending_on<'a>(
        &'a self,
        identifier: &Identifier,
    ) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.found(&Way::Dependency(identifier.clone()))
    }

    /// Objects (no references) whose revision has this UUID A, by key.
    pub(super) fn with_object_uuid<'a>(
        &'a self,
        uuid: &str,
    ) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.found(&Way::ObjectUuid(uuid.to_owned()))
    }

    fn found<'a>(&'a self, way: &Way) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.index.keys(way).filter_map(|key| self.get(key))
    }

    /// The object of a type with a name, in an environment or engine-wide.
    pub fn by_name(
        &self,
        type_name: &str,
        environment: Option<i64>,
        name: &str,
    ) -> Option<&Arc<StoredObject>> {
        self.named(TypeSelector::Type(type_name), environment, name)
            .find(|stored| stored.type_name == type_name)
    }

    /// The algorithm with a name, of whatever type: they share one name space.
    pub fn algorithm(&self, name: &str) -> Option<&Arc<StoredObject>> {
        let identifier = Identifier::Algorithm(name.to_owned());
        OBJECT_TYPES
            .iter()
            .filter(|known| known.is_algorithm())
            .find_map(|known| self.find(known.name, &identifier))
    }

    /// The object (no reference) whose revision has this UUID A.
    pub fn by_object_uuid(&self, uuid: &str) -> Option<&Arc<StoredObject>> {
        self.with_object_uuid(uuid).next()
    }

    /// The ENVIRONMENT object of an environment.
    pub fn environment(&self, id: i64) -> Option<&Arc<StoredObject>> {
        self.found(&Way::Environment(id)).next()
    }

    /// Whether two stores are the same one, not merely equal.
    pub fn same_as(&self, other: &Self) -> bool {
        self.by_key.ptr_eq(&other.by_key)
    }
}

impl State {
    /// The next free numeric id for a type: of the same counter as the ids of its rows.
    pub fn next_object_id(&mut self, type_name: &str) -> i64 {
        let counter = id_counter(type_name);
        loop {
            let id = self.next_number(&counter);
            if !self.id_taken(type_name, id) {
                return id;
            }
        }
    }

    /// Whether a numeric id names an object of a type, or a row of a kind that shares its numbers.
    pub fn id_taken(&self, type_name: &str, id: i64) -> bool {
        self.objects
            .find(numbered_with(type_name), &Identifier::Integer(id))
            .is_some()
            || self.number_taken(&id_counter(type_name), id)
    }

    /// Makes sure that a numeric id of a type is never given out again.
    pub fn reserve_id(&mut self, type_name: &str, id: i64) {
        self.reserve_number(&id_counter(type_name), id);
    }

    /// Whether the object that a reference's key stands for is here.
    pub fn has_original(&self, reference: &ObjectKey) -> bool {
        resolve(self, reference).is_some()
    }
}

/// A reference has the number of its original.
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

#[cfg(test)]
mod tests;
