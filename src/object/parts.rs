//! Reads an object message from a stream: identity, dependencies, revision, and the place of its data.
//! Invariant: as in protobuf, the occurrences of a message are merged, and the last occurrence of a scalar with its
//! wire type counts. Memory grows with the dependencies, not with the data. [`super::SyncObject`] reads bytes in
//! memory the same way.

mod written;

use std::io::BufRead;

use super::data::{
    ANY, DataFacts, DataWanted, IDENTIFIER, MessageSpec, OBJECT, Oddities, Oddity, REVISION, SeenFields,
    by_type_name, joined, type_name,
};
use super::{MAX_DEPENDENCIES, ObjectError, ObjectKey, Revision};
use crate::possible_key;
use crate::wire::{Cursor, Field, FieldHead, HeadValue, Message, StreamedFields, WireError};

/// Bytes of an identifier, a revision or the name of a data type. Real ones have some hundreds.
const MAX_PART: u64 = 64 * 1024;
/// Listed unknown fields.
const MAX_UNKNOWN: usize = 1000;

/// The parts of an object message, without its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectParts {
    /// Field 1.
    pub key: ObjectKey,
    /// Field 2, as listed.
    pub dependencies: Vec<ObjectKey>,
    /// Field 3.
    pub revision: Revision,
    /// Name of the data message, usually with the URL prefix.
    pub type_url: String,
    /// Offset of the data in the object message.
    pub data_offset: u64,
    /// Bytes of data.
    pub data_length: u64,
    /// Bytes of the object message.
    pub size: u64,
    /// Unknown fields outside the data; the first thousand.
    pub unknown_fields: Vec<(&'static str, u32)>,
    /// Known fields that are repeated or have another wire type, in the data too. Offsets count in the object message.
    oddities: Oddities,
    /// The first invalid UTF-8 text outside the data, with the offset of its message.
    invalid_revision: InvalidRevision,
}

/// Whether a text of the revision is invalid UTF-8.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum InvalidRevision {
    #[default]
    None,
    /// This field of the revision at this offset.
    Field(u32, u64),
}

/// The facts to read from the data.
#[derive(Debug, Clone, Copy)]
pub struct FactsWanted {
    /// Data up to this size is held until its type is known. The type may follow the data.
    pub held_bytes: u64,
    /// What to keep.
    pub data: DataWanted,
}

impl ObjectParts {
    /// Name of the data message: what follows the last slash of the type URL.
    pub fn data_type(&self) -> &str {
        type_name(&self.type_url)
    }

    /// Known fields that are repeated or have another wire type, in the data too. Offsets count in the object message.
    pub(crate) fn oddities(&self) -> &[Oddity] {
        self.oddities.list()
    }

    /// The first invalid UTF-8 text of the revision or the data: its name, and the offset of its message.
    pub(crate) fn invalid_text(&self, facts: &DataFacts) -> Option<(String, u64)> {
        match self.invalid_revision {
            InvalidRevision::Field(number, offset) => Some((format!("revision field {number}"), offset)),
            InvalidRevision::None => Some((facts.invalid_text.clone()?, self.data_offset)),
        }
    }

    /// Reads an object message, and the wanted facts about its data.
    ///
    /// # Errors
    /// Bytes that are no message, a missing or oversized part, too many dependencies.
    pub fn read<S: BufRead>(
        message: &mut StreamedFields<'_, S>,
        wanted: Option<FactsWanted>,
    ) -> Result<(Self, DataFacts), ObjectError> {
        let mut parts = Incomplete::default();
        let mut failed = None;
        let mut seen = SeenFields::of(&OBJECT);
        // Framing errors take precedence over errors in a field.
        while let Some(head) = message.next_field().map_err(wire("object"))? {
            if failed.is_some() {
                continue;
            }
            if !seen.see(head.number, head.value, head.offset, &mut parts.oddities) {
                if OBJECT.field(head.number).is_none() {
                    parts.unknown(("object", head.number));
                }
                parts.possible_keys += possible_key::in_field(&head, message);
                continue;
            }
            let HeadValue::Bytes(length) = head.value else {
                continue;
            };
            let read = match head.number {
                1 => parts.key(message, length, &head),
                2 => parts.dependency(message, length, &head),
                3 => parts.revision(message, length, &head),
                _ => parts.any(message, length, head.value_offset, wanted),
            };
            failed = read.err();
        }
        match failed {
            Some(error) => Err(error),
            None => parts.complete(message.length(), wanted),
        }
    }
}

/// The parts read so far. Occurrences of one part are merged.
#[derive(Default)]
struct Incomplete {
    key: Option<Part>,
    dependencies: Vec<ObjectKey>,
    revision: Option<Part>,
    data: Option<Data>,
    oddities: Oddities,
    unknown_fields: Vec<(&'static str, u32)>,
    /// Texts in unknown fields that look like keys.
    possible_keys: u64,
}

/// A small message, with the offset of its first occurrence.
struct Part {
    bytes: Vec<u8>,
    offset: u64,
}

#[derive(Default)]
struct Data {
    type_url: String,
    offset: u64,
    length: u64,
    /// The data, if it is small enough to be held until its type is certain.
    held: Option<Vec<u8>>,
    /// The facts of data that was not held, and the type by which it was read.
    passed: Option<(String, DataFacts)>,
    seen: Option<SeenFields>,
}

impl Incomplete {
    fn unknown(&mut self, field: (&'static str, u32)) {
        if self.unknown_fields.len() < MAX_UNKNOWN {
            self.unknown_fields.push(field);
        }
    }

    fn key<S: BufRead>(
        &mut self,
        message: &mut StreamedFields<'_, S>,
        length: u64,
        head: &FieldHead,
    ) -> Result<(), ObjectError> {
        add(&mut self.key, message, length, "identifier", head)
    }

    fn dependency<S: BufRead>(
        &mut self,
        message: &mut StreamedFields<'_, S>,
        length: u64,
        head: &FieldHead,
    ) -> Result<(), ObjectError> {
        if self.dependencies.len() == MAX_DEPENDENCIES {
            return Err(ObjectError::TooManyDependencies(MAX_DEPENDENCIES));
        }
        let notes = (&mut self.oddities, &mut self.possible_keys);
        let key = part(message, length, "dependency", |bytes| {
            read_key(bytes, head.value_offset, notes)
        })?;
        self.dependencies.push(key.map_err(wire("dependency"))?);
        Ok(())
    }

    fn revision<S: BufRead>(
        &mut self,
        message: &mut StreamedFields<'_, S>,
        length: u64,
        head: &FieldHead,
    ) -> Result<(), ObjectError> {
        add(&mut self.revision, message, length, "revision", head)
    }

    fn read_revision(
        &mut self,
        bytes: &[u8],
        offset: u64,
    ) -> Result<(Revision, InvalidRevision), ObjectError> {
        let revision = Message::parse(bytes).map_err(wire("revision"))?;
        let unknown = see_all(&REVISION, revision, offset, &mut self.oddities);
        for field in unknown {
            if REVISION.field(field.number).is_none() {
                self.unknown(("revision", field.number));
            }
            self.possible_keys += possible_key::in_held_field(&field);
        }
        let texts = revision.fields().filter(|field| field.number <= 3);
        let invalid = texts.filter(|field| {
            let text = field.bytes();
            text.is_some_and(|bytes| std::str::from_utf8(bytes).is_err())
        });
        let invalid = invalid.map(|field| field.number).min();
        let invalid = invalid.map_or(InvalidRevision::None, |number| {
            InvalidRevision::Field(number, offset)
        });
        Ok((Revision::read(revision), invalid))
    }

    /// Reads the `Any` around the data. Large data is read by the type named before it. Small data is held to the end,
    /// when the type is certain.
    fn any<S: BufRead>(
        &mut self,
        message: &mut StreamedFields<'_, S>,
        length: u64,
        offset: u64,
        wanted: Option<FactsWanted>,
    ) -> Result<(), ObjectError> {
        let data = self.data.get_or_insert_with(|| Data {
            offset,
            held: Some(Vec::new()),
            ..Data::default()
        });
        let mut any = message.enter(length);
        while let Some(head) = any.next_field().map_err(wire("data"))? {
            let seen = data.seen.get_or_insert_with(|| SeenFields::of(&ANY));
            let counts = seen.see(head.number, head.value, offset + head.offset, &mut self.oddities);
            let (true, HeadValue::Bytes(length)) = (counts, head.value) else {
                self.possible_keys += possible_key::in_field(&head, &mut any);
                continue;
            };
            if head.number == 1 {
                data.type_url = part(&mut any, length, "data type", |bytes| {
                    String::from_utf8_lossy(bytes).into_owned()
                })?;
                continue;
            }
            (data.offset, data.length) = (offset + head.value_offset, length);
            let Some(wanted) = wanted else { continue };
            data.held = any.bytes(length, wanted.held_bytes);
            data.passed = None;
            if data.held.is_none() {
                let facts = DataFacts::read(type_name(&data.type_url), &mut any.enter(length), wanted.data);
                data.passed = Some((data.type_url.clone(), facts));
            }
        }
        Ok(())
    }

    fn complete(
        mut self,
        size: u64,
        wanted: Option<FactsWanted>,
    ) -> Result<(ObjectParts, DataFacts), ObjectError> {
        let data = self.data.take().ok_or(ObjectError::Missing("data (field 4)"))?;
        let key = self
            .key
            .take()
            .ok_or(ObjectError::Missing("identifier (field 1)"))?;
        let revision = self
            .revision
            .take()
            .ok_or(ObjectError::Missing("revision (field 3)"))?;
        let notes = (&mut self.oddities, &mut self.possible_keys);
        let key = read_key(&key.bytes, key.offset, notes).map_err(wire("identifier"))?;
        let (revision, invalid_revision) = self.read_revision(&revision.bytes, revision.offset)?;
        let mut facts = data.facts(wanted);
        facts.possible_keys += self.possible_keys;
        // The usual JSON text contains the object's name, which may look like a key.
        if wanted.is_some() && !revision.is_usual(&key) {
            facts.possible_keys += possible_key::in_text(revision.json.as_bytes());
        }
        self.oddities
            .take_over(std::mem::take(&mut facts.oddities), data.offset);
        if facts.name.is_none() {
            facts.name = key.name().map(str::to_owned);
        }
        let parts = ObjectParts {
            key,
            dependencies: self.dependencies,
            revision,
            type_url: data.type_url,
            data_offset: data.offset,
            data_length: data.length,
            size,
            unknown_fields: self.unknown_fields,
            oddities: self.oddities,
            invalid_revision,
        };
        Ok((parts, facts))
    }
}

impl Data {
    fn facts(&self, wanted: Option<FactsWanted>) -> DataFacts {
        let Some(wanted) = wanted else {
            return DataFacts::default();
        };
        match (&self.held, &self.passed) {
            (Some(held), _) => DataFacts::of(type_name(&self.type_url), held, wanted.data),
            (None, Some((read_as, facts))) if *read_as == self.type_url => facts.clone(),
            (None, _) => DataFacts::unread(),
        }
    }
}

/// Appends an occurrence of a small message. Each must be a valid message.
fn add<S: BufRead>(
    sum: &mut Option<Part>,
    message: &mut StreamedFields<'_, S>,
    length: u64,
    name: &'static str,
    head: &FieldHead,
) -> Result<(), ObjectError> {
    let offset = head.value_offset;
    let before = sum.as_ref().map_or(0, |part| part.bytes.len() as u64);
    if before + length > MAX_PART {
        let (length, limit) = (before + length, MAX_PART);
        return Err(ObjectError::PartTooLarge {
            part: name,
            length,
            limit,
        });
    }
    let sum = sum.get_or_insert_with(|| Part {
        bytes: Vec::new(),
        offset,
    });
    part(message, length, name, |bytes| {
        Message::parse(bytes).map_err(wire(name))?;
        sum.bytes.extend_from_slice(bytes);
        Ok(())
    })?
}

/// Reads an identifier at `offset`, and notes odd fields.
fn read_key(
    bytes: &[u8],
    offset: u64,
    (oddities, possible_keys): (&mut Oddities, &mut u64),
) -> Result<ObjectKey, WireError> {
    if let Some(key) = ObjectKey::in_usual_form(bytes) {
        return Ok(key);
    }
    let key = ObjectKey::parse(bytes)?;
    let message = Message::parse(bytes)?;
    let keys = |unknown: Vec<Field<'_>>| -> u64 { unknown.iter().map(possible_key::in_held_field).sum() };
    *possible_keys += keys(see_all(&IDENTIFIER, message, offset, oddities));
    let any = joined(message, 2);
    if let Ok(any) = Message::parse(&any) {
        *possible_keys += keys(see_all(&ANY, any, offset, oddities));
        let type_url = any.text(1).unwrap_or_default();
        let value = any.bytes(2).and_then(|value| Message::parse(value).ok());
        match (by_type_name(type_name(&type_url)), value) {
            (Some(spec), Some(value)) => *possible_keys += keys(see_all(spec, value, offset, oddities)),
            _ => *possible_keys += any.bytes(2).map_or(0, possible_key::in_bytes),
        }
    }
    Ok(key)
}

/// Notes the fields of a message in memory, and returns the unknown ones, by number or wire type.
fn see_all<'a>(
    spec: &'static MessageSpec,
    message: Message<'a>,
    offset: u64,
    oddities: &mut Oddities,
) -> Vec<Field<'a>> {
    let mut seen = SeenFields::of(spec);
    let mut unknown = Vec::new();
    for field in message.fields() {
        if !seen.see(field.number, field.value.into(), offset, oddities) {
            unknown.push(field);
        }
    }
    unknown
}

impl ObjectParts {
    /// Reads an object message in memory.
    ///
    /// # Errors
    /// As [`ObjectParts::read`].
    pub fn of(bytes: &[u8], wanted: Option<FactsWanted>) -> Result<(Self, DataFacts), ObjectError> {
        let mut cursor = Cursor::new(bytes);
        Self::read(&mut cursor.message(bytes.len() as u64), wanted)
    }
}

fn wire(part: &'static str) -> impl Fn(WireError) -> ObjectError {
    move |error| ObjectError::Wire { part, error }
}

/// Reads a bounded part of the object with `read`.
fn part<S: BufRead, T>(
    message: &mut StreamedFields<'_, S>,
    length: u64,
    part: &'static str,
    read: impl FnOnce(&[u8]) -> T,
) -> Result<T, ObjectError> {
    let limit = MAX_PART;
    message
        .with_bytes(length, limit, read)
        .ok_or(ObjectError::PartTooLarge { part, length, limit })
}
