//! Notes known fields of a header or record in a form that no writer makes.
//!
//! Invariant: memory is bounded; only the first oddities of a message are kept.

use crate::wire::{HeadValue, OddityKind};

/// Limit on odd fields of one message.
const MAX_ODD: usize = 100;

/// A known field that repeats, or that has another wire type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OddField {
    /// Its number.
    pub number: u32,
    /// The oddity.
    pub kind: OddityKind,
    /// Its offset in the message.
    pub offset: u64,
}

/// The fields of one message so far.
#[derive(Debug, Default)]
pub(super) struct OddFields {
    /// A bit for each number; the known ones are below 32.
    seen: u32,
    found: Vec<OddField>,
}

impl OddFields {
    /// Adds a known field; `is_number` says whether it should be a varint, else bytes.
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

    /// The odd fields with a wanted number.
    pub(super) fn of(mut self, wanted: impl Fn(u32) -> bool) -> Vec<OddField> {
        self.found.retain(|field| wanted(field.number));
        self.found
    }
}
