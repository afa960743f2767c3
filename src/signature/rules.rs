//! Signing rules: named recipes for which bytes of a document are hashed, and with what.
//!
//! Engines don't publish which bytes they sign, so a verdict always names the rule it was reached under. Invariant: a
//! published name keeps its recipe for good; documents declare it. A new rule, the vendor's one day, is one new entry
//! in [`RULES`], and no rule ever needs a whole blob in memory.

use super::hash::{HashAlgorithm, Hasher};
use super::key::KeyFacts;

/// Collects the hash of a document's records, which are fed in order, from the header to the last object; the
/// trailer, which holds the signature itself, is never fed.
pub trait RecordDigest: Send {
    /// A record starts; `length_prefix` is its length as framed (little endian).
    fn begin(&mut self, index: u64, length_prefix: [u8; 4]);
    /// The same digest once more, for a record of which it isn't known yet whether it belongs to the signed bytes.
    fn fork(&self) -> Box<dyn RecordDigest>;
    /// The next bytes of the record.
    fn chunk(&mut self, bytes: &[u8]);
    /// The hash to sign or to verify.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// A signing rule.
#[derive(Debug, Clone, Copy)]
pub struct SigningRule {
    /// The name documents declare.
    pub name: &'static str,
    /// The recipe, in one sentence.
    pub summary: &'static str,
    /// The hash.
    pub hash: HashAlgorithm,
    /// Whether the rule is this project's own, so that a document under it was sealed by this toolkit.
    pub own: bool,
    /// Bits of p and q of the keys it is meant for.
    pub key_sizes: &'static [(u32, u32)],
    /// Starts a digest of a document's records.
    pub new_digest: fn() -> Box<dyn RecordDigest>,
}

impl SigningRule {
    /// Whether the rule is meant for such keys.
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

/// Looks a rule up by the name documents declare.
pub fn by_name(name: &str) -> Option<&'static SigningRule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// Hashes the records as they are framed, so that the hash is that of the blob's bytes.
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
