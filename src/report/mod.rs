//! What one export document holds and what is to be said of it, as plain values.
//!
//! A report is folded from events (records as they are read, then the end), so a slice in memory and a stream give the
//! same one. Invariant: per object only its identity, edges, revision and a few figures are kept, never its data
//! (unless secret values were asked for, and then bounded).

mod blob;
mod checks;
mod collect;
mod conclude;
mod digests;
mod examine;
mod graph_findings;
mod header;
mod matching;
mod objects;
mod partial;
mod seal;
mod signature;

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
pub use examine::{Contents, ExamineOptions, Examined, Examiner, SourceError};

/// Everything found out about one document.
#[derive(Debug, Clone)]
pub struct DocumentReport {
    /// The JSON around the blob.
    pub envelope: EnvelopeReport,
    /// The header record, when it could be read.
    pub header: Option<HeaderReport>,
    /// How far the blob could be read.
    pub blob: BlobReport,
    /// Whether the objects are encrypted.
    pub encryption: Encryption,
    /// The objects in record order.
    pub objects: Vec<ObjectReport>,
    /// Their dependency graph, same order.
    pub graph: Graph,
    /// The judgement on the signature.
    pub signature: SignatureReport,
    /// All findings, the weightiest first, otherwise in the order they were made.
    pub findings: Vec<Finding>,
}

impl DocumentReport {
    /// The report of a missing document, with which an added or a removed document is compared.
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

    /// Whether there is no document.
    pub fn is_nothing(&self) -> bool {
        self.envelope.bytes == 0
    }

    /// The weightiest finding's severity.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether everything could be read and no finding is an error.
    pub fn is_clean(&self) -> bool {
        self.blob.complete && self.worst() < Some(Severity::Error)
    }

    /// Whether a limit kept part of the document from being read.
    pub fn hit_limit(&self) -> bool {
        self.findings.iter().any(|f| f.rule == &crate::finding::LIMIT_HIT)
    }

    /// How many secrets of each kind stand in clear in the file.
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

    /// What keeps the absence of secrets from being known: objects in clear that may hold some, and records of an unknown
    /// encryption. `None` when everything in clear could be looked into.
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

    /// How many objects' hashes were recomputed, could be compared, and agreed.
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

/// Why it isn't known whether secrets stand in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsUnknown {
    /// This many objects hold data that this version can't read.
    Objects(u64),
    /// Part of the blob can't be read at all.
    Incomplete,
    /// The objects are encrypted, by a scheme that this version knows.
    NotOpened,
    /// The objects are encrypted or hidden in a way that this version doesn't know.
    Encrypted,
}

/// Result of recomputing the revision hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashTally {
    /// Objects in the blob.
    pub objects: usize,
    /// Objects with both a stated and a recomputed hash.
    pub compared: usize,
    /// Those of them that agree.
    pub matching: usize,
}

/// The metadata, as a label that the signature doesn't cover.
#[derive(Debug, Clone, Default)]
pub struct EnvelopeReport {
    /// `exportHost`.
    pub host: Option<String>,
    /// `exportDate` as it stands.
    pub date_text: Option<String>,
    /// `exportDate` understood.
    pub date: Option<JavaDate>,
    /// `requestedObjectList`.
    pub requested: Vec<ListedObject>,
    /// `exportedObjectList`.
    pub exported: Vec<ListedObject>,
    /// Whether there is an `exportedObjectList` at all.
    pub exported_listed: bool,
    /// Length of the whole JSON text in bytes.
    pub bytes: u64,
    /// Where the outermost members stand in it.
    pub members: Vec<MemberPlace>,
}

/// An entry of one of the metadata's lists.
#[derive(Debug, Clone, PartialEq, Eq)]
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
pub struct HeaderReport {
    /// UUID of the export.
    pub export_id: String,
    /// When the export began, as it stands.
    pub started_text: String,
    /// When the export began, when the text is an instant.
    pub started: Option<jiff::Timestamp>,
    /// Number of object records it announces.
    pub object_count: u64,
    /// Format number.
    pub format: Option<u64>,
    /// Declared signing rule.
    pub rule: Option<String>,
    /// What this toolkit did to the content, such as [`crate::blob::REDACTED`].
    pub marker: Option<String>,
}

impl HeaderReport {
    /// When an engine exported the content. A document that declares a signing rule was composed by this toolkit: its
    /// instant says nothing of the age of what it holds.
    pub fn exported(&self) -> Option<jiff::Timestamp> {
        self.started.filter(|_| self.rule.is_none())
    }
}

/// How far the blob could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlobReport {
    /// Bytes of whole records.
    pub bytes: u64,
    /// Whole records, header and trailer included.
    pub records: u64,
    /// Whether it was read to its end.
    pub complete: bool,
    /// What could still be seen of the record where reading broke off.
    pub partial: Option<PartialRecord>,
}

/// The readable beginning of a record that breaks off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialRecord {
    /// Position among the records.
    pub index: u64,
    /// Where its length prefix begins in the blob.
    pub offset: u64,
    /// Bytes it should have.
    pub claimed: u64,
    /// Bytes that are there.
    pub have: u64,
    /// The object's own key, when that much is there.
    pub key: Option<ObjectKey>,
    /// The dependencies that are there.
    pub dependencies: Vec<ObjectKey>,
    /// The key inside which the record breaks off, when at least its type is there.
    pub cut_key: Option<CutKey>,
}

/// A key whose identifier breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutKey {
    /// Whether it is the object's own or one of a dependency.
    pub own: bool,
    /// Its type number.
    pub type_number: u64,
}

/// Whether the objects can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// They stand in clear.
    Clear,
    /// Encrypted by a scheme this version knows; `opened` when a passphrase opened it.
    Passphrase {
        /// Name of the scheme.
        scheme: String,
        /// Whether the objects of this report were decrypted.
        opened: bool,
    },
    /// Encrypted in some other way.
    Unknown,
}

/// One object.
#[derive(Debug, Clone)]
pub struct ObjectReport {
    /// Type number and identifier.
    pub key: ObjectKey,
    /// Name of the type; the bare number where no name is known.
    pub type_name: String,
    /// Where that name comes from.
    pub named_by: NamedBy,
    /// The name people know the object by.
    pub name: Option<String>,
    /// Data message type.
    pub data_type: String,
    /// Position among the records.
    pub record: u64,
    /// Where the record begins in the blob (in the decrypted records for encrypted documents).
    pub offset: u64,
    /// Bytes of the object message.
    pub size: u64,
    /// Milliseconds since 1970.
    pub created: Option<i64>,
    /// Milliseconds since 1970.
    pub modified: Option<i64>,
    /// Whether this version can't read its data, so that nothing is known of secrets in it.
    pub unread_data: bool,
    /// Texts that look like keys, in unknown fields or in unread data.
    pub possible_keys: u64,
    /// Hash in the metadata.
    pub stated_hash: Option<String>,
    /// Hash recomputed from the blob.
    pub computed_hash: Option<String>,
    /// Whether dependencies missing from the document leave the recomputed hash without meaning.
    pub hash_has_gaps: bool,
    /// Secrets in clear and how many.
    pub secrets: Vec<(SecretKind, u64)>,
    /// The secrets themselves, only when asked for.
    pub secret_values: Vec<SecretValue>,
    /// Texts of its data, only when asked for.
    pub texts: FoundTexts,
}

impl ObjectReport {
    /// Whether it holds something that may be a secret and that no table knows.
    pub(crate) fn may_hide_secrets(&self) -> bool {
        self.unread_data || self.possible_keys > 0
    }

    /// Whether stated and recomputed hash agree, where both are there.
    pub fn hash_matches(&self) -> Option<bool> {
        Some(self.stated_hash.as_ref()? == self.computed_hash.as_ref()?)
    }

    /// `TYPE identifier`, with the name where that says more. Not escaped.
    pub fn describe(&self) -> String {
        let identifier = self.key.identifier.to_string();
        match &self.name {
            Some(name) if *name != identifier => format!("{} {identifier} ({name})", self.type_name),
            _ => format!("{} {identifier}", self.type_name),
        }
    }
}

/// What is to be said of the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Intact under a known rule and the key inside the document. Says nothing about who made it.
    Valid,
    /// Broken or changed.
    Invalid,
    /// Nothing speaks against it, but no known rule says what was signed.
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

/// Whether the key is one the caller trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// No trusted keys were given.
    NotAsked,
    /// The key is one of them.
    Trusted,
    /// It is none of them.
    Untrusted,
}

/// The judgement on the signature and what it rests on.
#[derive(Debug, Clone)]
pub struct SignatureReport {
    /// The judgement.
    pub verdict: Verdict,
    /// The rule that verified, or else the declared one.
    pub rule: Option<String>,
    /// Whether the key is trusted.
    pub trust: Trust,
    /// The key's facts, when it passed the gate.
    pub key: Option<KeyFacts>,
    /// What could be read of a key that didn't.
    pub partial_key: Option<PartialKey>,
    /// r and s as hex, when they could be read.
    pub r_and_s: Option<(String, String)>,
    /// What was checked, in order.
    pub checks: Vec<Check>,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What should hold.
    pub what: String,
    /// Whether it does.
    pub outcome: Outcome,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It could not be told.
    Unknown,
}
