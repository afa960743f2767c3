//! Reads an object message as it comes: identity, dependencies, revision, and where its data lies.
//!
//! Invariant: one reading for all sizes; [`super::SyncObject`] is this over bytes in memory. Memory grows with the
//! dependencies, never with the data, which is left to whoever asks for facts about it.

use std::io::BufRead;

use super::data::{DataFacts, DataWanted, possible_keys_in, possible_keys_in_field};
use super::{MAX_DEPENDENCIES, ObjectError, ObjectKey, Revision, TYPE_URL_PREFIX};
use crate::wire::{Cursor, HeadValue, Message, StreamedFields, WireError};

/// Bytes of an identifier, a revision or the name of a data type. Real ones have some hundreds.
const MAX_PART: u64 = 64 * 1024;
/// Unknown fields that are listed.
const MAX_UNKNOWN: usize = 1000;

/// What an object message holds beside its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectParts {
    /// Field 1.
    pub key: ObjectKey,
    /// Field 2, as listed.
    pub dependencies: Vec<ObjectKey>,
    /// Field 3.
    pub revision: Revision,
    /// Name of the data message as it stands, usually with the URL prefix.
    pub type_url: String,
    /// Where the data lies in the object message.
    pub data_offset: u64,
    /// Bytes of data.
    pub data_length: u64,
    /// Bytes of the object message.
    pub size: u64,
    /// Fields this version doesn't know in the parts all objects share; the first thousand.
    pub unknown_fields: Vec<(&'static str, u32)>,
    /// The first text outside of the data that isn't valid UTF-8, and where its message begins in the object message.
    invalid_revision: InvalidRevision,
}

/// What was found about the texts of the revision that counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum InvalidRevision {
    #[default]
    None,
    /// This field of the revision at this offset.
    Field(u32, u64),
    /// The last field 3 is no message, so that there is nothing to tell.
    Unreadable,
}

/// What is wanted of the data.
#[derive(Debug, Clone, Copy)]
pub struct FactsWanted {
    /// Data up to this size is held until its type is known, which may come after it.
    pub held_bytes: u64,
    /// What to keep of it.
    pub data: DataWanted,
}

impl ObjectParts {
    /// Name of the data message, without the URL prefix when it has the usual one.
    pub fn data_type(&self) -> &str {
        without_prefix(&self.type_url)
    }

    /// The first text of revision or data that isn't valid UTF-8: which one, and where its message begins in the
    /// object message.
    pub fn invalid_text(&self, facts: &DataFacts) -> Option<(String, u64)> {
        match self.invalid_revision {
            InvalidRevision::Field(number, offset) => Some((format!("revision field {number}"), offset)),
            InvalidRevision::Unreadable => None,
            InvalidRevision::None => Some((facts.invalid_text.clone()?, self.data_offset)),
        }
    }

    /// Reads an object message, and facts about its data when they are wanted.
    ///
    /// # Errors
    /// Bytes that are no message, a missing or oversized part, too many dependencies.
    pub fn read<S: BufRead>(
        message: &mut StreamedFields<'_, S>,
        wanted: Option<FactsWanted>,
    ) -> Result<(Self, DataFacts), ObjectError> {
        let mut parts = Incomplete::default();
        let mut failed = None;
        // What breaks the message as a whole is told before what is wrong inside of it.
        while let Some(head) = message.next_field().map_err(wire("object"))? {
            if failed.is_some() {
                continue;
            }
            let read = match (head.number, head.value) {
                (1, HeadValue::Bytes(length)) => parts.key(message, length),
                (2, HeadValue::Bytes(length)) => parts.dependency(message, length),
                (3, HeadValue::Bytes(length)) => parts.revision(message, length, head.value_offset),
                (4, HeadValue::Bytes(length)) => parts.any(message, length, head.value_offset, wanted),
                (number, _) => {
                    if number == 3 {
                        parts.invalid_revision = InvalidRevision::Unreadable;
                    }
                    parts.unknown(("object", number));
                    parts.possible_keys += possible_keys_in_field(&head, message);
                    Ok(())
                }
            };
            failed = read.err();
        }
        match failed {
            Some(error) => Err(error),
            None => parts.complete(message.length()),
        }
    }
}

/// Parts that were read so far; where one repeats, the last counts.
#[derive(Default)]
struct Incomplete {
    key: Option<ObjectKey>,
    dependencies: Vec<ObjectKey>,
    revision: Option<Revision>,
    invalid_revision: InvalidRevision,
    data: Option<Data>,
    unknown_fields: Vec<(&'static str, u32)>,
    /// Texts in unknown fields that look like keys.
    possible_keys: u64,
}

#[derive(Default)]
struct Data {
    type_url: String,
    offset: u64,
    length: u64,
    facts: DataFacts,
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
    ) -> Result<(), ObjectError> {
        let key = part(message, length, "identifier", ObjectKey::parse)?;
        self.key = Some(key.map_err(wire("identifier"))?);
        Ok(())
    }

    fn dependency<S: BufRead>(
        &mut self,
        message: &mut StreamedFields<'_, S>,
        length: u64,
    ) -> Result<(), ObjectError> {
        if self.dependencies.len() == MAX_DEPENDENCIES {
            return Err(ObjectError::TooManyDependencies(MAX_DEPENDENCIES));
        }
        let key = part(message, length, "dependency", ObjectKey::parse)?;
        self.dependencies.push(key.map_err(wire("dependency"))?);
        Ok(())
    }

    fn revision<S: BufRead>(
        &mut self,
        message: &mut StreamedFields<'_, S>,
        length: u64,
        offset: u64,
    ) -> Result<(), ObjectError> {
        part(message, length, "revision", |bytes| {
            self.read_revision(bytes, offset)
        })?
    }

    fn read_revision(&mut self, bytes: &[u8], offset: u64) -> Result<(), ObjectError> {
        let revision = Message::parse(bytes).map_err(wire("revision"))?;
        for field in revision.fields().filter(|f| !matches!(f.number, 1..=3 | 5 | 6)) {
            self.unknown(("revision", field.number));
            self.possible_keys += field.bytes().map_or(0, possible_keys_in);
        }
        let invalid = |number: &u32| {
            let mut texts = revision.all(*number).filter_map(|field| field.bytes());
            texts.any(|bytes| std::str::from_utf8(bytes).is_err())
        };
        self.invalid_revision = match [1, 2, 3].into_iter().find(invalid) {
            Some(number) => InvalidRevision::Field(number, offset),
            None => InvalidRevision::None,
        };
        self.revision = Some(Revision::read(revision));
        Ok(())
    }

    /// Reads the `Any` around the data. Data is looked at under the type named before it; data that is small enough
    /// waits for the end, since only there the type is certain.
    fn any<S: BufRead>(
        &mut self,
        message: &mut StreamedFields<'_, S>,
        length: u64,
        offset: u64,
        wanted: Option<FactsWanted>,
    ) -> Result<(), ObjectError> {
        let mut data = Data {
            offset,
            ..Data::default()
        };
        let mut held = Some(Vec::new());
        let mut read_as = String::new();
        let mut any = message.enter(length);
        while let Some(head) = any.next_field().map_err(wire("data"))? {
            match (head.number, head.value) {
                (1, HeadValue::Bytes(length)) => {
                    data.type_url = part(&mut any, length, "data type", |bytes| {
                        String::from_utf8_lossy(bytes).into_owned()
                    })?;
                }
                (1, _) => data.type_url.clear(),
                (2, HeadValue::Bytes(length)) => {
                    (data.offset, data.length) = (offset + head.value_offset, length);
                    let Some(wanted) = wanted else { continue };
                    held = any.bytes(length, wanted.held_bytes);
                    if held.is_none() {
                        read_as.clone_from(&data.type_url);
                        let name = without_prefix(&data.type_url);
                        data.facts = DataFacts::read(name, &mut any.enter(length), wanted.data);
                    }
                }
                (2, _) => {
                    (data.offset, data.length) = (offset, 0);
                    held = Some(Vec::new());
                }
                _ => self.possible_keys += possible_keys_in_field(&head, &mut any),
            }
        }
        match (held, wanted) {
            (_, None) => {}
            (Some(held), Some(wanted)) => {
                data.facts = DataFacts::of(without_prefix(&data.type_url), &held, wanted.data);
            }
            (None, Some(_)) if read_as != data.type_url => data.facts = DataFacts::unread(),
            (None, Some(_)) => {}
        }
        self.data = Some(data);
        Ok(())
    }

    fn complete(self, size: u64) -> Result<(ObjectParts, DataFacts), ObjectError> {
        let data = self.data.ok_or(ObjectError::Missing("data (field 4)"))?;
        let key = self.key.ok_or(ObjectError::Missing("identifier (field 1)"))?;
        let mut facts = data.facts;
        facts.possible_keys += self.possible_keys;
        if facts.name.is_none() {
            facts.name = key.name().map(str::to_owned);
        }
        let parts = ObjectParts {
            key,
            dependencies: self.dependencies,
            revision: self.revision.ok_or(ObjectError::Missing("revision (field 3)"))?,
            type_url: data.type_url,
            data_offset: data.offset,
            data_length: data.length,
            size,
            unknown_fields: self.unknown_fields,
            invalid_revision: self.invalid_revision,
        };
        Ok((parts, facts))
    }
}

impl ObjectParts {
    /// As [`ObjectParts::read`], of an object message in memory.
    ///
    /// # Errors
    /// As [`ObjectParts::read`].
    pub fn of(bytes: &[u8], wanted: Option<FactsWanted>) -> Result<(Self, DataFacts), ObjectError> {
        let mut cursor = Cursor::new(bytes);
        Self::read(&mut cursor.message(bytes.len() as u64), wanted)
    }
}

fn without_prefix(type_url: &str) -> &str {
    type_url.strip_prefix(TYPE_URL_PREFIX).unwrap_or(type_url)
}

fn wire(part: &'static str) -> impl Fn(WireError) -> ObjectError {
    move |error| ObjectError::Wire { part, error }
}

/// What `read` makes of a part of the object.
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
