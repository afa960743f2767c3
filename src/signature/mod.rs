//! DSA keys, signatures and signing rules.
//!
//! An export document contains its own public key, so every byte may be hostile: [`PublicKey`]'s gate checks all numbers
//! before any arithmetic, and nothing in this module panics. A valid signature shows that the signed bytes belong to *this
//! key*. The caller decides whether to trust the key.

mod asn1;
mod der_signature;
mod detached;
mod encoding;
mod fingerprint;
mod gate;
mod hash;
mod key;
mod key_error;
mod parameters;
mod partial;
mod power;
mod private_key;
mod rules;
mod sign;
mod verify;

pub use asn1::{DerError, NonCanonical};
pub use der_signature::{DsaSignature, SignatureError};
pub use detached::{DetachedError, DetachedReport, HashChoice, HashVerdict, verify_detached};
pub use encoding::{Encoding, EncodingError, decode_all, decode_any, names_private_key};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use hash::HashAlgorithm;
pub use key::{KeyFacts, PublicKey};
pub use key_error::{Component, KeyError};
pub use parameters::{PARAMETER_SETS, ParameterSet};
pub use partial::PartialKey;
pub use rules::{RULES, RecordDigest, SigningRule, by_name};
pub use sign::{KeySize, PrivateKeyError, SignError, SigningKey};
pub use verify::VerifyError;
