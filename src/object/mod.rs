//! Syncable objects: the message inside an object record.
//!
//! ```text
//! 1 own identifier {1 type number · 2 Any}      3 revision {1 A · 2 B · 3 JSON text · 5 created · 6 modified}
//! 2 direct dependencies, same shape, repeated   4 data, Any
//! ```
//! Invariant: a [`SyncObject`] keeps the bytes it was read from; everything else is a view of them.

pub mod data;
pub mod draft;
mod key;
mod named;
mod nearest;
mod object_type;
mod parts;
mod reference;
mod revision;
mod rewrite;
mod type_name;

use std::borrow::Cow;
use std::ops::Range;

pub use key::{ObjectKey, TYPE_URL_PREFIX};
pub use named::{Named, type_name, type_of};
pub use nearest::{misspelt_type, type_help};
pub use object_type::{
    Inside, LeftOut, NameRule, OBJECT_TYPES, ObjectType, Purpose, RefersTo, RestLink, RestResource, Scope,
    TypeNumber, Versions, by_name as type_by_name, by_number_in_own_document, known_by_number, meaning_of,
};
pub use parts::{FactsWanted, ObjectParts};
pub use reference::{ReferenceError, reference_key, reference_to, reference_type_for};
pub use revision::{Revision, RevisionPair};
pub use rewrite::{may_refer, rename, with_dependencies};
pub use type_name::{BlobType, NamedBy};

use crate::identifier::Identifier;
use crate::jdbc;
use crate::wire::{WireError, Writer};
use data::{DataFacts, DataState, DataWanted, ObjectData, SecretKind};

/// Why an object message can't be read. Offsets count from the start of the object message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// A part is not valid protobuf.
    #[error("{part}: {error}")]
    Wire {
        /// Which part of the object.
        part: &'static str,
        /// The fault.
        error: WireError,
    },
    /// A part that every object has is missing.
    #[error("no {0}")]
    Missing(&'static str),
    /// A part that is larger than any engine's.
    #[error("{part} of {length} bytes, above the limit of {limit}")]
    PartTooLarge {
        /// Which part of the object.
        part: &'static str,
        /// Its bytes.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// More dependencies than the limit.
    #[error("more than {0} dependencies")]
    TooManyDependencies(usize),
}

/// Limit on the dependencies of one object. A ruleset has one or two per masked column, far below it.
pub const MAX_DEPENDENCIES: usize = 2_000_000;

/// A syncable object: identity, direct dependencies, revision and data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncObject<'a> {
    raw: Cow<'a, [u8]>,
    /// Its plain form, if that differs from the bytes.
    plain: Option<Vec<u8>>,
    parts: ObjectParts,
}

impl<'a> SyncObject<'a> {
    /// Reads an object message without copying its data.
    ///
    /// # Errors
    /// Bytes that are not a message, or a missing identifier, revision or data part.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ObjectError> {
        Self::read(Cow::Borrowed(bytes))
    }

    /// Reads an object message and takes ownership of it.
    ///
    /// # Errors
    /// As [`SyncObject::parse`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<SyncObject<'static>, ObjectError> {
        SyncObject::read(Cow::Owned(bytes))
    }

    fn read(raw: Cow<'a, [u8]>) -> Result<Self, ObjectError> {
        if let Some(parts) = plain_parts(&raw) {
            let plain = None;
            return Ok(Self { raw, plain, parts });
        }
        let plain = match data::plain(&data::OBJECT, &raw) {
            Cow::Owned(plain) => Some(plain),
            Cow::Borrowed(_) => None,
        };
        let (parts, _) = ObjectParts::of(plain.as_deref().unwrap_or(&raw), None)?;
        Ok(Self { raw, plain, parts })
    }

    /// Writes a new object message in the engines' field order. `data` is the encoded data message of type
    /// `data_type` (without the URL prefix).
    ///
    /// # Errors
    /// The result cannot be read back with [`SyncObject::from_bytes`].
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
        let raw = writer.finish();
        let parts = ObjectParts::as_written(key, dependencies, revision, data_type, data, raw.len());
        match parts.filter(|_| is_plain_data(data_type, data)) {
            Some(parts) => Ok(SyncObject {
                raw: Cow::Owned(raw),
                plain: None,
                parts,
            }),
            None => SyncObject::from_bytes(raw),
        }
    }

    /// Returns the object with its own copy of the bytes.
    pub fn into_owned(self) -> SyncObject<'static> {
        SyncObject {
            raw: Cow::Owned(self.raw.into_owned()),
            plain: self.plain,
            parts: self.parts,
        }
    }

    /// The object message, byte for byte as it was read.
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// The object message as protobuf reads it: only lists repeat. All views show this form.
    pub fn plain_bytes(&self) -> &[u8] {
        self.plain.as_deref().unwrap_or(&self.raw)
    }

    /// Type number and identifier.
    pub fn key(&self) -> &ObjectKey {
        &self.parts.key
    }

    /// Direct dependencies as listed, duplicates included.
    pub fn dependencies(&self) -> &[ObjectKey] {
        &self.parts.dependencies
    }

    /// The revision record.
    pub fn revision(&self) -> &Revision {
        &self.parts.revision
    }

    /// Name of the data message: what follows the last slash of the type URL.
    pub fn data_type(&self) -> &str {
        self.parts.data_type()
    }

    /// The encoded data message, as protobuf reads it.
    pub fn data_bytes(&self) -> &[u8] {
        self.plain_bytes().get(self.data_range()).unwrap_or_default()
    }

    /// The range of [`SyncObject::data_bytes`] in [`SyncObject::plain_bytes`].
    pub fn data_range(&self) -> Range<usize> {
        let index = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let start = index(self.parts.data_offset);
        start..start.saturating_add(index(self.parts.data_length))
    }

    /// The data by its type.
    pub fn data(&self) -> ObjectData<'_> {
        ObjectData::read(self.data_type(), self.data_bytes())
    }

    /// The object's name, if its data or identifier has one.
    pub fn name(&self) -> Option<String> {
        self.data()
            .name()
            .map(Cow::into_owned)
            .or_else(|| self.parts.key.name().map(str::to_owned))
    }

    /// The number of secrets in clear in the data, by kind.
    pub fn secrets(&self) -> Vec<(SecretKind, u64)> {
        DataFacts::of(self.data_type(), self.data_bytes(), DataWanted::default()).secrets
    }

    /// Whether it has secrets, or unreadable parts that may be secrets.
    pub fn may_hold_secrets(&self) -> bool {
        let facts = DataFacts::of(self.data_type(), self.data_bytes(), DataWanted::default());
        facts.state != DataState::Known
            || facts.possible_keys > 0
            || !facts.secrets.is_empty()
            || jdbc::secret_within(&String::from_utf8_lossy(self.data_bytes())) != jdbc::Secret::None
    }

    /// Unknown fields outside the data: the part and the number.
    pub fn unknown_fields(&self) -> &[(&'static str, u32)] {
        &self.parts.unknown_fields
    }
}

/// The parts of an object message that is its own plain form, as nearly all are. `None` also if that takes a closer look.
fn plain_parts(raw: &[u8]) -> Option<ObjectParts> {
    let (parts, _) = ObjectParts::of(raw, None).ok()?;
    // An identifier of an unknown type may have odd fields inside.
    let unknown = |key: &ObjectKey| matches!(key.identifier, Identifier::OtherAny { .. });
    if !parts.oddities().is_empty() || unknown(&parts.key) || parts.dependencies.iter().any(unknown) {
        return None;
    }
    let start = usize::try_from(parts.data_offset).ok()?;
    let length = usize::try_from(parts.data_length).ok()?;
    let held = raw.get(start..)?.get(..length)?;
    is_plain_data(parts.data_type(), held).then_some(parts)
}

fn is_plain_data(data_type: &str, bytes: &[u8]) -> bool {
    let spec = data::by_type_name(data::type_name(data_type));
    spec.is_none_or(|spec| matches!(data::plain(spec, bytes), Cow::Borrowed(_)))
}

#[cfg(test)]
mod tests;
