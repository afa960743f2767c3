//! Identifiers of syncable objects, in the metadata and in the blob.
//! Invariant: the JSON form and the protobuf form of one identifier compare equal, so that the metadata can be matched
//! with the records. Unknown forms are kept unchanged and equal only themselves.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// The identifier of a syncable object, without its type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identifier {
    /// `{"id": 7}`, `IntegerIdentifier` in the blob. It is local to an engine: another engine has another number.
    Integer(i64),
    /// `{"id": "SSN"}`, `StringIdentifier` in the blob.
    Text(String),
    /// `{"algorithmName": "SsnLookup"}`, `AlgorithmIdentifier` in the blob.
    Algorithm(String),
    /// `{"keyId": "global"}`, `EncryptionKeyIdentifier` in the blob.
    EncryptionKey(String),
    /// An unknown JSON form, as compact JSON text.
    OtherJson(String),
    /// An unknown protobuf form: the type URL and value of its `Any`.
    OtherAny {
        /// Type URL, unchanged.
        type_url: String,
        /// Undecoded message.
        value: Vec<u8>,
    },
}

impl Identifier {
    #[doc(hidden)]
    /// Reads the metadata's `objectIdentifier`.
    pub fn from_json(value: &Value) -> Self {
        let only = value
            .as_object()
            .filter(|map| map.len() == 1)
            .and_then(|map| map.iter().next());
        match only.map(|(key, inner)| (key.as_str(), inner)) {
            Some(("id", Value::Number(n))) if n.is_i64() => Self::Integer(n.as_i64().unwrap_or_default()),
            Some(("id", Value::String(s))) => Self::Text(s.clone()),
            Some(("algorithmName", Value::String(s))) => Self::Algorithm(s.clone()),
            Some(("keyId", Value::String(s))) => Self::EncryptionKey(s.clone()),
            _ => Self::OtherJson(value.to_string()),
        }
    }

    #[doc(hidden)]
    /// The name, for types identified by name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Text(s) | Self::Algorithm(s) | Self::EncryptionKey(s) => Some(s),
            _ => None,
        }
    }

    #[doc(hidden)]
    /// The JSON form that the metadata and the API use. Unknown protobuf forms show type URL and hex value.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Integer(n) => json!({ "id": n }),
            Self::Text(s) => json!({ "id": s }),
            Self::Algorithm(s) => json!({ "algorithmName": s }),
            Self::EncryptionKey(s) => json!({ "keyId": s }),
            Self::OtherJson(text) => serde_json::from_str(text).unwrap_or(Value::Null),
            Self::OtherAny { type_url, value } => json!({ "@type": type_url, "value": hex::encode(value) }),
        }
    }
}

impl Serialize for Identifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// The bare value. Not escaped.
impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(n) => write!(f, "{n}"),
            Self::Text(s) | Self::Algorithm(s) | Self::EncryptionKey(s) | Self::OtherJson(s) => {
                f.write_str(s)
            }
            Self::OtherAny { type_url, value } => write!(f, "{type_url}:{}", hex::encode(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_json_form_survives_a_round_trip() {
        for text in [
            r#"{"id":7}"#,
            r#"{"id":"CREDIT CARD"}"#,
            r#"{"algorithmName":"SsnLookup"}"#,
            r#"{"keyId":"global"}"#,
            "{}",
            r#"{"id":1.5}"#,
            r#"{"id":1,"more":2}"#,
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(Identifier::from_json(&value).to_json(), value, "{text}");
        }
    }
}
