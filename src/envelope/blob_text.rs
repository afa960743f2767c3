//! Decodes the blob's string while it is read, and hides its text from the parser.
//!
//! Invariant: escapes and characters are treated as by the parser. Text that the parser would refuse is kept for it.

use std::io::{self, BufRead, Read};

use super::base64_decoder::Base64Decoder;
use super::base64_report::Base64Report;
use super::offset_map::ElidedString;
use super::source::{PIECE, Scan, fill};

/// The decoded bytes of a `blob` member's string.
#[derive(Debug)]
pub(crate) struct BlobBytes<'s, S> {
    scan: &'s mut Scan<S>,
    decoder: Base64Decoder,
    /// Decoded bytes, and the number of them that were taken.
    ready: Vec<u8>,
    taken: usize,
    ended: bool,
    /// The first half of a surrogate pair, written as two escapes.
    half: Option<u16>,
}

impl<'s, S: BufRead> BlobBytes<'s, S> {
    pub(super) fn new(scan: &'s mut Scan<S>) -> Self {
        Self {
            scan,
            decoder: Base64Decoder::new(),
            ready: Vec::new(),
            taken: 0,
            ended: false,
            half: None,
        }
    }

    /// Reads the rest of the string, since damage there is reported too.
    pub(super) fn into_report(mut self) -> Base64Report {
        while !self.ended {
            self.ready.clear();
            self.piece();
        }
        self.decoder.report().clone()
    }

    /// Decodes the next piece of the string's text.
    fn piece(&mut self) {
        let piece = fill(&mut self.scan.source, &mut self.scan.failed);
        let piece = &piece[..piece.len().min(PIECE)];
        let run = memchr::memchr2(b'"', b'\\', piece).unwrap_or(piece.len());
        let run = plain(&piece[..run]);
        if run > 0 {
            self.decoder.push(&piece[..run], &mut self.ready);
            let elision = self.scan.elisions.last_mut();
            if let Some(string) = elision.and_then(|elision| elision.string.as_mut()) {
                string.begin_with(&piece[..run]);
            }
            self.scan.consume(run);
            self.scan.left_out(run);
            self.whole_characters();
            return;
        }
        match piece.first() {
            None => {
                self.scan.over = true;
                self.end();
            }
            Some(b'"') => {
                self.scan.consume(1);
                self.scan.text.push(b'"');
                self.end();
            }
            Some(b'\\') => self.escape(),
            Some(0..0x20) => self.fail(),
            Some(_) => match self.scan.character() {
                Some((bytes, length)) => {
                    self.decoder.push(&bytes[..length], &mut self.ready);
                    self.scan.left_out(length);
                    self.note(|string| {
                        string.begin_with(&bytes[..length]);
                        string.continuing += length as u64 - 1;
                    });
                    self.whole_characters();
                }
                None => self.end(),
            },
        }
    }

    /// Notes a lone first half.
    fn whole_characters(&mut self) {
        if self.half.take().is_some() {
            self.note(|string| string.lone_surrogate = true);
        }
    }

    fn note(&mut self, note: impl FnOnce(&mut ElidedString)) {
        let string = self
            .scan
            .elisions
            .last_mut()
            .and_then(|elision| elision.string.as_mut());
        if let Some(string) = string {
            note(string);
        }
    }

    fn end(&mut self) {
        self.whole_characters();
        self.decoder.finish(&mut self.ready);
        self.ended = true;
    }

    fn fail(&mut self) {
        self.scan.fail();
        self.end();
    }

    /// Reads an escape, which begins here.
    fn escape(&mut self) {
        let start = self.scan.position;
        let mut raw = Vec::with_capacity(6);
        let unit = self.escaped_unit(&mut raw);
        let Some(unit) = unit else {
            self.scan.text.extend_from_slice(&raw);
            self.fail();
            return;
        };
        self.scan.left_out(raw.len());
        self.note(|string| _ = string.escape_at.get_or_insert((start, string.continuing)));
        let text = match (self.half, unit) {
            (Some(high), 0xdc00..=0xdfff) => {
                self.half = None;
                String::from_utf16_lossy(&[high, unit])
            }
            (_, 0xd800..=0xdbff) => {
                self.whole_characters();
                self.half = Some(unit);
                return;
            }
            (_, 0xdc00..=0xdfff) => {
                self.note(|string| string.lone_surrogate = true);
                return;
            }
            (_, unit) => {
                self.whole_characters();
                String::from_utf16_lossy(&[unit])
            }
        };
        self.decoder.push(text.as_bytes(), &mut self.ready);
    }

    /// Reads the UTF-16 unit of an escape; the bytes taken go into `raw`.
    fn escaped_unit(&mut self, raw: &mut Vec<u8>) -> Option<u16> {
        // Escapes are ASCII; any other character is left whole.
        let mut next = || {
            let byte = self.scan.peek().filter(u8::is_ascii)?;
            self.scan.consume(1);
            raw.push(byte);
            Some(byte)
        };
        next()?;
        let unit = match next()? {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut unit = 0_u16;
                for _ in 0..4 {
                    let digit = char::from(next()?).to_digit(16)?;
                    unit = unit << 4 | u16::try_from(digit).ok()?;
                }
                return Some(unit);
            }
            _ => return None,
        };
        Some(u16::from(unit))
    }
}

/// The number of printable ASCII bytes at the start.
fn plain(text: &[u8]) -> usize {
    // Outside 0x20 to 0x7f.
    let odd = |byte: u8| byte.wrapping_sub(0x20) >= 0x60;
    // Without an early exit, the compiler turns the loop into vector instructions.
    if text.iter().fold(false, |found, byte| found | odd(*byte)) {
        text.iter().position(|byte| odd(*byte)).unwrap_or(text.len())
    } else {
        text.len()
    }
}

impl<S: BufRead> BufRead for BlobBytes<'_, S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.ready.len() && !self.ended {
            self.ready.clear();
            self.taken = 0;
            self.piece();
        }
        Ok(self.ready.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.taken = (self.taken + amount).min(self.ready.len());
    }
}

impl<S: BufRead> Read for BlobBytes<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        crate::buffered::read(self, buffer)
    }
}
