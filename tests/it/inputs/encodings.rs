//! Byte order marks and UTF-16 in the small files beside documents.

use std::fs;
use std::path::Path;

use exportdoc::internal::signature::{HashAlgorithm, KeySize, SigningKey};
use tempfile::tempdir;

use super::{marked, run, utf_16};
use crate::support::made;
use crate::support::{file, key, masking_job};

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A payload, its signature and the key, as files; gives the signature and the key as base64.
fn detached(directory: &Path) -> (String, String) {
    let key: SigningKey = key(KeySize::Dsa1024, "encodings");
    file(directory, "payload", b"signed");
    let digest = HashAlgorithm::Sha256.digest(b"signed");
    let signature = key.sign_prehash_with(&digest, HashAlgorithm::Sha256).unwrap();
    let (signature, key) = (
        base64(&signature.to_der()),
        base64(&key.public_key().to_spki_der()),
    );
    file(directory, "signature", &signature);
    file(directory, "key", &key);
    (signature, key)
}

#[test]
fn a_byte_order_mark_before_a_key_or_signature_is_taken_off() {
    let directory = tempdir().unwrap();
    let (signature, key) = detached(directory.path());
    let pem = format!("-----BEGIN PUBLIC KEY-----\r\n{key}\r\n-----END PUBLIC KEY-----\r\n");
    file(directory.path(), "signature-notepad", marked(&signature));
    file(directory.path(), "key-notepad", marked(&key));
    file(directory.path(), "pem-notepad", marked(&pem));
    for (key, signature) in [
        ("key", "signature-notepad"),
        ("key-notepad", "signature"),
        ("pem-notepad", "signature-notepad"),
    ] {
        let answer = run(
            directory.path(),
            &[
                "verify-signature",
                "--payload",
                "payload",
                "--public-key",
                key,
                "--signature",
                signature,
            ],
        );
        assert_eq!(answer.code, 0, "{key} {signature}: {}{}", answer.out, answer.err);
    }
}

#[test]
fn utf_16_in_a_key_or_signature_is_named_and_never_invalid() {
    let directory = tempdir().unwrap();
    let (signature, key) = detached(directory.path());
    for little_endian in [true, false] {
        for mark in [2, 0] {
            file(
                directory.path(),
                "wide-signature",
                &utf_16(&signature, little_endian)[2 - mark..],
            );
            file(
                directory.path(),
                "wide-key",
                &utf_16(&key, little_endian)[2 - mark..],
            );
            for (key, signature) in [("key", "wide-signature"), ("wide-key", "signature")] {
                let answer = run(
                    directory.path(),
                    &[
                        "verify-signature",
                        "--payload",
                        "payload",
                        "--public-key",
                        key,
                        "--signature",
                        signature,
                    ],
                );
                assert_eq!(answer.code, 2, "{}{}", answer.out, answer.err);
                assert!(answer.err.contains("it looks like UTF-16"), "{}", answer.err);
                assert!(answer.err.contains("help: save it as UTF-8"), "{}", answer.err);
                assert!(!(answer.out + &answer.err).contains("invalid"));
            }
        }
    }
    let document = made("global.json");
    let answer = run(
        directory.path(),
        &[
            "verify-signature",
            "--trusted-key",
            "wide-key",
            document.to_str().unwrap(),
        ],
    );
    assert_eq!(answer.code, 2, "{}", answer.err);
    assert!(answer.err.contains("it looks like UTF-16"), "{}", answer.err);
}

#[test]
fn passphrase_file_may_have_a_byte_order_mark() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    file(at, "document.json", masking_job().seal());
    file(at, "phrase", "a passphrase\n");
    file(at, "notepad", marked("a passphrase\r\n"));
    file(at, "powershell", utf_16("a passphrase\r\n", true));
    file(at, "no-mark", &utf_16("a passphrase\r\n", true)[2..]);
    let encrypt = |phrase: &str, out: &str| {
        run(
            at,
            &["encrypt", "document.json", "--passphrase-file", phrase, "-o", out],
        )
    };
    assert_eq!(encrypt("notepad", "encrypted.json").code, 0);
    let opened = run(
        at,
        &[
            "decrypt",
            "encrypted.json",
            "--passphrase-file",
            "phrase",
            "-o",
            "opened.json",
        ],
    );
    assert_eq!(opened.code, 0, "{}", opened.err);
    for phrase in ["powershell", "no-mark"] {
        let answer = encrypt(phrase, "never.json");
        assert_eq!(answer.code, 2, "{}", answer.err);
        assert!(answer.err.contains("it looks like UTF-16"), "{}", answer.err);
        assert!(fs::metadata(at.join("never.json")).is_err());
    }
}

#[test]
fn policy_may_have_a_byte_order_mark() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    file(at, "document.json", masking_job().seal());
    let policy = "[allow]\nhosts = [\"elsewhere.example\"]\n";
    file(at, "notepad.toml", marked(policy));
    file(at, "powershell.toml", utf_16(policy, true));
    let audit = |policy: &str| run(at, &["audit", "--policy", policy, "document.json"]);
    let answer = audit("notepad.toml");
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("host-not-allowed"), "{}", answer.out);
    let answer = audit("powershell.toml");
    assert_eq!(answer.code, 2, "{}", answer.err);
    assert!(answer.err.contains("it looks like UTF-16"), "{}", answer.err);
}
