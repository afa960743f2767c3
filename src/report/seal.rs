//! The signature and the key in a document's JSON, decoded.

use crate::envelope::{EncodedText, Envelope};
use crate::finding::{self, Finding};
use crate::signature::{DsaSignature, KeyError, PartialKey, PublicKey, SignatureError};

/// The facts about the signature in the JSON.
#[derive(Debug, Default)]
pub(super) struct SealFacts {
    /// `signature`, decoded and parsed.
    pub(super) signature: Option<Result<DsaSignature, SignatureError>>,
    /// `signature`, decoded.
    pub(super) signature_bytes: Option<Vec<u8>>,
    /// `publicKey`, decoded, parsed and checked.
    pub(super) key: Option<Result<PublicKey, KeyError>>,
    /// The readable part of a key that was rejected.
    pub(super) partial_key: Option<PartialKey>,
    /// Whether blob, signature or key are missing, repeated, or broken base64.
    pub(super) members_broken: bool,
}

impl SealFacts {
    pub(super) fn read(envelope: &Envelope<'_>, findings: &mut Vec<Finding>) -> Self {
        let mut facts = Self::default();
        let mut decode = |member: Option<&EncodedText<'_>>| {
            let Some(member) = member else {
                facts.members_broken = true;
                return None;
            };
            let (bytes, dialect) = member.decode();
            facts.members_broken |= dialect.break_off.is_some();
            findings.extend(member.findings(&dialect));
            Some(bytes)
        };
        let signature = decode(envelope.signature());
        let key = decode(envelope.public_key());
        facts.members_broken |=
            envelope.blob().is_none() || envelope.findings.iter().any(repeats_sealed_member);
        facts.signature = signature.as_deref().map(DsaSignature::from_der);
        facts.signature_bytes = signature;
        facts.key = key.as_deref().map(PublicKey::from_spki_der);
        if let (Some(Err(_)), Some(bytes)) = (&facts.key, &key) {
            facts.partial_key = Some(PartialKey::read(bytes));
        }
        facts
    }
}

/// Readers disagree on which of two repeated members counts, so a repeated member breaks the signature.
fn repeats_sealed_member(finding: &Finding) -> bool {
    let path = finding.at.as_ref().and_then(|place| place.path.as_deref());
    finding.rule == &finding::DUPLICATE_KEY
        && matches!(
            path,
            Some("$.blob" | "$.signature" | "$.publicKey" | "$.public_key")
        )
}
