//! Takes bytes from a source, and either keeps them for the parser or omits them.
//!
//! Invariant: only whole characters of valid UTF-8 are omitted, and they are counted. So the parser sees all broken text,
//! and file offsets are exact.

use std::io::{self, BufRead};

use super::offset_map::{ElidedString, Elision};

/// Bytes taken at a time, few enough for the processor's cache.
pub(super) const PIECE: usize = 64 * 1024;
/// Limit on white space that is kept.
const WHITE_SPACE: usize = 64 * 1024;
/// Characters kept behind a syntax error, for the parser's message.
const BEHIND_ERROR: usize = 64;

/// The source's next bytes; none at its end or after an error.
pub(super) fn fill<'s, S: BufRead>(source: &'s mut S, failed: &mut Option<io::Error>) -> &'s [u8] {
    if failed.is_some() {
        return &[];
    }
    // Called twice, since the borrow checker can't end the first borrow.
    loop {
        match source.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                *failed = Some(error);
                return &[];
            }
        }
    }
    source.fill_buf().unwrap_or_default()
}

#[derive(Debug)]
pub(super) struct Scan<S> {
    pub(super) source: S,
    /// Bytes taken from the source.
    pub(super) position: u64,
    pub(super) failed: Option<io::Error>,
    pub(super) text: Vec<u8>,
    pub(super) elisions: Vec<Elision>,
    /// Whether reading is finished.
    pub(super) over: bool,
}

impl<S: BufRead> Scan<S> {
    pub(super) fn new(source: S) -> Self {
        Self {
            source,
            position: 0,
            failed: None,
            text: Vec::new(),
            elisions: Vec::new(),
            over: false,
        }
    }

    pub(super) fn consume(&mut self, amount: usize) {
        self.source.consume(amount);
        self.position += amount as u64;
    }

    pub(super) fn peek(&mut self) -> Option<u8> {
        fill(&mut self.source, &mut self.failed).first().copied()
    }

    pub(super) fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.consume(1);
        Some(byte)
    }

    /// Begins to leave out a string's content; returns the index of the elision.
    pub(super) fn open_string(&mut self) -> usize {
        self.elisions.push(Elision {
            at: self.text.len(),
            length: 0,
            string: Some(ElidedString::default()),
        });
        self.elisions.len() - 1
    }

    /// Notes that bytes taken here are left out.
    pub(super) fn left_out(&mut self, amount: usize) {
        let at = self.text.len();
        match self.elisions.last_mut() {
            Some(elision) if elision.at == at => elision.length += amount as u64,
            _ => self.elisions.push(Elision {
                at,
                length: amount as u64,
                string: None,
            }),
        }
    }

    /// Takes white space, and keeps it up to a limit.
    pub(super) fn skip_white_space(&mut self) {
        let mut kept = 0;
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.consume(1);
            if kept < WHITE_SPACE {
                self.text.push(byte);
                kept += 1;
            } else {
                self.left_out(1);
            }
        }
    }

    /// Keeps the next characters.
    pub(super) fn keep(&mut self, count: usize) {
        for _ in 0..count {
            let Some((bytes, length)) = self.character() else {
                return;
            };
            self.text.extend_from_slice(&bytes[..length]);
        }
    }

    /// Keeps the next characters, at which the parser will fail, and drains the rest.
    pub(super) fn fail(&mut self) {
        self.keep(BEHIND_ERROR);
        self.drain();
    }

    /// Leaves the rest out, but keeps bytes that aren't UTF-8.
    pub(super) fn drain(&mut self) {
        while !self.over {
            let piece = fill(&mut self.source, &mut self.failed);
            if piece.is_empty() {
                self.over = true;
                return;
            }
            let piece = &piece[..piece.len().min(PIECE)];
            let valid = match std::str::from_utf8(piece) {
                Ok(_) => piece.len(),
                Err(error) => error.valid_up_to(),
            };
            self.consume(valid);
            self.left_out(valid);
            if valid == 0
                && let Some((_, length)) = self.character()
            {
                self.left_out(length);
            }
        }
    }

    /// Takes the next character; returns its bytes and their number. Keeps invalid bytes for the parser, and stops there.
    pub(super) fn character(&mut self) -> Option<([u8; 4], usize)> {
        let (mut bytes, mut length) = ([0; 4], 0);
        while let (Some(slot), Some(byte)) = (
            bytes.get_mut(length),
            fill(&mut self.source, &mut self.failed).first(),
        ) {
            *slot = *byte;
            length += 1;
            self.consume(1);
            match std::str::from_utf8(&bytes[..length]) {
                Ok(_) => return Some((bytes, length)),
                Err(error) if error.error_len().is_some() => break,
                Err(_) => {}
            }
        }
        self.text.extend_from_slice(&bytes[..length]);
        // The bytes behind these show whether they are wrong or incomplete.
        for _ in 0..4 {
            let byte = self.take();
            self.text.extend(byte);
        }
        self.over = true;
        None
    }
}
