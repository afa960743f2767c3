//! Splits a blob into records while it is read.
//!
//! Invariant: memory grows with the bytes that arrive, never with a claimed length.

use std::io::{self, BufRead, Read};

use super::error::{BlobError, BlobErrorKind};

/// Bounds on reading one blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobLimits {
    /// Bytes of one record's message.
    pub record_bytes: u64,
    /// Number of records, header and trailer included.
    pub records: u64,
    /// Records, and values in them, up to this size are held while they are read; larger ones are streamed. The report is
    /// the same, but of a truncated record only this many bytes are examined.
    pub held_bytes: u64,
}

impl Default for BlobLimits {
    /// 4 GiB a record, the most a length prefix can say; a million records; 1 MiB held.
    fn default() -> Self {
        Self {
            record_bytes: u64::from(u32::MAX),
            records: 1_000_000,
            held_bytes: 1 << 20,
        }
    }
}

/// A record in memory.
#[derive(Debug, Clone, Copy)]
pub struct RawRecord<'a> {
    /// Its number, from 0.
    pub index: u64,
    /// Offset of its length prefix in the blob.
    pub offset: u64,
    /// The four bytes before the message.
    pub length_prefix: [u8; 4],
    /// The message, unparsed.
    pub message: &'a [u8],
}

impl RawRecord<'_> {
    /// The record without its message.
    pub fn head(&self) -> RecordHead {
        RecordHead {
            index: self.index,
            offset: self.offset,
            length_prefix: self.length_prefix,
        }
    }
}

/// A record without its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHead {
    /// Its number, from 0.
    pub index: u64,
    /// Offset of its length prefix in the blob.
    pub offset: u64,
    /// The four bytes before the message.
    pub length_prefix: [u8; 4],
}

impl RecordHead {
    /// Bytes of its message.
    pub fn length(&self) -> u64 {
        u64::from(u32::from_le_bytes(self.length_prefix))
    }
}

/// Reads records one by one: whole with [`RecordReader::next_record`], or streamed with [`RecordReader::begin`],
/// [`RecordReader::body`] and [`RecordReader::end`].
#[derive(Debug)]
pub struct RecordReader<R> {
    source: R,
    limits: BlobLimits,
    index: u64,
    offset: u64,
    /// The current record's message, or its first bytes.
    buffer: Vec<u8>,
    /// Unread bytes of the current record's message.
    left: u64,
    done: bool,
}

impl<R: Read> RecordReader<R> {
    /// A reader at the blob's first byte. `source` should be buffered, since prefixes are read four bytes at a time.
    pub fn new(source: R, limits: BlobLimits) -> Self {
        Self {
            source,
            limits,
            index: 0,
            offset: 0,
            buffer: Vec::new(),
            left: 0,
            done: false,
        }
    }

    /// Reads the next record; `None` at the end of the blob. After an error the reader is at its end.
    ///
    /// # Errors
    /// Broken framing, a limit, or a source that fails.
    pub fn next_record(&mut self) -> Result<Option<RawRecord<'_>>, BlobError> {
        match self.begin()? {
            Some(head) => self.hold(&head).map(Some),
            None => Ok(None),
        }
    }

    /// Reads the next length prefix; `None` at the end of the blob. The caller then reads the message with
    /// [`RecordReader::hold`], or with [`RecordReader::body`] and [`RecordReader::end`].
    ///
    /// # Errors
    /// As [`RecordReader::next_record`].
    pub fn begin(&mut self) -> Result<Option<RecordHead>, BlobError> {
        if self.done {
            return Ok(None);
        }
        self.buffer.clear();
        let head = RecordHead {
            index: self.index,
            offset: self.offset,
            length_prefix: [0; 4],
        };
        match self.read_prefix() {
            Ok(None) => {
                self.done = true;
                Ok(None)
            }
            Ok(Some(length_prefix)) => {
                let head = RecordHead {
                    length_prefix,
                    ..head
                };
                self.left = head.length();
                Ok(Some(head))
            }
            Err(kind) => Err(self.broken(&head, kind)),
        }
    }

    /// Reads the current record's message into memory.
    ///
    /// # Errors
    /// As [`RecordReader::next_record`].
    pub fn hold(&mut self, head: &RecordHead) -> Result<RawRecord<'_>, BlobError> {
        if let Err(error) = self.source.by_ref().take(self.left).read_to_end(&mut self.buffer) {
            return Err(self.broken(head, error.into()));
        }
        self.left = head.length() - self.buffer.len() as u64;
        self.whole(head)?;
        Ok(RawRecord {
            index: head.index,
            offset: head.offset,
            length_prefix: head.length_prefix,
            message: &self.buffer,
        })
    }

    /// The start of a message that is longer than the blob; at most [`BlobLimits::held_bytes`] of a streamed one.
    pub fn partial(&self) -> &[u8] {
        &self.buffer
    }

    /// Bytes of the complete records so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the source with the unread bytes.
    pub fn into_source(self) -> R {
        self.source
    }

    /// Counts the current record if its message was read to its end.
    fn whole(&mut self, head: &RecordHead) -> Result<(), BlobError> {
        if self.left > 0 {
            let claimed = head.length();
            let have = claimed - self.left;
            return Err(self.broken(head, BlobErrorKind::PastEnd { claimed, have }));
        }
        self.index += 1;
        self.offset += 4 + head.length();
        Ok(())
    }

    fn broken(&mut self, head: &RecordHead, kind: BlobErrorKind) -> BlobError {
        self.done = true;
        BlobError {
            index: head.index,
            offset: head.offset,
            kind,
        }
    }

    fn read_prefix(&mut self) -> Result<Option<[u8; 4]>, BlobErrorKind> {
        let mut prefix = [0; 4];
        let have = read_up_to(&mut self.source, &mut prefix)?;
        match have {
            0 => return Ok(None),
            4 => {}
            have => return Err(BlobErrorKind::PrefixBreaksOff { have: have as u64 }),
        }
        let claimed = u64::from(u32::from_le_bytes(prefix));
        if claimed == 0 {
            return Err(BlobErrorKind::Empty);
        }
        if self.index >= self.limits.records {
            return Err(BlobErrorKind::TooMany {
                limit: self.limits.records,
            });
        }
        let limit = self.limits.record_bytes;
        if claimed > limit {
            // If the blob is shorter than the limit, the length is damaged rather than too large.
            let kept = limit.saturating_add(1).min(self.limits.held_bytes);
            let mut have = self.source.by_ref().take(kept).read_to_end(&mut self.buffer)? as u64;
            have += io::copy(
                &mut self.source.by_ref().take(limit.saturating_add(1) - have),
                &mut io::sink(),
            )?;
            if have > limit {
                self.buffer = Vec::new();
                return Err(BlobErrorKind::TooLarge { claimed, limit });
            }
            return Err(BlobErrorKind::PastEnd { claimed, have });
        }
        Ok(Some(prefix))
    }
}

impl<R: BufRead> RecordReader<R> {
    /// The current record's message as a stream.
    pub fn body(&mut self) -> RecordBody<'_, R> {
        RecordBody { reader: self }
    }

    /// Skips the rest of the current record.
    ///
    /// # Errors
    /// As [`RecordReader::next_record`].
    pub fn end(&mut self, head: &RecordHead) -> Result<(), BlobError> {
        let mut body = self.body();
        let skipped = loop {
            match body.fill_buf() {
                Ok([]) => break Ok(()),
                Ok(bytes) => {
                    let length = bytes.len();
                    body.consume(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        match skipped {
            Ok(()) => self.whole(head),
            Err(error) => Err(self.broken(head, error.into())),
        }
    }
}

/// The message of one record as a stream.
#[derive(Debug)]
pub struct RecordBody<'r, R> {
    reader: &'r mut RecordReader<R>,
}

impl<R: BufRead> BufRead for RecordBody<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let reader = &mut *self.reader;
        if reader.left == 0 {
            return Ok(&[]);
        }
        let bytes = reader.source.fill_buf()?;
        let length = usize::try_from(reader.left).map_or(bytes.len(), |left| left.min(bytes.len()));
        Ok(&bytes[..length])
    }

    fn consume(&mut self, amount: usize) {
        let reader = &mut *self.reader;
        let room = reader
            .limits
            .held_bytes
            .saturating_sub(reader.buffer.len() as u64);
        if room > 0
            && let Ok(bytes) = reader.source.fill_buf()
        {
            let kept = usize::try_from(room).map_or(amount, |room| room.min(amount));
            reader
                .buffer
                .extend_from_slice(bytes.get(..kept).unwrap_or(bytes));
        }
        reader.source.consume(amount);
        reader.left = reader.left.saturating_sub(amount as u64);
    }
}

impl<R: BufRead> Read for RecordBody<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        crate::buffered::read(self, buffer)
    }
}

fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut have = 0;
    while have < buffer.len() {
        match source.read(&mut buffer[have..]) {
            Ok(0) => break,
            Ok(n) => have += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(have)
}

/// The length prefix of a message.
///
/// # Errors
/// A message longer than 32 bits can say.
pub fn length_prefix(message_length: usize) -> Result<[u8; 4], BlobErrorKind> {
    let claimed = message_length as u64;
    let length = u32::try_from(claimed).map_err(|_| BlobErrorKind::TooLarge {
        claimed,
        limit: u64::from(u32::MAX),
    })?;
    Ok(length.to_le_bytes())
}

/// A message with its length prefix.
///
/// # Errors
/// As [`length_prefix`].
pub fn frame(message: &[u8]) -> Result<Vec<u8>, BlobErrorKind> {
    let mut framed = Vec::with_capacity(message.len() + 4);
    framed.extend_from_slice(&length_prefix(message.len())?);
    framed.extend_from_slice(message);
    Ok(framed)
}

#[cfg(test)]
mod tests;
