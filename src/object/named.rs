//! How an object is called in messages.

use std::collections::BTreeMap;

use super::{BlobType, ObjectKey, SyncObject, by_number_in_own_document};

/// An object with what people know it by. May quote a document: renderers escape it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Its key.
    pub key: ObjectKey,
    /// Name of its type.
    pub type_name: String,
    /// The name people know it by.
    pub name: Option<String>,
}

impl Named {
    /// An object of a document of ours.
    pub fn of(object: &SyncObject<'_>) -> Self {
        Self {
            key: object.key().clone(),
            type_name: type_of(object, &BTreeMap::new()),
            name: object.name().filter(|name| !name.is_empty()),
        }
    }

    /// An object that is known by its key alone, with its document's names of types outside the table.
    pub fn by_key(key: ObjectKey, type_names: &BTreeMap<u64, String>) -> Self {
        Self {
            type_name: type_name(key.type_number, type_names),
            key,
            name: None,
        }
    }
}

/// The name of an object's type in documents of ours: what the blob says, else what `names` has for its number.
pub fn type_of(object: &SyncObject<'_>, names: &BTreeMap<u64, String>) -> String {
    let number = object.key().type_number;
    let blob = BlobType::read(number, object.data_type(), object.revision(), true);
    blob.named
        .map_or_else(|| type_name(number, names), |(name, _)| name)
}

/// The name of a type number in documents of ours; the bare number where none is known.
pub fn type_name(number: u64, names: &BTreeMap<u64, String>) -> String {
    names
        .get(&number)
        .cloned()
        .or_else(|| by_number_in_own_document(number).map(|known| known.name.to_owned()))
        .unwrap_or_else(|| format!("TYPE_{number}"))
}

/// `TYPE identifier`, with the name where that says more. Not escaped.
impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let identifier = self.key.identifier.to_string();
        write!(f, "{} {identifier}", self.type_name)?;
        match &self.name {
            Some(name) if *name != identifier => write!(f, " ({name})"),
            _ => Ok(()),
        }
    }
}
