//! Reads a blob's records in order and collects the results.
//!
//! Invariant: a record counts only after its end was read. Of a truncated record, only the partial content is reported.
//! Holding a record in memory or streaming it gives the same result.

use std::io::BufRead;

use crate::blob::{
    BlobError, BlobErrorKind, Header, ObjectRecord, OddField, ParsedRecord, RawRecord, RecordError,
    RecordHead, RecordKind, RecordReader,
};
use crate::finding;
use crate::object::data::DataWanted;
use crate::object::{ObjectError, ObjectParts, SyncObject};
use crate::passphrase::{self, Passphrase};
use crate::possible_key;
use crate::wire::Cursor;

use super::collect::Findings;
use super::digests::{Covered, Hashing};
use super::header::HeaderPart;
use super::objects::{ObjectFold, ReadObject, of_oddity};
use super::options::{Contents, ExamineOptions};
use super::signature::SignatureFold;
use super::{BlobReport, Encryption, PartialRecord, partial};

/// Bytes that a header record may have. Real ones have about a hundred.
const MAX_HEADER: u64 = 1 << 20;

/// A record as it is read.
type Outline = ParsedRecord<Result<ReadObject, ObjectError>>;

/// Takes the records of one blob.
pub(super) struct BlobFold<'o> {
    options: &'o ExamineOptions,
    findings: Findings,
    blob: BlobReport,
    header: HeaderPart,
    objects: ObjectFold,
    signature: SignatureFold<'o>,
    counts: RecordCounts,
    opened_by: Option<Passphrase>,
    contents: Option<Contents>,
    /// Whether the last record ended where the blob ended.
    ended: bool,
}

/// The number of records of each kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RecordCounts {
    /// Object records, decrypted ones included.
    pub(super) objects: u64,
    /// Encrypted records.
    pub(super) sealed: u64,
    /// Object records in clear, even if the header announces an encryption.
    pub(super) clear: u64,
}

/// A blob after its last record.
pub(super) struct ReadBlob<'o> {
    pub(super) findings: Findings,
    pub(super) blob: BlobReport,
    pub(super) header: HeaderPart,
    pub(super) objects: ObjectFold,
    pub(super) signature: SignatureFold<'o>,
    pub(super) counts: RecordCounts,
    /// The passphrase that opened the document.
    pub(super) opened_by: Option<Passphrase>,
    /// The contents of the records, if they are kept.
    pub(super) contents: Contents,
}

impl<'o> BlobFold<'o> {
    /// A fold before the first record.
    pub(super) fn new(options: &'o ExamineOptions, keep_contents: bool) -> Self {
        Self {
            options,
            findings: Findings::new(options.listed_findings),
            blob: BlobReport::default(),
            header: HeaderPart::default(),
            objects: ObjectFold::new(DataWanted {
                secret_bytes: options.secret_bytes,
                texts: options.texts,
            }),
            signature: SignatureFold::new(options),
            counts: RecordCounts::default(),
            opened_by: None,
            contents: keep_contents.then(Contents::default),
            ended: false,
        }
    }

    /// Reads all records, to the end of the source or to the first one that is broken.
    pub(super) fn read<R: BufRead>(&mut self, source: R) {
        let mut reader = RecordReader::new(source, self.options.limits);
        loop {
            match self.next_record(&mut reader) {
                Ok(true) => {}
                Ok(false) => {
                    self.ended = true;
                    break;
                }
                Err(error) => {
                    self.break_off(&error, reader.partial());
                    break;
                }
            }
        }
    }

    /// Ends the fold. `text_broken` says whether the blob's base64 text is broken; `None` if there is no blob.
    pub(super) fn finish(mut self, text_broken: Option<bool>) -> ReadBlob<'o> {
        match text_broken {
            Some(true) => self.signature.broken(),
            Some(false) => self.blob.complete = self.ended,
            None => {}
        }
        let contents = self.contents.map(|contents| Contents {
            header_fields: std::mem::take(&mut self.header.unknown_fields),
            ..contents
        });
        ReadBlob {
            findings: self.findings,
            blob: self.blob,
            header: self.header,
            objects: self.objects,
            signature: self.signature,
            counts: self.counts,
            opened_by: self.opened_by,
            contents: contents.unwrap_or_default(),
        }
    }

    fn next_record<R: BufRead>(&mut self, reader: &mut RecordReader<R>) -> Result<bool, BlobError> {
        let Some(head) = reader.begin()? else {
            return Ok(false);
        };
        if head.index == 0 && head.length() > MAX_HEADER {
            reader.end(&head)?;
            let (length, limit) = (head.length(), MAX_HEADER);
            self.seen(&head);
            self.header_unreadable(&RecordError::HeaderTooLarge { length, limit });
        } else if head.index == 0 {
            self.header_record(&reader.hold(&head)?);
        } else if head.length() <= self.options.limits.held_bytes || self.contents.is_some() {
            self.held_record(&reader.hold(&head)?);
        } else {
            let mut body = Hashing::new(reader.body(), self.signature.ahead(&head));
            let outline = self.outline(&mut body, &head);
            // The signature covers skipped bytes, too.
            let _ = std::io::copy(&mut body, &mut std::io::sink());
            let digests = body.digests;
            reader.end(&head)?;
            self.record(&head, outline, Covered::Hashed(digests));
        }
        Ok(true)
    }

    fn header_record(&mut self, raw: &RawRecord<'_>) {
        let head = raw.head();
        self.seen(&head);
        match Header::parse(raw.message) {
            Ok(header) => {
                self.signature.header(Some(&header));
                self.header = HeaderPart::read(header, raw.message, &head, &mut self.findings);
                if self.header.declares_own_rule() {
                    self.objects.own_document();
                }
            }
            Err(error) => {
                self.header_unreadable(&error);
                self.header.possible_keys = possible_key::in_bytes(raw.message);
            }
        }
        self.note_odd_fields("header", &Header::odd_fields(raw.message), &head);
        self.signature.covered(Covered::Held(head, raw.message));
    }

    fn header_unreadable(&mut self, error: &RecordError) {
        self.signature.header(None);
        self.signature.broken();
        HeaderPart::unreadable(error, &mut self.findings);
    }

    fn held_record(&mut self, raw: &RawRecord<'_>) {
        let head = raw.head();
        let outline = self.outline(raw.message, &head);
        let object = object_in(&outline, raw.message);
        self.record(&head, outline, Covered::Held(head, raw.message));
        if let Some(object) = object {
            self.keep(raw.message, object);
        }
    }

    /// Reads a record without drawing conclusions, because it may turn out to be truncated.
    fn outline<S: BufRead>(&self, message: S, head: &RecordHead) -> Result<Outline, RecordError> {
        let wanted = self.objects.wanted(self.options.limits.held_bytes);
        let keep_ciphertext =
            self.counts.sealed == 0 && self.header.params.is_some() && !self.options.passphrases.is_empty();
        let mut cursor = Cursor::new(message);
        ParsedRecord::read(&mut cursor.message(head.length()), keep_ciphertext, |object| {
            let read = ObjectParts::read(object, Some(wanted));
            read.map(|(parts, facts)| ReadObject { parts, facts })
        })
    }

    fn record(&mut self, head: &RecordHead, outline: Result<Outline, RecordError>, covered: Covered<'_>) {
        self.seen(head);
        let (export_id, kind) = match outline {
            Ok(outline) => {
                self.note_odd_fields("record", &outline.odd_fields, head);
                (outline.export_id, outline.kind)
            }
            Err(error) => {
                self.signature.covered(covered);
                self.signature.broken();
                self.findings.in_blob(&finding::RECORD_UNKNOWN, head.offset, || {
                    format!("record {}: {error}", head.index)
                });
                return;
            }
        };
        self.same_export(head, export_id.as_deref());
        match kind {
            RecordKind::Object { .. } => {
                self.signature.covered(covered);
                self.counts.clear += 1;
                self.object(head, kind);
            }
            RecordKind::Sealed { ciphertext, .. } => {
                self.signature.covered(covered);
                self.counts.sealed += 1;
                if self.counts.sealed == 1 {
                    self.open(head, ciphertext.as_deref());
                } else {
                    // Decrypting each record would let a document cause one key derivation per record.
                    self.signature.broken();
                    self.findings.in_blob(&finding::RECORD_UNKNOWN, head.offset, || {
                        format!("record {}: another encrypted record", head.index)
                    });
                }
            }
            RecordKind::Trailer(trailer) => self.signature.trailer(head.offset, trailer, &mut self.findings),
        }
    }

    fn object(&mut self, head: &RecordHead, record: RecordKind<Result<ReadObject, ObjectError>>) {
        let RecordKind::Object {
            object,
            at,
            unknown_fields,
            possible_keys,
        } = record
        else {
            return;
        };
        for number in unknown_fields {
            self.findings.in_blob(&finding::UNKNOWN_FIELD, head.offset, || {
                format!("object record: field {number}")
            });
        }
        self.counts.objects += 1;
        let object = object.map(|mut read| {
            read.facts.possible_keys += possible_keys;
            read
        });
        if !self.objects.add(head, at.offset, object, &mut self.findings) {
            self.signature.broken();
        }
    }

    /// Decrypts a sealed record with the first passphrase that opens it. Offsets in it count from the beginning of the
    /// decrypted records.
    fn open(&mut self, head: &RecordHead, ciphertext: Option<&[u8]>) {
        let options = self.options;
        let (Some(ciphertext), Some(params), Some(header)) =
            (ciphertext, &self.header.params, &self.header.report)
        else {
            return;
        };
        let mut failure = None;
        let opened = options.passphrases.iter().find_map(|passphrase| {
            match passphrase::decrypt(ciphertext, passphrase, params, &header.export_id) {
                Ok(records) => Some((passphrase, records)),
                Err(error) => {
                    failure = Some(error);
                    None
                }
            }
        });
        let Some((passphrase, records)) = opened else {
            if let Some(error) = failure {
                self.findings
                    .in_blob(&finding::PASSPHRASE_WRONG, head.offset, || error.to_string());
            }
            return;
        };
        self.opened_by = Some(passphrase.clone());
        if let Encryption::Passphrase { opened, .. } = &mut self.header.encryption {
            *opened = true;
        }
        let mut reader = RecordReader::new(&records[..], options.limits);
        // Decryption succeeds only if these are object records.
        while let Ok(Some(raw)) = reader.next_record() {
            let head = raw.head();
            let outline = self.outline(raw.message, &head);
            let whole = object_in(&outline, raw.message);
            if let Ok(outline) = outline {
                self.note_odd_fields("record", &outline.odd_fields, &head);
                self.object(&head, outline.kind);
            }
            if let Some(whole) = whole {
                self.keep(raw.message, whole);
            }
        }
    }

    /// Keeps an object and the unknown fields of its record, if contents are kept.
    fn keep(&mut self, record: &[u8], object: &[u8]) {
        if let (Some(contents), Ok(object)) = (&mut self.contents, SyncObject::from_bytes(object.to_vec())) {
            let beside = ObjectRecord::unknown_bytes(record);
            if !beside.is_empty() {
                contents.record_fields.insert(object.key().clone(), beside);
            }
            contents.objects.push(object);
        }
    }

    fn same_export(&mut self, head: &RecordHead, export_id: Option<&str>) {
        let Some(header) = &self.header.report else {
            return;
        };
        if export_id != Some(header.export_id.as_str()) {
            self.signature.broken();
            self.findings
                .in_blob(&finding::EXPORT_ID_MISMATCH, head.offset, || {
                    let carried = export_id.unwrap_or("no export id");
                    format!(
                        "record {} carries {carried}, the header {}",
                        head.index, header.export_id
                    )
                });
        }
    }

    /// Notes known fields that are repeated or have another wire type.
    fn note_odd_fields(&mut self, part: &str, fields: &[OddField], head: &RecordHead) {
        for field in fields {
            let offset = head.offset + 4 + field.offset;
            let (rule, what) = of_oddity(field.kind);
            self.findings
                .in_blob(rule, offset, || format!("{part}: field {} {what}", field.number));
        }
    }

    /// Adds the finding about an early end of the blob. `rest` is the available part of the broken record, without its
    /// length prefix.
    fn break_off(&mut self, error: &BlobError, rest: &[u8]) {
        let rule = if error.kind.is_limit() {
            self.signature.limited();
            &finding::LIMIT_HIT
        } else {
            self.signature.broken();
            &finding::FRAMING_BROKEN
        };
        self.findings.in_blob(rule, error.offset, || error.to_string());
        if let BlobErrorKind::PastEnd { claimed, have } = error.kind {
            let part = partial::readable_part(rest);
            self.blob.partial = Some(PartialRecord {
                index: error.index,
                offset: error.offset,
                claimed,
                have,
                key: part.key,
                dependencies: part.dependencies,
                cut_key: part.cut_key,
            });
        }
    }

    fn seen(&mut self, head: &RecordHead) {
        self.blob.records += 1;
        self.blob.bytes = head.offset + 4 + head.length();
    }
}

/// The object message in a held record, if it is readable.
fn object_in<'m>(outline: &Result<Outline, RecordError>, message: &'m [u8]) -> Option<&'m [u8]> {
    match &outline.as_ref().ok()?.kind {
        RecordKind::Object {
            object: Ok(_), at, ..
        } => Some(at.of(message)),
        _ => None,
    }
}
