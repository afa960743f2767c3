//! A view of a message for people, without a schema: field numbers, offsets, wire types, and a guess at bytes.
//!
//! As `protoc --decode_raw`, it shows bytes that parse as a message as one, and others as text. Depth and number of nodes
//! are bounded, since two input bytes can become a node many times their size.

use super::{Message, Value};

/// Bounds on one dump.
#[derive(Debug, Clone, Copy)]
pub struct DumpLimits {
    /// Levels of nested messages; deeper messages become bytes.
    pub depth: usize,
    /// Number of fields; the dump says if it leaves more out.
    pub nodes: usize,
}

impl Default for DumpLimits {
    fn default() -> Self {
        Self {
            depth: 32,
            nodes: 200_000,
        }
    }
}

/// One field of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpNode {
    /// Field number.
    pub number: u32,
    /// Offset of the field in the dumped message.
    pub offset: usize,
    /// Bytes of tag, length and value.
    pub length: usize,
    /// Bytes of the value alone; for a group, without its end tag.
    pub value_length: usize,
    /// Its value.
    pub value: DumpValue,
}

/// A field's value in a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DumpValue {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64(u64),
    /// Wire type 5.
    Fixed32(u32),
    /// Wire type 2 that parses as a message.
    Message(Vec<DumpNode>),
    /// Wire types 3 and 4.
    Group(Vec<DumpNode>),
    /// Wire type 2 that doesn't parse as a message.
    Bytes(Vec<u8>),
}

/// Dumps the fields of `message`; also returns whether the limit on nodes was reached.
pub fn dump(message: Message<'_>, limits: DumpLimits) -> (Vec<DumpNode>, bool) {
    let mut left = limits.nodes;
    let nodes = level(message, 0, limits.depth, &mut left);
    (nodes, left == 0)
}

fn level(message: Message<'_>, base: usize, depth: usize, left: &mut usize) -> Vec<DumpNode> {
    let mut nodes = Vec::new();
    for field in message.fields() {
        if *left == 0 {
            break;
        }
        *left -= 1;
        let tag = super::tag_length(field.raw);
        let value = match field.value {
            Value::Varint(n) => DumpValue::Varint(n),
            Value::Fixed64(n) => DumpValue::Fixed64(n),
            Value::Fixed32(n) => DumpValue::Fixed32(n),
            Value::Group(body) => match Message::parse(body) {
                Ok(inner) if depth > 0 => {
                    DumpValue::Group(level(inner, base + field.offset + tag, depth - 1, left))
                }
                _ => DumpValue::Bytes(body.to_vec()),
            },
            Value::Bytes(bytes) => match Message::parse(bytes) {
                Ok(inner) if depth > 0 && !bytes.is_empty() => {
                    DumpValue::Message(level(inner, base + field.value_offset(), depth - 1, left))
                }
                _ => DumpValue::Bytes(bytes.to_vec()),
            },
        };
        nodes.push(DumpNode {
            number: field.number,
            offset: base + field.offset,
            length: field.raw.len(),
            value_length: match field.value {
                Value::Bytes(bytes) | Value::Group(bytes) => bytes.len(),
                _ => field.raw.len() - tag,
            },
            value,
        });
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Varint 1 in field 1, then group 20, which holds group 21, which holds varint 5 in field 1. Tags of 20 and 21 have two
    /// bytes.
    const GROUPS: [u8; 12] = [
        0x08, 0x01, 0xa3, 0x01, 0xab, 0x01, 0x08, 0x05, 0xac, 0x01, 0xa4, 0x01,
    ];

    fn dumped(message: &[u8], depth: usize) -> Vec<DumpNode> {
        let limits = DumpLimits { depth, nodes: 100 };
        dump(Message::parse(message).unwrap(), limits).0
    }

    fn node(number: u32, offset: usize, length: usize, value_length: usize, value: DumpValue) -> DumpNode {
        DumpNode {
            number,
            offset,
            length,
            value_length,
            value,
        }
    }

    #[test]
    fn groups_have_the_offsets_of_the_whole_message() {
        let innermost = node(1, 6, 2, 1, DumpValue::Varint(5));
        let inner = node(21, 4, 6, 2, DumpValue::Group(vec![innermost]));
        let expected = [
            node(1, 0, 2, 1, DumpValue::Varint(1)),
            node(20, 2, 10, 6, DumpValue::Group(vec![inner])),
        ];
        assert_eq!(dumped(&GROUPS, 2), expected);
    }

    #[test]
    fn groups_below_the_deepest_level_are_bytes() {
        let inner = node(21, 4, 6, 2, DumpValue::Bytes(vec![0x08, 0x05]));
        let value = DumpValue::Group(vec![inner]);
        assert_eq!(dumped(&GROUPS, 1)[1], node(20, 2, 10, 6, value));
        let value = DumpValue::Bytes(GROUPS[4..10].to_vec());
        assert_eq!(dumped(&GROUPS, 0)[1], node(20, 2, 10, 6, value));
    }

    #[test]
    fn length_of_a_value_leaves_out_its_tag() {
        // 100,000 in field 20.
        let message = [0xa0, 0x01, 0xa0, 0x8d, 0x06];
        assert_eq!(
            dumped(&message, 1),
            [node(20, 0, 5, 3, DumpValue::Varint(100_000))]
        );
    }
}
