//! Known answers, published and our own; `testdata/vectors/README.md` names their sources.

use crate::support::vectors::{base64_member, hex_member, text, vectors};
use exportdoc::internal::signature::{
    Component, DsaSignature, HashAlgorithm, KeyError, PublicKey, SigningKey,
};
use std::collections::BTreeMap;

fn algorithm(value: &serde_json::Value) -> HashAlgorithm {
    HashAlgorithm::by_name(text(value, "hash")).unwrap()
}

#[test]
#[ignore = "ci/long runs it"]
fn every_nist_cavp_signature_gets_nists_verdict() {
    let mut refused = 0;
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for group in vectors("cavp_sigver.json").as_array().unwrap() {
        let hash = algorithm(group);
        let [p, q, g] = ["p", "q", "g"].map(|name| hex_member(group, name));
        for case in group["cases"].as_array().unwrap() {
            let context = format!(
                "{} {} {} {case}",
                group["bits"],
                group["q_bits"],
                text(group, "hash")
            );
            *counts.entry(hash.name()).or_default() += 1;
            let key = match PublicKey::from_components(&p, &q, &g, &hex_member(case, "y")) {
                Ok(key) => key,
                // NIST's "Y changed" leaves the subgroup, so the gate refuses the key before any signature counts.
                Err(KeyError::NotInSubgroup {
                    component: Component::Y,
                    ..
                }) => {
                    assert!(
                        !case["valid"].as_bool().unwrap() && text(case, "note").contains("Y changed"),
                        "{context}"
                    );
                    refused += 1;
                    continue;
                }
                Err(error) => panic!("{error}: {context}"),
            };
            assert_eq!(u64::from(key.facts().bits), group["bits"].as_u64().unwrap());
            assert_eq!(u64::from(key.facts().q_bits), group["q_bits"].as_u64().unwrap());
            let signature = DsaSignature::from_components(&hex_member(case, "r"), &hex_member(case, "s"))
                .expect(&context);
            let verified = key.verify_prehash(&hash.digest(&hex_member(case, "msg")), &signature);
            assert_eq!(verified, case["valid"].as_bool().unwrap(), "{context}");
        }
    }
    // No case may go missing unnoticed, and no size is left out: the gate takes all four of CAVP's.
    let expected = [
        ("SHA-1", 75),
        ("SHA-224", 60),
        ("SHA-256", 60),
        ("SHA-384", 60),
        ("SHA-512", 60),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
    assert_eq!(refused, 42);
}

#[test]
fn rfc_6979_signatures_are_reproduced() {
    let file = vectors("rfc6979.json");
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 20);
    for case in cases {
        let numbers = &file["keys"][case["bits"].to_string()];
        let [p, q, g, x] = ["p", "q", "g", "x"].map(|name| hex_member(numbers, name));
        let key = SigningKey::from_components(&p, &q, &g, &x).unwrap();
        let y = PublicKey::from_components(&p, &q, &g, &hex_member(numbers, "y")).unwrap();
        assert_eq!(key.public_key(), &y);
        let hash = algorithm(case);
        let digest = hash.digest(text(case, "message").as_bytes());
        let signature = key.sign_prehash_with(&digest, hash).unwrap();
        let expected = DsaSignature::from_components(&hex_member(case, "r"), &hex_member(case, "s")).unwrap();
        assert_eq!(signature, expected, "{case}");
        assert!(y.verify_prehash(&digest, &signature));
    }
}

#[test]
fn openssl_and_jdk_agree_on_512_bit_keys() {
    let file = vectors("dsa512_sha1.json");
    let cases = file.as_array().unwrap();
    let mut honest = 0;
    for case in cases {
        let key = PublicKey::from_spki_der(&base64_member(case, "key")).unwrap();
        let facts = key.facts();
        assert_eq!((facts.bits, facts.q_bits), (512, 160));
        let published = !text(case, "origin").contains("fresh parameters");
        assert_eq!(
            facts.parameter_set,
            published.then_some("JDK DSA 512/160"),
            "{case}"
        );

        let signature = DsaSignature::from_der(&base64_member(case, "signature")).unwrap();
        assert_eq!(signature.to_der(), base64_member(case, "signature"));
        let digest = HashAlgorithm::Sha1.digest(&base64_member(case, "message"));
        let verdict = if key.verify_prehash(&digest, &signature) {
            "valid"
        } else {
            "invalid"
        };
        assert_eq!(verdict, text(case, "openssl"), "{case}");
        assert_eq!(verdict, text(case, "java"), "{case}");
        assert_eq!(verdict == "valid", text(case, "case") == "honest", "{case}");
        honest += usize::from(verdict == "valid");
    }
    assert_eq!((cases.len(), honest), (84, 14));
}
