//! The list of checks behind a verdict on the signature.

use crate::finding::{self, FindingRule};
use crate::signature::SigningRule;

use super::collect::Findings;
use super::{BlobReport, Check, HeaderReport, ObjectReport, Outcome};

/// The result of verifying a signature.
pub(super) enum Verified {
    /// This rule verifies.
    By(&'static SigningRule),
    /// The required rule does not verify.
    Fails,
    /// No rule is required, and none verifies.
    Unknown,
}

/// The facts that the checks use.
pub(super) struct Evidence<'a> {
    pub(super) header: Option<&'a HeaderReport>,
    pub(super) objects: &'a [ObjectReport],
    pub(super) blob: &'a BlobReport,
    pub(super) findings: &'a Findings,
    pub(super) verified: &'a Verified,
    /// Whether a limit ended the reading.
    pub(super) limited: bool,
    /// Whether the key is usable; `None` without a key.
    pub(super) key: Option<bool>,
    /// Whether the JSON has a signature.
    pub(super) has_signature: bool,
    /// Whether the blob has a trailer.
    pub(super) has_trailer: bool,
    /// Whether the trailer is canonical, last, and equal to the JSON's signature.
    pub(super) trailer_ok: bool,
}

/// The checks, in the order in which they are listed.
pub(super) fn checks(evidence: &Evidence<'_>) -> Vec<Check> {
    let Evidence {
        header,
        objects,
        blob,
        findings,
        ..
    } = *evidence;
    let none_of = |rules: &[&FindingRule]| !rules.iter().any(|rule| findings.has(rule));
    let counted = none_of(&[&finding::OBJECT_COUNT_MISMATCH, &finding::METADATA_COUNT_MISMATCH]);
    // Objects that stay encrypted are not counted.
    let comparable_counts = !counted || header.is_some_and(|h| h.object_count == objects.len() as u64);
    let listed = none_of(&[
        &finding::METADATA_MISSES_OBJECT,
        &finding::METADATA_EXTRA_OBJECT,
        &finding::DUPLICATE_OBJECT,
    ]);
    let has_hashes = blob.complete && objects.iter().any(|o| o.stated_hash.is_some());
    let matching = objects.iter().filter(|o| o.hash_matches() == Some(true)).count();
    let graph = none_of(&[&finding::MISSING_DEPENDENCY, &finding::DEPENDENCY_CYCLE]);
    let (what, outcome) = match evidence.verified {
        Verified::By(rule) => (format!("signature verifies under {}", rule.name), Outcome::Holds),
        Verified::Fails => ("signature verifies".to_owned(), Outcome::Fails),
        Verified::Unknown => (
            "signature verifies under a known rule".to_owned(),
            Outcome::Unknown,
        ),
    };
    vec![
        check(
            format!("blob splits into {} records without a rest", blob.records),
            blob.complete,
            !evidence.limited,
        ),
        check("header is readable", header.is_some(), true),
        check(
            "all records carry one export id",
            none_of(&[&finding::EXPORT_ID_MISMATCH]),
            header.is_some(),
        ),
        check(
            "header, blob and list agree on the number of objects",
            counted,
            blob.complete && comparable_counts,
        ),
        check(
            "list and blob name the same objects, each once",
            listed,
            has_hashes,
        ),
        check(
            format!(
                "{matching} of {} revision hashes recomputed and matching",
                objects.len()
            ),
            matching == objects.len(),
            has_hashes,
        ),
        check(
            "dependencies are complete and without cycles",
            graph,
            !objects.is_empty(),
        ),
        check(
            "key is well-formed and in range",
            evidence.key == Some(true),
            evidence.key.is_some(),
        ),
        check(
            "r and s are well-formed and in range",
            none_of(&[&finding::SIGNATURE_BROKEN]),
            evidence.has_signature,
        ),
        check(
            "trailer is canonical, last, and has the JSON's signature",
            evidence.trailer_ok,
            evidence.has_trailer || blob.complete,
        ),
        Check { what, outcome },
    ]
}

/// A check that holds or fails, if that is known.
fn check(what: impl Into<String>, holds: bool, known: bool) -> Check {
    let outcome = match (known, holds) {
        (false, _) => Outcome::Unknown,
        (true, true) => Outcome::Holds,
        (true, false) => Outcome::Fails,
    };
    let what = what.into();
    Check { what, outcome }
}
