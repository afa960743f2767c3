//! Odd public keys in both sizes of engines: each is refused for its own reason, without the panics of the `dsa` crate.

use crate::support::vectors::{DSA_OID, add, honest, int, minus_one, spki, spki_of, times, tlv, variant};
use exportdoc::internal::signature::{
    Component, DerError, DsaSignature, HashAlgorithm, KeyError, NonCanonical, PublicKey,
};

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
fn y_at_or_above_p_is_not_accepted() {
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
