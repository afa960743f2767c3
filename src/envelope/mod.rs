//! The JSON envelope: finds the four members of an export document in a text, and writes such a text.
//!
//! Invariant: what was read can be written again unchanged. The members are kept as spans of the input, in order,
//! known or not, so that nothing has to be understood to be preserved; the base64 blob, by far the largest part, is
//! never copied. Memory and stack stay bounded whatever the input nests or repeats.

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

/// Levels of objects and arrays that a document may nest, its own braces included. Engines need five.
pub const MAX_DEPTH: usize = 64;
/// Top-level members that a document may have. Engines write four.
pub const MAX_MEMBERS: usize = 1024;
/// Entries that either object list may have before the rest is left out.
pub const MAX_LIST_ENTRIES: usize = 250_000;
/// Bytes of JSON around the blob that are held while a document is read. Two full lists of what engines write have less
/// than half of it.
pub const MAX_AROUND_BLOB: usize = 256 << 20;
