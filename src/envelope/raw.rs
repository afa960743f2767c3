//! Splits JSON objects and arrays into the raw text of their parts.
//!
//! Invariant: parts are slices of the input, so their address gives their offset.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// One member of an object, unparsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawMember<'a> {
    /// The key with its quotes.
    pub(super) quoted: &'a str,
    /// The value.
    pub(super) value: &'a str,
}

impl<'a> RawMember<'a> {
    /// The key; if it has a lone surrogate, its text with quotes.
    pub(super) fn key(&self) -> Cow<'a, str> {
        unquote(self.quoted).unwrap_or(Cow::Borrowed(self.quoted))
    }
}

/// The text of a JSON string, borrowed unless it has escapes. `None` if the escapes form no Unicode text, or `quoted`
/// isn't a JSON string.
pub(super) fn unquote(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_some() {
        serde_json::from_str(quoted).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// The kind of a JSON value, by its first character.
pub(super) fn kind(value: &str) -> &'static str {
    match value.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// An object's members in order, repeated ones included: the first `LIMIT`, and whether there are more.
pub(super) struct Members<'a, const LIMIT: usize> {
    pub(super) list: Vec<RawMember<'a>>,
    pub(super) more: bool,
}

impl<'de: 'a, 'a, const LIMIT: usize> Deserialize<'de> for Members<'a, LIMIT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<'a, const LIMIT: usize>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a, const LIMIT: usize> Visitor<'de> for V<'a, LIMIT> {
            type Value = Members<'a, LIMIT>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Members {
                    list: Vec::new(),
                    more: false,
                };
                while let Some((key, value)) = map.next_entry::<&'de RawValue, &'de RawValue>()? {
                    if members.list.len() == LIMIT {
                        members.more = true;
                    } else {
                        members.list.push(RawMember {
                            quoted: key.get(),
                            value: value.get(),
                        });
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(V(PhantomData))
    }
}

/// Splits an object's text; empty if it isn't an object.
pub(super) fn members<const LIMIT: usize>(text: &str) -> Members<'_, LIMIT> {
    serde_json::from_str(text).unwrap_or(Members {
        list: Vec::new(),
        more: false,
    })
}

/// Calls `each` with the elements of an array until it returns false.
pub(super) fn elements<'a>(text: &'a str, each: impl FnMut(&'a str) -> bool) {
    struct V<F>(F);
    impl<'de, F: FnMut(&'de str) -> bool> Visitor<'de> for V<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
            while let Some(element) = seq.next_element::<&'de RawValue>()? {
                if !(self.0)(element.get()) {
                    return Err(A::Error::custom("enough"));
                }
            }
            Ok(())
        }
    }
    // The text was parsed before, so the only error is "enough".
    let _ = serde_json::Deserializer::from_str(text).deserialize_seq(V(each));
}
