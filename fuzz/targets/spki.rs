//! A public key: what passes the gate is canonical and can be computed with.

use exportdoc::internal::signature::{DsaSignature, HashAlgorithm, PartialKey, PublicKey, SigningKey};

use super::{SIGNATURE, detached, from_base64};

/// A public key: what passes the gate is canonical and can be computed with.
pub fn spki(data: &[u8]) {
    let signature = DsaSignature::from_der(&from_base64(SIGNATURE)).expect("a constant");
    let partial = PartialKey::read(data);
    assert!(partial.breaks_off_at <= data.len());
    assert!(partial.g.is_none() || partial.q.is_some());
    assert!(partial.q.is_none() || partial.p.is_some());
    assert!(partial.p.is_none() || partial.oid.as_deref() == Some("1.2.840.10040.4.1"));
    let _ = (partial.bits(), partial.q_bits());
    match PublicKey::from_spki_der(data) {
        Ok(key) => {
            assert_eq!(key.to_spki_der(), data);
            let facts = key.facts();
            assert_eq!(
                (partial.bits(), partial.q_bits()),
                (Some(facts.bits), Some(facts.q_bits))
            );
            assert_eq!(partial.parameter_set, facts.parameter_set);
            // Each verification is slow here, so one with and one without the reason.
            assert!(!key.verify_prehash(&HashAlgorithm::Sha1.digest(data), &signature));
            assert!(
                key.check_prehash(&HashAlgorithm::Sha256.digest(data), &signature)
                    .is_err()
            );
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.help().is_empty());
        }
    }
    // Four numbers without the encoding, so that the gate's arithmetic is met more often.
    let mut rest = data;
    let mut numbers = [&[][..]; 4];
    for number in &mut numbers {
        let Some((length, after)) = rest.split_first() else {
            break;
        };
        (*number, rest) = after.split_at(after.len().min(usize::from(*length) * 2));
    }
    let [p, q, g, y] = numbers;
    if let Ok(key) = PublicKey::from_components(p, q, g, y) {
        let again = PublicKey::from_spki_der(&key.to_spki_der()).expect("just written");
        assert_eq!(again, key);
        key.verify_prehash(&[1; 20], &signature);
    }
    if let Ok(key) = SigningKey::from_pkcs8_der(data) {
        let again = SigningKey::from_pkcs8_der(&key.to_pkcs8_der()).expect("just written");
        assert_eq!(again.public_key(), key.public_key());
    }
    detached(data, SIGNATURE.as_bytes());
}
