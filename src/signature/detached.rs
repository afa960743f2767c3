//! Verifies a detached signature over a stream of bytes.
//!
//! Invariant: the payload is read once, in pieces, and the report has a verdict for every hash that was tried.

use super::der_signature::{DsaSignature, SignatureError};
use super::encoding::{Encoding, EncodingError, decode_any};
use super::hash::{HashAlgorithm, Hasher};
use super::key::{KeyFacts, PublicKey};
use super::key_error::KeyError;
use super::verify::VerifyError;
use std::io::{self, Read};

/// The hash algorithms to try.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HashChoice {
    /// SHA-1 and SHA-256.
    #[default]
    Any,
    /// One algorithm.
    Only(HashAlgorithm),
}

impl HashChoice {
    fn algorithms(self) -> Vec<HashAlgorithm> {
        match self {
            Self::Any => vec![HashAlgorithm::Sha1, HashAlgorithm::Sha256],
            Self::Only(algorithm) => vec![algorithm],
        }
    }
}

/// Why verification was impossible. A wrong signature is a verdict, not an error.
#[derive(Debug, thiserror::Error)]
pub enum DetachedError {
    /// The key's file can't be unwrapped.
    #[error("public key: {0}")]
    KeyEncoding(#[source] EncodingError),
    /// The key's file is PEM with another label.
    #[error("PEM block {label:?} isn't a public key")]
    KeyLabel {
        /// The label.
        label: String,
    },
    /// The key is refused.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The signature's file can't be unwrapped.
    #[error("signature: {0}")]
    SignatureEncoding(#[source] EncodingError),
    /// The signature is malformed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The payload can't be read.
    #[error("payload can't be read: {0}")]
    Payload(#[from] io::Error),
}

impl DetachedError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::KeyEncoding(error) | Self::SignatureEncoding(error) => error.help(),
            Self::KeyLabel { .. } => "extract the public key with 'openssl pkey -pubout'",
            Self::Key(error) => error.help(),
            Self::Signature(error) => error.help(),
            Self::Payload(_) => "check the file that the signature is for",
        }
    }
}

/// The verdict for one hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashVerdict {
    /// The algorithm.
    pub hash: HashAlgorithm,
    /// The payload's hash.
    pub digest: Vec<u8>,
    /// Whether the signature verifies, else the reason.
    pub outcome: Result<(), VerifyError>,
}

/// The verdicts on a detached signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetachedReport {
    /// The key.
    pub key: KeyFacts,
    /// The encoding of the key.
    pub key_encoding: Encoding,
    /// The encoding of the signature.
    pub signature_encoding: Encoding,
    /// The signature.
    pub signature: DsaSignature,
    /// Size of the payload.
    pub payload_bytes: u64,
    /// One verdict per hash.
    pub verdicts: Vec<HashVerdict>,
}

impl DetachedReport {
    /// The hash under which the signature verifies.
    pub fn verified(&self) -> Option<HashAlgorithm> {
        self.verdicts
            .iter()
            .find(|verdict| verdict.outcome.is_ok())
            .map(|verdict| verdict.hash)
    }
}

/// Verifies a signature over a payload. Key and signature may be PEM, DER or base64 text.
pub fn verify_detached(
    key: &[u8],
    signature: &[u8],
    payload: impl Read,
    hashes: HashChoice,
) -> Result<DetachedReport, DetachedError> {
    let (key_der, key_encoding) = decode_any(key).map_err(DetachedError::KeyEncoding)?;
    if let Encoding::Pem { label } = &key_encoding
        && label != "PUBLIC KEY"
    {
        return Err(DetachedError::KeyLabel { label: label.clone() });
    }
    let key = PublicKey::from_spki_der(&key_der)?;
    let (signature_der, signature_encoding) = match decode_any(signature) {
        // `DsaSignature` has better errors for raw r‖s and hexadecimal text.
        Err(EncodingError::NotRecognised { .. } | EncodingError::HexText) => {
            (signature.to_vec(), Encoding::Der)
        }
        decoded => decoded.map_err(DetachedError::SignatureEncoding)?,
    };
    let signature = DsaSignature::from_der(&signature_der)?;

    let (payload_bytes, digests) = hash_all(payload, &hashes.algorithms())?;
    let verdicts = digests
        .into_iter()
        .map(|(hash, digest)| {
            let outcome = key.check_prehash(&digest, &signature);
            HashVerdict {
                hash,
                digest,
                outcome,
            }
        })
        .collect();
    Ok(DetachedReport {
        key: key.facts(),
        key_encoding,
        signature_encoding,
        signature,
        payload_bytes,
        verdicts,
    })
}

type Digests = Vec<(HashAlgorithm, Vec<u8>)>;

fn hash_all(mut payload: impl Read, algorithms: &[HashAlgorithm]) -> io::Result<(u64, Digests)> {
    let mut hashers: Vec<(HashAlgorithm, Box<dyn Hasher>)> = algorithms
        .iter()
        .map(|algorithm| (*algorithm, algorithm.hasher()))
        .collect();
    let mut buffer = vec![0; 64 * 1024];
    let mut total = 0_u64;
    loop {
        let read = match payload.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let chunk = buffer.get(..read).unwrap_or_default();
        total = total.saturating_add(chunk.len() as u64);
        for (_, hasher) in &mut hashers {
            hasher.update(chunk);
        }
    }
    Ok((
        total,
        hashers
            .into_iter()
            .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
            .collect(),
    ))
}
