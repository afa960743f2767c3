//! Writes a document record by record, from the header to the signature, which is known when all records are written.
//!
//! Invariant: no copy of the whole is made, neither of the blob nor of its text; only encryption needs all records at
//! once.

use std::io::Write;

use crate::blob::{Header, ObjectRecord, SealedRecord, Trailer, frame, length_prefix};
use crate::date::iso_millis;
use crate::envelope::EnvelopeWriter;
use crate::object::SyncObject;
use crate::passphrase::encrypt;
use crate::signature::{RecordDigest, SigningKey, SigningRule};

use super::{BuildError, ExportFacts, Extras, metadata};

/// Writes a document. Where nobody signs it, it has no signature, no key and no trailer, which would repeat the
/// signature.
pub(super) fn write(
    writer: impl Write,
    facts: &ExportFacts,
    extras: &Extras,
    objects: &[SyncObject<'_>],
    signer: Option<(&SigningKey, &'static SigningRule)>,
) -> Result<(), BuildError> {
    let mut records = Records {
        envelope: EnvelopeWriter::begin(writer, &metadata(facts, objects)?)?,
        digest: signer.map(|(_, rule)| (rule.new_digest)()),
        index: 0,
    };
    records.push(&header(
        facts,
        extras,
        objects.len(),
        signer.map(|(_, rule)| rule),
    ))?;
    let messages = objects.iter().map(|object| {
        let mut message = ObjectRecord::encode(&facts.export_id, object.as_bytes());
        message.extend(extras.record_fields.get(object.key()).into_iter().flatten());
        message
    });
    match &facts.encryption {
        None => {
            for message in messages {
                records.push(&message)?;
            }
        }
        Some((passphrase, params)) => {
            let mut clear = Vec::new();
            for message in messages {
                clear.extend_from_slice(&frame(&message)?);
            }
            let ciphertext = encrypt(&clear, passphrase, params);
            records.push(&SealedRecord::encode(&facts.export_id, &ciphertext))?;
        }
    }
    records.close(&facts.export_id, signer)
}

fn header(facts: &ExportFacts, extras: &Extras, count: usize, rule: Option<&'static SigningRule>) -> Vec<u8> {
    let header = Header {
        export_id: facts.export_id.clone(),
        started: iso_millis(facts.started),
        encryption: facts.encryption.as_ref().map(|(_, params)| params.encode()),
        object_count: count as u64,
        format: Some(facts.format),
        rule: rule
            .filter(|_| facts.declare_rule)
            .map(|rule| rule.name.to_owned()),
        marker: extras.marker.clone(),
        unknown_fields: Vec::new(),
    };
    let mut header = header.encode();
    header.extend_from_slice(&extras.header_fields);
    header
}

/// The records on their way into the envelope, and what the signature is made over.
struct Records<W: Write> {
    envelope: EnvelopeWriter<W>,
    digest: Option<Box<dyn RecordDigest>>,
    index: u64,
}

impl<W: Write> Records<W> {
    fn push(&mut self, message: &[u8]) -> Result<(), BuildError> {
        let prefix = length_prefix(message)?;
        if let Some(digest) = &mut self.digest {
            digest.begin(self.index, prefix);
            digest.chunk(message);
        }
        self.index += 1;
        self.envelope.write_all(&prefix)?;
        Ok(self.envelope.write_all(message)?)
    }

    /// Signs the records by the rule and closes them with the trailer.
    fn close(
        mut self,
        export_id: &str,
        signer: Option<(&SigningKey, &'static SigningRule)>,
    ) -> Result<(), BuildError> {
        let Some(((key, rule), digest)) = signer.zip(self.digest) else {
            return Ok(self.envelope.finish(None)?);
        };
        let signature = key.sign_prehash(&digest.finish(), rule)?.to_der();
        self.envelope
            .write_all(&frame(&Trailer::encode(export_id, &signature))?)?;
        let public_key = key.public_key().to_spki_der();
        Ok(self.envelope.finish(Some([&signature, &public_key]))?)
    }
}
