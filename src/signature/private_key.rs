//! Private keys as PKCS#8, in DER and PEM.
//!
//! Invariant: parameters from a file pass the same gate as a public key's. The public value is computed, never read, so it
//! always belongs to the secret. Buffers with the secret are overwritten when they are dropped.

use super::encoding::{Encoding, decode_any, write_pem};
use super::key::MAX_KEY_BYTES;
use super::key_error::KeyError;
use super::sign::{PrivateKeyError, SigningKey};
use dsa::pkcs8::der::asn1::{AnyRef, UintRef};
use dsa::pkcs8::der::{Decode, Tag, Tagged};
use dsa::pkcs8::{EncodePrivateKey, PrivateKeyInfoRef};
use zeroize::Zeroizing;

const LABEL: &str = "PRIVATE KEY";

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

    #[doc(hidden)]
    /// Reads a PKCS#8 private key in DER form.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        if der.len() > MAX_KEY_BYTES {
            return Err(PrivateKeyError::TooLarge {
                size: der.len(),
                max: MAX_KEY_BYTES,
            });
        }
        if is_encrypted(der) {
            return Err(PrivateKeyError::Encrypted);
        }
        let info = PrivateKeyInfoRef::from_der(der)?;
        let algorithm = info.algorithm;
        if algorithm.oid != dsa::OID {
            let oid = algorithm.oid.to_string();
            return Err(KeyError::NotDsa { oid }.into());
        }
        let parameters = algorithm.parameters.filter(|any| !any.is_null());
        let parameters: Vec<UintRef<'_>> = parameters.ok_or(KeyError::NoParameters)?.decode_as()?;
        let [p, q, g] = parameters[..] else {
            let found = parameters.len();
            return Err(KeyError::ParameterCount { found }.into());
        };
        let x = UintRef::from_der(info.private_key.as_bytes())?;
        Self::from_components(p.as_bytes(), q.as_bytes(), g.as_bytes(), x.as_bytes())
    }

    #[doc(hidden)]
    /// The key as PKCS#8 DER.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        let document = self.inner.to_pkcs8_der();
        // Encoding fails only for numbers of megabytes; those of a key passed the gate.
        document.map(|document| document.to_bytes()).unwrap_or_default()
    }

    /// The key as PKCS#8 PEM.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        write_pem(LABEL, &self.to_pkcs8_der())
    }
}

/// Whether this is an EncryptedPrivateKeyInfo: the SEQUENCE of an algorithm, and an OCTET STRING.
fn is_encrypted(der: &[u8]) -> bool {
    let tags =
        Vec::<AnyRef<'_>>::from_der(der).map(|elements| elements.iter().map(Tagged::tag).collect::<Vec<_>>());
    tags.is_ok_and(|tags| tags == [Tag::Sequence, Tag::OctetString])
}
