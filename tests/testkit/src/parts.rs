//! The decoded parts of a document, to combine in ways that the builder refuses.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::blob::{BlobLimits, RawRecord, RecordReader, Trailer, frame};
use exportdoc::internal::envelope::{Envelope, EnvelopeBuilder, Metadata};
use exportdoc::internal::signature::{SigningKey, SigningRule};

use crate::Result;

/// The decoded members of a document.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) metadata: Metadata,
    pub(crate) blob: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
}

/// The three base64 texts of a document, in the order they stand there.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    pub(crate) blob: String,
    pub(crate) signature: String,
    pub(crate) public_key: String,
}

impl Texts {
    /// Rewrites each text.
    pub(crate) fn map(self, change: impl Fn(String) -> String) -> Self {
        Self {
            blob: change(self.blob),
            signature: change(self.signature),
            public_key: change(self.public_key),
        }
    }
}

impl Parts {
    /// Takes a sound document apart.
    pub(crate) fn of(document: &[u8]) -> Result<Self> {
        let envelope = Envelope::parse(document)?;
        let decoded = |text: Option<&exportdoc::internal::envelope::EncodedText<'_>>| {
            text.map(|text| text.decode().0)
                .ok_or("the document is not sound")
        };
        Ok(Self {
            metadata: envelope.metadata().cloned().ok_or("no metadata")?,
            blob: decoded(envelope.blob())?,
            signature: decoded(envelope.signature())?,
            public_key: decoded(envelope.public_key())?,
        })
    }

    /// The document, as engines write it.
    pub(crate) fn to_json(&self) -> Result<Vec<u8>> {
        self.with_texts(&self.texts())
    }

    /// The members in base64.
    pub(crate) fn texts(&self) -> Texts {
        Texts {
            blob: STANDARD.encode(&self.blob),
            signature: STANDARD.encode(&self.signature),
            public_key: STANDARD.encode(&self.public_key),
        }
    }

    /// The document with other base64 texts.
    pub(crate) fn with_texts(&self, texts: &Texts) -> Result<Vec<u8>> {
        let metadata = self.metadata.to_json()?;
        let mut document = Vec::new();
        EnvelopeBuilder::new(&metadata, &texts.blob, &texts.signature, &texts.public_key)
            .write_to(&mut document)?;
        Ok(document)
    }

    /// The records' messages: header, objects, trailer.
    pub(crate) fn messages(&self) -> Result<Vec<Vec<u8>>> {
        self.records(|record| record.message.to_vec())
    }

    /// Where each record begins in the blob.
    pub(crate) fn offsets(&self) -> Result<Vec<usize>> {
        self.records(|record| record.offset as usize)
    }

    fn records<T>(&self, take: impl Fn(&RawRecord<'_>) -> T) -> Result<Vec<T>> {
        let mut reader = RecordReader::new(self.blob.as_slice(), BlobLimits::default());
        let mut taken = Vec::new();
        while let Some(record) = reader.next_record()? {
            taken.push(take(&record));
        }
        Ok(taken)
    }

    /// Where some bytes stand in the blob; they must stand there only once.
    pub(crate) fn find(&self, bytes: &[u8]) -> Result<usize> {
        let mut places = memchr::memmem::find_iter(&self.blob, bytes);
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            _ => Err(format!("{:?} is not there once", String::from_utf8_lossy(bytes)).into()),
        }
    }

    /// Replaces the records by those that `change` leaves of header and objects, and signs them under the rule.
    pub(crate) fn reseal(
        mut self,
        key: &SigningKey,
        rule: &'static SigningRule,
        export_id: &str,
        change: impl FnOnce(&mut Vec<Vec<u8>>),
    ) -> Result<Self> {
        let mut messages = self.messages()?;
        messages.pop();
        change(&mut messages);
        let framed: Vec<u8> = framed(&messages)?;
        let signature = key.sign_prehash(&rule.hash.digest(&framed), rule)?.to_der();
        self.blob = [framed, frame(&Trailer::encode(export_id, &signature))?].concat();
        self.signature = signature;
        Ok(self)
    }
}

/// Messages, each behind its length.
pub(crate) fn framed(messages: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for message in messages {
        out.extend(frame(message)?);
    }
    Ok(out)
}
