//! A base64 member of the envelope, not yet decoded.

use std::borrow::Cow;

use super::base64_decoder::decode_all;
use super::base64_report::Base64Report;
use super::error::EnvelopeError;
use super::notes::Notes;
use super::offset_map::BEGIN;
use super::raw::{RawMember, kind, unquote};
use super::tokens::member_path;
use crate::finding::{ESCAPED_TEXT, Finding, WRONG_TYPE};

/// A base64 member: the text of the blob, the signature or the public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedText<'a> {
    /// The base64 text, borrowed from the file unless it has escapes. Empty if it was decoded while it was read.
    pub text: Cow<'a, str>,
    /// File offset of the first character inside the quotes.
    pub file_offset: u64,
    /// Whether the file writes some characters as JSON escapes. If so, offsets in `text` aren't offsets in the file.
    pub escaped: bool,
    path: String,
    /// Its first bytes, up to an escape.
    begin: Vec<u8>,
    /// The index of its text among the elisions, if it was decoded while it was read.
    pub(super) elision: Option<usize>,
}

impl<'a> EncodedText<'a> {
    /// Reads a member's value; `None`, with a finding, if it isn't text.
    pub(super) fn of(member: &RawMember<'a>, notes: &mut Notes<'_>) -> Option<Self> {
        let path = member_path("$", &member.key());
        let value = member.value;
        let (text, begin, escape_at, elision) = match notes.string_left_out(value) {
            Some((index, string)) => {
                let text = (!string.lone_surrogate).then_some(Cow::Borrowed(""));
                let escape_at = string.escape_at.map(|(offset, _)| offset);
                (text, string.begin.clone(), escape_at, Some(index))
            }
            None => {
                let first = value.bytes().skip(1).take(BEGIN);
                let begin = first.take_while(|byte| !matches!(byte, b'"' | b'\\')).collect();
                let escape = memchr::memchr(b'\\', value.as_bytes());
                let escape_at = escape
                    .and_then(|at| value.get(at..))
                    .map(|rest| notes.offset(rest));
                (unquote(value), begin, escape_at, None)
            }
        };
        let Some(text) = text else {
            let message = || match kind(value) {
                "a string" => "a string whose escapes form no Unicode text".to_owned(),
                other => format!("{other} instead of a string"),
            };
            notes.at(&WRONG_TYPE, value, || path, message);
            return None;
        };
        if let Some(offset) = escape_at {
            let message = || "has JSON escapes, the first one here".to_owned();
            notes.at_offset(&ESCAPED_TEXT, offset, || path.clone(), message);
        }
        Some(Self {
            text,
            file_offset: notes.offset(value) + 1,
            escaped: escape_at.is_some(),
            path,
            begin,
            elision,
        })
    }

    /// JSON path of the member.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The error for hexadecimal text or PEM. The base64 text of a blob, signature or key never begins like these.
    pub(super) fn other_encoding(&self) -> Option<EnvelopeError> {
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

    /// Decodes the text.
    pub fn decode(&self) -> (Vec<u8>, Base64Report) {
        decode_all(&self.text)
    }

    /// The findings of a decoder that has read this member.
    pub fn findings(&self, report: &Base64Report) -> Vec<Finding> {
        report.findings(&self.path, (!self.escaped).then_some(self.file_offset))
    }
}
