//! A DSA signature: a DER SEQUENCE of the positive integers r and s.
//!
//! Invariant: a [`DsaSignature`] has two positive numbers of at most 256 bits and exactly one encoding. Zero is refused,
//! because a verifier that accepts r = 0 or s = 0 accepts forgeries. Verification compares r and s with the key's q.

use super::asn1::{self, DerError, Deviations, Integer, NonCanonical, Reader, SEQUENCE};

/// Bits of the longest supported q.
const MAX_BITS: u32 = 256;
/// Bytes of r and s without DER, for a q of 160, 224 and 256 bits.
const RAW_SIZES: [usize; 3] = [40, 56, 64];

/// Why bytes aren't a DSA signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No bytes.
    #[error("signature is empty")]
    Empty,
    /// Not a SEQUENCE of two integers.
    #[error("signature isn't a DER sequence of two integers: {0}")]
    Der(#[from] DerError),
    /// The SEQUENCE ends before both integers.
    #[error("signature lacks {name}")]
    Missing {
        /// `r` or `s`.
        name: &'static str,
    },
    /// r and s without DER around them.
    #[error("signature has {size} bytes that aren't DER; looks like raw r‖s")]
    LooksRaw {
        /// Its size.
        size: usize,
    },
    /// Hexadecimal digits instead of bytes.
    #[error("signature is hexadecimal text, not bytes")]
    HexText,
    /// Bytes after the SEQUENCE.
    #[error("{count} bytes follow the signature")]
    TrailingData {
        /// Their number.
        count: usize,
    },
    /// Bytes after s, inside the SEQUENCE.
    #[error("{count} bytes follow r and s inside the signature")]
    TrailingInside {
        /// Their number.
        count: usize,
    },
    /// An integer is negative.
    #[error("{name} is negative")]
    Negative {
        /// `r` or `s`.
        name: &'static str,
    },
    /// An integer is zero.
    #[error("{name} is zero")]
    Zero {
        /// `r` or `s`.
        name: &'static str,
    },
    /// An integer has needless leading zeros, or a length is longer than needed.
    #[error("signature isn't canonical DER: {form} at byte {offset}")]
    NotMinimal {
        /// The offset of the deviation.
        offset: usize,
        /// The deviation.
        form: NonCanonical,
    },
    /// An integer longer than every supported q.
    #[error("{name} has {bits} bits, more than any supported q")]
    TooBig {
        /// `r` or `s`.
        name: &'static str,
        /// Its size.
        bits: u32,
    },
}

impl SignatureError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty => "pass the text of the document's signature member, or a DER file",
            Self::LooksRaw { .. } => {
                "some tools write r and s without DER around them; wrap them as SEQUENCE { INTEGER r, INTEGER s }"
            }
            Self::HexText => "turn it into bytes first, for example with 'xxd -r -p'",
            Self::Der(DerError::BreaksOff { .. } | DerError::PastEnd { .. }) | Self::Missing { .. } => {
                "the signature breaks off: get the complete text"
            }
            Self::Der(_) => "expected the DER (or base64) form, as 'openssl dgst -sign' writes it",
            Self::TrailingData { .. } | Self::TrailingInside { .. } | Self::NotMinimal { .. } => {
                "signers don't write this: compare with the original"
            }
            Self::Negative { .. } | Self::Zero { .. } | Self::TooBig { .. } => {
                "no honest signer makes such a signature: treat the file it comes from as tampered with"
            }
        }
    }
}

/// A well-formed DSA signature.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DsaSignature {
    r: Vec<u8>,
    s: Vec<u8>,
}

impl DsaSignature {
    /// Reads the DER form.
    pub fn from_der(der: &[u8]) -> Result<Self, SignatureError> {
        if der.is_empty() {
            return Err(SignatureError::Empty);
        }
        let deviations = Deviations::default();
        read(der, &deviations).map_err(|error| match error {
            SignatureError::Der(_) if is_hex_text(der) => SignatureError::HexText,
            // Bytes that start like DER are a damaged signature, even if they have a raw signature's size.
            SignatureError::Der(_) if RAW_SIZES.contains(&der.len()) && !starts_like_der(der) => {
                SignatureError::LooksRaw { size: der.len() }
            }
            error => error,
        })
    }

    /// A signature of two numbers, big endian.
    pub fn from_components(r: &[u8], s: &[u8]) -> Result<Self, SignatureError> {
        Ok(Self {
            r: check(r, "r")?,
            s: check(s, "s")?,
        })
    }

    /// r, big endian, without leading zeros.
    pub fn r(&self) -> &[u8] {
        &self.r
    }

    /// s, big endian, without leading zeros.
    pub fn s(&self) -> &[u8] {
        &self.s
    }

    /// r in lower-case hexadecimal digits.
    pub fn r_hex(&self) -> String {
        hex::encode(&self.r)
    }

    /// s in lower-case hexadecimal digits.
    pub fn s_hex(&self) -> String {
        hex::encode(&self.s)
    }

    /// The DER form.
    pub fn to_der(&self) -> Vec<u8> {
        // Encoding fails only for numbers of megabytes.
        asn1::write_integers([&self.r, &self.s]).unwrap_or_default()
    }
}

fn read(der: &[u8], deviations: &Deviations) -> Result<DsaSignature, SignatureError> {
    let mut outer = Reader::new(der, deviations);
    let mut sequence = outer.element(SEQUENCE, "the signature's SEQUENCE")?;
    let r = number(&mut sequence, "r")?;
    let s = number(&mut sequence, "s")?;
    match (sequence.remaining(), outer.remaining()) {
        (0, 0) => {}
        (0, count) => return Err(SignatureError::TrailingData { count }),
        (count, _) => return Err(SignatureError::TrailingInside { count }),
    }
    if let Some((offset, form)) = deviations.first() {
        return Err(SignatureError::NotMinimal { offset, form });
    }
    DsaSignature::from_components(r, s)
}

fn number<'a>(reader: &mut Reader<'a>, name: &'static str) -> Result<&'a [u8], SignatureError> {
    if reader.remaining() == 0 {
        return Err(SignatureError::Missing { name });
    }
    match reader.integer(name)? {
        Integer::Magnitude(magnitude) => Ok(magnitude),
        Integer::Negative => Err(SignatureError::Negative { name }),
    }
}

fn check(number: &[u8], name: &'static str) -> Result<Vec<u8>, SignatureError> {
    let magnitude = asn1::strip_zeros(number);
    match asn1::bits(magnitude) {
        0 => Err(SignatureError::Zero { name }),
        bits if bits > MAX_BITS => Err(SignatureError::TooBig { name, bits }),
        _ => Ok(magnitude.to_vec()),
    }
}

fn is_hex_text(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    text.len() >= 2
        && text
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b' ' | b'\n'))
}

fn starts_like_der(bytes: &[u8]) -> bool {
    matches!(bytes, [SEQUENCE, _, asn1::INTEGER, ..])
}
