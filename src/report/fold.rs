//! Folds a report from a document's records as they are read.

use crate::blob::{
    BlobError, BlobErrorKind, Header, NEWEST_KNOWN_FORMAT, OddField, ParsedRecord, RecordError, RecordHead,
    RecordKind, RecordReader,
};
use crate::date;
use crate::finding::{self, Finding};
use crate::object::ObjectError;
use crate::object::data::DataWanted;
use crate::passphrase::{self, EncryptionParams, SCHEME};
use crate::signature::{DsaSignature, KeyError, PartialKey, PublicKey, SignatureError};

use super::collect::Findings;
use super::objects::{ObjectFold, ReadObject};
use super::records::object_in;
use super::signature::SignatureFold;
use super::{
    BlobReport, Contents, DocumentReport, Encryption, EnvelopeReport, ExamineOptions, HeaderReport,
    PartialRecord, matching,
};

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
    pub(super) options: &'o ExamineOptions,
    pub(super) findings: Findings,
    pub(super) blob: BlobReport,
    pub(super) header: Option<HeaderReport>,
    pub(super) encryption: Encryption,
    pub(super) objects: ObjectFold,
    pub(super) signature: SignatureFold<'o>,
    pub(super) params: Option<EncryptionParams>,
    pub(super) object_records: u64,
    pub(super) sealed_records: u64,
    /// Object records that stand in clear, even where the header announces an encryption.
    pub(super) clear_records: u64,
    /// Texts in the header that look like keys.
    pub(super) header_keys: u64,
    pub(super) header_fields: Vec<u8>,
    pub(super) ended: bool,
}

impl<'o> DocumentFold<'o> {
    /// A fold over a document of which nothing is known yet. Records follow.
    pub fn new(options: &'o ExamineOptions) -> Self {
        Self {
            options,
            findings: Findings::new(options.listed_findings),
            blob: BlobReport::default(),
            header: None,
            encryption: Encryption::Clear,
            objects: ObjectFold::new(DataWanted {
                secret_bytes: options.secret_bytes,
                texts: options.texts,
            }),
            signature: SignatureFold::new(options),
            ended: false,
            params: None,
            object_records: 0,
            sealed_records: 0,
            clear_records: 0,
            header_keys: 0,
            header_fields: Vec::new(),
        }
    }

    /// Keeps the contents as well, for [`DocumentFold::finish_with_contents`].
    #[must_use]
    pub fn keeping_objects(mut self) -> Self {
        self.objects.keep();
        self
    }

    pub(super) fn header(&mut self, head: &RecordHead, header: Result<Header, RecordError>) {
        self.seen(head);
        match header {
            Ok(header) => {
                self.signature.header(Some(&header));
                if header.marker.as_deref() == Some(crate::blob::REDACTED) {
                    self.findings.in_blob(&finding::REDACTED, 0, || {
                        "the header says so, and the signature covers it".to_owned()
                    });
                }
                if let Some(format) = header.format.filter(|format| *format > NEWEST_KNOWN_FORMAT) {
                    self.findings.in_blob(&finding::FORMAT_NEWER, 0, || {
                        format!("format {format}; the newest that is known is {NEWEST_KNOWN_FORMAT}")
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
                if header.rule.as_deref().is_some_and(is_own_rule) {
                    self.objects.own_document();
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

    pub(super) fn object_record(
        &mut self,
        head: &RecordHead,
        object: Result<ReadObject, ObjectError>,
        inside: u64,
        (unknown_fields, possible_keys): (&[u32], u64),
    ) {
        for number in unknown_fields {
            self.note_unknown_field("object record", *number, head.offset);
        }
        self.object_records += 1;
        let object = object.map(|mut read| {
            read.facts.possible_keys += possible_keys;
            read
        });
        if !self.objects.add(head, inside, object, &mut self.findings) {
            self.signature.broken();
        }
    }

    /// Opens a sealed record with the passphrase, when there is one. Offsets in it are those of the decrypted records.
    pub(super) fn open(&mut self, head: &RecordHead, ciphertext: Option<&[u8]>) {
        let (Some(ciphertext), Some(params), Some(passphrase), Some(header)) =
            (ciphertext, &self.params, &self.options.passphrase, &self.header)
        else {
            return;
        };
        let records = match passphrase::decrypt(ciphertext, passphrase, params, &header.export_id) {
            Ok(records) => records,
            Err(error) => {
                self.findings
                    .in_blob(&finding::PASSPHRASE_WRONG, head.offset, || error.to_string());
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
            let outline = self.outline(raw.message, &head);
            let whole = object_in(&outline, raw.message);
            if let Ok(outline) = &outline {
                self.note_odd_fields("record", &outline.odd_fields, &head);
            }
            if let Ok(ParsedRecord {
                kind:
                    RecordKind::Object {
                        object,
                        at,
                        unknown_fields,
                        possible_keys,
                    },
                ..
            }) = outline
            {
                self.object_record(&head, object, at.offset, (&unknown_fields, possible_keys));
            }
            if let Some(whole) = whole {
                self.objects.keep_whole(raw.message, whole);
            }
        }
    }

    pub(super) fn same_export(&mut self, head: &RecordHead, export_id: Option<&str>) {
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

    pub(super) fn note_unknown_field(&mut self, part: &str, number: u32, offset: u64) {
        self.findings.in_blob(&finding::UNKNOWN_FIELD, offset, || {
            format!("{part}: field {number}")
        });
    }

    /// Known fields of a header or record that stand as no writer puts them.
    pub(super) fn note_odd_fields(&mut self, part: &str, fields: &[OddField], head: &RecordHead) {
        for field in fields {
            let offset = head.offset + 4 + field.offset;
            let (rule, what) = super::objects::of_oddity(field.kind);
            self.findings
                .in_blob(rule, offset, || format!("{part}: field {} {what}", field.number));
        }
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
            let part = super::partial::readable_part(rest);
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
            clear_records,
            header_keys,
            ..
        } = self;
        let mut all = Findings::new(options.listed_findings);
        let announced = encryption != Encryption::Clear;
        let encryption = match clear_records {
            0 => encryption,
            // Other readers skip the header's field and see the objects.
            _ => Encryption::Clear,
        };
        if announced && encryption == Encryption::Clear {
            all.in_blob(&finding::ENCRYPTION_CONTRADICTED, 0, || {
                format!("{clear_records} object records stand in clear")
            });
        }
        let mut envelope_findings = envelope_findings;
        if header.is_some() && blob.complete && signature.lacks_trailer() && lacks_seal(&envelope_findings) {
            // One state with one remedy, not three defects.
            envelope_findings.retain(|finding| !SEAL_PATHS.iter().any(|path| is_missing(finding, path)));
            signature.unsigned();
        }
        all.extend(envelope_findings);
        all.merge(findings);
        let (mut objects, graph) = objects.finish(options.hash_work, &mut all);
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
        if visible_is_unknown(&encryption, sealed_records) {
            all.in_blob(&finding::SECRETS_UNKNOWN, 0, || match encryption {
                Encryption::Passphrase { .. } => "the objects are encrypted, and were not opened".to_owned(),
                _ => "records are encrypted in a way this version doesn't know".to_owned(),
            });
        }
        if header_keys > 0 {
            let what = "a text in the header looks like base64 of 16, 24 or 32 bytes";
            all.in_blob(&finding::POSSIBLE_KEY, 0, || what.to_owned());
            all.in_blob(&finding::SECRETS_UNKNOWN, 0, || what.to_owned());
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

/// Whether something stands in the blob that may be in clear and that this version can't look into.
fn visible_is_unknown(encryption: &Encryption, sealed_records: u64) -> bool {
    match encryption {
        Encryption::Unknown => true,
        Encryption::Clear => sealed_records > 0,
        Encryption::Passphrase { opened, .. } => !opened,
    }
}

/// The members of a seal.
const SEAL_PATHS: [&str; 2] = ["$.signature", "$.publicKey"];

/// Whether the JSON has neither signature nor key.
fn lacks_seal(findings: &[Finding]) -> bool {
    let missing = |path: &&str| findings.iter().any(|finding| is_missing(finding, path));
    SEAL_PATHS.iter().all(missing)
}

fn is_missing(finding: &Finding, path: &str) -> bool {
    let at = finding.at.as_ref().and_then(|place| place.path.as_deref());
    finding.rule == &finding::MISSING_MEMBER && at == Some(path)
}

/// Whether a rule is one of this project's, so that its provisional type numbers apply.
fn is_own_rule(rule: &str) -> bool {
    crate::signature::by_name(rule).is_some_and(|rule| rule.own)
}

/// The header announces what the encryption is, or fails to.
fn note_encryption(encryption: &Encryption, findings: &mut Findings) {
    match encryption {
        Encryption::Passphrase { scheme, opened } => {
            let state = if *opened {
                "opened with the passphrase"
            } else {
                "not opened"
            };
            findings.in_blob(&finding::ENCRYPTED, 0, || format!("scheme {scheme}, {state}"));
        }
        Encryption::Unknown | Encryption::Clear => findings.in_blob(&finding::ENCRYPTION_UNKNOWN, 0, || {
            "the header's encryption field holds no scheme this version knows".to_owned()
        }),
    }
}
