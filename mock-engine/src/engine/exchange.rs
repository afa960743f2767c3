//! Syncable objects: listing, exporting and importing them.
//!
//! Invariant: plain functions on the engine. An export reads one snapshot; an import is one transaction, so that it
//! happens completely or not at all.

use bytes::Bytes;
use exportdoc::internal::import_plan::ImportOutcome;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Engine, ImportRecord, JobOutput, ModelError, objects};

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

impl Engine {
    /// Replaces the global key.
    pub fn replace_global_key(&self) -> Result<(), ModelError> {
        let now_ms = self.clock.now_ms();
        self.store
            .transact(|state| objects::replace_global_key(state, now_ms, &self.ids))
    }

    /// Gives an algorithm another key of its own.
    pub fn randomize_key(&self, algorithm: &str) -> Result<Value, ModelError> {
        let key = super::Key::parse(algorithm);
        self.get_resource(&super::resources::ALGORITHMS, &key)?;
        let now_ms = self.clock.now_ms();
        self.store
            .transact(|state| objects::randomize_key(state, algorithm, now_ms, &self.ids))?;
        self.get_resource(&super::resources::ALGORITHMS, &key)
    }
}

/// An export as the work of an async task.
pub fn export_job(engine: &Engine, request: &ExportRequest) -> JobOutput {
    match engine.export(request) {
        Ok(exported) => JobOutput {
            file: Some(exported.bytes),
            failure: None,
        },
        Err(error) => JobOutput {
            file: None,
            failure: Some(crate::http::messages::error_message(&error)),
        },
    }
}

/// An import as the work of an async task. A roll-back leaves its outcomes for download, because that file is the
/// documented way to learn what went wrong.
pub fn import_job(engine: &Engine, request: &ImportRequest, record: &mut ImportRecord) -> JobOutput {
    let outcomes = |outcomes: &[ImportOutcome]| serde_json::to_vec(outcomes).ok().map(Bytes::from);
    match engine.import_recorded(request, record) {
        Ok(done) => JobOutput {
            file: outcomes(&done),
            failure: None,
        },
        Err(error) => {
            let failure = Some(crate::http::messages::error_message(&error));
            match &error {
                ModelError::ImportFailed { outcomes: failed, .. } => JobOutput {
                    file: outcomes(failed),
                    failure,
                },
                _ => JobOutput { file: None, failure },
            }
        }
    }
}
