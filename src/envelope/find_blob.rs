//! Finds the blob's string in JSON text that arrives in pieces.
//!
//! Invariant: correct for JSON. On other text, which the parser refuses, any result is harmless. Memory doesn't grow with
//! the text.

use super::MAX_DEPTH;
use super::raw::unquote;
use super::tokens::{Token, Tokenizer};

/// Bytes of `"blob"` with each of its four characters written as an escape.
const LONGEST_KEY: usize = 26;

/// The reason why the finder returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The end of the piece.
    More,
    /// The first character of a blob's string.
    Blob,
    /// The end of the document.
    End,
    /// Deeper nesting than any document has.
    TooDeep,
}

/// Follows the structure of one document.
#[derive(Debug, Default)]
pub(super) struct BlobFinder {
    tokens: Tokenizer,
    depth: usize,
    /// The outermost value is an object.
    is_object: bool,
    place: Place,
}

/// A place among the members of the outermost object.
#[derive(Debug, Default)]
enum Place {
    /// A place that can't lead to the blob.
    #[default]
    Elsewhere,
    /// A key comes next.
    BeforeKey,
    /// In a key; its first bytes, with the opening quote.
    Key(Vec<u8>),
    /// A colon comes next, and then the blob.
    BeforeColon,
    /// The blob comes next.
    BeforeBlob,
}

impl BlobFinder {
    /// Follows a piece up to the next event; returns the number of bytes used.
    pub(super) fn follow(&mut self, piece: &[u8]) -> (usize, Event) {
        let mut at = 0;
        loop {
            let (used, token) = self.tokens.next(&piece[at..]);
            if let Place::Key(key) = &mut self.place {
                let room = (LONGEST_KEY + 1).saturating_sub(key.len());
                key.extend_from_slice(&piece[at..][..used.min(room)]);
            }
            at += used;
            let event = match token {
                Some(token) => self.token(token),
                None => Some(Event::More),
            };
            if let Some(event) = event {
                return (at, event);
            }
        }
    }

    /// Continues behind the closing quote of a blob that another reader has taken.
    pub(super) fn after_blob(&mut self) {
        self.tokens = Tokenizer::default();
    }

    fn token(&mut self, token: Token) -> Option<Event> {
        let place = std::mem::take(&mut self.place);
        let among_members = self.depth == 1 && self.is_object;
        match (token, place) {
            (Token::Open(bracket), _) => {
                self.depth += 1;
                if self.depth == 1 {
                    self.is_object = bracket == b'{';
                    self.place = Place::BeforeKey;
                }
                (self.depth > MAX_DEPTH).then_some(Event::TooDeep)
            }
            (Token::Close, _) => {
                let was_inside = self.depth > 0;
                self.depth = self.depth.saturating_sub(1);
                (was_inside && self.depth == 0).then_some(Event::End)
            }
            _ if !among_members => None,
            (Token::Quote, Place::BeforeBlob) => Some(Event::Blob),
            (token, place) => {
                self.place = match (token, place) {
                    (Token::Comma, _) => Place::BeforeKey,
                    (Token::Quote, Place::BeforeKey) => Place::Key(vec![b'"']),
                    (Token::EndQuote, Place::Key(key)) if is_blob(&key) => Place::BeforeColon,
                    (Token::Colon, Place::BeforeColon) => Place::BeforeBlob,
                    _ => Place::Elsewhere,
                };
                None
            }
        }
    }
}

fn is_blob(quoted: &[u8]) -> bool {
    let key = std::str::from_utf8(quoted).ok().and_then(unquote);
    key.is_some_and(|key| key == "blob")
}
