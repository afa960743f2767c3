//! Generates tokens, references and UUIDs.
//!
//! Invariant: with a seed, the same calls give the same ids. Otherwise the seed is 32 random bytes of the system, so
//! tokens cannot be guessed. Ids are SHA-256 of seed and counter, so only start-up can fail.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// A generator of ids. Shared; every call takes the next block.
#[derive(Debug)]
pub struct Ids {
    seed: [u8; 32],
    counter: AtomicU64,
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("no randomness from the operating system: {0}")]
pub struct EntropyError(getrandom::Error);

impl Ids {
    /// A reproducible generator; the name keeps engines of one process apart.
    pub fn seeded(number: u64, name: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"mock-engine ids\0");
        hash.update(number.to_be_bytes());
        hash.update(name.as_bytes());
        Self {
            seed: hash.finalize().into(),
            counter: AtomicU64::new(0),
        }
    }

    /// An unpredictable generator.
    pub fn random() -> Result<Self, EntropyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(EntropyError)?;
        Ok(Self {
            seed,
            counter: AtomicU64::new(0),
        })
    }

    /// Another generator for a session: reproducible if this one is.
    pub fn fork(&self, session: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"mock-engine session\0");
        hash.update(self.seed);
        hash.update(session.as_bytes());
        Self {
            seed: hash.finalize().into(),
            counter: AtomicU64::new(0),
        }
    }

    /// Restarts a reproducible sequence. An unpredictable one goes on, or it would issue old tokens again.
    pub fn rewind_if(&self, reproducible: bool) {
        if reproducible {
            self.counter.store(0, Ordering::Relaxed);
        }
    }

    /// Fills a buffer.
    pub fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            chunk.copy_from_slice(&self.block()[..chunk.len()]);
        }
    }

    fn block(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.counter.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        hash.finalize().into()
    }

    /// A number from 0 to below 1 that depends on the seed and `draw` alone.
    pub fn chance(&self, draw: u64) -> f64 {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(b"chance");
        hash.update(draw.to_be_bytes());
        let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
        f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
    }

    /// A version 4 UUID in lower case.
    pub fn uuid(&self) -> String {
        let mut b = [0_u8; 16];
        self.fill(&mut b);
        b[6] = (b[6] & 0x0f) | 0x40;
        b[8] = (b[8] & 0x3f) | 0x80;
        let hex = hex(&b);
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }

    /// 32 lower-case hex digits.
    pub fn hex32(&self) -> String {
        let mut b = [0_u8; 16];
        self.fill(&mut b);
        hex(&b)
    }

    /// Letters and digits, all equally likely.
    pub fn alphanumeric(&self, length: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut text = String::with_capacity(length);
        while text.len() < length {
            // 248 is the largest multiple of 62 in a byte: larger values would favour the first letters.
            let fair = self.block().into_iter().filter(|b| *b < 248);
            let left = length - text.len();
            text.extend(fair.map(|b| char::from(ALPHABET[usize::from(b) % 62])).take(left));
        }
        text
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
            let _ = write!(text, "{b:02x}");
            text
        })
}
