//! Splits JSON text into tokens: brackets, commas, colons and strings.
//!
//! Invariant: linear time, no recursion, and no memory that grows with the text. The text need not be JSON: depth is
//! checked before any parser sees the text.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use super::notes::excerpt;
use super::raw::unquote;

/// A mark of structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// `{` or `[`.
    Open(u8),
    /// `}` or `]`.
    Close,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// The opening quote of a string.
    Quote,
    /// Its closing quote.
    EndQuote,
    /// Bytes of another value, such as a number.
    Other,
}

/// Splits text that arrives in pieces, cut anywhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tokenizer {
    in_string: bool,
    /// The next character of the string is escaped.
    escaped: bool,
}

impl Tokenizer {
    /// Takes the bytes up to the end of the next token; returns their number, and no token if the piece ends before.
    pub(crate) fn next(&mut self, piece: &[u8]) -> (usize, Option<Token>) {
        if self.in_string {
            return self.string(piece);
        }
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let Some(at) = piece.iter().position(|byte| !blank(byte)) else {
            return (piece.len(), None);
        };
        let token = match piece[at] {
            bracket @ (b'{' | b'[') => Token::Open(bracket),
            b'}' | b']' => Token::Close,
            b',' => Token::Comma,
            b':' => Token::Colon,
            b'"' => {
                self.in_string = true;
                Token::Quote
            }
            _ => {
                // In one step: text that is no JSON may be megabytes of such bytes.
                let value = piece[at..].iter().position(|byte| blank(byte) || is_mark(*byte));
                return (
                    value.map_or(piece.len(), |length| at + length),
                    Some(Token::Other),
                );
            }
        };
        (at + 1, Some(token))
    }

    /// Takes the rest of a string. Searching with vector instructions matters for a blob of many megabytes.
    fn string(&mut self, piece: &[u8]) -> (usize, Option<Token>) {
        let mut at = 0;
        loop {
            if at < piece.len() && std::mem::take(&mut self.escaped) {
                at += 1;
            }
            let rest = piece.get(at..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                return (piece.len(), None);
            };
            at += found + 1;
            if rest[found] == b'"' {
                self.in_string = false;
                return (at, Some(Token::EndQuote));
            }
            self.escaped = true;
        }
    }
}

/// Whether a byte ends a value such as a number.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'{' | b'[' | b'}' | b']' | b',' | b':' | b'"')
}

/// The tokens of a text in memory, each with its offset and its text. A string is one token, [`Token::Quote`]; at the end
/// of the text it may lack its closing quote.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (usize, Token, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let mut tokenizer = Tokenizer::default();
        let bytes = self.text.as_bytes();
        let (used, token) = tokenizer.next(bytes.get(self.at..)?);
        self.at += used;
        // All tokens with a use for their place are one byte.
        let (token, start) = (token?, self.at - 1);
        if token == Token::Quote {
            self.at += tokenizer.string(&bytes[self.at..]).0;
        }
        Some((start, token, self.text.get(start..self.at).unwrap_or_default()))
    }
}

/// The offset of the first bracket that opens a level below `limit`.
pub(super) fn too_deep(text: &str, limit: usize) -> Option<usize> {
    let mut depth = 0_usize;
    Tokens::new(text).find_map(|(offset, token, _)| {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth > limit).then_some(offset)
    })
}

enum Frame<'a> {
    Object {
        seen: HashSet<Cow<'a, str>>,
        key: &'a str,
        key_next: bool,
    },
    Array {
        index: usize,
    },
}

/// Calls `found(path, key)` for every key that its object already had. `text` must be JSON; `prefix` is its path.
pub(super) fn duplicates<'a>(
    text: &'a str,
    prefix: &str,
    mut found: impl FnMut(&dyn Fn() -> String, &'a str),
) {
    let mut stack: Vec<Frame<'a>> = Vec::new();
    for (_, token, quoted) in Tokens::new(text) {
        match token {
            Token::Open(b'{') => stack.push(Frame::Object {
                seen: HashSet::new(),
                key: "",
                key_next: true,
            }),
            Token::Open(_) => stack.push(Frame::Array { index: 0 }),
            Token::Close => {
                stack.pop();
            }
            Token::Comma => match stack.last_mut() {
                Some(Frame::Object { key_next, .. }) => *key_next = true,
                Some(Frame::Array { index }) => *index += 1,
                None => {}
            },
            Token::Quote => {
                let Some(Frame::Object { seen, key, key_next }) = stack.last_mut() else {
                    continue;
                };
                if !std::mem::take(key_next) {
                    continue;
                }
                *key = quoted;
                if !seen.insert(key_text(quoted)) {
                    found(&|| path_of(prefix, &stack), quoted);
                }
            }
            Token::Colon | Token::EndQuote | Token::Other => {}
        }
    }
}

/// The key that a quoted text stands for; with a lone surrogate, the quoted text itself.
fn key_text(quoted: &str) -> Cow<'_, str> {
    unquote(quoted).unwrap_or(Cow::Borrowed(quoted))
}

fn path_of(prefix: &str, stack: &[Frame<'_>]) -> String {
    let mut path = prefix.to_owned();
    for frame in stack {
        match frame {
            Frame::Object { key, .. } => push_key(&mut path, &key_text(key)),
            Frame::Array { index } => {
                let _ = write!(path, "[{index}]"); // writing to a String can't fail
            }
        }
    }
    path
}

/// Appends `.key`, or `["odd key"]` when the key isn't a plain word.
pub(super) fn push_key(path: &mut String, key: &str) {
    let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && key.chars().next().is_some_and(|c| !c.is_ascii_digit());
    let shown = excerpt(key);
    if plain {
        path.push('.');
        path.push_str(&shown);
    } else {
        let _ = write!(path, "[{}]", serde_json::Value::from(shown));
    }
}

/// The path of the member `key` below `parent`.
pub(super) fn member_path(parent: &str, key: &str) -> String {
    let mut path = parent.to_owned();
    push_key(&mut path, key);
    path
}

/// The last key of the outermost object, which names the place where a truncated document ends.
pub(super) fn last_top_level_key(text: &str) -> Option<Cow<'_, str>> {
    if !text.trim_ascii_start().starts_with('{') {
        return None;
    }
    let (mut depth, mut key_next, mut key) = (0_usize, false, None);
    for (_, token, quoted) in Tokens::new(text) {
        match token {
            Token::Open(_) => {
                key_next = depth == 0;
                depth += 1;
            }
            Token::Close => depth = depth.saturating_sub(1),
            Token::Comma => key_next = depth == 1,
            Token::Quote => {
                if std::mem::take(&mut key_next) {
                    key = unquote(quoted);
                }
            }
            Token::Colon | Token::EndQuote | Token::Other => {}
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let mut paths = Vec::new();
        duplicates(text, "$", |path, _| paths.push(path()));
        paths
    }

    #[test]
    fn duplicates_are_found_at_every_level() {
        assert_eq!(
            paths(r#"{"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]}"#),
            Vec::<String>::new()
        );
        assert_eq!(paths(r#"{"a":1,"a":2,"a":3}"#), ["$.a", "$.a"]);
        assert_eq!(
            paths(r#"{"l":[0,[{"x y":"x y","x y":0}]]}"#),
            [r#"$.l[1][0]["x y"]"#]
        );
        assert_eq!(paths(r#"{"a":{},"\u0061":[]}"#), ["$.a"]);
        assert_eq!(paths(r#"{"\ud800":1,"\ud800":2}"#), [r#"$["\"\\ud800\""]"#]);
        assert_eq!(
            paths(r#"{"a":"b","b":"a,\"a\":","c\\":"\\","d":["a","a"]}"#),
            Vec::<String>::new()
        );
    }

    #[test]
    fn depth_ignores_strings_and_counts_siblings_once() {
        assert_eq!(too_deep("[[],[],[]]", 2), None);
        assert_eq!(too_deep("[[],[[]]]", 2), Some(5));
        assert_eq!(too_deep(r#"["[[[[[[", "\"[[[[", "\\"]"#, 1), None);
        assert_eq!(too_deep("]]]][", 1), None);
        assert_eq!(too_deep("\"[[[[[", 1), None);
    }

    #[test]
    fn last_key_names_the_member_where_text_ends() {
        assert_eq!(
            last_top_level_key(r#"{"a":{"b":1},"c":"de"#).as_deref(),
            Some("c")
        );
        assert_eq!(last_top_level_key(r#"{"a":[{"b":1},{"d":"#).as_deref(), Some("a"));
        assert_eq!(last_top_level_key("{"), None);
        assert_eq!(last_top_level_key(r#"["a","b"#), None);
    }
}
