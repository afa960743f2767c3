//! Reads a document from memory or from a stream, and reports on it.

use std::io::{self, BufRead, BufReader, Read};

use crate::date::JavaDate;
use crate::envelope::{Envelope, EnvelopeError, EnvelopeText, ListEntry, StreamedDocument};
use crate::finding::{Finding, Place};
use crate::object::SyncObject;
use crate::passphrase::Passphrase;

use super::blob::BlobFold;
use super::conclude::conclude;
use super::seal::SealFacts;
use super::{Contents, DocumentReport, EnvelopeReport, ExamineOptions, ListedObject};

/// Bytes requested from a source per read.
const SOURCE_BUFFER: usize = 256 * 1024;

/// Reads documents and reports on them. Damage inside a document is a finding, as long as its JSON can be read.
///
/// Memory grows with the number of objects, the metadata and the kept parts, not with the data of the objects.
#[derive(Debug, Clone, Copy)]
pub struct Examiner<'o> {
    options: &'o ExamineOptions,
    keep: Keep,
}

/// The parts of the document that are kept beside the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Nothing,
    Text,
    Contents,
}

impl<'o> Examiner<'o> {
    /// An examiner that keeps nothing but the report.
    pub fn new(options: &'o ExamineOptions) -> Self {
        let keep = Keep::Nothing;
        Self { options, keep }
    }

    /// Keeps the text around the blob, to show places in it.
    #[must_use]
    pub(crate) fn keep_text(self) -> Self {
        let keep = Keep::Text;
        Self { keep, ..self }
    }

    /// Keeps the contents, and the text around the blob.
    #[must_use]
    pub fn keep_contents(self) -> Self {
        let keep = Keep::Contents;
        Self { keep, ..self }
    }

    /// Reads a document from a source.
    ///
    /// # Errors
    /// A source that fails, or input that is not the JSON of an export document.
    pub fn read(self, source: impl Read) -> Result<Examined, SourceError> {
        self.run(BufReader::with_capacity(SOURCE_BUFFER, source))
    }

    /// Reads a document in memory.
    ///
    /// # Errors
    /// Input that is not the JSON of an export document.
    pub fn read_bytes(self, document: &[u8]) -> Result<Examined, EnvelopeError> {
        self.run(document).map_err(|error| match error {
            SourceError::Envelope(error) => error,
            // Reading from memory cannot fail.
            SourceError::Read(_) => EnvelopeError::Empty,
        })
    }

    fn run<S: BufRead>(self, source: S) -> Result<Examined, SourceError> {
        let Self { options, keep } = self;
        let new_fold = || BlobFold::new(options, keep == Keep::Contents);
        let document = StreamedDocument::read(source, |blob| {
            let mut fold = new_fold();
            fold.read(blob);
            fold
        })?;
        let envelope = document.envelope()?;
        let mut findings = options.notes.clone();
        findings.extend(envelope.findings.iter().cloned());
        let mut report = envelope_report(&envelope, &mut findings);
        report.bytes = document.length();
        report.members = envelope.member_places();
        let seal = SealFacts::read(&envelope, &mut findings);
        let text = document.blob_text(&envelope);
        if let (Some(blob), Some(text)) = (envelope.blob(), text) {
            findings.extend(blob.findings(text));
        }
        let text_broken = text.map(|text| text.break_off.is_some());
        // Frees memory before the report is built.
        drop(envelope);
        let (blob, around) = document.into_parts();
        let around = if keep == Keep::Nothing {
            EnvelopeText::default()
        } else {
            around
        };
        let fold = blob.filter(|_| text_broken.is_some()).unwrap_or_else(new_fold);
        let blob = fold.finish(text_broken);
        let (report, contents, opened_by) = conclude(report, seal, blob, findings, options);
        Ok(Examined {
            report,
            contents,
            around,
            opened_by,
        })
    }
}

/// Why a source has no report.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The source fails.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// The input is not the JSON of an export document.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

/// A document that was read.
#[derive(Debug)]
pub struct Examined {
    /// The report.
    pub report: DocumentReport,
    /// The contents of the records. Empty unless they were kept.
    pub contents: Contents,
    /// The text around the blob. Empty unless it was kept.
    pub around: EnvelopeText,
    /// The passphrase that opened the document.
    pub opened_by: Option<Passphrase>,
}

impl Examined {
    /// The report and the contents.
    pub fn into_parts(self) -> (DocumentReport, Contents) {
        (self.report, self.contents)
    }

    /// The report and the objects.
    pub fn into_objects(self) -> (DocumentReport, Vec<SyncObject<'static>>) {
        (self.report, self.contents.objects)
    }
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
