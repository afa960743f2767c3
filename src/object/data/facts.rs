//! Facts about an object's data, collected while it is streamed.
//! Invariant: memory doesn't grow with the data. Rows of lookups and pairs of mappings are counted, texts are checked,
//! the name is kept, and the rest is skipped. Of a repeated field, the occurrence that protobuf uses counts; requested
//! texts are kept in all occurrences.

use std::collections::BTreeSet;
use std::io::BufRead;

use super::invalid_text::Invalid;
use super::oddity::Oddities;
use super::rows::RowCount;
use super::schema::{FieldSpec, MessageSpec};
use super::texts::{FoundTexts, TextFilter, Texts};
use super::{Configuration, ObjectData, SecretKind, SegmentMapping, Treatment, name_fields};
use crate::possible_key;
use crate::utf8::Utf8Check;
use crate::wire::{Cursor, FieldHead, HeadValue, Message, StreamedFields, WireError, Writer};

/// Bytes of a text that can be a name, and of one mapping that is shown.
const MAX_SHORT: u64 = 64 * 1024;
/// Limit on the kept unknown field numbers, the lowest.
const MAX_UNKNOWN: usize = 1000;

/// Facts about an object's data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataFacts {
    /// Whether the data is readable.
    pub state: DataState,
    /// The object's name. Texts above 64 KiB are not names.
    pub name: Option<String>,
    /// The number of secrets in clear, by kind.
    pub secrets: Vec<(SecretKind, u64)>,
    /// The secrets themselves, if requested.
    pub secret_values: Vec<SecretValue>,
    /// Numbers of unknown top-level fields, each once, in order; the lowest thousand.
    pub unknown_fields: Vec<u32>,
    /// The first invalid UTF-8 text, in the schema's order.
    pub invalid_text: Option<String>,
    /// The requested texts.
    pub texts: FoundTexts,
    /// The number of texts in unknown fields that look like keys.
    pub possible_keys: u64,
    /// Known fields that are repeated or have another wire type. Offsets count from the beginning of the data.
    pub(crate) oddities: Oddities,
}

/// Optional facts.
#[derive(Debug, Clone, Copy, Default)]
pub struct DataWanted {
    /// Keep secrets, each cut to this many bytes.
    pub secret_bytes: Option<usize>,
    /// Keep the texts of these fields.
    pub texts: Option<TextFilter>,
}

/// Whether data could be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DataState {
    /// It is of a known type.
    #[default]
    Known,
    /// It is of an unknown type.
    Unknown,
    /// It is of a known type, but not a valid message.
    Broken,
    /// It is too large to be held until its type is known.
    Unread,
}

/// A secret shown on request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretValue {
    /// Its kind.
    pub kind: SecretKind,
    /// Its text, cut to the requested size.
    pub text: String,
    /// Bytes left out at the end.
    pub cut: u64,
}

impl DataFacts {
    /// Reads data of a message type (without URL prefix).
    pub fn read<S: BufRead>(
        data_type: &str,
        message: &mut StreamedFields<'_, S>,
        wanted: DataWanted,
    ) -> Self {
        let of_state = |state| Self {
            state,
            ..Self::default()
        };
        let Some(spec) = MessageSpec::by_name(data_type) else {
            return Self {
                possible_keys: possible_key::in_message(message),
                ..of_state(DataState::Unknown)
            };
        };
        let mut top = Top {
            data_type,
            secret_bytes: wanted.secret_bytes,
            texts: Texts::new(wanted.texts),
            unknown: BTreeSet::new(),
            short: Vec::new(),
            secrets: Vec::new(),
            possible_keys: 0,
        };
        match top.read(spec, message) {
            Ok(mut invalid) => Self {
                oddities: std::mem::take(&mut invalid.oddities),
                state: match invalid.broken {
                    true => DataState::Broken,
                    false => DataState::Known,
                },
                invalid_text: invalid.first(),
                ..top.finish()
            },
            Err(_) => of_state(DataState::Broken),
        }
    }

    /// Reads data in memory.
    pub fn of(data_type: &str, bytes: &[u8], wanted: DataWanted) -> Self {
        let mut cursor = Cursor::new(bytes);
        Self::read(data_type, &mut cursor.message(bytes.len() as u64), wanted)
    }

    /// The facts of data that is too large to hold until its type is known.
    pub(crate) fn unread() -> Self {
        Self {
            state: DataState::Unread,
            ..Self::default()
        }
    }
}

/// The top level of a data message while it is read.
struct Top<'t> {
    data_type: &'t str,
    secret_bytes: Option<usize>,
    texts: Texts,
    unknown: BTreeSet<u32>,
    /// The values of the fields that make the name. `None` if a value is too long for a name.
    short: Vec<(u32, Option<Vec<u8>>)>,
    secrets: Vec<(SecretKind, Secret)>,
    possible_keys: u64,
}

/// Notes a configuration that is too long to be searched: it may have a key.
fn keys_in_configuration(bytes: Option<&[u8]>) -> u64 {
    let Some(bytes) = bytes else { return 1 };
    let text = String::from_utf8_lossy(bytes);
    // Text that is not JSON cannot be searched.
    Configuration::read(&text).map_or(1, |read| read.possible_keys)
}

/// The secrets of one kind so far.
#[derive(Default)]
struct Secret {
    count: u64,
    text: Vec<u8>,
    length: u64,
}

impl Top<'_> {
    fn read<S: BufRead>(
        &mut self,
        spec: &'static MessageSpec,
        message: &mut StreamedFields<'_, S>,
    ) -> Result<Invalid, WireError> {
        let mut invalid = Invalid::new(spec);
        let names = name_fields(self.data_type);
        while let Some(head) = message.next_field()? {
            let counts = invalid.head(&head);
            match (spec.field(head.number), head.value) {
                (Some(_), _) if !counts => {
                    self.possible_keys += possible_key::in_field(&head, message);
                }
                (None, _) => {
                    self.unknown.insert(head.number);
                    if self.unknown.len() > MAX_UNKNOWN {
                        self.unknown.pop_last();
                    }
                    self.possible_keys += possible_key::in_field(&head, message);
                }
                (Some(field), HeadValue::Bytes(length))
                    if names.contains(&head.number)
                        || self.texts.wants(field)
                        || field.treatment == Treatment::Configuration =>
                {
                    let bytes = message.bytes(length, MAX_SHORT);
                    match &bytes {
                        Some(bytes) => {
                            invalid.see(field, &head, &mut Cursor::new(&bytes[..]).message(length));
                        }
                        None => invalid.see(field, &head, message),
                    }
                    if self.texts.wants(field) {
                        match &bytes {
                            Some(bytes) => self.texts.see(field, bytes),
                            None => self.texts.too_long(field),
                        }
                    }
                    if field.treatment == Treatment::Configuration {
                        self.possible_keys += keys_in_configuration(bytes.as_deref());
                    }
                    if names.contains(&head.number) {
                        self.keep(field, bytes);
                    }
                }
                (Some(field), value) => match (field.kind.secret(), value) {
                    (Some(SecretKind::SegmentMappings), _) => {
                        self.mapping(field, &head, message, &mut invalid);
                    }
                    (Some(kind), HeadValue::Bytes(length)) => {
                        let (secret, valid) = self.text(kind, length, message);
                        *self.secret(kind) = secret;
                        invalid.note(field, !valid, || None);
                    }
                    _ => invalid.see(field, &head, message),
                },
            }
        }
        self.possible_keys += invalid.possible_keys;
        Ok(invalid)
    }

    /// Takes an occurrence of a field of the name. Wrappers are merged, and the last text counts.
    fn keep(&mut self, field: &FieldSpec, bytes: Option<Vec<u8>>) {
        let before = self.short.iter().position(|(number, _)| *number == field.number);
        let before = before.map(|at| self.short.swap_remove(at).1);
        let now = match (before, bytes) {
            (Some(None), _) if field.kind.is_wrapper() => None,
            (Some(Some(mut before)), Some(bytes)) if field.kind.is_wrapper() => {
                before.extend_from_slice(&bytes);
                (before.len() as u64 <= MAX_SHORT).then_some(before)
            }
            (_, bytes) => bytes,
        };
        self.short.push((field.number, now));
    }

    fn secret(&mut self, kind: SecretKind) -> &mut Secret {
        let at = match self.secrets.iter().position(|(held, _)| *held == kind) {
            Some(at) => at,
            None => {
                self.secrets.push((kind, Secret::default()));
                self.secrets.len() - 1
            }
        };
        &mut self.secrets[at].1
    }

    /// Reads a secret text, and whether it is valid UTF-8.
    fn text<S: BufRead>(
        &self,
        kind: SecretKind,
        length: u64,
        message: &mut StreamedFields<'_, S>,
    ) -> (Secret, bool) {
        let mut utf8 = Utf8Check::default();
        let mut rows = RowCount::default();
        // The character at the limit must be read to be omitted.
        let room = self.secret_bytes.map_or(0, |limit| limit.saturating_add(3));
        let mut text = Vec::new();
        message.pieces(length, |piece| {
            utf8.push(piece);
            if kind == SecretKind::LookupRows {
                rows.push(piece);
            }
            let kept = piece.len().min(room - text.len());
            text.extend_from_slice(&piece[..kept]);
        });
        let count = match kind {
            // Rows in another form than the engines' count, too.
            SecretKind::LookupRows => rows.count.max(u64::from(length > 0)),
            _ => u64::from(length > 0),
        };
        (Secret { count, text, length }, utf8.is_valid())
    }

    /// Counts a segment mapping, and keeps it as a line if secrets are requested.
    fn mapping<S: BufRead>(
        &mut self,
        field: &'static FieldSpec,
        head: &FieldHead,
        message: &mut StreamedFields<'_, S>,
        invalid: &mut Invalid,
    ) {
        let limit = self.secret_bytes;
        let secret = self.secret(SecretKind::SegmentMappings);
        secret.count += 1;
        let (Some(limit), HeadValue::Bytes(length)) = (limit, head.value) else {
            invalid.see(field, head, message);
            return;
        };
        let Some(bytes) = message.bytes(length, MAX_SHORT) else {
            secret.length += length;
            invalid.see(field, head, message);
            return;
        };
        invalid.see(field, head, &mut Cursor::new(&bytes[..]).message(length));
        if let Ok(mapping) = Message::parse(&bytes).map(SegmentMapping::from) {
            let line = format!(
                "{} {} -> {}\n",
                mapping.segment().unwrap_or_default(),
                mapping.input().unwrap_or_default(),
                mapping.output().unwrap_or_default()
            );
            secret.length += line.len() as u64;
            if secret.text.len() + line.len() <= limit {
                secret.text.extend_from_slice(line.as_bytes());
            }
        }
    }

    fn finish(mut self) -> DataFacts {
        let mut short = Writer::new();
        for (number, bytes) in &self.short {
            if let Some(bytes) = bytes {
                short.bytes(*number, bytes);
            }
        }
        let name = ObjectData::read(self.data_type, &short.finish())
            .name()
            .map(std::borrow::Cow::into_owned);
        self.secrets.sort_by_key(|(kind, _)| *kind);
        let counted = self.secrets.iter().filter(|(_, secret)| secret.count > 0);
        let secrets = counted.map(|(kind, secret)| (*kind, secret.count)).collect();
        let secret_values = self.secret_bytes.map(|limit| {
            let there = self.secrets.iter().filter(|(_, secret)| secret.length > 0);
            there.map(|(kind, secret)| secret.value(*kind, limit)).collect()
        });
        DataFacts {
            state: DataState::Known,
            name,
            secrets,
            secret_values: secret_values.unwrap_or_default(),
            unknown_fields: self.unknown.into_iter().collect(),
            invalid_text: None,
            texts: self.texts.finish(),
            possible_keys: self.possible_keys,
            oddities: Oddities::default(),
        }
    }
}

impl Secret {
    fn value(&self, kind: SecretKind, limit: usize) -> SecretValue {
        let text = String::from_utf8_lossy(&self.text);
        let end = text.floor_char_boundary(limit);
        SecretValue {
            kind,
            text: text[..end].to_owned(),
            cut: self.length.saturating_sub(end as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::data::FieldKind;

    #[test]
    fn every_name_that_data_gives_is_among_the_facts() {
        for spec in MessageSpec::all() {
            let mut writer = Writer::new();
            for field in spec.fields {
                match field.kind {
                    FieldKind::Text | FieldKind::Secret(_) => _ = writer.text(field.number, field.name),
                    FieldKind::TextValue => {
                        _ = writer.message(field.number, |inner| _ = inner.text(1, field.name));
                    }
                    _ => {}
                }
            }
            let data = writer.finish();
            let expected = ObjectData::read(spec.name, &data)
                .name()
                .map(std::borrow::Cow::into_owned);
            assert_eq!(
                DataFacts::of(spec.name, &data, DataWanted::default()).name,
                expected,
                "{}",
                spec.name
            );
            // A field of another wire type is an unknown field, which doesn't change the name.
            for number in name_fields(spec.name) {
                let replaced = [&data[..], Writer::new().varint(*number, 1).finish().as_slice()].concat();
                assert_eq!(
                    DataFacts::of(spec.name, &replaced, DataWanted::default()).name,
                    expected,
                    "{}",
                    spec.name
                );
            }
        }
    }
}
