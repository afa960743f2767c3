//! Writes a sealed export document of any size.
//!
//! Lookups fill the blob: `OBJECTS` of equal size, or one of `LARGEST_BYTES` and the others sharing the rest. Every lookup
//! depends on the first. The key has 512 bits, as engines' keys do, or 1024. A `SAVE` above 1 gives the last lookup another
//! first row and another revision. The same arguments give the same bytes. The document is built in memory, which takes
//! about four times `BLOB_BYTES`.

use std::fs;

use exportdoc::internal::build::{in_record_order, seal};
use exportdoc::internal::object::draft::{self, AlgorithmInfo};
use exportdoc::internal::sample::{INSTALLED, export_facts, key_bytes, revision_pair};
use exportdoc::internal::signature::{KeySize, SigningKey};

use crate::Outcome;

/// Approximate bytes of `<row id="123456" value="1234567 Mill Avenue"/>`.
const ROW: u64 = 46;
/// Approximate bytes of an object without rows.
const BARE: u64 = 480;

pub(crate) fn write(file: &str, sizes: &[&str]) -> Outcome {
    let numbers: Vec<u64> = sizes.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    let [bytes, count, ref rest @ ..] = numbers[..] else {
        return Err("large needs FILE BLOB_BYTES OBJECTS".into());
    };
    let count = count.max(1);
    let largest = rest.first().copied().filter(|bytes| *bytes > 0);
    let size = match rest.get(1) {
        None | Some(512) => KeySize::Dsa512,
        Some(1024) => KeySize::Dsa1024,
        Some(other) => return Err(format!("KEY_BITS is 512 or 1024, not {other}").into()),
    };
    let save = u32::try_from(rest.get(2).copied().unwrap_or(1))?;

    let share = match largest {
        Some(largest) => bytes.saturating_sub(largest) / (count - 1).max(1),
        None => bytes / count,
    };
    let mut objects = Vec::new();
    let mut keys = Vec::new();
    for n in 0..count {
        let name = format!("Lookup{n}");
        let size = largest.filter(|_| n == 0).unwrap_or(share);
        let save = if n == count - 1 { save } else { 1 };
        let rows = (0..size.saturating_sub(BARE) / ROW).map(|row| {
            let street = if row == 0 && save > 1 {
                "Mill Lane"
            } else {
                "Mill Avenue"
            };
            format!("{:07} {street}", row * 31 % 9_999_991)
        });
        let info = AlgorithmInfo {
            name: &name,
            description: "Secure lookup",
            date: "2018-02-12",
        };
        let lookup = draft::lookup(
            info,
            rows,
            key_bytes(&name),
            INSTALLED,
            &keys[..keys.len().min(1)],
        )
        .finish(revision_pair(&name, save), INSTALLED, INSTALLED)?;
        keys.push(lookup.key().clone());
        objects.push(lookup);
    }
    let objects = in_record_order(objects, &keys)?;
    let facts = export_facts("large");
    let key = SigningKey::from_seed(size, b"large")?;
    let document = seal(&facts, &objects, &key, size.default_rule())?;
    Ok(fs::write(file, document)?)
}
