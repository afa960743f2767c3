//! Reads the envelope: from bytes to members, metadata and findings.
//!
//! Invariant: whatever is at least an object with one member of an export document is read, as far as possible, and
//! what is wrong with it is a finding of its own; only the rest is an error. Where a key is repeated the last one
//! counts, as for serde_json and Jackson.

use std::borrow::Cow;
use std::io;

use serde_json::value::RawValue;

use super::base64_report::Base64Report;
use super::base64_text::{Base64Reader, decode_all};
use super::error::{self, EnvelopeError};
use super::foreign::SOPS;
use super::locate::MemberPlace;
use super::metadata::{Metadata, note_snake_case};
use super::notes::{Notes, excerpt};
use super::offset_map::{BEGIN, ElidedString, OffsetMap};
use super::raw::{self, Members, RawMember, kind, unquote};
use super::tokens::{duplicates, member_path, too_deep};
use super::{MAX_DEPTH, MAX_MEMBERS};
use crate::finding::{
    BYTE_ORDER_MARK, DUPLICATE_KEY, ESCAPED_TEXT, Finding, MISSING_MEMBER, TRAILING_DATA, UNKNOWN_MEMBER,
    WRONG_TYPE,
};

const BOM: &str = "\u{feff}";
/// What JSON takes for white space, which is less than Rust does.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// One top-level member, known or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name.
    pub key: Cow<'a, str>,
    /// Its name as it stands in the file, with quotes and escapes.
    pub raw_key: &'a str,
    /// Its value as it stands in the file.
    pub raw_value: &'a str,
    /// File offset of the name's opening quote.
    pub file_offset: u64,
    /// File offset of the value's first byte.
    pub value_offset: u64,
    /// Bytes of the value in the file.
    pub value_bytes: u64,
}

/// A base64 member: text that is not decoded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedText<'a> {
    /// The base64 text; borrowed from the file unless it has escapes.
    pub text: Cow<'a, str>,
    /// File offset of the first character inside the quotes.
    pub file_offset: u64,
    /// Whether the file writes some characters as JSON escapes. If so, offsets in `text` aren't offsets in the file.
    pub escaped: bool,
    path: String,
    /// Its first bytes, up to an escape.
    begin: Vec<u8>,
    /// Which of the parts left out is its text, if it was read on the way.
    pub(super) gap: Option<usize>,
}

impl EncodedText<'_> {
    /// JSON path of the member.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Says so if it is hexadecimal text or PEM. The base64 text of no blob, signature or key begins like that.
    fn other_encoding(&self) -> Option<EnvelopeError> {
        let begin = self.begin.as_slice();
        let is_hex = begin.len() == BEGIN && begin.iter().all(u8::is_ascii_hexdigit);
        // A record's length below 65,536 and its first field; or a DER sequence.
        let is_known = match self.path.as_str() {
            "$.blob" => begin
                .get(4..10)
                .is_some_and(|at| at.eq_ignore_ascii_case(b"00000a")),
            _ => begin.starts_with(b"30"),
        };
        let what = match begin {
            [b'-', b'-', b'-', b'-', b'-', b'B', b'E', b'G', b'I', b'N', ..] => "PEM",
            _ if is_hex && is_known => "hexadecimal text",
            _ => return None,
        };
        let member = self.path.clone();
        Some(EnvelopeError::OtherEncoding { member, what })
    }

    /// Decodes piece by piece.
    pub fn reader(&self) -> Base64Reader<'_> {
        Base64Reader::new(&self.text)
    }

    /// Decodes at once, for small members.
    pub fn decode(&self) -> (Vec<u8>, Base64Report) {
        decode_all(&self.text)
    }

    /// What a finished decoder has to say about this member.
    pub fn findings(&self, report: &Base64Report) -> Vec<Finding> {
        report.findings(&self.path, (!self.escaped).then_some(self.file_offset))
    }
}

/// An export document's JSON, read without copying its large parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// All members in the file's order, unknown and repeated ones included.
    pub members: Vec<Member<'a>>,
    /// What is odd about the envelope.
    pub findings: Vec<Finding>,
    blob: Option<EncodedText<'a>>,
    signature: Option<EncodedText<'a>>,
    public_key: Option<EncodedText<'a>>,
    metadata: Option<Metadata>,
}

impl<'a> Envelope<'a> {
    /// Reads a document. Only what can't be an export document at all is an error.
    pub fn parse(input: &'a [u8]) -> Result<Self, EnvelopeError> {
        Self::parse_text(input, &OffsetMap::default(), input.len() as u64)
    }

    /// Reads a document of which some parts were left out; `length` is that of the file.
    pub(super) fn parse_text(
        input: &'a [u8],
        origin: &OffsetMap,
        length: u64,
    ) -> Result<Self, EnvelopeError> {
        let whole = std::str::from_utf8(input).map_err(|e| error::not_utf8(input, origin, length, e))?;
        let text = whole.strip_prefix(BOM).unwrap_or(whole);
        let origin = &OffsetMap {
            base: whole.len() - text.len(),
            ..origin.clone()
        };
        if text.trim_matches(WHITE_SPACE).is_empty() {
            return Err(EnvelopeError::Empty);
        }
        check_depth(text, origin, length)?;

        let start = text.trim_start_matches(WHITE_SPACE);
        if !start.starts_with('{') {
            let (value, _) = first_value::<&RawValue>(text, origin, length)?;
            return Err(match value.get() {
                array if array.starts_with('[') => error::array(array),
                other => EnvelopeError::NotADocument {
                    what: format!("a file with nothing but {}", kind(other)),
                },
            });
        }
        let (Members { list, more }, end) = first_value::<Members<'a, MAX_MEMBERS>>(text, origin, length)?;
        if more {
            return Err(EnvelopeError::TooManyMembers { limit: MAX_MEMBERS });
        }
        if list.iter().any(is_sops) {
            return Err(EnvelopeError::Foreign(&SOPS));
        }
        if !list.iter().any(|member| Known::of(&member.key()).is_some()) {
            return Err(error::other_object(&list));
        }

        let mut notes = Notes::new(text, origin);
        if origin.base > 0 {
            notes.file(&BYTE_ORDER_MARK, 0, "starts with a byte order mark".to_owned());
        }
        let rest = text.get(end..).unwrap_or_default();
        let trailing = rest.trim_start_matches(WHITE_SPACE);
        if !trailing.is_empty() {
            let offset = notes.offset(trailing);
            let what = match trailing.starts_with(['{', '[']) {
                true => ", beginning like JSON",
                false => "",
            };
            let message = format!("{} bytes after the document{what}", length - offset);
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
                // A later one replaces an earlier one, but a client's name never replaces the engines' own.
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
            [blob, signature, public_key].map(|m| m.and_then(|m| encoded_text(m, &mut notes)));
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

    /// Where each member has its value, for a [`super::Locator`].
    pub fn member_places(&self) -> Vec<MemberPlace> {
        let place = |member: &Member<'a>| MemberPlace {
            path: member_path("$", &member.key),
            offset: member.value_offset,
            bytes: member.value_bytes,
        };
        self.members.iter().map(place).collect()
    }

    /// The metadata, which nothing protects against changes.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// Writes the document again, in one line: members in the same order, names and values byte for byte. For what an
    /// engine wrote this gives the very same bytes.
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
    /// In the order engines write them.
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

/// Whether a member is what sops adds to a document whose values it encrypts.
fn is_sops(member: &RawMember<'_>) -> bool {
    let members = || raw::members::<64>(member.value).list;
    member.key() == "sops"
        && member.value.starts_with('{')
        && members().iter().any(|inner| inner.key() == "mac")
}

/// Refuses text nested too deep before a parser spends memory on it, unless it is broken before that point.
fn check_depth(text: &str, origin: &OffsetMap, length: u64) -> Result<(), EnvelopeError> {
    let Some(at) = too_deep(text, MAX_DEPTH) else {
        return Ok(());
    };
    let before = text.get(..at).unwrap_or_default();
    match first_value::<&RawValue>(before, origin, length) {
        // A complete value, then brackets: that is trailing data, which is never parsed.
        Ok(_) => Ok(()),
        Err(error @ EnvelopeError::NotJson { .. }) => Err(error),
        Err(_) => Err(EnvelopeError::TooDeep {
            limit: MAX_DEPTH,
            offset: origin.offset(at),
        }),
    }
}

/// The value that the text starts with, and the offset behind it.
fn first_value<'a, T: serde::Deserialize<'a>>(
    text: &'a str,
    origin: &OffsetMap,
    length: u64,
) -> Result<(T, usize), EnvelopeError> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<T>();
    match values.next() {
        Some(Ok(value)) => Ok((value, values.byte_offset())),
        Some(Err(error)) => Err(error::not_json(text, origin, length, &error)),
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

fn encoded_text<'a>(member: &RawMember<'a>, notes: &mut Notes<'_>) -> Option<EncodedText<'a>> {
    let path = member_path("$", &member.key());
    if let Some((gap, string)) = notes.string_left_out(member.value) {
        return text_left_out(member, gap, string, path, notes);
    }
    let Some(text) = unquote(member.value) else {
        notes.at(
            &WRONG_TYPE,
            member.value,
            || path,
            || match member.value.starts_with('"') {
                true => NO_TEXT.to_owned(),
                false => format!("{} instead of a string", kind(member.value)),
            },
        );
        return None;
    };
    let file_offset = notes.offset(member.value) + 1;
    let escaped = matches!(text, Cow::Owned(_));
    if escaped {
        let first = member
            .value
            .find('\\')
            .and_then(|at| member.value.get(at..))
            .unwrap_or(member.value);
        notes.at(&ESCAPED_TEXT, first, || path.clone(), || ESCAPED.to_owned());
    }
    Some(EncodedText {
        begin: begin(member.value),
        text,
        file_offset,
        escaped,
        path,
        gap: None,
    })
}

const NO_TEXT: &str = "a string whose escapes form no Unicode text";
const ESCAPED: &str = "has JSON escapes, the first one here";

fn begin(value: &str) -> Vec<u8> {
    let text = value.bytes().skip(1);
    text.take(BEGIN)
        .take_while(|byte| !matches!(byte, b'"' | b'\\'))
        .collect()
}

/// As [`encoded_text`], of a string that was read on the way.
fn text_left_out<'a>(
    member: &RawMember<'a>,
    gap: usize,
    string: &ElidedString,
    path: String,
    notes: &mut Notes<'_>,
) -> Option<EncodedText<'a>> {
    if string.lone_surrogate {
        notes.at(&WRONG_TYPE, member.value, || path, || NO_TEXT.to_owned());
        return None;
    }
    if let Some((offset, _)) = string.escape_at {
        notes.at_offset(&ESCAPED_TEXT, offset, || path.clone(), || ESCAPED.to_owned());
    }
    Some(EncodedText {
        begin: string.begin.clone(),
        text: Cow::Borrowed(""),
        file_offset: notes.offset(member.value) + 1,
        escaped: string.escape_at.is_some(),
        path,
        gap: Some(gap),
    })
}
