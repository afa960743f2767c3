//! Tells what a record is from its message as it comes.
//!
//! Invariant: one reading for all sizes; [`super::Record::parse`] is this over bytes in memory. What a record carries is
//! handed on or skipped, never held here, the trailer's short fields apart.

use std::io::BufRead;

use super::odd_field::{OddField, OddFields};
use super::record::{RecordError, Trailer};
use crate::possible_key;
use crate::wire::{FieldHead, HeadValue, StreamedFields, Writer};

/// Bytes of a trailer's signature, or of an export id, that are looked at. Real ones have less than a hundred.
const MAX_SHORT: u64 = 64 * 1024;
/// Unknown fields that are listed.
pub(crate) const MAX_UNKNOWN: usize = 1000;

/// Where a record's value lies in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Offset of its first byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

impl Extent {
    /// The value, of a message in memory.
    pub fn of(self, message: &[u8]) -> &[u8] {
        let index = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let end = index(self.offset).saturating_add(index(self.length));
        message.get(index(self.offset)..end).unwrap_or_default()
    }
}

/// What a record is. `T` is what was read from an object, `C` what was kept of a ciphertext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedRecord<T> {
    /// Field 1.
    pub export_id: Option<String>,
    /// Known fields that stand as no writer puts them. A trailer's own shape tells of its fields.
    pub odd_fields: Vec<OddField>,
    /// The rest, by kind.
    pub kind: RecordKind<T>,
}

/// A record after the header, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordKind<T> {
    /// Carries one object.
    Object {
        /// What was read from it.
        object: T,
        /// Where it lies.
        at: Extent,
        /// Numbers of fields this version doesn't know; the first thousand.
        unknown_fields: Vec<u32>,
        /// Texts in them that look like keys.
        possible_keys: u64,
    },
    /// Carries all objects, encrypted.
    Sealed {
        /// Field 4, if it was to be kept.
        ciphertext: Option<Vec<u8>>,
        /// Where it lies.
        at: Extent,
    },
    /// Carries the signature.
    Trailer(Trailer),
}

/// The value of one field number, the last that occurred. One of another wire type is an unknown field.
enum Last<T> {
    Absent,
    Bytes(Extent, T),
}

impl<T> ParsedRecord<T> {
    /// Reads a record's message. `object` reads an object message; of several only the last one's answer counts.
    ///
    /// # Errors
    /// Bytes that are no message, or a message of no known kind.
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
            if !super::record::is_object_field(head.number) && unknown_fields.len() < MAX_UNKNOWN {
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
            RecordKind::Object { .. } => super::record::is_object_field(number),
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

    /// Tags and lengths can be written longer than needed; so only writing it again tells.
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
    use crate::wire::Cursor;

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
    fn a_trailer_written_in_another_way_is_not_canonical() {
        assert!(is_canonical(b"\x0a\x03abc\x1a\x02sg"));
        // As long as what its id is shown as, which is no text.
        assert!(!is_canonical(b"\x0a\x03\xf0\x9f\x98\x1a\x02sg"));
        // A length in two bytes where one does.
        assert!(!is_canonical(b"\x0a\x83\x00abc\x1a\x02sg"));
    }

    #[test]
    fn a_field_of_another_wire_type_is_unknown_and_the_one_before_it_counts() {
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
    fn an_export_id_and_a_signature_are_read_up_to_64_kib() {
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
    fn a_thousand_unknown_fields_are_listed_and_no_more() {
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
        assert_eq!(listed(2), [10, 11]);
        assert_eq!(listed(1000).len(), 1000);
        let more = listed(1001);
        assert_eq!((more.len(), more.last()), (1000, Some(&1009)));
    }
}
