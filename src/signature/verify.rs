//! Verifies a signature of a hash.
//!
//! Invariant: before any arithmetic, the key passed the gate, 0 < r, s < q, and the hash isn't empty. Errors name the failed
//! condition. All numbers are public, so this uses the fast arithmetic of [`super::power`] instead of the constant-time one
//! of the `dsa` crate. Tests compare the two.

use super::der_signature::DsaSignature;
use super::key::PublicKey;
use super::power::product_of_powers;
use crypto_bigint::modular::BoxedMontyForm;
use crypto_bigint::{BoxedUint, Odd};

/// Why a signature doesn't verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The hash has no bytes.
    #[error("hash is empty")]
    EmptyHash,
    /// r or s isn't below q, so no signer made this signature with this key.
    #[error("{name} isn't below the key's q")]
    OutOfRange {
        /// `r` or `s`.
        name: &'static str,
    },
    /// A well-formed signature of another hash, or by another key.
    #[error("signature doesn't fit hash and key")]
    Mismatch,
}

impl PublicKey {
    /// Whether this key made the signature of this hash.
    pub fn verify_prehash(&self, hash: &[u8], signature: &DsaSignature) -> bool {
        self.check_prehash(hash, signature).is_ok()
    }

    /// As [`Self::verify_prehash`], with the reason.
    pub fn check_prehash(&self, hash: &[u8], signature: &DsaSignature) -> Result<(), VerifyError> {
        if hash.is_empty() {
            return Err(VerifyError::EmptyHash);
        }
        let (r, s) = self.in_range(signature)?;
        if self.fits(hash, &r, &s) == Some(true) {
            Ok(())
        } else {
            Err(VerifyError::Mismatch)
        }
    }

    /// FIPS 186-4, section 4.7. `None` if q isn't prime and s has no inverse.
    fn fits(&self, hash: &[u8], r: &BoxedUint, s: &BoxedUint) -> Option<bool> {
        let components = &self.domain.components;
        let q = components.q();
        let order = Odd::new(q.as_ref().clone()).into_option()?;
        let q_bits = q.bit_width_vartime();
        let w = s.invert_odd_mod_vartime(&order).into_option()?;
        // The leftmost bytes; every size of q is whole bytes.
        let leftmost = &hash[..hash.len().min(q_bits as usize / 8)];
        let z = BoxedUint::from_be_slice(leftmost, q.bits_precision()).ok()?;
        let (u1, u2) = (z.mul_mod(&w, q), r.mul_mod(&w, q));
        let g = BoxedMontyForm::new(components.g().as_ref().clone(), &self.domain.montgomery);
        let y = BoxedMontyForm::new(self.y.clone(), &self.domain.montgomery);
        let v = product_of_powers([(&g, &u1), (&y, &u2)], q_bits).retrieve();
        Some(v.rem_vartime(q) == *r)
    }

    /// Checks that r and s are below the key's q.
    pub fn check_range(&self, signature: &DsaSignature) -> Result<(), VerifyError> {
        self.in_range(signature).map(|_| ())
    }

    fn in_range(&self, signature: &DsaSignature) -> Result<(BoxedUint, BoxedUint), VerifyError> {
        let q = self.domain.components.q();
        let below_q = |number: &[u8], name| {
            let number = BoxedUint::from_be_slice(number, q.bits_precision()).ok();
            number
                .filter(|number| number < q.as_ref())
                .ok_or(VerifyError::OutOfRange { name })
        };
        let r = below_q(signature.r(), "r")?;
        let s = below_q(signature.s(), "s")?;
        // A DsaSignature never holds a zero.
        Ok((r, s))
    }
}

#[cfg(test)]
mod tests {
    use dsa::signature::hazmat::PrehashVerifier;
    use proptest::prelude::*;

    use super::*;
    use crate::signature::{HashAlgorithm, KeySize, PARAMETER_SETS, SigningKey};

    /// The `dsa` crate's verdict.
    fn second_opinion(key: &PublicKey, hash: &[u8], signature: &DsaSignature) -> bool {
        let q = key.domain.components.q();
        let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, q.bits_precision()).ok();
        let (Some(r), Some(s)) = (number(signature.r()), number(signature.s())) else {
            return false;
        };
        let other = dsa::VerifyingKey::from_components(key.domain.components.clone(), key.y.clone()).unwrap();
        dsa::Signature::from_components(r, s)
            .is_some_and(|signature| other.verify_prehash(hash, &signature).is_ok())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_dsa_crate_gives_the_same_verdict(
            size in prop::sample::select(vec![KeySize::Dsa512, KeySize::Dsa512, KeySize::Dsa1024, KeySize::Dsa2048]),
            seed in any::<[u8; 4]>(), mut hash in prop::collection::vec(any::<u8>(), 1..70),
            change in prop::option::of((any::<prop::sample::Index>(), any::<u8>())), of_hash in any::<bool>()
        ) {
            let key = SigningKey::from_seed(size, &seed).unwrap();
            let rule = size.default_rule();
            let digest = rule.hash.digest(&hash);
            let mut der = key.sign_prehash(&digest, rule).unwrap().to_der();
            if let Some((at, value)) = change && !of_hash {
                let at = at.index(der.len());
                der[at] ^= value;
            }
            let Ok(signature) = DsaSignature::from_der(&der) else { return Ok(()) };
            let public = key.public_key();
            // On the signed digest, and on bytes of any length.
            for bytes in [&digest, &hash] {
                prop_assert_eq!(public.verify_prehash(bytes, &signature), second_opinion(public, bytes, &signature));
            }
            hash.truncate(1);
            if change.is_none() {
                prop_assert!(public.verify_prehash(&digest, &signature));
                prop_assert!(!public.verify_prehash(&HashAlgorithm::Sha512.digest(&hash), &signature));
            }
        }
    }

    #[test]
    fn published_parameters_pass_the_skipped_checks() {
        for set in PARAMETER_SETS {
            let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
            let (p, q) = (number(set.p), number(set.q));
            let order = Odd::new(q.clone()).into_option().unwrap();
            let modulus = Odd::new(p.clone()).into_option().unwrap();
            assert!(
                bool::from(
                    p.wrapping_sub(BoxedUint::one())
                        .rem_vartime(order.as_nz_ref())
                        .is_zero()
                ),
                "{}",
                set.name
            );
            let params = crypto_bigint::modular::BoxedMontyParams::new_vartime(modulus);
            let g = BoxedUint::from_be_slice(set.g, p.bits_precision()).unwrap();
            let one = BoxedUint::one_with_precision(p.bits_precision());
            assert!(g > one && g < p, "{}", set.name);
            assert_eq!(
                BoxedMontyForm::new(g, &params).pow(&q).retrieve(),
                one,
                "{}",
                set.name
            );
        }
    }
}
