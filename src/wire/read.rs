//! Reads one field of a message from any source.
//!
//! Invariant: the only place that knows the encoding. [`super::Fields`] and [`super::StreamedFields`] both use it, so a
//! message in memory and one in a stream split into the same fields and break at the same byte for the same reason.

use super::{Value, WireErrorKind};

/// Groups nested deeper than this are refused.
const MAX_GROUP_DEPTH: usize = 64;
/// The highest field number that protobuf allows.
const MAX_FIELD_NUMBER: u64 = (1 << 29) - 1;

/// The unread part of one message.
pub(super) trait Source {
    /// Bytes left, as far as the message's length says.
    fn left(&self) -> u64;
    /// Takes the next byte; `None` at the end.
    fn byte(&mut self) -> Option<u8>;
    /// Skips bytes; never more than [`Source::left`].
    fn skip(&mut self, length: u64);
}

impl Source for &[u8] {
    fn left(&self) -> u64 {
        self.len() as u64
    }

    fn byte(&mut self) -> Option<u8> {
        let [first, rest @ ..] = *self else { return None };
        *self = rest;
        Some(*first)
    }

    fn skip(&mut self, length: u64) {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        *self = self.get(length..).unwrap_or_default();
    }
}

/// Reads a field's number and value. A length-delimited value is left unread, and a group is skipped; for both the value
/// is the number of bytes.
pub(super) fn field(source: &mut impl Source) -> Result<(u32, Value<u64>), WireErrorKind> {
    let (number, wire_type) = tag(source)?;
    let value = match wire_type {
        3 => Value::Group(group(source, number)?),
        4 => return Err(WireErrorKind::Group),
        _ => scalar(source, wire_type)?,
    };
    Ok((number, value))
}

fn varint(source: &mut impl Source) -> Result<u64, WireErrorKind> {
    let mut value = 0;
    let mut shift = 0;
    while shift < 70 {
        let Some(byte) = source.byte() else {
            return Err(WireErrorKind::BreaksOff);
        };
        value |= ((byte & 0x7f) as u64) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
        shift += 7;
    }
    Err(WireErrorKind::VarintTooLong)
}

fn tag(source: &mut impl Source) -> Result<(u32, u8), WireErrorKind> {
    let key = varint(source)?;
    let number = key >> 3;
    if number == 0 || number > MAX_FIELD_NUMBER {
        return Err(WireErrorKind::FieldNumber);
    }
    Ok((number as u32, (key & 7) as u8))
}

fn scalar(source: &mut impl Source, wire_type: u8) -> Result<Value<u64>, WireErrorKind> {
    match wire_type {
        0 => Ok(Value::Varint(varint(source)?)),
        1 => Ok(Value::Fixed64(u64::from_le_bytes(fixed(source)?))),
        2 => {
            let length = varint(source)?;
            if length > source.left() {
                return Err(WireErrorKind::LengthPastEnd);
            }
            Ok(Value::Bytes(length))
        }
        5 => Ok(Value::Fixed32(u32::from_le_bytes(fixed(source)?))),
        _ => Err(WireErrorKind::WireType),
    }
}

fn fixed<const N: usize>(source: &mut impl Source) -> Result<[u8; N], WireErrorKind> {
    let mut bytes = [0; N];
    for byte in &mut bytes {
        *byte = source.byte().ok_or(WireErrorKind::BreaksOff)?;
    }
    Ok(bytes)
}

/// Skips a group with its end tag; returns the number of bytes before that tag. A list of open groups takes the place of
/// recursion, so hostile nesting doesn't reach the stack.
fn group(source: &mut impl Source, number: u32) -> Result<u64, WireErrorKind> {
    let start = source.left();
    let mut open = vec![number];
    loop {
        let before = source.left();
        if before == 0 {
            return Err(WireErrorKind::Group);
        }
        let (inner, wire_type) = tag(source)?;
        match wire_type {
            3 if open.len() >= MAX_GROUP_DEPTH => return Err(WireErrorKind::Depth),
            3 => open.push(inner),
            4 if open.pop() != Some(inner) => return Err(WireErrorKind::Group),
            4 if open.is_empty() => return Ok(start - before),
            4 => {}
            _ => {
                if let Value::Bytes(length) = scalar(source, wire_type)? {
                    source.skip(length);
                }
            }
        }
    }
}
