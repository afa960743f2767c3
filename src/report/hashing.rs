//! Hashes a record's message while somebody else reads it.
//!
//! Invariant: what has been read or skipped has been hashed, each byte once. (Pieces are hashed as the source offers
//! them: a reader of small fields takes a few bytes at a time.)

use std::cell::RefCell;
use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};

use super::signature::Digests;

/// Takes the digest of part of what goes by: whoever reads says where it begins and ends.
#[derive(Default)]
pub(super) struct Part(RefCell<Option<Sha256>>);

impl Part {
    pub(super) fn begin(&self) {
        *self.0.borrow_mut() = Some(Sha256::new());
    }

    fn goes_by(&self, bytes: &[u8]) {
        if let Some(digest) = &mut *self.0.borrow_mut() {
            digest.update(bytes);
        }
    }

    pub(super) fn end(&self) -> Option<[u8; 32]> {
        Some(self.0.borrow_mut().take()?.finalize().into())
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
