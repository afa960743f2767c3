//! Reads the fields of messages from a stream.
//!
//! Invariant: memory holds only the values that the caller asks for.

use std::io::BufRead;

use super::read::{self, Source};
use super::{HeadValue, WireError};

/// A source with the number of bytes taken from it. I/O errors end the stream; the owner of the source reports them.
#[derive(Debug)]
pub struct Cursor<S> {
    source: S,
    position: u64,
}

impl<S: BufRead> Cursor<S> {
    /// A cursor whose position 0 is the source's current one.
    pub fn new(source: S) -> Self {
        Self { source, position: 0 }
    }

    /// Reads a message of this length, which begins here.
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

    /// Passes the bytes before `end` to `each`, piece by piece.
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
    /// The value; of bytes and groups only the length.
    pub value: HeadValue,
    /// Offset of the field in its message.
    pub offset: u64,
    /// Offset of its value in its message.
    pub value_offset: u64,
}

/// The fields of one message in a stream. Reading the next field skips the unread rest of a value.
#[derive(Debug)]
pub struct StreamedFields<'c, S> {
    cursor: &'c mut Cursor<S>,
    start: u64,
    end: u64,
    /// The end of the current field's value.
    value_end: u64,
}

impl<S: BufRead> StreamedFields<'_, S> {
    /// Bytes of the message.
    pub fn length(&self) -> u64 {
        self.end - self.start
    }

    /// Reads the next field's head.
    ///
    /// # Errors
    /// An unreadable field; the message ends there.
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

    /// Reads the value that begins here as a message of this length.
    pub fn enter(&mut self, length: u64) -> StreamedFields<'_, S> {
        self.cursor.message(length)
    }

    /// Passes the value that begins here to `each`, piece by piece.
    pub fn pieces(&mut self, length: u64, each: impl FnMut(&[u8])) {
        self.cursor.pieces(self.cursor.position + length, each);
    }

    /// Returns the value that begins here, if it has at most `limit` bytes.
    pub fn bytes(&mut self, length: u64, limit: u64) -> Option<Vec<u8>> {
        self.with_bytes(length, limit, <[u8]>::to_vec)
    }

    /// Calls `read` with the value that begins here, if it has at most `limit` bytes. Copies the value only if the source
    /// doesn't offer it in one piece.
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
