//! Makes private keys, and signs with them.
//!
//! Invariant: the secret is between 0 and q, never printed, and overwritten when it is dropped. Nonces follow RFC 6979, so
//! equal hashes and keys give equal signatures, and a weak random generator can't leak the secret. New keys use the JDK's
//! published parameters, as engines do.

use super::asn1;
use super::der_signature::DsaSignature;
use super::encoding::EncodingError;
use super::fingerprint::Fingerprint;
use super::gate::Domain;
use super::hash::HashAlgorithm;
use super::key::PublicKey;
use super::key_error::KeyError;
use super::parameters::{JDK_512_160, JDK_1024_160, JDK_2048_256, ParameterSet};
use super::rules::{RECORDS_V1, RECORDS_V2, SigningRule};
use crypto_bigint::{BoxedUint, NonZero};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// The sizes of new keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeySize {
    /// p of 512 and q of 160 bits, as engines use. Breakable.
    Dsa512,
    /// p of 1024 and q of 160 bits. Weak.
    Dsa1024,
    /// p of 2048 and q of 256 bits.
    Dsa2048,
}

impl KeySize {
    #[doc(hidden)]
    /// Every size, smallest first.
    pub const ALL: &[Self] = &[Self::Dsa512, Self::Dsa1024, Self::Dsa2048];

    /// Bits of p.
    pub const fn bits(self) -> u32 {
        match self {
            Self::Dsa512 => 512,
            Self::Dsa1024 => 1024,
            Self::Dsa2048 => 2048,
        }
    }

    /// Returns the size with this many bits of p.
    pub fn from_bits(bits: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|size| size.bits() == bits)
    }

    #[doc(hidden)]
    /// The parameters of new keys of this size.
    pub const fn parameters(self) -> &'static ParameterSet {
        match self {
            Self::Dsa512 => &JDK_512_160,
            Self::Dsa1024 => &JDK_1024_160,
            Self::Dsa2048 => &JDK_2048_256,
        }
    }

    #[doc(hidden)]
    /// The default signing rule for keys of this size.
    pub const fn default_rule(self) -> &'static SigningRule {
        match self {
            Self::Dsa512 | Self::Dsa1024 => &RECORDS_V1,
            Self::Dsa2048 => &RECORDS_V2,
        }
    }
}

/// Why a key couldn't be made or nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The operating system gave no random bytes.
    #[error("the system's random generator failed: {0}")]
    Random(String),
    /// The rule isn't for keys of this size.
    #[error("rule {rule} isn't for keys of {bits}/{q_bits} bits")]
    RuleDoesNotFit {
        /// The rule.
        rule: &'static str,
        /// Bits of p.
        bits: u32,
        /// Bits of q.
        q_bits: u32,
    },
    /// The hash has another size than the algorithm's.
    #[error("hash has {found} bytes instead of {algorithm}'s {expected}")]
    HashSize {
        /// The algorithm.
        algorithm: HashAlgorithm,
        /// Its size.
        expected: usize,
        /// The given size.
        found: usize,
    },
    /// The key doesn't pass the gate.
    #[error("signing key is unusable: {0}")]
    Key(#[from] KeyError),
    /// The DSA library refused, because RFC 6979 needs a second nonce. This happens once in 2^160 signatures.
    #[error("signing is refused by the DSA library")]
    Refused,
}

/// Why a private key is refused. No variant quotes the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// Neither PEM nor DER.
    #[error("private key can't be decoded: {0}")]
    Encoding(#[from] EncodingError),
    /// PEM of something else.
    #[error("PEM block is {label:?}, not a PKCS#8 private key")]
    WrongLabel {
        /// The label of its begin line.
        label: String,
    },
    /// Larger than any key.
    #[error("private key has {size} bytes, above the limit of {max}")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// PKCS#8 with a password, in DER form.
    #[error("private key is encrypted")]
    Encrypted,
    /// Not the DER form of PKCS#8.
    #[error("private key isn't PKCS#8: {0}")]
    Der(String),
    /// The parameters don't pass the gate.
    #[error("private key has unusable parameters: {0}")]
    Parameters(#[from] KeyError),
    /// The secret isn't between 0 and q.
    #[error("private key's secret isn't between 0 and q")]
    SecretOutOfRange,
}

impl From<dsa::pkcs8::der::Error> for PrivateKeyError {
    fn from(error: dsa::pkcs8::der::Error) -> Self {
        Self::Der(error.to_string())
    }
}

impl PrivateKeyError {
    #[doc(hidden)]
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Encoding(error) => error.help(),
            Self::Parameters(error) => error.help(),
            Self::WrongLabel { .. } => "convert it with 'openssl pkcs8 -topk8 -nocrypt'",
            Self::Encrypted => "remove the password with 'openssl pkcs8 -topk8 -nocrypt'",
            _ => "expected an unencrypted PKCS#8 DSA key, as 'openssl pkcs8 -topk8 -nocrypt' writes it",
        }
    }
}

/// A DSA private key whose parameters passed the gate.
#[derive(Clone)]
pub struct SigningKey {
    pub(super) inner: dsa::SigningKey,
    public: PublicKey,
}

impl SigningKey {
    /// Makes a key from the operating system's random generator.
    pub fn generate(size: KeySize) -> Result<Self, SignError> {
        let mut random = Zeroizing::new([0; 64]);
        getrandom::fill(random.as_mut_slice()).map_err(|error| SignError::Random(error.to_string()))?;
        Self::from_random(size, &random)
    }

    /// Derives a key from a seed. The key is as secret as the seed; for tests and demos.
    pub fn from_seed(size: KeySize, seed: &[u8]) -> Result<Self, SignError> {
        let mut hasher = Sha512::new();
        // Includes the size, so that one seed gives unrelated secrets for two sizes.
        Digest::update(
            &mut hasher,
            format!("exportdoc DSA key from seed, {} bits\0", size.bits()),
        );
        Digest::update(&mut hasher, seed);
        let mut random = Zeroizing::new([0; 64]);
        random.copy_from_slice(&hasher.finalize());
        Self::from_random(size, &random)
    }

    /// FIPS 186-4, B.1.1: x = (c mod (q - 1)) + 1, with far more than the required 64 bits beyond q's.
    fn from_random(size: KeySize, random: &[u8; 64]) -> Result<Self, SignError> {
        let set = size.parameters();
        let q = BoxedUint::from_be_slice_vartime(set.q);
        let one = BoxedUint::one();
        let below = NonZero::new(q.wrapping_sub(&one))
            .into_option()
            .ok_or(SignError::Refused)?;
        let mut c = BoxedUint::from_be_slice_vartime(random);
        let mut x = c.rem(&below).wrapping_add(&one);
        c.zeroize();
        let bytes = Zeroizing::new(x.to_be_bytes());
        x.zeroize();
        Self::from_components(set.p, set.q, set.g, &bytes).map_err(|error| match error {
            PrivateKeyError::Parameters(error) => SignError::Key(error),
            _ => SignError::Refused,
        })
    }

    #[doc(hidden)]
    /// Checks the numbers of a private key, big endian.
    pub fn from_components(p: &[u8], q: &[u8], g: &[u8], x: &[u8]) -> Result<Self, PrivateKeyError> {
        let [p, q, g, x] = [p, q, g, x].map(asn1::strip_zeros);
        let domain = Domain::check(p, q, g)?;
        let order = domain.components.q();
        let mut secret = BoxedUint::from_be_slice(x, order.bits_precision())
            .map_err(|_| PrivateKeyError::SecretOutOfRange)?;
        if bool::from(secret.is_zero()) || secret >= *order.as_ref() {
            secret.zeroize();
            return Err(PrivateKeyError::SecretOutOfRange);
        }
        let public = PublicKey::from_components(p, q, g, &domain.raise_generator(&secret))?;
        let inner = dsa::VerifyingKey::from_components(public.domain.components.clone(), public.y.clone())
            .and_then(|verifying| dsa::SigningKey::from_components(verifying, secret))
            .map_err(|_| PrivateKeyError::SecretOutOfRange)?;
        Ok(Self { inner, public })
    }

    /// The fingerprint of the public key.
    pub fn fingerprint(&self) -> Fingerprint {
        self.public.facts().fingerprint
    }

    #[doc(hidden)]
    /// The public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    #[doc(hidden)]
    /// Signs the hash of a rule's digest.
    pub fn sign_prehash(&self, hash: &[u8], rule: &SigningRule) -> Result<DsaSignature, SignError> {
        let facts = self.public.facts();
        if !rule.fits(&facts) {
            let (bits, q_bits) = (facts.bits, facts.q_bits);
            return Err(SignError::RuleDoesNotFit {
                rule: rule.name,
                bits,
                q_bits,
            });
        }
        self.sign_prehash_with(hash, rule.hash)
    }

    #[doc(hidden)]
    /// Signs a hash. RFC 6979 derives the nonce with the same algorithm.
    pub fn sign_prehash_with(
        &self,
        hash: &[u8],
        algorithm: HashAlgorithm,
    ) -> Result<DsaSignature, SignError> {
        let (expected, found) = (algorithm.output_len(), hash.len());
        if expected != found {
            return Err(SignError::HashSize {
                algorithm,
                expected,
                found,
            });
        }
        let signed = match algorithm {
            HashAlgorithm::Sha1 => self.inner.sign_prehashed_rfc6979::<Sha1>(hash),
            HashAlgorithm::Sha224 => self.inner.sign_prehashed_rfc6979::<Sha224>(hash),
            HashAlgorithm::Sha256 => self.inner.sign_prehashed_rfc6979::<Sha256>(hash),
            HashAlgorithm::Sha384 => self.inner.sign_prehashed_rfc6979::<Sha384>(hash),
            HashAlgorithm::Sha512 => self.inner.sign_prehashed_rfc6979::<Sha512>(hash),
        };
        let signature = signed.map_err(|_| SignError::Refused)?;
        DsaSignature::from_components(&signature.r().to_be_bytes(), &signature.s().to_be_bytes())
            .map_err(|_| SignError::Refused)
    }
}

impl fmt::Debug for SigningKey {
    /// Names the key without showing its secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = self.public.facts();
        f.debug_struct("SigningKey")
            .field("bits", &facts.bits)
            .field("fingerprint", &facts.fingerprint)
            .finish_non_exhaustive()
    }
}
