//! Judges the signature: hashes the covered records, checks the trailer, and decides the verdict.
//!
//! Invariant: `valid` requires a rule that verifies *and* a canonical trailer at the end of the blob, because the signature
//! does not cover the trailer. If anything is unknown, the verdict is `undetermined`.

use crate::blob::{Header, RecordHead, Trailer};
use crate::finding::{self, Finding, FindingRule, Place, Severity};
use crate::signature::{self, HashAlgorithm, KeyError, PublicKey, SignatureError, SigningRule};

use super::collect::Findings;
use super::digests::{Covered, Digests};
use super::options::ExamineOptions;
use super::seal::SealFacts;
use super::verdict_checks::{Evidence, Verified, checks};
use super::{BlobReport, HeaderReport, ObjectReport, SignatureReport, Trust, Verdict};

pub(super) struct SignatureFold<'o> {
    seal: SealFacts,
    options: &'o ExamineOptions,
    digests: Digests,
    /// The rule that the header declares, known or not.
    declared: Option<String>,
    trailer: Option<Trailer>,
    trailer_offset: u64,
    /// Whether there is a fault that no signed document has.
    broken: bool,
    /// Whether a limit ended the reading, so that the rest is unknown.
    limited: bool,
    after_trailer: bool,
    /// Whether neither the JSON nor the blob has a signature.
    unsigned: bool,
}

impl<'o> SignatureFold<'o> {
    pub(super) fn new(options: &'o ExamineOptions) -> Self {
        Self {
            seal: SealFacts::default(),
            options,
            digests: Vec::new(),
            declared: None,
            trailer: None,
            trailer_offset: 0,
            broken: false,
            limited: false,
            after_trailer: false,
            unsigned: false,
        }
    }

    /// Takes the header, which may declare the rule. Otherwise every rule is tried, because the key, whose size would select
    /// the rule, may follow the blob.
    pub(super) fn header(&mut self, header: Option<&Header>) {
        self.declared = header.and_then(|header| header.rule.clone());
        let candidates: Vec<&'static SigningRule> =
            match self.options.rule.as_ref().or(self.declared.as_ref()) {
                Some(name) => signature::by_name(name).into_iter().collect(),
                None => signature::RULES.iter().collect(),
            };
        self.digests = candidates
            .into_iter()
            .map(|rule| (rule, (rule.new_digest)()))
            .collect();
    }

    /// Takes a record before the trailer.
    pub(super) fn covered(&mut self, record: Covered<'_>) {
        if self.trailer.is_some() {
            self.after_trailer = true;
            return;
        }
        match record {
            Covered::Held(head, message) => {
                for (_, digest) in &mut self.digests {
                    digest.begin(head.index, head.length_prefix);
                    digest.chunk(message);
                }
            }
            Covered::Hashed(digests) => self.digests = digests,
        }
    }

    /// Forks the digests for a record that may turn out to be truncated, or the trailer.
    pub(super) fn ahead(&self, head: &RecordHead) -> Digests {
        if self.trailer.is_some() {
            return Vec::new();
        }
        let forked = self.digests.iter().map(|(rule, digest)| {
            let mut digest = digest.fork();
            digest.begin(head.index, head.length_prefix);
            (*rule, digest)
        });
        forked.collect()
    }

    pub(super) fn trailer(&mut self, offset: u64, trailer: Trailer, findings: &mut Findings) {
        if self.trailer.is_some() {
            self.after_trailer = true;
            return;
        }
        if !trailer.canonical {
            findings.in_blob(&finding::TRAILER_NOT_CANONICAL, offset, || {
                "it holds more than the export id and the signature".to_owned()
            });
        }
        self.trailer_offset = offset;
        self.trailer = Some(trailer);
    }

    /// Takes the facts about the signature in the JSON.
    pub(super) fn seal(&mut self, seal: SealFacts, findings: &mut Findings) {
        self.broken |= seal.members_broken;
        if let (Some(json), Some(trailer)) = (&seal.signature_bytes, &self.trailer)
            && *json != trailer.signature
        {
            findings.in_blob(&finding::SIGNATURE_MISMATCH, self.trailer_offset, || {
                "trailer and JSON carry different signatures".to_owned()
            });
        }
        self.seal = seal;
    }

    /// Notes damage or a contradiction that no signed document has.
    pub(super) fn broken(&mut self) {
        self.broken = true;
    }

    /// Notes that a limit ended the reading: the document may be fine, so the verdict stays open.
    pub(super) fn limited(&mut self) {
        self.limited = true;
    }

    /// Whether there was no trailer.
    pub(super) fn lacks_trailer(&self) -> bool {
        self.trailer.is_none()
    }

    /// Notes that the document was never signed.
    pub(super) fn unsigned(&mut self) {
        self.unsigned = true;
    }

    pub(super) fn finish(
        mut self,
        header: Option<&HeaderReport>,
        objects: &[ObjectReport],
        blob: &BlobReport,
        findings: &mut Findings,
    ) -> SignatureReport {
        if self.unsigned {
            findings.in_blob(&finding::UNSIGNED, blob.bytes, || {
                "no signature, no key, no trailer".to_owned()
            });
        } else if blob.complete && self.trailer.is_none() {
            findings.in_blob(&finding::TRAILER_MISSING, blob.bytes, || {
                "the blob ends without a trailer".to_owned()
            });
        }
        if self.after_trailer {
            findings.in_blob(&finding::TRAILER_NOT_CANONICAL, blob.bytes, || {
                "records follow the trailer".to_owned()
            });
        }
        if blob.complete && header.is_none() && blob.records == 0 {
            findings.in_blob(&finding::HEADER_MISSING, 0, || {
                "the blob has no records".to_owned()
            });
        }
        self.note_seal(findings);
        let trailer_ok = self.trailer.as_ref().is_some_and(|trailer| {
            trailer.canonical && Some(&trailer.signature) == self.seal.signature_bytes.as_ref()
        }) && !self.after_trailer;
        let verified = self.verify();
        let to_the_end = if self.limited {
            self.trailer.is_none()
        } else {
            blob.complete && trailer_ok
        };
        let in_order = to_the_end && header.is_some() && !self.broken && self.parts_read();
        let verdict = match (&verified, in_order) {
            (Verified::By(_), true) => Verdict::Valid,
            (_, false) | (Verified::Fails, _) => Verdict::Invalid,
            (Verified::Unknown, true) => Verdict::Undetermined,
        };
        self.note_verdict(verdict, &verified, findings);
        let rule = match &verified {
            Verified::By(rule) => Some(rule.name.to_owned()),
            _ => self.options.rule.clone().or_else(|| self.declared.clone()),
        };
        let checks = checks(&Evidence {
            header,
            objects,
            blob,
            findings,
            verified: &verified,
            limited: self.limited,
            key: self.seal.key.as_ref().map(Result::is_ok),
            has_signature: self.seal.signature.is_some(),
            has_trailer: self.trailer.is_some(),
            trailer_ok,
        });
        let trust = self.trust(findings);
        let r_and_s = match &self.seal.signature {
            Some(Ok(signature)) => Some((signature.r_hex(), signature.s_hex())),
            _ => None,
        };
        let key = match &self.seal.key {
            Some(Ok(key)) => Some(key.facts()),
            _ => None,
        };
        SignatureReport {
            verdict,
            rule,
            trust,
            key,
            partial_key: self.seal.partial_key,
            r_and_s,
            checks,
        }
    }

    fn parts_read(&self) -> bool {
        matches!(self.seal.key, Some(Ok(_))) && matches!(self.seal.signature, Some(Ok(_)))
    }

    fn verify(&mut self) -> Verified {
        let tried = std::mem::take(&mut self.digests);
        let bound = self.options.rule.is_some() || (self.declared.is_some() && !tried.is_empty());
        let (Some(Ok(key)), Some(Ok(signature))) = (&self.seal.key, &self.seal.signature) else {
            return if bound { Verified::Fails } else { Verified::Unknown };
        };
        if self.limited {
            let out_of_range = key.check_range(signature).is_err();
            return if out_of_range {
                Verified::Fails
            } else {
                Verified::Unknown
            };
        }
        for (rule, digest) in tried {
            if rule.fits(&key.facts()) && key.verify_prehash(&digest.finish(), signature) {
                return Verified::By(rule);
            }
        }
        // No rule accepts a signature outside 1..q-1.
        if bound || key.check_range(signature).is_err() {
            Verified::Fails
        } else {
            Verified::Unknown
        }
    }

    fn note_seal(&self, findings: &mut Findings) {
        match &self.seal.key {
            Some(Err(error)) => {
                let place = || Some(Place::json("$.publicKey"));
                findings.add(&finding::KEY_BROKEN, place(), || error.to_string());
                if let KeyError::NotCanonical { form, .. } = error {
                    findings.add(&finding::NON_CANONICAL_DER, place(), || form.to_string());
                }
            }
            Some(Ok(key)) if key.facts().is_weak() => {
                let facts = key.facts();
                let words = format!("{}-bit {} key", facts.bits, facts.algorithm);
                let weak = Finding::at(&finding::KEY_WEAK, Place::json("$.publicKey"), words);
                findings.extend([match facts.is_of_engines() {
                    true => weak.weighing(Severity::Info),
                    false => weak,
                }]);
            }
            _ => {}
        }
        if let Some(Err(error)) = &self.seal.signature {
            let place = || Some(Place::json("$.signature"));
            findings.add(&finding::SIGNATURE_BROKEN, place(), || error.to_string());
            if let SignatureError::NotMinimal { form, .. } = error {
                findings.add(&finding::NON_CANONICAL_DER, place(), || form.to_string());
            }
        }
        if let (Some(Ok(key)), Some(Ok(signature))) = (&self.seal.key, &self.seal.signature)
            && key.check_range(signature).is_err()
        {
            let place = Some(Place::json("$.signature"));
            findings.add(&finding::SIGNATURE_BROKEN, place, || {
                "r or s is not between 1 and q-1".to_owned()
            });
        }
    }

    fn note_verdict(&self, verdict: Verdict, verified: &Verified, findings: &mut Findings) {
        let name = self.options.rule.as_ref().or(self.declared.as_ref());
        let signature = || Some(Place::json("$.signature"));
        match (verified, verdict) {
            (Verified::By(rule), _) if rule.hash == HashAlgorithm::Sha1 => {
                findings.add(&finding::HASH_ALGORITHM_WEAK, signature(), || {
                    format!("rule {}", rule.name)
                });
            }
            (Verified::Fails, _) if self.parts_read() => {
                findings.add(&finding::SIGNATURE_INVALID, signature(), || match name {
                    Some(name) => format!("rule {name} does not verify"),
                    None => "no rule can verify it".to_owned(),
                });
            }
            (Verified::Unknown, Verdict::Undetermined) => {
                findings.add(&finding::SIGNATURE_UNDETERMINED, signature(), || match name {
                    _ if self.limited => "a limit ended the reading before the trailer".to_owned(),
                    Some(name) => format!("declared rule {name} is not known"),
                    None => "no rule declared, and no known rule verifies".to_owned(),
                });
            }
            _ => {}
        }
        let header = || Some(Place::blob(0));
        match (&self.declared, verified) {
            (Some(name), _) => {
                if let Some(rule) = declaration_finding(signature::by_name(name)) {
                    findings.add(rule, header(), || format!("declares rule {name}"));
                }
            }
            // No engine is known to sign by this toolkit's rule.
            (None, Verified::By(rule)) if rule.own => {
                findings.add(&finding::SEALED_BY_TOOLKIT, signature(), || {
                    format!("declares no rule, but {} verifies", rule.name)
                });
            }
            _ => {}
        }
    }

    fn trust(&self, findings: &mut Findings) -> Trust {
        if self.options.trusted_keys.is_empty() {
            return Trust::NotAsked;
        }
        let fingerprint = match &self.seal.key {
            Some(Ok(key)) => Some(key.facts().fingerprint),
            _ => None,
        };
        let listed = fingerprint.is_some_and(|own| self.options.trusted_keys.contains(&own));
        let facts = self
            .seal
            .key
            .as_ref()
            .and_then(|key| key.as_ref().ok())
            .map(PublicKey::facts);
        if listed && facts.is_some_and(|facts| facts.has_prime_parameters()) {
            return Trust::Trusted;
        }
        findings.add(
            &finding::KEY_NOT_TRUSTED,
            Some(Place::json("$.publicKey")),
            || match fingerprint {
                Some(_) if listed => finding::COMPOSITE_KEY.to_owned(),
                Some(own) => format!("{own} is not among the trusted keys"),
                None => "the key can't be read".to_owned(),
            },
        );
        Trust::Untrusted
    }
}

/// The finding about a header that declares this rule; `None` stands for an unknown rule.
fn declaration_finding(declared: Option<&SigningRule>) -> Option<&'static FindingRule> {
    match declared {
        Some(rule) if rule.own => Some(&finding::SEALED_BY_TOOLKIT),
        Some(_) => None,
        None => Some(&finding::SIGNATURE_RULE_UNKNOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_rules_show_that_the_toolkit_sealed() {
        let own = signature::RULES[0];
        let of_engines = SigningRule { own: false, ..own };
        assert_eq!(declaration_finding(Some(&own)), Some(&finding::SEALED_BY_TOOLKIT));
        assert_eq!(declaration_finding(Some(&of_engines)), None);
        assert_eq!(declaration_finding(None), Some(&finding::SIGNATURE_RULE_UNKNOWN));
    }
}
