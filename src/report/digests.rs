//! Hashes a record while it is read.

use std::io::{self, BufRead, Read};

use crate::blob::RecordHead;
use crate::signature::{RecordDigest, SigningRule};

/// An unfinished digest for each signing rule that may have to verify.
pub(super) type Digests = Vec<(&'static SigningRule, Box<dyn RecordDigest>)>;

/// A record that the signature covers.
pub(super) enum Covered<'a> {
    /// A record in memory.
    Held(RecordHead, &'a [u8]),
    /// A record that was hashed while it was read: the digests after it.
    Hashed(Digests),
}

/// A reader that hashes every byte it passes on or skips, once.
pub(super) struct Hashing<S> {
    source: S,
    pub(super) digests: Digests,
    /// Bytes in the source's buffer that are already hashed.
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
