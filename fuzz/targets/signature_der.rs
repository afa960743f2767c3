//! A signature: what is read is written again; text around it is unwrapped or named.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::date;
use exportdoc::internal::envelope::decode_all;
use exportdoc::internal::signature::{
    DsaSignature, Encoding, EncodingError, HashAlgorithm, PublicKey, decode_any,
};

use super::{KEY, detached, from_base64};

/// A signature: what is read is written again; text around it is unwrapped or named.
pub fn signature_der(data: &[u8]) {
    match DsaSignature::from_der(data) {
        Ok(signature) => {
            assert_eq!(signature.to_der(), data);
            let same = DsaSignature::from_components(signature.r(), signature.s());
            assert_eq!(same.as_ref(), Ok(&signature));
            static SOUND: LazyLock<PublicKey> =
                LazyLock::new(|| PublicKey::from_spki_der(&from_base64(KEY)).expect("a constant"));
            let key = &*SOUND;
            let fits = key.check_range(&signature).is_ok();
            assert!(fits || !key.verify_prehash(&[1; 20], &signature));
            // The private key is gone, so only the one known signature can verify.
            assert!(!key.verify_prehash(&HashAlgorithm::Sha1.digest(b"never signed"), &signature));
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.help().is_empty());
        }
    }
    let half = data.len() / 2;
    if let Ok(signature) = DsaSignature::from_components(&data[..half], &data[half..]) {
        let again = DsaSignature::from_der(&signature.to_der());
        assert_eq!(again, Ok(signature));
    }
    match decode_any(data) {
        Ok((bytes, Encoding::Der)) => assert_eq!(bytes, data),
        Ok((bytes, _)) => {
            let text = STANDARD.encode(&bytes);
            if !bytes.is_empty() {
                match decode_any(text.as_bytes()) {
                    Ok(again) => assert_eq!(again, (bytes, Encoding::Base64)),
                    // Text of hexadecimal digits alone is taken for what it looks like.
                    Err(error) => assert_eq!(error, EncodingError::HexText),
                }
            }
            detached(KEY.as_bytes(), data);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.help().is_empty());
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let (bytes, report) = decode_all(text);
        assert_eq!(report.decoded_len, bytes.len() as u64);
        let _ = date::JavaDate::parse(text);
    }
}
