//! The objects of one engine, under the ids they have here.
//!
//! Invariant: clones share everything until they are written to, so that a transaction's copy costs nothing. Order of
//! iteration depends on the content alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::identifier::Identifier;
use exportdoc::import_plan::{Wanted, stands_for};
use exportdoc::object::{
    KNOWN_TYPES, ObjectKey, PROVISIONAL_TYPES, SyncObject, known_by_number, type_by_name,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::kinds::{is_reference, resource_of};
use super::links::resolve;
use crate::model::State;

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

/// Objects by key; shared until written.
#[derive(Debug, Clone, Default)]
pub struct ObjectStore(Arc<BTreeMap<ObjectKey, Arc<StoredObject>>>);

impl ObjectStore {
    /// One object.
    pub fn get(&self, key: &ObjectKey) -> Option<&Arc<StoredObject>> {
        self.0.get(key)
    }

    /// All objects by type name, then identifier. References that are kept raw are among them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<StoredObject>> {
        let mut all: Vec<_> = self.0.values().collect();
        all.sort_by_key(|stored| (stored.type_name.as_str(), stored.key()));
        all.into_iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts an object in place and gives back what was there. Rows are not touched: see
    /// [`put_object`](super::put_object).
    pub fn insert(&mut self, stored: StoredObject) -> Option<Arc<StoredObject>> {
        Arc::make_mut(&mut self.0).insert(stored.key().clone(), Arc::new(stored))
    }

    /// Takes an object out. Rows are not touched.
    pub fn remove(&mut self, key: &ObjectKey) -> Option<Arc<StoredObject>> {
        Arc::make_mut(&mut self.0).remove(key)
    }

    /// The object of a type with an identifier, whatever its type number.
    pub fn find(&self, type_name: &str, identifier: &Identifier) -> Option<&Arc<StoredObject>> {
        let known = type_by_name(type_name);
        let usual = known.and_then(|known| self.get(&ObjectKey::new(known.number, identifier.clone())));
        if let Some(stored) = usual.filter(|stored| stored.type_name == type_name) {
            return Some(stored);
        }
        // A number seen in real documents is the only one there is.
        if known.is_some_and(|known| known_by_number(known.number).is_some()) {
            return None;
        }
        let mut all = self.0.values();
        all.find(|stored| stored.type_name == type_name && stored.key().identifier == *identifier)
    }

    /// The object of a type with a name, in an environment or engine-wide.
    pub fn by_name(
        &self,
        type_name: &str,
        environment: Option<i64>,
        name: &str,
    ) -> Option<&Arc<StoredObject>> {
        self.0.values().find(|stored| {
            stored.type_name == type_name
                && stored.environment == environment
                && stored.name.as_deref() == Some(name)
        })
    }

    /// The algorithm with a name, of whatever type: they share one name space.
    pub fn algorithm(&self, name: &str) -> Option<&Arc<StoredObject>> {
        let identifier = Identifier::Algorithm(name.to_owned());
        KNOWN_TYPES
            .iter()
            .chain(PROVISIONAL_TYPES)
            .filter(|known| known.algorithm)
            .find_map(|known| self.find(known.name, &identifier))
    }

    /// The object (no reference) whose revision has this UUID A.
    pub fn by_object_uuid(&self, uuid: &str) -> Option<&Arc<StoredObject>> {
        self.0
            .values()
            .find(|stored| !stored.is_reference() && stored.object.revision().pair.object == uuid)
    }

    /// Whether two stores are the same one, not merely equal.
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl State {
    /// The next free numeric id for a type: of the same counter as the ids of its rows.
    pub fn next_object_id(&mut self, type_name: &str) -> i64 {
        let counter = id_counter(type_name);
        loop {
            let id = self.next_number(&counter);
            if self
                .objects
                .find(numbered_with(type_name), &Identifier::Integer(id))
                .is_none()
            {
                return id;
            }
        }
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
        Some(Wanted::Type(original)) => original,
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

/// The form of a dump. A message that holds secrets in clear goes under a member that redaction knows.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dumped {
    type_name: String,
    /// For whoever reads a dump; the message says it too.
    #[serde(default)]
    identifier: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<i64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unresolved: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_syncable: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl Serialize for StoredObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let message = Some(STANDARD.encode(self.object.as_bytes()));
        let (message, secret) = match self.object.secrets().is_empty() {
            true => (message, None),
            false => (None, message),
        };
        let dumped = Dumped {
            type_name: self.type_name.clone(),
            identifier: self.key().identifier.to_json(),
            name: self.name.clone(),
            environment: self.environment,
            unresolved: self.unresolved,
            not_syncable: self.not_syncable.clone(),
            message,
            secret,
        };
        dumped.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StoredObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let dumped = Dumped::deserialize(deserializer)?;
        let what = || {
            format!(
                "{} {}",
                dumped.type_name,
                dumped.name.as_deref().unwrap_or_default()
            )
        };
        let text = dumped
            .message
            .as_ref()
            .or(dumped.secret.as_ref())
            .ok_or_else(|| {
                let what = what();
                de::Error::custom(format!(
                    "{what}: no message; only a dump with secrets can be loaded"
                ))
            })?;
        let bytes = STANDARD
            .decode(text)
            .map_err(|error| de::Error::custom(format!("{}: {error}", what())))?;
        let object = SyncObject::from_bytes(bytes)
            .map_err(|error| de::Error::custom(format!("{}: {error}", what())))?;
        Ok(Self {
            object,
            type_name: dumped.type_name,
            name: dumped.name,
            environment: dumped.environment,
            unresolved: dumped.unresolved,
            not_syncable: dumped.not_syncable,
        })
    }
}

impl Serialize for ObjectStore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(AsRef::as_ref))
    }
}

impl<'de> Deserialize<'de> for ObjectStore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = Vec::<StoredObject>::deserialize(deserializer)?;
        Ok(Self(Arc::new(
            all.into_iter()
                .map(|stored| (stored.key().clone(), Arc::new(stored)))
                .collect(),
        )))
    }
}
