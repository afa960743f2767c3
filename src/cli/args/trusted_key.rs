//! The option `--trusted-key`: a fingerprint, or a file with keys.

use std::fs;

use exportdoc::Fingerprint;
use exportdoc::internal::signature::{Encoding, PublicKey, SigningKey, decode_all, names_private_key};

use crate::cli::error::{CliError, user_error};

/// The trusted keys.
#[derive(Debug, clap::Args)]
pub(crate) struct TrustedKeys {
    /// A key to trust: a file (PEM, DER or base64) or 'sha256:' and its fingerprint (repeatable)
    #[arg(long, value_name = "FILE|sha256:HEX")]
    trusted_key: Vec<String>,
}

impl TrustedKeys {
    /// The fingerprints of the keys.
    pub(crate) fn fingerprints(&self) -> Result<Vec<Fingerprint>, CliError> {
        let of_each: Result<Vec<_>, _> = self.trusted_key.iter().map(|text| of(text)).collect();
        Ok(of_each?.concat())
    }
}

/// Reads `sha256:HEX`, or the fingerprints of all keys in a file.
pub(crate) fn of(text: &str) -> Result<Vec<Fingerprint>, CliError> {
    if Fingerprint::is_meant_by(text) {
        let fingerprint = text.parse().map_err(|_| {
            user_error(format!("'{text}' is not a fingerprint"))
                .hinted("a fingerprint is sha256: and 64 hexadecimal digits, as verify-signature prints it")
        })?;
        return Ok(vec![fingerprint]);
    }
    let failed = |error: &dyn std::fmt::Display, hint: &str| user_error(error).about(text).hinted(hint);
    let private = || {
        let hint = "give the public key; if others can read this file, make a new key";
        failed(&"a private key, which must stay with its owner", hint)
    };
    let bytes =
        fs::read(text).map_err(|error| failed(&error, "give a key file, or sha256: and a fingerprint"))?;
    if names_private_key(&bytes) {
        return Err(private());
    }
    let blocks = decode_all(&bytes).map_err(|error| failed(&error, "a key is PEM, DER or base64"))?;
    let fingerprint = |(der, _): &(Vec<u8>, Encoding)| {
        if SigningKey::from_pkcs8_der(der).is_ok() || is_private(der) {
            return Err(private());
        }
        let key = PublicKey::from_spki_der(der);
        let facts = key
            .map_err(|error| failed(&error, "a DSA public key is needed here"))?
            .facts();
        if !facts.has_prime_parameters() {
            let hint = "trust a key with the parameters of a JDK or of OpenSSL";
            return Err(failed(
                &"p or q of the key isn't a prime, so others may sign with it",
                hint,
            ));
        }
        Ok(facts.fingerprint)
    };
    blocks.iter().map(fingerprint).collect()
}

/// Whether DER begins like a private key: with a version, where a public key has its algorithm.
fn is_private(der: &[u8]) -> bool {
    let after_length = match der {
        [0x30, 0x81, _, rest @ ..] | [0x30, 0x82, _, _, rest @ ..] => rest,
        [0x30, 0..=0x7f, rest @ ..] => rest,
        _ => return false,
    };
    matches!(after_length, [0x02, 1, 0 | 1, ..])
}
