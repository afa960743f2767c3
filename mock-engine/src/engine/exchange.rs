//! What exports and imports take and give.

use bytes::Bytes;
use serde_json::value::RawValue;

/// A passphrase, kept out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// Wraps what a client sent.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for deriving a key.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// In which form an export is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Structure {
    /// The JSON document.
    #[default]
    Blob,
    /// A ZIP file.
    Zip,
}

/// What is to be exported.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// The entries as the client sent them; they are echoed verbatim. Each is an object with `objectIdentifier` and
    /// `objectType`, which is all that counts.
    pub objects: Vec<Box<RawValue>>,
    /// Encrypts the document.
    pub passphrase: Option<Passphrase>,
    /// Form of the answer.
    pub structure: Structure,
}

/// A finished export.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The file.
    pub bytes: Bytes,
    /// Its form.
    pub structure: Structure,
}

/// What is to be imported, and how.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The document as it came. Only its blob counts; its metadata may have been rewritten by the client.
    pub document: Bytes,
    /// Decrypts the document.
    pub passphrase: Option<Passphrase>,
    /// Whether objects that exist and differ are overwritten.
    pub force_overwrite: bool,
    /// Where environment-bound objects go.
    pub environment_id: Option<i64>,
    /// Where source connectors of on-the-fly jobs go.
    pub source_environment_id: Option<i64>,
}
