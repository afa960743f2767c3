use proptest::prelude::*;

use super::*;
use crate::blob::{ObjectRecord, Trailer, frame};

const EXPORT_ID: &str = "5d0e9a3c-0000-4000-8000-000000000001";

fn params(salt: [u8; 8], iterations: u32) -> EncryptionParams {
    EncryptionParams::new(salt, iterations).unwrap()
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

fn records(objects: &[&[u8]]) -> Vec<u8> {
    objects
        .iter()
        .flat_map(|object| frame(&ObjectRecord::encode(EXPORT_ID, object)).unwrap())
        .collect()
}

#[test]
fn known_answers_computed_with_java() {
    // java PassphraseEnvelope.java encrypt PASSPHRASE SALT ITERATIONS DATA
    for (text, salt, iterations, data, expected) in [
        (
            "correct horse",
            [1, 2, 3, 4, 5, 6, 7, 8],
            1000,
            "000102030405060708090a0b0c0d0e0f10",
            "0271c0989d49e5315648410ee813efa9122beb61b01e9289",
        ),
        (
            "x",
            [0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88],
            1,
            "",
            "1c5ab2eea24442dd",
        ),
        (
            "a passphrase that is longer than one block of SHA-1, sixty-four bytes",
            [0x80, 0x40, 0x20, 0x10, 8, 4, 2, 1],
            2048,
            "6d61736b696e67",
            "a0d39e4dad374ea6",
        ),
    ] {
        let ciphertext = encrypt(
            &hex::decode(data).unwrap(),
            &passphrase(text),
            &params(salt, iterations),
        );
        assert_eq!(hex::encode(ciphertext), expected, "{text}");
    }
}

#[test]
fn the_rfc_form_of_a_password_ends_with_two_zero_bytes() {
    // RFC 7292, B.1: "Beavis" as a BMPString.
    assert_eq!(
        passphrase("Beavis").to_bmp_string(),
        [0, 0x42, 0, 0x65, 0, 0x61, 0, 0x76, 0, 0x69, 0, 0x73, 0, 0]
    );
}

#[test]
fn passphrases_are_bounded_and_never_printed() {
    assert_eq!(Passphrase::new(""), Err(PassphraseError::Empty));
    assert!(Passphrase::new("€".repeat(1024)).is_ok());
    assert_eq!(Passphrase::new("€".repeat(1025)), Err(PassphraseError::TooLong));
    assert_eq!(
        Passphrase::new("x".repeat(1 << 20)),
        Err(PassphraseError::TooLong)
    );
    assert_eq!(format!("{:?}", passphrase("hunter2")), "Passphrase(…)");
}

#[test]
fn truncated_ciphertext_is_reported() {
    let params = params([1; 8], 1);
    for length in [0, 1, 7, 9, 15] {
        assert_eq!(
            decrypt(&vec![0; length], &passphrase("x"), &params, EXPORT_ID),
            Err(DecryptError::NotWholeBlocks(length))
        );
    }
}

#[test]
fn other_decrypted_bytes_mean_a_wrong_passphrase() {
    let (params, passphrase) = (params([1; 8], 1), passphrase("x"));
    let other_export = frame(&ObjectRecord::encode("another export", b"o")).unwrap();
    let no_export = frame(&[0x12, 0x01, b'o']).unwrap();
    let trailer = frame(&Trailer::encode(EXPORT_ID, b"s")).unwrap();
    let broken = records(&[b"o"])[..10].to_vec();
    for clear in [other_export, no_export, trailer, broken, b"x".to_vec()] {
        let mixed = [records(&[b"good"]), clear].concat();
        let ciphertext = encrypt(&mixed, &passphrase, &params);
        assert_eq!(
            decrypt(&ciphertext, &passphrase, &params, EXPORT_ID),
            Err(DecryptError::WrongPassphrase)
        );
    }
}

#[test]
fn two_thousand_wrong_passphrases_open_nothing() {
    // Padding alone would accept about eight.
    let params = params([3; 8], 1);
    let ciphertext = encrypt(&records(&[b"object"]), &passphrase("right"), &params);
    for n in 0..2000 {
        assert_eq!(
            decrypt(
                &ciphertext,
                &passphrase(&format!("wrong {n}")),
                &params,
                EXPORT_ID
            ),
            Err(DecryptError::WrongPassphrase)
        );
    }
}

proptest! {
    #[test]
    fn only_the_same_passphrase_and_parameters_decrypt(
        objects in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
        text in "\\PC{1,20}", other in "\\PC{1,20}", salt in any::<[u8; 8]>(), iterations in 1_u32..20,
    ) {
        let objects: Vec<&[u8]> = objects.iter().map(Vec::as_slice).collect();
        let records = records(&objects);
        let params = params(salt, iterations);
        let ciphertext = encrypt(&records, &passphrase(&text), &params);
        prop_assert_eq!(ciphertext.len() / 8, records.len() / 8 + 1);
        prop_assert_eq!(decrypt(&ciphertext, &passphrase(&text), &params, EXPORT_ID), Ok(records));
        if other != text {
            prop_assert!(decrypt(&ciphertext, &passphrase(&other), &params, EXPORT_ID).is_err());
        }
        let elsewhere = EncryptionParams::new(salt, iterations + 1).unwrap();
        prop_assert!(decrypt(&ciphertext, &passphrase(&text), &elsewhere, EXPORT_ID).is_err());
    }

    #[test]
    fn parameters_of_any_bytes_do_not_panic(field in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(params) = EncryptionParams::parse(&field) {
            prop_assert!((1..=MAX_ITERATIONS).contains(&params.iterations()));
        }
    }
}
