//! Odd keys and signatures, in both sizes that engines have used: none panics, and each is refused for its own reason.
//! The `dsa` crate alone panics on many of the keys.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod signature_support;

use exportdoc::signature::{
    Component, DerError, DsaSignature, HashAlgorithm, KeyError, KeySize, NonCanonical, PublicKey,
    SignatureError, SigningKey, VerifyError,
};
use signature_support::{DSA_OID, add, int, minus_one, signature, spki, spki_of, times, tlv, variant};

struct Honest {
    p: Vec<u8>,
    q: Vec<u8>,
    g: Vec<u8>,
    y: Vec<u8>,
    key: PublicKey,
    hash: Vec<u8>,
    signature: DsaSignature,
}

/// The two sizes of q = 160 bits.
fn honest() -> [Honest; 2] {
    [KeySize::Dsa512, KeySize::Dsa1024].map(|size| {
        let signing = SigningKey::from_seed(size, b"odd input").unwrap();
        let set = size.parameters();
        let key = signing.public_key().clone();
        let der = key.to_spki_der();
        let y = der[der.len() - set.p.len()..].to_vec();
        let hash = HashAlgorithm::Sha1.digest(b"message");
        let signature = signing.sign_prehash(&hash, size.default_rule()).unwrap();
        assert_eq!(der, spki(set.p, set.q, set.g, &y));
        Honest {
            p: set.p.to_vec(),
            q: set.q.to_vec(),
            g: set.g.to_vec(),
            y,
            key,
            hash,
            signature,
        }
    })
}

fn refused(der: &[u8]) -> KeyError {
    PublicKey::from_spki_der(der).expect_err("an odd key was accepted")
}

#[test]
fn honest_keys_and_signatures_are_accepted() {
    for h in honest() {
        let key = PublicKey::from_spki_der(&spki(&h.p, &h.q, &h.g, &h.y)).unwrap();
        assert_eq!(key, h.key);
        let signature = DsaSignature::from_der(&h.signature.to_der()).unwrap();
        assert!(key.verify_prehash(&h.hash, &signature));
        assert!(!key.verify_prehash(&HashAlgorithm::Sha1.digest(b"massage"), &signature));
    }
}

// --- the public value ---

#[test]
fn y_of_zero_or_one_does_not_panic() {
    for h in honest() {
        for y in [&[0][..], &[1]] {
            let error = refused(&spki(&h.p, &h.q, &h.g, y));
            assert!(
                matches!(
                    error,
                    KeyError::OutOfRange {
                        component: Component::Y,
                        ..
                    }
                ),
                "{error:?}"
            );
        }
    }
}

#[test]
fn small_y_with_fewer_limbs_than_p_does_not_panic() {
    for h in honest() {
        for y in [&[2][..], &[0x30, 0x39], &[0xff; 20]] {
            let error = refused(&spki(&h.p, &h.q, &h.g, y));
            assert!(
                matches!(
                    error,
                    KeyError::NotInSubgroup {
                        component: Component::Y,
                        ..
                    }
                ),
                "{error:?}"
            );
        }
    }
}

#[test]
fn y_of_minus_one_is_not_accepted() {
    for h in honest() {
        let error = refused(&spki(&h.p, &h.q, &h.g, &minus_one(&h.p)));
        assert_eq!(
            error,
            KeyError::NotInSubgroup {
                component: Component::Y,
                q_bits: 160
            }
        );
    }
}

#[test]
fn y_at_or_above_p_is_not_accepted_although_other_verifiers_reduce_it() {
    for h in honest() {
        for y in [h.p.clone(), add(&h.y, &h.p), vec![0xff; 1000]] {
            let error = refused(&spki(&h.p, &h.q, &h.g, &y));
            assert!(
                matches!(
                    error,
                    KeyError::OutOfRange {
                        component: Component::Y,
                        ..
                    }
                ),
                "{error:?}"
            );
        }
    }
}

// --- the parameters ---

#[test]
fn odd_generators_are_not_accepted() {
    for h in honest() {
        for g in [vec![0], vec![1], h.p.clone(), add(&h.g, &h.p)] {
            let error = refused(&spki(&h.p, &h.q, &g, &h.y));
            assert!(
                matches!(
                    error,
                    KeyError::OutOfRange {
                        component: Component::G,
                        ..
                    }
                ),
                "{error:?}"
            );
        }
        for g in [vec![2], vec![0xff; 30], minus_one(&h.p)] {
            let error = refused(&spki(&h.p, &h.q, &g, &h.y));
            assert!(
                matches!(
                    error,
                    KeyError::NotInSubgroup {
                        component: Component::G,
                        ..
                    }
                ),
                "{error:?}"
            );
        }
    }
}

#[test]
fn odd_moduli_are_not_accepted() {
    for h in honest() {
        let bits = h.key.facts().bits;
        let squared = times(&h.p, &h.p);
        // The square of p has a supported size too; what gives it away is that q divides p² - 1, but g is
        // of another order there.
        let error = refused(&spki(&squared, &h.q, &h.g, &h.y));
        assert_eq!(
            error,
            KeyError::NotInSubgroup {
                component: Component::G,
                q_bits: 160
            }
        );
        for (p, found) in [(vec![0], 0), (vec![7], 3), (vec![0xff; 3750], 30_000)] {
            assert_eq!(
                refused(&spki(&p, &h.q, &[2], &[2])),
                KeyError::UnsupportedModulus { bits: found }
            );
        }
        assert_eq!(
            refused(&spki(&minus_one(&h.p), &h.q, &h.g, &h.y)),
            KeyError::Even(Component::P)
        );
        let error = refused(&spki(&add(&h.p, &[2]), &h.q, &h.g, &h.y));
        assert_eq!(
            error,
            KeyError::SubgroupMismatch {
                p_bits: bits,
                q_bits: 160
            }
        );
        assert_eq!(
            variant(&refused(&spki(&[0xff; 5000], &h.q, &h.g, &h.y))),
            "TooLarge"
        );
    }
}

#[test]
fn odd_subgroups_are_not_accepted() {
    for h in honest() {
        let bits = h.key.facts().bits;
        for q in [
            vec![0],
            vec![1],
            vec![2],
            vec![3],
            times(&h.q, &[3]),
            h.p.clone(),
            minus_one(&h.p),
            vec![0xff; 400],
        ] {
            let error = refused(&spki(&h.p, &q, &h.g, &h.y));
            assert!(matches!(error, KeyError::UnsupportedSubgroup { .. }), "{error:?}");
        }
        assert_eq!(
            refused(&spki(&h.p, &minus_one(&h.q), &h.g, &h.y)),
            KeyError::Even(Component::Q)
        );
        let error = refused(&spki(&h.p, &add(&h.q, &[2]), &h.g, &h.y));
        assert_eq!(
            error,
            KeyError::SubgroupMismatch {
                p_bits: bits,
                q_bits: 160
            }
        );
    }
}

#[test]
fn negative_numbers_are_not_accepted() {
    for h in honest() {
        let (p, q, g, y) = (int(&h.p), int(&h.q), int(&h.g), int(&h.y));
        let negative = tlv(2, &[&[0xff; 64]]);
        let n = negative.as_slice();
        for (der, component) in [
            (spki_of(&[n, &q, &g], &y), Component::P),
            (spki_of(&[&p, n, &g], &y), Component::Q),
            (spki_of(&[&p, &q, n], &y), Component::G),
            (spki_of(&[&p, &q, &g], n), Component::Y),
        ] {
            assert_eq!(refused(&der), KeyError::Negative(component));
        }
    }
}

// --- the key's encoding ---

#[test]
fn every_truncation_of_a_key_is_refused_as_one() {
    for h in honest() {
        let der = h.key.to_spki_der();
        assert_eq!(refused(&[]), KeyError::Empty);
        for length in 1..der.len() {
            let error = refused(&der[..length]);
            assert!(
                matches!(
                    error,
                    KeyError::Der(DerError::PastEnd { .. } | DerError::BreaksOff { .. })
                ),
                "{error:?}"
            );
            assert!(error.help().contains("breaks off"));
        }
    }
}

#[test]
fn keys_that_only_other_verifiers_read_are_told_apart() {
    for h in honest() {
        let (p, q, g, y) = (int(&h.p), int(&h.q), int(&h.g), int(&h.y));
        let der = h.key.to_spki_der();
        let form = |der: &[u8]| match refused(der) {
            KeyError::NotCanonical { form, .. } => form,
            other => panic!("{other:?}"),
        };
        let trailing = [&der[..], &[0, 1]].concat();
        assert_eq!(
            refused(&trailing),
            KeyError::NotCanonical {
                offset: der.len(),
                form: NonCanonical::TrailingBytes { count: 2 },
            }
        );
        let after_y = spki_of(&[&p, &q, &g], &[&y[..], &[5, 0]].concat());
        assert_eq!(
            form(&after_y),
            NonCanonical::TrailingBytesInBitString { count: 2 }
        );
        let padded = tlv(2, &[&[0, 0], &h.y]);
        assert_eq!(form(&spki_of(&[&p, &q, &g], &padded)), NonCanonical::LeadingZeros);
        let padded = tlv(2, &[&[0, 0], &h.p]);
        assert_eq!(form(&spki_of(&[&padded, &q, &g], &y)), NonCanonical::LeadingZeros);
        let long = [
            &[0x30, 0x84, 0, 0][..],
            &((der.len() - 3 - usize::from(der[1] == 0x82)) as u16).to_be_bytes(),
        ]
        .concat();
        let long = [&long[..], &der[3 + usize::from(der[1] == 0x82)..]].concat();
        assert_eq!(form(&long), NonCanonical::LongLength);
        // A broken key stays one, however it is encoded.
        let both = [&spki(&h.p, &h.q, &h.g, &[1])[..], &[0]].concat();
        assert_eq!(variant(&refused(&both)), "OutOfRange");
    }
}

#[test]
fn odd_key_structures_are_not_accepted() {
    for h in honest() {
        let (p, q, g, y) = (int(&h.p), int(&h.q), int(&h.g), int(&h.y));
        let value = tlv(3, &[&[0], &y]);
        let key = |algorithm: &[&[u8]], rest: &[&[u8]]| tlv(0x30, &[&tlv(0x30, algorithm), &rest.concat()]);
        let parameters = tlv(0x30, &[&p, &q, &g]);
        let rsa = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        let cases: Vec<(&str, Vec<u8>, &str)> = vec![
            ("no parameters", key(&[DSA_OID], &[&value]), "NoParameters"),
            (
                "null parameters",
                key(&[DSA_OID, &[5, 0]], &[&value]),
                "NoParameters",
            ),
            ("two parameters", spki_of(&[&p, &q], &y), "ParameterCount"),
            (
                "four parameters",
                spki_of(&[&p, &q, &g, &g], &y),
                "ParameterCount",
            ),
            ("empty parameters", spki_of(&[], &y), "ParameterCount"),
            ("RSA", key(&[&rsa, &[5, 0]], &[&value]), "NotDsa"),
            ("empty algorithm", key(&[], &[&value]), "Der(BreaksOff"),
            ("empty SEQUENCE", vec![0x30, 0], "Der(BreaksOff"),
            ("no value", key(&[DSA_OID, &parameters], &[]), "Der(BreaksOff"),
            (
                "empty bit string",
                key(&[DSA_OID, &parameters], &[&[3, 0]]),
                "Der(BreaksOff",
            ),
            (
                "bit string without integer",
                key(&[DSA_OID, &parameters], &[&[3, 1, 0]]),
                "Der(BreaksOff",
            ),
            (
                "unused bits",
                key(&[DSA_OID, &parameters], &[&tlv(3, &[&[3], &y])]),
                "UnusedBits",
            ),
            (
                "octet string",
                key(&[DSA_OID, &parameters], &[&tlv(4, &[&[0], &y])]),
                "Der(UnexpectedTag",
            ),
            (
                "second value",
                key(&[DSA_OID, &parameters], &[&value, &value]),
                "Der(ExtraElements",
            ),
            (
                "extra in algorithm",
                key(&[DSA_OID, &parameters, &[5, 0]], &[&value]),
                "Der(ExtraElements",
            ),
            (
                "empty integer",
                spki_of(&[&p, &[2, 0], &g], &y),
                "Der(EmptyInteger",
            ),
            (
                "indefinite",
                [&[0x30, 0x80][..], &value, &[0, 0]].concat(),
                "Der(IndefiniteLength",
            ),
            (
                "huge length",
                vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30],
                "Der(PastEnd",
            ),
            (
                "length of nine bytes",
                vec![0x30, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                "Der(LengthTooLong",
            ),
            ("text", b"not a key".to_vec(), "Der(UnexpectedTag"),
        ];
        for (what, der, expected) in cases {
            let error = refused(&der);
            assert_eq!(variant(&error), expected, "{what}");
            assert!(!error.help().is_empty());
        }
    }
}

// --- the signature ---

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
fn r_and_s_of_one_or_just_below_q_are_in_range_but_do_not_verify() {
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
