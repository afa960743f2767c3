//! Splits a blob into records while it is being read.
//!
//! Invariant: memory grows with the bytes that really arrive, never with a length that is only claimed.

use std::io::{self, Read};

/// Bounds on reading one blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobLimits {
    /// Bytes of one record's message.
    pub record_bytes: u64,
    /// Records in all, header and trailer included.
    pub records: u64,
}

impl Default for BlobLimits {
    /// 1 GiB a record, a million records.
    fn default() -> Self {
        Self {
            record_bytes: 1 << 30,
            records: 1_000_000,
        }
    }
}

/// A record as it stands in the blob.
#[derive(Debug, Clone, Copy)]
pub struct RawRecord<'a> {
    /// Position among the records, from 0.
    pub index: u64,
    /// Where its length prefix begins in the blob.
    pub offset: u64,
    /// The four bytes before the message.
    pub length_prefix: [u8; 4],
    /// The message, not yet looked at.
    pub message: &'a [u8],
}

/// Why the blob doesn't split into records.
#[derive(Debug, thiserror::Error)]
#[error("record {index} at blob byte {offset}: {kind}")]
pub struct BlobError {
    /// Which record, from 0.
    pub index: u64,
    /// Where it begins in the blob.
    pub offset: u64,
    /// What is wrong with it.
    pub kind: BlobErrorKind,
}

/// The ways in which framing breaks.
#[derive(Debug, thiserror::Error)]
pub enum BlobErrorKind {
    /// Fewer than four bytes are left for a length.
    #[error("{have} bytes left where a 4-byte length should be")]
    PrefixBreaksOff {
        /// Bytes left.
        have: u64,
    },
    /// The blob ends inside a record.
    #[error("length says {claimed} bytes, but only {have} are left")]
    PastEnd {
        /// The length prefix.
        claimed: u64,
        /// Bytes left.
        have: u64,
    },
    /// A record without a message.
    #[error("length is zero")]
    Empty,
    /// More bytes than [`BlobLimits::record_bytes`].
    #[error("length {claimed} is above the limit of {limit} bytes")]
    TooLarge {
        /// The length prefix.
        claimed: u64,
        /// The limit.
        limit: u64,
    },
    /// More records than [`BlobLimits::records`].
    #[error("more than {limit} records")]
    TooMany {
        /// The limit.
        limit: u64,
    },
    /// The source failed.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl BlobErrorKind {
    /// Whether a limit of ours ended the reading, rather than damage.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::TooMany { .. })
    }
}

/// Reads records one by one.
#[derive(Debug)]
pub struct RecordReader<R> {
    source: R,
    limits: BlobLimits,
    index: u64,
    offset: u64,
    buffer: Vec<u8>,
    done: bool,
}

impl<R: Read> RecordReader<R> {
    /// Reads from the blob's first byte. `source` should be buffered or in memory: prefixes are read in four bytes.
    pub fn new(source: R, limits: BlobLimits) -> Self {
        Self {
            source,
            limits,
            index: 0,
            offset: 0,
            buffer: Vec::new(),
            done: false,
        }
    }

    /// The next record, or `None` where the blob ends as it should. After an error the reader stays at its end.
    ///
    /// # Errors
    /// Framing that breaks, a limit that is hit, or a source that fails.
    pub fn next_record(&mut self) -> Result<Option<RawRecord<'_>>, BlobError> {
        if self.done {
            return Ok(None);
        }
        let (index, offset) = (self.index, self.offset);
        match self.read_one() {
            Ok(None) => {
                self.done = true;
                Ok(None)
            }
            Ok(Some(length_prefix)) => {
                self.index += 1;
                self.offset += 4 + self.buffer.len() as u64;
                Ok(Some(RawRecord {
                    index,
                    offset,
                    length_prefix,
                    message: &self.buffer,
                }))
            }
            Err(kind) => {
                self.done = true;
                Err(BlobError { index, offset, kind })
            }
        }
    }

    /// After a record that is longer than the blob: what is there of its message.
    pub fn partial(&self) -> &[u8] {
        &self.buffer
    }

    /// How many bytes of whole records were read so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Gives the source back, with what was not read.
    pub fn into_source(self) -> R {
        self.source
    }

    fn read_one(&mut self) -> Result<Option<[u8; 4]>, BlobErrorKind> {
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
        self.buffer.clear();
        // A length beyond the limit may be just a claim: then it is damage, and no limit was hit.
        let limit = self.limits.record_bytes;
        let wanted = claimed.min(limit.saturating_add(1));
        let have = self.source.by_ref().take(wanted).read_to_end(&mut self.buffer)? as u64;
        if have > limit {
            self.buffer = Vec::new();
            return Err(BlobErrorKind::TooLarge { claimed, limit });
        }
        if have < claimed {
            return Err(BlobErrorKind::PastEnd { claimed, have });
        }
        Ok(Some(prefix))
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

/// The four bytes that stand before a message.
///
/// # Errors
/// A message that is longer than a 32-bit length can say.
pub fn length_prefix(message: &[u8]) -> Result<[u8; 4], BlobErrorKind> {
    let claimed = message.len() as u64;
    let length = u32::try_from(claimed).map_err(|_| BlobErrorKind::TooLarge {
        claimed,
        limit: u64::from(u32::MAX),
    })?;
    Ok(length.to_le_bytes())
}

/// Puts the length prefix before a message.
///
/// # Errors
/// As [`length_prefix`].
pub fn frame(message: &[u8]) -> Result<Vec<u8>, BlobErrorKind> {
    let mut framed = Vec::with_capacity(message.len() + 4);
    framed.extend_from_slice(&length_prefix(message)?);
    framed.extend_from_slice(message);
    Ok(framed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8]) -> Result<Vec<Vec<u8>>, BlobError> {
        let mut reader = RecordReader::new(
            bytes,
            BlobLimits {
                record_bytes: 1000,
                records: 3,
            },
        );
        let mut records = Vec::new();
        while let Some(record) = reader.next_record()? {
            records.push(record.message.to_vec());
        }
        Ok(records)
    }

    #[test]
    fn records_come_back_as_framed() {
        let blob = [frame(b"abc").unwrap(), frame(b"d").unwrap()].concat();
        assert_eq!(read_all(&blob).unwrap(), [b"abc".to_vec(), b"d".to_vec()]);
    }

    #[test]
    fn each_break_names_its_record_and_offset() {
        let one = frame(b"abc").unwrap();
        let broken = |tail: &[u8]| {
            let error = read_all(&[&one[..], tail].concat()).unwrap_err();
            assert_eq!((error.index, error.offset), (1, 7));
            error.kind.to_string()
        };
        assert_eq!(broken(&[1, 0]), "2 bytes left where a 4-byte length should be");
        assert_eq!(broken(&[0; 4]), "length is zero");
        assert_eq!(
            broken(&[9, 0, 0, 0, 1]),
            "length says 9 bytes, but only 1 are left"
        );
        assert_eq!(
            broken(&[0xff; 4]),
            "length says 4294967295 bytes, but only 0 are left"
        );
        assert_eq!(
            broken(&[&[0xff; 4][..], &[7; 1001]].concat()),
            "length 4294967295 is above the limit of 1000 bytes"
        );
        let many = [&one[..], &one, &one, &one].concat();
        assert_eq!(
            read_all(&many).unwrap_err().kind.to_string(),
            "more than 3 records"
        );
    }

    #[test]
    fn a_claimed_length_takes_no_memory() {
        let mut reader = RecordReader::new(&[0xff, 0xff, 0xff, 0x3f, 1][..], BlobLimits::default());
        assert!(reader.next_record().is_err());
        assert!(reader.buffer.capacity() < 4096);
    }
}
