//! Builds export documents from objects.
//!
//! Invariant: a built document reads back without findings: records in the engines' breadth-first order, header count,
//! metadata with recomputed hashes, and a signature by the declared rule, or none. The caller supplies time and randomness,
//! so equal input gives equal bytes.

mod stream;

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use sha1::{Digest, Sha1};

use crate::blob::BlobErrorKind;
use crate::date::format_java_date;
use crate::envelope::ListEntry;
use crate::graph::Graph;
use crate::object::{Named, ObjectError, ObjectKey, SyncObject, type_of};

pub use crate::object::type_name;
use crate::passphrase::{EncryptionParams, Passphrase};
use crate::revision_hash;
use crate::signature::{SignError, SigningKey, SigningRule};

/// Why a document can't be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Two objects have one key.
    #[error("{0} occurs twice")]
    DuplicateObject(Named),
    /// A requested object isn't among the objects.
    #[error("{0} is missing")]
    MissingRoot(Named),
    /// A dependency isn't among the objects.
    #[error("{object} depends on {dependency}, which is missing")]
    MissingDependency {
        /// The dependent object.
        object: Box<Named>,
        /// The dependency.
        dependency: Box<Named>,
    },
    /// A record is too long for its length prefix.
    #[error(transparent)]
    Record(#[from] BlobErrorKind),
    /// The rule doesn't accept keys of this size.
    #[error("signing rule {rule} does not accept {bits}-bit keys")]
    RuleForKey {
        /// The rule.
        rule: &'static str,
        /// The key's size.
        bits: u32,
    },
    /// An object can't be parsed under its new key.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The key can't sign.
    #[error(transparent)]
    Signing(#[from] SignError),
    /// The JSON can't be written.
    #[error("writing the JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The writer fails.
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

/// Returns the closure of `roots` in the engines' record order: breadth-first over the dependency lists, the first visit
/// wins.
///
/// # Errors
/// Missing roots or dependencies, or two objects with one key.
pub fn in_record_order(
    objects: Vec<SyncObject<'static>>,
    roots: &[ObjectKey],
) -> Result<Vec<SyncObject<'static>>, BuildError> {
    let graph = Graph::of(&objects);
    for (id, node) in graph.nodes().iter().enumerate() {
        if graph.find(&node.key) != Some(id) {
            return Err(BuildError::DuplicateObject(Named::of(&objects[id])));
        }
    }
    let ids = roots
        .iter()
        .map(|root| {
            graph
                .find(root)
                .ok_or_else(|| BuildError::MissingRoot(Named::by_key(root.clone(), &BTreeMap::new())))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let order = graph.breadth_first(ids);
    for &id in &order {
        let node = &graph.nodes()[id];
        if let Some(dependency) = node.missing.first() {
            return Err(BuildError::MissingDependency {
                object: Box::new(Named::of(&objects[id])),
                dependency: Box::new(Named::by_key(dependency.clone(), &BTreeMap::new())),
            });
        }
    }
    let mut objects: Vec<Option<SyncObject<'static>>> = objects.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|id| objects[id].take()).collect())
}

/// The facts of a document apart from its objects and the signing key.
#[derive(Debug, Clone)]
pub struct ExportFacts {
    /// `exportHost`.
    pub host: String,
    /// The UUID text in every record.
    pub export_id: String,
    /// The start of the export: the header's time.
    pub started: Timestamp,
    /// The end of the export: `exportDate`.
    pub finished: Timestamp,
    /// The format number; engines of 2019 wrote 1 and 2.
    pub format: u64,
    /// `requestedObjectList`, as the client sent it.
    pub requested: Vec<Box<RawValue>>,
    /// Names for type numbers outside the tables.
    pub type_names: BTreeMap<u64, String>,
    /// The passphrase that encrypts the object records.
    pub encryption: Option<(Passphrase, EncryptionParams)>,
    /// Whether the header declares the signing rule. Without it, readers try all rules they know.
    pub declare_rule: bool,
}

/// Content that engines don't need.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// The header's note of what was done to the content; see [`crate::blob::Header::marker`].
    pub marker: Option<String>,
    /// Encoded unknown fields of the header.
    pub header_fields: Vec<u8>,
    /// Encoded unknown fields of object records, by object.
    pub record_fields: BTreeMap<ObjectKey, Vec<u8>>,
}

/// Builds a sealed document from objects in record order; see [`in_record_order`].
///
/// # Errors
/// A key that the rule doesn't accept, or an object too long for a record.
pub fn seal(
    facts: &ExportFacts,
    objects: &[SyncObject<'_>],
    key: &SigningKey,
    rule: &'static SigningRule,
) -> Result<Vec<u8>, BuildError> {
    seal_with(facts, &Extras::default(), objects, key, rule)
}

/// Like [`seal`], with extras.
///
/// # Errors
/// As for [`seal`].
pub fn seal_with(
    facts: &ExportFacts,
    extras: &Extras,
    objects: &[SyncObject<'_>],
    key: &SigningKey,
    rule: &'static SigningRule,
) -> Result<Vec<u8>, BuildError> {
    let mut document = Vec::new();
    seal_to(&mut document, facts, extras, objects, key, rule)?;
    Ok(document)
}

/// Like [`seal_with`], but writes record by record.
///
/// # Errors
/// As for [`seal`], and errors of the writer. Part of the document may have been written.
pub fn seal_to(
    writer: impl Write,
    facts: &ExportFacts,
    extras: &Extras,
    objects: &[SyncObject<'_>],
    key: &SigningKey,
    rule: &'static SigningRule,
) -> Result<(), BuildError> {
    let public_key = key.public_key();
    if !rule.fits(&public_key.facts()) {
        return Err(BuildError::RuleForKey {
            rule: rule.name,
            bits: public_key.facts().bits,
        });
    }
    stream::write(writer, facts, extras, objects, Some((key, rule)))
}

/// Writes an unsigned document, to be sealed later: without signature, key, and the trailer, which would repeat the
/// signature. No reader takes it for a sealed one.
///
/// # Errors
/// An object too long for a record, and errors of the writer.
pub fn unsigned_to(
    writer: impl Write,
    facts: &ExportFacts,
    extras: &Extras,
    objects: &[SyncObject<'_>],
) -> Result<(), BuildError> {
    stream::write(writer, facts, extras, objects, None)
}

/// The metadata as engines write it; the requested list is the client's own words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetadataJson<'a> {
    export_host: &'a str,
    export_date: &'a str,
    requested_object_list: &'a [Box<RawValue>],
    exported_object_list: &'a [ListEntry],
}

/// The metadata with recomputed hashes.
fn metadata(facts: &ExportFacts, objects: &[SyncObject<'_>]) -> Result<Box<RawValue>, BuildError> {
    let hashes = revision_hash::of_all(&Graph::of(objects), revision_hash::DEFAULT_WORK);
    let mut rows: Vec<ListEntry> = objects
        .iter()
        .zip(hashes)
        .map(|(object, hash)| ListEntry {
            identifier: Some(object.key().identifier.clone()),
            object_type: Some(type_of(object, &facts.type_names)),
            revision_hash: hash,
            path: String::new(),
        })
        .collect();
    // Engines list a hash set: an order of its own, unrelated to the blob's. Any fixed shuffle will do.
    rows.sort_by_cached_key(|row| Sha1::digest(format!("{:?} {:?}", row.object_type, row.identifier)));
    Ok(serde_json::value::to_raw_value(&MetadataJson {
        export_host: &facts.host,
        export_date: &format_java_date(facts.finished),
        requested_object_list: &facts.requested,
        exported_object_list: &rows,
    })?)
}
