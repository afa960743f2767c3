//! Reads the bytes that a base64 text in memory stands for.
//!
//! Invariant: memory doesn't grow with the text.

use std::io::{self, BufRead, Read};

use super::base64_decoder::Base64Decoder;
use super::base64_report::{Base64Report, BreakOff};

/// Characters decoded at a time.
const CHUNK: usize = 64 * 1024;

/// Reads the bytes that a base64 text stands for. Reading never fails; ask [`Base64Reader::report`] afterwards.
#[derive(Debug, Clone)]
pub struct Base64Reader<'a> {
    rest: &'a [u8],
    decoder: Base64Decoder,
    /// Decoded, and how much of it was taken.
    ready: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<'a> Base64Reader<'a> {
    /// Starts at the beginning of a base64 text.
    pub fn new(text: &'a str) -> Self {
        Self {
            rest: text.as_bytes(),
            decoder: Base64Decoder::new(),
            ready: Vec::new(),
            taken: 0,
            ended: false,
        }
    }

    /// What was odd in the text so far; complete once a read has returned 0.
    pub fn report(&self) -> &Base64Report {
        self.decoder.report()
    }

    /// Where decoding had to end before the text did, if it has come to that.
    pub fn break_off(&self) -> Option<&BreakOff> {
        self.report().break_off.as_ref()
    }
}

impl BufRead for Base64Reader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.ready.len() && !self.ended {
            self.ready.clear();
            self.taken = 0;
            let (chunk, rest) = self.rest.split_at(self.rest.len().min(CHUNK));
            self.rest = rest;
            if chunk.is_empty() {
                self.decoder.finish(&mut self.ready);
                self.ended = true;
            } else {
                self.decoder.push(chunk, &mut self.ready);
            }
        }
        Ok(self.ready.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.taken = (self.taken + amount).min(self.ready.len());
    }
}

impl Read for Base64Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        crate::buffered::read(self, buffer)
    }
}

/// Decodes a small text at once.
pub fn decode_all(text: &str) -> (Vec<u8>, Base64Report) {
    let mut decoder = Base64Decoder::new();
    let mut bytes = Vec::new();
    decoder.push(text.as_bytes(), &mut bytes);
    decoder.finish(&mut bytes);
    (bytes, decoder.report().clone())
}
