//! Looks for keys where no table says what stands there: in unknown fields, and in data of unknown types.
//!
//! Invariant: memory is bounded, and no text leaves this module; it only counts.

use std::io::BufRead;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::wire::{Cursor, FieldHead, HeadValue, StreamedFields};

/// Bytes of the keys that masking algorithms use.
const KEY_BYTES: [usize; 3] = [16, 24, 32];
/// Characters of the longest text that can be a key: 32 bytes with padding.
const MAX_TEXT: u64 = 44;
/// Messages inside messages that are looked into.
const MAX_DEPTH: u32 = 8;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Whether a text decodes to 16, 24 or 32 bytes of base64. Hexadecimal text and UUIDs are no keys, and neither are words:
/// a text without padding has to mix upper case, lower case and digits.
pub(super) fn looks_like_key(text: &[u8]) -> bool {
    if text.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-') {
        return false;
    }
    let mixed = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    if text.last() != Some(&b'=') && !mixed.iter().all(|class| text.iter().any(class)) {
        return false;
    }
    let decoded = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
    decoded.is_ok_and(|bytes| KEY_BYTES.contains(&bytes.len()))
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
    if bytes.len() as u64 <= MAX_TEXT && looks_like_key(bytes) {
        return 1;
    }
    in_message(&mut Cursor::new(bytes).message(bytes.len() as u64))
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
            let bytes = message.bytes(length, MAX_TEXT).unwrap_or_default();
            if looks_like_key(&bytes) {
                return 1;
            }
            match depth < MAX_DEPTH {
                true => below(&mut Cursor::new(&bytes[..]).message(length), depth + 1),
                false => 0,
            }
        }
        HeadValue::Bytes(length) if depth < MAX_DEPTH => below(&mut message.enter(length), depth + 1),
        _ => 0,
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
            assert!(looks_like_key(text.as_bytes()), "{text}");
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
        ] {
            assert!(!looks_like_key(text.as_bytes()), "{text}");
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
}
