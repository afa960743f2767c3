//! Odd signatures and hashes: each is refused for its own reason, without a panic.

use crate::support::vectors::{add, honest, int, minus_one, signature, tlv, variant};
use exportdoc::internal::signature::{DsaSignature, SignatureError, VerifyError};

#[test]
fn zero_r_is_not_accepted() {
    for h in honest() {
        let error = DsaSignature::from_der(&signature(&[0], h.signature.s())).unwrap_err();
        assert_eq!(error, SignatureError::Zero { name: "r" });
    }
}

#[test]
fn zero_s_is_not_accepted() {
    for h in honest() {
        let error = DsaSignature::from_der(&signature(h.signature.r(), &[0])).unwrap_err();
        assert_eq!(error, SignatureError::Zero { name: "s" });
        assert_eq!(
            DsaSignature::from_der(&signature(&[0], &[0])).unwrap_err(),
            SignatureError::Zero { name: "r" }
        );
        assert!(DsaSignature::from_components(&[0, 0], &[1]).is_err());
    }
}

#[test]
fn r_and_s_at_or_above_q_are_out_of_range() {
    for h in honest() {
        let (r, s) = (h.signature.r(), h.signature.s());
        for big in [h.q.clone(), add(r, &h.q), vec![0xff; 20], vec![0xff; 32]] {
            for (r, s, name) in [(big.as_slice(), s, "r"), (r, big.as_slice(), "s")] {
                let odd = DsaSignature::from_der(&signature(r, s)).unwrap();
                assert_eq!(
                    h.key.check_prehash(&h.hash, &odd),
                    Err(VerifyError::OutOfRange { name })
                );
                assert_eq!(h.key.check_range(&odd), Err(VerifyError::OutOfRange { name }));
                assert!(!h.key.verify_prehash(&h.hash, &odd));
            }
        }
    }
}

#[test]
fn r_and_s_at_range_ends_do_not_verify() {
    for h in honest() {
        for number in [vec![1], minus_one(&h.q)] {
            for (r, s) in [
                (number.as_slice(), h.signature.s()),
                (h.signature.r(), number.as_slice()),
                (&number, &number),
            ] {
                let odd = DsaSignature::from_der(&signature(r, s)).unwrap();
                assert_eq!(h.key.check_range(&odd), Ok(()));
                assert_eq!(h.key.check_prehash(&h.hash, &odd), Err(VerifyError::Mismatch));
            }
        }
    }
}

#[test]
fn hashes_of_any_length_do_not_panic() {
    for h in honest() {
        assert_eq!(
            h.key.check_prehash(&[], &h.signature),
            Err(VerifyError::EmptyHash)
        );
        for length in [1, 7, 8, 19, 21, 64, 1000] {
            assert_eq!(
                h.key.check_prehash(&vec![0xff; length], &h.signature),
                Err(VerifyError::Mismatch)
            );
        }
        // FIPS 186 takes the leftmost bits only, so what follows them doesn't count.
        let longer = [&h.hash[..], b"more"].concat();
        assert!(h.key.verify_prehash(&longer, &h.signature));
    }
}

#[test]
fn odd_signature_encodings_are_not_accepted() {
    for h in honest() {
        let der = h.signature.to_der();
        let (r, s) = (int(h.signature.r()), int(h.signature.s()));
        let padded = tlv(2, &[&[0, 0], h.signature.r()]);
        let negative = tlv(2, &[&[0x80], &[0; 19]]);
        let raw = [h.signature.r(), h.signature.s()].concat();
        let huge = [&[1][..], &[0; 500]].concat();
        let long = [&[0x30, 0x81][..], &der[1..]].concat();
        let cases: Vec<(&str, Vec<u8>, &str)> = vec![
            ("empty", vec![], "Empty"),
            ("empty SEQUENCE", vec![0x30, 0], "Missing"),
            ("only r", tlv(0x30, &[&r]), "Missing"),
            ("trailing outside", [&der[..], &[0]].concat(), "TrailingData"),
            ("trailing inside", tlv(0x30, &[&r, &s, &[5, 0]]), "TrailingInside"),
            ("third integer", tlv(0x30, &[&r, &s, &s]), "TrailingInside"),
            ("negative r", tlv(0x30, &[&negative, &s]), "Negative"),
            ("negative s", tlv(0x30, &[&r, &negative]), "Negative"),
            // Wycheproof's tcId 1: Java accepts an r whose sign byte is missing.
            (
                "r without its sign byte",
                tlv(0x30, &[&tlv(2, &[&[0xff; 20]]), &s]),
                "Negative",
            ),
            ("leading zeros", tlv(0x30, &[&padded, &s]), "NotMinimal"),
            ("long length", long, "NotMinimal"),
            (
                "indefinite",
                [&[0x30, 0x80][..], &r, &s, &[0, 0]].concat(),
                "Der(IndefiniteLength",
            ),
            ("empty integer", tlv(0x30, &[&[2, 0], &s]), "Der(EmptyInteger"),
            ("2^4000", signature(&huge, h.signature.s()), "TooBig"),
            (
                "raw r‖s",
                if raw.len() == 40 { raw } else { vec![0x7f; 40] },
                "LooksRaw",
            ),
            (
                "raw r‖s that starts like DER",
                [&[0x30][..], &[0x77; 39]].concat(),
                "LooksRaw",
            ),
            ("hex", hex::encode(&der).into_bytes(), "HexText"),
            ("set", tlv(0x31, &[&r, &s]), "Der(UnexpectedTag"),
            ("strings", tlv(0x30, &[&tlv(4, &[&[1]]), &s]), "Der(UnexpectedTag"),
        ];
        for (what, der, expected) in cases {
            let error = DsaSignature::from_der(&der).expect_err(what);
            assert_eq!(variant(&error), expected, "{what}");
            assert!(!error.help().is_empty());
        }
        for length in 1..der.len() {
            let error = DsaSignature::from_der(&der[..length]).unwrap_err();
            assert!(matches!(error, SignatureError::Der(_)), "{length}: {error:?}");
        }
    }
}
