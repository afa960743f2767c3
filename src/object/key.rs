//! The key of an object in the blob: type number and identifier.

use std::borrow::Cow;
use std::fmt;

use crate::identifier::Identifier;
use crate::wire::{self, Message, Value, WireError, Writer};

use super::data::{by_type_name, joined, plain, type_name};
use super::known_by_number;

/// Engines put this before every message name in an `Any`.
pub const TYPE_URL_PREFIX: &str = "type.googleapis.com/";

/// Type number and identifier: unique within a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// Number of the type, see [`super::OBJECT_TYPES`].
    pub type_number: u64,
    /// Identifier within the type.
    pub identifier: Identifier,
}

impl ObjectKey {
    /// A key of a type by number.
    pub fn new(type_number: u64, identifier: Identifier) -> Self {
        Self {
            type_number,
            identifier,
        }
    }

    #[doc(hidden)]
    /// Reads `{1: type number, 2: Any}` as protobuf does. A missing number reads as 0 and a missing identifier as an
    /// unknown one, so that odd keys can be shown.
    ///
    /// # Errors
    /// Bytes that are not a message.
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        if let Some(key) = Self::in_usual_form(bytes) {
            return Ok(key);
        }
        let message = Message::parse(bytes)?;
        let type_number = message.varint32(1).unwrap_or_default();
        let any = joined(message, 2);
        let any = Message::parse(&any)?;
        let type_url = any.text(1).unwrap_or_default().into_owned();
        let value = any.bytes(2).unwrap_or_default();
        let identifier = read_identifier(&type_url, value).unwrap_or_else(|| {
            let spec = by_type_name(type_name(&type_url));
            let value = spec.map_or(Cow::Borrowed(value), |spec| plain(spec, value));
            Identifier::OtherAny {
                value: value.into_owned(),
                type_url,
            }
        });
        Ok(Self {
            type_number,
            identifier,
        })
    }

    /// Reads a key in the form that engines write: each field once, in order, and no other. `None` for every other form.
    ///
    /// Nearly all keys of a document are dependencies in this form. One look at each field is enough for them.
    pub(super) fn in_usual_form(bytes: &[u8]) -> Option<Self> {
        let [Value::Varint(type_number), Value::Bytes(any)] = in_order(bytes)? else {
            return None;
        };
        let [Value::Bytes(type_url), Value::Bytes(value)] = in_order(any)? else {
            return None;
        };
        let name = type_url.strip_prefix(TYPE_URL_PREFIX.as_bytes())?;
        let [value] = in_order(value)?;
        let identifier = match (name, value) {
            (b"IntegerIdentifier", Value::Varint(number)) => Identifier::Integer(number.cast_signed()),
            (b"StringIdentifier", Value::Bytes(text)) => Identifier::Text(owned(text)?),
            (b"AlgorithmIdentifier", Value::Bytes(text)) => Identifier::Algorithm(owned(text)?),
            (b"EncryptionKeyIdentifier", Value::Bytes(text)) => Identifier::EncryptionKey(owned(text)?),
            _ => return None,
        };
        Some(Self {
            type_number: type_number & u64::from(u32::MAX),
            identifier,
        })
    }

    #[doc(hidden)]
    /// Writes `{1: type number, 2: Any}`.
    pub fn write(&self, writer: &mut Writer) {
        writer.varint(1, self.type_number);
        writer.message(2, |any| {
            let mut value = Writer::new();
            match &self.identifier {
                Identifier::Integer(n) => value.int(1, *n),
                Identifier::Text(s)
                | Identifier::Algorithm(s)
                | Identifier::EncryptionKey(s)
                | Identifier::OtherJson(s) => value.text(1, s),
                Identifier::OtherAny { value: bytes, .. } => value.raw(bytes),
            };
            any.text(1, &self.type_url());
            any.bytes(2, &value.finish());
        });
    }

    #[doc(hidden)]
    /// The type URL of the identifier's message.
    pub fn type_url(&self) -> String {
        let name = match &self.identifier {
            Identifier::Integer(_) => "IntegerIdentifier",
            Identifier::Text(_) | Identifier::OtherJson(_) => "StringIdentifier",
            Identifier::Algorithm(_) => "AlgorithmIdentifier",
            Identifier::EncryptionKey(_) => "EncryptionKeyIdentifier",
            Identifier::OtherAny { type_url, .. } => return type_url.clone(),
        };
        format!("{TYPE_URL_PREFIX}{name}")
    }

    #[doc(hidden)]
    /// The name, for types identified by name.
    pub fn name(&self) -> Option<&str> {
        self.identifier.name()
    }
}

/// The values of a message that has the fields 1 to `N` in order, and no other.
fn in_order<const N: usize>(message: &[u8]) -> Option<[Value<&[u8]>; N]> {
    let mut fields = wire::fields(message);
    let mut values = [Value::Varint(0); N];
    for (value, number) in values.iter_mut().zip(1..) {
        let field = fields.next()?.ok()?;
        if field.number != number {
            return None;
        }
        *value = field.value;
    }
    fields.next().is_none().then_some(values)
}

fn owned(text: &[u8]) -> Option<String> {
    std::str::from_utf8(text).ok().map(str::to_owned)
}

/// Invalid UTF-8 stays an unknown identifier: engines refuse it.
fn read_identifier(type_url: &str, value: &[u8]) -> Option<Identifier> {
    let message = Message::parse(value).ok()?;
    // proto3 omits a zero and an empty text.
    let text = || owned(message.bytes(1).unwrap_or_default());
    match type_name(type_url) {
        "IntegerIdentifier" => Some(Identifier::Integer(message.int(1).unwrap_or_default())),
        "StringIdentifier" => text().map(Identifier::Text),
        "AlgorithmIdentifier" => text().map(Identifier::Algorithm),
        "EncryptionKeyIdentifier" => text().map(Identifier::EncryptionKey),
        _ => None,
    }
}

/// `TYPE identifier`, or `object identifier of type NUMBER` for types outside the table. Not escaped.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match known_by_number(self.type_number) {
            Some(known) => write!(f, "{} {}", known.name, self.identifier),
            None => write!(f, "object {} of type {}", self.identifier, self.type_number),
        }
    }
}
