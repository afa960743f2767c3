//! The objects of one engine, under the ids they have here.
//!
//! Invariant: clones share everything until they are written to, so that a transaction's copy costs nothing. Order of
//! iteration depends on the content alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::identifier::Identifier;
use exportdoc::object::{ObjectKey, SyncObject, type_by_name};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::kinds::{is_algorithm, is_reference, resource_of};
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
        type_by_name(type_name)
            .and_then(|known| self.get(&ObjectKey::new(known.number, identifier.clone())))
            .filter(|stored| stored.type_name == type_name)
            .or_else(|| {
                self.0
                    .values()
                    .find(|stored| stored.type_name == type_name && stored.key().identifier == *identifier)
            })
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
        self.0
            .values()
            .find(|stored| is_algorithm(&stored.type_name) && stored.name.as_deref() == Some(name))
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
            if self.objects.find(type_name, &Identifier::Integer(id)).is_none() {
                return id;
            }
        }
    }

    /// Makes sure that an object's numeric id is never given out again.
    pub(super) fn reserve_object_id(&mut self, stored: &StoredObject) {
        if let (Identifier::Integer(id), false) = (&stored.key().identifier, stored.is_reference()) {
            self.reserve_number(&id_counter(&stored.type_name), *id);
        }
    }
}

fn id_counter(type_name: &str) -> String {
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
        let (message, secret) = match self.object.data().secrets().is_empty() {
            true => (message, None),
            false => (None, message),
        };
        let dumped = Dumped {
            type_name: self.type_name.clone(),
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
