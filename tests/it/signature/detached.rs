//! Detached signatures, and the encodings of keys and signatures.

use crate::support::vectors::base64_text;
use exportdoc::internal::signature::{
    DetachedError, DsaSignature, Encoding, EncodingError, HashAlgorithm, HashChoice, KeySize, SignatureError,
    SigningKey, VerifyError, decode_any, verify_detached,
};

fn seeded(size: KeySize) -> SigningKey {
    SigningKey::from_seed(size, b"api").unwrap()
}

fn pem(label: &str, bytes: &[u8]) -> Vec<u8> {
    format!(
        "some text\n-----BEGIN {label}-----\r\n{}\r\n-----END {label}-----\r\n",
        base64_text(bytes)
    )
    .into_bytes()
}

#[test]
fn detached_signatures_verify_in_every_encoding() {
    let payload = vec![0x5a; 200_000];
    let key = seeded(KeySize::Dsa1024);
    let public = key.public_key().to_spki_der();
    let url_safe = |bytes: &[u8]| {
        base64_text(bytes)
            .replace('+', "-")
            .replace('/', "_")
            .replace('=', "")
    };
    for hash in [HashAlgorithm::Sha1, HashAlgorithm::Sha256] {
        let signature = key
            .sign_prehash_with(&hash.digest(&payload), hash)
            .unwrap()
            .to_der();
        let keys = [
            (public.clone(), Encoding::Der),
            (
                pem("PUBLIC KEY", &public),
                Encoding::Pem {
                    label: "PUBLIC KEY".to_owned(),
                },
            ),
            (base64_text(&public).into_bytes(), Encoding::Base64),
            (url_safe(&public).into_bytes(), Encoding::Base64),
            (
                format!("\"{}\"\n", base64_text(&public)).into_bytes(),
                Encoding::Base64,
            ),
        ];
        for (wrapped, encoding) in keys {
            for sig in [signature.clone(), base64_text(&signature).into_bytes()] {
                let report = verify_detached(&wrapped, &sig, &payload[..], HashChoice::Any).unwrap();
                assert_eq!(report.verified(), Some(hash));
                assert_eq!(report.key_encoding, encoding);
                assert_eq!(report.key.bits, 1024);
                assert_eq!(report.payload_bytes, 200_000);
                assert_eq!(report.verdicts.len(), 2);
                assert_eq!(report.signature.to_der(), signature);
            }
        }
        let only =
            |choice| verify_detached(&public, &signature, &payload[..], HashChoice::Only(choice)).unwrap();
        assert_eq!(only(hash).verified(), Some(hash));
        let report = only(HashAlgorithm::Sha512);
        assert_eq!(report.verified(), None);
        assert_eq!(report.verdicts[0].outcome, Err(VerifyError::Mismatch));
        assert_eq!(report.verdicts[0].digest, HashAlgorithm::Sha512.digest(&payload));
    }
}

#[test]
fn detached_verification_explains_bad_inputs() {
    let key = seeded(KeySize::Dsa512);
    let public = key.public_key().to_spki_der();
    let hash = HashAlgorithm::Sha1.digest(b"payload");
    let signature = key.sign_prehash_with(&hash, HashAlgorithm::Sha1).unwrap();
    let der = signature.to_der();
    let check = |key: &[u8], signature: &[u8]| {
        verify_detached(key, signature, &b"payload"[..], HashChoice::Any).expect_err("accepted")
    };
    let pem_of_private = key.to_pkcs8_pem();
    assert!(matches!(
        check(pem_of_private.as_bytes(), &der),
        DetachedError::KeyLabel { .. }
    ));
    assert!(matches!(
        check(b"", &der),
        DetachedError::KeyEncoding(EncodingError::Empty)
    ));
    assert!(matches!(
        check(b"{\"publicKey\":1}", &der),
        DetachedError::KeyEncoding(EncodingError::Json)
    ));
    let hex_key = hex::encode(&public);
    assert!(matches!(
        check(hex_key.as_bytes(), &der),
        DetachedError::KeyEncoding(EncodingError::HexText)
    ));
    assert!(matches!(
        check(&[0x99; 50], &der),
        DetachedError::KeyEncoding(EncodingError::NotRecognised { .. })
    ));
    let hex_signature = hex::encode(&der);
    assert!(matches!(
        check(&public, hex_signature.as_bytes()),
        DetachedError::Signature(SignatureError::HexText)
    ));
    let raw = [&[0x81; 20][..], &[0x92; 20]].concat();
    for raw in [raw.clone(), base64_text(&raw).into_bytes()] {
        let error = check(&public, &raw);
        assert!(
            matches!(
                error,
                DetachedError::Signature(SignatureError::LooksRaw { size: 40 })
            ),
            "{error}"
        );
        assert!(error.help().contains("SEQUENCE"));
    }
    let cut = &pem("PUBLIC KEY", &public)[..80];
    assert!(matches!(
        check(cut, &der),
        DetachedError::KeyEncoding(EncodingError::PemBreaksOff { .. })
    ));
    assert!(matches!(
        check(&public, &vec![b'A'; 70_000]),
        DetachedError::SignatureEncoding(_)
    ));

    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let error = verify_detached(&public, &der, Broken, HashChoice::Any).unwrap_err();
    assert!(matches!(error, DetachedError::Payload(_)));
}

#[test]
fn base64_that_breaks_off_is_not_repaired() {
    assert_eq!(
        decode_any(b"MIHxM"),
        Err(EncodingError::IncompleteBase64 { length: 5 })
    );
    assert_eq!(
        decode_any(b"MIH/"),
        Ok((vec![0x30, 0x81, 0xff], Encoding::Base64))
    );
    // The last character has bits that no byte uses.
    assert!(matches!(
        decode_any(b"MIHxMB"),
        Err(EncodingError::IncompleteBase64 { length: 6 })
    ));
    assert!(DsaSignature::from_der(b"MCwCFAWGf/97wb+oYuSQizj8U12n7jpQ").is_err());
}
