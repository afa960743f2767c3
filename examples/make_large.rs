//! Writes a large, sealed export document for measurements.
//!
//! ```sh
//! cargo run --release --locked --example make_large -- FILE BLOB_BYTES OBJECTS [LARGEST_BYTES [KEY_BITS]]
//! ```
//!
//! Lookups fill the blob: all of one size (with `LARGEST_BYTES` 0, too), or one of `LARGEST_BYTES` and the others sharing
//! what is left. Every one but the first depends on the first. The key has 512 bits, as engines', or 1024. The same arguments give the same bytes. The document is built in memory, so this
//! takes about four times `BLOB_BYTES`.

#![allow(clippy::expect_used, clippy::panic)] // a generator that can't run says so and ends

use std::fs;

use exportdoc::internal::build::{in_record_order, seal};
use exportdoc::internal::object::draft::{self, AlgorithmInfo};
use exportdoc::internal::sample::{INSTALLED, export_facts, key_bytes, revision_pair};
use exportdoc::internal::signature::{KeySize, SigningKey};

/// Bytes of `<row id="123456" value="1234567 Mill Avenue"/>`, or so.
const ROW: u64 = 46;
/// Bytes of an object without rows, or so.
const BARE: u64 = 480;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("FILE");
    let mut number = || {
        arguments
            .next()
            .map(|text| text.parse::<u64>().expect("a number"))
    };
    let bytes = number().expect("BLOB_BYTES");
    let count = number().expect("OBJECTS").max(1);
    let largest = number().filter(|bytes| *bytes > 0);
    let size = match number() {
        None | Some(512) => KeySize::Dsa512,
        Some(1024) => KeySize::Dsa1024,
        Some(other) => panic!("no key of {other} bits"),
    };

    let share = match largest {
        Some(largest) => bytes.saturating_sub(largest) / (count - 1).max(1),
        None => bytes / count,
    };
    let mut objects = Vec::new();
    let mut keys = Vec::new();
    for n in 0..count {
        let name = format!("Lookup{n}");
        let size = largest.filter(|_| n == 0).unwrap_or(share);
        let rows = (0..size.saturating_sub(BARE) / ROW)
            .map(|row| format!("{:07} Mill Avenue", row * 31 % 9_999_991));
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
        .finish(revision_pair(&name, 1), INSTALLED, INSTALLED)
        .expect("a lookup is well-formed");
        keys.push(lookup.key().clone());
        objects.push(lookup);
    }
    let objects = in_record_order(objects, &keys).expect("every dependency is there");
    let facts = export_facts("large");
    let key = SigningKey::from_seed(size, b"large").expect("a key");
    let document = seal(&facts, &objects, &key, size.default_rule()).expect("a document");
    fs::write(file, document).expect("the file can be written");
}
