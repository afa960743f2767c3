//! What a document holds, in a sentence.

use exportdoc::internal::object::data::SecretKind;
use exportdoc::internal::object::type_by_name;
use exportdoc::internal::report::{DocumentReport, Encryption, SecretsUnknown, Trust, Verdict};
use jiff::Timestamp;

use crate::render::words::counted;
use crate::render::words::time;

/// Types that a sentence names; the others are counted.
const NAMED: usize = 5;

/// `exported 7 years ago by tcw-masking: 1 masking job, 1 database ruleset and 1 database connector; 9 algorithms and 9
/// domains are referred to, not included`.
pub(crate) fn sentence(report: &DocumentReport, now: Timestamp) -> String {
    let host = report.envelope.host.as_deref().unwrap_or("an unnamed host");
    let when = report.header.as_ref().and_then(|header| header.started);
    let when = when.map_or_else(|| "at an unknown time".to_owned(), |at| time::age(at, now));
    let mut held: Vec<(String, u64)> = Vec::new();
    let mut referred: Vec<(String, u64)> = Vec::new();
    for object in &report.objects {
        let is_reference = type_by_name(&object.type_name).is_some_and(|known| known.is_reference());
        let (list, noun) = match is_reference {
            true => (
                &mut referred,
                noun(object.type_name.trim_end_matches("_REFERENCE")),
            ),
            false => (&mut held, noun(&object.type_name)),
        };
        match list.iter_mut().find(|(known, _)| *known == noun) {
            Some((_, count)) => *count += 1,
            None => list.push((noun, 1)),
        }
    }
    let mut text = format!("exported {when} by {host}: {}", listed(&held));
    if !referred.is_empty() {
        let total: u64 = referred.iter().map(|(_, count)| count).sum();
        let verb = if total == 1 { "is" } else { "are" };
        text.push_str(&format!(
            "; {} {verb} referred to, not included",
            listed(&referred)
        ));
    }
    text
}

/// `MASKING_JOB` as `masking job`. Names that no engine uses stay as they are.
fn noun(type_name: &str) -> String {
    if type_by_name(type_name).is_some() || type_name == "ALGORITHM" {
        type_name.to_lowercase().replace('_', " ")
    } else {
        format!("object of type {type_name}")
    }
}

fn listed(counts: &[(String, u64)]) -> String {
    let mut parts: Vec<String> = counts
        .iter()
        .take(NAMED)
        .map(|(noun, count)| {
            // `settings`, `lookups`, `1 object of type 77`.
            if noun.ends_with('s') || noun.contains("of type") {
                format!("{count} {noun}")
            } else {
                counted(*count, noun)
            }
        })
        .collect();
    let more: u64 = counts.iter().skip(NAMED).map(|(_, count)| count).sum();
    if more > 0 {
        parts.push(counted(more, "other object"));
    }
    match parts.as_slice() {
        [] => "no object that can be read".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The secrets that aren't encrypted. `no secrets` only if everything could be read.
pub(crate) fn in_clear(report: &DocumentReport) -> String {
    let mut parts: Vec<String> = report
        .secrets()
        .iter()
        .map(|(kind, count)| secrets(*kind, *count))
        .collect();
    match report.secrets_unknown() {
        Some(SecretsUnknown::Objects(1)) => {
            parts.push("unknown: 1 object holds data that this version can't read".to_owned());
        }
        Some(SecretsUnknown::Objects(count)) => {
            parts.push(format!(
                "unknown: {count} objects hold data that this version can't read"
            ));
        }
        Some(SecretsUnknown::Incomplete) => parts.push("unknown: part of the blob can't be read".to_owned()),
        Some(SecretsUnknown::NotOpened) => parts.push("unknown: the objects are encrypted".to_owned()),
        Some(SecretsUnknown::Encrypted) => {
            parts.push("unknown: the objects are encrypted by an unknown scheme".to_owned());
        }
        None if parts.is_empty() => parts.push("no secrets".to_owned()),
        None => {}
    }
    parts.join(", ")
}

/// `1 global key`, `25 algorithm keys`.
pub(crate) fn secrets(kind: SecretKind, count: u64) -> String {
    let noun = kind.as_str().trim_end_matches('s').replace('-', " ");
    counted(count, &noun)
}

/// How the objects are encrypted.
pub(crate) fn encryption(report: &DocumentReport) -> String {
    match &report.encryption {
        Encryption::Clear => "none".to_owned(),
        Encryption::Passphrase { scheme, opened: true } => format!("passphrase ({scheme}), opened"),
        Encryption::Passphrase {
            scheme,
            opened: false,
        } => format!("passphrase ({scheme}), not opened"),
        Encryption::Unknown => "an unknown scheme".to_owned(),
    }
}

/// `21 of 21 recomputed and matching`.
pub(crate) fn hashes(report: &DocumentReport) -> String {
    let tally = report.hash_tally();
    match tally.compared {
        0 => "none to compare".to_owned(),
        _ => format!("{} of {} recomputed and matching", tally.matching, tally.objects),
    }
}

/// The verdict on the signature as a word, and what it means.
pub(crate) fn verdict(report: &DocumentReport) -> (&'static str, &'static str) {
    let signature = &report.signature;
    match (signature.verdict, signature.trust) {
        (Verdict::Valid, Trust::Trusted) => ("valid", "intact; signed with a trusted key"),
        (Verdict::Valid, _) => ("valid", "intact; origin unknown"),
        (Verdict::Invalid, _) => ("invalid", ""),
        (Verdict::Undetermined, _) if report.blob.complete => {
            ("undetermined", "no known signing rule verifies")
        }
        (Verdict::Undetermined, _) => ("undetermined", "a limit stopped the reading"),
    }
}
