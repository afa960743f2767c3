//! Hashes a record's message while somebody else reads it.
//!
//! Invariant: what has been read or skipped has been hashed, each byte once. (Pieces are hashed as the source offers
//! them: a reader of small fields takes a few bytes at a time.)

use std::io::{self, BufRead, Read};

use super::signature::Digests;

pub(super) struct Hashing<S> {
    source: S,
    pub(super) digests: Digests,
    /// Bytes of what the source offers now that are hashed already.
    ahead: usize,
}

impl<S: BufRead> Hashing<S> {
    pub(super) fn new(source: S, digests: Digests) -> Self {
        Self {
            source,
            digests,
            ahead: 0,
        }
    }
}

impl<S: BufRead> BufRead for Hashing<S> {
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
        self.source.consume(amount);
        self.ahead = self.ahead.saturating_sub(amount);
    }
}

impl<S: BufRead> Read for Hashing<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        crate::buffered::read(self, buffer)
    }
}
