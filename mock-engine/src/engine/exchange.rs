//! The requests and results of exports and imports.

use bytes::Bytes;
use serde_json::value::RawValue;

/// A passphrase, kept out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// Wraps a client's text.
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

/// An object that is exported or imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectName {
    /// Its type, such as `MASKING_JOB`.
    pub(crate) type_name: String,
    /// Its name, if it has one.
    pub(crate) name: Option<String>,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Structure {
    /// The JSON document.
    #[default]
    Blob,
    /// A ZIP file.
    Zip,
}

/// A request to export objects.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// The entries as sent; the document repeats them verbatim. Only `objectIdentifier` and `objectType` matter.
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

/// A request to import a document.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The document as sent. Only its blob counts; clients rewrite its metadata.
    pub document: Bytes,
    /// Decrypts the document.
    pub passphrase: Option<Passphrase>,
    /// Whether to overwrite existing objects that differ.
    pub force_overwrite: bool,
    /// The environment for environment-bound objects.
    pub environment_id: Option<i64>,
    /// The environment for source connectors of on-the-fly jobs.
    pub source_environment_id: Option<i64>,
}
