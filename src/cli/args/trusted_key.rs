//! Keys that the caller trusts: a fingerprint, or the keys in a file.

use std::fs;

use exportdoc::internal::signature::{
    Encoding, PublicKey, SigningKey, decode_all, fingerprint_digits, names_private_key, parse_fingerprint,
};

use crate::cli::error::CliError;

/// The fingerprints that arguments of `--trusted-key` stand for.
pub(crate) fn fingerprints(texts: &[String]) -> Result<Vec<[u8; 32]>, CliError> {
    let of_each: Result<Vec<_>, _> = texts.iter().map(|text| of(text)).collect();
    Ok(of_each?.concat())
}

/// Reads `sha256:HEX`, or the fingerprints of all keys in a file.
fn of(text: &str) -> Result<Vec<[u8; 32]>, CliError> {
    if fingerprint_digits(text).is_some() {
        let fingerprint = parse_fingerprint(text).ok_or_else(|| {
            let help = "a fingerprint is sha256: and 64 hexadecimal digits, as verify-signature prints it";
            CliError::usage(format!("'{text}' is no fingerprint"), help)
        })?;
        return Ok(vec![fingerprint]);
    }
    let failed =
        |error: &dyn std::fmt::Display, help: &str| CliError::usage(format!("{text}: {error}"), help);
    let private = || {
        let help = "give the public key; where others can read this file, make a new key";
        failed(&"a private key, which belongs to its owner alone", help)
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
            let help = "trust a key with the parameters of a JDK or of OpenSSL";
            return Err(failed(
                &"p or q of the key isn't a prime, so others may sign with it",
                help,
            ));
        }
        Ok(facts.fingerprint)
    };
    blocks.iter().map(fingerprint).collect()
}

/// Whether DER begins as private keys of any kind do: with a version, where public keys have their algorithm.
fn is_private(der: &[u8]) -> bool {
    let behind_length = match der {
        [0x30, 0x81, _, rest @ ..] | [0x30, 0x82, _, _, rest @ ..] => rest,
        [0x30, 0..=0x7f, rest @ ..] => rest,
        _ => return false,
    };
    matches!(behind_length, [0x02, 1, 0 | 1, ..])
}
