//! What an examination looks for, and what it can keep beside the report.

use std::collections::BTreeMap;

use crate::blob::BlobLimits;
use crate::finding::Finding;
use crate::object::data::TextFilter;
use crate::object::{ObjectKey, SyncObject};
use crate::passphrase::Passphrase;
use crate::revision_hash;
use crate::signature::Fingerprint;

/// How to examine a document.
#[derive(Debug, Clone)]
pub struct ExamineOptions {
    /// Bounds on the blob.
    pub limits: BlobLimits,
    /// Bound on recomputing hashes, see [`revision_hash::DEFAULT_WORK`].
    pub hash_work: u64,
    /// The only signing rule to try. `None` tries the declared rule, or else all rules.
    pub rule: Option<String>,
    /// Fingerprints of trusted keys. Empty: trust is not checked.
    pub trusted_keys: Vec<Fingerprint>,
    /// Passphrases to try, in order, on a document that this toolkit encrypted.
    pub passphrases: Vec<Passphrase>,
    /// Keep secret values in the report, each cut to this many bytes.
    pub secret_bytes: Option<usize>,
    /// Keep the texts of these fields in the report.
    pub texts: Option<TextFilter>,
    /// Findings about the document's origin. The report repeats them.
    pub notes: Vec<Finding>,
    /// How many findings of one id are listed (default 50). The rest are counted.
    pub listed_findings: u64,
}

impl Default for ExamineOptions {
    fn default() -> Self {
        Self {
            limits: BlobLimits::default(),
            hash_work: revision_hash::DEFAULT_WORK,
            rule: None,
            trusted_keys: Vec::new(),
            passphrases: Vec::new(),
            secret_bytes: None,
            texts: None,
            notes: Vec::new(),
            listed_findings: super::collect::LISTED,
        }
    }
}

/// The contents of a document that are written again when it is sealed again.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// The readable objects, in record order.
    pub objects: Vec<SyncObject<'static>>,
    /// The header's unknown fields, encoded.
    pub header_fields: Vec<u8>,
    /// The unknown fields of object records, encoded, by object.
    pub record_fields: BTreeMap<ObjectKey, Vec<u8>>,
}
