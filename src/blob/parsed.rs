//! Reads a record from a stream, and recognises its kind.
//!
//! Invariant: one reader for all sizes; [`super::Record::parse`] uses it for bytes in memory. The object is passed on or
//! skipped, never held; only the short fields of the trailer are.

use std::io::BufRead;

use super::odd_field::{OddField, OddFields};
use super::record::{ObjectRecord, RecordError, SealedRecord, Trailer, is_object_field};
use crate::possible_key;
use crate::wire::{Cursor, FieldHead, HeadValue, StreamedFields, Writer};

/// Size limit of a trailer's signature and of an export id. Real ones have less than 100 bytes.
const MAX_SHORT: u64 = 64 * 1024;
/// Unknown fields that are listed.
pub(crate) const MAX_UNKNOWN: usize = 1000;

/// The place of a value in its record's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Offset of its first byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

impl Extent {
    /// The value in a message in memory.
    pub fn of(self, message: &[u8]) -> &[u8] {
        let index = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let end = index(self.offset).saturating_add(index(self.length));
        message.get(index(self.offset)..end).unwrap_or_default()
    }
}

/// A record after the header. `T` is what the caller reads from an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedRecord<T> {
    /// Field 1.
    pub export_id: Option<String>,
    /// Known fields in a form that no writer makes; empty for a trailer, see [`Trailer::canonical`].
    pub odd_fields: Vec<OddField>,
    /// The rest, by kind.
    pub kind: RecordKind<T>,
}

/// The kind of a record after the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordKind<T> {
    /// Carries one object.
    Object {
        /// What the caller read from it.
        object: T,
        /// Its place.
        at: Extent,
        /// Numbers of unknown fields; the first thousand.
        unknown_fields: Vec<u32>,
        /// Number of texts in them that look like keys.
        possible_keys: u64,
    },
    /// Carries all objects, encrypted.
    Sealed {
        /// Field 4, if the caller keeps it.
        ciphertext: Option<Vec<u8>>,
        /// Its place.
        at: Extent,
    },
    /// Carries the signature.
    Trailer(Trailer),
}

/// The last value of one field number. A value of another wire type counts as an unknown field.
enum Last<T> {
    Absent,
    Bytes(Extent, T),
}

impl<T> ParsedRecord<T> {
    /// Reads a record's message. `object` reads the object message; a record with two is refused.
    ///
    /// # Errors
    /// Not a message, or a message of no known kind.
    pub fn read<S: BufRead>(
        message: &mut StreamedFields<'_, S>,
        keep_ciphertext: bool,
        mut object: impl FnMut(&mut StreamedFields<'_, S>) -> T,
    ) -> Result<Self, RecordError> {
        let mut export_id = None;
        let (mut second, mut third, mut fourth) = (Last::Absent, Last::Absent, Last::Absent);
        let mut unknown_fields = Vec::new();
        let mut shape = Shape::default();
        let (mut repeated, mut keys_beside) = (false, 0);
        let mut odd = OddFields::default();
        while let Some(head) = message.next_field()? {
            shape.field(&head);
            if matches!(head.number, 1 | 2 | 4) {
                odd.see(head.number, head.value, false, head.offset);
            }
            if !is_object_field(head.number) && unknown_fields.len() < MAX_UNKNOWN {
                unknown_fields.push(head.number);
            }
            let HeadValue::Bytes(length) = head.value else {
                keys_beside += possible_key::in_field(&head, message);
                continue;
            };
            let at = Extent {
                offset: head.value_offset,
                length,
            };
            match head.number {
                1 => {
                    let text = message.bytes(length, MAX_SHORT).map(String::from_utf8);
                    shape.odd |= !matches!(text, Some(Ok(_)));
                    export_id = Some(match text {
                        Some(Ok(text)) => text,
                        Some(Err(error)) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
                        None => format!("an id of {length} bytes"),
                    });
                }
                2 if matches!(second, Last::Bytes(..)) => repeated = true,
                2 => second = Last::Bytes(at, object(&mut message.enter(length))),
                3 => {
                    let signature = message.bytes(length, MAX_SHORT);
                    keys_beside += signature.as_deref().map_or(0, possible_key::in_bytes);
                    third = Last::Bytes(at, signature);
                }
                4 if keep_ciphertext => fourth = Last::Bytes(at, message.bytes(length, u64::MAX)),
                4 => {
                    let text = message.bytes(length, MAX_SHORT);
                    keys_beside += text.as_deref().map_or(0, possible_key::in_bytes);
                    fourth = Last::Bytes(at, None);
                }
                _ => keys_beside += possible_key::in_field(&head, message),
            }
        }
        if repeated {
            return Err(RecordError::Repeated);
        }
        let kind = match (second, third, fourth) {
            (Last::Bytes(at, object), _, _) => RecordKind::Object {
                object,
                at,
                unknown_fields,
                possible_keys: keys_beside,
            },
            (_, _, Last::Bytes(at, ciphertext)) => RecordKind::Sealed { ciphertext, at },
            (_, Last::Bytes(_, signature), _) => RecordKind::Trailer(Trailer {
                canonical: shape.is_canonical(export_id.as_deref(), signature.as_deref()),
                export_id: export_id.clone(),
                signature: signature.unwrap_or_default(),
            }),
            _ => return Err(RecordError::UnknownKind),
        };
        let odd_fields = odd.of(|number| match kind {
            RecordKind::Object { .. } => is_object_field(number),
            RecordKind::Sealed { .. } => matches!(number, 1 | 4),
            RecordKind::Trailer(_) => false,
        });
        Ok(Self {
            export_id,
            odd_fields,
            kind,
        })
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
    /// Reads a record of any kind but the first, which is a [`Header`].
    ///
    /// # Errors
    /// Not a message, or a message of no known kind.
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

/// Whether a message has exactly the fields of a trailer.
#[derive(Default)]
struct Shape {
    fields: u32,
    odd: bool,
    end: u64,
}

impl Shape {
    fn field(&mut self, head: &FieldHead) {
        self.fields = self.fields.saturating_add(1);
        match (self.fields, head.number, head.value) {
            (1, 1, HeadValue::Bytes(_)) => {}
            (2, 3, HeadValue::Bytes(length)) => self.end = head.value_offset + length,
            _ => self.odd = true,
        }
    }

    /// Compares with what writing gives, since tags and lengths may be longer than needed.
    fn is_canonical(&self, export_id: Option<&str>, signature: Option<&[u8]>) -> bool {
        let (Some(export_id), Some(signature)) = (export_id, signature) else {
            return false;
        };
        let again = Writer::new().text(1, export_id).bytes(3, signature).finish();
        !self.odd && self.fields == 2 && again.len() as u64 == self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &[u8]) -> Result<ParsedRecord<()>, RecordError> {
        let mut cursor = Cursor::new(message);
        ParsedRecord::read(&mut cursor.message(message.len() as u64), false, |_| ())
    }

    fn is_canonical(trailer: &[u8]) -> bool {
        match read(trailer).unwrap().kind {
            RecordKind::Trailer(trailer) => trailer.canonical,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn trailer_in_another_form_is_not_canonical() {
        assert!(is_canonical(b"\x0a\x03abc\x1a\x02sg"));
        // An id that isn't text, as long as its replacement character.
        assert!(!is_canonical(b"\x0a\x03\xf0\x9f\x98\x1a\x02sg"));
        // A length in two bytes instead of one.
        assert!(!is_canonical(b"\x0a\x83\x00abc\x1a\x02sg"));
    }

    #[test]
    fn field_of_another_wire_type_replaces_nothing() {
        for number in [2, 3, 4] {
            let field = Writer::new().bytes(number, b"").finish();
            assert!(read(&field).is_ok(), "{number}");
            let again = Writer::new().int(number, 1).finish();
            let both = [&field[..], &again].concat();
            assert!(read(&both).is_ok(), "{number}");
            assert_eq!(read(&again).unwrap_err(), RecordError::UnknownKind, "{number}");
        }
        let object = Writer::new().text(1, "id").bytes(2, b"").finish();
        assert_eq!(read(&object).unwrap().export_id.as_deref(), Some("id"));
        let and_number = [&object[..], &Writer::new().int(1, 1).finish()].concat();
        assert_eq!(read(&and_number).unwrap().export_id.as_deref(), Some("id"));
    }

    #[test]
    fn export_id_and_signature_are_read_up_to_64_kib() {
        for (length, read_whole) in [(65_536, true), (65_537, false)] {
            let long = "x".repeat(length);
            let object = Writer::new().text(1, &long).bytes(2, b"").finish();
            let export_id = read(&object).unwrap().export_id;
            assert_eq!(export_id.as_deref() == Some(&*long), read_whole, "{length}");
            let trailer = Writer::new().text(1, "id").bytes(3, long.as_bytes()).finish();
            assert_eq!(is_canonical(&trailer), read_whole, "{length}");
        }
    }

    #[test]
    fn at_most_a_thousand_unknown_fields_are_listed() {
        let listed = |count: u32| {
            let mut message = Writer::new();
            message.bytes(2, b"").text(1, "id");
            for number in 0..count {
                message.varint(10 + number, 1);
            }
            match read(&message.finish()).unwrap().kind {
                RecordKind::Object { unknown_fields, .. } => unknown_fields,
                other => panic!("{other:?}"),
            }
        };
        assert!(listed(0).is_empty());
        let object = [&ObjectRecord::encode("id", b"data")[..], &[0x18, 7, 0x20, 1]].concat();
        assert!(matches!(Record::parse(&object), Ok(Record::Object(read)) if read.unknown_fields == [3, 4]));
        assert_eq!(listed(2), [10, 11]);
        assert_eq!(listed(1000).len(), 1000);
        let more = listed(1001);
        assert_eq!((more.len(), more.last()), (1000, Some(&1009)));
    }

    #[test]
    fn second_object_in_a_record_is_refused() {
        let two = Writer::new().bytes(2, b"").bytes(2, b"").finish();
        assert_eq!(read(&two).unwrap_err(), RecordError::Repeated);
    }

    #[test]
    fn keys_beside_an_object_are_counted() {
        // "0123456789abcdef" in base64.
        let key = b"MDEyMzQ1Njc4OWFiY2RlZg==";
        for (beside, count) in [(&[][..], 0), (&[3], 1), (&[4], 1), (&[3, 4], 2), (&[3, 4, 9], 3)] {
            let mut message = Writer::new();
            message.bytes(2, b"");
            for number in beside {
                message.bytes(*number, key);
            }
            let RecordKind::Object { possible_keys, .. } = read(&message.finish()).unwrap().kind else {
                panic!("{beside:?}")
            };
            assert_eq!(possible_keys, count, "{beside:?}");
        }
    }

    #[test]
    fn ciphertext_is_held_only_on_request() {
        let message = SealedRecord::encode("id", b"hidden");
        for (keep, held) in [(true, Some(b"hidden".to_vec())), (false, None)] {
            let mut cursor = Cursor::new(&*message);
            let mut fields = cursor.message(message.len() as u64);
            let kind = ParsedRecord::read(&mut fields, keep, |_| ()).unwrap().kind;
            assert!(
                matches!(&kind, RecordKind::Sealed { ciphertext, .. } if *ciphertext == held),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn fields_decide_the_kind() {
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
    fn trailer_with_another_field_is_not_canonical() {
        for extra in [&[0x20, 0x01][..], &[0x1a, 0x01, b's'], &[0x0a, 0x01, b'x']] {
            let bytes = [&Trailer::encode("x", b"s")[..], extra].concat();
            assert!(
                matches!(Record::parse(&bytes), Ok(Record::Trailer(t)) if !t.canonical),
                "{extra:?}"
            );
        }
    }
}
