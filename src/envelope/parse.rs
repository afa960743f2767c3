//! Reads the envelope: members, metadata and findings.
//!
//! Invariant: an object with at least one member of an export document is read as far as possible, and its faults are
//! findings. Any other text is an error. The last of repeated keys counts, as in serde_json and Jackson.

use std::borrow::Cow;
use std::io;

use serde_json::value::RawValue;

use super::encoded::EncodedText;
use super::error::{self, EnvelopeError};
use super::foreign::SOPS;
use super::locate::MemberPlace;
use super::metadata::{Metadata, note_snake_case};
use super::notes::{Notes, excerpt};
use super::offset_map::OffsetMap;
use super::raw::{self, Members, RawMember, kind};
use super::tokens::{duplicates, member_path, too_deep};
use super::{MAX_DEPTH, MAX_MEMBERS};
use crate::finding::{
    BYTE_ORDER_MARK, DUPLICATE_KEY, Finding, MISSING_MEMBER, TRAILING_DATA, UNKNOWN_MEMBER,
};

const BOM: &str = "\u{feff}";
/// JSON's white space; Rust's has more characters.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// One top-level member, known or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name.
    pub key: Cow<'a, str>,
    /// Its name as the file writes it, with quotes and escapes.
    pub raw_key: &'a str,
    /// Its value as the file writes it.
    pub raw_value: &'a str,
    /// File offset of the name's opening quote.
    pub file_offset: u64,
    /// File offset of the value's first byte.
    pub value_offset: u64,
    /// Bytes of the value in the file.
    pub value_bytes: u64,
}

/// An export document's JSON, read without copying its large parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// All members in the file's order, unknown and repeated ones included.
    pub members: Vec<Member<'a>>,
    /// The oddities of the envelope.
    pub findings: Vec<Finding>,
    blob: Option<EncodedText<'a>>,
    signature: Option<EncodedText<'a>>,
    public_key: Option<EncodedText<'a>>,
    metadata: Option<Metadata>,
}

impl<'a> Envelope<'a> {
    /// Reads a document. Fails only if the text can't be an export document.
    pub fn parse(input: &'a [u8]) -> Result<Self, EnvelopeError> {
        Self::parse_text(input, &OffsetMap::whole(input))
    }

    /// Reads a document from text with parts left out.
    pub(super) fn parse_text(input: &'a [u8], map: &OffsetMap) -> Result<Self, EnvelopeError> {
        let whole = std::str::from_utf8(input).map_err(|e| error::not_utf8(input, map, e))?;
        let text = whole.strip_prefix(BOM).unwrap_or(whole);
        let map = &OffsetMap {
            base: whole.len() - text.len(),
            ..map.clone()
        };
        if text.trim_matches(WHITE_SPACE).is_empty() {
            return Err(EnvelopeError::Empty);
        }
        check_depth(text, map)?;

        let start = text.trim_start_matches(WHITE_SPACE);
        if !start.starts_with('{') {
            let (value, _) = first_value::<&RawValue>(text, map)?;
            return Err(match value.get() {
                array if array.starts_with('[') => error::array(array),
                other => EnvelopeError::NotADocument {
                    what: format!("a file with nothing but {}", kind(other)),
                },
            });
        }
        let (Members { list, more }, end) = first_value::<Members<'a, MAX_MEMBERS>>(text, map)?;
        if more {
            return Err(EnvelopeError::TooManyMembers { limit: MAX_MEMBERS });
        }
        if list.iter().any(is_sops) {
            return Err(EnvelopeError::Foreign(&SOPS));
        }
        if !list.iter().any(|member| Known::of(&member.key()).is_some()) {
            return Err(error::other_object(&list));
        }

        let mut notes = Notes::new(text, map);
        if map.base > 0 {
            notes.file(&BYTE_ORDER_MARK, 0, "starts with a byte order mark".to_owned());
        }
        let rest = text.get(end..).unwrap_or_default();
        let trailing = rest.trim_start_matches(WHITE_SPACE);
        if !trailing.is_empty() {
            let offset = notes.offset(trailing);
            let what = if trailing.starts_with(['{', '[']) {
                ", beginning like JSON"
            } else {
                ""
            };
            let message = format!("{} bytes after the document{what}", map.file_length - offset);
            notes.file(&TRAILING_DATA, offset, message);
        }
        let envelope = Self::read(list, notes);
        let encoded = [&envelope.blob, &envelope.signature, &envelope.public_key];
        let other = encoded
            .into_iter()
            .flatten()
            .find_map(EncodedText::other_encoding);
        other.map_or(Ok(envelope), Err)
    }

    fn read(list: Vec<RawMember<'a>>, mut notes: Notes<'_>) -> Self {
        note_duplicates(&list, &mut notes);
        let mut found: [Option<&RawMember<'a>>; Known::ALL.len()] = [None; Known::ALL.len()];
        for member in &list {
            let key = member.key();
            match Known::of(&key) {
                // A later member replaces an earlier one, but a client's name never replaces the engines' own.
                Some(known) => {
                    let slot = &mut found[known as usize];
                    let held = slot.map(|m| m.key());
                    let own = |name: &str| name == known.name();
                    if held.as_deref().is_some_and(|held| own(held) != own(&key)) {
                        notes.at(
                            &DUPLICATE_KEY,
                            member.quoted,
                            || member_path("$", &key),
                            || format!("both {} and {}; {0} counts", known.name(), known.snake_case()),
                        );
                    }
                    if !own(&key) {
                        note_snake_case(&mut notes, member.quoted, || member_path("$", &key), known.name());
                    }
                    if own(&key) || !held.as_deref().is_some_and(own) {
                        *slot = Some(member);
                    }
                }
                None => notes.at(
                    &UNKNOWN_MEMBER,
                    member.quoted,
                    || member_path("$", &key),
                    || format!("unknown member {}", excerpt(&key)),
                ),
            }
        }
        for known in Known::ALL {
            if found[known as usize].is_none() {
                notes.path(&MISSING_MEMBER, member_path("$", known.name()), "missing");
            }
        }
        let [metadata, blob, signature, public_key] = found;
        let metadata =
            metadata.and_then(|m| Metadata::read(m.value, &member_path("$", &m.key()), &mut notes));
        let [blob, signature, public_key] =
            [blob, signature, public_key].map(|m| m.and_then(|m| EncodedText::of(m, &mut notes)));
        let members = list
            .into_iter()
            .map(|member| Member {
                key: member.key(),
                raw_key: member.quoted,
                raw_value: member.value,
                file_offset: notes.offset(member.quoted),
                value_offset: notes.offset(member.value),
                value_bytes: notes.offset(&member.value[member.value.len()..]) - notes.offset(member.value),
            })
            .collect();
        Self {
            members,
            findings: notes.finish(),
            blob,
            signature,
            public_key,
            metadata,
        }
    }

    /// The framed records.
    pub fn blob(&self) -> Option<&EncodedText<'a>> {
        self.blob.as_ref()
    }

    /// The DER signature.
    pub fn signature(&self) -> Option<&EncodedText<'a>> {
        self.signature.as_ref()
    }

    /// The DER public key.
    pub fn public_key(&self) -> Option<&EncodedText<'a>> {
        self.public_key.as_ref()
    }

    /// The places of the members' values, for a [`super::Locator`].
    pub fn member_places(&self) -> Vec<MemberPlace> {
        let place = |member: &Member<'a>| MemberPlace {
            path: member_path("$", &member.key),
            offset: member.value_offset,
            bytes: member.value_bytes,
        };
        self.members.iter().map(place).collect()
    }

    /// The metadata, which the signature doesn't cover.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// Writes the document in one line, with the same members in the same order. For an engine's document, this gives the
    /// same bytes.
    pub fn write_to(&self, mut writer: impl io::Write) -> io::Result<()> {
        super::write::members(&mut writer, self.members.iter().map(|m| (m.raw_key, m.raw_value)))
    }
}

#[derive(Debug, Clone, Copy)]
enum Known {
    Metadata,
    Blob,
    Signature,
    PublicKey,
}

impl Known {
    /// In the engines' order.
    const ALL: [Self; 4] = [Self::Metadata, Self::Blob, Self::Signature, Self::PublicKey];

    fn name(self) -> &'static str {
        match self {
            Self::Metadata => "exportResponseMetadata",
            Self::Blob => "blob",
            Self::Signature => "signature",
            Self::PublicKey => "publicKey",
        }
    }

    fn snake_case(self) -> &'static str {
        match self {
            Self::Metadata => "export_response_metadata",
            Self::PublicKey => "public_key",
            Self::Blob | Self::Signature => self.name(),
        }
    }

    fn of(key: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|known| key == known.name() || key == known.snake_case())
    }
}

/// Whether sops added this member to a document that it encrypted.
fn is_sops(member: &RawMember<'_>) -> bool {
    let members = || raw::members::<64>(member.value).list;
    member.key() == "sops"
        && member.value.starts_with('{')
        && members().iter().any(|inner| inner.key() == "mac")
}

/// Refuses text with too deep nesting before a parser spends memory on it. An earlier syntax error counts first.
fn check_depth(text: &str, map: &OffsetMap) -> Result<(), EnvelopeError> {
    let Some(at) = too_deep(text, MAX_DEPTH) else {
        return Ok(());
    };
    let before = text.get(..at).unwrap_or_default();
    match first_value::<&RawValue>(before, map) {
        // These brackets are in trailing data, which isn't parsed.
        Ok(_) => Ok(()),
        Err(error @ EnvelopeError::NotJson { .. }) => Err(error),
        Err(_) => Err(EnvelopeError::TooDeep {
            limit: MAX_DEPTH,
            offset: map.offset(at),
        }),
    }
}

/// The first value of the text, and the offset behind it.
fn first_value<'a, T: serde::Deserialize<'a>>(
    text: &'a str,
    map: &OffsetMap,
) -> Result<(T, usize), EnvelopeError> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<T>();
    match values.next() {
        Some(Ok(value)) => Ok((value, values.byte_offset())),
        Some(Err(error)) => Err(error::not_json(text, map, &error)),
        None => Err(EnvelopeError::Empty),
    }
}

fn note_duplicates(list: &[RawMember<'_>], notes: &mut Notes<'_>) {
    let message = || "named before in the same object; the last one counts".to_owned();
    let mut seen = std::collections::HashSet::new();
    for member in list {
        let key = member.key();
        if member.value.starts_with(['{', '[']) {
            duplicates(member.value, &member_path("$", &key), |path, part| {
                notes.at(&DUPLICATE_KEY, part, path, message);
            });
        }
        if seen.contains(&key) {
            notes.at(&DUPLICATE_KEY, member.quoted, || member_path("$", &key), message);
        } else {
            seen.insert(key);
        }
    }
}
