//! The product of two powers, which is nearly all the work of verifying a DSA signature.
//!
//! Invariant: only public numbers come here (a key, a signature, a hash that anybody can compute), so the time may tell
//! of them. That, exponents no longer than q, and one run of squarings for both powers make it several times faster than
//! two powers in constant time.

use crypto_bigint::BoxedUint;
use crypto_bigint::modular::BoxedMontyForm;

/// Bits of each exponent that are taken at a time.
const WINDOW: u32 = 2;
const DIGITS: usize = 1 << WINDOW;

/// `x^a · y^b`, where both exponents are below `2^bits` (Straus 1964).
pub(super) fn product_of_powers(
    (x, a): (&BoxedMontyForm, &BoxedUint),
    (y, b): (&BoxedMontyForm, &BoxedUint),
    bits: u32,
) -> BoxedMontyForm {
    let one = BoxedMontyForm::one(x.params());
    // table[i + 4 j] = x^i · y^j
    let mut table = vec![one.clone()];
    for index in 1..DIGITS * DIGITS {
        let (base, before) = if index < DIGITS {
            (x, index - 1)
        } else {
            (y, index - DIGITS)
        };
        table.push(table[before].mul(base));
    }
    let mut product = one;
    for window in (0..bits.div_ceil(WINDOW)).rev() {
        for _ in 0..WINDOW {
            product = product.square();
        }
        let index = digit(a, window) + DIGITS * digit(b, window);
        if index > 0 {
            product = product.mul(&table[index]);
        }
    }
    product
}

fn digit(number: &BoxedUint, window: u32) -> usize {
    let bit = |at: u32| usize::from(at < number.bits_precision() && number.bit_vartime(at));
    bit(window * WINDOW) + 2 * bit(window * WINDOW + 1)
}
