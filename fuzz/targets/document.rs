//! From the bytes of an input to documents: around a blob, or several out of one input.
//!
//! An input of the targets that take several documents begins with a byte that says what follows: `f` files as they
//! are, `b` blobs that documents are put around, any other byte: the rest drives [`super::made_up`]. The second byte is for
//! the target's options. Files and blobs stand one after the other, each but the last behind its length in two bytes,
//! the lower one first, so that an edit in one of them leaves the others as they are.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::blob::{Header, ObjectRecord, SealedRecord, Trailer, frame};
use exportdoc::internal::build::{Extras, type_name};
use exportdoc::internal::finding::{self, Finding, Severity};
use exportdoc::internal::graph::Graph;
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::passphrase::{EncryptionParams, Passphrase, encrypt};
use exportdoc::internal::report::{Contents, DocumentReport, ExamineOptions, Examined, Examiner};
use exportdoc::internal::reuse::{OLDEST_FORMAT, type_names, usable};
use exportdoc::internal::revision_hash;
use exportdoc::internal::sample::uuid;
use serde_json::{Value, json};

use super::made_up::Engine as MadeUp;
use super::{KEY, SIGNATURE, from_base64};

/// What encrypted documents are encrypted with.
const PASSPHRASE: &str = "fuzz";

/// A document with nothing but this blob and a signature.
pub fn bare(blob: &[u8]) -> String {
    let blob = STANDARD.encode(blob);
    format!(r#"{{"blob":"{blob}","signature":"{SIGNATURE}"}}"#)
}

/// A document with this blob and metadata that states what a report found in the blob. Without a key, since checking
/// signatures is by far the slowest thing here.
pub fn stating(blob: &[u8], report: &DocumentReport) -> String {
    let rows: Vec<_> = report
        .objects
        .iter()
        .take(100)
        .map(|object| row(&object.key, &object.type_name, object.computed_hash.as_deref()))
        .collect();
    let requested: Vec<_> = rows.first().into_iter().cloned().collect();
    with_metadata(blob, "h", &requested, &rows)
}

fn row(key: &ObjectKey, type_name: &str, hash: Option<&str>) -> Value {
    json!({
        "objectIdentifier": key.identifier.to_json(),
        "objectType": type_name,
        "revisionHash": hash,
    })
}

fn with_metadata(blob: &[u8], host: &str, requested: &[Value], exported: &[Value]) -> String {
    let metadata = json!({
        "exportHost": host,
        "exportDate": "Wed Mar 11 09:27:04 UTC 2020",
        "requestedObjectList": requested,
        "exportedObjectList": exported,
    });
    let blob = STANDARD.encode(blob);
    format!(r#"{{"exportResponseMetadata":{metadata},"blob":"{blob}","signature":"{SIGNATURE}"}}"#)
}

/// The parts of an unsealed document.
pub struct Unsealed<'a> {
    pub objects: &'a [SyncObject<'static>],
    pub requested: &'a [ObjectKey],
    pub extras: &'a Extras,
    pub host: String,
    pub format: u64,
    pub type_names: BTreeMap<u64, String>,
    pub encryption: Option<EncryptionParams>,
}

impl Unsealed<'_> {
    /// As [`exportdoc::internal::build::seal_with`] makes it, but without a key and with a signature that means nothing.
    pub fn write(self) -> Vec<u8> {
        self.with_rule(Some("records-v1"))
    }

    /// As engines do, which say nothing of their rule: whether the signature is any good can't be determined.
    pub fn write_as_exported(self) -> Vec<u8> {
        let mut file = self.with_rule(None);
        file.pop();
        file.extend_from_slice(format!(r#","publicKey":"{KEY}"}}"#).as_bytes());
        file
    }

    fn with_rule(self, rule: Option<&str>) -> Vec<u8> {
        let export_id = uuid("fuzz");
        let framed = |message: &[u8]| frame(message).expect("a short record");
        let mut header = Header {
            export_id: export_id.clone(),
            started: "2020-03-11T09:26:51.482Z".to_owned(),
            encryption: self.encryption.as_ref().map(EncryptionParams::encode),
            object_count: self.objects.len() as u64,
            format: Some(self.format),
            rule: rule.map(str::to_owned),
            marker: self.extras.marker.clone(),
            unknown_fields: Vec::new(),
        }
        .encode();
        header.extend_from_slice(&self.extras.header_fields);
        let mut records = Vec::new();
        for object in self.objects {
            let mut message = ObjectRecord::encode(&export_id, object.as_bytes());
            message.extend(self.extras.record_fields.get(object.key()).into_iter().flatten());
            records.extend(framed(&message));
        }
        if let Some(params) = &self.encryption {
            let ciphertext = encrypt(&records, &passphrase(), params);
            records = framed(&SealedRecord::encode(&export_id, &ciphertext));
        }
        let trailer = Trailer::encode(&export_id, &from_base64(SIGNATURE));
        let blob = [framed(&header), records, framed(&trailer)].concat();
        let hashes = revision_hash::of_all(&Graph::of(self.objects), revision_hash::DEFAULT_WORK);
        let named = |key: &ObjectKey, hash: Option<&str>| {
            row(key, &type_name(key.type_number, &self.type_names), hash)
        };
        let objects = self.objects.iter().zip(&hashes);
        let exported: Vec<_> = objects
            .map(|(object, hash)| named(object.key(), hash.as_deref()))
            .collect();
        let requested: Vec<_> = self.requested.iter().map(|key| named(key, None)).collect();
        with_metadata(&blob, &self.host, &requested, &exported).into_bytes()
    }
}

pub fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE).expect("a short text")
}

/// How all documents are read here.
pub fn examine_options() -> ExamineOptions {
    ExamineOptions {
        passphrases: vec![passphrase()],
        ..ExamineOptions::default()
    }
}

fn examined(bytes: &[u8]) -> Option<(DocumentReport, Contents)> {
    Examiner::new(&examine_options())
        .keep_contents()
        .read_bytes(bytes)
        .map(Examined::into_parts)
        .ok()
}

fn around(blob: &[u8]) -> Vec<u8> {
    let (report, _) = examined(bare(blob).as_bytes()).expect("the JSON is sound");
    stating(blob, &report).into_bytes()
}

/// A document that was read.
pub struct Document {
    pub bytes: Vec<u8>,
    pub report: DocumentReport,
    pub contents: Contents,
}

impl Document {
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let (report, contents) = examined(&bytes)?;
        Some(Self {
            bytes,
            report,
            contents,
        })
    }

    /// A document of some objects that says of itself what this one does.
    pub fn unsealed<'a>(
        &self,
        objects: &'a [SyncObject<'static>],
        requested: &'a [ObjectKey],
        extras: &'a Extras,
    ) -> Unsealed<'a> {
        Unsealed {
            objects,
            requested,
            extras,
            host: self.report.envelope.host.clone().unwrap_or_default(),
            format: self
                .report
                .header
                .as_ref()
                .and_then(|header| header.format)
                .unwrap_or(OLDEST_FORMAT),
            type_names: type_names(&self.report),
            encryption: None,
        }
    }

    /// Intact but for its key, closed, without circles, and saying of itself what is in it.
    pub fn is_sound(&self) -> bool {
        let key_only = |found: &Finding| {
            let path = found.at.as_ref().and_then(|place| place.path.as_deref());
            found.rule == &finding::MISSING_MEMBER && path == Some("$.publicKey")
        };
        let findings = self.report.findings.iter();
        let mut errors = findings.filter(|found| found.severity == Severity::Error);
        self.report.blob.complete && errors.all(key_only) && usable(&self.report, true).is_ok()
    }
}

/// The documents of an input, as many as are asked for, and the byte for the options. `None` where one of them can't be
/// read at all.
pub fn several<const N: usize>(data: &[u8]) -> Option<([Document; N], u8)> {
    let [kind, options, rest @ ..] = data else {
        return None;
    };
    let files: Vec<Vec<u8>> = match kind {
        b'f' => split::<N>(rest).map(<[u8]>::to_vec).into(),
        b'b' => split::<N>(rest).map(around).into(),
        _ => {
            let engine = MadeUp::arbitrary_take_rest(Unstructured::new(rest)).ok()?;
            (0..N).map(|n| engine.document(n)).collect()
        }
    };
    let documents: Vec<Document> = files.into_iter().map(Document::read).collect::<Option<_>>()?;
    Some((documents.try_into().ok()?, *options))
}

pub fn split<const N: usize>(mut rest: &[u8]) -> [&[u8]; N] {
    let mut parts = [&[][..]; N];
    for (n, part) in parts.iter_mut().enumerate() {
        if n + 1 == N {
            *part = rest;
        } else if let Some((length, after)) = rest.split_first_chunk() {
            let length = usize::from(u16::from_le_bytes(*length)).min(after.len());
            (*part, rest) = after.split_at(length);
        }
    }
    parts
}
