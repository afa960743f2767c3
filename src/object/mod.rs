//! Syncable objects: the message inside an object record.
//!
//! ```text
//! 1 own identifier {1 type number · 2 Any}      3 revision {1 A · 2 B · 3 JSON text · 5 created · 6 modified}
//! 2 direct dependencies, same shape, repeated   4 data, Any
//! ```
//!
//! Invariant: a [`SyncObject`] keeps the bytes it was read from and gives them back unchanged; everything else on it
//! is a view of these bytes.

pub mod data;
pub mod draft;
mod key;
mod object_type;
mod reference;
mod revision;
mod rewrite;

use std::borrow::Cow;
use std::ops::Range;

pub use key::{ObjectKey, TYPE_URL_PREFIX};
pub use object_type::{
    KNOWN_TYPES, ObjectType, PROVISIONAL_TYPES, Scope, by_name as type_by_name, by_number_in_own_document,
    known_by_number,
};
pub use reference::{ReferenceError, reference_key, reference_to, reference_type_for};
pub use revision::{Revision, RevisionPair};
pub use rewrite::{may_refer, rename, with_dependencies};

use crate::wire::{Message, Value, WireError, Writer};
use data::{FieldKind, ObjectData};

/// Why an object message can't be read. Offsets count from the start of the object message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// Some message in it is no protobuf.
    #[error("{part}: {error}")]
    Wire {
        /// Which part of the object.
        part: &'static str,
        /// What is wrong with it.
        error: WireError,
    },
    /// A part that every object has is missing.
    #[error("no {0}")]
    Missing(&'static str),
    /// More dependencies than the limit.
    #[error("more than {0} dependencies")]
    TooManyDependencies(usize),
}

/// Dependencies of one object beyond this are refused; a ruleset lists one per masked column, so real ones stay far
/// below.
pub const MAX_DEPENDENCIES: usize = 2_000_000;

/// A syncable object: identity, direct dependencies, revision and data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncObject<'a> {
    raw: Cow<'a, [u8]>,
    key: ObjectKey,
    dependencies: Vec<ObjectKey>,
    revision: Revision,
    data_type: String,
    data: Range<usize>,
    unknown_fields: Vec<(&'static str, u32)>,
}

impl<'a> SyncObject<'a> {
    /// Reads an object message without copying its data.
    ///
    /// # Errors
    /// Bytes that are no message, or a missing identifier, revision or data part.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ObjectError> {
        Self::read(Cow::Borrowed(bytes))
    }

    /// Reads an object message that it then owns.
    ///
    /// # Errors
    /// As [`SyncObject::parse`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<SyncObject<'static>, ObjectError> {
        SyncObject::read(Cow::Owned(bytes))
    }

    fn read(raw: Cow<'a, [u8]>) -> Result<Self, ObjectError> {
        let parsed = Parts::read(&raw)?;
        let Parts {
            key,
            dependencies,
            revision,
            data_type,
            data,
            unknown_fields,
        } = parsed;
        Ok(Self {
            raw,
            key,
            dependencies,
            revision,
            data_type,
            data,
            unknown_fields,
        })
    }

    /// Writes a new object message in the engines' field order. `data` is the encoded data message of type
    /// `data_type` (without the URL prefix).
    ///
    /// # Errors
    /// Only what [`SyncObject::from_bytes`] finds when it reads the result back.
    pub fn build(
        key: &ObjectKey,
        dependencies: &[ObjectKey],
        revision: &Revision,
        data_type: &str,
        data: &[u8],
    ) -> Result<SyncObject<'static>, ObjectError> {
        let mut writer = Writer::new();
        writer.message(1, |w| key.write(w));
        for dependency in dependencies {
            writer.message(2, |w| dependency.write(w));
        }
        writer.message(3, |w| revision.write(w));
        writer.message(4, |w| {
            w.text(1, &format!("{TYPE_URL_PREFIX}{data_type}"));
            if !data.is_empty() {
                w.bytes(2, data);
            }
        });
        SyncObject::from_bytes(writer.finish())
    }

    /// The same object, owning its bytes.
    pub fn into_owned(self) -> SyncObject<'static> {
        SyncObject {
            raw: Cow::Owned(self.raw.into_owned()),
            key: self.key,
            dependencies: self.dependencies,
            revision: self.revision,
            data_type: self.data_type,
            data: self.data,
            unknown_fields: self.unknown_fields,
        }
    }

    /// The object message, byte for byte as it was read.
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// Type number and identifier.
    pub fn key(&self) -> &ObjectKey {
        &self.key
    }

    /// Direct dependencies as listed, duplicates included.
    pub fn dependencies(&self) -> &[ObjectKey] {
        &self.dependencies
    }

    /// The revision record.
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// Name of the data message, without the URL prefix when it has the usual one.
    pub fn data_type(&self) -> &str {
        self.data_type
            .strip_prefix(TYPE_URL_PREFIX)
            .unwrap_or(&self.data_type)
    }

    /// The encoded data message.
    pub fn data_bytes(&self) -> &[u8] {
        self.raw.get(self.data.clone()).unwrap_or_default()
    }

    /// Where [`SyncObject::data_bytes`] lies in the object message.
    pub fn data_range(&self) -> Range<usize> {
        self.data.clone()
    }

    /// The data by its type.
    pub fn data(&self) -> ObjectData<'_> {
        ObjectData::read(self.data_type(), self.data_bytes())
    }

    /// The name people know the object by, where its data or identifier has one.
    pub fn name(&self) -> Option<String> {
        self.data()
            .name()
            .map(Cow::into_owned)
            .or_else(|| self.key.name().map(str::to_owned))
    }

    /// The first text that isn't valid UTF-8: which one, and where its message begins in the object message.
    pub fn invalid_text(&self) -> Option<(String, usize)> {
        let revision = Message::parse(&self.raw).ok()?.last(3)?;
        let inner = Message::parse(revision.bytes()?).ok()?;
        if let Some(number) = [1, 2, 3].into_iter().find(|n| is_invalid_text(inner, *n)) {
            return Some((format!("revision field {number}"), revision.value_offset()));
        }
        let spec = data::MessageSpec::by_name(self.data_type())?;
        let message = Message::parse(self.data_bytes()).ok()?;
        Some((invalid_text_in(spec, message)?, self.data.start))
    }

    /// Fields this version doesn't know in the parts all objects share: the part and the number.
    pub fn unknown_fields(&self) -> &[(&'static str, u32)] {
        &self.unknown_fields
    }
}

/// The first text of a data message or the messages inside it that isn't valid UTF-8. Specs don't nest in circles, so
/// neither does this.
fn invalid_text_in(spec: &data::MessageSpec, message: Message<'_>) -> Option<String> {
    spec.fields.iter().find_map(|field| {
        let invalid = match field.kind {
            FieldKind::Text | FieldKind::Secret => is_invalid_text(message, field.number),
            FieldKind::TextValue => message
                .messages(field.number)
                .any(|wrapper| is_invalid_text(wrapper, 1)),
            FieldKind::Int | FieldKind::IntValue => false,
            FieldKind::Message(inner) | FieldKind::SecretMessage(inner) => {
                return message
                    .messages(field.number)
                    .find_map(|message| invalid_text_in(inner, message));
            }
        };
        invalid.then(|| format!("{} {}", spec.name, field.name))
    })
}

fn is_invalid_text(message: Message<'_>, number: u32) -> bool {
    message
        .all(number)
        .filter_map(|field| field.bytes())
        .any(|bytes| std::str::from_utf8(bytes).is_err())
}

struct Parts {
    key: ObjectKey,
    dependencies: Vec<ObjectKey>,
    revision: Revision,
    data_type: String,
    data: Range<usize>,
    unknown_fields: Vec<(&'static str, u32)>,
}

impl Parts {
    fn read(raw: &[u8]) -> Result<Self, ObjectError> {
        let wire = |part| move |error| ObjectError::Wire { part, error };
        let message = Message::parse(raw).map_err(wire("object"))?;
        let mut unknown_fields = Vec::new();
        let (mut key, mut revision, mut data) = (None, None, None);
        let mut dependencies = Vec::new();
        for field in message.fields() {
            match (field.number, field.value) {
                (1, Value::Bytes(bytes)) => {
                    key = Some(ObjectKey::parse(bytes).map_err(wire("identifier"))?);
                }
                (2, Value::Bytes(bytes)) => {
                    if dependencies.len() == MAX_DEPENDENCIES {
                        return Err(ObjectError::TooManyDependencies(MAX_DEPENDENCIES));
                    }
                    dependencies.push(ObjectKey::parse(bytes).map_err(wire("dependency"))?);
                }
                (3, Value::Bytes(bytes)) => {
                    let message = Message::parse(bytes).map_err(wire("revision"))?;
                    unknown_fields.extend(
                        message
                            .fields()
                            .map(|f| ("revision", f.number))
                            .filter(|(_, n)| !matches!(n, 1..=3 | 5 | 6)),
                    );
                    revision = Some(Revision::read(message));
                }
                (4, Value::Bytes(bytes)) => {
                    let any = Message::parse(bytes).map_err(wire("data"))?;
                    data = Some(read_any(any, field.value_offset()));
                }
                (number, _) => unknown_fields.push(("object", number)),
            }
        }
        let (data_type, data) = data.ok_or(ObjectError::Missing("data (field 4)"))?;
        Ok(Self {
            key: key.ok_or(ObjectError::Missing("identifier (field 1)"))?,
            dependencies,
            revision: revision.ok_or(ObjectError::Missing("revision (field 3)"))?,
            data_type,
            data,
            unknown_fields,
        })
    }
}

/// Type URL and place of the value of an `Any` that begins at `base`.
fn read_any(any: Message<'_>, base: usize) -> (String, Range<usize>) {
    let type_url = any.text(1).unwrap_or_default().into_owned();
    let range = any.last(2).and_then(|field| {
        let bytes = field.bytes()?;
        let start = base + field.value_offset();
        Some(start..start + bytes.len())
    });
    (type_url, range.unwrap_or(base..base))
}

#[cfg(test)]
mod tests;
