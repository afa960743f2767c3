//! What decoding a base64 text has shown, and how that reads as findings.
//!
//! Invariant: an offset counts in what it says: characters of the text, bytes of the decoded data, bytes of the file.

use crate::finding::{
    BASE64_BROKEN, BASE64_LINE_BREAKS, BASE64_MISSING_PADDING, BASE64_TRAILING_BITS, BASE64_URL_ALPHABET,
    Finding, FindingRule, Place,
};

/// A deviation that doesn't hinder decoding: where it first occurs, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    /// Offset in the text.
    pub first: u64,
    /// Characters concerned.
    pub count: u64,
}

impl Flaw {
    pub(super) fn note(flaw: &mut Option<Self>, at: u64) {
        flaw.get_or_insert(Self { first: at, count: 0 }).count += 1;
    }
}

/// The place where decoding had to end before the text did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakOff {
    /// Offset in the text of the first character that couldn't be used.
    pub text_offset: u64,
    /// Bytes decoded before it.
    pub decoded_offset: u64,
    /// Bytes of text from there on.
    pub unread: u64,
    /// That character.
    pub character: Option<char>,
    /// What is wrong with it.
    pub reason: BreakReason,
}

/// Why decoding had to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakReason {
    /// `...`, as in documentation samples.
    Ellipsis,
    /// A character that no alphabet has.
    NotBase64,
    /// `=` where the text can't end.
    MisplacedPadding,
    /// Something follows the padding, such as a second base64 text.
    AfterEnd,
    /// A last character that makes no byte by itself.
    LoneCharacter,
}

/// All that decoding a text has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base64Report {
    /// Bytes decoded.
    pub decoded_len: u64,
    /// Line breaks and other white space.
    pub line_breaks: Option<Flaw>,
    /// No, or too little, `=` at the end.
    pub missing_padding: Option<Flaw>,
    /// `-` and `_`.
    pub url_alphabet: Option<Flaw>,
    /// The last character has bits that no byte uses, and they aren't zero.
    pub trailing_bits: Option<Flaw>,
    /// Where decoding had to end before the text did.
    pub break_off: Option<BreakOff>,
}

impl Base64Report {
    /// Whether the text is what engines write.
    pub fn is_clean(&self) -> bool {
        *self
            == Self {
                decoded_len: self.decoded_len,
                ..Self::default()
            }
    }

    /// The findings for the member at `path`. `file_offset` is that of the text's first character, and must be `None`
    /// if the file writes the text with escapes.
    pub fn findings(&self, path: &str, file_offset: Option<u64>) -> Vec<Finding> {
        let place = |offset: u64| {
            let place = Place::json(path);
            match file_offset {
                Some(start) => place.at_file_offset(start + offset),
                None => place,
            }
        };
        let flaw = |rule: &'static FindingRule, flaw: Option<Flaw>, message: fn(u64) -> String| {
            flaw.map(|flaw| Finding::at(rule, place(flaw.first), message(flaw.count)))
        };
        let flaws = [
            flaw(&BASE64_LINE_BREAKS, self.line_breaks, |n| {
                format!("{n} line breaks or other white space")
            }),
            flaw(&BASE64_URL_ALPHABET, self.url_alphabet, |n| {
                format!("{n} characters of the URL alphabet")
            }),
            flaw(&BASE64_TRAILING_BITS, self.trailing_bits, |_| {
                "the last character has superfluous bits".to_owned()
            }),
            flaw(&BASE64_MISSING_PADDING, self.missing_padding, |_| {
                "ends without padding".to_owned()
            }),
        ];
        let broken = self.break_off.map(|broken| {
            let at = place(broken.text_offset).at_decoded_offset(broken.decoded_offset);
            Finding::at(&BASE64_BROKEN, at, broken.message())
        });
        flaws.into_iter().flatten().chain(broken).collect()
    }
}

impl BreakOff {
    fn message(&self) -> String {
        let Self {
            text_offset,
            decoded_offset,
            unread,
            character,
            reason,
        } = self;
        let character = character.map(|c| format!("{c:?}")).unwrap_or_default();
        let what = match reason {
            BreakReason::Ellipsis => "an ellipsis: the text was cut by hand".to_owned(),
            BreakReason::NotBase64 => format!("{character} is no base64 character"),
            BreakReason::MisplacedPadding => "padding where the text can't end".to_owned(),
            BreakReason::AfterEnd => format!("{character} follows the end of the text"),
            BreakReason::LoneCharacter => format!("breaks off; the last character {character} makes no byte"),
        };
        format!(
            "{what} (character {text_offset}; {decoded_offset} bytes decoded, {unread} characters unread)"
        )
    }
}
