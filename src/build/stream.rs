//! Writes a document record by record; the signature comes last.
//!
//! Invariant: objects aren't copied, and neither the blob nor its text is held as a whole. Only encryption needs all records
//! at once.

use std::io::Write;

use crate::blob::{Header, ObjectRecord, SealedRecord, Trailer, frame, length_prefix};
use crate::date::iso_millis;
use crate::envelope::EnvelopeWriter;
use crate::object::SyncObject;
use crate::passphrase::encrypt;
use crate::signature::{RecordDigest, SigningKey, SigningRule};

use super::{BuildError, ExportFacts, Extras, metadata};

/// Writes a document. Without a signer, it has no signature, no key, and no trailer, which would repeat the signature.
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
    let rule = signer.map(|(_, rule)| rule);
    records.push(&[&header(facts, extras, objects.len(), rule)])?;
    // The fields around an object in its record.
    let around = |object: &SyncObject<'_>| {
        let before = ObjectRecord::encode_before(&facts.export_id, object.as_bytes().len());
        let after = extras.record_fields.get(object.key());
        (before, after.map(Vec::as_slice).unwrap_or_default())
    };
    match &facts.encryption {
        None => {
            for object in objects {
                let (before, after) = around(object);
                records.push(&[&before, object.as_bytes(), after])?;
            }
        }
        Some((passphrase, params)) => {
            let mut clear = Vec::new();
            for object in objects {
                let (before, after) = around(object);
                let message = [&before, object.as_bytes(), after];
                clear.extend_from_slice(&length_prefix(length(&message))?);
                message.iter().for_each(|part| clear.extend_from_slice(part));
            }
            let ciphertext = encrypt(&clear, passphrase, params);
            drop(clear);
            records.push(&[&SealedRecord::encode(&facts.export_id, &ciphertext)])?;
        }
    }
    records.close(&facts.export_id, signer)
}

fn length(message: &[&[u8]]) -> usize {
    message.iter().map(|part| part.len()).sum()
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

/// Writes records into the envelope and digests them for the signature.
struct Records<W: Write> {
    envelope: EnvelopeWriter<W>,
    digest: Option<Box<dyn RecordDigest>>,
    index: u64,
}

impl<W: Write> Records<W> {
    /// Writes the record of a message in parts.
    fn push(&mut self, message: &[&[u8]]) -> Result<(), BuildError> {
        let prefix = length_prefix(length(message))?;
        if let Some(digest) = &mut self.digest {
            digest.begin(self.index, prefix);
        }
        self.index += 1;
        self.envelope.write_all(&prefix)?;
        for part in message {
            if let Some(digest) = &mut self.digest {
                digest.chunk(part);
            }
            self.envelope.write_all(part)?;
        }
        Ok(())
    }

    /// Signs the records and writes the trailer.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::Envelope;
    use crate::sample::{SampleSize, export_facts, global_objects};
    use crate::signature::KeySize;

    #[test]
    fn unsigned_document_lacks_signature_key_and_trailer() {
        let objects = global_objects(SampleSize::SMALL).unwrap();
        let mut document = Vec::new();
        write(
            &mut document,
            &export_facts("stream"),
            &Extras::default(),
            &objects[..],
            None,
        )
        .unwrap();
        let envelope = Envelope::parse(&document).unwrap();
        assert!(envelope.signature().is_none() && envelope.public_key().is_none());
        let options = Default::default();
        let report = crate::report::Examiner::new(&options)
            .read_bytes(&document)
            .unwrap()
            .report;
        assert_eq!(report.objects.len(), objects.len());
        assert!(report.findings.iter().any(|found| found.id() == "unsigned"));
        assert_eq!(report.header.unwrap().rule, None);
    }

    #[test]
    fn failing_writer_is_a_write_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let key = SigningKey::from_seed(KeySize::Dsa512, b"stream").unwrap();
        let signer = Some((&key, KeySize::Dsa512.default_rule()));
        let objects = global_objects(SampleSize::SMALL).unwrap();
        let written = write(
            Full,
            &export_facts("stream"),
            &Extras::default(),
            &objects[..],
            signer,
        );
        assert!(
            matches!(written, Err(BuildError::Write(error)) if error.kind() == std::io::ErrorKind::StorageFull)
        );
    }
}
