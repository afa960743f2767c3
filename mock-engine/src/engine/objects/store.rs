//! The objects of an engine, by their local keys.
//!
//! Invariant: clones share their objects; a write copies only the nodes on its path in the trees. All trees hold the
//! same objects. The order of iteration depends on the content alone.

use std::sync::Arc;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::TypeSelector;
use exportdoc::internal::object::{OBJECT_TYPES, ObjectKey, ObjectType, type_by_name};
use rpds::RedBlackTreeMapSync;

use super::StoredObject;
use super::index::{Index, Way};

/// Objects by key, with an index.
#[derive(Debug, Clone, Default)]
pub struct ObjectStore {
    by_key: RedBlackTreeMapSync<ObjectKey, Arc<StoredObject>>,
    by_type: RedBlackTreeMapSync<TypeKey, Arc<StoredObject>>,
    index: Index,
    /// How many objects were ever inserted or removed.
    written: usize,
}

/// By type name, identifier and type number (most types have only one): the order of lists.
type TypeKey = (String, Identifier, u64);

/// The least identifier.
const FIRST: Identifier = Identifier::Integer(i64::MIN);

fn type_key(stored: &StoredObject) -> TypeKey {
    let key = stored.key();
    (stored.type_name.clone(), key.identifier.clone(), key.type_number)
}

impl ObjectStore {
    /// Returns an object.
    pub fn get(&self, key: &ObjectKey) -> Option<&Arc<StoredObject>> {
        self.by_key.get(key)
    }

    /// Returns all objects by type name, then identifier, kept references included.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<StoredObject>> {
        self.by_type.values()
    }

    /// The objects of a type by identifier, from one on.
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

    /// Returns the objects of a type by identifier.
    pub fn of_type<'a>(&'a self, type_name: &str) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.of_type_from(type_name, FIRST)
    }

    /// Whether there is an object of a type.
    pub fn has_type(&self, type_name: &str) -> bool {
        self.of_type(type_name).next().is_some()
    }

    /// The number of objects.
    pub fn len(&self) -> usize {
        self.by_key.size()
    }

    /// Whether the store is empty.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Inserts an object; returns the one that it replaces. Rows stay as they are: see
    /// [`put_object`](super::put_object).
    pub fn insert(&mut self, stored: StoredObject) -> Option<Arc<StoredObject>> {
        self.written += 1;
        let before = self.remove(stored.key());
        let stored = Arc::new(stored);
        self.index.insert(&stored);
        self.by_type.insert_mut(type_key(&stored), Arc::clone(&stored));
        self.by_key.insert_mut(stored.key().clone(), stored);
        before
    }

    /// Removes an object. Rows stay as they are.
    pub fn remove(&mut self, key: &ObjectKey) -> Option<Arc<StoredObject>> {
        let stored = self.by_key.get(key).cloned()?;
        self.written += 1;
        self.index.remove(&stored);
        self.by_type.remove_mut(&type_key(&stored));
        self.by_key.remove_mut(key);
        Some(stored)
    }

    /// Returns the object of a type with an identifier, for any type number.
    pub fn find(&self, type_name: &str, identifier: &Identifier) -> Option<&Arc<StoredObject>> {
        let known = type_by_name(type_name);
        let usual = known
            .and_then(ObjectType::number)
            .and_then(|number| self.get(&ObjectKey::new(number, identifier.clone())));
        if let Some(stored) = usual.filter(|stored| stored.type_name == type_name) {
            return Some(stored);
        }
        // A type number seen in real documents is the only one.
        if known.and_then(ObjectType::seen_number).is_some() {
            return None;
        }
        let first = self.of_type_from(type_name, identifier.clone()).next();
        first.filter(|stored| stored.key().identifier == *identifier)
    }

    /// Returns the object of a type whose identifier has this text.
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
            // Forms that no known engine has come last.
            let unusual = Identifier::OtherJson(String::new());
            self.of_type_from(type_name, unusual).find(reads_so)
        })
    }

    /// Returns the objects with a name space, environment and name, by key.
    pub(super) fn named<'a>(
        &'a self,
        wanted: TypeSelector<'_>,
        environment: Option<i64>,
        name: &str,
    ) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.found(&Way::named(wanted, environment, name))
    }

    /// Returns the objects that depend on this identifier, by key, except bundles and references.
    pub fn depending_on<'a>(
        &'a self,
        identifier: &Identifier,
    ) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.found(&Way::Dependency(identifier.clone()))
    }

    /// Returns the objects with this UUID A, by key, except references.
    pub fn with_object_uuid<'a>(
        &'a self,
        uuid: &str,
    ) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.found(&Way::ObjectUuid(uuid.to_owned()))
    }

    fn found<'a>(&'a self, way: &Way) -> impl Iterator<Item = &'a Arc<StoredObject>> + use<'a> {
        self.index.keys(way).filter_map(|key| self.get(key))
    }

    /// Returns the object of a type with a name, in an environment or engine-wide.
    pub fn by_name(
        &self,
        type_name: &str,
        environment: Option<i64>,
        name: &str,
    ) -> Option<&Arc<StoredObject>> {
        self.named(TypeSelector::Type(type_name), environment, name)
            .find(|stored| stored.type_name == type_name)
    }

    /// Returns the algorithm with a name, of any type: algorithms share one name space.
    pub fn algorithm(&self, name: &str) -> Option<&Arc<StoredObject>> {
        let identifier = Identifier::Algorithm(name.to_owned());
        OBJECT_TYPES
            .iter()
            .filter(|known| known.is_algorithm())
            .find_map(|known| self.find(known.name, &identifier))
    }

    /// Returns the object with this UUID A, except references.
    pub fn by_object_uuid(&self, uuid: &str) -> Option<&Arc<StoredObject>> {
        self.with_object_uuid(uuid).next()
    }

    /// Returns the ENVIRONMENT object of an environment.
    pub fn environment(&self, id: i64) -> Option<&Arc<StoredObject>> {
        self.found(&Way::Environment(id)).next()
    }

    /// How many objects were ever inserted or removed.
    pub fn written(&self) -> usize {
        self.written
    }

    /// Counts writes of another store, in whose place this one is.
    pub fn count_written(&mut self, written: usize) {
        self.written += written;
    }

    /// Whether two stores are the same one, rather than equal.
    pub fn same_as(&self, other: &Self) -> bool {
        self.by_key.ptr_eq(&other.by_key)
    }
}
