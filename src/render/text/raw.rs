//! One record without a schema, for `inspect --raw`.
//!
//! Each line is a field: its offset in the record's message, number, wire type and value. Bytes that parse as a message are
//! shown as one, as `protoc --decode_raw` does.

use std::io::{self, Write};

use exportdoc::internal::wire::{DumpLimits, DumpNode, DumpValue, Message, dump};

use crate::render::style::safe;

/// Longer texts are cut.
const SHOWN_BYTES: usize = 4096;

/// A record to print.
pub(crate) struct FoundRecord {
    pub(crate) index: u64,
    /// Its offset in the blob.
    pub(crate) offset: u64,
    pub(crate) message: Vec<u8>,
}

/// Prints the record field by field.
pub(crate) fn print(out: &mut impl Write, record: &FoundRecord) -> io::Result<()> {
    writeln!(
        out,
        "record {}, {} bytes at blob byte {} (message at {})",
        record.index,
        record.message.len(),
        record.offset,
        record.offset + 4
    )?;
    match Message::parse(&record.message) {
        Ok(message) => {
            let (nodes, cut) = dump(message, DumpLimits::default());
            level(out, &nodes, 1)?;
            if cut {
                writeln!(out, "… more fields aren't shown")?;
            }
            Ok(())
        }
        Err(error) => writeln!(out, "  not a message: {error}"),
    }
}

// `DumpLimits` bounds the depth.
fn level(out: &mut impl Write, nodes: &[DumpNode], depth: usize) -> io::Result<()> {
    for node in nodes {
        write!(
            out,
            "{:>8} {:width$}{}: ",
            node.offset,
            "",
            node.number,
            width = depth * 2
        )?;
        match &node.value {
            DumpValue::Varint(n) => writeln!(out, "varint {n}")?,
            DumpValue::Fixed64(n) => writeln!(out, "fixed64 0x{n:016x}")?,
            DumpValue::Fixed32(n) => writeln!(out, "fixed32 0x{n:08x}")?,
            DumpValue::Bytes(bytes) => writeln!(out, "bytes({}) {}", bytes.len(), show(bytes))?,
            DumpValue::Message(inner) => {
                writeln!(out, "message({})", node.value_length)?;
                level(out, inner, depth + 1)?;
            }
            DumpValue::Group(inner) => {
                writeln!(out, "group({})", node.value_length)?;
                level(out, inner, depth + 1)?;
            }
        }
    }
    Ok(())
}

fn show(bytes: &[u8]) -> String {
    let cut = bytes.len().saturating_sub(SHOWN_BYTES);
    let shown = &bytes[..bytes.len() - cut];
    let text = match std::str::from_utf8(shown) {
        Ok(text) => format!("\"{}\"", safe(text)),
        Err(error) if error.error_len().is_none() && cut > 0 => {
            format!(
                "\"{}\"",
                safe(&String::from_utf8_lossy(&shown[..error.valid_up_to()]))
            )
        }
        Err(_) => hex::encode(shown),
    };
    if cut > 0 {
        format!("{text} … {cut} bytes more")
    } else {
        text
    }
}
