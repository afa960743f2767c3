//! Decodes base64 text that arrives in pieces, accepting what other writers than engines make of it.
//!
//! Invariant: every byte that the text determines is delivered, and nothing else; where the pieces are cut makes no
//! difference, and of the text nothing is kept but a few characters. Text as engines write it takes the fast path,
//! straight through `base64-simd`. Whatever that refuses is sifted character by character into clean text first, so
//! there is one decoder only. (The `base64` crate decodes the last group: it tells superfluous bits from other flaws.)

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::base64_report::{Base64Report, BreakOff, BreakReason, Flaw};

/// The last group, strictly.
const STRICT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone),
);
/// The last group, with whatever bits it has.
const LAX: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);
/// Bytes that tell a character and an ellipsis.
const HEAD: usize = 4;

/// Decodes the pieces of one base64 text.
#[derive(Debug, Clone, Default)]
pub struct Base64Decoder {
    /// Bytes of text seen.
    pos: u64,
    /// Sifted characters of a group that isn't complete yet.
    group: Vec<u8>,
    /// Where the last character that counts stands, and that character as it was written.
    last_at: u64,
    last: u8,
    state: State,
    report: Base64Report,
}

#[derive(Debug, Clone, Default)]
enum State {
    #[default]
    Text,
    /// The last group is decoded; `wanted` more `=` may follow, then white space only.
    Padding { start: u64, seen: u64, wanted: u64 },
    /// Nothing is decoded any more: the place, its first bytes, and why if that is known already.
    Broken {
        at: u64,
        head: Vec<u8>,
        reason: Option<BreakReason>,
    },
}

impl Base64Decoder {
    /// A decoder at the beginning of a text.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was odd in the text; complete after [`Base64Decoder::finish`].
    pub fn report(&self) -> &Base64Report {
        &self.report
    }

    /// Takes the next piece of text, cut anywhere, and appends what it decodes to.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let before = out.len();
        let mut rest = piece;
        while !rest.is_empty() {
            let used = match &mut self.state {
                State::Text => self.text(rest, out),
                State::Padding { .. } => self.padding(rest),
                State::Broken { head, .. } => {
                    let room = HEAD.saturating_sub(head.len()).min(rest.len());
                    head.extend_from_slice(&rest[..room]);
                    self.pos += rest.len() as u64;
                    rest.len()
                }
            };
            rest = &rest[used..];
        }
        self.report.decoded_len += (out.len() - before) as u64;
    }

    /// The text has ended: decodes the last group, if there was no padding, and completes the report.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let before = out.len();
        match self.state {
            State::Text if self.group.len() == 1 => {
                self.group.clear();
                self.state = State::Broken {
                    at: self.last_at,
                    head: vec![self.last],
                    reason: Some(BreakReason::LoneCharacter),
                };
            }
            State::Text if !self.group.is_empty() => {
                Flaw::note(&mut self.report.missing_padding, self.pos);
                self.last_group(false, out);
            }
            _ => {}
        }
        if let State::Padding { start, seen, wanted } = self.state
            && seen < wanted
        {
            Flaw::note(&mut self.report.missing_padding, start + seen);
        }
        self.report.decoded_len += (out.len() - before) as u64;
        if let State::Broken { at, head, reason } = std::mem::take(&mut self.state) {
            let whole = head.utf8_chunks().next();
            let text = whole.map(|chunk| chunk.valid()).unwrap_or_default();
            self.report.break_off = Some(BreakOff {
                text_offset: at,
                decoded_offset: self.report.decoded_len,
                unread: self.pos - at,
                character: text.chars().next(),
                reason: reason.unwrap_or_else(|| reason_of(text)),
            });
        }
    }

    /// Decodes text before its padding; gives the number of bytes used.
    fn text(&mut self, piece: &[u8], out: &mut Vec<u8>) -> usize {
        if self.group.is_empty() {
            let whole = piece.len() / 4 * 4;
            // The padded group at the end is for the sieve.
            let whole = if piece[..whole].ends_with(b"=") {
                whole - 4
            } else {
                whole
            };
            if whole > 0
                && base64_simd::STANDARD_NO_PAD
                    .decode_append(&piece[..whole], out)
                    .is_ok()
            {
                self.pos += whole as u64;
                (self.last_at, self.last) = (self.pos - 1, piece[whole - 1]);
                return whole;
            }
        }
        self.sift(piece, out)
    }

    /// Decodes text of any kind: cleans it and decodes the complete groups. Of text that merely begins inside a group
    /// it takes no more than that group's rest.
    fn sift(&mut self, piece: &[u8], out: &mut Vec<u8>) -> usize {
        let completes = !self.group.is_empty();
        let mut clean = std::mem::take(&mut self.group);
        let mut used = 0;
        let mut stop = None;
        for &byte in piece {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => clean.push(byte),
                b'-' | b'_' => {
                    Flaw::note(&mut self.report.url_alphabet, self.pos);
                    clean.push(if byte == b'-' { b'+' } else { b'/' });
                }
                b'\n' | b'\r' | b'\t' | b' ' => {
                    Flaw::note(&mut self.report.line_breaks, self.pos);
                    self.pos += 1;
                    used += 1;
                    continue;
                }
                _ => {
                    stop = Some(byte);
                    break;
                }
            }
            (self.last_at, self.last) = (self.pos, byte);
            self.pos += 1;
            used += 1;
            if completes && clean.len() == 4 {
                break;
            }
        }
        self.group = clean.split_off(clean.len() / 4 * 4);
        // Only alphabet characters in groups of four, so this can't be refused.
        let _ = base64_simd::STANDARD_NO_PAD.decode_append(&clean, out);
        match stop {
            Some(b'=') if self.group.len() >= 2 => {
                self.state = State::Padding {
                    start: self.pos,
                    seen: 0,
                    wanted: 4 - self.group.len() as u64,
                };
                self.last_group(false, out);
            }
            Some(_) => {
                self.last_group(true, out);
                self.state = State::Broken {
                    at: self.pos,
                    head: Vec::new(),
                    reason: None,
                };
            }
            None => {}
        }
        used
    }

    /// Decodes the last group, of which nothing more will come. `cut`: it isn't the writer who ended it here.
    fn last_group(&mut self, cut: bool, out: &mut Vec<u8>) {
        let group = std::mem::take(&mut self.group);
        // One character alone stands for six bits, which make no byte.
        if group.len() < 2 {
            return;
        }
        if !cut && STRICT.decode_slice(&group, &mut [0; 3]).is_err() {
            Flaw::note(&mut self.report.trailing_bits, self.last_at);
        }
        let mut bytes = [0; 3];
        let written = LAX.decode_slice(&group, &mut bytes).unwrap_or_default();
        out.extend_from_slice(&bytes[..written]);
    }

    /// Reads padding, and makes sure that nothing but white space follows; gives the number of bytes used.
    fn padding(&mut self, piece: &[u8]) -> usize {
        let State::Padding { start, seen, wanted } = &mut self.state else {
            return 0;
        };
        for (used, &byte) in piece.iter().enumerate() {
            match byte {
                b'=' if seen < wanted => *seen += 1,
                b'\n' | b'\r' | b'\t' | b' ' => Flaw::note(&mut self.report.line_breaks, self.pos),
                _ => {
                    if seen < wanted {
                        Flaw::note(&mut self.report.missing_padding, *start + *seen);
                    }
                    self.state = State::Broken {
                        at: self.pos,
                        head: Vec::new(),
                        reason: Some(BreakReason::AfterEnd),
                    };
                    return used;
                }
            }
            self.pos += 1;
        }
        piece.len()
    }
}

fn reason_of(rest: &str) -> BreakReason {
    if rest.starts_with("...") || rest.starts_with('…') {
        BreakReason::Ellipsis
    } else if rest.starts_with('=') {
        BreakReason::MisplacedPadding
    } else {
        BreakReason::NotBase64
    }
}
