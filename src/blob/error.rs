//! Errors in the framing of a blob.

use std::io;

/// Why the blob doesn't split into records.
#[derive(Debug, thiserror::Error)]
#[error("record {index} at blob byte {offset}: {kind}")]
pub struct BlobError {
    /// The record's number, from 0.
    pub index: u64,
    /// The record's offset in the blob.
    pub offset: u64,
    /// The fault.
    pub kind: BlobErrorKind,
}

/// The faults of framing.
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
    /// More bytes than [`super::BlobLimits::record_bytes`].
    #[error("length {claimed} is above the limit of {limit} bytes")]
    TooLarge {
        /// The length prefix.
        claimed: u64,
        /// The limit.
        limit: u64,
    },
    /// More records than [`super::BlobLimits::records`].
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
    /// Whether one of our limits stopped the reading, rather than damage.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::TooMany { .. })
    }
}
