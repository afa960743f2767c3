//! Recognises a UTF-8 byte order mark and UTF-16, which some editors and shells write.
//!
//! Invariant: nothing is decoded, so no secret is copied.

/// The UTF-8 byte order mark.
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The byte order of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Utf16 {
    /// Least significant byte first, as Windows writes.
    LittleEndian,
    /// Most significant byte first.
    BigEndian,
}

/// The bytes without a UTF-8 byte order mark at the start.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes)
}

/// The byte order of UTF-16 text, which has a mark or begins with ASCII characters between zero bytes; `None` for any
/// other text.
pub fn utf_16(head: &[u8]) -> Option<Utf16> {
    match head {
        [0xff, 0xfe, ..] => return Some(Utf16::LittleEndian),
        [0xfe, 0xff, ..] => return Some(Utf16::BigEndian),
        _ => {}
    }
    let (pairs, _) = head.as_chunks::<2>();
    let pairs = pairs.get(..pairs.len().min(8)).filter(|pairs| pairs.len() > 1)?;
    let is_text = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    if pairs.iter().all(|[low, high]| is_text(*low) && *high == 0) {
        Some(Utf16::LittleEndian)
    } else if pairs.iter().all(|[high, low]| is_text(*low) && *high == 0) {
        Some(Utf16::BigEndian)
    } else {
        None
    }
}

/// The message for UTF-16 text.
pub const LOOKS_LIKE_UTF_16: &str = "it looks like UTF-16";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_has_a_mark_or_zero_bytes() {
        assert_eq!(utf_16(b"\xff\xfea\0"), Some(Utf16::LittleEndian));
        assert_eq!(utf_16(b"\xfe\xff\0a"), Some(Utf16::BigEndian));
        assert_eq!(utf_16(b"a\0b\0"), Some(Utf16::LittleEndian));
        assert_eq!(utf_16(b"\0a\0b\0"), Some(Utf16::BigEndian));
        for other in [
            &b"ab"[..],
            b"a\0",
            b"",
            b"\x30\x82\0\0",
            b"P\0\0\0\x0a$",
            b"a\0bc",
        ] {
            assert_eq!(utf_16(other), None, "{other:x?}");
        }
    }

    #[test]
    fn only_the_first_utf_8_mark_is_removed() {
        assert_eq!(without_mark(b"\xef\xbb\xbf\xef\xbb\xbfa"), b"\xef\xbb\xbfa");
        assert_eq!(without_mark(b"a"), b"a");
    }
}
