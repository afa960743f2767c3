//! Hashes a record's message while somebody else reads it.
//!
//! Invariant: what has been read or skipped has been hashed, each byte once. (Pieces are hashed as the source offers
//! them: a reader of small fields takes a few bytes at a time.)

use std::cell::RefCell;
use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};

use crate::object::{NumberCount, numbers_in};

use super::signature::Digests;

/// Looks at part of what goes by: whoever reads says where it begins and ends.
#[derive(Default)]
pub(super) struct Part(RefCell<Option<(Sha256, NumberCount)>>);

/// What a part was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) digest: [u8; 32],
    /// As [`numbers_in`] counts.
    pub(super) numbers: usize,
}

impl Seen {
    /// What a part is that is there whole.
    pub(super) fn of(part: &[u8]) -> Self {
        Self {
            digest: Sha256::digest(part).into(),
            numbers: numbers_in(part),
        }
    }
}

impl Part {
    pub(super) fn begin(&self) {
        *self.0.borrow_mut() = Some(Default::default());
    }

    fn goes_by(&self, bytes: &[u8]) {
        if let Some((digest, numbers)) = &mut *self.0.borrow_mut() {
            digest.update(bytes);
            numbers.goes_by(bytes);
        }
    }

    pub(super) fn end(&self) -> Option<Seen> {
        let (digest, numbers) = self.0.borrow_mut().take()?;
        Some(Seen {
            digest: digest.finalize().into(),
            numbers: numbers.count(),
        })
    }
}

pub(super) struct Hashing<'p, S> {
    source: S,
    pub(super) digests: Digests,
    part: &'p Part,
    /// Bytes of what the source offers now that are hashed already.
    ahead: usize,
}

impl<'p, S: BufRead> Hashing<'p, S> {
    pub(super) fn new(source: S, digests: Digests, part: &'p Part) -> Self {
        Self {
            source,
            digests,
            part,
            ahead: 0,
        }
    }
}

impl<S: BufRead> BufRead for Hashing<'_, S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes = self.source.fill_buf()?;
        if let Some(fresh) = bytes.get(self.ahead..).filter(|fresh| !fresh.is_empty()) {
            for (_, digest) in &mut self.digests {
                digest.chunk(fresh);
            }
            self.ahead = bytes.len();
        }
        Ok(bytes)
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(bytes) = self.source.fill_buf() {
            self.part.goes_by(&bytes[..amount.min(bytes.len())]);
        }
        self.source.consume(amount);
        self.ahead = self.ahead.saturating_sub(amount);
    }
}

impl<S: BufRead> Read for Hashing<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        crate::buffered::read(self, buffer)
    }
}
