//! Private keys as PKCS#8, in DER and PEM.
//!
//! Invariant: parameters read from a file pass the same gate as a public key's, and the public value is always
//! computed, never read, so a key file can't smuggle in one that doesn't belong to the secret. Buffers that hold the
//! secret are overwritten when they are dropped.

use super::asn1::{
    self, DerError, Deviations, INTEGER, Integer, NonCanonical, OCTET_STRING, Reader, SEQUENCE,
};
use super::encoding::{Encoding, EncodingError, decode_any, write_pem};
use super::key::{KeyError, MAX_KEY_BYTES, read_algorithm, write_algorithm};
use super::sign::SigningKey;
use zeroize::Zeroizing;

const LABEL: &str = "PRIVATE KEY";

/// Why a private key is refused. No variant quotes the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// Neither PEM nor DER.
    #[error("private key can't be decoded: {0}")]
    Encoding(#[from] EncodingError),
    /// PEM of something else.
    #[error("PEM block is {label:?}, not a PKCS#8 private key")]
    WrongLabel {
        /// What it is.
        label: String,
    },
    /// Larger than any key can be.
    #[error("private key has {size} bytes, more than the {max} that are looked at")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// Not a PKCS#8 structure.
    #[error("private key isn't PKCS#8: {0}")]
    Der(#[from] DerError),
    /// Written in a form that DER forbids.
    #[error("private key isn't canonical DER: {form} at byte {offset}")]
    NotCanonical {
        /// Where.
        offset: usize,
        /// How.
        form: NonCanonical,
    },
    /// Another version of the structure than 0.
    #[error("private key is of a PKCS#8 version other than 0")]
    UnsupportedVersion,
    /// Its parameters didn't pass the gate.
    #[error("private key has unusable parameters: {0}")]
    Parameters(#[from] KeyError),
    /// The secret isn't between 0 and q.
    #[error("private key's secret isn't between 0 and q")]
    SecretOutOfRange,
}

impl PrivateKeyError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Encoding(error) => error.help(),
            Self::Parameters(error) => error.help(),
            Self::WrongLabel { .. } => "convert it with 'openssl pkcs8 -topk8 -nocrypt'",
            _ => "expected an unencrypted PKCS#8 DSA key, as 'openssl pkcs8 -topk8 -nocrypt' writes it",
        }
    }
}

impl SigningKey {
    /// Reads a PKCS#8 private key in PEM, DER or base64 form.
    pub fn from_pkcs8(input: &[u8]) -> Result<Self, PrivateKeyError> {
        let (der, encoding) = decode_any(input)?;
        let der = Zeroizing::new(der);
        match encoding {
            Encoding::Pem { label } if label != LABEL => Err(PrivateKeyError::WrongLabel { label }),
            _ => Self::from_pkcs8_der(&der),
        }
    }

    /// Reads a PKCS#8 private key.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        if der.len() > MAX_KEY_BYTES {
            return Err(PrivateKeyError::TooLarge {
                size: der.len(),
                max: MAX_KEY_BYTES,
            });
        }
        let deviations = Deviations::default();
        let mut outer = Reader::new(der, &deviations);
        let mut info = outer.element(SEQUENCE, "the private key's SEQUENCE")?;
        if info.integer("the version")? != Integer::Magnitude(&[]) {
            return Err(PrivateKeyError::UnsupportedVersion);
        }
        let [p, q, g] = read_algorithm(&mut info)?;
        let mut secret = info.element(OCTET_STRING, "the secret's OCTET STRING")?;
        let x = match secret.integer("the secret")? {
            Integer::Magnitude(x) => x,
            Integer::Negative => return Err(PrivateKeyError::SecretOutOfRange),
        };
        secret.end("the secret's OCTET STRING")?;
        // Attributes may follow in version 0; none of them changes what the key signs.
        if info.remaining() > 0 {
            info.element(0xa0, "the attributes")?;
        }
        info.end("the private key's SEQUENCE")?;
        outer.end("the private key")?;
        if let Some((offset, form)) = deviations.first() {
            return Err(PrivateKeyError::NotCanonical { offset, form });
        }
        Self::from_components(p, q, g, x)
    }

    /// The key as PKCS#8 DER.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        let [p, q, g] = self.domain();
        // Sized for the largest key, so that no buffer with the secret is left behind by growing.
        let buffer = || Zeroizing::new(Vec::with_capacity(MAX_KEY_BYTES));
        let mut secret = buffer();
        asn1::write_integer(&mut secret, &self.secret());
        let mut content = buffer();
        asn1::write(&mut content, INTEGER, &[&[0]]);
        write_algorithm(&mut content, &p, &q, &g);
        asn1::write(&mut content, OCTET_STRING, &[&secret]);
        let mut out = buffer();
        asn1::write(&mut out, SEQUENCE, &[&content]);
        out
    }

    /// The key as PKCS#8 PEM.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        write_pem(LABEL, &self.to_pkcs8_der())
    }
}
