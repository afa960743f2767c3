//! The protobuf wire format, without a schema.
//!
//! Invariant: lossless. A [`Field`] keeps the bytes it was read from, so the `raw` parts of a message's fields, one after
//! the other, are the message again, with any field order, unknown numbers and long varints. Reading in memory allocates
//! nothing.

mod dump;
mod read;
mod stream;
mod write;

use std::borrow::Cow;

pub use dump::{DumpLimits, DumpNode, DumpValue, dump};
pub use stream::{Cursor, FieldHead, StreamedFields};
pub use write::Writer;

/// An oddity of a known field that no writer makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddityKind {
    /// A field that isn't a list occurs more than once.
    Repeated,
    /// The field has another wire type than its own.
    OtherType,
}

/// Why bytes are not a protobuf message. Offsets count from the start of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset} of the message")]
pub struct WireError {
    /// The fault.
    pub kind: WireErrorKind,
    /// Offset of the unreadable field.
    pub offset: usize,
}

/// The faults of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireErrorKind {
    /// The message ends inside a field.
    #[error("field breaks off")]
    BreaksOff,
    /// A varint of more than ten bytes. Bits beyond the 64th are dropped, as in protobuf.
    #[error("varint longer than ten bytes")]
    VarintTooLong,
    /// Field number 0 or above 2^29-1.
    #[error("field number out of range")]
    FieldNumber,
    /// Wire types 6 and 7 don't exist.
    #[error("unknown wire type")]
    WireType,
    /// A length that points past the end of the message.
    #[error("length points past the end")]
    LengthPastEnd,
    /// A group without its end, or an end without its group.
    #[error("unbalanced group")]
    Group,
    /// More levels of groups than allowed.
    #[error("groups nested too deep")]
    Depth,
}

/// A field's value. `B` is the form of length-delimited values and groups: their bytes, or the number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<B> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1, little-endian.
    Fixed64(u64),
    /// Wire type 2: text, bytes or a nested message.
    Bytes(B),
    /// Wire types 3 and 4: the fields between the two tags.
    Group(B),
    /// Wire type 5, little-endian.
    Fixed32(u32),
}

/// The value of a field of which only the beginning is read.
pub type HeadValue = Value<u64>;

impl From<Value<&[u8]>> for HeadValue {
    fn from(value: Value<&[u8]>) -> Self {
        match value {
            Value::Varint(value) => Self::Varint(value),
            Value::Fixed64(value) => Self::Fixed64(value),
            Value::Bytes(bytes) => Self::Bytes(bytes.len() as u64),
            Value::Group(bytes) => Self::Group(bytes.len() as u64),
            Value::Fixed32(value) => Self::Fixed32(value),
        }
    }
}

/// One field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Field number, 1 to 2^29-1.
    pub number: u32,
    /// Its value.
    pub value: Value<&'a [u8]>,
    /// The bytes of tag, length and value.
    pub raw: &'a [u8],
    /// Offset of `raw` in the message.
    pub offset: usize,
}

impl<'a> Field<'a> {
    /// Offset of a length-delimited value in the message; for other wire types, that of the field.
    pub fn value_offset(&self) -> usize {
        match self.value {
            Value::Bytes(bytes) => self.offset + self.raw.len() - bytes.len(),
            _ => self.offset,
        }
    }

    /// The value of a length-delimited field.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        match self.value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Reads a message's fields in order, up to the first error.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    message: &'a [u8],
    position: usize,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.position >= self.message.len() {
            return None;
        }
        let offset = self.position;
        match read_field(self.message, offset) {
            Ok(field) => {
                self.position = offset + field.raw.len();
                Some(Ok(field))
            }
            Err(kind) => {
                self.position = self.message.len();
                Some(Err(WireError { kind, offset }))
            }
        }
    }
}

fn read_field(message: &[u8], offset: usize) -> Result<Field<'_>, WireErrorKind> {
    let Some(begin) = message.get(offset..) else {
        return Err(WireErrorKind::BreaksOff);
    };
    let mut rest = begin;
    let (number, value) = read::field(&mut rest)?;
    let before = begin.len() - rest.len();
    let (value, length) = match value {
        Value::Varint(number) => (Value::Varint(number), before),
        Value::Fixed64(number) => (Value::Fixed64(number), before),
        Value::Fixed32(number) => (Value::Fixed32(number), before),
        Value::Bytes(length) => {
            let bytes = first(rest, length);
            (Value::Bytes(bytes), before + bytes.len())
        }
        Value::Group(length) => {
            let (_, inner) = begin.split_at_checked(tag_length(begin)).unwrap_or_default();
            (Value::Group(first(inner, length)), before)
        }
    };
    Ok(Field {
        number,
        value,
        raw: first(begin, length as u64),
        offset,
    })
}

/// The first bytes of `source`; `read` has compared every length with the bytes left.
fn first(source: &[u8], length: u64) -> &[u8] {
    match source.split_at_checked(length as usize) {
        Some((first, _)) => first,
        None => source,
    }
}

/// Bytes of the tag that a field begins with.
fn tag_length(field: &[u8]) -> usize {
    field.iter().take_while(|byte| **byte & 0x80 != 0).count() + 1
}

/// A message that was read once, so looking up its fields can't fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Message<'a> {
    bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// Checks that `bytes` split into fields, but not their nested messages.
    ///
    /// # Errors
    /// The first field that can't be read.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        for field in fields(bytes) {
            field?;
        }
        Ok(Self { bytes })
    }

    /// The message's bytes.
    pub fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// All fields in order.
    pub fn fields(self) -> impl Iterator<Item = Field<'a>> {
        // `parse` has ruled errors out.
        fields(self.bytes).filter_map(Result::ok)
    }

    /// All fields of one number, in order.
    pub fn all(self, number: u32) -> impl Iterator<Item = Field<'a>> {
        self.fields().filter(move |field| field.number == number)
    }

    /// The last length-delimited field of this number. Protobuf merges repeated nested messages instead; see
    /// [`crate::object::SyncObject::plain_bytes`].
    pub fn bytes(self, number: u32) -> Option<&'a [u8]> {
        let mut last = None;
        let mut fields = fields(self.bytes);
        while let Some(Ok(field)) = fields.next() {
            if let Value::Bytes(bytes) = field.value
                && field.number == number
            {
                last = Some(bytes);
            }
        }
        last
    }

    /// A text field, with replacement characters for invalid UTF-8.
    pub fn text(self, number: u32) -> Option<Cow<'a, str>> {
        self.bytes(number).map(String::from_utf8_lossy)
    }

    /// The last varint field of this number.
    pub fn varint(self, number: u32) -> Option<u64> {
        let varints = self.all(number).filter_map(|field| match field.value {
            Value::Varint(value) => Some(value),
            _ => None,
        });
        varints.last()
    }

    /// A varint field of 32 bits; further bits are dropped, as in protobuf.
    pub(crate) fn varint32(self, number: u32) -> Option<u64> {
        self.varint(number).map(|value| value & u64::from(u32::MAX))
    }

    /// A varint field that holds a signed number.
    pub fn int(self, number: u32) -> Option<i64> {
        self.varint(number).map(u64::cast_signed)
    }

    /// A nested message; `None` also if the field's bytes aren't a message.
    pub fn message(self, number: u32) -> Option<Message<'a>> {
        Message::parse(self.bytes(number)?).ok()
    }

    /// All nested messages of one number, without fields that aren't messages.
    pub fn messages(self, number: u32) -> impl Iterator<Item = Message<'a>> {
        self.all(number)
            .filter_map(|field| Message::parse(field.bytes()?).ok())
    }

    /// The text inside a one-field wrapper message; an empty wrapper is an absent value.
    pub fn wrapped_text(self, number: u32) -> Option<Cow<'a, str>> {
        self.message(number)?.text(1)
    }

    /// The number inside a one-field wrapper message. An empty wrapper is an absent value.
    pub fn wrapped_int(self, number: u32) -> Option<i64> {
        self.message(number)?.int(1)
    }
}

/// Reads the fields of a message.
pub fn fields(message: &[u8]) -> Fields<'_> {
    Fields { message, position: 0 }
}

#[cfg(test)]
mod tests;
