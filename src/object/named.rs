//! Names objects in messages.

use std::collections::BTreeMap;

use super::{BlobType, ObjectKey, SyncObject, by_number_in_own_document};

/// An object with its type and name. May quote a document: renderers escape it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Its key.
    pub key: ObjectKey,
    /// Name of its type.
    pub type_name: String,
    /// Its name.
    pub name: Option<String>,
}

impl Named {
    #[doc(hidden)]
    /// An object of a document that this toolkit makes.
    pub fn of(object: &SyncObject<'_>) -> Self {
        Self {
            key: object.key().clone(),
            type_name: type_of(object, &BTreeMap::new()),
            name: object.name().filter(|name| !name.is_empty()),
        }
    }

    #[doc(hidden)]
    /// An object by its key. `names` has the names of unknown types in its document.
    pub fn by_key(key: ObjectKey, type_names: &BTreeMap<u64, String>) -> Self {
        Self {
            type_name: type_name(key.type_number, type_names),
            key,
            name: None,
        }
    }
}

/// The name of an object's type in documents of this toolkit: from the blob, or else from `names`.
pub fn type_of(object: &SyncObject<'_>, names: &BTreeMap<u64, String>) -> String {
    let number = object.key().type_number;
    let blob = BlobType::read(number, object.data_type(), object.revision(), true);
    blob.named
        .map_or_else(|| type_name(number, names), |(name, _)| name)
}

/// The name of a type number in documents of this toolkit, or the number if it is unknown.
pub fn type_name(number: u64, names: &BTreeMap<u64, String>) -> String {
    names
        .get(&number)
        .cloned()
        .or_else(|| by_number_in_own_document(number).map(|known| known.name.to_owned()))
        .unwrap_or_else(|| format!("TYPE_{number}"))
}

/// `TYPE identifier`, followed by the name if that is different. Not escaped.
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
