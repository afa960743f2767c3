//! OpenSSL and the JDK verify our signatures and agree with our verdicts. The tests fail if one is missing.

use crate::support::vectors::{base64_text, int, spki_of, tlv};
use exportdoc::internal::signature::{
    DsaSignature, HashAlgorithm, KeyError, KeySize, NonCanonical, PublicKey, SigningKey,
};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

struct Case {
    hash: &'static str,
    key: Vec<u8>,
    signature: Vec<u8>,
    message: Vec<u8>,
}

fn openssl(directory: &Path, case: &Case) -> bool {
    for (name, bytes) in [
        ("key", &case.key),
        ("signature", &case.signature),
        ("message", &case.message),
    ] {
        std::fs::write(directory.join(name), bytes).unwrap();
    }
    let output = Command::new("openssl")
        .args([
            "dgst",
            &format!("-{}", case.hash.to_lowercase()),
            "-keyform",
            "DER",
            "-verify",
            "key",
        ])
        .args(["-signature", "signature", "message"])
        .current_dir(directory)
        .output()
        .expect("openssl must be installed for this test");
    output.status.success() && String::from_utf8_lossy(&output.stdout).contains("Verified OK")
}

/// One launch for all cases.
fn java(cases: &[Case]) -> Vec<bool> {
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/testdata/vectors/scripts/DsaOracle.java"
    );
    // Few threads and no optimization, because the run is short.
    let mut child = Command::new("java")
        .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", source])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a JDK must be installed for this test");
    let mut input = child.stdin.take().unwrap();
    for case in cases {
        let [key, signature, message] =
            [&case.key, &case.signature, &case.message].map(|bytes| base64_text(bytes));
        writeln!(input, "{} {key} {signature} {message}", case.hash).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let verdicts: Vec<bool> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| line == "valid")
        .collect();
    assert_eq!(verdicts.len(), cases.len());
    verdicts
}

fn signed(key: &SigningKey, size: KeySize, message: &[u8]) -> Case {
    let rule = size.default_rule();
    let mut digest = (rule.new_digest)();
    // Framed as a record, the signed bytes are the length and the message.
    let prefix = u32::try_from(message.len()).unwrap().to_le_bytes();
    digest.begin(0, prefix);
    for chunk in message.chunks(7) {
        digest.chunk(chunk);
    }
    let signature = key.sign_prehash(&digest.finish(), rule).unwrap();
    Case {
        hash: if rule.hash == HashAlgorithm::Sha1 {
            "SHA1"
        } else {
            "SHA256"
        },
        key: key.public_key().to_spki_der(),
        signature: signature.to_der(),
        message: [&prefix[..], message].concat(),
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn openssl_and_the_jdk_verify_what_we_sign() {
    let directory = tempfile::tempdir().unwrap();
    let mut cases = Vec::new();
    for size in KeySize::ALL.iter().copied() {
        for key in [
            SigningKey::generate(size).unwrap(),
            SigningKey::from_seed(size, b"oracle").unwrap(),
        ] {
            for message in [&b""[..], &[0xa5; 1000]] {
                let case = signed(&key, size, message);
                let mut tampered = signed(&key, size, message);
                tampered.message[0] ^= 1;
                cases.extend([case, tampered]);
            }
        }
    }
    let verdicts = java(&cases);
    assert_eq!(cases.len(), 24);
    for (index, (case, jdk)) in cases.iter().zip(verdicts).enumerate() {
        let honest = index % 2 == 0;
        assert_eq!(openssl(directory.path(), case), honest, "OpenSSL, case {index}");
        assert_eq!(jdk, honest, "JDK, case {index}");
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn openssl_reads_our_private_keys_and_signs_with_them() {
    let directory = tempfile::tempdir().unwrap();
    for size in KeySize::ALL.iter().copied() {
        let key = SigningKey::generate(size).unwrap();
        std::fs::write(directory.path().join("key.pem"), key.to_pkcs8_pem().as_bytes()).unwrap();
        std::fs::write(directory.path().join("message"), b"message").unwrap();
        let run = |arguments: &[&str]| {
            let output = Command::new("openssl")
                .args(arguments)
                .current_dir(directory.path())
                .output();
            let output = output.expect("openssl must be installed for this test");
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            output.stdout
        };
        let public = run(&["pkey", "-in", "key.pem", "-pubout", "-outform", "DER"]);
        assert_eq!(public, key.public_key().to_spki_der());
        // Byte for byte what OpenSSL writes.
        let pem = run(&["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem"]);
        assert_eq!(String::from_utf8(pem).unwrap(), *key.to_pkcs8_pem());
        let hash = size.default_rule().hash;
        let name = format!("-{}", hash.name().replace('-', "").to_lowercase());
        let signature =
            DsaSignature::from_der(&run(&["dgst", &name, "-sign", "key.pem", "message"])).unwrap();
        assert!(
            key.public_key()
                .verify_prehash(&hash.digest(b"message"), &signature)
        );
    }
}

/// `KeyError::NotCanonical` says that others may read such a key: which do, and that we refuse it.
#[test]
#[ignore = "ci/long runs it"]
fn openssl_or_jdk_read_non_canonical_keys() {
    let directory = tempfile::tempdir().unwrap();
    let key = SigningKey::from_seed(KeySize::Dsa512, b"canonical").unwrap();
    let honest = signed(&key, KeySize::Dsa512, b"message");
    let set = KeySize::Dsa512.parameters();
    let [p, q, g] = [set.p, set.q, set.g].map(int);
    let y_bytes = &honest.key[honest.key.len() - 64..];
    let y = int(y_bytes);
    let long_length = [&[0x30, 0x82, 0][..], &honest.key[2..]].concat();
    let shapes: Vec<(&str, Vec<u8>)> = vec![
        ("honest", honest.key.clone()),
        ("trailing bytes", [&honest.key[..], &[0]].concat()),
        (
            "trailing bytes after y",
            spki_of(&[&p, &q, &g], &[&y[..], &[0]].concat()),
        ),
        ("padded y", spki_of(&[&p, &q, &g], &tlv(2, &[&[0, 0], y_bytes]))),
        ("padded p", spki_of(&[&tlv(2, &[&[0, 0], set.p]), &q, &g], &y)),
        ("long length", long_length),
    ];
    let cases: Vec<Case> = shapes
        .iter()
        .map(|(_, key)| Case {
            hash: honest.hash,
            key: key.clone(),
            signature: honest.signature.clone(),
            message: honest.message.clone(),
        })
        .collect();
    let jdk = java(&cases);
    let measured: Vec<(&str, bool, bool, Option<NonCanonical>)> = shapes
        .iter()
        .zip(cases.iter().zip(jdk))
        .map(|((what, der), (case, jdk))| {
            let form = match PublicKey::from_spki_der(der) {
                Ok(_) => None,
                Err(KeyError::NotCanonical { form, .. }) => Some(form),
                Err(other) => panic!("{what}: {other}"),
            };
            (*what, openssl(directory.path(), case), jdk, form)
        })
        .collect();
    // What, OpenSSL 3.0's verdict, the JDK 17's, ours.
    let expected = [
        ("honest", true, true, None),
        (
            "trailing bytes",
            true,
            true,
            Some(NonCanonical::TrailingBytes { count: 1 }),
        ),
        (
            "trailing bytes after y",
            true,
            true,
            Some(NonCanonical::TrailingBytesInBitString { count: 1 }),
        ),
        ("padded y", false, true, Some(NonCanonical::LeadingZeros)),
        ("padded p", true, true, Some(NonCanonical::LeadingZeros)),
        ("long length", true, false, Some(NonCanonical::LongLength)),
    ];
    assert_eq!(measured, expected);
}
