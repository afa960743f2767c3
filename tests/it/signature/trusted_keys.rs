//! Trusted keys: the contents of key files, the demands on a key, and documents with two keys.

use std::process::Output;

use crate::support::{Parts, exportdoc, file, key, report, root, small, spki};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::report::Verdict;
use exportdoc::internal::signature::{KeySize, PublicKey};

/// A key whose q is the product of two primes. Everything else about it is right.
const P: &str = "9808e468fcc15ade52c9a370777032b36285802a342133a7cd2641edec10cb8d\
                 13f659fb4347007572ddb7836f56df103231bb294b25da7b54e02eaab2c71963";
const Q: &str = "d711363c8451056b4e4b0ddaf9b7f3eb8d5440d5";
const G: &str = "1ee6608070e1509d079a04876593190fed3c0fe4bc49037159da77393b13c69f\
                 d9c3fdca6e889f55e8e078922d7689f4564f376ecec19f4e639b072c1c042861";
const Y: &str = "818f8a587422eff66ca6883a4d21d403353776bd18d56bf8edd88c5ee6d9c606\
                 fce7886dd296a846df66ede89c3e4e4c71ae8c963e57f70278ddf6c8352d9494";

fn composite() -> Vec<u8> {
    let [p, q, g, y] = [P, Q, G, Y].map(|number| hex::decode(number).unwrap());
    spki(&p, &q, &g, &y)
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

fn run(arguments: &[&str]) -> Output {
    exportdoc().current_dir(root()).args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat()).unwrap()
}

#[test]
fn every_key_of_a_file_is_trusted() {
    let directory = tempfile::tempdir().unwrap();
    let document = file(directory.path(), "x.json", small().seal());
    let own = Parts::of(&small().seal()).key;
    let other = key(KeySize::Dsa1024, "another").public_key().to_pem();
    for (content, code) in [
        (format!("{other}{}", pem("PUBLIC KEY", &own)), 0),
        (
            format!(
                "of us\n{other}\n\nof them\n{other}{}rest",
                pem("PUBLIC KEY", &own)
            ),
            0,
        ),
        (format!("{other}{other}"), 4),
        (format!("{other}{}", pem("PUBLIC KEY", b"0123")), 2),
    ] {
        let keys = file(directory.path(), "keys.pem", &content);
        let arguments = ["verify-signature", "--trusted-key", keys.to_str().unwrap()];
        let output = run(&[&arguments[..], &[document.to_str().unwrap()]].concat());
        assert_eq!(output.status.code(), Some(code), "{content}{}", told(&output));
    }
}

#[test]
fn a_fingerprint_may_be_announced_in_upper_case() {
    let directory = tempfile::tempdir().unwrap();
    let document = file(directory.path(), "x.json", small().seal());
    let own = small().key.public_key().facts().fingerprint.to_string();
    for prefix in ["SHA256:", "Sha256:", "sha256:"] {
        let trusted = own.replace("sha256:", prefix);
        for command in ["verify-signature", "audit"] {
            let output = run(&[command, "--trusted-key", &trusted, document.to_str().unwrap()]);
            assert_eq!(output.status.code(), Some(0), "{}", told(&output));
            assert!(!told(&output).contains("key-not-trusted"));
        }
    }
}

#[test]
fn the_error_says_when_a_trusted_key_is_a_private_one() {
    let directory = tempfile::tempdir().unwrap();
    let document = file(directory.path(), "x.json", small().seal());
    let own = small().key;
    let public = own.public_key().to_pem();
    for content in [
        own.to_pkcs8_pem().as_bytes().to_vec(),
        own.to_pkcs8_der().to_vec(),
        STANDARD.encode(own.to_pkcs8_der()).into_bytes(),
        format!("{public}{}", own.to_pkcs8_pem().as_str()).into_bytes(),
        pem("RSA PRIVATE KEY", b"0123").into_bytes(),
        // The begin of an RSA key in PKCS#8, and of an EC key.
        b"\x30\x09\x02\x01\x00\x30\x02\x05\x00\x04\x00".to_vec(),
        b"\x30\x05\x02\x01\x01\x04\x00".to_vec(),
        pem("ENCRYPTED PRIVATE KEY", b"0123").into_bytes(),
    ] {
        let keys = file(directory.path(), "key", &content);
        for command in ["verify-signature", "audit"] {
            let arguments = [command, "--trusted-key", keys.to_str().unwrap()];
            let output = run(&[&arguments[..], &[document.to_str().unwrap()]].concat());
            assert_eq!(output.status.code(), Some(2));
            assert!(told(&output).contains("a private key"), "{}", told(&output));
        }
    }
}

#[test]
fn a_key_whose_q_is_no_prime_is_never_trusted() {
    let directory = tempfile::tempdir().unwrap();
    let facts = PublicKey::from_spki_der(&composite()).unwrap().facts();
    assert!(!facts.has_prime_parameters());
    assert!(small().key.public_key().facts().has_prime_parameters());
    let keys = file(directory.path(), "key.pem", pem("PUBLIC KEY", &composite()));
    let mut parts = Parts::of(&small().seal());
    parts.key = composite();
    let document = file(directory.path(), "x.json", parts.document());
    let document = document.to_str().unwrap();
    for command in ["verify-signature", "audit"] {
        let output = run(&[command, "--trusted-key", keys.to_str().unwrap(), document]);
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("isn't a prime"), "{}", told(&output));
        let output = run(&[command, "--trusted-key", &facts.fingerprint.to_string(), document]);
        assert!(told(&output).contains("key-not-trusted"), "{}", told(&output));
        assert!(told(&output).contains("isn't a prime"), "{}", told(&output));
    }
}

#[test]
fn repeated_key_member_gives_one_verdict() {
    let document = String::from_utf8(small().seal()).unwrap();
    let own = STANDARD.encode(Parts::of(&small().seal()).key);
    let other = STANDARD.encode(key(KeySize::Dsa512, "another").public_key().to_spki_der());
    let member = format!("\"publicKey\":\"{own}\"");
    assert!(document.contains(&member));
    let spellings = ["publicKey", "public_key", "public\\u004bey", "public\\u005fkey"];
    for first in spellings {
        for second in spellings {
            for (one, two) in [(&own, &other), (&other, &own)] {
                let both = format!("\"{first}\":\"{one}\",\"{second}\":\"{two}\"");
                let document = document.replace(&member, &both);
                let report = report(document.as_bytes());
                assert_eq!(report.signature.verdict, Verdict::Invalid, "{first} {second}");
                assert!(
                    crate::support::ids(&report).contains(&"duplicate-key"),
                    "{first} {second}"
                );
            }
        }
    }
}
