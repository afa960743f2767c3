//! A source under a cursor: takes bytes from it, and either keeps them for the parser or leaves them out.
//!
//! Invariant: what is left out is UTF-8, whole characters, and its length is noted where it was; so the parser sees
//! broken text where it is broken, and every offset can be told.

use std::io::{self, BufRead};

use super::offset_map::{ElidedString, Elision};

/// Bytes of text taken at a time: what they become stays in the processor's cache.
pub(super) const PIECE: usize = 64 * 1024;
/// Bytes of white space that are kept.
const WHITE_SPACE: usize = 64 * 1024;
/// Characters that are kept behind a syntax error, for the parser to see what follows.
const BEHIND_ERROR: usize = 64;

/// The source's next bytes; none at its end, or where it fails.
pub(super) fn fill<'s, S: BufRead>(source: &'s mut S, failed: &mut Option<io::Error>) -> &'s [u8] {
    if failed.is_some() {
        return &[];
    }
    // Asked twice, since the borrow of a first answer can't be given up again.
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
    /// What has been read decides already that this is no document.
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

    /// The content of a string begins here and will be left out; gives its position among the elisions.
    pub(super) fn open_string(&mut self) -> usize {
        self.elisions.push(Elision {
            at: self.text.len(),
            length: 0,
            string: Some(ElidedString::default()),
        });
        self.elisions.len() - 1
    }

    /// So many bytes, already taken, are left out here.
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

    /// Takes white space, which is kept as far as anybody counts its lines.
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

    /// Keeps the next characters: whole ones, so that what is left out behind them begins with one.
    pub(super) fn keep(&mut self, count: usize) {
        for _ in 0..count {
            let Some((bytes, length)) = self.character() else {
                return;
            };
            self.text.extend_from_slice(&bytes[..length]);
        }
    }

    /// The parser will fail at what comes next, which is kept so that it sees why; the rest only has to be UTF-8.
    pub(super) fn fail(&mut self) {
        self.keep(BEHIND_ERROR);
        self.drain();
    }

    /// Leaves the rest out, but for bytes that aren't UTF-8.
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

    /// Takes the next character and its length in bytes. What is no character is kept for the parser, and all is over.
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
        // Whether these bytes are wrong or merely break off shows from those behind them.
        for _ in 0..4 {
            let byte = self.take();
            self.text.extend(byte);
        }
        self.over = true;
        None
    }
}
