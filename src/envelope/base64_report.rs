//! The report on decoding a base64 text, and its findings.

use crate::finding::{
    BASE64_BROKEN, BASE64_LINE_BREAKS, BASE64_MISSING_PADDING, BASE64_TRAILING_BITS, BASE64_URL_ALPHABET,
    Finding, FindingRule, Place,
};

/// A deviation that doesn't prevent decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    /// Offset of the first one in the text.
    pub first: u64,
    /// Number of characters.
    pub count: u64,
}

impl Flaw {
    pub(super) fn note(flaw: &mut Option<Self>, at: u64) {
        flaw.get_or_insert(Self { first: at, count: 0 }).count += 1;
    }
}

/// The place in the text where decoding stopped early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakOff {
    /// Offset in the text of the first undecodable character.
    pub text_offset: u64,
    /// Bytes decoded before it.
    pub decoded_offset: u64,
    /// Bytes of text from this character on.
    pub unread: u64,
    /// That character.
    pub character: Option<char>,
    /// The fault.
    pub reason: BreakReason,
}

/// Why decoding stopped early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakReason {
    /// `...`, as in documentation samples.
    Ellipsis,
    /// A character that is in no base64 alphabet.
    NotBase64,
    /// `=` inside a group.
    MisplacedPadding,
    /// Text behind the padding, such as a second base64 text.
    AfterEnd,
    /// A single last character, too little for a byte.
    LoneCharacter,
}

/// The report on decoding one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base64Report {
    /// Bytes decoded.
    pub decoded_len: u64,
    /// Line breaks and other white space.
    pub line_breaks: Option<Flaw>,
    /// Missing `=` at the end.
    pub missing_padding: Option<Flaw>,
    /// `-` and `_`.
    pub url_alphabet: Option<Flaw>,
    /// Unused bits of the last character that aren't zero.
    pub trailing_bits: Option<Flaw>,
    /// The place where decoding stopped early.
    pub break_off: Option<BreakOff>,
}

impl Base64Report {
    /// Whether the text is as engines write it.
    pub fn is_clean(&self) -> bool {
        *self
            == Self {
                decoded_len: self.decoded_len,
                ..Self::default()
            }
    }

    /// The findings for the member at `path`. `file_offset` is that of the text's first character. `None` if the text has
    /// JSON escapes.
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
            BreakReason::NotBase64 => format!("{character} isn't a base64 character"),
            BreakReason::MisplacedPadding => "padding where the text can't end".to_owned(),
            BreakReason::AfterEnd => format!("{character} follows the end of the text"),
            BreakReason::LoneCharacter => format!("breaks off; the last character {character} makes no byte"),
        };
        format!(
            "{what} (character {text_offset}; {decoded_offset} bytes decoded, {unread} characters unread)"
        )
    }
}
