//! Examines a document, from memory or from a source: one reading for both.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use crate::blob::BlobLimits;
use crate::date::JavaDate;
use crate::envelope::{EncodedText, Envelope, EnvelopeError, EnvelopeText, ListEntry, StreamedDocument};
use crate::finding::{self, Finding, Place};
use crate::object::data::TextFilter;
use crate::object::{ObjectKey, SyncObject};
use crate::passphrase::Passphrase;
use crate::revision_hash;
use crate::signature::{DsaSignature, PartialKey, PublicKey};

use super::{DocumentFold, DocumentReport, Encryption, EnvelopeReport, ListedObject, SealFacts};

/// Bytes asked of a source at a time.
const SOURCE_BUFFER: usize = 256 * 1024;

/// What to look for and how far to go.
#[derive(Debug, Clone)]
pub struct ExamineOptions {
    /// Bounds on the blob.
    pub limits: BlobLimits,
    /// Bound on recomputing hashes, see [`revision_hash::DEFAULT_WORK`].
    pub hash_work: u64,
    /// Try this signing rule and no other.
    pub rule: Option<String>,
    /// SHA-256 fingerprints of trusted keys; empty when trust isn't asked about.
    pub trusted_keys: Vec<[u8; 32]>,
    /// Opens documents encrypted by this toolkit.
    pub passphrase: Option<Passphrase>,
    /// Keep secret values in the report, each cut at this many bytes.
    pub secret_bytes: Option<usize>,
    /// Keep the texts of these fields in the report.
    pub texts: Option<TextFilter>,
    /// What the caller found out about where the document comes from; the report repeats it.
    pub notes: Vec<Finding>,
    /// How many findings of one id are listed, 50 unless said otherwise; the rest is counted.
    pub listed_findings: u64,
}

impl Default for ExamineOptions {
    fn default() -> Self {
        Self {
            limits: BlobLimits::default(),
            hash_work: revision_hash::DEFAULT_WORK,
            rule: None,
            trusted_keys: Vec::new(),
            passphrase: None,
            secret_bytes: None,
            texts: None,
            notes: Vec::new(),
            listed_findings: super::collect::LISTED,
        }
    }
}

/// Reads a document and makes its report. Damage inside the document is a finding, as long as its JSON can be read.
///
/// # Errors
/// Input that isn't the JSON of an export document.
pub fn examine(input: &[u8], options: &ExamineOptions) -> Result<DocumentReport, EnvelopeError> {
    examine_bytes(input, options, Keep::Nothing).map(|examined| examined.report)
}

/// As [`examine`], and gives the objects too: the whole-document form for composing and importing.
///
/// # Errors
/// As [`examine`].
pub fn examine_with_objects(
    input: &[u8],
    options: &ExamineOptions,
) -> Result<(DocumentReport, Vec<SyncObject<'static>>), EnvelopeError> {
    examine_contents(input, options).map(|(report, contents)| (report, contents.objects))
}

/// As [`examine_with_objects`], with what the records hold beside the objects.
///
/// # Errors
/// As [`examine`].
pub fn examine_contents(
    input: &[u8],
    options: &ExamineOptions,
) -> Result<(DocumentReport, Contents), EnvelopeError> {
    examine_bytes(input, options, Keep::Objects).map(|examined| (examined.report, examined.contents))
}

/// As [`examine`], with what is to be kept.
///
/// # Errors
/// As [`examine`].
pub fn examine_bytes(input: &[u8], options: &ExamineOptions, keep: Keep) -> Result<Examined, EnvelopeError> {
    run(input, options, keep).map_err(|error| match error {
        SourceError::Envelope(error) => error,
        // Bytes in memory can't fail to be read.
        SourceError::Read(_) => EnvelopeError::Empty,
    })
}

/// As [`examine_bytes`], of a document that is read from a source: memory grows with the number of its objects, with the
/// metadata and with what is kept, not with the data of the objects. The report is the same.
///
/// # Errors
/// A source that fails, and as [`examine`].
pub fn examine_source(
    source: impl Read,
    options: &ExamineOptions,
    keep: Keep,
) -> Result<Examined, SourceError> {
    run(BufReader::with_capacity(SOURCE_BUFFER, source), options, keep)
}

/// Reads a document by `read`, and when it is encrypted, once more with each passphrase until one opens it. Gives the
/// one that was tried last.
///
/// # Errors
/// What `read` and `passphrases` give; the latter is asked for encrypted documents only.
pub fn examine_opening<E>(
    options: &ExamineOptions,
    mut read: impl FnMut(&ExamineOptions) -> Result<Examined, E>,
    passphrases: impl FnOnce() -> Result<Vec<Passphrase>, E>,
) -> Result<(Examined, Option<Passphrase>), E> {
    let mut examined = read(options)?;
    let mut tried = None;
    if let Encryption::Passphrase { .. } = examined.report.encryption {
        for given in passphrases()? {
            let options = ExamineOptions {
                passphrase: Some(given.clone()),
                ..options.clone()
            };
            examined = read(&options)?;
            tried = Some(given);
            if let Encryption::Passphrase { opened: true, .. } = examined.report.encryption {
                break;
            }
        }
    }
    Ok((examined, tried))
}

/// Why a source gives no report.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It fails.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// It isn't the JSON of an export document.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

/// What is kept beside the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Nothing,
    /// The text around the blob, for places in it.
    Surroundings,
    /// The contents, and the text around the blob.
    Objects,
}

/// A document that was read.
#[derive(Debug)]
pub struct Examined {
    /// What was found out.
    pub report: DocumentReport,
    /// What the records hold, if it was kept.
    pub contents: Contents,
    /// The text around the blob, if it was kept.
    pub around: EnvelopeText,
}

/// Everything in a document that goes into the next one when it is sealed anew.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// The objects in record order, as far as they could be read.
    pub objects: Vec<SyncObject<'static>>,
    /// The header's fields that this version doesn't know, as they stand.
    pub header_fields: Vec<u8>,
    /// The same of object records, by their object.
    pub record_fields: BTreeMap<ObjectKey, Vec<u8>>,
}

fn run<S: BufRead>(source: S, options: &ExamineOptions, keep: Keep) -> Result<Examined, SourceError> {
    let new_fold = || match keep {
        Keep::Objects => DocumentFold::new(options).keeping_objects(),
        Keep::Nothing | Keep::Surroundings => DocumentFold::new(options),
    };
    let document = StreamedDocument::read(source, |blob| {
        let mut fold = new_fold();
        fold.blob(blob);
        fold
    })?;
    let envelope = document.envelope()?;
    let mut findings = options.notes.clone();
    findings.extend(envelope.findings.iter().cloned());
    let mut report = envelope_report(&envelope, &mut findings);
    report.bytes = document.length();
    report.members = envelope.member_places();
    let seal = seal_facts(&envelope, &mut findings);
    let text = document.blob_text(&envelope);
    if let (Some(blob), Some(text)) = (envelope.blob(), text) {
        findings.extend(blob.findings(text));
    }
    let text_broken = text.map(|text| text.break_off.is_some());
    // What the report doesn't keep makes room for what judging needs.
    drop(envelope);
    let (blob, around) = document.into_parts();
    let around = match keep {
        Keep::Surroundings | Keep::Objects => around,
        Keep::Nothing => EnvelopeText::default(),
    };
    let mut fold = blob.filter(|_| text_broken.is_some()).unwrap_or_else(new_fold);
    match text_broken {
        Some(true) => fold.text_broken(),
        Some(false) if fold.ended() => fold.complete(),
        _ => {}
    }
    let (report, contents) = fold.finish_with_contents(report, seal, findings);
    Ok(Examined {
        report,
        contents,
        around,
    })
}

fn seal_facts(envelope: &Envelope<'_>, findings: &mut Vec<Finding>) -> SealFacts {
    let mut facts = SealFacts::default();
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
    facts.members_broken |= envelope.blob().is_none()
        || envelope.findings.iter().any(|finding| {
            finding.rule == &finding::DUPLICATE_KEY
                && finding
                    .at
                    .as_ref()
                    .and_then(|place| place.path.as_deref())
                    .is_some_and(is_sealed_member)
        });
    facts.signature = signature.as_deref().map(DsaSignature::from_der);
    facts.signature_bytes = signature;
    facts.key = key.as_deref().map(PublicKey::from_spki_der);
    if let (Some(Err(_)), Some(bytes)) = (&facts.key, &key) {
        facts.partial_key = Some(PartialKey::read(bytes));
    }
    facts
}

/// Readers disagree on which of two equal keys counts, so one of these named twice can't be vouched for.
fn is_sealed_member(path: &str) -> bool {
    matches!(path, "$.blob" | "$.signature" | "$.publicKey" | "$.public_key")
}

fn envelope_report(envelope: &Envelope<'_>, findings: &mut Vec<Finding>) -> EnvelopeReport {
    let Some(metadata) = envelope.metadata() else {
        return EnvelopeReport::default();
    };
    let date = metadata.export_date.as_deref().and_then(|text| {
        let (date, notes) = JavaDate::check(text, &Place::json("$.exportResponseMetadata.exportDate"));
        findings.extend(notes);
        date.ok()
    });
    let list =
        |entries: &Option<Vec<ListEntry>>| entries.iter().flatten().map(listed_object).collect::<Vec<_>>();
    EnvelopeReport {
        host: metadata.export_host.clone(),
        date_text: metadata.export_date.clone(),
        date,
        requested: list(&metadata.requested),
        exported: list(&metadata.exported),
        exported_listed: metadata.exported.is_some(),
        bytes: 0,
        members: Vec::new(),
    }
}

fn listed_object(entry: &ListEntry) -> ListedObject {
    ListedObject {
        type_name: entry.object_type.clone(),
        identifier: entry.identifier.clone(),
        hash: entry.revision_hash.clone(),
        path: entry.path.clone(),
    }
}
