//! The report on one export document, as plain values.
//!
//! `examine` reads the JSON and passes the blob to `blob`, which reads the records and hands each to `header`, `objects` or
//! `signature`. `conclude` compares the results with the metadata (`matching`) and the graph (`graph_findings`).
//!
//! Invariant: a report holds no data of objects, except bounded secret values and texts that the caller requests.

mod blob;
mod collect;
mod conclude;
mod digests;
mod examine;
mod graph_findings;
mod header;
mod matching;
mod objects;
mod options;
mod partial;
mod seal;
mod signature;
mod verdict_checks;

use crate::date::JavaDate;
use crate::envelope::MemberPlace;
use crate::finding::{Finding, Severity};
use crate::graph::Graph;
use crate::identifier::Identifier;
use crate::object::ObjectKey;
use crate::object::data::{FoundTexts, SecretKind};
use crate::signature::{KeyFacts, PartialKey};

pub use crate::object::NamedBy;
pub use crate::object::data::SecretValue;
pub(crate) use collect::Findings;
pub use examine::{Examined, Examiner, SourceError};
pub use options::{Contents, ExamineOptions};

/// The report on one document.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DocumentReport {
    /// The JSON around the blob.
    pub envelope: EnvelopeReport,
    /// The header record, if it is readable.
    pub header: Option<HeaderReport>,
    /// How much of the blob was read.
    pub blob: BlobReport,
    /// Whether the objects are encrypted.
    pub encryption: Encryption,
    /// The objects in record order.
    pub objects: Vec<ObjectReport>,
    #[doc(hidden)]
    /// The dependency graph of the objects, in the same order.
    pub graph: Graph,
    /// The signature and the verdict on it.
    pub signature: SignatureReport,
    /// All findings, the most severe first.
    pub findings: Vec<Finding>,
}

impl DocumentReport {
    #[doc(hidden)]
    /// The report of a missing document, for comparing an added or removed one.
    pub fn nothing() -> Self {
        Self {
            envelope: EnvelopeReport::default(),
            header: None,
            blob: BlobReport {
                complete: true,
                ..BlobReport::default()
            },
            encryption: Encryption::Clear,
            objects: Vec::new(),
            graph: Graph::default(),
            signature: SignatureReport {
                verdict: Verdict::Undetermined,
                rule: None,
                trust: Trust::NotAsked,
                key: None,
                partial_key: None,
                r_and_s: None,
                checks: Vec::new(),
            },
            findings: Vec::new(),
        }
    }

    #[doc(hidden)]
    /// Whether there is no document.
    pub fn is_nothing(&self) -> bool {
        self.envelope.bytes == 0
    }

    /// The highest severity among the findings.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether everything was read and no finding is an error.
    pub fn is_clean(&self) -> bool {
        self.blob.complete && self.worst() < Some(Severity::Error)
    }

    /// Whether a limit prevented part of the document from being read.
    pub fn hit_limit(&self) -> bool {
        self.findings.iter().any(|f| f.rule == &crate::finding::LIMIT_HIT)
    }

    /// The number of secrets in clear, by kind.
    pub fn secrets(&self) -> Vec<(SecretKind, u64)> {
        if self.encryption != Encryption::Clear {
            return Vec::new();
        }
        let mut totals = std::collections::BTreeMap::new();
        for (kind, count) in self.objects.iter().flat_map(|object| &object.secrets) {
            *totals.entry(*kind).or_insert(0) += count;
        }
        totals.into_iter().collect()
    }

    /// Why the document may have more secrets in clear than [`DocumentReport::secrets`] counts. `None` if everything
    /// in clear was readable.
    pub fn secrets_unknown(&self) -> Option<SecretsUnknown> {
        let has = |rule| self.findings.iter().any(|found| found.rule == rule);
        let unknown = match self.encryption {
            Encryption::Clear | Encryption::Unknown if has(&crate::finding::ENCRYPTION_UNKNOWN) => {
                SecretsUnknown::Encrypted
            }
            Encryption::Unknown => SecretsUnknown::Encrypted,
            Encryption::Passphrase { opened: false, .. } => SecretsUnknown::NotOpened,
            Encryption::Passphrase { opened: true, .. } => return None,
            Encryption::Clear if !self.blob.complete || has(&crate::finding::OBJECT_UNREADABLE) => {
                SecretsUnknown::Incomplete
            }
            Encryption::Clear => {
                let unread = self.objects.iter().filter(|object| object.may_hide_secrets());
                match unread.count() as u64 {
                    0 if has(&crate::finding::SECRETS_UNKNOWN) => SecretsUnknown::Incomplete,
                    count => SecretsUnknown::Objects(count),
                }
            }
        };
        (unknown != SecretsUnknown::Objects(0)).then_some(unknown)
    }

    /// Compares the stated with the recomputed revision hashes.
    pub fn hash_tally(&self) -> HashTally {
        let mut tally = HashTally {
            objects: self.objects.len(),
            compared: 0,
            matching: 0,
        };
        for object in &self.objects {
            if let Some(matches) = object.hash_matches() {
                tally.compared += 1;
                tally.matching += usize::from(matches);
            }
        }
        tally
    }
}

/// Why a document may have unknown secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsUnknown {
    /// This version cannot read the data of this many objects.
    Objects(u64),
    /// Part of the blob is unreadable.
    Incomplete,
    /// The objects are encrypted by a known scheme and were not decrypted.
    NotOpened,
    /// The objects are encrypted by an unknown scheme.
    Encrypted,
}

/// The result of recomputing the revision hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HashTally {
    /// Objects in the blob.
    pub objects: usize,
    /// Objects with both a stated and a recomputed hash.
    pub compared: usize,
    /// Objects whose hashes agree.
    pub matching: usize,
}

/// The JSON metadata. The signature does not cover it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct EnvelopeReport {
    /// `exportHost`.
    pub host: Option<String>,
    /// `exportDate`, unchanged.
    pub date_text: Option<String>,
    /// `exportDate`, parsed.
    pub date: Option<JavaDate>,
    /// `requestedObjectList`.
    pub requested: Vec<ListedObject>,
    /// `exportedObjectList`.
    pub exported: Vec<ListedObject>,
    /// Whether there is an `exportedObjectList`.
    pub exported_listed: bool,
    /// Length of the whole JSON text in bytes.
    pub bytes: u64,
    #[doc(hidden)]
    /// The places of the outermost members in it.
    pub members: Vec<MemberPlace>,
}

/// An entry of one of the metadata's lists.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedObject {
    /// `objectType`.
    pub type_name: Option<String>,
    /// `objectIdentifier`.
    pub identifier: Option<Identifier>,
    /// `revisionHash`.
    pub hash: Option<String>,
    /// JSON path of the entry.
    pub path: String,
}

/// The header record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeaderReport {
    /// UUID of the export.
    pub export_id: String,
    /// The time when the export began, unchanged.
    pub started_text: String,
    /// The time when the export began, parsed. `None` if the text is no instant.
    pub started: Option<jiff::Timestamp>,
    /// The announced number of object records.
    pub object_count: u64,
    /// Format number.
    pub format: Option<u64>,
    /// Declared signing rule.
    pub rule: Option<String>,
    /// What this toolkit did to the content, such as `redacted`.
    pub marker: Option<String>,
}

impl HeaderReport {
    /// When an engine exported the content. `None` if the header declares a signing rule: then this toolkit made the
    /// document, and its time says nothing about the content's age.
    pub fn exported(&self) -> Option<jiff::Timestamp> {
        self.started.filter(|_| self.rule.is_none())
    }
}

/// How much of the blob was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlobReport {
    /// Bytes of complete records.
    pub bytes: u64,
    /// Complete records, header and trailer included.
    pub records: u64,
    /// Whether the blob was read to its end.
    pub complete: bool,
    /// The readable part of a truncated last record.
    pub partial: Option<PartialRecord>,
}

/// The readable part of a truncated record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartialRecord {
    /// Position among the records.
    pub index: u64,
    /// Where its length prefix begins in the blob.
    pub offset: u64,
    /// Its stated length.
    pub claimed: u64,
    /// Bytes that are present.
    pub have: u64,
    /// The object's key, if it is complete.
    pub key: Option<ObjectKey>,
    /// The dependencies that are complete.
    pub dependencies: Vec<ObjectKey>,
    /// The key that is truncated, if its type is complete.
    pub cut_key: Option<CutKey>,
}

/// A key with a truncated identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutKey {
    /// Whether it is the object's own key, not a dependency's.
    pub own: bool,
    /// Its type number.
    pub type_number: u64,
}

/// Whether the objects are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// They are in clear.
    Clear,
    /// Encrypted with a passphrase, by a known scheme.
    Passphrase {
        /// Name of the scheme.
        scheme: String,
        /// Whether a given passphrase decrypted them.
        opened: bool,
    },
    /// They are encrypted by an unknown scheme.
    Unknown,
}

/// One object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ObjectReport {
    /// Type number and identifier.
    pub key: ObjectKey,
    /// Name of the type; its number if the name is unknown.
    pub type_name: String,
    /// Where that name comes from.
    pub named_by: NamedBy,
    /// The object's name.
    pub name: Option<String>,
    /// Data message type.
    pub data_type: String,
    /// Position among the records.
    pub record: u64,
    /// Where the record begins in the blob, or in the decrypted records of an encrypted document.
    pub offset: u64,
    /// Bytes of the object message.
    pub size: u64,
    /// When the object was created, in milliseconds since 1970.
    pub created: Option<i64>,
    /// Milliseconds since 1970.
    pub modified: Option<i64>,
    /// Whether this version cannot read its data, so that secrets in it are unknown.
    pub unread_data: bool,
    /// The number of texts that look like keys, in unknown fields or unread data.
    pub possible_keys: u64,
    /// Hash in the metadata.
    pub stated_hash: Option<String>,
    /// Hash recomputed from the blob.
    pub computed_hash: Option<String>,
    /// Whether dependencies are missing, so that the recomputed hash is meaningless.
    pub hash_has_gaps: bool,
    /// Secrets in clear, by kind.
    pub secrets: Vec<(SecretKind, u64)>,
    /// The secrets themselves, if requested.
    pub secret_values: Vec<SecretValue>,
    #[doc(hidden)]
    /// Texts of its data, if requested.
    pub texts: FoundTexts,
}

impl ObjectReport {
    /// Whether it may have secrets that this version does not know.
    pub(crate) fn may_hide_secrets(&self) -> bool {
        self.unread_data || self.possible_keys > 0
    }

    /// Whether the stated and the recomputed hash agree. `None` if one is missing.
    pub fn hash_matches(&self) -> Option<bool> {
        Some(self.stated_hash.as_ref()? == self.computed_hash.as_ref()?)
    }

    /// `TYPE identifier`, followed by the name if that is different. Not escaped.
    pub fn describe(&self) -> String {
        let identifier = self.key.identifier.to_string();
        match &self.name {
            Some(name) if *name != identifier => format!("{} {identifier} ({name})", self.type_name),
            _ => format!("{} {identifier}", self.type_name),
        }
    }
}

/// The verdict on a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It verifies under a known rule with the document's own key. The verdict doesn't show who made the document.
    Valid,
    /// The signature is broken, or the document was changed.
    Invalid,
    /// No known rule verifies, but nothing is broken. Engines sign by a rule that is not public.
    Undetermined,
}

impl Verdict {
    /// The lower-case word used in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Whether the caller trusts the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// No trusted keys were given.
    NotAsked,
    /// The key is one of them.
    Trusted,
    /// It is none of them.
    Untrusted,
}

/// The verdict on the signature and the reasons for it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignatureReport {
    /// The verdict.
    pub verdict: Verdict,
    /// The rule that verified, or else the declared one.
    pub rule: Option<String>,
    /// Whether the key is trusted.
    pub trust: Trust,
    /// The key, if it is usable.
    pub key: Option<KeyFacts>,
    /// The readable part of an unusable key.
    pub partial_key: Option<PartialKey>,
    /// r and s in hexadecimal, if they are readable.
    pub r_and_s: Option<(String, String)>,
    /// The checks, in order.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// The condition.
    pub what: String,
    /// The outcome.
    pub outcome: Outcome,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It is unknown.
    Unknown,
}
