//! The revision record, which identifies one saved state of an object.

use crate::identifier::Identifier;
use crate::wire::{Message, Value, Writer};

use super::ObjectKey;

/// The two UUIDs of a revision. Equal pairs mean the same saved state on every engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionPair {
    /// UUID A: stays with the object.
    pub object: String,
    /// UUID B: new with every save.
    pub save: String,
}

/// An object's revision record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    /// Fields 1 and 2.
    pub pair: RevisionPair,
    /// Field 3: JSON text with the object's type and identifier; a reference has its target's.
    pub json: String,
    /// Field 5: milliseconds since 1970.
    pub created: Option<i64>,
    /// Field 6: milliseconds since 1970.
    pub modified: Option<i64>,
}

impl Revision {
    /// Reads a revision message; absent fields read as empty.
    pub fn read(message: Message<'_>) -> Self {
        let mut revision = Self::default();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        // The last occurrence counts.
        for field in message.fields() {
            match (field.number, field.value) {
                (1, Value::Bytes(object)) => revision.pair.object = text(object),
                (2, Value::Bytes(save)) => revision.pair.save = text(save),
                (3, Value::Bytes(json)) => revision.json = text(json),
                (5, Value::Varint(created)) => revision.created = Some(created.cast_signed()),
                (6, Value::Varint(modified)) => revision.modified = Some(modified.cast_signed()),
                _ => {}
            }
        }
        revision
    }

    /// Writes the fields of a revision message.
    pub fn write(&self, writer: &mut Writer) {
        writer
            .text(1, &self.pair.object)
            .text(2, &self.pair.save)
            .text(3, &self.json);
        if let Some(created) = self.created {
            writer.int(5, created);
        }
        if let Some(modified) = self.modified {
            writer.int(6, modified);
        }
    }

    /// The JSON text engines write for an object of a type.
    pub fn json_text(type_name: &str, key: &ObjectKey) -> String {
        // The metadata calls a key's identifier `keyId`, the revision `id`.
        Self::json_text_with(type_name, key, "id")
    }

    fn json_text_with(type_name: &str, key: &ObjectKey, key_member: &str) -> String {
        let (member, value) = match &key.identifier {
            Identifier::Integer(n) => ("id", n.to_string()),
            Identifier::Algorithm(s) => ("algorithmName", quoted(s)),
            Identifier::EncryptionKey(s) => (key_member, quoted(s)),
            Identifier::Text(s) | Identifier::OtherJson(s) => ("id", quoted(s)),
            Identifier::OtherAny { value, .. } => ("value", quoted(&hex::encode(value))),
        };
        format!(
            "{{\n  \"objectType\": {},\n  \"id\": {{\n    \"@type\": {},\n    \"{member}\": {value}\n  }}\n}}",
            quoted(type_name),
            quoted(&key.type_url()),
        )
    }

    /// Whether the JSON text has the engines' form.
    pub fn is_usual(&self, key: &ObjectKey) -> bool {
        let usual = self.stated_type().map(|stated| Self::json_text(&stated, key));
        usual.is_some_and(|usual| usual == self.json)
    }

    /// Whether the JSON text has the form of this toolkit's first versions, which used the metadata's name for a key's
    /// identifier.
    pub fn is_of_first_versions(&self, key: &ObjectKey) -> bool {
        let first = |stated: String| Self::json_text_with(&stated, key, "keyId");
        let is_key = matches!(key.identifier, Identifier::EncryptionKey(_));
        is_key && self.stated_type().map(first).as_ref() == Some(&self.json)
    }

    /// The `objectType` that the JSON text names: for a reference, the type of what it refers to.
    pub fn stated_type(&self) -> Option<String> {
        let value: serde_json::Value = serde_json::from_str(&self.json).ok()?;
        Some(value.get("objectType")?.as_str()?.to_owned())
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
