//! Reads the DER of keys and signatures. Errors name the fault and its offset.
//!
//! The `der` crate reads private keys and writes everything. It stops at the first deviation, so this module reads public
//! keys and signatures: it accepts and *notes* forms that DER forbids but BER readers such as Java's accept. The caller
//! then reports "usable elsewhere, but no signer writes it" instead of "unusable".
//!
//! Invariant: every length is checked against the available bytes, so reading never panics and never allocates.

use dsa::pkcs8::ObjectIdentifier;
use dsa::pkcs8::der::asn1::UintRef;
use dsa::pkcs8::der::{self, Encode};
use std::cell::Cell;
use std::fmt;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// Why bytes aren't DER. Offsets count from the start of the decoded key or signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DerError {
    /// The input ends where an element must start, or inside its header.
    #[error("breaks off at byte {offset}, where {expected} should be")]
    BreaksOff {
        /// The end of the input.
        offset: usize,
        /// The element that was expected.
        expected: &'static str,
    },
    /// An element claims more bytes than are available.
    #[error("{what} at byte {offset} claims {length} bytes, but only {available} are available")]
    PastEnd {
        /// The element's first byte.
        offset: usize,
        /// The element.
        what: &'static str,
        /// The length it claims.
        length: usize,
        /// The available bytes.
        available: usize,
    },
    /// An element has another tag than its place requires.
    #[error("byte {offset} should start {expected}, but has tag 0x{found:02x}")]
    UnexpectedTag {
        /// The element's first byte.
        offset: usize,
        /// The element that belongs there.
        expected: &'static str,
        /// The tag found.
        found: u8,
    },
    /// The indefinite length of BER.
    #[error("element at byte {offset} has an indefinite length, which DER forbids")]
    IndefiniteLength {
        /// The element's first byte.
        offset: usize,
    },
    /// A length field of more than four bytes.
    #[error("element at byte {offset} has a length field of {bytes} bytes")]
    LengthTooLong {
        /// The element's first byte.
        offset: usize,
        /// Size of the length field.
        bytes: usize,
    },
    /// An INTEGER without any byte.
    #[error("integer {what} at byte {offset} is empty")]
    EmptyInteger {
        /// The integer's first byte.
        offset: usize,
        /// The integer's name.
        what: &'static str,
    },
    /// Elements follow the last one that the structure has.
    #[error("{count} bytes too many at the end of {what}, at byte {offset}")]
    ExtraElements {
        /// Their first byte.
        offset: usize,
        /// Their number of bytes.
        count: usize,
        /// The structure.
        what: &'static str,
    },
}

/// A readable encoding in a form that DER forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonCanonical {
    /// Bytes follow the outermost element.
    TrailingBytes {
        /// Their number.
        count: usize,
    },
    /// Bytes follow the integer inside the key's bit string.
    TrailingBytesInBitString {
        /// Their number.
        count: usize,
    },
    /// An integer starts with zero bytes that it doesn't need.
    LeadingZeros,
    /// A length is written with more bytes than it needs.
    LongLength,
}

impl fmt::Display for NonCanonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TrailingBytes { count } => write!(f, "{count} bytes after the end"),
            Self::TrailingBytesInBitString { count } => write!(f, "{count} bytes after the public value"),
            Self::LeadingZeros => f.write_str("an integer with needless leading zeros"),
            Self::LongLength => f.write_str("a length in a longer form than needed"),
        }
    }
}

/// The first deviation and its offset; shared by nested readers.
#[derive(Debug, Default)]
pub(super) struct Deviations(Cell<Option<(usize, NonCanonical)>>);

impl Deviations {
    pub(super) fn note(&self, offset: usize, form: NonCanonical) {
        if self.0.get().is_none() {
            self.0.set(Some((offset, form)));
        }
    }

    pub(super) fn first(&self) -> Option<(usize, NonCanonical)> {
        self.0.get()
    }
}

/// Tag and length of an element, whose content may be incomplete.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) tag: u8,
    pub(super) content_at: usize,
    pub(super) length: usize,
    pub(super) minimal: bool,
}

/// Reads the header at `at`; `base` is added to the offsets in errors.
pub(super) fn header(
    input: &[u8],
    at: usize,
    base: usize,
    expected: &'static str,
) -> Result<Header, DerError> {
    let breaks_off = || DerError::BreaksOff {
        offset: base + input.len(),
        expected,
    };
    let tag = *input.get(at).ok_or_else(breaks_off)?;
    let first = *input.get(at + 1).ok_or_else(breaks_off)?;
    if first < 0x80 {
        return Ok(Header {
            tag,
            content_at: at + 2,
            length: usize::from(first),
            minimal: true,
        });
    }
    let size = usize::from(first & 0x7f);
    if size == 0 {
        return Err(DerError::IndefiniteLength { offset: base + at });
    }
    if size > 4 {
        return Err(DerError::LengthTooLong {
            offset: base + at,
            bytes: size,
        });
    }
    let content_at = at + 2 + size;
    let digits = input.get(at + 2..content_at).ok_or_else(breaks_off)?;
    let length = digits
        .iter()
        .fold(0_u32, |value, digit| (value << 8) | u32::from(*digit));
    let minimal = length >= 0x80 && digits.first() != Some(&0);
    // A saturated length still fails the check against the input's length.
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(Header {
        tag,
        content_at,
        length,
        minimal,
    })
}

/// A cursor over the elements of one constructed value.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    input: &'a [u8],
    at: usize,
    base: usize,
    deviations: &'a Deviations,
}

/// An integer's value, if it isn't negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Integer<'a> {
    /// Big endian, without leading zeros; empty for 0.
    Magnitude(&'a [u8]),
    Negative,
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: &'a [u8], deviations: &'a Deviations) -> Self {
        Self {
            input,
            at: 0,
            base: 0,
            deviations,
        }
    }

    /// Offset of the next element.
    pub(super) fn offset(&self) -> usize {
        self.base + self.at
    }

    pub(super) fn remaining(&self) -> usize {
        self.input.len().saturating_sub(self.at)
    }

    pub(super) fn peek_tag(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    /// Reads the next element, which must have this tag; returns a reader of its content.
    pub(super) fn element(&mut self, tag: u8, what: &'static str) -> Result<Self, DerError> {
        let offset = self.offset();
        if let Some(found) = self.peek_tag().filter(|found| *found != tag) {
            return Err(DerError::UnexpectedTag {
                offset,
                expected: what,
                found,
            });
        }
        self.any(what).map(|(_, content)| content)
    }

    /// Reads the next element of any tag.
    pub(super) fn any(&mut self, what: &'static str) -> Result<(u8, Self), DerError> {
        let offset = self.offset();
        let header = header(self.input, self.at, self.base, what)?;
        let rest = self.input.get(header.content_at..).unwrap_or_default();
        let Some(content) = rest.get(..header.length) else {
            let (length, available) = (header.length, rest.len());
            return Err(DerError::PastEnd {
                offset,
                what,
                length,
                available,
            });
        };
        if !header.minimal {
            self.deviations.note(offset, NonCanonical::LongLength);
        }
        self.at = header.content_at + header.length;
        let base = self.base + header.content_at;
        Ok((
            header.tag,
            Self {
                input: content,
                at: 0,
                base,
                deviations: self.deviations,
            },
        ))
    }

    pub(super) fn integer(&mut self, what: &'static str) -> Result<Integer<'a>, DerError> {
        let offset = self.offset();
        let content = self.element(INTEGER, what)?.rest();
        let Some(first) = content.first() else {
            return Err(DerError::EmptyInteger { offset, what });
        };
        if first & 0x80 != 0 {
            return Ok(Integer::Negative);
        }
        if *first == 0 && content.get(1).is_some_and(|second| second & 0x80 == 0) {
            self.deviations.note(offset, NonCanonical::LeadingZeros);
        }
        Ok(Integer::Magnitude(strip_zeros(content)))
    }

    /// Reads one byte outside any element, such as a bit string's count of unused bits.
    pub(super) fn byte(&mut self, expected: &'static str) -> Result<u8, DerError> {
        let byte = self.peek_tag().ok_or(DerError::BreaksOff {
            offset: self.offset(),
            expected,
        })?;
        self.at += 1;
        Ok(byte)
    }

    /// The unread rest.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Fails if anything is left.
    pub(super) fn end(&self, what: &'static str) -> Result<(), DerError> {
        match self.remaining() {
            0 => Ok(()),
            count => Err(DerError::ExtraElements {
                offset: self.offset(),
                count,
                what,
            }),
        }
    }
}

/// The value without its leading zero bytes.
pub(super) fn strip_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// The number of bits of a value without leading zero bytes.
pub(super) fn bits(magnitude: &[u8]) -> u32 {
    let bytes = u32::try_from(magnitude.len()).unwrap_or(u32::MAX / 8);
    magnitude
        .first()
        .map_or(0, |first| bytes * 8 - first.leading_zeros())
}

/// Non-negative integers, big endian, as a DER SEQUENCE.
pub(super) fn write_integers<const N: usize>(numbers: [&[u8]; N]) -> der::Result<Vec<u8>> {
    let numbers = numbers.map(UintRef::new).into_iter();
    numbers.collect::<der::Result<Vec<_>>>()?.to_der()
}

/// The dotted form of an object identifier's content, or its bytes in hexadecimal digits if they are malformed.
pub(super) fn dotted(content: &[u8]) -> String {
    ObjectIdentifier::from_bytes(content).map_or_else(|_| hex::encode(content), |oid| oid.to_string())
}
