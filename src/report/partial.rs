//! Reads the keys in a truncated object record.
//! Invariant: a key is reported only if it is complete.

use crate::object::ObjectKey;
use crate::wire::{self, Value};

use super::CutKey;

/// The readable part of an object record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ReadablePart {
    /// The object's key, if it is complete.
    pub(super) key: Option<ObjectKey>,
    /// The complete dependencies.
    pub(super) dependencies: Vec<ObjectKey>,
    /// The truncated key.
    pub(super) cut_key: Option<CutKey>,
}

/// Reads a truncated object record.
pub(super) fn readable_part(record: &[u8]) -> ReadablePart {
    let mut part = ReadablePart::default();
    // The object is field 2 of the record, and exceeds it.
    let Some((2, object)) = open_field(record) else {
        return part;
    };
    for field in wire::fields(object).map_while(Result::ok) {
        match (field.number, field.value) {
            (1, Value::Bytes(bytes)) => part.key = ObjectKey::parse(bytes).ok(),
            (2, Value::Bytes(bytes)) => part.dependencies.extend(ObjectKey::parse(bytes).ok()),
            _ => {}
        }
    }
    if let Some((number @ (1 | 2), cut)) = open_field(object) {
        let type_number =
            wire::fields(cut)
                .map_while(Result::ok)
                .find_map(|field| match (field.number, field.value) {
                    (1, Value::Varint(number)) => Some(number & u64::from(u32::MAX)),
                    _ => None,
                });
        let own = number == 1;
        part.cut_key = type_number.map(|type_number| CutKey { own, type_number });
    }
    part
}

/// The truncated length-delimited field after the last complete one, if its number is below 16: the number and the
/// available part of the value.
fn open_field(message: &[u8]) -> Option<(u8, &[u8])> {
    let whole = wire::fields(message)
        .map_while(Result::ok)
        .last()
        .map_or(0, |field| field.offset + field.raw.len());
    let (tag, rest) = message.get(whole..)?.split_first()?;
    let length = rest.iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
    (tag & 0x87 == 2).then_some((tag >> 3, rest.get(length..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::ObjectRecord;
    use crate::identifier::Identifier;
    use crate::wire::Writer;

    #[test]
    fn truncated_record_shows_each_complete_key() {
        let own = ObjectKey::new(20, Identifier::Integer(1));
        let needed = ObjectKey::new(14, Identifier::Text("RULES".to_owned()));
        let object = Writer::new()
            .message(1, |w| own.write(w))
            .message(2, |w| needed.write(w))
            .text(4, "data")
            .finish();
        let record = ObjectRecord::encode("id", &object);
        let seen = |length: usize| {
            let part = readable_part(&record[..length]);
            let cut = part.cut_key.map(|cut| (cut.own, cut.type_number));
            (part.key.is_some(), part.dependencies.len(), cut)
        };
        let mut steps: Vec<_> = (0..record.len()).map(seen).collect();
        steps.dedup();
        assert_eq!(
            steps,
            [
                (false, 0, None),
                (false, 0, Some((true, 20))),
                (true, 0, None),
                (true, 0, Some((false, 14))),
                (true, 1, None),
            ]
        );
    }
}
