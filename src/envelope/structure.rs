//! Follows the structure of JSON text that comes in pieces, as far as it takes to find the blob.
//!
//! Invariant: on text that is JSON it is right; on any other it merely ends somewhere, and a parser says why that is no
//! JSON. Memory doesn't grow with the text.

use super::MAX_DEPTH;
use super::raw::unquote;

const BOM: &[u8] = "\u{feff}".as_bytes();
/// Bytes of a key that can be the blob's: each of its four characters may be an escape.
const MAX_KEY: usize = 26;

/// Where following the text has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The piece is used up.
    More,
    /// The content of a blob's string begins.
    Blob,
    /// The document is complete; what follows isn't part of it.
    End,
    /// Nested deeper than any document.
    TooDeep,
}

/// What the text so far amounts to.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// Bytes of a byte order mark seen at the start.
    mark: usize,
    root: Root,
    depth: usize,
    in_string: bool,
    /// The next character of the string is escaped.
    escaped: bool,
    /// The next string at the top is a key.
    key_next: bool,
    /// The present string is a key at the top: its first bytes, with the opening quote.
    key: Option<Vec<u8>>,
    /// The key before the colon, or the value after it, is the blob's.
    blob_next: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Root {
    #[default]
    Unseen,
    Object,
    Array,
    Other,
}

impl Structure {
    /// Follows a piece up to the next event; gives the number of bytes used.
    pub(super) fn follow(&mut self, piece: &[u8]) -> (usize, Event) {
        let mut at = 0;
        while let Some(&byte) = piece.get(at) {
            if self.in_string {
                at += self.string(&piece[at..]);
                continue;
            }
            at += 1;
            if let Some(event) = self.byte(byte) {
                return (at, event);
            }
        }
        (at, Event::More)
    }

    /// The blob's string has been read by somebody else, its closing quote included.
    pub(super) fn after_blob(&mut self) {
        self.blob_next = false;
    }

    /// The blob's string is one like any other.
    pub(super) fn enter_blob(&mut self) {
        (self.blob_next, self.in_string) = (false, true);
    }

    fn byte(&mut self, byte: u8) -> Option<Event> {
        let at_top = self.depth == 1 && self.root == Root::Object;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'{' | b'[' => {
                if self.root == Root::Unseen {
                    self.root = if byte == b'{' { Root::Object } else { Root::Array };
                }
                self.depth += 1;
                self.key_next = self.depth == 1 && self.root == Root::Object;
                self.blob_next = false;
                if self.depth > MAX_DEPTH {
                    return Some(Event::TooDeep);
                }
            }
            b'}' | b']' => {
                let was_inside = self.depth > 0;
                self.depth = self.depth.saturating_sub(1);
                (self.key_next, self.blob_next) = (false, false);
                if was_inside && self.depth == 0 && self.root != Root::Other {
                    return Some(Event::End);
                }
            }
            b',' if at_top => (self.key_next, self.blob_next) = (true, false),
            b':' if at_top => {}
            b'"' if at_top && self.key_next => {
                (self.in_string, self.key_next) = (true, false);
                self.key = Some(vec![byte]);
            }
            b'"' if at_top && self.blob_next => return Some(Event::Blob),
            b'"' => self.in_string = true,
            _ => self.blob_next = false,
        }
        if self.root == Root::Unseen && !byte.is_ascii_whitespace() {
            if BOM.get(self.mark) == Some(&byte) {
                self.mark += 1;
            } else {
                self.root = Root::Other;
            }
        }
        None
    }

    /// Follows a string up to its closing quote; gives the number of bytes used.
    fn string(&mut self, piece: &[u8]) -> usize {
        let used = if std::mem::take(&mut self.escaped) {
            1
        } else {
            match memchr::memchr2(b'"', b'\\', piece) {
                None => piece.len(),
                Some(at) => {
                    self.escaped = piece[at] == b'\\';
                    self.in_string = self.escaped;
                    at + 1
                }
            }
        };
        if let Some(key) = &mut self.key {
            let room = (MAX_KEY + 1).saturating_sub(key.len());
            key.extend_from_slice(&piece[..used.min(room)]);
            if !self.in_string {
                self.blob_next = std::str::from_utf8(key)
                    .ok()
                    .and_then(unquote)
                    .is_some_and(|key| key == "blob");
                self.key = None;
            }
        }
        used
    }
}
