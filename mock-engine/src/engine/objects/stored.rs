//! An object with what the engine knows about it.

use exportdoc::internal::object::{ObjectKey, SyncObject};

use super::is_reference;

/// A stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// The message, with local numeric ids.
    pub object: SyncObject<'static>,
    /// Type name in the API.
    pub type_name: String,
    /// Name.
    pub name: Option<String>,
    /// Environment; `None` for engine-wide objects.
    pub environment: Option<i64>,
    /// A reference whose original was missing on arrival.
    pub unresolved: bool,
    /// Why it can't be synced, other than through a dependency.
    pub not_syncable: Option<String>,
}

impl StoredObject {
    /// An object without special marks.
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

    /// Whether it is a reference.
    pub fn is_reference(&self) -> bool {
        is_reference(&self.type_name)
    }
}
