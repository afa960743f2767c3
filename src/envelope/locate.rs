//! Finds the file offset of a JSON path, for findings that have only a path.
//!
//! Invariant: each list and each object is split once, so the work is bounded for any number of paths. Only strings are
//! left out of the text, so distances inside a list or an object are those of the file.

use std::collections::HashMap;

use super::raw::{RawMember, elements, members};
use super::tokens::member_path;
use super::{EnvelopeText, MAX_MEMBERS};
use crate::finding::ROOT;

/// The place of a top-level member's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberPlace {
    /// JSON path, such as `$.blob`.
    pub path: String,
    /// File offset of the value's first byte.
    pub offset: u64,
    /// Bytes of the value.
    pub bytes: u64,
}

/// The result of looking up a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// File offset of a value's first byte.
    pub offset: u64,
    /// Whether it is the path's own value, not one around it.
    pub whole: bool,
}

/// Finds paths in one file.
#[derive(Debug)]
pub struct Locator<'a> {
    around: &'a EnvelopeText,
    text: &'a str,
    members: &'a [MemberPlace],
    /// Lists and objects split so far, by address and length.
    lists: HashMap<(usize, usize), Vec<&'a str>>,
    objects: HashMap<(usize, usize), Vec<RawMember<'a>>>,
}

impl<'a> Locator<'a> {
    /// A locator for a document's text and the places of its top-level members.
    pub fn new(around: &'a EnvelopeText, members: &'a [MemberPlace]) -> Self {
        Self {
            around,
            // A document with members is UTF-8.
            text: std::str::from_utf8(around.text()).unwrap_or_default(),
            members,
            lists: HashMap::new(),
            objects: HashMap::new(),
        }
    }

    /// Finds the value of a path or, if it doesn't exist, the innermost value that should contain it.
    pub fn nearest(&mut self, path: &str) -> Found {
        let root = Found {
            offset: self.text.find('{').unwrap_or_default() as u64,
            whole: path == ROOT,
        };
        let member = self.members.iter().rev().find_map(|member| {
            let rest = path.strip_prefix(member.path.as_str())?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then_some((member, rest))
        });
        let Some((member, rest)) = member else {
            return root;
        };
        let start = self.around.position(member.offset);
        let end = self.around.position(member.offset.saturating_add(member.bytes));
        let Some(value) = self.text.get(start..end) else {
            return root;
        };
        let (found, rest) = self.walk(value, rest);
        let distance = found.as_ptr().addr().saturating_sub(value.as_ptr().addr());
        Found {
            offset: member.offset + distance as u64,
            whole: rest.is_empty(),
        }
    }

    /// Follows a path; returns the innermost value on it and the unused rest.
    fn walk<'p>(&mut self, mut value: &'a str, mut rest: &'p str) -> (&'a str, &'p str) {
        while !rest.is_empty() {
            let next = match index(rest) {
                Some((at, after)) => self.list(value).get(at).map(|element| (*element, after)),
                None => self.object(value).iter().rev().find_map(|member| {
                    let after = rest.strip_prefix(member_path("", &member.key()).as_str())?;
                    (after.is_empty() || after.starts_with(['.', '['])).then_some((member.value, after))
                }),
            };
            match next {
                Some(inside) => (value, rest) = inside,
                None => break,
            }
        }
        (value, rest)
    }

    fn object(&mut self, value: &'a str) -> &[RawMember<'a>] {
        let key = (value.as_ptr().addr(), value.len());
        self.objects
            .entry(key)
            .or_insert_with(|| members::<MAX_MEMBERS>(value).list)
    }

    fn list(&mut self, value: &'a str) -> &[&'a str] {
        self.lists
            .entry((value.as_ptr().addr(), value.len()))
            .or_insert_with(|| {
                let mut list = Vec::new();
                elements(value, |element| {
                    list.push(element);
                    true
                });
                list
            })
    }
}

/// The index that a path begins with, and the rest.
fn index(path: &str) -> Option<(usize, &str)> {
    let (digits, after) = path.strip_prefix('[')?.split_once(']')?;
    Some((digits.parse().ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::StreamedDocument;

    #[test]
    fn path_finds_its_value_or_the_one_around_it() {
        let file = "\u{feff} {\"exportResponseMetadata\": {\"exportHost\": \"h\", \"a.b\": 1, \"exportedObjectList\": \
                    [{\"objectType\": \"KEY\"}, {\"objectType\":\"LOOKUP\", \"x\": [1, [2, 3]]}]}, \"blob\": \"AAAA\"}";
        let document = StreamedDocument::read(file.as_bytes(), |blob| {
            std::io::copy(blob, &mut std::io::sink()).unwrap();
        });
        let document = document.unwrap();
        let places = document.envelope().unwrap().member_places();
        let (_, around) = document.into_parts();
        let mut locator = Locator::new(&around, &places);
        let mut at = |path: &str| {
            let found = locator.nearest(path);
            found.whole.then(|| &file[found.offset as usize..][..4])
        };
        assert_eq!(at("$"), Some("{\"ex"));
        assert_eq!(at("$.blob"), Some("\"AAA"));
        assert_eq!(at("$.exportResponseMetadata.exportHost"), Some("\"h\","));
        let list = "$.exportResponseMetadata.exportedObjectList";
        assert_eq!(at(list), Some("[{\"o"));
        assert_eq!(at(&format!("{list}[1].objectType")), Some("\"LOO"));
        assert_eq!(at(&format!("{list}[0]")), Some("{\"ob"));
        assert_eq!(at(&format!("{list}[1].x[1][0]")), Some("2, 3"));
        assert_eq!(at(&member_path("$.exportResponseMetadata", "a.b")), Some("1, \""));
        for path in [
            "$.publicKey",
            "$.blobs",
            &format!("{list}[2]"),
            &format!("{list}[0].x"),
            "$.blob[0]",
            "",
            "[0",
        ] {
            assert_eq!(at(path), None, "{path}");
        }
        // A missing value is found in its parent.
        let mut near = |path: &str| &file[locator.nearest(path).offset as usize..][..4];
        assert_eq!(near("$.publicKey"), "{\"ex");
        assert_eq!(near("$.exportResponseMetadata.exportDate"), "{\"ex");
        assert_ne!(
            locator.nearest("$.exportResponseMetadata.exportDate"),
            locator.nearest("$.publicKey")
        );
        assert_eq!(
            &file[locator.nearest(&format!("{list}[0].x")).offset as usize..][..4],
            "{\"ob"
        );
        assert_eq!(
            &file[locator.nearest(&format!("{list}[2]")).offset as usize..][..4],
            "[{\"o"
        );
    }
}
