//! Keys that the caller trusts: a fingerprint, or the key in a file.

use std::fs;

use exportdoc::signature::{PublicKey, decode_any, parse_fingerprint};

use super::CliError;

/// The fingerprints that arguments of `--trusted-key` stand for.
pub(super) fn fingerprints(texts: &[String]) -> Result<Vec<[u8; 32]>, CliError> {
    texts.iter().map(|text| fingerprint(text)).collect()
}

/// Reads `sha256:HEX` or the fingerprint of the key in a file.
fn fingerprint(text: &str) -> Result<[u8; 32], CliError> {
    if text.starts_with("sha256:") {
        return parse_fingerprint(text).ok_or_else(|| {
            let help = "a fingerprint is sha256: and 64 hexadecimal digits, as verify-signature prints it";
            CliError::usage(format!("'{text}' is no fingerprint"), help)
        });
    }
    let bytes = fs::read(text).map_err(|error| {
        CliError::usage(
            format!("{text}: {error}"),
            "give a key file, or sha256: and a fingerprint",
        )
    })?;
    let (der, _) = decode_any(&bytes)
        .map_err(|error| CliError::usage(format!("{text}: {error}"), "a key is PEM, DER or base64"))?;
    let key = PublicKey::from_spki_der(&der)
        .map_err(|error| CliError::usage(format!("{text}: {error}"), "a DSA public key is needed here"))?;
    Ok(key.facts().fingerprint)
}
