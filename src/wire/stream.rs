//! The wire format, read from a source that is never held.
//!
//! Invariant: a message is split into the same fields, and refused at the same byte for the same reason, as by
//! [`super::fields`]; of a length-delimited value only what a caller asks for is kept.

use std::io::BufRead;

use super::read::{self, Source};
use super::{HeadValue, WireError};

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
        match read::field(self) {
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
}

impl<S: BufRead> Source for StreamedFields<'_, S> {
    fn left(&self) -> u64 {
        self.end.saturating_sub(self.cursor.position)
    }

    fn byte(&mut self) -> Option<u8> {
        if self.left() == 0 {
            return None;
        }
        self.cursor.byte()
    }

    fn skip(&mut self, length: u64) {
        self.pieces(length, |_| ());
    }
}
