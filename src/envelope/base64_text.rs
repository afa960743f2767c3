//! Decodes base64 text piece by piece, accepting what other writers than engines make of it.
//!
//! Invariant: every byte that the text determines is delivered, and nothing else; memory doesn't grow with the text.
//! Text as engines write it takes the fast path, straight through the `base64` crate. Whatever that refuses is sifted
//! character by character into clean text first, so there is one decoder only.

use std::io::{self, Read};

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::base64_report::{Base64Report, BreakOff, BreakReason, Flaw};

/// Characters decoded at a time; a multiple of four.
const CHUNK: usize = 64 * 1024;
/// What a chunk decodes to.
const DECODED: usize = CHUNK / 4 * 3;
/// Readers that offer less room than this are served from a buffer of our own.
const DIRECT: usize = 4 * 1024;

/// Only whole groups of four characters: without padding the end of a chunk is like any other place.
const GROUPS: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone),
);
/// The last, incomplete group.
const LAST: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// Reads the bytes that a base64 text stands for. Reading never fails; ask [`Base64Reader::report`] afterwards.
#[derive(Debug, Clone)]
pub struct Base64Reader<'a> {
    text: &'a str,
    /// Characters consumed.
    pos: usize,
    /// Sifted characters of a group that isn't complete yet, and where its last one stands.
    group: Vec<u8>,
    last_at: usize,
    /// Decoded bytes that had no room in the caller's buffer.
    ready: Vec<u8>,
    taken: usize,
    ended: bool,
    report: Base64Report,
}

impl<'a> Base64Reader<'a> {
    /// Starts at the beginning of a base64 text.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            pos: 0,
            group: Vec::new(),
            last_at: 0,
            ready: Vec::new(),
            taken: 0,
            ended: false,
            report: Base64Report::default(),
        }
    }

    /// What was odd in the text so far; complete once a read has returned 0.
    pub fn report(&self) -> &Base64Report {
        &self.report
    }

    /// Where decoding had to end before the text did, if it has come to that.
    pub fn break_off(&self) -> Option<&BreakOff> {
        self.report.break_off.as_ref()
    }

    /// Decodes the next chunk into `out`, which has room for at least one group. Gives 0 only at the end.
    fn decode_chunk(&mut self, out: &mut [u8]) -> usize {
        while !self.ended {
            let rest = self.text.as_bytes().get(self.pos..).unwrap_or_default();
            let chunk = &rest[..rest.len().min(CHUNK).min(out.len() / 3 * 4)];
            let written = if rest.is_empty() {
                self.finish(None, out)
            } else {
                self.fast(chunk, out).unwrap_or_else(|| self.sift(chunk, out))
            };
            self.report.decoded_len += written as u64;
            if let Some(break_off) = &mut self.report.break_off {
                break_off.decoded_offset = self.report.decoded_len;
            }
            if written > 0 {
                return written;
            }
        }
        0
    }

    /// Decodes a chunk of nothing but complete groups of standard characters. `None` if it is anything else.
    fn fast(&mut self, chunk: &[u8], out: &mut [u8]) -> Option<usize> {
        let whole = chunk.len() / 4 * 4;
        // The padded group at the end is for the sieve.
        let whole = if chunk.get(..whole)?.ends_with(b"=") {
            whole - 4
        } else {
            whole
        };
        if !self.group.is_empty() || whole == 0 {
            return None;
        }
        let written = GROUPS.decode_slice(&chunk[..whole], out).ok()?;
        self.pos += whole;
        Some(written)
    }

    /// Decodes a chunk of anything: cleans it and decodes the complete groups.
    fn sift(&mut self, chunk: &[u8], out: &mut [u8]) -> usize {
        // The held characters have to find room, too.
        let room = out.len() / 3 * 4;
        let mut clean = std::mem::take(&mut self.group);
        let mut stop = None;
        for &byte in chunk {
            if clean.len() == room {
                break;
            }
            let at = self.pos as u64;
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => clean.push(byte),
                b'-' | b'_' => {
                    Flaw::note(&mut self.report.url_alphabet, at);
                    clean.push(if byte == b'-' { b'+' } else { b'/' });
                }
                b'\n' | b'\r' | b'\t' | b' ' => {
                    Flaw::note(&mut self.report.line_breaks, at);
                    self.pos += 1;
                    continue;
                }
                _ => {
                    stop = Some(byte);
                    break;
                }
            }
            self.last_at = self.pos;
            self.pos += 1;
        }
        let whole = clean.len() / 4 * 4;
        self.group = clean.split_off(whole);
        // Only alphabet characters in groups of four, so this can't be refused.
        let written = GROUPS.decode_slice(&clean, out).unwrap_or_default();
        match (stop, written) {
            (None, _) => written,
            // The end needs room of its own; come back for it.
            (Some(_), 1..) => written,
            (Some(byte), 0) => self.finish(Some(byte), out),
        }
    }

    /// Decodes the last group. `stop` is the character that ends the text before its end.
    fn finish(&mut self, stop: Option<u8>, out: &mut [u8]) -> usize {
        self.ended = true;
        let group = std::mem::take(&mut self.group);
        let padding_fits = stop == Some(b'=') && group.len() >= 2;
        if padding_fits {
            self.padding(4 - group.len());
        } else if stop.is_some() {
            self.note_break(self.pos, self.reason());
        } else if group.len() == 1 {
            self.note_break(self.last_at, BreakReason::LoneCharacter);
        } else if group.len() >= 2 {
            Flaw::note(&mut self.report.missing_padding, self.pos as u64);
        }
        // One character alone stands for six bits, which make no byte.
        if group.len() < 2 {
            return 0;
        }
        let cut = stop.is_some() && !padding_fits;
        let strict = GROUPS.decode_slice(&group, &mut [0; 3]);
        if strict.is_err() && !cut {
            Flaw::note(&mut self.report.trailing_bits, self.last_at as u64);
        }
        LAST.decode_slice(&group, out).unwrap_or_default()
    }

    /// Reads the padding, which starts here, and makes sure that nothing but white space follows.
    fn padding(&mut self, wanted: usize) {
        let mut seen = 0;
        let rest = self.text.as_bytes().get(self.pos..).unwrap_or_default();
        let start = self.pos;
        for (i, &byte) in rest.iter().enumerate() {
            match byte {
                b'=' if seen < wanted => seen += 1,
                b'\n' | b'\r' | b'\t' | b' ' => {
                    Flaw::note(&mut self.report.line_breaks, (start + i) as u64);
                }
                _ => {
                    self.note_break(start + i, BreakReason::AfterEnd);
                    break;
                }
            }
        }
        if seen < wanted {
            Flaw::note(&mut self.report.missing_padding, (start + seen) as u64);
        }
    }

    fn reason(&self) -> BreakReason {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        if rest.starts_with("...") || rest.starts_with('…') {
            BreakReason::Ellipsis
        } else if rest.starts_with('=') {
            BreakReason::MisplacedPadding
        } else {
            BreakReason::NotBase64
        }
    }

    fn note_break(&mut self, at: usize, reason: BreakReason) {
        let rest = self.text.get(at..).unwrap_or_default();
        self.report.break_off = Some(BreakOff {
            text_offset: at as u64,
            decoded_offset: 0, // known once the last group is decoded
            unread: rest.len() as u64,
            character: rest.chars().next(),
            reason,
        });
    }
}

impl Read for Base64Reader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.ready.len() {
            if buf.len() >= DIRECT {
                return Ok(self.decode_chunk(buf));
            }
            let mut ready = std::mem::take(&mut self.ready);
            ready.resize(DECODED, 0);
            let written = self.decode_chunk(&mut ready);
            ready.truncate(written);
            self.ready = ready;
            self.taken = 0;
        }
        let held = self.ready.get(self.taken..).unwrap_or_default();
        let len = held.len().min(buf.len());
        buf[..len].copy_from_slice(&held[..len]);
        self.taken += len;
        Ok(len)
    }
}

/// Decodes a small text at once.
pub fn decode_all(text: &str) -> (Vec<u8>, Base64Report) {
    let mut reader = Base64Reader::new(text);
    let mut bytes = vec![0; text.len() / 4 * 3 + 3];
    let mut len = 0;
    loop {
        // Three bytes of room always remain: no text decodes to more than the estimate.
        match reader.decode_chunk(&mut bytes[len..]) {
            0 => break,
            written => len += written,
        }
    }
    bytes.truncate(len);
    (bytes, reader.report)
}
