//! Products of powers: most of the work of checking a key and verifying a signature.
//!
//! Invariant: all numbers are public (keys, signatures, hashes), because the time depends on them. Variable time, short
//! exponents and shared squarings make this several times faster than constant-time powers.

use crypto_bigint::BoxedUint;
use crypto_bigint::modular::BoxedMontyForm;

/// Window width over all exponents together; a wider table costs more than it saves for a q of 160 bits.
const BITS_AT_A_TIME: u32 = 4;
const ENTRIES: usize = 1 << BITS_AT_A_TIME;

/// The product of one or two powers (base, exponent) with one modulus; exponents are below `2^bits` (Straus 1964).
pub(super) fn product_of_powers<const N: usize>(
    powers: [(&BoxedMontyForm, &BoxedUint); N],
    bits: u32,
) -> BoxedMontyForm {
    const { assert!(N == 1 || N == 2, "each base needs bits of its own") };
    let window = BITS_AT_A_TIME / N as u32;
    let one = BoxedMontyForm::one(powers[0].0.params());
    // table[i + 4 j] = x^i · y^j of two bases, table[i] = x^i of one
    let mut table = vec![one.clone()];
    for index in 1..ENTRIES {
        let last = index.ilog2() / window;
        let before = index - (1 << (last * window));
        table.push(table[before].mul(powers[last as usize].0));
    }
    let mut product = one;
    for at in (0..bits.div_ceil(window)).rev() {
        for _ in 0..window {
            product = product.square();
        }
        let digits = powers.iter().rev();
        let index = digits.fold(0, |index, (_, exponent)| {
            index << window | digit(exponent, at, window)
        });
        if index > 0 {
            product = product.mul(&table[index]);
        }
    }
    product
}

fn digit(number: &BoxedUint, at: u32, window: u32) -> usize {
    let bit = |at: u32| usize::from(at < number.bits_precision() && number.bit_vartime(at));
    (0..window)
        .rev()
        .fold(0, |digit, place| digit << 1 | bit(at * window + place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto_bigint::Odd;
    use crypto_bigint::modular::BoxedMontyParams;

    #[test]
    fn products_equal_those_of_crypto_bigint() {
        let number = |byte: u8| BoxedUint::from_be_slice_vartime(&[byte; 64]);
        let modulus = Odd::new(number(0xfd)).into_option().unwrap();
        let params = BoxedMontyParams::new_vartime(modulus);
        let [x, y] = [0x35, 0xa1].map(|byte| BoxedMontyForm::new(number(byte), &params));
        let exponents = [
            &[0][..],
            &[1],
            &[2],
            &[0x80],
            &[0xff; 20],
            &[0x10; 20],
            &[7, 0, 0, 0, 1],
        ]
        .map(BoxedUint::from_be_slice_vartime);
        for a in &exponents {
            for bits in [160, 161, 163] {
                assert_eq!(product_of_powers([(&x, a)], bits).retrieve(), x.pow(a).retrieve());
                for b in &exponents {
                    let product = product_of_powers([(&x, a), (&y, b)], bits);
                    assert_eq!(product.retrieve(), x.pow(a).mul(&y.pow(b)).retrieve());
                }
            }
        }
    }
}
