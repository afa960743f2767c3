//! Key files, truncated keys, and signing rules.

use crate::support::vectors::{base64_text, int, tlv};
use exportdoc::internal::signature::{
    EncodingError, HashAlgorithm, KeyError, KeySize, PARAMETER_SETS, PartialKey, PrivateKeyError, PublicKey,
    RULES, SignError, SigningKey, by_name, decode_any,
};

/// The key in the vendor's documentation, whose text breaks off inside of g.
const DOCUMENTATION_KEY: &str = "MIHxMIGoBgcqhkjOOAQBMIGcAkEA/KaCzo4Syrom78z3EQ5SbbB4sF7ey80etKII864WF64B81uRpH5t9jQTxeEu0ImbzRMqzVDZkVG9xD7nN1kuFwIVAJYu3cw2nLqOuyYO5rahJtk0bjjFAkBnhHGyepz0TukaScUUfbGpq..";

fn seeded(size: KeySize) -> SigningKey {
    SigningKey::from_seed(size, b"api").unwrap()
}

#[test]
fn facts_name_the_size_the_parameters_and_the_fingerprint() {
    for size in KeySize::ALL.iter().copied() {
        let key = seeded(size);
        let der = key.public_key().to_spki_der();
        let public = PublicKey::from_spki_der(&der).unwrap();
        let facts = public.facts();
        assert_eq!((facts.algorithm, facts.bits), ("DSA", size.bits()));
        assert_eq!(facts.parameter_set, Some(size.parameters().name));
        assert_eq!(
            facts.fingerprint.as_bytes().as_slice(),
            HashAlgorithm::Sha256.digest(&der)
        );
        assert_eq!(
            facts.fingerprint.to_string(),
            format!("sha256:{}", hex::encode(facts.fingerprint.as_bytes()))
        );
        assert_eq!(facts.is_weak(), size != KeySize::Dsa2048);
        assert_eq!(public.to_spki_der(), der);
    }
}

#[test]
fn published_parameter_sets_are_recognised() {
    assert_eq!(PARAMETER_SETS.len(), 6);
    for set in PARAMETER_SETS {
        // g itself is the public value of the secret 1.
        let key = PublicKey::from_components(set.p, set.q, set.g, set.g).unwrap();
        assert_eq!(key.facts().parameter_set, Some(set.name));
        let facts = key.facts();
        assert_eq!(set.name, format!("JDK DSA {}/{}", facts.bits, facts.q_bits));
    }
}

#[test]
fn truncated_documented_key_is_recognised() {
    let (bytes, _) = exportdoc::internal::envelope::decode_all(DOCUMENTATION_KEY);
    assert_eq!(bytes.len(), 126);
    let key = PartialKey::read(&bytes);
    assert_eq!(key.oid.as_deref(), Some("1.2.840.10040.4.1"));
    assert_eq!(
        (key.bits(), key.q_bits(), key.g.is_some()),
        (Some(512), Some(160), false)
    );
    assert_eq!(key.parameter_set, Some("JDK DSA 512/160"));
    assert_eq!((key.breaks_off_at, key.declared_size), (126, Some(244)));

    let error = PublicKey::from_spki_der(&bytes).unwrap_err();
    assert!(
        matches!(error, KeyError::Der(_)) && error.help().contains("breaks off"),
        "{error}"
    );
    let error = decode_any(DOCUMENTATION_KEY.as_bytes()).unwrap_err();
    assert_eq!(
        error,
        EncodingError::InvalidCharacter {
            offset: 169,
            byte: b'.'
        }
    );
    assert!(error.help().contains("documentation"));
}

#[test]
fn a_broken_off_key_shows_as_much_as_is_there() {
    let set = KeySize::Dsa512.parameters();
    let der = seeded(KeySize::Dsa512).public_key().to_spki_der();
    for length in 0..=der.len() {
        let key = PartialKey::read(&der[..length]);
        assert_eq!(key.breaks_off_at, length, "reading stopped early");
        assert_eq!(key.declared_size, (length >= 3).then_some(der.len()));
        assert_eq!(key.p.is_some(), length >= 85);
        assert_eq!(key.parameter_set.is_some(), length >= 108, "{length}");
        assert_eq!(key.g.as_deref(), (length >= 174).then_some(set.g));
    }
}

#[test]
fn a_broken_off_key_with_another_g_is_not_recognised() {
    let set = KeySize::Dsa512.parameters();
    let key = |g: &[u8]| {
        tlv(
            0x30,
            &[&tlv(
                0x30,
                &[
                    crate::support::vectors::DSA_OID,
                    &tlv(0x30, &[&int(set.p), &int(set.q), &int(g)]),
                ],
            )],
        )
    };
    let own = key(set.g);
    assert_eq!(PartialKey::read(&own).parameter_set, Some(set.name));
    let other = key(set.p);
    assert_eq!(PartialKey::read(&other).parameter_set, None);
    assert_eq!(PartialKey::read(&other[..other.len() - 20]).parameter_set, None);
    // Complete, but only the start of the published g.
    assert_eq!(PartialKey::read(&key(&set.g[..40])).parameter_set, None);
}

#[test]
fn private_keys_survive_pem_der_and_base64() {
    for size in KeySize::ALL.iter().copied() {
        let key = SigningKey::generate(size).unwrap();
        let der = key.to_pkcs8_der();
        let pem = key.to_pkcs8_pem();
        for input in [der.as_slice(), pem.as_bytes(), base64_text(&der).as_bytes()] {
            let read = SigningKey::from_pkcs8(input).unwrap();
            assert_eq!(read.public_key(), key.public_key());
            assert_eq!(*read.to_pkcs8_der(), *der);
        }
    }
}

#[test]
fn one_seed_gives_one_key_per_size() {
    for size in KeySize::ALL.iter().copied() {
        let again = SigningKey::from_seed(size, b"api").unwrap();
        assert_eq!(seeded(size).public_key(), again.public_key());
        let other = SigningKey::from_seed(size, b"apj").unwrap();
        assert_ne!(other.public_key(), again.public_key());
    }
    let [small, large] =
        [KeySize::Dsa512, KeySize::Dsa1024].map(|size| seeded(size).to_pkcs8_der()[..].to_vec());
    assert_ne!(small[small.len() - 20..], large[large.len() - 20..]);
    // Published: sealing with a seed must give the same document for good.
    assert_eq!(
        hex::encode(
            &seeded(KeySize::Dsa512)
                .public_key()
                .facts()
                .fingerprint
                .as_bytes()[..8]
        ),
        "9ded09b441e33f5b"
    );
}

#[test]
fn generated_keys_differ() {
    let [one, other] = [0, 1].map(|_| SigningKey::generate(KeySize::Dsa512).unwrap());
    assert_ne!(one.public_key(), other.public_key());
}

#[test]
fn debug_output_does_not_show_the_secret() {
    let key = seeded(KeySize::Dsa512);
    let der = key.to_pkcs8_der();
    let secret = hex::encode(&der[der.len() - 19..]);
    let shown = format!("{key:?} {key:#?}").to_lowercase();
    assert!(
        shown.contains("sha256:") && !shown.contains(&secret[..8]),
        "{shown}"
    );
}

#[test]
fn unusable_private_keys_are_refused_with_a_reason() {
    let key = seeded(KeySize::Dsa512);
    let set = KeySize::Dsa512.parameters();
    let refuse = |bytes: &[u8]| SigningKey::from_pkcs8(bytes).expect_err("accepted");
    for secret in [&[0][..], set.q, set.p] {
        let error = SigningKey::from_components(set.p, set.q, set.g, secret).unwrap_err();
        assert_eq!(error, PrivateKeyError::SecretOutOfRange);
    }
    let error = SigningKey::from_components(set.p, set.q, &[1], &[5]).unwrap_err();
    assert!(matches!(
        error,
        PrivateKeyError::Parameters(KeyError::OutOfRange { .. })
    ));
    let pem = key.to_pkcs8_pem().replace("PRIVATE KEY", "DSA PRIVATE KEY");
    assert!(matches!(
        refuse(pem.as_bytes()),
        PrivateKeyError::WrongLabel { .. }
    ));
    let pem = key.to_pkcs8_pem().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let error = refuse(pem.as_bytes());
    assert!(matches!(
        error,
        PrivateKeyError::Encoding(EncodingError::PemEncrypted { .. })
    ));
    assert!(error.help().contains("-nocrypt"));
    // openssl pkcs8 -topk8 -v2 aes-128-cbc: an algorithm, and octets.
    let encrypted = refuse(&hex::decode("300a300606022a0305000400").unwrap());
    assert_eq!(encrypted, PrivateKeyError::Encrypted);
    assert!(encrypted.help().contains("-nocrypt"));
    assert!(matches!(
        refuse(&key.public_key().to_spki_der()),
        PrivateKeyError::Der(_)
    ));
    let der = key.to_pkcs8_der();
    assert!(matches!(
        refuse(&[&der[..], &[0]].concat()),
        PrivateKeyError::Der(_)
    ));
    for length in 1..der.len() {
        assert!(SigningKey::from_pkcs8_der(&der[..length]).is_err());
    }
}

#[test]
fn rules_are_found_by_name_and_by_key() {
    for rule in RULES {
        assert_eq!(by_name(rule.name), Some(rule));
    }
    assert_eq!(by_name("no-such-rule"), None);
    for size in KeySize::ALL.iter().copied() {
        let facts = seeded(size).public_key().facts();
        let rule = size.default_rule();
        assert!(rule.own && rule.fits(&facts) && RULES.contains(rule), "{rule:?}");
    }
    assert_eq!(
        by_name("records-v1").map(|rule| rule.hash),
        Some(HashAlgorithm::Sha1)
    );
    assert_eq!(
        by_name("records-v2").map(|rule| rule.hash),
        Some(HashAlgorithm::Sha256)
    );
}

#[test]
fn own_rules_hash_the_framed_bytes_however_they_are_cut() {
    let records: [&[u8]; 3] = [b"header", b"", &[7; 300]];
    let framed: Vec<u8> = records
        .iter()
        .flat_map(|r| [&(r.len() as u32).to_le_bytes()[..], r].concat())
        .collect();
    for rule in ["records-v1", "records-v2"].map(|name| by_name(name).unwrap()) {
        for size in [1, 5, 1000] {
            let mut digest = (rule.new_digest)();
            for (index, record) in records.iter().enumerate() {
                digest.begin(index as u64, (record.len() as u32).to_le_bytes());
                record.chunks(size).for_each(|chunk| digest.chunk(chunk));
            }
            assert_eq!(digest.finish(), rule.hash.digest(&framed));
        }
    }
}

#[test]
fn signing_insists_on_a_rule_and_hash_that_fit() {
    let key = seeded(KeySize::Dsa2048);
    let [v1, v2] = ["records-v1", "records-v2"].map(|name| by_name(name).unwrap());
    let error = key.sign_prehash(&[0; 20], v1).unwrap_err();
    assert_eq!(
        error,
        SignError::RuleDoesNotFit {
            rule: "records-v1",
            bits: 2048,
            q_bits: 256
        }
    );
    let error = key.sign_prehash(&[0; 20], v2).unwrap_err();
    assert_eq!(
        error,
        SignError::HashSize {
            algorithm: HashAlgorithm::Sha256,
            expected: 32,
            found: 20
        }
    );
    let signature = key.sign_prehash(&[9; 32], v2).unwrap();
    assert_eq!(key.sign_prehash(&[9; 32], v2), Ok(signature.clone()));
    assert_eq!(signature.r_hex(), hex::encode(signature.r()));
    assert_eq!(signature.s_hex(), hex::encode(signature.s()));
}
