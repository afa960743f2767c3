//! Writes a new envelope while its blob is built, so that the blob's text isn't held in memory.
//!
//! Invariant: writes the same bytes as [`super::EnvelopeBuilder`].

use std::io::{self, BufWriter, Write};

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::write::EncoderWriter;
use serde_json::value::RawValue;

/// Characters passed on at a time.
const CHUNK: usize = 64 * 1024;

/// An envelope that is being written. Bytes written to it become the blob.
pub struct EnvelopeWriter<W: Write> {
    // The encoder needs a writer that takes all bytes at once, as this buffer does.
    blob: EncoderWriter<'static, GeneralPurpose, BufWriter<W>>,
}

impl<W: Write> EnvelopeWriter<W> {
    /// Writes the part before the blob.
    ///
    /// # Errors
    /// The writer fails.
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

    /// Writes the end of the blob, then signature and key in DER form, if given.
    ///
    /// # Errors
    /// The writer fails.
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
    fn pieces_of_any_size_make_the_same_envelope() {
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
