//! The form of objects in dumps and state files.
//!
//! Invariant: a message with secrets is in a member that redaction hides.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::object::{SyncObject, type_by_name};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::{ObjectStore, StoredObject};

/// One object.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dumped {
    type_name: String,
    /// For readers of dumps; the message has it too.
    #[serde(default)]
    identifier: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<i64>,
    /// Marks a type number of this project, which differs from live engines'. Written, never read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    provisional: bool,
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
        let (message, secret) = if self.object.may_hold_secrets() {
            (None, message)
        } else {
            (message, None)
        };
        let dumped = Dumped {
            type_name: self.type_name.clone(),
            identifier: self.key().identifier.to_json(),
            name: self.name.clone(),
            environment: self.environment,
            provisional: type_by_name(&self.type_name)
                .is_some_and(|known| known.number().is_some() && known.seen_number().is_none()),
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
        let mut store = Self::default();
        for stored in Vec::<StoredObject>::deserialize(deserializer)? {
            store.insert(stored);
        }
        Ok(store)
    }
}
