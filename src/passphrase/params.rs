//! The encryption parameters in header field 3.
//!
//! Invariant: parameters are within their bounds, read or new.

use crate::wire::{Message, Writer};

/// The scheme's name in the header.
pub const SCHEME: &str = "pbe-sha1-3des-cbc-v1";

/// Length of a salt.
pub const SALT_BYTES: usize = 8;

/// Limit on iterations, since a header must not decide how long its reader computes.
pub const MAX_ITERATIONS: u32 = 1_000_000;

/// Default number of iterations.
pub const DEFAULT_ITERATIONS: u32 = 10_000;

/// Why the header's encryption field is unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// Another scheme than this project's, with its name if the field has one.
    #[error("encryption scheme isn't recognised")]
    UnknownScheme(Option<String>),
    /// This project's scheme with a salt of another length.
    #[error("salt has {0} bytes instead of {SALT_BYTES}")]
    Salt(usize),
    /// This project's scheme with an iteration count out of bounds, or without one.
    #[error("iteration count {0} is outside 1 to {MAX_ITERATIONS}")]
    Iterations(u64),
}

/// Salt and iteration count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncryptionParams {
    salt: [u8; SALT_BYTES],
    iterations: u32,
}

impl EncryptionParams {
    /// Parameters for a new document. Each document needs a new random salt.
    ///
    /// # Errors
    /// An iteration count out of bounds.
    pub fn new(salt: [u8; SALT_BYTES], iterations: u32) -> Result<Self, ParamsError> {
        if !(1..=MAX_ITERATIONS).contains(&iterations) {
            return Err(ParamsError::Iterations(u64::from(iterations)));
        }
        Ok(Self { salt, iterations })
    }

    /// Reads header field 3.
    ///
    /// # Errors
    /// Another scheme, or parameters of this one that are out of bounds.
    pub fn parse(field: &[u8]) -> Result<Self, ParamsError> {
        let message = Message::parse(field).map_err(|_| ParamsError::UnknownScheme(None))?;
        let scheme = message.text(3);
        if scheme.as_deref() != Some(SCHEME) {
            return Err(ParamsError::UnknownScheme(
                scheme.map(std::borrow::Cow::into_owned),
            ));
        }
        let salt = message.bytes(1).unwrap_or_default();
        let salt = salt.try_into().map_err(|_| ParamsError::Salt(salt.len()))?;
        let iterations = message.varint(2).unwrap_or_default();
        let bounded = u32::try_from(iterations).map_err(|_| ParamsError::Iterations(iterations))?;
        Self::new(salt, bounded)
    }

    /// Writes header field 3.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new()
            .bytes(1, &self.salt)
            .varint(2, u64::from(self.iterations))
            .text(3, SCHEME)
            .finish()
    }

    /// The salt.
    pub fn salt(&self) -> &[u8; SALT_BYTES] {
        &self.salt
    }

    /// Number of hashes per block of key material.
    pub fn iterations(&self) -> u32 {
        self.iterations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(salt: &[u8], iterations: u64, scheme: &str) -> Vec<u8> {
        Writer::new()
            .bytes(1, salt)
            .varint(2, iterations)
            .text(3, scheme)
            .finish()
    }

    #[test]
    fn parameters_survive_a_round_trip() {
        let params = EncryptionParams::new(*b"saltsalt", 10_000).unwrap();
        assert_eq!(EncryptionParams::parse(&params.encode()), Ok(params));
        assert_eq!(
            hex::encode(params.encode()),
            // 1: 8 bytes · 2: varint 10000 · 3: 20 bytes
            format!("0a08{}10904e1a14{}", hex::encode("saltsalt"), hex::encode(SCHEME))
        );
    }

    #[test]
    fn another_scheme_is_named() {
        let unknown = |name: Option<&str>| Err(ParamsError::UnknownScheme(name.map(str::to_owned)));
        assert_eq!(
            EncryptionParams::parse(&field(b"", 0, "aes")),
            unknown(Some("aes"))
        );
        assert_eq!(EncryptionParams::parse(b""), unknown(None));
        assert_eq!(EncryptionParams::parse(&[0xff; 9]), unknown(None));
    }

    #[test]
    fn iterations_and_salt_are_bounded() {
        let parse = |salt: &[u8], iterations| EncryptionParams::parse(&field(salt, iterations, SCHEME));
        assert!(parse(b"saltsalt", 1).is_ok() && parse(b"saltsalt", 1_000_000).is_ok());
        for wrong in [0, 1_000_001, 1 << 32, u64::MAX] {
            assert_eq!(parse(b"saltsalt", wrong), Err(ParamsError::Iterations(wrong)));
        }
        assert_eq!(parse(b"saltsal", 1), Err(ParamsError::Salt(7)));
        assert_eq!(parse(b"", 1), Err(ParamsError::Salt(0)));
    }
}
