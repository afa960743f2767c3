//! Drafts of algorithms and keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Draft, draft};
use crate::identifier::Identifier;
use crate::object::ObjectKey;
use crate::wire::Writer;

fn algorithm(type_number: u64, name: &str) -> ObjectKey {
    ObjectKey::new(type_number, Identifier::Algorithm(name.to_owned()))
}

/// The description of a file-based algorithm.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlgorithmInfo<'a> {
    /// Its name and identifier.
    pub name: &'a str,
    /// A line about it.
    pub description: &'a str,
    /// The day of its creation, as text.
    pub date: &'a str,
}

/// A lookup: input values are hashed with the key onto the rows.
pub fn lookup(
    info: AlgorithmInfo<'_>,
    rows: impl IntoIterator<Item = impl AsRef<str>>,
    key: [u8; 16],
    key_time: i64,
    dependencies: &[ObjectKey],
) -> Draft {
    let mut xml = String::from("<rows>");
    for (at, row) in rows.into_iter().enumerate() {
        let value = crate::escape::html(row.as_ref());
        xml.push_str(&format!("<row id=\"{}\" value=\"{value}\"/>", at + 1));
    }
    xml.push_str("</rows>");
    let data = Writer::new()
        .message(1, |w| {
            w.text(1, info.name)
                .text(2, info.description)
                .text(3, info.date)
                .text(5, info.description);
        })
        .text(3, &info.name.to_uppercase())
        .text(4, "LOOKUP")
        .text(6, &xml)
        .text(7, &STANDARD.encode(key))
        .int(8, key_time)
        .finish();
    draft(algorithm(2, info.name), dependencies, "SecureLookupData", data)
}

/// A segment mapping: for each segment, its length and the mapping of each value to another.
pub fn segment(
    info: AlgorithmInfo<'_>,
    segments: &[(i64, Vec<(String, String)>)],
    ignored: &str,
    dependencies: &[ObjectKey],
) -> Draft {
    let layout = segments
        .iter()
        .map(|(length, _)| length.to_string())
        .collect::<Vec<_>>()
        .join("-");
    let mut data = Writer::new();
    data.message(1, |w| {
        w.text(1, info.name)
            .text(2, info.description)
            .text(3, info.date)
            .text(4, "admin");
    });
    data.int(3, segments.len() as i64)
        .text(4, &layout)
        .text(7, ignored)
        .text(9, ignored)
        .text(10, &layout);
    for (index, (length, _)) in (1_i64..).zip(segments) {
        data.message(11, |w| {
            w.int(2, index).int(3, *length);
        });
    }
    for (index, (length, mappings)) in (1_i64..).zip(segments) {
        for (input, output) in mappings {
            data.message(12, |w| {
                w.int(2, index).int(3, *length).text(4, input).text(5, output);
            });
        }
    }
    draft(
        algorithm(6, info.name),
        dependencies,
        "SegmentedMappingData",
        data.finish(),
    )
}

/// A tokenization algorithm.
pub fn tokenization(info: AlgorithmInfo<'_>, key: [u8; 16], key_time: i64) -> Draft {
    let data = Writer::new()
        .message(1, |w| {
            w.text(1, info.name)
                .text(2, info.description)
                .text(3, info.date)
                .text(4, "admin");
        })
        .text(3, "1")
        .text(4, "0")
        .text(5, "0")
        .text(6, &STANDARD.encode(key))
        .int(7, key_time)
        .finish();
    draft(algorithm(7, info.name), &[], "TokenizationData", data)
}

/// An algorithm of a plugin's framework: its configuration is JSON text.
pub fn user_algorithm(
    info: AlgorithmInfo<'_>,
    key: [u8; 16],
    key_time: i64,
    (plugin, framework): (&str, &str),
    configuration: &str,
) -> Draft {
    let data = Writer::new()
        .message(1, |w| {
            w.text(1, info.name)
                .text(2, info.description)
                .text(3, info.date)
                .text(5, info.description);
        })
        .text(2, &STANDARD.encode(key))
        .int(3, key_time)
        .text(5, framework)
        .text(6, plugin)
        .text(7, configuration)
        .finish();
    draft(algorithm(40, info.name), &[], "UserAlgorithmData", data)
}

/// A date shift algorithm.
pub fn date_shift(name: &str, key: [u8; 16], key_time: i64, dependencies: &[ObjectKey]) -> Draft {
    let data = Writer::new()
        .text(1, &STANDARD.encode(key))
        .int(2, key_time)
        .finish();
    draft(algorithm(23, name), dependencies, "DateShiftDiscreteData", data)
}

/// The engine's global key.
pub fn global_key(key: [u8; 16]) -> Draft {
    let data = Writer::new().text(1, &STANDARD.encode(key)).finish();
    draft(
        ObjectKey::new(9, Identifier::EncryptionKey("global".to_owned())),
        &[],
        "EncryptionKeyData",
        data,
    )
}
