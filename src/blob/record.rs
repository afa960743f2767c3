//! What a record is: header, object, sealed objects or trailer, told apart by its fields alone.
//!
//! Invariant: a record's kind doesn't depend on its position, so a reader needs no look-ahead to know what the
//! signature covers. (That the header comes first and the trailer last is checked by whoever reads them.)

use super::odd_field::{OddField, OddFields};
use super::parsed::{ParsedRecord, RecordKind};
use crate::wire::{self, Cursor, HeadValue, Message, WireError, Writer};

/// What [`Header::marker`] says of a document whose keys, rows and names of people and places are stand-ins.
pub const REDACTED: &str = "redacted";

/// Why a record can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not a protobuf message.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The first record lacks a field that every header has.
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
    /// The record has two objects, which protobuf would make one of.
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
    /// Field 1: UUID text; every record of the export repeats it.
    pub export_id: String,
    /// Field 2: ISO-8601 instant at which the export began.
    pub started: String,
    /// Field 3: how the objects are encrypted, undecoded. Never seen in a real document.
    pub encryption: Option<Vec<u8>>,
    /// Field 4: number of object records.
    pub object_count: u64,
    /// Field 5: format number; engines of 2019 wrote 1 and 2.
    pub format: Option<u64>,
    /// Field 15: the signing rule, in documents sealed by this toolkit.
    pub rule: Option<String>,
    /// Field 16: what was done to the content, in documents sealed by this toolkit. Readers that don't know it skip
    /// it; the signature covers it.
    pub marker: Option<String>,
    /// Numbers of fields this version doesn't know, in order.
    pub unknown_fields: Vec<u32>,
}

impl Header {
    /// Reads a header message.
    ///
    /// # Errors
    /// Bytes that are no message, or a missing field.
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

    /// The fields of a header message that this version doesn't know, as they stand.
    pub fn unknown_bytes(message: &[u8]) -> Vec<u8> {
        bytes_of_fields(message, |number| !is_header_field(number))
    }

    /// The known fields of a header message that stand as no writer puts them.
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

    /// Writes the header as engines order it.
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

/// The raw bytes of the fields that are wanted, one after the other.
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
    /// Where `object` begins in the record's message.
    pub object_offset: usize,
    /// Numbers of fields this version doesn't know; the first thousand.
    pub unknown_fields: Vec<u32>,
}

impl ObjectRecord<'_> {
    /// Writes an object record's message.
    pub fn encode(export_id: &str, object: &[u8]) -> Vec<u8> {
        let mut message = Self::encode_before(export_id, object.len());
        message.extend_from_slice(object);
        message
    }

    /// Writes what stands before an object of this length in its record's message.
    pub fn encode_before(export_id: &str, object_length: usize) -> Vec<u8> {
        Writer::new()
            .text(1, export_id)
            .bytes_head(2, object_length)
            .finish()
    }

    /// The fields of an object record's message that this version doesn't know, as they stand.
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
    /// Whether the message is exactly what [`Trailer::encode`] writes. The signature doesn't cover the trailer, so
    /// anything else in it is room for tampering.
    pub canonical: bool,
}

impl Trailer {
    /// Writes a trailer's message.
    pub fn encode(export_id: &str, signature: &[u8]) -> Vec<u8> {
        Writer::new().text(1, export_id).bytes(3, signature).finish()
    }
}

/// A record after the header, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record<'a> {
    /// Carries one object.
    Object(ObjectRecord<'a>),
    /// Carries all objects, encrypted.
    Sealed(SealedRecord<'a>),
    /// Carries the signature.
    Trailer(Trailer),
}

impl<'a> Record<'a> {
    /// Tells a record's kind and reads it. Not for the first record, which is a [`Header`].
    ///
    /// # Errors
    /// Bytes that are no message, or a message of no known kind.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, RecordError> {
        let mut cursor = Cursor::new(bytes);
        let ParsedRecord { export_id, kind, .. } =
            ParsedRecord::read(&mut cursor.message(bytes.len() as u64), false, |_| ())?;
        Ok(match kind {
            RecordKind::Object {
                at, unknown_fields, ..
            } => Self::Object(ObjectRecord {
                export_id,
                object: at.of(bytes),
                object_offset: usize::try_from(at.offset).unwrap_or(usize::MAX),
                unknown_fields,
            }),
            RecordKind::Sealed { at, .. } => Self::Sealed(SealedRecord {
                export_id,
                ciphertext: at.of(bytes),
            }),
            RecordKind::Trailer(trailer) => Self::Trailer(trailer),
        })
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
    fn a_header_without_count_is_refused() {
        let bytes = Writer::new().text(1, "id").text(2, "now").finish();
        assert_eq!(
            Header::parse(&bytes).unwrap_err().to_string(),
            "header has no object count (field 4)"
        );
    }

    #[test]
    fn kinds_are_told_by_fields() {
        assert!(matches!(
            Record::parse(&ObjectRecord::encode("x", b"")),
            Ok(Record::Object(_))
        ));
        assert!(matches!(
            Record::parse(&SealedRecord::encode("x", b"y")),
            Ok(Record::Sealed(_))
        ));
        assert!(matches!(Record::parse(&Trailer::encode("x", b"s")), Ok(Record::Trailer(t)) if t.canonical));
        assert_eq!(Record::parse(&[]), Err(RecordError::UnknownKind));
    }

    #[test]
    fn a_trailer_with_anything_more_is_not_canonical() {
        for extra in [&[0x20, 0x01][..], &[0x1a, 0x01, b's'], &[0x0a, 0x01, b'x']] {
            let bytes = [&Trailer::encode("x", b"s")[..], extra].concat();
            assert!(
                matches!(Record::parse(&bytes), Ok(Record::Trailer(t)) if !t.canonical),
                "{extra:?}"
            );
        }
    }

    #[test]
    fn what_is_not_known_is_kept_as_it_stands() {
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
        assert!(matches!(Record::parse(&object), Ok(Record::Object(read)) if read.unknown_fields == [3, 4]));
    }
}
