//! Signature vectors from files, and a DER writer that can write malformed keys.

use exportdoc::internal::signature::{DsaSignature, HashAlgorithm, KeySize, PublicKey, SigningKey};
use std::path::PathBuf;

/// A file of `testdata/vectors`.
pub(crate) fn vectors(name: &str) -> serde_json::Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/vectors")
        .join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// A string member.
pub(crate) fn text<'a>(value: &'a serde_json::Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no string {name} in {value}"))
}

/// A member with hexadecimal digits, whose number may be odd.
pub(crate) fn hex_member(value: &serde_json::Value, name: &str) -> Vec<u8> {
    let digits = text(value, name);
    let digits = if digits.len() % 2 == 1 {
        format!("0{digits}")
    } else {
        digits.to_owned()
    };
    hex::decode(digits).unwrap()
}

/// A member in base64.
pub(crate) fn base64_member(value: &serde_json::Value, name: &str) -> Vec<u8> {
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text(value, name)).unwrap()
}

pub(crate) fn base64_text(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

/// An element with the shortest length.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = vec![tag];
    match body.len() {
        length @ 0..=0x7f => out.push(length as u8),
        length @ 0x80..=0xff => out.extend([0x81, length as u8]),
        length => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend(body);
    out
}

/// An INTEGER; the bytes are stripped and signed as DER wants them.
pub(crate) fn int(magnitude: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = magnitude.iter().copied().skip_while(|byte| *byte == 0).collect();
    let sign: &[u8] = if digits.first().is_none_or(|first| first & 0x80 != 0) {
        &[0]
    } else {
        &[]
    };
    tlv(2, &[sign, &digits])
}

pub(crate) const DSA_OID: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];

/// A SubjectPublicKeyInfo of ready-made elements.
pub(crate) fn spki_of(parameters: &[&[u8]], y: &[u8]) -> Vec<u8> {
    let algorithm = tlv(0x30, &[DSA_OID, &tlv(0x30, parameters)]);
    tlv(0x30, &[&algorithm, &tlv(3, &[&[0], y])])
}

/// A SubjectPublicKeyInfo of four numbers.
pub(crate) fn spki(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> Vec<u8> {
    spki_of(&[&int(p), &int(q), &int(g)], &int(y))
}

/// A signature of two numbers.
pub(crate) fn signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&int(r), &int(s)])
}

/// a + b.
pub(crate) fn add(a: &[u8], b: &[u8]) -> Vec<u8> {
    let length = a.len().max(b.len()) + 1;
    let digit = |number: &[u8], at: usize| number.iter().rev().nth(at).map_or(0, |byte| u32::from(*byte));
    let mut carry = 0;
    let mut out: Vec<u8> = (0..length)
        .map(|at| {
            let sum = digit(a, at) + digit(b, at) + carry;
            carry = sum >> 8;
            sum as u8
        })
        .collect();
    out.reverse();
    out
}

/// a - 1, for a > 0.
pub(crate) fn minus_one(a: &[u8]) -> Vec<u8> {
    let mut out = a.to_vec();
    for byte in out.iter_mut().rev() {
        let (less, borrow) = byte.overflowing_sub(1);
        *byte = less;
        if !borrow {
            break;
        }
    }
    out
}

/// a × b.
pub(crate) fn times(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut out = vec![0_u32; a.len() + b.len()];
    for (i, x) in a.iter().rev().enumerate() {
        let mut carry = 0;
        for (j, y) in b.iter().rev().enumerate() {
            let sum = out[i + j] + u32::from(*x) * u32::from(*y) + carry;
            out[i + j] = sum & 0xff;
            carry = sum >> 8;
        }
        out[i + b.len()] += carry;
    }
    out.iter().rev().map(|digit| *digit as u8).collect()
}

/// The name of an error's variant.
pub(crate) fn variant(error: &impl std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

/// A key, its numbers, and a signature that verifies.
pub(crate) struct Honest {
    pub(crate) p: Vec<u8>,
    pub(crate) q: Vec<u8>,
    pub(crate) g: Vec<u8>,
    pub(crate) y: Vec<u8>,
    pub(crate) key: PublicKey,
    pub(crate) hash: Vec<u8>,
    pub(crate) signature: DsaSignature,
}

/// The two sizes of q = 160 bits.
pub(crate) fn honest() -> [Honest; 2] {
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
