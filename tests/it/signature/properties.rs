//! No input makes the readers panic, and no changed input verifies.

use crate::support::property;
use exportdoc::internal::signature::{
    DsaSignature, HashAlgorithm, KeySize, PartialKey, PublicKey, SigningKey, decode_any,
};
use proptest::prelude::*;
use std::sync::LazyLock;

static KEYS: LazyLock<Vec<(SigningKey, Vec<u8>)>> = LazyLock::new(|| {
    [KeySize::Dsa512, KeySize::Dsa1024]
        .map(|size| {
            let key = SigningKey::from_seed(size, b"properties").unwrap();
            let der = key.public_key().to_spki_der();
            (key, der)
        })
        .into()
});

proptest! {
    #![proptest_config(property(24))]

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = PublicKey::from_spki_der(&bytes);
        let _ = DsaSignature::from_der(&bytes);
        let _ = SigningKey::from_pkcs8(&bytes);
        let _ = SigningKey::from_pkcs8_der(&bytes);
        let _ = decode_any(&bytes);
        prop_assert!(PartialKey::read(&bytes).breaks_off_at <= bytes.len());
    }

    #[test]
    fn arbitrary_text_does_not_panic(text in "(-----BEGIN )?[A-Z ]{0,12}(-----)?[A-Za-z0-9+/=\n.]{0,80}(-----END )?[A-Z ]{0,12}(-----)?") {
        let _ = decode_any(text.as_bytes());
        let _ = SigningKey::from_pkcs8(text.as_bytes());
        let _ = DsaSignature::from_der(text.as_bytes());
    }

    #[test]
    fn mutated_keys_do_not_panic_and_are_refused_or_whole(
        which in 0..2_usize, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(), kind in 0..4,
    ) {
        let honest = &KEYS[which].1;
        let mut der = honest.clone();
        let at = at.index(der.len());
        match kind {
            0 => der[at] = byte,
            1 => { der.remove(at); }
            2 => der.insert(at, byte),
            _ => { let end = cut.index(der.len()).max(at); der.drain(at..end); }
        }
        let partial = PartialKey::read(&der);
        prop_assert!(partial.breaks_off_at <= der.len());
        // Every number is checked, so that no single change leaves a key that is accepted.
        prop_assert_eq!(PublicKey::from_spki_der(&der).is_ok(), &der == honest);
    }

    #[test]
    fn private_keys_with_changed_bytes_do_not_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut der = KEYS[0].0.to_pkcs8_der().to_vec();
        let at = at.index(der.len());
        der[at] = byte;
        if let Ok(key) = SigningKey::from_pkcs8_der(&der) {
            prop_assert_eq!(key.to_pkcs8_der().to_vec(), der);
        }
    }
}

proptest! {
    #![proptest_config(property(24))]

    #[test]
    fn signatures_verify_until_something_is_changed(
        which in 0..2_usize, message in proptest::collection::vec(any::<u8>(), 0..100), at in any::<prop::sample::Index>(), bit in 0..8,
    ) {
        let key = &KEYS[which].0;
        let hash = HashAlgorithm::Sha1.digest(&message);
        let signature = key.sign_prehash_with(&hash, HashAlgorithm::Sha1).unwrap();
        let public = key.public_key();
        prop_assert!(public.verify_prehash(&hash, &signature));
        let der = signature.to_der();
        prop_assert_eq!(DsaSignature::from_der(&der), Ok(signature.clone()));

        let mut other = hash.clone();
        other[at.index(hash.len())] ^= 1_u8 << bit;
        prop_assert!(!public.verify_prehash(&other, &signature));
        let mut other = der.clone();
        other[at.index(der.len())] ^= 1_u8 << bit;
        let accepted = DsaSignature::from_der(&other).is_ok_and(|other| public.verify_prehash(&hash, &other));
        prop_assert!(!accepted);
    }
}
