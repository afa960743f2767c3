//! Signing rules: which bytes of a document are hashed, and with which algorithm.
//!
//! It isn't public which bytes engines sign, so every verdict names its rule. Documents declare a rule by name. A new rule
//! is one entry in [`RULES`].
//!
//! Invariant: a published name never changes its meaning, and no rule needs a whole blob in memory.

use super::hash::{HashAlgorithm, Hasher};
use super::key::KeyFacts;

/// Hashes a document's records, in order from the header to the last object. The trailer, which holds the signature,
/// isn't part of it.
pub trait RecordDigest: Send {
    /// Starts a record; `length_prefix` is its length in the blob (little endian).
    fn begin(&mut self, index: u64, length_prefix: [u8; 4]);
    /// Copies the digest before a record that may not belong to the signed bytes.
    fn fork(&self) -> Box<dyn RecordDigest>;
    /// Adds the next bytes of the record.
    fn chunk(&mut self, bytes: &[u8]);
    /// Returns the hash to sign or to verify.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// A signing rule.
#[derive(Debug, Clone, Copy)]
pub struct SigningRule {
    /// The name that documents declare.
    pub name: &'static str,
    /// What is hashed, in one sentence.
    pub summary: &'static str,
    /// The hash algorithm.
    pub hash: HashAlgorithm,
    /// Whether the rule is this project's own: this toolkit sealed the document.
    pub own: bool,
    /// Bits of p and q of the keys that it is for.
    pub key_sizes: &'static [(u32, u32)],
    /// Starts a digest of a document's records.
    pub new_digest: fn() -> Box<dyn RecordDigest>,
}

impl SigningRule {
    /// Whether the rule is for keys of this size.
    pub fn fits(&self, key: &KeyFacts) -> bool {
        self.key_sizes.contains(&(key.bits, key.q_bits))
    }
}

impl PartialEq for SigningRule {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for SigningRule {}

pub(super) const RECORDS_V1: SigningRule = SigningRule {
    name: "records-v1",
    summary: "DSA with SHA-1 over every byte of the blob that precedes the trailer, length prefixes included",
    hash: HashAlgorithm::Sha1,
    own: true,
    key_sizes: &[(512, 160), (1024, 160)],
    new_digest: || Box::new(FramedRecords(HashAlgorithm::Sha1.hasher())),
};

pub(super) const RECORDS_V2: SigningRule = SigningRule {
    name: "records-v2",
    summary: "DSA with SHA-256 over every byte of the blob that precedes the trailer, length prefixes included",
    hash: HashAlgorithm::Sha256,
    own: true,
    key_sizes: &[(2048, 256)],
    new_digest: || Box::new(FramedRecords(HashAlgorithm::Sha256.hasher())),
};

/// Every known rule.
pub static RULES: &[SigningRule] = &[RECORDS_V1, RECORDS_V2];

/// Looks a rule up by the name that documents declare.
pub fn by_name(name: &str) -> Option<&'static SigningRule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// Hashes the records with their length prefixes: the bytes of the blob.
struct FramedRecords(Box<dyn Hasher>);

impl RecordDigest for FramedRecords {
    fn begin(&mut self, _index: u64, length_prefix: [u8; 4]) {
        self.0.update(&length_prefix);
    }

    fn fork(&self) -> Box<dyn RecordDigest> {
        Box::new(Self(self.0.fork()))
    }

    fn chunk(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finish()
    }
}
