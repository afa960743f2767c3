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
