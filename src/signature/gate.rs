//! Checks the numbers of a key before anything is computed with them.
//!
//! Invariant: a key that passes has a supported size, a q that divides p - 1, and g and y between 1 and p in the
//! subgroup of order q. The `dsa` crate panics on some other keys, and its own reader refuses the engines' 512-bit keys,
//! so it only gets numbers that passed this gate. The gate doesn't check that p and q are prime, because that takes long.
//! [`super::KeyFacts::has_prime_parameters`] does so for trusted keys.

use super::asn1;
use super::key_error::{Component, KeyError};
use super::parameters::ParameterSet;
use super::power::product_of_powers;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use dsa::Components;

const MODULUS_BITS: [u32; 5] = [512, 768, 1024, 2048, 3072];
const SUBGROUP_BITS: [u32; 3] = [160, 224, 256];

/// Domain parameters that passed the gate.
#[derive(Debug, Clone)]
pub(super) struct Domain {
    pub(super) components: Components,
    pub(super) montgomery: BoxedMontyParams,
}

impl Domain {
    /// Checks the parameters, given without leading zeros. Each check relies on the previous ones.
    pub(super) fn check(p: &[u8], q: &[u8], g: &[u8]) -> Result<Self, KeyError> {
        let (p_bits, q_bits) = (asn1::bits(p), asn1::bits(q));
        if !MODULUS_BITS.contains(&p_bits) {
            return Err(KeyError::UnsupportedModulus { bits: p_bits });
        }
        // The sizes imply q < p.
        if !SUBGROUP_BITS.contains(&q_bits) {
            return Err(KeyError::UnsupportedSubgroup { bits: q_bits });
        }
        let published = ParameterSet::recognise(p, q, g).is_some();
        let p = BoxedUint::from_be_slice_vartime(p);
        let q = BoxedUint::from_be_slice_vartime(q);
        let modulus = Odd::new(p.clone())
            .into_option()
            .ok_or(KeyError::Even(Component::P))?;
        let order = Odd::new(q.clone())
            .into_option()
            .ok_or(KeyError::Even(Component::Q))?;
        let montgomery = BoxedMontyParams::new_vartime(modulus);
        // A test checks the published sets.
        let generator = if published {
            BoxedUint::from_be_slice(g, p.bits_precision()).map_err(|_| KeyError::Refused)?
        } else {
            // p is odd, so p - 1 only clears its last bit and can't borrow.
            let remainder = p.wrapping_sub(BoxedUint::one()).rem_vartime(order.as_nz_ref());
            if !bool::from(remainder.is_zero()) {
                return Err(KeyError::SubgroupMismatch { p_bits, q_bits });
            }
            subgroup_element(g, Component::G, &q, &montgomery)?
        };
        let components =
            Components::from_components_unchecked(p, q, generator).map_err(|_| KeyError::Refused)?;
        Ok(Self {
            components,
            montgomery,
        })
    }

    /// Checks that a public value, given without leading zeros, is in the subgroup and isn't 1.
    pub(super) fn public_value(&self, y: &[u8]) -> Result<BoxedUint, KeyError> {
        subgroup_element(y, Component::Y, self.components.q(), &self.montgomery)
    }

    /// The public value of a secret, big endian.
    pub(super) fn raise_generator(&self, secret: &BoxedUint) -> Box<[u8]> {
        let generator = BoxedMontyForm::new(self.components.g().clone().get(), &self.montgomery);
        generator.pow(secret).retrieve().to_be_bytes()
    }
}

/// The number with as many limbs as p, which the arithmetic requires, if 1 < number < p and number^q = 1 mod p.
fn subgroup_element(
    value: &[u8],
    component: Component,
    q: &BoxedUint,
    montgomery: &BoxedMontyParams,
) -> Result<BoxedUint, KeyError> {
    let p = montgomery.modulus().as_ref();
    let one = BoxedUint::one_with_precision(p.bits_precision());
    let in_range = BoxedUint::from_be_slice(value, p.bits_precision())
        .ok()
        .filter(|number| *number > one && number < p);
    let Some(number) = in_range else {
        let (bits, p_bits) = (asn1::bits(value), p.bit_width_vartime());
        return Err(KeyError::OutOfRange {
            component,
            bits,
            p_bits,
        });
    };
    let base = BoxedMontyForm::new(number.clone(), montgomery);
    if product_of_powers([(&base, q)], q.bit_width_vartime()).retrieve() != one {
        return Err(KeyError::NotInSubgroup {
            component,
            q_bits: q.bit_width_vartime(),
        });
    }
    Ok(number)
}
