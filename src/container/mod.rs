//! Unwraps documents from gzip, ZIP, UTF-16, Python pickles, and arrays or lines of documents.
//!
//! Invariants: nothing is executed. Memory grows with the bytes read, never with stated sizes, and pickles have limits of
//! their own. Damage is an error, never a shorter document.

mod documents;
mod gzip;
mod pickle;
mod utf_16;
mod zip_file;

use std::fmt;
use std::io;

use crate::byte_order_mark::{Utf16, utf_16 as is_utf_16, without_mark};
use crate::finding::{Finding, Place, READ_INDIRECTLY};

pub use documents::{Documents, Element, OneDocument};
pub use gzip::gunzip;
pub use pickle::{PickleError, unpickle};
pub use utf_16::Utf16Reader;
pub use zip_file::{ZipEntry, only_entry};

/// Bytes at the start of a file that show its kind.
pub const HEAD: usize = 8 * 1024;

/// A container that a document was read from. Lists of containers begin with the outermost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Container {
    /// A gzip file.
    Gzip,
    /// A ZIP archive, and the name of its only file.
    Zip(String),
    /// Text in UTF-16.
    Utf16,
    /// A Python pickle.
    Pickle,
}

impl Container {
    /// The finding for a document in this container.
    pub fn finding(&self) -> Finding {
        Finding::at(
            &READ_INDIRECTLY,
            Place::whole_file(),
            format!("read out of {self}"),
        )
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gzip => f.write_str("a gzip file"),
            Self::Zip(name) => write!(f, "{name} in a ZIP archive"),
            Self::Utf16 => f.write_str("UTF-16 text"),
            Self::Pickle => f.write_str("a Python pickle"),
        }
    }
}

/// The kind of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A gzip file.
    Gzip,
    /// A ZIP archive.
    Zip,
    /// Text in UTF-16.
    Utf16(Utf16),
    /// A Python pickle of protocol 2 to 5.
    Pickle,
}

impl Kind {
    /// Recognises a container by a file's first bytes; `None` for any other file.
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            [0x80, 2..=5, ..] => Some(Self::Pickle),
            _ => is_utf_16(head).map(Self::Utf16),
        }
    }
}

/// Names of members that distinguish the start of a document from other JSON.
const NAMES: [&[u8]; 6] = [
    b"\"exportResponseMetadata\"",
    b"\"export_response_metadata\"",
    b"\"blob\"",
    b"\"signature\"",
    b"\"publicKey\"",
    b"\"public_key\"",
];

/// Whether a text begins like one or more documents: with a bracket, and the name of a document's member in the head.
pub fn begins_like_a_document(head: &[u8]) -> bool {
    let head = head.get(..HEAD).unwrap_or(head);
    let text = without_mark(head).trim_ascii_start();
    matches!(text.first(), Some(b'{' | b'['))
        && NAMES
            .iter()
            .any(|name| memchr::memmem::find(text, name).is_some())
}

/// Why a container has no readable document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerError {
    /// Compressed data that breaks off or has another checksum.
    #[error("a damaged {0}")]
    Damaged(&'static str),
    /// An encrypted ZIP archive.
    #[error("a ZIP archive with a password")]
    Encrypted,
    /// A ZIP archive with another compression than deflate.
    #[error("a ZIP archive with an unsupported compression")]
    Method,
    /// A ZIP archive without exactly one file.
    #[error("a ZIP archive with {0} files, where one document is expected")]
    Files(usize),
    /// A ZIP archive with other content beside its file.
    #[error("a ZIP archive with {0}, where only one document is expected")]
    Beside(&'static str),
    /// UTF-16 with half a character.
    #[error("damaged UTF-16 text (byte {offset})")]
    Utf16 {
        /// Its offset.
        offset: u64,
    },
    /// An unreadable pickle.
    #[error("a Python pickle: {0}")]
    Pickle(#[from] PickleError),
    /// Too many nested containers.
    #[error("containers nested more than {0} deep")]
    Nested(usize),
    /// More than one document where one is expected.
    #[error("{0} documents in one file, where one is expected")]
    Several(u64),
    /// A list of documents that breaks off or has another element.
    #[error("a list of documents that breaks off or has another element after number {0}")]
    BrokenList(u64),
}

impl ContainerError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Damaged(_) | Self::Utf16 { .. } => {
                "get the file again; in binary mode, if it was transferred"
            }
            Self::Encrypted => "unpack it with the password first",
            Self::Method | Self::Nested(_) => "unpack it first",
            Self::Files(0) => "give the archive that holds the document",
            Self::Beside(_) => "unpack it, check its other content, and give the document itself",
            Self::Files(_) => "unpack it, and give the files or their directory",
            Self::Pickle(error) => error.help(),
            Self::Several(_) => "put each document into a file of its own",
            Self::BrokenList(_) => "get the file again, or put each document into a file of its own",
        }
    }
}

impl From<ContainerError> for io::Error {
    fn from(error: ContainerError) -> Self {
        Self::other(error)
    }
}
