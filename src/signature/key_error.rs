//! Why a public key is refused.

use super::asn1::{DerError, NonCanonical};
use std::fmt;

/// One number of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    /// The prime modulus.
    P,
    /// The prime order of the subgroup.
    Q,
    /// The generator of the subgroup.
    G,
    /// The public value.
    Y,
}

impl Component {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::P => "p",
            Self::Q => "q",
            Self::G => "g",
            Self::Y => "y",
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a public key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No bytes.
    #[error("public key is empty")]
    Empty,
    /// Larger than any key.
    #[error("public key has {size} bytes, above the limit of {max}")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// Not a DER SubjectPublicKeyInfo.
    #[error("public key isn't a SubjectPublicKeyInfo: {0}")]
    Der(#[from] DerError),
    /// A key for another algorithm.
    #[error("public key is for algorithm {oid}, not for DSA (1.2.840.10040.4.1)")]
    NotDsa {
        /// The algorithm's object identifier.
        oid: String,
    },
    /// A DSA key without parameters.
    #[error("public key carries no DSA parameters")]
    NoParameters,
    /// Fewer or more numbers than p, q and g.
    #[error("DSA parameters hold {found} elements instead of p, q and g")]
    ParameterCount {
        /// Their number.
        found: usize,
    },
    /// The bit string doesn't end at a byte.
    #[error("public value's bit string has {unused} unused bits")]
    UnusedBits {
        /// The count it states.
        unused: u8,
    },
    /// A number is negative.
    #[error("{0} is negative")]
    Negative(Component),
    /// p has a size that isn't supported.
    #[error("p has {bits} bits; supported are 512, 768, 1024, 2048 and 3072")]
    UnsupportedModulus {
        /// The size of p.
        bits: u32,
    },
    /// q has a size that isn't supported.
    #[error("q has {bits} bits; supported are 160, 224 and 256")]
    UnsupportedSubgroup {
        /// The size of q.
        bits: u32,
    },
    /// p or q is even, so not prime.
    #[error("{0} is even, so not a prime")]
    Even(Component),
    /// No subgroup has order q.
    #[error("q ({q_bits} bits) doesn't divide p - 1 ({p_bits} bits)")]
    SubgroupMismatch {
        /// The size of p.
        p_bits: u32,
        /// The size of q.
        q_bits: u32,
    },
    /// g or y isn't between 1 and p.
    #[error("{component} ({bits} bits) isn't between 1 and p ({p_bits} bits)")]
    OutOfRange {
        /// The number.
        component: Component,
        /// Its size.
        bits: u32,
        /// The size of p.
        p_bits: u32,
    },
    /// g or y isn't in the subgroup of order q.
    #[error("{component} isn't in the subgroup of order q ({q_bits} bits)")]
    NotInSubgroup {
        /// The number.
        component: Component,
        /// The size of q.
        q_bits: u32,
    },
    /// The key is sound, but its encoding isn't DER. Java and OpenSSL read such keys.
    #[error("public key isn't canonical DER: {form} at byte {offset}")]
    NotCanonical {
        /// The offset of the deviation.
        offset: usize,
        /// The deviation.
        form: NonCanonical,
    },
    /// The DSA library refused a key that passed every check here.
    #[error("public key is refused by the DSA library")]
    Refused,
}

impl KeyError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty => "pass the text of the document's publicKey member, or a PEM or DER file",
            Self::Der(DerError::BreaksOff { .. } | DerError::PastEnd { .. }) => {
                "the key breaks off: get the complete text (samples in documentation are often cut)"
            }
            Self::TooLarge { .. } | Self::Der(_) => {
                "expected the DER (or base64 or PEM) form of a public key, as 'openssl pkey -pubout' writes it"
            }
            Self::NotDsa { .. } => "engines sign with DSA; check that this is the document's own key",
            Self::NoParameters | Self::ParameterCount { .. } => {
                "a key must carry p, q and g itself; export the key again with its parameters"
            }
            Self::UnsupportedModulus { .. } | Self::UnsupportedSubgroup { .. } => {
                "engines use 512-bit keys with a 160-bit q; other sizes than those listed aren't used for DSA"
            }
            Self::NotCanonical { .. } => {
                "Java or OpenSSL may accept it, but signers don't write it: compare with the original"
            }
            Self::UnusedBits { .. }
            | Self::Negative(_)
            | Self::Even(_)
            | Self::SubgroupMismatch { .. }
            | Self::OutOfRange { .. }
            | Self::NotInSubgroup { .. }
            | Self::Refused => {
                "no honest signer makes such a key: treat the file it comes from as tampered with"
            }
        }
    }
}
