//! From a document read to the next one sealed: what is taken over, and which documents may be taken at all.
//!
//! Invariant: nothing is lost unsaid. A document whose objects can't all be read is never composed from, whatever the
//! caller allows; a broken signature or a contradicting list only when it is allowed. Format, host, type names, unknown
//! fields and the marker are taken over; export id and times are the caller's, and the old signature goes no further.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::json;
use serde_json::value::RawValue;

use crate::build::{ExportFacts, Extras, type_name};
use crate::finding::{self, Finding, FindingRule, Severity};
use crate::object::{OBJECT_TYPES, ObjectKey, TypeNumber};
use crate::report::{Contents, DocumentReport, Encryption, NamedBy, Verdict};

/// How engines treat every document that this toolkit makes, signed or not.
pub const ENGINES_REFUSE: &str = "an engine will probably refuse this document: engines verify signatures by a rule of their own, which isn't public";

/// What an engine that names no format is taken to write.
pub const OLDEST_FORMAT: u64 = crate::blob::OLDEST_KNOWN_FORMAT;

/// Objects that these findings are about can't be read, so that composing would drop them silently.
const UNREADABLE: &[&FindingRule] = &[
    &finding::BASE64_BROKEN,
    &finding::FRAMING_BROKEN,
    &finding::HEADER_MISSING,
    &finding::LIMIT_HIT,
    &finding::OBJECT_UNREADABLE,
    &finding::RECORD_UNKNOWN,
    &finding::TRAILING_DATA,
];

/// Why nothing can be composed from a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReuseError {
    /// Part of it can't be read.
    #[error("not all of it can be read: {0}")]
    Unreadable(String),
    /// Its objects are encrypted and no passphrase opened them.
    #[error("its objects are encrypted")]
    Encrypted,
    /// By a scheme that this version can't open.
    #[error("its objects are encrypted by a scheme that isn't recognised")]
    UnknownEncryption,
    /// The passphrase doesn't open it.
    #[error("wrong passphrase, or the encrypted records were changed")]
    WrongPassphrase,
    /// The signature is invalid, or a finding is an error, and the caller allows neither.
    #[error("it is not sound: {0}")]
    Unsound(String),
    /// Sealed by this toolkit, the number would mean another type.
    #[error("its type number {number} means {provisional} in documents that this toolkit seals")]
    TypeNumberTaken {
        /// The number.
        number: u64,
        /// The type it would become.
        provisional: &'static str,
    },
}

impl ReuseError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "export again, or restore the document from another copy",
            Self::Encrypted => "give the passphrase with --passphrase-file",
            Self::UnknownEncryption => "ask whoever encrypted it for the document in clear",
            Self::WrongPassphrase => "check the passphrase",
            Self::Unsound(_) => {
                "'exportdoc inspect' shows more; --allow-invalid takes the document all the same"
            }
            Self::TypeNumberTaken { .. } => "such a document can only be passed on as it is",
        }
    }
}

/// Sees to it that a document may be composed from.
///
/// # Errors
/// Objects that can't be read; with `allow_invalid` nothing else.
pub fn usable(report: &DocumentReport, allow_invalid: bool) -> Result<(), ReuseError> {
    readable(report)?;
    type_numbers_free(report)?;
    match faults(report).into_iter().next() {
        Some(first) if !allow_invalid => Err(ReuseError::Unsound(first)),
        _ => Ok(()),
    }
}

/// What is doubtful about a document although it may be composed from, the faults that were allowed among it.
pub fn doubts(report: &DocumentReport) -> Vec<String> {
    let mut doubts = faults(report);
    if report.signature.verdict == Verdict::Undetermined {
        doubts.push(
            "its signature is undetermined: no known signing rule verifies, so changes can't be excluded"
                .to_owned(),
        );
    }
    doubts.extend(has(report, &finding::UNSIGNED).map(told));
    doubts.extend(has(report, &finding::REDACTED).map(told));
    doubts
}

/// Why a document isn't sound.
fn faults(report: &DocumentReport) -> Vec<String> {
    // Nothing is wrong with a document that waits for its seal.
    let unsigned = has(report, &finding::UNSIGNED).is_some();
    let errors = report
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Error && found.rule != &finding::UNSIGNED);
    let mut faults: Vec<String> = errors.map(told).collect();
    if report.signature.verdict == Verdict::Invalid && faults.is_empty() && !unsigned {
        faults.push("its signature is invalid".to_owned());
    }
    faults
}

/// Sees to it that all objects of a document could be read.
///
/// # Errors
/// Objects that are encrypted, damaged, or beyond a limit.
pub fn readable(report: &DocumentReport) -> Result<(), ReuseError> {
    match &report.encryption {
        _ if has(report, &finding::PASSPHRASE_WRONG).is_some() => return Err(ReuseError::WrongPassphrase),
        Encryption::Passphrase { opened: false, .. } => return Err(ReuseError::Encrypted),
        Encryption::Unknown => return Err(ReuseError::UnknownEncryption),
        Encryption::Clear if has(report, &finding::ENCRYPTION_UNKNOWN).is_some() => {
            return Err(ReuseError::UnknownEncryption);
        }
        Encryption::Clear | Encryption::Passphrase { .. } => {}
    }
    if let Some(found) = UNREADABLE.iter().find_map(|rule| has(report, rule)) {
        return Err(ReuseError::Unreadable(told(found)));
    }
    if !report.blob.complete || report.header.is_none() {
        return Err(ReuseError::Unreadable(
            "the blob is missing or breaks off".to_owned(),
        ));
    }
    Ok(())
}

fn has<'r>(report: &'r DocumentReport, rule: &FindingRule) -> Option<&'r Finding> {
    report.findings.iter().find(|found| found.rule == rule)
}

fn told(found: &Finding) -> String {
    format!("{}: {}", found.id(), found.message)
}

/// A number of this project's own in a document that it didn't seal means something else there.
fn type_numbers_free(report: &DocumentReport) -> Result<(), ReuseError> {
    let foreign = report.objects.iter().filter(|object| {
        matches!(
            object.named_by,
            NamedBy::Revision | NamedBy::Metadata | NamedBy::Number
        )
    });
    for object in foreign {
        let number = object.key.type_number;
        if let Some(taken) = OBJECT_TYPES
            .iter()
            .find(|known| known.number == TypeNumber::Provisional(number))
        {
            let provisional = taken.name;
            return Err(ReuseError::TypeNumberTaken { number, provisional });
        }
    }
    Ok(())
}

/// What makes a document this one and no other. The library knows neither clock nor chance, so the caller gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// UUID text, new for every document.
    pub export_id: String,
    /// When the work began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
}

/// The facts of the next document: stamp and requested list are new, the rest is the old one's.
pub fn facts(report: &DocumentReport, stamp: Stamp, requested: Vec<Box<RawValue>>) -> ExportFacts {
    ExportFacts {
        host: report.envelope.host.clone().unwrap_or_default(),
        export_id: stamp.export_id,
        started: stamp.started,
        finished: stamp.finished,
        format: report
            .header
            .as_ref()
            .and_then(|header| header.format)
            .unwrap_or(OLDEST_FORMAT),
        requested,
        type_names: type_names(report),
        encryption: None,
        declare_rule: true,
    }
}

/// Marker and unknown fields of the old document.
pub fn extras(report: &DocumentReport, contents: &Contents) -> Extras {
    Extras {
        marker: report.header.as_ref().and_then(|header| header.marker.clone()),
        header_fields: contents.header_fields.clone(),
        record_fields: contents.record_fields.clone(),
    }
}

/// The names of type numbers outside the tables, as the document gives them.
pub fn type_names(report: &DocumentReport) -> BTreeMap<u64, String> {
    report
        .objects
        .iter()
        .filter(|object| object.named_by != NamedBy::Number)
        .map(|object| (object.key.type_number, object.type_name.clone()))
        .collect()
}

/// A row of `requestedObjectList`, as a client would write it.
///
/// # Errors
/// None in practice: any identifier has a JSON form.
pub fn requested_row(
    key: &ObjectKey,
    names: &BTreeMap<u64, String>,
) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::value::to_raw_value(&json!({
        "objectIdentifier": key.identifier.to_json(),
        "objectType": type_name(key.type_number, names),
    }))
}

/// The objects the old document was made for: those its requested list names, or else those that nothing depends on.
/// Nothing in a document is out of their reach, unless it is an orphan or part of a circle.
pub fn roots(report: &DocumentReport) -> Vec<ObjectKey> {
    let named = requested_keys(report);
    if !named.is_empty() {
        return named;
    }
    let nodes = report.graph.nodes();
    let mut needed = vec![false; nodes.len()];
    for &id in nodes.iter().flat_map(|node| &node.dependencies) {
        needed[id] = true;
    }
    let free: Vec<_> = nodes.iter().zip(needed).filter(|(_, needed)| !needed).collect();
    free.into_iter().map(|(node, _)| node.key.clone()).collect()
}

/// The objects that the requested list names, each once. Clients write numbers as text, and leave the identifier of a
/// type's only object out.
fn requested_keys(report: &DocumentReport) -> Vec<ObjectKey> {
    let mut by_row: HashMap<(&str, String), &ObjectKey> = HashMap::new();
    let mut by_type: HashMap<&str, &ObjectKey> = HashMap::new();
    for object in &report.objects {
        let row = (object.type_name.as_str(), object.key.identifier.to_string());
        by_row.entry(row).or_insert(&object.key);
        by_type.entry(&object.type_name).or_insert(&object.key);
    }
    let mut keys: Vec<ObjectKey> = Vec::new();
    for row in &report.envelope.requested {
        let (Some(type_name), Some(identifier)) = (row.type_name.as_deref(), &row.identifier) else {
            continue;
        };
        let text = identifier.to_string();
        let key = match by_row.get(&(type_name, text.clone())) {
            None if text == "{}" => by_type.get(type_name),
            found => found,
        };
        if let Some(key) = key
            && !keys.contains(key)
        {
            keys.push((*key).clone());
        }
    }
    keys
}
