//! Verification of a hash against a key that passed the gate.
//!
//! Invariant: numbers reach the `dsa` crate only with 0 < r, s < q and a non-empty hash, so it has nothing to panic
//! about, and every refusal says which of these failed.

use super::der_signature::DsaSignature;
use super::key::PublicKey;
use crypto_bigint::BoxedUint;
use dsa::signature::hazmat::PrehashVerifier;

/// Why a signature doesn't verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// There is nothing to verify.
    #[error("hash is empty")]
    EmptyHash,
    /// r or s isn't below q, so the signature was made with another key or not made at all.
    #[error("{name} isn't below the key's q")]
    OutOfRange {
        /// `r` or `s`.
        name: &'static str,
    },
    /// Well-formed, but not a signature of this hash by this key.
    #[error("signature doesn't fit hash and key")]
    Mismatch,
}

impl VerifyError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::EmptyHash => "pass the output of a hash algorithm",
            Self::OutOfRange { .. } => {
                "signature and key don't belong together: check which files they came from"
            }
            Self::Mismatch => {
                "the signed bytes were changed, or are others than these, or the key is another one"
            }
        }
    }
}

impl PublicKey {
    /// Whether the signature is one of the hash, by this key.
    pub fn verify_prehash(&self, hash: &[u8], signature: &DsaSignature) -> bool {
        self.check_prehash(hash, signature).is_ok()
    }

    /// Like [`Self::verify_prehash`], with the reason.
    pub fn check_prehash(&self, hash: &[u8], signature: &DsaSignature) -> Result<(), VerifyError> {
        if hash.is_empty() {
            return Err(VerifyError::EmptyHash);
        }
        let signature = self.in_range(signature)?;
        self.inner
            .verify_prehash(hash, &signature)
            .map_err(|_| VerifyError::Mismatch)
    }

    /// Whether r and s are in the range that the key's q sets.
    pub fn check_range(&self, signature: &DsaSignature) -> Result<(), VerifyError> {
        self.in_range(signature).map(|_| ())
    }

    fn in_range(&self, signature: &DsaSignature) -> Result<dsa::Signature, VerifyError> {
        let q = self.inner.components().q();
        let below_q = |number: &[u8], name| {
            let number = BoxedUint::from_be_slice(number, q.bits_precision()).ok();
            number
                .filter(|number| number < q.as_ref())
                .ok_or(VerifyError::OutOfRange { name })
        };
        let r = below_q(signature.r(), "r")?;
        let s = below_q(signature.s(), "s")?;
        // Only zero is refused, which a DsaSignature never holds.
        dsa::Signature::from_components(r, s).ok_or(VerifyError::Mismatch)
    }
}
