//! Looks for keys in unknown fields and in data of unknown types.
//! Invariant: memory is bounded, and the module only counts: no text leaves it. What cannot be searched counts as a
//! key: messages nested too deep, groups, and bytes of a key's length that are neither text nor a message.

use std::io::BufRead;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::wire::{Cursor, Field, FieldHead, HeadValue, StreamedFields, fields};

/// Bytes of the keys that masking algorithms use.
const KEY_BYTES: [usize; 3] = [16, 24, 32];
/// Characters of the longest text that can be a key: 32 bytes with padding.
const MAX_KEY: usize = 44;
/// Minimum characters of a key without padding inside a longer text. Shorter ones are too often words.
const UNPADDED_WORD: usize = 32;
/// Bytes of a text that are searched.
const MAX_TEXT: u64 = 64 * 1024;
/// Levels of nested messages that are searched.
const MAX_DEPTH: u32 = 8;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Whether a text decodes to 16, 24 or 32 bytes of base64. Hexadecimal text, UUIDs and words don't count: a text
/// without padding must mix upper case, lower case and digits, or change case more often than words do.
fn is_key(text: &[u8]) -> bool {
    if text.len() > MAX_KEY || text.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-') {
        return false;
    }
    let mixed = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    let is_mixed = || mixed.iter().all(|class| text.iter().any(class));
    if text.last() != Some(&b'=') && !is_mixed() && !changes_case_often(text) {
        return false;
    }
    let decoded = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
    decoded.is_ok_and(|bytes| KEY_BYTES.contains(&bytes.len()))
}

/// Whether the case changes after fewer than four letters on average. Random letters change case every second letter,
/// joined words at most about every fifth.
fn changes_case_often(text: &[u8]) -> bool {
    let changes = text.windows(2).filter(|pair| {
        let letters = pair.iter().all(u8::is_ascii_alphabetic);
        letters && pair[0].is_ascii_uppercase() != pair[1].is_ascii_uppercase()
    });
    changes.count() * 4 > text.len()
}

/// Counts the keys in a text: the text itself, its words, and quoted parts.
pub(crate) fn in_text(text: &[u8]) -> u64 {
    let pieces = text.split(|byte| *byte == b'"');
    pieces.map(in_piece).sum()
}

fn in_piece(text: &[u8]) -> u64 {
    if is_key(text.trim_ascii()) {
        return 1;
    }
    let of_word = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte));
    let words = text.split(of_word);
    words
        .filter(|word| word.ends_with(b"=") || word.len() >= UNPADDED_WORD)
        .filter(|word| is_key(word))
        .count() as u64
}

/// Counts the texts in a message and its nested messages that look like keys.
pub(crate) fn in_message<S: BufRead>(message: &mut StreamedFields<'_, S>) -> u64 {
    below(message, 0)
}

/// As [`in_message`], in one field whose head was read.
pub(crate) fn in_field<S: BufRead>(head: &FieldHead, message: &mut StreamedFields<'_, S>) -> u64 {
    field(head, message, 0)
}

/// As [`in_message`], in one field in memory.
pub(crate) fn in_held_field(field: &Field<'_>) -> u64 {
    below(&mut Cursor::new(field.raw).message(field.raw.len() as u64), 0)
}

/// As [`in_message`], in the bytes of one field.
pub(crate) fn in_bytes(bytes: &[u8]) -> u64 {
    held(bytes, 0)
}

fn is_message(bytes: &[u8]) -> bool {
    fields(bytes).all(|field| field.is_ok())
}

fn below<S: BufRead>(message: &mut StreamedFields<'_, S>, depth: u32) -> u64 {
    let mut count = 0;
    // Text that is not a message ends with an error, which is expected.
    while let Ok(Some(head)) = message.next_field() {
        count += field(&head, message, depth);
    }
    count
}

fn field<S: BufRead>(head: &FieldHead, message: &mut StreamedFields<'_, S>, depth: u32) -> u64 {
    match head.value {
        HeadValue::Bytes(length) if length <= MAX_TEXT => {
            held(&message.bytes(length, MAX_TEXT).unwrap_or_default(), depth)
        }
        HeadValue::Bytes(length) if depth < MAX_DEPTH => below(&mut message.enter(length), depth + 1),
        HeadValue::Bytes(_) => 1,
        HeadValue::Group(_) => 1,
        HeadValue::Varint(_) | HeadValue::Fixed64(_) | HeadValue::Fixed32(_) => 0,
    }
}

fn held(bytes: &[u8], depth: u32) -> u64 {
    let is_text = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    if bytes.iter().all(is_text) {
        return in_text(bytes);
    }
    if depth >= MAX_DEPTH {
        return 1;
    }
    if KEY_BYTES.contains(&bytes.len()) && !is_message(bytes) {
        return 1;
    }
    below(&mut Cursor::new(bytes).message(bytes.len() as u64), depth + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Writer;

    #[test]
    fn base64_of_the_usual_key_sizes_looks_like_a_key() {
        for text in [
            "Zm9vYmFyYmF6cXV4MTIzNA==",
            "Zm9vYmFyYmF6cXV4MTIzNA",
            "AAAAAAAAAAAAAAAAAAAAAA==",
            "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0",
            "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
            "qLwErTyUiOpAsDfGhJkLzX",
            "__-_MDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
        ] {
            assert!(in_text(text.as_bytes()) > 0, "{text}");
        }
    }

    #[test]
    fn hexadecimal_text_uuids_and_words_do_not_look_like_keys() {
        for text in [
            "",
            "true",
            "0123456789abcdef0123456789abcdef",
            "5A0F00AA5A0F00AA5A0F00AA",
            "ec7a77e0-8b3f-4257-89b9-fcabd016f44d",
            "DELPHIX_MASKING_ENGINES",
            "NumberOfRowsInEveryBatch",
            "ActivityDescriptionKey",
            "IsMaskedByJobOfTheUser",
            "maskedValueCasePreserved",
            "a text of twenty-four ch",
            "aHVudGVyMg==",
            "jar://file/FirstNameLookupFile2.txt and file:///opt/dlpx/Names_2023_Final.csv",
        ] {
            assert!(!in_text(text.as_bytes()) > 0, "{text}");
        }
    }

    #[test]
    fn a_key_is_found_in_wrappers_and_lists() {
        let key = "Zm9vYmFyYmF6cXV4MTIzNA==";
        let mut writer = Writer::new();
        writer.text(3, "name").wrapped_text(4, key).message(5, |inner| {
            inner.message(1, |inner| _ = inner.text(2, key).text(2, key));
        });
        assert_eq!(in_bytes(&writer.finish()), 3);
        assert_eq!(in_bytes(key.as_bytes()), 1);
    }

    #[test]
    fn a_key_is_found_among_other_text() {
        for text in [
            "Zm9vYmFyYmF6cXV4MTIzNA==\n",
            "base64:Zm9vYmFyYmF6cXV4MTIzNA==",
            "{\"salt\": \"Zm9vYmFyYmF6cXV4MTIzNA==\", \"length\": 3}",
            r#"{"key":"Zm9vYmFyYmF6cXV4MTIzNA","length":3}"#,
            "key: MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0",
        ] {
            assert_eq!(in_text(text.as_bytes()), 1, "{text}");
        }
    }

    #[test]
    fn a_group_counts_as_a_key() {
        let key = Writer::new().text(2, "Zm9vYmFyYmF6cXV4MTIzNA==").finish();
        let group = [&[5 << 3 | 3][..], &key, &[5 << 3 | 4]].concat();
        assert_eq!(in_bytes(&group), 1);
    }

    #[test]
    fn bytes_of_a_keys_length_that_are_no_message_count_as_a_key() {
        let bytes: Vec<u8> = (0..32_u8).map(|n| n.wrapping_mul(167) ^ 0xff).collect();
        let with = |bytes: &[u8]| Writer::new().bytes(9, bytes).finish();
        assert_eq!((in_bytes(&with(&bytes)), in_bytes(&with(&bytes[..31]))), (1, 0));
        let message = Writer::new().varint(1, 300).varint(2, u64::MAX).finish();
        assert_eq!(in_bytes(&with(&[&message[..], &[8, 1]].concat())), 0);
    }

    #[test]
    fn what_lies_too_deep_counts_as_a_key() {
        let nested = |depth: u32| {
            let mut bytes = Writer::new().varint(1, 1).finish();
            for _ in 0..depth {
                bytes = Writer::new().bytes(1, &bytes).finish();
            }
            in_bytes(&bytes)
        };
        assert_eq!((nested(MAX_DEPTH - 1), nested(MAX_DEPTH + 2)), (0, 1));
    }
}
