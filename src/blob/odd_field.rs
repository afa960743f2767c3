//! Notes known fields of a header or record that stand as no writer puts them.
//!
//! Invariant: memory is bounded; of one message the first are kept.

use crate::wire::{HeadValue, OddityKind};

/// Odd fields of one message that are kept.
const MAX_ODD: usize = 100;

/// A known field that repeats, or that has another wire type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OddField {
    /// Its number.
    pub number: u32,
    /// What is odd about it.
    pub kind: OddityKind,
    /// Where it begins in the message.
    pub offset: u64,
}

/// The fields of one message, seen one after the other.
#[derive(Debug, Default)]
pub(super) struct OddFields {
    /// A bit for each number; the known ones are below 32.
    seen: u32,
    found: Vec<OddField>,
}

impl OddFields {
    /// Sees a known field, which is a number or else bytes.
    pub(super) fn see(&mut self, number: u32, value: HeadValue, is_number: bool, offset: u64) {
        let fits = match value {
            HeadValue::Varint(_) => is_number,
            HeadValue::Bytes(_) => !is_number,
            _ => false,
        };
        let bit = 1_u32.checked_shl(number).unwrap_or_default();
        if !fits {
            self.note(number, OddityKind::OtherType, offset);
        } else if self.seen & bit != 0 {
            self.note(number, OddityKind::Repeated, offset);
        } else {
            self.seen |= bit;
        }
    }

    fn note(&mut self, number: u32, kind: OddityKind, offset: u64) {
        if self.found.len() < MAX_ODD {
            self.found.push(OddField { number, kind, offset });
        }
    }

    /// Those of the fields whose numbers are wanted.
    pub(super) fn of(mut self, wanted: impl Fn(u32) -> bool) -> Vec<OddField> {
        self.found.retain(|field| wanted(field.number));
        self.found
    }
}
