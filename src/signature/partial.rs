//! Reads the start of a truncated public key, such as in documentation samples.
//!
//! Invariant: the result is only for reports. It has the complete numbers and their published set. Keys for verification
//! pass the gate in `gate.rs`.

use super::asn1::{self, INTEGER, OBJECT_IDENTIFIER, SEQUENCE};
use super::parameters::ParameterSet;

/// The readable part of a SubjectPublicKeyInfo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartialKey {
    /// The algorithm's object identifier, in dots.
    pub oid: Option<String>,
    /// p, big endian, without leading zeros, if complete.
    pub p: Option<Vec<u8>>,
    /// q, likewise.
    pub q: Option<Vec<u8>>,
    /// g, likewise.
    pub g: Option<Vec<u8>>,
    /// The published set that the complete numbers and the bytes of g belong to.
    pub parameter_set: Option<&'static str>,
    /// Bytes of the whole key, according to its first bytes.
    pub declared_size: Option<usize>,
    /// The offset at which reading stopped: the end, or the first byte that doesn't belong to a key.
    pub breaks_off_at: usize,
}

impl PartialKey {
    #[doc(hidden)]
    /// Reads as far as possible; leaves every field empty if nothing is readable.
    pub fn read(der: &[u8]) -> Self {
        let mut key = Self::default();
        let mut walk = Walk { der, at: 0 };
        let _ = key.walk(&mut walk);
        key.breaks_off_at = walk.at.min(der.len());
        key
    }

    /// Bits of p.
    pub fn bits(&self) -> Option<u32> {
        self.p.as_deref().map(asn1::bits)
    }

    /// Bits of q.
    pub fn q_bits(&self) -> Option<u32> {
        self.q.as_deref().map(asn1::bits)
    }

    fn walk(&mut self, walk: &mut Walk<'_>) -> Option<()> {
        let length = walk.enter(SEQUENCE)?;
        self.declared_size = walk.at.checked_add(length);
        walk.enter(SEQUENCE)?;
        let oid = walk.value(OBJECT_IDENTIFIER).ok()?;
        self.oid = Some(asn1::dotted(oid));
        if oid != dsa::OID.as_bytes() {
            return None;
        }
        walk.enter(SEQUENCE)?;
        self.p = Some(walk.number().ok()?);
        let q = walk.number().ok()?;
        let (g, complete) = match walk.number() {
            Ok(g) => (g, true),
            Err(start) => (asn1::strip_zeros(start).to_vec(), false),
        };
        let set = ParameterSet::recognise_prefix(self.p.as_deref().unwrap_or_default(), &q, &g);
        self.parameter_set = set.filter(|set| !complete || set.g == g).map(|set| set.name);
        self.q = Some(q);
        if complete {
            self.g = Some(g);
            let value_length = walk.enter(asn1::BIT_STRING)?;
            walk.at = walk.at.saturating_add(value_length);
        }
        Some(())
    }
}

struct Walk<'a> {
    der: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    /// Steps into an element, whose content may be incomplete, and returns its stated length.
    fn enter(&mut self, tag: u8) -> Option<usize> {
        match asn1::header(self.der, self.at, 0, "an element") {
            Ok(header) if header.tag == tag => {
                self.at = header.content_at;
                Some(header.length)
            }
            Ok(_) => None,
            Err(asn1::DerError::BreaksOff { .. }) => {
                self.at = self.der.len();
                None
            }
            Err(_) => None,
        }
    }

    /// The content of an element, or its available part.
    fn value(&mut self, tag: u8) -> Result<&'a [u8], &'a [u8]> {
        let length = self.enter(tag).ok_or(&[][..])?;
        let rest = self.der.get(self.at..).unwrap_or_default();
        let content = rest.get(..length).ok_or(rest);
        self.at += content.map_or(rest.len(), <[u8]>::len);
        content
    }

    fn number(&mut self) -> Result<Vec<u8>, &'a [u8]> {
        self.value(INTEGER)
            .map(|content| asn1::strip_zeros(content).to_vec())
    }
}
