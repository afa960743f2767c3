//! Reuses the content of a document in a new one.
//!
//! Invariant: nothing is lost silently. A document with unreadable objects is never reused; one with a broken signature or a
//! contradicting list only if the caller allows it. Format, host, type names, unknown fields and the marker carry over.
//! Export id and times are new, and the old signature is dropped.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::json;
use serde_json::value::RawValue;

use crate::build::{ExportFacts, Extras, type_name};
use crate::finding::{self, Finding, FindingRule, Severity};
use crate::object::{OBJECT_TYPES, ObjectKey, TypeNumber};
use crate::report::{Contents, DocumentReport, Encryption, NamedBy, Verdict};

/// The warning about every document that this toolkit makes, signed or not.
pub const ENGINES_REFUSE: &str = "an engine will probably refuse this document: engines verify signatures by a rule of their own, which isn't public";

/// The format of a document that states none.
pub const OLDEST_FORMAT: u64 = crate::blob::OLDEST_KNOWN_FORMAT;

/// Why a document can't be reused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReuseError {
    /// Part of it is unreadable.
    #[error("not all of it can be read: {0}")]
    Unreadable(String),
    /// Its objects are encrypted, and no passphrase was given.
    #[error("its objects are encrypted")]
    Encrypted,
    /// Its objects are encrypted by an unknown scheme.
    #[error("its objects are encrypted by a scheme that isn't recognised")]
    UnknownEncryption,
    /// The passphrase doesn't decrypt it.
    #[error("wrong passphrase, or the encrypted records were changed")]
    WrongPassphrase,
    /// Its signature is invalid or a finding is an error, and the caller doesn't allow that.
    #[error("it is not sound: {0}")]
    Unsound(String),
    /// A type number that means another type in documents of this toolkit.
    #[error("its type number {number} means {provisional} in documents that this toolkit seals")]
    TypeNumberTaken {
        /// The number.
        number: u64,
        /// The type it would become.
        provisional: &'static str,
    },
}

/// Checks that a document can be reused.
///
/// # Errors
/// Unreadable objects; without `allow_invalid` also faults.
pub fn usable(report: &DocumentReport, allow_invalid: bool) -> Result<(), ReuseError> {
    readable(report)?;
    type_numbers_free(report)?;
    match faults(report).into_iter().next() {
        Some(first) if !allow_invalid => Err(ReuseError::Unsound(first)),
        _ => Ok(()),
    }
}

/// The doubts about a document, including allowed faults.
pub fn doubts(report: &DocumentReport) -> Vec<String> {
    let mut doubts = faults(report);
    if report.signature.verdict == Verdict::Undetermined {
        doubts.push(
            "its signature is undetermined: no known signing rule verifies, so changes can't be excluded"
                .to_owned(),
        );
    }
    doubts.extend(has(report, &finding::UNSIGNED).map(text));
    doubts.extend(has(report, &finding::REDACTED).map(text));
    doubts
}

/// The faults of a document.
fn faults(report: &DocumentReport) -> Vec<String> {
    // An unsigned document isn't at fault: it can be sealed later.
    let unsigned = has(report, &finding::UNSIGNED).is_some();
    let errors = report
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Error && found.rule != &finding::UNSIGNED);
    let mut faults: Vec<String> = errors.map(text).collect();
    if report.signature.verdict == Verdict::Invalid && faults.is_empty() && !unsigned {
        faults.push("its signature is invalid".to_owned());
    }
    faults
}

/// Checks that all objects of a document were read.
///
/// # Errors
/// Encrypted or damaged objects, or objects beyond a limit.
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
    if let Some(found) = report.findings.iter().find(|found| found.rule.hides_objects) {
        return Err(ReuseError::Unreadable(text(found)));
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

fn text(found: &Finding) -> String {
    format!("{}: {}", found.id(), found.message)
}

/// Refuses the project's provisional type numbers in other documents, where they mean something else.
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

/// The identity of a new document. The caller supplies time and randomness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// A new UUID text.
    pub export_id: String,
    /// The start of the work.
    pub started: Timestamp,
    /// The end of the work.
    pub finished: Timestamp,
}

/// Returns the facts of the new document: stamp and requested list are new, the rest carries over.
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

/// Returns the marker and the unknown fields of a document.
pub fn extras(report: &DocumentReport, contents: &Contents) -> Extras {
    Extras {
        marker: report.header.as_ref().and_then(|header| header.marker.clone()),
        header_fields: contents.header_fields.clone(),
        record_fields: contents.record_fields.clone(),
    }
}

/// The document's own names of type numbers outside the tables.
pub fn type_names(report: &DocumentReport) -> BTreeMap<u64, String> {
    report
        .objects
        .iter()
        .filter(|object| object.named_by != NamedBy::Number)
        .map(|object| (object.key.type_number, object.type_name.clone()))
        .collect()
}

/// Returns a row of `requestedObjectList`, as a client would write it.
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

/// The roots of a document: the requested objects, else those that nothing depends on. They reach every object except
/// orphans and circles.
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

/// The requested objects, each once. Clients write numbers as text, and may omit the identifier of a type's only object.
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
