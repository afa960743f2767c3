//! Compares the envelopes: host, time, key; on request also the bytes of the files.
//!
//! Invariant: these values aren't content. Two exports from one engine, seconds apart, differ in most of them.

use crate::object::SyncObject;
use crate::report::{DocumentReport, Encryption, ListedObject};

use super::bytes::common_prefix;
use super::matching::Matches;
use super::{ObjectRef, Side, Status};

/// The most bytes of a shown value.
const SHOWN: usize = 1_000;
/// The most objects listed as written differently.
const NAMED: usize = 20;

/// A difference of the envelopes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnvelopeChange {
    /// The stable name of the value.
    pub field: &'static str,
    /// The old value.
    pub old: Option<String>,
    /// The new value.
    pub new: Option<String>,
}

impl EnvelopeChange {
    #[doc(hidden)]
    /// Whether the difference matters to a reader: the origin, the signature's verdict, or the encryption. The other
    /// values differ between any two exports.
    pub fn is_actionable(&self) -> bool {
        matches!(self.field, "host" | "verdict" | "encryption")
    }
}

/// The comparison of two files' bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ByteComparison {
    /// The lengths of the files.
    pub lengths: (u64, u64),
    /// The offset of the first differing byte, or of the first byte that only the longer file has; `None` if the files are
    /// equal.
    pub first_difference: Option<u64>,
    /// Objects of equal content that are written differently.
    pub rewritten: Vec<ObjectRef>,
    /// The number of further ones.
    pub more_rewritten: u64,
    /// Whether the order of the common objects differs.
    pub reordered: bool,
}

pub(super) fn compare(old: &DocumentReport, new: &DocumentReport) -> Vec<EnvelopeChange> {
    let (old, new) = (facts(old), facts(new));
    old.into_iter()
        .zip(new)
        .filter(|((_, old), (_, new))| old != new)
        .map(|((field, old), (_, new))| EnvelopeChange {
            field,
            old: old.map(cut),
            new: new.map(cut),
        })
        .collect()
}

/// Returns the facts of an envelope in a fixed order, so that two can be compared.
pub(super) fn facts(report: &DocumentReport) -> Vec<(&'static str, Option<String>)> {
    let envelope = &report.envelope;
    let header = report.header.as_ref();
    let signature = &report.signature;
    let key = signature.key.as_ref();
    // A missing document has no envelope.
    let said = |text: String| (!report.is_nothing()).then_some(text);
    vec![
        ("host", envelope.host.clone()),
        ("date", envelope.date_text.clone()),
        ("export_id", header.map(|h| h.export_id.clone())),
        ("started", header.map(|h| h.started_text.clone())),
        ("format", header.and_then(|h| h.format).map(|n| n.to_string())),
        ("object_count", header.map(|h| h.object_count.to_string())),
        ("requested", list(&envelope.requested)),
        (
            "listed_objects",
            envelope
                .exported_listed
                .then(|| envelope.exported.len().to_string()),
        ),
        ("encryption", said(encryption(&report.encryption))),
        ("verdict", said(signature.verdict.as_str().to_owned())),
        ("rule", signature.rule.clone()),
        ("key_bits", key.map(|key| key.bits.to_string())),
        (
            "key_parameters",
            key.and_then(|key| key.parameter_set).map(str::to_owned),
        ),
        ("key_fingerprint", key.map(|key| key.fingerprint.to_string())),
        (
            "signature",
            signature.r_and_s.as_ref().map(|(r, s)| format!("r {r}, s {s}")),
        ),
    ]
}

fn cut(mut text: String) -> String {
    let end = text.floor_char_boundary(SHOWN);
    if end < text.len() {
        let left = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("… and {left} bytes more"));
    }
    text
}

fn list(rows: &[ListedObject]) -> Option<String> {
    let texts: Vec<String> = rows
        .iter()
        .map(|row| {
            let identifier = row.identifier.as_ref().map(ToString::to_string);
            format!(
                "{} {}",
                row.type_name.as_deref().unwrap_or("?"),
                identifier.as_deref().unwrap_or("?")
            )
        })
        .collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn encryption(encryption: &Encryption) -> String {
    match encryption {
        Encryption::Clear => "none".to_owned(),
        Encryption::Passphrase { scheme, .. } => scheme.clone(),
        Encryption::Unknown => "unknown".to_owned(),
    }
}

/// Compares the bytes.
pub(super) fn bytes(
    old: &Side<'_>,
    new: &Side<'_>,
    matches: &Matches,
    statuses: &[Status],
) -> ByteComparison {
    let (old_bytes, new_bytes) = (old.bytes.unwrap_or_default(), new.bytes.unwrap_or_default());
    let common = common_prefix(old_bytes, new_bytes);
    let differs = common < old_bytes.len() || common < new_bytes.len();
    let mut comparison = ByteComparison {
        lengths: (old_bytes.len() as u64, new_bytes.len() as u64),
        first_difference: differs.then_some(common as u64),
        rewritten: Vec::new(),
        more_rewritten: 0,
        reordered: !matches.of_old.iter().flatten().is_sorted(),
    };
    for (id, partner) in matches.of_old.iter().enumerate() {
        if let Some(partner) = *partner
            && statuses[id] == Status::Unchanged
            && old.objects.get(id).map(SyncObject::as_bytes)
                != new.objects.get(partner).map(SyncObject::as_bytes)
        {
            if comparison.rewritten.len() < NAMED {
                comparison.rewritten.push(ObjectRef::of(&old.report.objects[id]));
            } else {
                comparison.more_rewritten += 1;
            }
        }
    }
    comparison
}
