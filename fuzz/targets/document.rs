//! From the bytes of an input to documents: around a blob, or several out of one input.
//!
//! An input of the targets that take several documents begins with a byte that says what follows: `f` files as they
//! are, `b` blobs that documents are put around, anything else a program of [`super::made_up`]. The second byte is for
//! the target's options. Files and blobs stand one after the other, each but the last behind its length in two bytes,
//! the lower one first, so that an edit in one of them leaves the others as they are.

use arbitrary::{Arbitrary, Unstructured};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::passphrase::Passphrase;
use exportdoc::report::{Contents, DocumentReport, ExamineOptions, Verdict, examine, examine_contents};

use super::made_up::Engine as MadeUp;
use super::{KEY, SIGNATURE};

/// A document with nothing but this blob and a signature.
pub fn bare(blob: &[u8]) -> String {
    let blob = STANDARD.encode(blob);
    format!(r#"{{"blob":"{blob}","signature":"{SIGNATURE}"}}"#)
}

/// A document with this blob, a sound key and metadata that states what a report found in the blob.
pub fn stating(blob: &[u8], report: &DocumentReport) -> String {
    let rows: Vec<_> = report
        .objects
        .iter()
        .take(100)
        .map(|object| {
            serde_json::json!({
                "objectIdentifier": object.key.identifier.to_json(),
                "objectType": object.type_name,
                "revisionHash": object.computed_hash,
            })
        })
        .collect();
    let metadata = serde_json::json!({
        "exportHost": "h",
        "exportDate": "Wed Mar 11 09:27:04 UTC 2020",
        "requestedObjectList": rows.first().into_iter().collect::<Vec<_>>(),
        "exportedObjectList": rows,
    });
    let blob = STANDARD.encode(blob);
    format!(
        r#"{{"exportResponseMetadata":{metadata},"blob":"{blob}","signature":"{SIGNATURE}","publicKey":"{KEY}"}}"#
    )
}

/// A document that was read.
pub struct Document {
    pub bytes: Vec<u8>,
    pub report: DocumentReport,
    pub contents: Contents,
}

impl Document {
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let options = ExamineOptions {
            passphrase: Some(Passphrase::new(super::made_up::PASSPHRASE).expect("a short text")),
            ..ExamineOptions::default()
        };
        let (report, contents) = examine_contents(&bytes, &options).ok()?;
        Some(Self {
            bytes,
            report,
            contents,
        })
    }

    /// Intact, closed, without circles, and saying of itself what is in it.
    pub fn is_sound(&self) -> bool {
        self.report.signature.verdict == Verdict::Valid
            && exportdoc::compose::usable(&self.report, false).is_ok()
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

fn split<const N: usize>(mut rest: &[u8]) -> [&[u8]; N] {
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

fn around(blob: &[u8]) -> Vec<u8> {
    let bare = bare(blob);
    let report = examine(bare.as_bytes(), &ExamineOptions::default()).expect("the JSON is sound");
    stating(blob, &report).into_bytes()
}
