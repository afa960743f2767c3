//! A tokenizer that sees only the structure of JSON text: brackets, commas and whole strings.
//!
//! Invariant: linear time and no recursion. [`too_deep`] runs before any JSON parser does, so it must cope with text
//! that isn't JSON, and needs no memory at all; [`duplicates`] runs on text that serde_json has accepted.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use super::notes::excerpt;
use super::raw::unquote;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Object,
    Array,
    Close,
    Comma,
    /// With its quotes. Text that ends inside a string gives a string without the closing one.
    Text(&'a str),
}

struct Tokens<'a> {
    text: &'a str,
    pos: usize,
}

impl<'a> Iterator for Tokens<'a> {
    /// Byte offset and token.
    type Item = (usize, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = self.pos;
            let byte = *self.text.as_bytes().get(start)?;
            self.pos += 1;
            let token = match byte {
                b'{' => Token::Object,
                b'[' => Token::Array,
                b'}' | b']' => Token::Close,
                b',' => Token::Comma,
                b'"' => {
                    self.pos = string_end(self.text, self.pos);
                    Token::Text(self.text.get(start..self.pos).unwrap_or_default())
                }
                _ => continue,
            };
            return Some((start, token));
        }
    }
}

/// The offset behind the closing quote of a string whose content starts at `pos`. Searching with vector instructions
/// matters for a blob of many megabytes.
fn string_end(text: &str, pos: usize) -> usize {
    let bytes = text.as_bytes();
    let mut from = pos;
    while let Some(found) = bytes.get(from..).and_then(|rest| memchr::memchr(b'"', rest)) {
        let quote = from + found;
        // Each run of backslashes is counted only for the quote right behind it, so this stays linear.
        let escapes = bytes[from..quote]
            .iter()
            .rev()
            .take_while(|&&b| b == b'\\')
            .count();
        from = quote + 1;
        if escapes % 2 == 0 {
            return from;
        }
    }
    text.len()
}

/// The offset of the first bracket that opens a level below `limit`.
pub(super) fn too_deep(text: &str, limit: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, token) in (Tokens { text, pos: 0 }) {
        match token {
            Token::Object | Token::Array => {
                depth += 1;
                if depth > limit {
                    return Some(offset);
                }
            }
            Token::Close => depth = depth.saturating_sub(1),
            Token::Comma | Token::Text(_) => {}
        }
    }
    None
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

/// Calls `found(path, key_text)` for every key that its object already had. `prefix` is the path of `text` itself.
pub(super) fn duplicates<'a>(
    text: &'a str,
    prefix: &str,
    mut found: impl FnMut(&dyn Fn() -> String, &'a str),
) {
    let mut stack: Vec<Frame<'a>> = Vec::new();
    for (_, token) in (Tokens { text, pos: 0 }) {
        match token {
            Token::Object => stack.push(Frame::Object {
                seen: HashSet::new(),
                key: "",
                key_next: true,
            }),
            Token::Array => stack.push(Frame::Array { index: 0 }),
            Token::Close => {
                stack.pop();
            }
            Token::Comma => match stack.last_mut() {
                Some(Frame::Object { key_next, .. }) => *key_next = true,
                Some(Frame::Array { index }) => *index += 1,
                None => {}
            },
            Token::Text(quoted) => {
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
        }
    }
}

/// The key a quoted text stands for; one with a lone surrogate stands for itself.
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

/// The last key of the outermost object, if the text is one, for naming where a truncated document ends.
pub(super) fn last_top_level_key(text: &str) -> Option<Cow<'_, str>> {
    if !text.trim_ascii_start().starts_with('{') {
        return None;
    }
    let (mut depth, mut key_next, mut key) = (0_usize, false, None);
    for (_, token) in (Tokens { text, pos: 0 }) {
        match token {
            Token::Object | Token::Array => {
                key_next = depth == 0;
                depth += 1;
            }
            Token::Close => depth = depth.saturating_sub(1),
            Token::Comma => key_next = depth == 1,
            Token::Text(quoted) => {
                if std::mem::take(&mut key_next) {
                    key = unquote(quoted);
                }
            }
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
    fn duplicates_are_found_at_every_level_and_only_there() {
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
    fn depth_ignores_brackets_in_strings_and_counts_siblings_once() {
        assert_eq!(too_deep("[[],[],[]]", 2), None);
        assert_eq!(too_deep("[[],[[]]]", 2), Some(5));
        assert_eq!(too_deep(r#"["[[[[[[", "\"[[[[", "\\"]"#, 1), None);
        assert_eq!(too_deep("]]]][", 1), None);
        assert_eq!(too_deep("\"[[[[[", 1), None);
    }

    #[test]
    fn the_last_key_names_the_member_where_a_text_ends() {
        assert_eq!(
            last_top_level_key(r#"{"a":{"b":1},"c":"de"#).as_deref(),
            Some("c")
        );
        assert_eq!(last_top_level_key(r#"{"a":[{"b":1},{"d":"#).as_deref(), Some("a"));
        assert_eq!(last_top_level_key("{"), None);
        assert_eq!(last_top_level_key(r#"["a","b"#), None);
    }
}
