//! Rewrites parts of an object's message.
//!
//! Invariant: everything that a call does not name keeps its bytes, unknown fields included.

use std::collections::HashMap;

use exportdoc::internal::object::{ObjectError, ObjectKey, RevisionPair, SyncObject};
use exportdoc::internal::wire::{Message, Writer};

fn message<'a>(object: &'a SyncObject<'_>) -> Result<Message<'a>, ObjectError> {
    Message::parse(object.as_bytes()).map_err(|error| ObjectError::Wire {
        part: "object",
        error,
    })
}

/// Copies the object's message; `replace` returns new content for a length-delimited top-level field, or `None` to
/// keep it.
pub(super) fn rewrite(
    object: &SyncObject<'_>,
    mut replace: impl FnMut(u32, &[u8], &mut Writer) -> bool,
) -> Result<SyncObject<'static>, ObjectError> {
    let mut writer = Writer::new();
    for field in message(object)?.fields() {
        let done = field
            .bytes()
            .is_some_and(|bytes| replace(field.number, bytes, &mut writer));
        if !done {
            writer.raw(field.raw);
        }
    }
    SyncObject::from_bytes(writer.finish())
}

/// Returns the object after a save.
pub(in crate::engine) fn with_save(
    object: &SyncObject<'_>,
    save: &str,
    modified_ms: i64,
) -> Result<SyncObject<'static>, ObjectError> {
    let save = Writer::new().text(2, save).finish();
    let modified = Writer::new().int(6, modified_ms).finish();
    rewrite(object, |number, bytes, writer| {
        if number == 3 {
            let revision = set_field(&set_field(bytes, 2, Some(&save)), 6, Some(&modified));
            writer.bytes(3, &revision);
        }
        number == 3
    })
}

/// Returns the object as a new one, in its first revision.
pub(super) fn with_new_revision(
    object: &SyncObject<'_>,
    pair: &RevisionPair,
    now_ms: i64,
) -> Result<SyncObject<'static>, ObjectError> {
    let fields = [
        (1, Writer::new().text(1, &pair.object).finish()),
        (2, Writer::new().text(2, &pair.save).finish()),
        (5, Writer::new().int(5, now_ms).finish()),
        (6, Writer::new().int(6, now_ms).finish()),
    ];
    rewrite(object, |number, bytes, writer| {
        if number == 3 {
            let revision = fields.iter().fold(bytes.to_vec(), |revision, (number, field)| {
                set_field(&revision, *number, Some(field))
            });
            writer.bytes(3, &revision);
        }
        number == 3
    })
}

/// Returns the object with another JSON text in its revision.
pub(super) fn with_revision_json(
    object: &SyncObject<'_>,
    json: &str,
) -> Result<SyncObject<'static>, ObjectError> {
    let json = Writer::new().text(3, json).finish();
    rewrite(object, |number, bytes, writer| {
        if number == 3 {
            writer.bytes(3, &set_field(bytes, 3, Some(&json)));
        }
        number == 3
    })
}

/// Returns the object with other data of the same type.
pub(super) fn with_data(object: &SyncObject<'_>, data: &[u8]) -> Result<SyncObject<'static>, ObjectError> {
    if data == object.data_bytes() {
        return Ok(object.clone().into_owned());
    }
    let value = (!data.is_empty()).then(|| Writer::new().bytes(2, data).finish());
    rewrite(object, |number, bytes, writer| {
        if number == 4 {
            writer.bytes(4, &set_field(bytes, 2, value.as_deref()));
        }
        number == 4
    })
}

/// Returns the object with other dependencies. Those that stay keep their bytes.
pub(in crate::engine) fn with_dependencies(
    object: &SyncObject<'_>,
    dependencies: &[ObjectKey],
) -> Result<SyncObject<'static>, ObjectError> {
    if dependencies == object.dependencies() {
        return Ok(object.clone().into_owned());
    }
    let mut known = HashMap::new();
    for field in message(object)?.all(2) {
        if let Some(key) = field.bytes().and_then(|bytes| ObjectKey::parse(bytes).ok()) {
            known.entry(key).or_insert(field.raw);
        }
    }
    let mut writer = Writer::new();
    let mut written = false;
    for field in message(object)?.fields() {
        // Engines write them after the identifier and before the revision.
        if !written && field.number >= 2 {
            for key in dependencies {
                match known.get(key) {
                    Some(raw) => writer.raw(raw),
                    None => writer.message(2, |inner| key.write(inner)),
                };
            }
            written = true;
        }
        if field.number != 2 {
            writer.raw(field.raw);
        }
    }
    SyncObject::from_bytes(writer.finish())
}

/// Returns the object with its dependencies reordered: `places` has their old positions.
pub(super) fn with_dependencies_at(
    object: &SyncObject<'_>,
    places: &[usize],
) -> Result<SyncObject<'static>, ObjectError> {
    let dependencies = message(object)?.all(2).filter(|field| field.bytes().is_some());
    let raw: Vec<&[u8]> = dependencies.map(|field| field.raw).collect();
    let mut next = places.iter().filter_map(|at| raw.get(*at));
    rewrite(object, |number, _, writer| {
        number == 2 && next.next().map(|raw| writer.raw(raw)).is_some()
    })
}

/// Returns a message with one field replaced, inserted at its number's position, or removed. `encoded` is the whole
/// field.
pub fn set_field(bytes: &[u8], number: u32, encoded: Option<&[u8]>) -> Vec<u8> {
    set_fields(bytes, number, encoded.into_iter())
}

/// Like [`set_field`], for all occurrences of a repeated field.
pub(super) fn set_fields<'a>(bytes: &[u8], number: u32, encoded: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let Ok(message) = Message::parse(bytes) else {
        return bytes.to_vec();
    };
    let present = message.all(number).next().is_some();
    let mut pending: Option<Vec<u8>> = Some(encoded.collect::<Vec<_>>().concat());
    let mut writer = Writer::new();
    for field in message.fields() {
        let here = field.number == number || (!present && field.number > number);
        if let Some(raw) = pending.take_if(|_| here) {
            writer.raw(&raw);
        }
        if field.number != number {
            writer.raw(field.raw);
        }
    }
    writer.raw(&pending.unwrap_or_default());
    writer.finish()
}

/// Returns the message with each occurrence of a length-delimited field rewritten; `None` removes the occurrence.
pub(super) fn map_fields(
    bytes: &[u8],
    number: u32,
    mut change: impl FnMut(&[u8]) -> Option<Vec<u8>>,
) -> Vec<u8> {
    let Ok(message) = Message::parse(bytes) else {
        return bytes.to_vec();
    };
    let mut writer = Writer::new();
    for field in message.fields() {
        match field.bytes().filter(|_| field.number == number) {
            Some(value) => {
                if let Some(value) = change(value) {
                    writer.bytes(number, &value);
                }
            }
            None => {
                writer.raw(field.raw);
            }
        }
    }
    writer.finish()
}

/// Returns the message with more occurrences of a repeated field, after the existing ones.
pub(super) fn add_fields(bytes: &[u8], number: u32, values: &[Vec<u8>]) -> Vec<u8> {
    let Ok(message) = Message::parse(bytes) else {
        return bytes.to_vec();
    };
    let added: Vec<Vec<u8>> = values
        .iter()
        .map(|value| Writer::new().bytes(number, value).finish())
        .collect();
    let present: Vec<&[u8]> = message.all(number).map(|field| field.raw).collect();
    let all = present.into_iter().chain(added.iter().map(Vec::as_slice));
    set_fields(bytes, number, all)
}
