//! Writes a new envelope while its blob is being made, for documents whose blob shouldn't be held as bytes and as text.
//!
//! Invariant: the same bytes as [`super::EnvelopeBuilder`] writes of the same parts.

use std::io::{self, BufWriter, Write};

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::write::EncoderWriter;
use serde_json::value::RawValue;

/// Characters that are handed on at a time.
const CHUNK: usize = 64 * 1024;

/// An envelope that is being written. What is written to it is the blob, decoded.
pub struct EnvelopeWriter<W: Write> {
    // The encoder wants a writer that takes all it is given, as this buffer does.
    blob: EncoderWriter<'static, GeneralPurpose, BufWriter<W>>,
}

impl<W: Write> EnvelopeWriter<W> {
    /// Writes everything up to the blob.
    ///
    /// # Errors
    /// What the writer finds.
    pub fn begin(writer: W, metadata: &RawValue) -> io::Result<Self> {
        let mut writer = BufWriter::with_capacity(CHUNK, writer);
        write!(
            writer,
            r#"{{"exportResponseMetadata":{},"blob":""#,
            metadata.get()
        )?;
        Ok(Self {
            blob: EncoderWriter::new(writer, &STANDARD),
        })
    }

    /// Writes the end of the blob, and signature and key, both encoded as DER, where there are any.
    ///
    /// # Errors
    /// What the writer finds.
    pub fn finish(mut self, seal: Option<[&[u8]; 2]>) -> io::Result<()> {
        let mut writer = self.blob.finish()?;
        writer.write_all(b"\"")?;
        for (key, bytes) in ["signature", "publicKey"].iter().zip(seal.into_iter().flatten()) {
            write!(writer, r#","{key}":"{}""#, STANDARD.encode(bytes))?;
        }
        writer.write_all(b"}")?;
        writer.flush()
    }
}

impl<W: Write> Write for EnvelopeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.blob.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Flushing would end a group of characters early.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::EnvelopeBuilder;

    #[test]
    fn pieces_of_any_size_make_the_same_envelope_as_the_whole() {
        let metadata = serde_json::value::to_raw_value(&serde_json::json!({"exportHost": "é"})).unwrap();
        let blob: Vec<u8> = (0..=255).cycle().take(5_000).collect();
        let text = |bytes: &[u8]| STANDARD.encode(bytes);
        let mut whole = Vec::new();
        EnvelopeBuilder::new(&metadata, &text(&blob), &text(b"signature"), &text(b"key"))
            .write_to(&mut whole)
            .unwrap();
        for size in [1, 2, 3, 1_000, 5_000] {
            let mut pieces = Vec::new();
            let mut writer = EnvelopeWriter::begin(&mut pieces, &metadata).unwrap();
            for piece in blob.chunks(size) {
                writer.write_all(piece).unwrap();
                writer.flush().unwrap();
            }
            writer.finish(Some([b"signature", b"key"])).unwrap();
            assert_eq!(pieces, whole);
        }
    }
}
