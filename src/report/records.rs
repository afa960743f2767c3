//! Takes a blob's records: small ones held, large ones as they come.
//!
//! Invariant: nothing is concluded from a record before its end was seen, so one that breaks off leaves no trace but
//! that; and whether a record was held makes no difference to what is concluded.

use std::io::BufRead;

use crate::blob::{
    BlobError, Header, ParsedRecord, RawRecord, RecordError, RecordHead, RecordKind, RecordReader,
};
use crate::finding;
use crate::object::{ObjectError, ObjectParts};
use crate::possible_key;
use crate::wire::Cursor;

use super::DocumentFold;
use super::hashing::Hashing;
use super::objects::ReadObject;
use super::signature::Covered;

/// Bytes that a header record may have. Real ones have about a hundred.
const MAX_HEADER: u64 = 1 << 20;

/// What is read of a record while it comes by.
pub(super) type Outline = ParsedRecord<Result<ReadObject, ObjectError>>;

/// The object message in a record that is there whole, if it could be read.
pub(super) fn object_in<'m>(outline: &Result<Outline, RecordError>, message: &'m [u8]) -> Option<&'m [u8]> {
    match &outline.as_ref().ok()?.kind {
        RecordKind::Object {
            object: Ok(_), at, ..
        } => Some(at.of(message)),
        _ => None,
    }
}

impl DocumentFold<'_> {
    /// The next record of the blob, held whole.
    pub fn record(&mut self, raw: &RawRecord<'_>) {
        let head = raw.head();
        if head.index == 0 {
            let header = Header::parse(raw.message);
            self.header_keys = possible_key::in_bytes(raw.message);
            if self.objects.keeps()
                && header
                    .as_ref()
                    .is_ok_and(|header| !header.unknown_fields.is_empty())
            {
                self.header_fields = Header::unknown_bytes(raw.message);
            }
            self.header(&head, header);
            self.note_odd_fields("header", &Header::odd_fields(raw.message), &head);
            self.signature.covered(Covered::Held(head, raw.message));
            return;
        }
        let outline = self.outline(raw.message, &head);
        let object = object_in(&outline, raw.message);
        self.take(&head, outline, Covered::Held(head, raw.message));
        if let Some(object) = object {
            self.objects.keep_whole(raw.message, object);
        }
    }

    /// All records of a blob, from its first byte to where it ends or breaks off; then call
    /// [`DocumentFold::text_broken`] or [`DocumentFold::complete`] with what the source has to say. Gives the source
    /// back.
    pub fn blob<R: BufRead>(&mut self, source: R) -> R {
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
        reader.into_source()
    }

    fn next_record<R: BufRead>(&mut self, reader: &mut RecordReader<R>) -> Result<bool, BlobError> {
        let Some(head) = reader.begin()? else {
            return Ok(false);
        };
        if head.index == 0 && head.length() > MAX_HEADER {
            reader.end(&head)?;
            let (length, limit) = (head.length(), MAX_HEADER);
            self.header(&head, Err(RecordError::HeaderTooLarge { length, limit }));
        } else if head.index == 0 || head.length() <= self.options.limits.held_bytes || self.objects.keeps() {
            self.record(&reader.hold(&head)?);
        } else {
            let mut body = Hashing::new(reader.body(), self.signature.ahead(&head));
            let outline = self.outline(&mut body, &head);
            // What was skipped belongs to the signed bytes, too.
            let _ = std::io::copy(&mut body, &mut std::io::sink());
            let digests = body.digests;
            reader.end(&head)?;
            self.take(&head, outline, Covered::Hashed(digests));
        }
        Ok(true)
    }

    /// What a record is. Nothing is concluded from it yet: it may turn out to break off.
    pub(super) fn outline<S: BufRead>(&self, message: S, head: &RecordHead) -> Result<Outline, RecordError> {
        let wanted = self.objects.wanted(self.options.limits.held_bytes);
        let keep_ciphertext =
            self.sealed_records == 0 && self.params.is_some() && self.options.passphrase.is_some();
        let mut cursor = Cursor::new(message);
        ParsedRecord::read(&mut cursor.message(head.length()), keep_ciphertext, |object| {
            let read = ObjectParts::read(object, Some(wanted));
            read.map(|(parts, facts)| ReadObject { parts, facts })
        })
    }

    fn take(&mut self, head: &RecordHead, outline: Result<Outline, RecordError>, covered: Covered<'_>) {
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
            RecordKind::Object {
                object,
                at,
                unknown_fields,
                possible_keys,
            } => {
                self.signature.covered(covered);
                self.clear_records += 1;
                self.object_record(head, object, at.offset, (&unknown_fields, possible_keys));
            }
            RecordKind::Sealed { ciphertext, .. } => {
                self.signature.covered(covered);
                self.sealed_records += 1;
                if self.sealed_records == 1 {
                    self.open(head, ciphertext.as_deref());
                } else {
                    // Opening each would let a document ask for as many key derivations as it has records.
                    self.signature.broken();
                    self.findings.in_blob(&finding::RECORD_UNKNOWN, head.offset, || {
                        format!("record {}: another encrypted record", head.index)
                    });
                }
            }
            RecordKind::Trailer(trailer) => self.signature.trailer(head.offset, trailer, &mut self.findings),
        }
    }

    pub(super) fn seen(&mut self, head: &RecordHead) {
        self.blob.records += 1;
        self.blob.bytes = head.offset + 4 + head.length();
    }
}
