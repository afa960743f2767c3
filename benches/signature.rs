//! Verifies the signature of a small document: the strict check of the key (the gate) and the check of the signature, next to
//! the `dsa` crate.
//!
//! ```sh
//! cargo bench --locked --bench signature
//! ```

#![allow(clippy::expect_used, reason = "a benchmark fails by a panic")]

use std::hint::black_box;

use divan::Bencher;
use dsa::signature::hazmat::PrehashVerifier;
use exportdoc::internal::signature::{DsaSignature, KeySize, PARAMETER_SETS, PublicKey, SigningKey};

const SIZES: [KeySize; 3] = [KeySize::Dsa512, KeySize::Dsa1024, KeySize::Dsa2048];

struct Sample {
    key: PublicKey,
    hash: Vec<u8>,
    signature: DsaSignature,
}

fn sample(size: KeySize) -> Sample {
    let key = SigningKey::from_seed(size, b"benchmark").expect("a key");
    let rule = size.default_rule();
    let hash = rule.hash.digest(b"benchmark");
    Sample {
        key: key.public_key().clone(),
        signature: key.sign_prehash(&hash, rule).expect("a signature"),
        hash,
    }
}

/// The same key for the `dsa` crate. All three keys have published parameters.
fn others(key: &PublicKey) -> dsa::VerifyingKey {
    let bits = key.facts().bits as usize;
    let set = PARAMETER_SETS
        .iter()
        .find(|set| Some(set.name) == key.facts().parameter_set)
        .expect("published parameters");
    let number = |bytes: &[u8]| crypto_bigint::BoxedUint::from_be_slice_vartime(bytes);
    let components = dsa::Components::from_components_unchecked(number(set.p), number(set.q), number(set.g));
    let der = key.to_spki_der();
    let y = number(&der[der.len() - bits / 8..]);
    dsa::VerifyingKey::from_components(components.expect("sound numbers"), y).expect("a sound key")
}

#[divan::bench(args = SIZES)]
fn gate(bencher: Bencher<'_, '_>, size: &KeySize) {
    let der = sample(*size).key.to_spki_der();
    bencher.bench_local(|| PublicKey::from_spki_der(black_box(&der)).expect("a sound key"));
}

#[divan::bench(args = SIZES)]
fn verify(bencher: Bencher<'_, '_>, size: &KeySize) {
    let Sample { key, hash, signature } = sample(*size);
    bencher.bench_local(|| assert!(key.verify_prehash(black_box(&hash), &signature)));
}

#[divan::bench(args = SIZES)]
fn verify_with_dsa_crate(bencher: Bencher<'_, '_>, size: &KeySize) {
    let Sample { key, hash, signature } = sample(*size);
    let others = others(&key);
    let number = |bytes: &[u8]| crypto_bigint::BoxedUint::from_be_slice_vartime(bytes);
    let signature =
        dsa::Signature::from_components(number(signature.r()), number(signature.s())).expect("no zeros");
    bencher.bench_local(|| {
        others
            .verify_prehash(black_box(&hash), &signature)
            .expect("an honest signature");
    });
}

fn main() {
    divan::main();
}
