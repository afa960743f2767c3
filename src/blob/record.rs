//! The four kinds of record: header, object, sealed objects and trailer.
//!
//! Invariant: a record's kind depends on its fields, not on its position, so a reader knows without look-ahead what the
//! signature covers. The caller checks that the header is first and the trailer last.

use super::odd_field::{OddField, OddFields};
use crate::wire::{self, HeadValue, Message, WireError, Writer};

/// The [`Header::marker`] of a document with stand-ins for its keys, rows and names of people and places.
pub const REDACTED: &str = "redacted";

/// Why a record is unreadable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not a protobuf message.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The first record lacks a required field.
    #[error("header has no {0}")]
    HeaderField(HeaderField),
    /// The first record is larger than any header.
    #[error("header of {length} bytes, above the limit of {limit}")]
    HeaderTooLarge {
        /// Its bytes.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// The record has two objects, which protobuf would merge.
    #[error("more than one object")]
    Repeated,
    /// The record has neither an object, a ciphertext nor a signature.
    #[error("neither header, object nor trailer")]
    UnknownKind,
}

/// The fields every header has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderField {
    /// Field 1.
    #[error("export id (field 1)")]
    ExportId,
    /// Field 2.
    #[error("time (field 2)")]
    Started,
    /// Field 4.
    #[error("object count (field 4)")]
    ObjectCount,
}

/// Record 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Field 1: UUID text, repeated in every record of the export.
    pub export_id: String,
    /// Field 2: the start of the export, as an ISO-8601 instant.
    pub started: String,
    /// Field 3: encryption parameters, undecoded. Not seen in a real document.
    pub encryption: Option<Vec<u8>>,
    /// Field 4: number of object records.
    pub object_count: u64,
    /// Field 5: format number; engines of 2019 wrote 1 and 2.
    pub format: Option<u64>,
    /// Field 15: the signing rule, in documents sealed by this toolkit.
    pub rule: Option<String>,
    /// Field 16: what was done to the content, in documents sealed by this toolkit. The signature covers it; readers that
    /// don't know it skip it.
    pub marker: Option<String>,
    /// Numbers of unknown fields, in order.
    pub unknown_fields: Vec<u32>,
}

impl Header {
    /// Reads a header message.
    ///
    /// # Errors
    /// Not a message, or a required field is missing.
    pub fn parse(message: &[u8]) -> Result<Self, RecordError> {
        let message = Message::parse(message)?;
        let require = |field| RecordError::HeaderField(field);
        Ok(Self {
            export_id: message
                .text(1)
                .ok_or(require(HeaderField::ExportId))?
                .into_owned(),
            started: message.text(2).ok_or(require(HeaderField::Started))?.into_owned(),
            encryption: message.bytes(3).map(<[u8]>::to_vec),
            object_count: message.varint32(4).ok_or(require(HeaderField::ObjectCount))?,
            format: message.varint32(5),
            rule: message.text(15).map(std::borrow::Cow::into_owned),
            marker: message.text(16).map(std::borrow::Cow::into_owned),
            unknown_fields: message
                .fields()
                .map(|field| field.number)
                .filter(|number| !is_header_field(*number))
                .collect(),
        })
    }

    /// The bytes of a header's unknown fields.
    pub fn unknown_bytes(message: &[u8]) -> Vec<u8> {
        bytes_of_fields(message, |number| !is_header_field(number))
    }

    /// The known fields of a header in a form that no writer makes.
    pub fn odd_fields(message: &[u8]) -> Vec<OddField> {
        let mut odd = OddFields::default();
        for field in wire::fields(message).map_while(Result::ok) {
            if is_header_field(field.number) {
                let is_number = matches!(field.number, 4 | 5);
                odd.see(
                    field.number,
                    HeadValue::from(field.value),
                    is_number,
                    field.offset as u64,
                );
            }
        }
        odd.of(|_| true)
    }

    /// Writes the header, with its fields in the engines' order.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.text(1, &self.export_id).text(2, &self.started);
        if let Some(encryption) = &self.encryption {
            writer.bytes(3, encryption);
        }
        writer.varint(4, self.object_count);
        if let Some(format) = self.format {
            writer.varint(5, format);
        }
        if let Some(rule) = &self.rule {
            writer.text(15, rule);
        }
        if let Some(marker) = &self.marker {
            writer.text(16, marker);
        }
        writer.finish()
    }
}

fn is_header_field(number: u32) -> bool {
    matches!(number, 1..=5 | 15 | 16)
}

pub(super) fn is_object_field(number: u32) -> bool {
    matches!(number, 1 | 2)
}

/// The raw bytes of the wanted fields.
fn bytes_of_fields(message: &[u8], wanted: impl Fn(u32) -> bool) -> Vec<u8> {
    wire::fields(message)
        .map_while(Result::ok)
        .filter(|field| wanted(field.number))
        .flat_map(|field| field.raw.iter().copied())
        .collect()
}

/// A record that carries one syncable object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRecord<'a> {
    /// Field 1.
    pub export_id: Option<String>,
    /// Field 2, undecoded.
    pub object: &'a [u8],
    /// Offset of `object` in the record's message.
    pub object_offset: usize,
    /// Numbers of unknown fields; the first thousand.
    pub unknown_fields: Vec<u32>,
}

impl ObjectRecord<'_> {
    /// Writes an object record's message.
    pub fn encode(export_id: &str, object: &[u8]) -> Vec<u8> {
        let mut message = Self::encode_before(export_id, object.len());
        message.extend_from_slice(object);
        message
    }

    /// Writes the part of an object record's message before an object of this length.
    pub fn encode_before(export_id: &str, object_length: usize) -> Vec<u8> {
        Writer::new()
            .text(1, export_id)
            .bytes_head(2, object_length)
            .finish()
    }

    /// The bytes of an object record's unknown fields.
    pub fn unknown_bytes(message: &[u8]) -> Vec<u8> {
        bytes_of_fields(message, |number| !is_object_field(number))
    }
}

/// A record that carries encrypted object records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord<'a> {
    /// Field 1.
    pub export_id: Option<String>,
    /// Field 4.
    pub ciphertext: &'a [u8],
}

impl SealedRecord<'_> {
    /// Writes a sealed record's message.
    pub fn encode(export_id: &str, ciphertext: &[u8]) -> Vec<u8> {
        Writer::new().text(1, export_id).bytes(4, ciphertext).finish()
    }
}

/// The last record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer {
    /// Field 1.
    pub export_id: Option<String>,
    /// Field 3: DER, the same bytes as the JSON `signature`.
    pub signature: Vec<u8>,
    /// Whether the message is exactly what [`Trailer::encode`] writes. The signature doesn't cover the trailer, so any
    /// other form leaves room for tampering.
    pub canonical: bool,
}

impl Trailer {
    /// Writes a trailer's message.
    pub fn encode(export_id: &str, signature: &[u8]) -> Vec<u8> {
        Writer::new().text(1, export_id).bytes(3, signature).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_survives_a_round_trip() {
        let header = Header {
            export_id: "5d0e9a3c-0000-4000-8000-000000000001".into(),
            started: "2019-05-07T19:16:46.159Z".into(),
            encryption: Some(vec![1, 2]),
            object_count: 300,
            format: Some(2),
            rule: Some("records-v1".into()),
            marker: Some("redacted".into()),
            unknown_fields: vec![],
        };
        assert_eq!(Header::parse(&header.encode()).unwrap(), header);
    }

    #[test]
    fn header_without_count_is_refused() {
        let bytes = Writer::new().text(1, "id").text(2, "now").finish();
        assert_eq!(
            Header::parse(&bytes).unwrap_err().to_string(),
            "header has no object count (field 4)"
        );
    }

    #[test]
    fn unknown_fields_keep_their_bytes() {
        let unknown = Writer::new()
            .text(6, "later")
            .varint(14, 3)
            .varint(17, 4)
            .finish();
        let header = [
            &Writer::new().text(1, "id").text(2, "now").varint(4, 1).finish()[..],
            &unknown,
        ]
        .concat();
        assert_eq!(Header::unknown_bytes(&header), unknown);
        assert_eq!(Header::parse(&header).unwrap().unknown_fields, [6, 14, 17]);
        let more = Writer::new().varint(3, 7).text(4, "x").finish();
        let object = [&ObjectRecord::encode("id", b"data")[..], &more].concat();
        assert_eq!(ObjectRecord::unknown_bytes(&object), more);
    }
}
