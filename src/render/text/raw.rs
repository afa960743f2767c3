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
<<<<<<< HEAD
    index: u64,
    offset: u64,
    message: Vec<u8>,
}

/// Why there is no such record.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RawError {
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    #[error("there is no blob")]
    NoBlob,
    #[error("no record answers to '{0}'")]
    NotFound(String),
    #[error("{count} objects answer to '{wanted}'")]
    Ambiguous {
        wanted: String,
        count: usize,
        keys: Vec<String>,
    },
}

impl RawError {
    /// What to do next.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Envelope(error) => error.help(),
            Self::NoBlob => None,
            Self::NotFound(wanted) => misspelt_type(wanted).or_else(|| {
                Some("give '#NUMBER' (0 is the header), 'TYPE:ID', an identifier or a name".to_owned())
            }),
            Self::Ambiguous { keys, .. } => Some(format!("say which: {}", keys.join(", "))),
        }
    }
}

/// Finds the record that `wanted` names.
pub(crate) fn find(input: &[u8], wanted: &str) -> Result<FoundRecord, RawError> {
    let envelope = Envelope::parse(input)?;
    let blob = envelope.blob().ok_or(RawError::NoBlob)?;
    let (bytes, _) = blob.decode();
    let mut reader = RecordReader::new(&bytes[..], BlobLimits::default());
    let number = wanted
        .strip_prefix('#')
        .and_then(|digits| digits.parse::<u64>().ok());
    let (mut found, mut keys) = (None, Vec::new());
    // A break ends the search: what comes before it can still be shown.
    while let Ok(Some(record)) = reader.next_record() {
        let key = if record.index == 0 {
            None
        } else {
            answers(record.message, wanted)
        };
        if number == Some(record.index) || key.is_some() {
            keys.extend(key);
            found.get_or_insert_with(|| FoundRecord {
                index: record.index,
                offset: record.offset,
                message: record.message.to_vec(),
            });
        }
    }
    if keys.len() > 1 {
        return Err(RawError::Ambiguous {
            wanted: wanted.to_owned(),
            count: keys.len(),
            keys,
        });
    }
    found.ok_or_else(|| RawError::NotFound(wanted.to_owned()))
}

/// The object's `TYPE:ID`, when `wanted` is that, its identifier or its name.
fn answers(message: &[u8], wanted: &str) -> Option<String> {
    let Ok(Record::Object(record)) = Record::parse(message) else {
        return None;
    };
    let object = SyncObject::parse(record.object).ok()?;
    let identifier = object.key().identifier.to_string();
    let full = format!("{}:{identifier}", type_of(&object, &BTreeMap::new()));
    let by_number = format!("{}:{identifier}", object.key().type_number);
    let hit = [&full, &by_number, &identifier].contains(&&wanted.to_owned())
        || object.name().as_deref() == Some(wanted);
    hit.then_some(full)
=======
    pub(crate) index: u64,
    /// Its offset in the blob.
    pub(crate) offset: u64,
    pub(crate) message: Vec<u8>,
>>>>>>> bc63472 (Give outcomes, arguments and hints a place of their own)
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
