//! Rewrites objects field by field with stand-ins.
//!
//! Invariants: the copy contains only encoded numbers, texts that the policy keeps, and stand-ins. Fields with an unknown
//! number or another wire type are unknown, at every level; so is data of a message other than the type's. Of a repeated
//! singular value, the copy has the last occurrence; occurrences of a singular message become one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::build::type_name;
use crate::identifier::Identifier;
use crate::object::data::{FieldKind, FieldSpec, MessageSpec, StandInKind, type_name as data_type_name};
use crate::object::{
    ObjectError, ObjectKey, ObjectType, Revision, Scope, SyncObject, TYPE_URL_PREFIX,
    by_number_in_own_document, type_by_name,
};
use crate::wire::{Field, Message, Value, Writer};

use super::RedactOptions;
use super::stand_in::StandIns;

/// The most bytes of a kept unknown message name.
const MESSAGE_NAME_BYTES: usize = 80;

/// Rewrites the objects of one document.
pub(super) struct Rewriter {
    pub(super) stand_ins: StandIns,
    options: RedactOptions,
    unknown: u64,
}

/// The role of a field in its message.
#[derive(Clone, Copy)]
enum Part {
    /// Unknown, or with another wire type than expected.
    Unknown,
    /// A singular value: the last occurrence counts.
    Value,
    /// A singular message: all occurrences form one.
    Message,
    /// An item of a list.
    Item,
}

/// A field as readers see it: its bytes include all occurrences of a singular message.
struct ReadField<'m> {
    field: Field<'m>,
    known: bool,
    bytes: Cow<'m, [u8]>,
}

impl Rewriter {
    pub(super) fn new(options: RedactOptions) -> Self {
        Self {
            stand_ins: StandIns::default(),
            options,
            unknown: 0,
        }
    }

    /// Returns the redacted object and the number of its unknown fields.
    pub(super) fn object(
        &mut self,
        object: &SyncObject<'_>,
    ) -> Result<(SyncObject<'static>, u64), ObjectError> {
        self.unknown = 0;
        let part = "object";
        let message = Message::parse(object.as_bytes()).map_err(|error| ObjectError::Wire { part, error })?;
        let row = row(object);
        let mut writer = Writer::new();
        let parts = self.read(message, |field| match (field.number, inner(field)) {
            (1 | 3 | 4, Some(_)) => Part::Message,
            (2, Some(_)) => Part::Item,
            _ => Part::Unknown,
        });
        for part in parts {
            let field = &part.field;
            match (part.known, Message::parse(&part.bytes)) {
                (true, Ok(inner)) if field.number <= 2 => self.identifier(&mut writer, field, inner),
                (true, Ok(inner)) if field.number == 3 => {
                    let revision = self.revision(object.key(), row, inner);
                    writer.bytes(3, &revision);
                }
                (true, Ok(inner)) => {
                    let any = self.any(row, inner);
                    writer.bytes(4, &any);
                }
                _ => self.unknown(&mut writer, field),
            }
        }
        self.stand_ins.next_object();
        Ok((SyncObject::from_bytes(writer.finish())?, self.unknown))
    }

    /// Returns the key in the copy. An identifier of another form than the type's gets a stand-in.
    pub(super) fn key(&mut self, key: &ObjectKey) -> ObjectKey {
        let row = by_number_in_own_document(key.type_number);
        let text = match (&key.identifier, row) {
            (Identifier::OtherAny { .. }, _) if self.options.keep_unknown => return key.clone(),
            (Identifier::OtherAny { type_url, value }, _) => format!("{type_url} {}", hex::encode(value)),
            (Identifier::OtherJson(text), _) => text.clone(),
            // Objects of an environment have numbers.
            (
                Identifier::Text(text) | Identifier::Algorithm(text) | Identifier::EncryptionKey(text),
                Some(row),
            ) if row.scope == Scope::Environment => text.clone(),
            _ => return key.clone(),
        };
        let stand_in = self.stand_ins.of(StandInKind::Identifier, &text);
        ObjectKey::new(key.type_number, Identifier::Text(stand_in))
    }

    /// Returns the fields of a message in order, as readers see them.
    fn read<'m>(&mut self, message: Message<'m>, part: impl Fn(&Field<'m>) -> Part) -> Vec<ReadField<'m>> {
        let mut fields: Vec<Option<ReadField<'m>>> = Vec::new();
        let mut singular: BTreeMap<u32, usize> = BTreeMap::new();
        for field in message.fields() {
            let part = part(&field);
            let bytes = field.bytes().unwrap_or_default();
            if let (Part::Value | Part::Message, Some(&before)) = (&part, singular.get(&field.number)) {
                match (part, &mut fields[before]) {
                    (Part::Message, Some(first)) => {
                        first.bytes.to_mut().extend_from_slice(bytes);
                        continue;
                    }
                    (_, earlier) => {
                        *earlier = None;
                        self.unknown += 1;
                        singular.insert(field.number, fields.len());
                    }
                }
            } else if !matches!(part, Part::Unknown | Part::Item) {
                singular.insert(field.number, fields.len());
            }
            fields.push(Some(ReadField {
                field,
                known: !matches!(part, Part::Unknown),
                bytes: Cow::Borrowed(bytes),
            }));
        }
        fields.into_iter().flatten().collect()
    }

    fn unknown(&mut self, writer: &mut Writer, field: &Field<'_>) {
        self.unknown += 1;
        if self.options.keep_unknown {
            writer.raw(field.raw);
        }
    }

    /// Rewrites an identifier. Other fields beside it are unknown.
    fn identifier(&mut self, writer: &mut Writer, field: &Field<'_>, inner: Message<'_>) {
        let Ok(key) = ObjectKey::parse(inner.as_bytes()) else {
            return self.unknown(writer, field);
        };
        let known = inner.fields().all(|f| matches!(f.number, 1 | 2))
            && inner
                .message(2)
                .is_none_or(|any| any.fields().all(|f| matches!(f.number, 1 | 2)));
        self.unknown += u64::from(!known);
        if self.options.keep_unknown {
            writer.bytes(field.number, inner.as_bytes());
        } else {
            let key = self.key(&key);
            writer.message(field.number, |w| key.write(w));
        }
    }

    fn revision(&mut self, key: &ObjectKey, row: Option<&ObjectType>, message: Message<'_>) -> Vec<u8> {
        let read = Revision::read(message);
        // The revision of a reference states the original's type.
        let stated = read
            .stated_type()
            .filter(|name| type_by_name(name).is_some())
            .or_else(|| row.map(|row| row.name.to_owned()))
            .unwrap_or_else(|| type_name(key.type_number, &BTreeMap::new()));
        let mut writer = Writer::new();
        let fields = self.read(message, |field| match (field.number, field.value) {
            (1..=3, Value::Bytes(_)) | (5 | 6, Value::Varint(_)) => Part::Value,
            _ => Part::Unknown,
        });
        for ReadField { field, known, bytes } in fields {
            match field.value {
                Value::Varint(number) if known => {
                    writer.varint(field.number, number);
                }
                // The copy states type and identifier, as engines do.
                _ if known && field.number == 3 => {
                    let usual = Revision::json_text(&stated, key);
                    let odd = *bytes != *usual.as_bytes();
                    self.unknown += u64::from(odd);
                    if odd && self.options.keep_unknown {
                        writer.bytes(3, &bytes);
                    } else {
                        let key = self.key(key);
                        writer.text(3, &Revision::json_text(&stated, &key));
                    }
                }
                _ if known => {
                    let text = String::from_utf8_lossy(&bytes);
                    let uuid = if is_uuid(&text) {
                        text.into_owned()
                    } else {
                        self.stand_ins.of(StandInKind::Uuid, &text)
                    };
                    writer.text(field.number, &uuid);
                }
                _ => self.unknown(&mut writer, &field),
            }
        }
        writer.finish()
    }

    /// Rewrites the data if it is the message of the object's type; other data is unknown.
    fn any(&mut self, row: Option<&ObjectType>, any: Message<'_>) -> Vec<u8> {
        let type_url = any.text(1).unwrap_or_default().into_owned();
        let name = data_type_name(&type_url);
        let carried = row.and_then(|row| row.data) == Some(name);
        let spec = MessageSpec::by_name(name).filter(|_| carried);
        let mut writer = Writer::new();
        let fields = self.read(any, |field| match (field.number, field.value) {
            (1 | 2, Value::Bytes(_)) => Part::Value,
            _ => Part::Unknown,
        });
        for ReadField { field, known, bytes } in fields {
            match (field.number, Message::parse(&bytes)) {
                (1, _) if known => {
                    let keep = spec.is_some() || looks_like_data(name);
                    let url = if self.options.keep_unknown {
                        type_url.clone()
                    } else if keep {
                        format!("{TYPE_URL_PREFIX}{name}")
                    } else {
                        self.stand_ins.of(StandInKind::TypeUrl, &type_url)
                    };
                    writer.text(1, &url);
                }
                (2, Ok(message)) if known && (spec.is_some() || bytes.is_empty()) => {
                    let data = spec.map(|spec| self.message(spec, message));
                    writer.bytes(2, &data.unwrap_or_default());
                }
                _ => self.unknown(&mut writer, &field),
            }
        }
        writer.finish()
    }

    /// Rewrites a data message. Specs don't nest in circles, so the recursion ends.
    fn message(&mut self, spec: &MessageSpec, message: Message<'_>) -> Vec<u8> {
        let mut writer = Writer::new();
        let fields = self.read(message, |field| match spec.field(field.number) {
            Some(known) => part_of(known, field),
            None => Part::Unknown,
        });
        for ReadField { field, known, bytes } in fields {
            match spec.field(field.number).filter(|_| known) {
                Some(known) => self.field(&mut writer, known, &field, &bytes),
                None => self.unknown(&mut writer, &field),
            }
        }
        writer.finish()
    }

    fn field(&mut self, writer: &mut Writer, known: &FieldSpec, field: &Field<'_>, bytes: &[u8]) {
        match (known.kind, field.value, Message::parse(bytes)) {
            (_, Value::Varint(number), _) => {
                writer.varint(field.number, number);
            }
            (FieldKind::Text | FieldKind::Secret(_), ..) => {
                self.text(writer, known.treatment, field.number, bytes);
            }
            (FieldKind::Message(nested) | FieldKind::SecretMessage(nested, _), _, Ok(message)) => {
                let copy = self.message(nested, message);
                writer.bytes(field.number, &copy);
            }
            (_, _, Ok(wrapper)) => {
                let mut value = Writer::new();
                let fields = self.read(wrapper, |field| match (field.number, field.value) {
                    (1, Value::Bytes(_)) if known.kind != FieldKind::IntValue => Part::Value,
                    (1, Value::Varint(_)) if known.kind != FieldKind::TextValue => Part::Value,
                    _ => Part::Unknown,
                });
                for ReadField {
                    field,
                    known: read,
                    bytes,
                } in fields
                {
                    match field.value {
                        Value::Varint(number) if read => {
                            value.varint(1, number);
                        }
                        _ if read => self.text(&mut value, known.treatment, 1, &bytes),
                        _ => self.unknown(&mut value, &field),
                    }
                }
                writer.bytes(field.number, &value.finish());
            }
            _ => self.unknown(writer, field),
        }
    }
}

/// The type of an object: by its number, else by its revision.
fn row(object: &SyncObject<'_>) -> Option<&'static ObjectType> {
    let by_number = by_number_in_own_document(object.key().type_number);
    by_number.or_else(|| type_by_name(&object.revision().stated_type()?))
}

fn inner<'m>(field: &Field<'m>) -> Option<Message<'m>> {
    Message::parse(field.bytes()?).ok()
}

/// The role of a field with a known number.
fn part_of(known: &FieldSpec, field: &Field<'_>) -> Part {
    let part = match (known.kind, field.value) {
        (FieldKind::Int, Value::Varint(_)) => Part::Value,
        (FieldKind::Text | FieldKind::Secret(_), Value::Bytes(_)) => Part::Value,
        (kind, Value::Bytes(_)) if !kind.is_text() && kind != FieldKind::Int && inner(field).is_some() => {
            Part::Message
        }
        _ => Part::Unknown,
    };
    match part {
        Part::Value | Part::Message if known.repeated => Part::Item,
        other => other,
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether the name of an unknown data message has the form of engines' names.
fn looks_like_data(name: &str) -> bool {
    name.len() <= MESSAGE_NAME_BYTES
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.ends_with("Data")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
