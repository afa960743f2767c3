//! The blob: a sequence of length-prefixed protobuf records.
//!
//! ```text
//! u32 little-endian length │ message     header:  1 export id · 2 instant · 3 encryption · 4 object count
//! u32 little-endian length │ message              5 format number · 15 signing rule, 16 marker (this toolkit's documents)
//! …                                      object:  1 export id · 2 object message
//!                                        sealed:  1 export id · 4 ciphertext (this toolkit's encryption)
//!                                        trailer: 1 export id · 3 signature
//! ```
//!
//! Invariant: records are read one at a time, from any [`std::io::Read`]. At most one is in memory, and a large one need
//! not be.

mod error;
mod odd_field;
mod parsed;
mod reader;
mod record;

pub use error::{BlobError, BlobErrorKind};
pub use odd_field::OddField;
pub use parsed::{Extent, ParsedRecord, Record, RecordKind};
pub use reader::{BlobLimits, RawRecord, RecordBody, RecordHead, RecordReader, frame, length_prefix};
pub use record::{Header, HeaderField, ObjectRecord, REDACTED, RecordError, SealedRecord, Trailer};

/// The format numbers of real documents, in order, with the documents' years. Other numbers exist too.
pub(crate) const KNOWN_FORMATS: &[(u64, u32)] = &[(1, 2019), (2, 2019), (6, 2023)];
/// The oldest, which every later engine reads.
pub(crate) const OLDEST_KNOWN_FORMAT: u64 = KNOWN_FORMATS[0].0;
/// The newest.
pub const NEWEST_KNOWN_FORMAT: u64 = KNOWN_FORMATS[KNOWN_FORMATS.len() - 1].0;
