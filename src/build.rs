//! Makes export documents: objects in, sealed document out.
//!
//! Invariant: whatever is built reads back clean: records in the engines' breadth-first order, header count, metadata
//! with recomputed hashes, and a signature under the declared rule. Nothing here asks for the time or for randomness;
//! the caller gives both, so that the same input gives the same bytes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use crate::blob::{BlobErrorKind, Header, ObjectRecord, Trailer, frame};
use crate::date::{format_java_date, iso_millis};
use crate::envelope::{EnvelopeError, MetadataRow, MetadataWriter, write_envelope};
use crate::graph::Graph;
use crate::object::{ObjectKey, SyncObject, by_number_in_own_document};
use crate::revision_hash;
use crate::signature::SigningKey;
use crate::signature::rules::SigningRule;

/// Why a document can't be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Two objects have one key.
    #[error("object {0} is there twice")]
    DuplicateObject(ObjectKey),
    /// A requested object isn't among the objects.
    #[error("object {0} is not there")]
    MissingRoot(ObjectKey),
    /// An object depends on one that isn't there.
    #[error("object {object} depends on {dependency}, which is not there")]
    MissingDependency {
        /// The dependent object.
        object: ObjectKey,
        /// What it needs.
        dependency: ObjectKey,
    },
    /// A record is too long for its length prefix.
    #[error(transparent)]
    Record(#[from] BlobErrorKind),
    /// The rule doesn't take keys of this size.
    #[error("signing rule {rule} does not take {bits}-bit keys")]
    RuleForKey {
        /// The rule.
        rule: &'static str,
        /// The key's size.
        bits: u32,
    },
    /// The key can't sign.
    #[error("signing failed: {0}")]
    Signing(String),
    /// The metadata can't be written.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

/// The closure of `roots` among `objects`, in the engines' record order: breadth-first over the dependency lists, the
/// first visit wins.
///
/// # Errors
/// Objects or dependencies that aren't there, or are there twice.
pub fn in_record_order(
    objects: Vec<SyncObject<'static>>,
    roots: &[ObjectKey],
) -> Result<Vec<SyncObject<'static>>, BuildError> {
    let graph = Graph::of(&objects);
    for (id, node) in graph.nodes().iter().enumerate() {
        if graph.find(&node.key) != Some(id) {
            return Err(BuildError::DuplicateObject(node.key.clone()));
        }
    }
    let ids = roots
        .iter()
        .map(|root| graph.find(root).ok_or_else(|| BuildError::MissingRoot(root.clone())))
        .collect::<Result<Vec<_>, _>>()?;
    let order = graph.breadth_first(ids);
    for &id in &order {
        let node = &graph.nodes()[id];
        if let Some(dependency) = node.missing.first() {
            let (object, dependency) = (node.key.clone(), dependency.clone());
            return Err(BuildError::MissingDependency { object, dependency });
        }
    }
    let mut objects: Vec<Option<SyncObject<'static>>> = objects.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|id| objects[id].take()).collect())
}

/// Everything that goes into a document beside key and objects.
#[derive(Debug, Clone)]
pub struct ExportFacts {
    /// `exportHost`.
    pub host: String,
    /// UUID text that every record repeats.
    pub export_id: String,
    /// When the export began: the header's time.
    pub started: Timestamp,
    /// When it ended: `exportDate`.
    pub finished: Timestamp,
    /// Format number; engines of 2019 wrote 1 and 2.
    pub format: u64,
    /// `requestedObjectList`, echoed as the client sent it.
    pub requested: Vec<Value>,
    /// Names for type numbers outside the tables.
    pub type_names: BTreeMap<u64, String>,
    /// Whether the header declares the signing rule. Without it, readers have to try the rules they know.
    pub declare_rule: bool,
}

/// Builds a sealed document from objects in the order given; see [`in_record_order`].
///
/// # Errors
/// A key that the rule doesn't take, or an object too long for a record.
pub fn seal(
    facts: &ExportFacts,
    objects: &[SyncObject<'_>],
    key: &SigningKey,
    rule: &'static SigningRule,
) -> Result<Vec<u8>, BuildError> {
    let public_key = key.public_key();
    if !rule.takes(public_key.facts()) {
        return Err(BuildError::RuleForKey { rule: rule.name, bits: public_key.facts().bits });
    }
    let header = Header {
        export_id: facts.export_id.clone(),
        started: iso_millis(facts.started),
        encryption: None,
        object_count: objects.len() as u64,
        format: Some(facts.format),
        rule: facts.declare_rule.then(|| rule.name.to_owned()),
        unknown_fields: Vec::new(),
    };
    let messages = std::iter::once(header.encode())
        .chain(objects.iter().map(|object| ObjectRecord::encode(&facts.export_id, object.as_bytes())));
    let (blob, signature) = sign_records(messages, &facts.export_id, key, rule)?;
    let metadata = metadata(facts, objects);
    Ok(write_envelope(
        &metadata,
        &STANDARD.encode(blob),
        &STANDARD.encode(signature),
        &STANDARD.encode(public_key.to_spki_der()),
        &[],
    )?)
}

/// Frames the records, signs them by the rule and closes them with the trailer.
fn sign_records(
    messages: impl Iterator<Item = Vec<u8>>,
    export_id: &str,
    key: &SigningKey,
    rule: &'static SigningRule,
) -> Result<(Vec<u8>, Vec<u8>), BuildError> {
    let mut digest = rule.start();
    let mut blob = Vec::new();
    for (index, message) in messages.enumerate() {
        let framed = frame(&message)?;
        let (prefix, body) = framed.split_at(4);
        digest.begin(index as u64, prefix.try_into().unwrap_or_default());
        digest.chunk(body);
        blob.extend_from_slice(&framed);
    }
    let signature = key
        .sign_prehash(&digest.finish(), rule)
        .map_err(|error| BuildError::Signing(error.to_string()))?
        .to_der();
    blob.extend_from_slice(&frame(&Trailer::encode(export_id, &signature))?);
    Ok((blob, signature))
}

/// The metadata with recomputed hashes.
fn metadata(facts: &ExportFacts, objects: &[SyncObject<'_>]) -> String {
    let graph = Graph::of(objects);
    let hashes = revision_hash::of_all(&graph, revision_hash::DEFAULT_WORK);
    let mut rows: Vec<MetadataRow> = objects
        .iter()
        .zip(hashes)
        .map(|(object, hash)| MetadataRow {
            identifier: object.key().identifier.to_json(),
            object_type: type_name(object.key().type_number, &facts.type_names),
            revision_hash: hash,
        })
        .collect();
    // Engines list a hash set: an order of its own, unrelated to the blob's. Any fixed shuffle will do.
    rows.sort_by_cached_key(|row| {
        <sha1::Sha1 as sha1::Digest>::digest(format!("{} {}", row.object_type, row.identifier))
    });
    MetadataWriter {
        export_host: &facts.host,
        export_date: &format_java_date(facts.finished),
        requested: &facts.requested,
        exported: &rows,
    }
    .to_json()
}

/// The name of a type number in documents of ours; the bare number where none is known.
pub fn type_name(number: u64, names: &BTreeMap<u64, String>) -> String {
    names
        .get(&number)
        .cloned()
        .or_else(|| by_number_in_own_document(number).map(|known| known.name.to_owned()))
        .unwrap_or_else(|| format!("TYPE_{number}"))
}
