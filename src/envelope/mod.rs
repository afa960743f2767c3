//! The JSON envelope: reads and writes the four members of an export document.
//!
//! Invariant: reading is lossless. All members, known or not, are kept in order as spans of the input, so writing them gives
//! the same document. The base64 blob, by far the largest part, is never copied. Memory and stack are bounded.

mod base64_decoder;
mod base64_report;
mod blob_text;
mod encoded;
mod error;
mod find_blob;
mod foreign;
mod locate;
mod metadata;
mod notes;
mod offset_map;
mod parse;
mod raw;
mod source;
mod stream;
mod streamed;
mod text;
mod tokens;
mod write;

pub use base64_decoder::{Base64Decoder, decode_all};
pub use base64_report::{Base64Report, BreakOff, BreakReason, Flaw};
pub use encoded::EncodedText;
pub use error::EnvelopeError;
pub use foreign::Foreign;
pub use locate::{Found, Locator, MemberPlace};
pub use metadata::{ListEntry, Metadata};
pub use parse::{Envelope, Member};
pub use stream::EnvelopeWriter;
pub(crate) use streamed::StreamedDocument;
pub use text::{EnvelopeText, LineColumn};
pub(crate) use tokens::{Token, Tokenizer};
pub use write::{BuildError, EnvelopeBuilder};

/// Limit on nested objects and arrays, the document included. Engines need five levels.
pub const MAX_DEPTH: usize = 64;
/// Limit on top-level members. Engines write four.
pub const MAX_MEMBERS: usize = 1024;
/// Limit on entries read from either object list.
pub const MAX_LIST_ENTRIES: usize = 250_000;
/// Limit on bytes of JSON around the blob. Two full lists, as engines write them, have less than half of it.
pub const MAX_AROUND_BLOB: usize = 256 << 20;
