//! Notes odd known fields of a message while it is read: repeated ones, and ones of another wire type.
//! Invariant: memory is bounded. The first oddities of an object are kept.

use super::schema::MessageSpec;
use crate::wire::{HeadValue, OddityKind};

/// Limit on the kept oddities of one object.
const MAX_ODDITIES: usize = 100;

/// A known field that is repeated or has another wire type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    /// The kind of oddity.
    pub kind: OddityKind,
    /// The message and the field.
    pub field: String,
    /// Offset of the field or of its message.
    pub offset: u64,
}

/// The oddities of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Oddities(Vec<Oddity>);

/// The fields of one message so far.
#[derive(Debug)]
pub(crate) struct SeenFields {
    spec: &'static MessageSpec,
    /// A bit for each field of the table.
    seen: u64,
}

impl SeenFields {
    pub(crate) fn of(spec: &'static MessageSpec) -> Self {
        Self { spec, seen: 0 }
    }

    /// Notes a field at `offset`. Returns whether it is a known field with its own wire type.
    pub(crate) fn see(
        &mut self,
        number: u32,
        value: HeadValue,
        offset: u64,
        oddities: &mut Oddities,
    ) -> bool {
        let mut fields = self.spec.fields.iter().zip(0_u32..);
        let Some((field, at)) = fields.find(|(field, _)| field.number == number) else {
            return false;
        };
        if !field.fits(value) {
            oddities.note(OddityKind::OtherType, self.spec, field.name, offset);
            return false;
        }
        let bit = 1_u64.checked_shl(at).unwrap_or_default();
        if self.seen & bit != 0 && !field.repeated {
            oddities.note(OddityKind::Repeated, self.spec, field.name, offset);
        }
        self.seen |= bit;
        true
    }
}

impl Oddities {
    fn note(&mut self, kind: OddityKind, spec: &MessageSpec, field: &str, offset: u64) {
        if self.0.len() < MAX_ODDITIES {
            let field = format!("{} {field}", spec.name);
            self.0.push(Oddity { kind, field, offset });
        }
    }

    /// Adds the oddities of a message at `offset`.
    pub(crate) fn take_over(&mut self, inner: Self, offset: u64) {
        let room = MAX_ODDITIES.saturating_sub(self.0.len());
        self.0.extend(inner.0.into_iter().take(room).map(|oddity| Oddity {
            offset: oddity.offset + offset,
            ..oddity
        }));
    }

    pub(crate) fn list(&self) -> &[Oddity] {
        &self.0
    }
}
