//! Public keys: reads, checks, describes and writes them.
//!
//! Invariant: the numbers of a [`PublicKey`] passed the gate in `gate.rs`, and the input was the key's only DER form. So
//! the key's fingerprint is that of the input.

use super::asn1::{
    self, BIT_STRING, DerError, Deviations, Integer, NULL, NonCanonical, OBJECT_IDENTIFIER, Reader, SEQUENCE,
};
use super::encoding::write_pem;
use super::fingerprint::Fingerprint;
use super::gate::Domain;
use super::key_error::{Component, KeyError};
use super::parameters::ParameterSet;
use crypto_bigint::BoxedUint;
use crypto_primes::{Flavor, is_prime};
use dsa::pkcs8::der::asn1::{AnyRef, BitStringRef, UintRef};
use dsa::pkcs8::der::{self, Encode};
use dsa::pkcs8::spki::{AlgorithmIdentifier, SubjectPublicKeyInfo};
use sha2::{Digest, Sha256};

/// Size limit of an encoded key. One of 3072 bits has 1226 bytes.
pub(super) const MAX_KEY_BYTES: usize = 4096;

/// The facts about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// Always `DSA`.
    pub algorithm: &'static str,
    /// Bits of p: the key's size.
    pub bits: u32,
    /// Bits of q.
    pub q_bits: u32,
    /// The published set that p, q and g belong to.
    pub parameter_set: Option<&'static str>,
    /// The key's fingerprint.
    pub fingerprint: Fingerprint,
    /// p and q, big endian, unless they belong to a published set.
    own: Option<[Box<[u8]>; 2]>,
}

impl KeyFacts {
    /// Whether forging a signature is or will be feasible: below 2048 bits.
    pub fn is_weak(&self) -> bool {
        self.bits < 2048
    }

    /// Whether it has 512 bits and the JDK's parameters, like the key of every engine.
    pub(crate) fn is_of_engines(&self) -> bool {
        self.bits == 512 && self.parameter_set.is_some()
    }

    #[doc(hidden)]
    /// Whether p and q are primes. If not, others may be able to sign as well as the owner. The check takes long, so only
    /// trusted keys are checked.
    pub fn has_prime_parameters(&self) -> bool {
        // A test checks the published sets.
        let mut numbers = self.own.iter().flatten();
        numbers.all(|number| is_prime(Flavor::Any, &BoxedUint::from_be_slice_vartime(number)))
    }
}

/// A DSA public key that passed the gate.
#[derive(Debug, Clone)]
pub struct PublicKey {
    pub(super) domain: Domain,
    /// The public value, with as many limbs as p.
    pub(super) y: BoxedUint,
    facts: KeyFacts,
    der: Vec<u8>,
}

impl PublicKey {
    /// Reads and checks a DER SubjectPublicKeyInfo.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        if der.is_empty() {
            return Err(KeyError::Empty);
        }
        if der.len() > MAX_KEY_BYTES {
            return Err(KeyError::TooLarge {
                size: der.len(),
                max: MAX_KEY_BYTES,
            });
        }
        let deviations = Deviations::default();
        let mut outer = Reader::new(der, &deviations);
        let mut info = outer.element(SEQUENCE, "the key's SEQUENCE")?;
        let [p, q, g] = read_algorithm(&mut info)?;
        let mut value = info.element(BIT_STRING, "the public value's BIT STRING")?;
        info.end("the key's SEQUENCE")?;
        match value.byte("the public value's BIT STRING")? {
            0 => {}
            unused => return Err(KeyError::UnusedBits { unused }),
        }
        let y = read_number(&mut value, Component::Y)?;
        if value.remaining() > 0 {
            let form = NonCanonical::TrailingBytesInBitString {
                count: value.remaining(),
            };
            deviations.note(value.offset(), form);
        }
        if outer.remaining() > 0 {
            let form = NonCanonical::TrailingBytes {
                count: outer.remaining(),
            };
            deviations.note(outer.offset(), form);
        }
        let key = Self::from_components(p, q, g, y)?;
        // Checked last: this error means that the key is otherwise sound.
        match deviations.first() {
            Some((offset, form)) => Err(KeyError::NotCanonical { offset, form }),
            None => Ok(key),
        }
    }

    /// Checks the numbers of a key, big endian.
    pub fn from_components(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> Result<Self, KeyError> {
        let [p, q, g, y] = [p, q, g, y].map(asn1::strip_zeros);
        let domain = Domain::check(p, q, g)?;
        let value = domain.public_value(y)?;
        let der = write_spki([p, q, g], y).map_err(|_| KeyError::Refused)?;
        let parameter_set = ParameterSet::recognise(p, q, g).map(|set| set.name);
        let facts = KeyFacts {
            algorithm: "DSA",
            bits: asn1::bits(p),
            q_bits: asn1::bits(q),
            parameter_set,
            fingerprint: Fingerprint::new(Sha256::digest(&der).into()),
            own: parameter_set.is_none().then(|| [p.into(), q.into()]),
        };
        Ok(Self {
            domain,
            y: value,
            facts,
            der,
        })
    }

    /// The facts about the key.
    pub fn facts(&self) -> KeyFacts {
        self.facts.clone()
    }

    /// The key as DER SubjectPublicKeyInfo.
    pub fn to_spki_der(&self) -> Vec<u8> {
        self.der.clone()
    }

    /// The key as PEM.
    pub fn to_pem(&self) -> String {
        std::mem::take(&mut *write_pem("PUBLIC KEY", &self.der))
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for PublicKey {}

/// Reads an AlgorithmIdentifier of DSA with p, q and g.
fn read_algorithm<'a>(info: &mut Reader<'a>) -> Result<[&'a [u8]; 3], KeyError> {
    let mut algorithm = info.element(SEQUENCE, "the algorithm's SEQUENCE")?;
    let oid = algorithm
        .element(OBJECT_IDENTIFIER, "the algorithm's OBJECT IDENTIFIER")?
        .rest();
    if oid != dsa::OID.as_bytes() {
        return Err(KeyError::NotDsa {
            oid: asn1::dotted(oid),
        });
    }
    if matches!(algorithm.peek_tag(), None | Some(NULL)) {
        return Err(KeyError::NoParameters);
    }
    let mut parameters = algorithm.element(SEQUENCE, "the parameters' SEQUENCE")?;
    algorithm.end("the algorithm's SEQUENCE")?;
    let found = count(&parameters)?;
    if found != 3 {
        return Err(KeyError::ParameterCount { found });
    }
    let p = read_number(&mut parameters, Component::P)?;
    let q = read_number(&mut parameters, Component::Q)?;
    let g = read_number(&mut parameters, Component::G)?;
    Ok([p, q, g])
}

fn count(elements: &Reader<'_>) -> Result<usize, DerError> {
    let mut rest = elements.clone();
    let mut found = 0;
    while rest.remaining() > 0 {
        rest.any("a parameter")?;
        found += 1;
    }
    Ok(found)
}

fn read_number<'a>(reader: &mut Reader<'a>, component: Component) -> Result<&'a [u8], KeyError> {
    match reader.integer(component.as_str())? {
        Integer::Magnitude(magnitude) => Ok(magnitude),
        Integer::Negative => Err(KeyError::Negative(component)),
    }
}

/// The key as a DER SubjectPublicKeyInfo.
fn write_spki(parameters: [&[u8]; 3], y: &[u8]) -> der::Result<Vec<u8>> {
    let parameters = asn1::write_integers(parameters)?;
    let value = UintRef::new(y)?.to_der()?;
    let key = SubjectPublicKeyInfo {
        algorithm: AlgorithmIdentifier {
            oid: dsa::OID,
            parameters: Some(AnyRef::try_from(parameters.as_slice())?),
        },
        subject_public_key: BitStringRef::from_bytes(&value)?,
    };
    key.to_der()
}
