//! The wire format, read from a source that is never held.
//!
//! Invariant: a message is split into the same fields, and refused at the same byte for the same reason, as by
//! [`super::fields`]; of a length-delimited value only what a caller asks for is kept.

use std::io::BufRead;

use super::{GroupStep, MAX_FIELD_NUMBER, OpenGroups, Value, WireError, WireErrorKind};

/// A source with the number of bytes taken from it. A source that fails is one that has ended: whoever owns it knows.
#[derive(Debug)]
pub struct Cursor<S> {
    source: S,
    position: u64,
}

impl<S: BufRead> Cursor<S> {
    /// A cursor at the source's present position, which counts as 0.
    pub fn new(source: S) -> Self {
        Self { source, position: 0 }
    }

    /// The fields of a message of so many bytes that begins here.
    pub fn message(&mut self, length: u64) -> StreamedFields<'_, S> {
        StreamedFields {
            start: self.position,
            end: self.position + length,
            value_end: self.position,
            cursor: self,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.source.fill_buf().ok()?.first()?;
        self.source.consume(1);
        self.position += 1;
        Some(byte)
    }

    fn skip_to(&mut self, end: u64) {
        self.pieces(end, |_| ());
    }

    /// Hands on what lies before `end`, piece by piece.
    fn pieces(&mut self, end: u64, mut each: impl FnMut(&[u8])) {
        while self.position < end {
            let Ok(held) = self.source.fill_buf() else { return };
            let length = held
                .len()
                .min(usize::try_from(end - self.position).unwrap_or(usize::MAX));
            if length == 0 {
                return;
            }
            each(&held[..length]);
            self.source.consume(length);
            self.position += length as u64;
        }
    }
}

/// The beginning of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldHead {
    /// Field number, 1 to 2^29-1.
    pub number: u32,
    /// The value, as far as it is read.
    pub value: HeadValue,
    /// Where the field begins in its message.
    pub offset: u64,
    /// Where its value begins in its message.
    pub value_offset: u64,
}

/// The value of a field of which only the beginning is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadValue {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 2: that many bytes follow, to be read or skipped.
    Bytes(u64),
    /// Wire types 1 and 5, skipped.
    Fixed,
    /// Wire type 3, skipped with all that is in it.
    Group,
}

impl From<Value<'_>> for HeadValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Varint(value) => Self::Varint(value),
            Value::Bytes(bytes) => Self::Bytes(bytes.len() as u64),
            Value::Fixed64(_) | Value::Fixed32(_) => Self::Fixed,
            Value::Group(_) => Self::Group,
        }
    }
}

/// The fields of one message in a stream. What isn't taken of a value is skipped with the next field.
#[derive(Debug)]
pub struct StreamedFields<'c, S> {
    cursor: &'c mut Cursor<S>,
    start: u64,
    end: u64,
    /// Where the value of the present field ends.
    value_end: u64,
}

impl<S: BufRead> StreamedFields<'_, S> {
    /// Bytes of the message.
    pub fn length(&self) -> u64 {
        self.end - self.start
    }

    /// The next field.
    ///
    /// # Errors
    /// A field that can't be read; the message ends there.
    pub fn next_field(&mut self) -> Result<Option<FieldHead>, WireError> {
        self.cursor.skip_to(self.value_end);
        if self.cursor.position >= self.end {
            return Ok(None);
        }
        let offset = self.cursor.position - self.start;
        match self.read_field() {
            Ok((number, value)) => {
                self.value_end = self.cursor.position
                    + match value {
                        HeadValue::Bytes(length) => length,
                        _ => 0,
                    };
                Ok(Some(FieldHead {
                    number,
                    value,
                    offset,
                    value_offset: self.cursor.position - self.start,
                }))
            }
            Err(kind) => {
                self.value_end = self.end;
                self.cursor.skip_to(self.end);
                let offset = usize::try_from(offset).unwrap_or(usize::MAX);
                Err(WireError { kind, offset })
            }
        }
    }

    /// The value that begins here, of so many bytes, as a message.
    pub fn enter(&mut self, length: u64) -> StreamedFields<'_, S> {
        self.cursor.message(length)
    }

    /// Hands on the value that begins here, piece by piece.
    pub fn pieces(&mut self, length: u64, each: impl FnMut(&[u8])) {
        self.cursor.pieces(self.cursor.position + length, each);
    }

    /// The value that begins here, if it has no more than `limit` bytes.
    pub fn bytes(&mut self, length: u64, limit: u64) -> Option<Vec<u8>> {
        self.with_bytes(length, limit, <[u8]>::to_vec)
    }

    /// What `read` makes of the value that begins here, if it has no more than `limit` bytes. It is only copied where the
    /// source doesn't offer it in one piece.
    pub fn with_bytes<T>(&mut self, length: u64, limit: u64, read: impl FnOnce(&[u8]) -> T) -> Option<T> {
        if length > limit {
            return None;
        }
        let cursor = &mut *self.cursor;
        if let Ok(held) = cursor.source.fill_buf()
            && let Some(bytes) = usize::try_from(length).ok().and_then(|length| held.get(..length))
        {
            let made = read(bytes);
            let length = bytes.len();
            cursor.source.consume(length);
            cursor.position += length as u64;
            return Some(made);
        }
        let mut bytes = Vec::new();
        self.pieces(length, |piece| bytes.extend_from_slice(piece));
        Some(read(&bytes))
    }

    fn varint(&mut self) -> Result<u64, WireErrorKind> {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            if self.cursor.position >= self.end {
                return Err(WireErrorKind::BreaksOff);
            }
            let byte = self.cursor.byte().ok_or(WireErrorKind::BreaksOff)?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(WireErrorKind::VarintTooLong)
    }

    fn tag(&mut self) -> Result<(u32, u8), WireErrorKind> {
        let key = self.varint()?;
        let number = key >> 3;
        if number == 0 || number > MAX_FIELD_NUMBER {
            return Err(WireErrorKind::FieldNumber);
        }
        let number = u32::try_from(number).map_err(|_| WireErrorKind::FieldNumber)?;
        Ok((number, (key & 7) as u8))
    }

    fn read_field(&mut self) -> Result<(u32, HeadValue), WireErrorKind> {
        let (number, wire_type) = self.tag()?;
        let value = match wire_type {
            3 => {
                self.group(number)?;
                HeadValue::Group
            }
            4 => return Err(WireErrorKind::Group),
            _ => self.scalar(wire_type)?,
        };
        Ok((number, value))
    }

    fn scalar(&mut self, wire_type: u8) -> Result<HeadValue, WireErrorKind> {
        match wire_type {
            0 => Ok(HeadValue::Varint(self.varint()?)),
            1 => self.fixed(8),
            2 => {
                let length = self.varint()?;
                if length > self.end - self.cursor.position {
                    return Err(WireErrorKind::LengthPastEnd);
                }
                Ok(HeadValue::Bytes(length))
            }
            5 => self.fixed(4),
            _ => Err(WireErrorKind::WireType),
        }
    }

    fn fixed(&mut self, length: u64) -> Result<HeadValue, WireErrorKind> {
        if length > self.end - self.cursor.position {
            return Err(WireErrorKind::BreaksOff);
        }
        self.pieces(length, |_| ());
        Ok(HeadValue::Fixed)
    }

    fn group(&mut self, number: u32) -> Result<(), WireErrorKind> {
        let mut groups = OpenGroups::new(number);
        loop {
            if self.cursor.position >= self.end {
                return Err(WireErrorKind::Group);
            }
            let (inner, wire_type) = self.tag()?;
            match groups.tag(inner, wire_type)? {
                GroupStep::Ended => return Ok(()),
                GroupStep::Nested => {}
                GroupStep::Field => {
                    if let HeadValue::Bytes(length) = self.scalar(wire_type)? {
                        self.pieces(length, |_| ());
                    }
                }
            }
        }
    }
}
