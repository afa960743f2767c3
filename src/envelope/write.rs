//! Writes a new envelope as engines do: one compact line, with the members in their order.
//!
//! Invariant: no member is named twice, and the types of all parts ensure valid JSON.

use std::io::{self, Write};

use serde_json::value::RawValue;

/// Why an envelope wasn't built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A name was given twice, or is one of the four of every document.
    #[error("the document would name the member {0:?} twice")]
    DuplicateMember(String),
}

/// The parts of an envelope to be written.
#[derive(Debug, Clone)]
pub struct EnvelopeBuilder<'p> {
    metadata: &'p RawValue,
    blob: &'p str,
    signature: &'p str,
    public_key: &'p str,
    extra: Vec<(&'p str, &'p RawValue)>,
}

impl<'p> EnvelopeBuilder<'p> {
    /// A builder for metadata (such as from [`super::Metadata::to_json`]) and the three base64 texts.
    pub fn new(metadata: &'p RawValue, blob: &'p str, signature: &'p str, public_key: &'p str) -> Self {
        Self {
            metadata,
            blob,
            signature,
            public_key,
            extra: Vec::new(),
        }
    }

    /// Adds a member after the four of every document.
    pub fn extra(mut self, name: &'p str, value: &'p RawValue) -> Result<Self, BuildError> {
        let own = ["exportResponseMetadata", "blob", "signature", "publicKey"];
        if own.contains(&name) || self.extra.iter().any(|(other, _)| *other == name) {
            return Err(BuildError::DuplicateMember(name.to_owned()));
        }
        self.extra.push((name, value));
        Ok(self)
    }

    /// Writes the document, without a line end.
    pub fn write_to(&self, mut writer: impl Write) -> io::Result<()> {
        write!(writer, r#"{{"exportResponseMetadata":{}"#, self.metadata.get())?;
        for (key, text) in [
            ("blob", self.blob),
            ("signature", self.signature),
            ("publicKey", self.public_key),
        ] {
            write!(writer, r#","{key}":"#)?;
            serde_json::to_writer(&mut writer, text)?;
        }
        for (name, value) in &self.extra {
            writer.write_all(b",")?;
            serde_json::to_writer(&mut writer, name)?;
            write!(writer, ":{}", value.get())?;
        }
        writer.write_all(b"}")
    }
}

/// Writes an object from the raw texts of its members.
pub(super) fn members<'m>(
    writer: &mut impl Write,
    members: impl Iterator<Item = (&'m str, &'m str)>,
) -> io::Result<()> {
    let mut before = "{";
    for (key, value) in members {
        for part in [before, key, ":", value] {
            writer.write_all(part.as_bytes())?;
        }
        before = ",";
    }
    // An object without members is still open.
    writer.write_all(if before == "{" { b"{}" } else { b"}" })
}
