//! Folds a report from a document's records as they are read.

use std::io::BufRead;

use crate::blob::{
    BlobError, BlobErrorKind, Header, OutlineKind, RawRecord, RecordError, RecordHead, RecordOutline,
    RecordReader,
};
use crate::date;
use crate::finding::{self, Finding};
use crate::object::data::DataFacts;
use crate::object::{ObjectError, ObjectParts};
use crate::passphrase::{self, EncryptionParams, SCHEME};
use crate::signature::{DsaSignature, KeyError, PartialKey, PublicKey, SignatureError};
use crate::wire::Cursor;

use super::collect::Findings;
use super::hashing::Hashing;
use super::objects::ObjectFold;
use super::signature::{Covered, SignatureFold};
use super::{
    BlobReport, Contents, DocumentReport, Encryption, EnvelopeReport, ExamineOptions, HeaderReport,
    PartialRecord, matching,
};

/// Bytes that a header record may have. Real ones have about a hundred.
const MAX_HEADER: u64 = 1 << 20;

/// What is read of a record while it comes by.
type Outline = RecordOutline<Result<(ObjectParts, DataFacts), ObjectError>>;

/// What the JSON says about the signature, decoded.
#[derive(Debug, Default)]
pub struct SealFacts {
    /// `signature`, decoded and read.
    pub signature: Option<Result<DsaSignature, SignatureError>>,
    /// `signature`, decoded.
    pub signature_bytes: Option<Vec<u8>>,
    /// `publicKey`, decoded and through the gate.
    pub key: Option<Result<PublicKey, KeyError>>,
    /// What can be read of a key that the gate refuses.
    pub partial_key: Option<PartialKey>,
    /// Whether blob, signature or key are missing, named twice or broken as base64.
    pub members_broken: bool,
}

/// Takes a document's records one by one and makes its report at the end.
pub struct DocumentFold<'o> {
    options: &'o ExamineOptions,
    findings: Findings,
    blob: BlobReport,
    header: Option<HeaderReport>,
    encryption: Encryption,
    objects: ObjectFold,
    signature: SignatureFold<'o>,
    params: Option<EncryptionParams>,
    object_records: u64,
    sealed_records: u64,
    header_fields: Vec<u8>,
    ended: bool,
}

impl<'o> DocumentFold<'o> {
    /// A fold over a document of which nothing is known yet. Records follow.
    pub fn new(options: &'o ExamineOptions) -> Self {
        Self {
            options,
            findings: Findings::default(),
            blob: BlobReport::default(),
            header: None,
            encryption: Encryption::Clear,
            objects: ObjectFold::new(options.secret_bytes),
            signature: SignatureFold::new(options),
            ended: false,
            params: None,
            object_records: 0,
            sealed_records: 0,
            header_fields: Vec::new(),
        }
    }

    /// Keeps the contents as well, for [`DocumentFold::finish_with_contents`].
    #[must_use]
    pub fn keeping_objects(mut self) -> Self {
        self.objects.keep();
        self
    }

    /// The next record of the blob, held whole.
    pub fn record(&mut self, raw: &RawRecord<'_>) {
        let head = raw.head();
        if head.index == 0 {
            let header = Header::parse(raw.message);
            if self.objects.keeps()
                && header
                    .as_ref()
                    .is_ok_and(|header| !header.unknown_fields.is_empty())
            {
                self.header_fields = Header::unknown_bytes(raw.message);
            }
            self.header(&head, header);
            self.signature.covered(Covered::Held(head, raw.message));
            return;
        }
        let outline = self.outline(raw.message, &head);
        let place = match &outline {
            Ok(RecordOutline {
                kind: OutlineKind::Object {
                    object: Ok(_), at, ..
                },
                ..
            }) => Some(*at),
            _ => None,
        };
        self.take(&head, outline, Covered::Held(head, raw.message));
        if let Some(place) = place {
            self.objects.keep_whole(raw.message, place.of(raw.message));
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
        } else if head.index == 0 || self.objects.keeps() || head.length() <= self.options.limits.held_bytes {
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
    fn outline<S: BufRead>(&self, message: S, head: &RecordHead) -> Result<Outline, RecordError> {
        let wanted = self.objects.wanted(self.options.limits.held_bytes);
        let keep_ciphertext =
            self.sealed_records == 0 && self.params.is_some() && self.options.passphrase.is_some();
        let mut cursor = Cursor::new(message);
        RecordOutline::read(&mut cursor.message(head.length()), keep_ciphertext, |object| {
            ObjectParts::read(object, Some(wanted))
        })
    }

    fn take(&mut self, head: &RecordHead, outline: Result<Outline, RecordError>, covered: Covered<'_>) {
        self.seen(head);
        let (export_id, kind) = match outline {
            Ok(RecordOutline { export_id, kind }) => (export_id, kind),
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
            OutlineKind::Object {
                object,
                at,
                unknown_fields,
            } => {
                self.signature.covered(covered);
                self.object_record(head, object, at.offset, &unknown_fields);
            }
            OutlineKind::Sealed { ciphertext, .. } => {
                self.signature.covered(covered);
                self.sealed_records += 1;
                if self.sealed_records == 1 {
                    self.open(ciphertext.as_deref());
                } else {
                    // Opening each would let a document ask for as many key derivations as it has records.
                    self.signature.broken();
                    self.findings.in_blob(&finding::RECORD_UNKNOWN, head.offset, || {
                        format!("record {}: another encrypted record", head.index)
                    });
                }
            }
            OutlineKind::Trailer(trailer) => self.signature.trailer(head.offset, trailer, &mut self.findings),
        }
    }

    fn seen(&mut self, head: &RecordHead) {
        self.blob.records += 1;
        self.blob.bytes = head.offset + 4 + head.length();
    }

    fn header(&mut self, head: &RecordHead, header: Result<Header, RecordError>) {
        self.seen(head);
        match header {
            Ok(header) => {
                self.signature.header(Some(&header));
                if header.marker.as_deref() == Some(crate::blob::REDACTED) {
                    self.findings.in_blob(&finding::REDACTED, 0, || {
                        "the header says so, and the signature covers it".to_owned()
                    });
                }
                for number in &header.unknown_fields {
                    self.note_unknown_field("header", *number, head.offset);
                }
                if let Some(field) = &header.encryption {
                    self.encryption = match EncryptionParams::parse(field) {
                        Ok(params) => {
                            self.params = Some(params);
                            Encryption::Passphrase {
                                scheme: SCHEME.to_owned(),
                                opened: false,
                            }
                        }
                        Err(_) => Encryption::Unknown,
                    };
                }
                self.header = Some(HeaderReport {
                    started: date::parse_iso(&header.started).ok(),
                    export_id: header.export_id,
                    started_text: header.started,
                    object_count: header.object_count,
                    format: header.format,
                    rule: header.rule,
                    marker: header.marker,
                });
            }
            Err(error) => {
                self.signature.header(None);
                self.signature.broken();
                self.findings
                    .in_blob(&finding::HEADER_MISSING, 0, || error.to_string());
            }
        }
    }

    fn object_record(
        &mut self,
        head: &RecordHead,
        object: Result<(ObjectParts, DataFacts), ObjectError>,
        inside: u64,
        unknown_fields: &[u32],
    ) {
        for number in unknown_fields {
            self.note_unknown_field("object record", *number, head.offset);
        }
        self.object_records += 1;
        if !self.objects.add(head, inside, object, &mut self.findings) {
            self.signature.broken();
        }
    }

    /// Opens a sealed record with the passphrase, when there is one. Offsets in it are those of the decrypted records.
    fn open(&mut self, ciphertext: Option<&[u8]>) {
        let (Some(ciphertext), Some(params), Some(passphrase), Some(header)) =
            (ciphertext, &self.params, &self.options.passphrase, &self.header)
        else {
            return;
        };
        let records = match passphrase::decrypt(ciphertext, passphrase, params, &header.export_id) {
            Ok(records) => records,
            Err(error) => {
                self.findings
                    .add(&finding::PASSPHRASE_WRONG, None, || error.to_string());
                return;
            }
        };
        if let Encryption::Passphrase { opened, .. } = &mut self.encryption {
            *opened = true;
        }
        let mut reader = RecordReader::new(&records[..], self.options.limits);
        // Decrypting has seen to it that these are object records.
        while let Ok(Some(raw)) = reader.next_record() {
            let head = raw.head();
            if let Ok(RecordOutline {
                kind:
                    OutlineKind::Object {
                        object,
                        at,
                        unknown_fields,
                    },
                ..
            }) = self.outline(raw.message, &head)
            {
                let read = object.is_ok();
                self.object_record(&head, object, at.offset, &unknown_fields);
                if read {
                    self.objects.keep_whole(raw.message, at.of(raw.message));
                }
            }
        }
    }

    fn same_export(&mut self, head: &RecordHead, export_id: Option<&str>) {
        let Some(header) = &self.header else { return };
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

    fn note_unknown_field(&mut self, part: &str, number: u32, offset: u64) {
        self.findings.in_blob(&finding::UNKNOWN_FIELD, offset, || {
            format!("{part}: field {number}")
        });
    }

    /// The blob can't be read any further. `rest` is what is there of the record that breaks off, without its prefix.
    pub fn break_off(&mut self, error: &BlobError, rest: &[u8]) {
        let rule = if error.kind.is_limit() {
            self.signature.limited();
            &finding::LIMIT_HIT
        } else {
            self.signature.broken();
            &finding::FRAMING_BROKEN
        };
        self.findings.in_blob(rule, error.offset, || error.to_string());
        if let BlobErrorKind::PastEnd { claimed, have } = error.kind {
            let part = super::objects::readable_part(rest);
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

    /// The blob's base64 text is broken.
    pub fn text_broken(&mut self) {
        self.signature.broken();
    }

    /// Whether [`DocumentFold::blob`] came to the end of the last record, and to nothing else.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The blob was read to its end without a break.
    pub fn complete(&mut self) {
        self.blob.complete = true;
    }

    /// No record follows. Compares with the metadata and judges.
    pub fn finish(
        self,
        envelope: EnvelopeReport,
        seal: SealFacts,
        envelope_findings: Vec<Finding>,
    ) -> DocumentReport {
        self.finish_with_contents(envelope, seal, envelope_findings).0
    }

    /// As [`DocumentFold::finish`], with the contents of a fold that was [`DocumentFold::keeping_objects`].
    pub fn finish_with_contents(
        mut self,
        envelope: EnvelopeReport,
        seal: SealFacts,
        envelope_findings: Vec<Finding>,
    ) -> (DocumentReport, Contents) {
        self.signature.seal(seal, &mut self.findings);
        let (objects, record_fields) = self.objects.take_kept();
        let contents = Contents {
            objects,
            header_fields: std::mem::take(&mut self.header_fields),
            record_fields,
        };
        let Self {
            options,
            findings,
            blob,
            header,
            encryption,
            objects,
            mut signature,
            object_records,
            sealed_records,
            ..
        } = self;
        let mut all = Findings::default();
        all.extend(envelope_findings);
        all.merge(findings);
        let own = header
            .as_ref()
            .and_then(|h| h.rule.as_deref())
            .is_some_and(is_own_rule);
        let (mut objects, graph) = objects.finish(own, options.hash_work, &mut all);
        let visible = match &encryption {
            Encryption::Clear => sealed_records == 0,
            Encryption::Passphrase { opened, .. } => *opened,
            Encryption::Unknown => false,
        };
        if visible && blob.complete {
            matching::compare_counts(&header, &envelope, object_records, &mut signature, &mut all);
        }
        let lists = visible && blob.complete && blob.records > 0;
        if lists {
            matching::compare_lists(&mut objects, &graph, &envelope, &mut all);
        } else {
            matching::take_names(&mut objects, &envelope);
        }
        matching::compare_dates(header.as_ref(), &envelope, &mut all);
        if blob.complete || !graph.nodes().is_empty() {
            super::objects::judge_graph(&objects, &graph, &envelope, blob.complete && visible, &mut all);
        }
        if encryption != Encryption::Clear || sealed_records > 0 {
            note_encryption(&encryption, &mut all);
        }
        super::objects::note_secrets(&objects, encryption == Encryption::Clear, &mut all);
        let signature = signature.finish(header.as_ref(), &objects, &blob, &mut all);
        let findings = all.finish();
        let report = DocumentReport {
            envelope,
            header,
            blob,
            encryption,
            objects,
            graph,
            signature,
            findings,
        };
        (report, contents)
    }
}

/// Whether a rule is one of this project's, so that its provisional type numbers apply.
fn is_own_rule(rule: &str) -> bool {
    crate::signature::by_name(rule).is_some_and(|rule| rule.own)
}

fn note_encryption(encryption: &Encryption, findings: &mut Findings) {
    match encryption {
        Encryption::Passphrase { scheme, opened } => {
            let state = if *opened {
                "opened with the passphrase"
            } else {
                "not opened"
            };
            findings.add(&finding::ENCRYPTED, None, || format!("scheme {scheme}, {state}"));
        }
        Encryption::Unknown | Encryption::Clear => findings.add(&finding::ENCRYPTION_UNKNOWN, None, || {
            "the header's encryption field holds no scheme this version knows".to_owned()
        }),
    }
}
