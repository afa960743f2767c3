//! Rules that need a setting in the policy: age, host, key, types.

use jiff::{SignedDuration, Timestamp};

use crate::finding::{self, COMPOSITE_KEY, Place};
use crate::redact::split_port;
use crate::report::{DocumentReport, Findings, Verdict};
use crate::signature::KeyFacts;

use super::Policy;

/// How far an engine's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Applies the rules. `seen` says whether the objects were readable.
pub(super) fn judge(
    report: &DocumentReport,
    policy: &Policy,
    now: Timestamp,
    seen: bool,
    findings: &mut Findings,
) {
    age(report, policy, now, findings);
    host(report, policy, findings);
    key(report, policy, findings);
    denied_types(report, policy, seen, findings);
    required_types(report, policy, seen, findings);
}

fn age(report: &DocumentReport, policy: &Policy, now: Timestamp, findings: &mut Findings) {
    let Some(allowed) = policy.max_age else { return };
    let started = report.header.as_ref().and_then(|header| header.started);
    let words = match started {
        None => "its header tells no time".to_owned(),
        Some(started) => {
            let age = now.duration_since(started);
            if age > allowed {
                format!(
                    "exported {started}, {} ago; {} are allowed",
                    days(age),
                    days(allowed)
                )
            } else if -age > AHEAD {
                format!("exported {started}, which lies in the future")
            } else {
                return;
            }
        }
    };
    findings.in_blob(&finding::DOCUMENT_TOO_OLD, 0, || words);
}

fn days(duration: SignedDuration) -> String {
    match duration.as_hours() {
        hours if hours.abs() < 48 => format!("{hours} hours"),
        hours => format!("{} days", hours / 24),
    }
}

fn host(report: &DocumentReport, policy: &Policy, findings: &mut Findings) {
    let Some(allowed) = &policy.hosts else { return };
    let place = || Some(Place::json("$.exportResponseMetadata.exportHost"));
    match &report.envelope.host {
        None => findings.add(&finding::HOST_NOT_ALLOWED, place(), || {
            "no host is stated".to_owned()
        }),
        Some(host) => {
            let lower = host.to_lowercase();
            let (alone, _) = split_port(&lower);
            if !allowed
                .iter()
                .any(|pattern| pattern.matches(&lower) || pattern.matches(alone))
            {
                findings.add(&finding::HOST_NOT_ALLOWED, place(), || host.clone());
            }
        }
    }
}

/// A trusted key counts only if the signature verifies: anyone can copy a public key into a document.
fn key(report: &DocumentReport, policy: &Policy, findings: &mut Findings) {
    let judged = report
        .findings
        .iter()
        .any(|f| f.rule == &finding::KEY_NOT_TRUSTED);
    let Some(keys) = policy.keys.as_ref().filter(|_| !judged) else {
        return;
    };
    let signature = &report.signature;
    let own = signature.key.as_ref().map(|key| key.fingerprint);
    let listed = own.is_some_and(|own| keys.contains(&own));
    let key = signature.key.as_ref().filter(|_| listed);
    let prime = key.is_some_and(KeyFacts::has_prime_parameters);
    let words = match own {
        _ if listed && !prime => COMPOSITE_KEY.to_owned(),
        _ if listed && signature.verdict == Verdict::Valid => return,
        None => "the key can't be read".to_owned(),
        Some(_) if listed => format!(
            "it carries a trusted key, but its signature is {}",
            signature.verdict.as_str()
        ),
        Some(own) => format!("{own} is not among the trusted keys"),
    };
    findings.add(
        &finding::KEY_NOT_TRUSTED,
        Some(Place::json("$.publicKey")),
        || words,
    );
}

fn denied_types(report: &DocumentReport, policy: &Policy, seen: bool, findings: &mut Findings) {
    if policy.denied_types.is_empty() {
        return;
    }
    for object in report.objects.iter().filter(|object| {
        let mut denied = policy.denied_types.iter();
        denied.any(|denied| denied.is(&object.type_name, object.key.type_number))
    }) {
        findings.about(
            &finding::TYPE_DENIED,
            &object.key,
            Place::blob(object.offset),
            || object.describe(),
        );
    }
    if !seen || !report.blob.complete {
        findings.in_blob(&finding::TYPE_DENIED, 0, || {
            "some objects are unreadable, and may have a denied type".to_owned()
        });
    }
}

fn required_types(report: &DocumentReport, policy: &Policy, seen: bool, findings: &mut Findings) {
    for wanted in &policy.required_types {
        let mut objects = report.objects.iter();
        if objects.any(|object| wanted.is(&object.type_name, object.key.type_number)) {
            continue;
        }
        findings.in_blob(&finding::TYPE_MISSING, 0, || {
            if seen && report.blob.complete {
                format!("no {wanted}")
            } else {
                format!("no {wanted} among the readable objects")
            }
        });
    }
}
