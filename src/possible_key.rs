//! Looks for keys where no table says what stands there: in unknown fields, and in data of unknown types.
//!
//! Invariant: memory is bounded, and no text leaves this module; it only counts. What lies too deep to be looked into
//! counts as a key.

use std::io::BufRead;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::wire::{Cursor, FieldHead, HeadValue, StreamedFields};

/// Bytes of the keys that masking algorithms use.
const KEY_BYTES: [usize; 3] = [16, 24, 32];
/// Characters of the longest text that can be a key: 32 bytes with padding.
const MAX_KEY: usize = 44;
/// Characters of a word of a longer text that can be a key without padding. Shorter ones are too often words.
const UNPADDED_WORD: usize = 32;
/// Bytes of a text that is looked through.
const MAX_TEXT: u64 = 64 * 1024;
/// Messages inside messages that are looked into.
const MAX_DEPTH: u32 = 8;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Whether a text decodes to 16, 24 or 32 bytes of base64. Hexadecimal text and UUIDs are no keys, and neither are words:
/// a text without padding has to mix upper case, lower case and digits.
fn is_key(text: &[u8]) -> bool {
    if text.len() > MAX_KEY || text.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-') {
        return false;
    }
    let mixed = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    if text.last() != Some(&b'=') && !mixed.iter().all(|class| text.iter().any(class)) {
        return false;
    }
    let decoded = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
    decoded.is_ok_and(|bytes| KEY_BYTES.contains(&bytes.len()))
}

/// Counts the keys that a text is or has among its words.
pub(crate) fn in_text(text: &[u8]) -> u64 {
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

/// Counts the texts in a message that look like keys, in messages inside of it too.
pub(crate) fn in_message<S: BufRead>(message: &mut StreamedFields<'_, S>) -> u64 {
    below(message, 0)
}

/// As [`in_message`], in one field whose head was read.
pub(crate) fn in_field<S: BufRead>(head: &FieldHead, message: &mut StreamedFields<'_, S>) -> u64 {
    field(head, message, 0)
}

/// As [`in_message`], in the bytes of one field.
pub(crate) fn in_bytes(bytes: &[u8]) -> u64 {
    held(bytes, 0)
}

fn below<S: BufRead>(message: &mut StreamedFields<'_, S>, depth: u32) -> u64 {
    let mut count = 0;
    // Text that is no message ends with an error, which says nothing here.
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
        HeadValue::Varint(_) | HeadValue::Other => 0,
    }
}

fn held(bytes: &[u8], depth: u32) -> u64 {
    let is_text = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    if bytes.iter().all(is_text) {
        return in_text(bytes);
    }
    match depth < MAX_DEPTH {
        true => below(&mut Cursor::new(bytes).message(bytes.len() as u64), depth + 1),
        false => 1,
    }
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
            "key: MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0",
        ] {
            assert_eq!(in_text(text.as_bytes()), 1, "{text}");
        }
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
