//! Key derivation of PKCS#12 with SHA-1: RFC 7292, appendix B.2. Names follow the RFC.

use sha1::{Digest, Sha1};

use super::EncryptionParams;

/// Block size of SHA-1 (`v`).
const V: usize = 64;

/// The purpose of the key material (`ID`).
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Key = 1,
    Iv = 2,
}

/// `N` bytes of key material from a password in PKCS#12's form.
pub(super) fn derive<const N: usize>(
    password: &[u8],
    params: &EncryptionParams,
    purpose: Purpose,
) -> [u8; N] {
    let diversifier = [purpose as u8; V];
    let mut i = [repeated(params.salt()), repeated(password)].concat();
    let mut material = [0; N];
    for chunk in material.chunks_mut(Sha1::output_size()) {
        let mut a = Sha1::new().chain_update(diversifier).chain_update(&i).finalize();
        for _ in 1..params.iterations() {
            a = Sha1::digest(a);
        }
        chunk.copy_from_slice(&a[..chunk.len()]);
        for block in i.chunks_mut(V) {
            add_one_and(block, &a);
        }
    }
    material
}

/// `text` repeated up to the next multiple of `V`.
fn repeated(text: &[u8]) -> Vec<u8> {
    let length = text.len().next_multiple_of(V);
    text.iter().copied().cycle().take(length).collect()
}

/// `block + B + 1` modulo 2^(8·`V`), both big-endian, where `B` is `a` repeated to the length of a block.
fn add_one_and(block: &mut [u8], a: &[u8]) {
    let b: Vec<u8> = a.iter().copied().cycle().take(block.len()).collect();
    let mut carry = 1_u16;
    for (digit, addend) in block.iter_mut().zip(b).rev() {
        let sum = u16::from(*digit) + u16::from(addend) + carry;
        *digit = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}
