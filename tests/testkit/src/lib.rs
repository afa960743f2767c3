//! Documents for tests, made in memory: sound, damaged, and tampered ones, and a pair for each audit finding.
//!
//! The same call returns the same bytes on every machine: no document depends on a clock, random numbers, or the environment.
//!
//! [`sources`] and [`pages`] check what people read: the imports of the code, and the commands of the documentation.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

pub mod audit;
mod damaged;
pub mod der;
mod format;
mod merging;
mod mirror;
pub mod pages;
mod parts;
mod sound;
pub mod sources;
mod tampered;
mod targets;
pub mod typed;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::LazyLock;

pub use mirror::mirrored;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Documents with their names.
type Named = Vec<(&'static str, Vec<u8>)>;

/// The documents that people read, too, and what goes with them: `testdata/generated`.
const KEPT: [&str; 9] = [
    "masking-job.json",
    "engine-like.json",
    "global-small.json",
    "on-the-fly-job.json",
    "profile-job.json",
    "encrypted.json",
    "future.json",
    "hostile.json",
    "user-algorithm.json",
];

/// The audit documents among them, for the examples of `docs/audit.md`.
const KEPT_OF_AUDIT: [(&str, &str); 3] = [
    ("algorithm-changed", "baseline.json"),
    ("algorithm-changed", "fires.json"),
    ("password-in-clear", "fires.json"),
];

/// Documents by their names.
type ByName = BTreeMap<String, Vec<u8>>;

// Each group is made once, since making one takes longer than most tests.
static SOUND: LazyLock<ByName> = LazyLock::new(|| named([("", sound::documents())]));
static DAMAGED: LazyLock<ByName> = LazyLock::new(|| named([("damaged/", damaged::documents())]));
static MERGING: LazyLock<ByName> = LazyLock::new(|| named([("merge/", merging::documents())]));
static TAMPERED: LazyLock<ByName> = LazyLock::new(|| named([("tampered/", tampered::documents())]));

/// Returns every document by its name, such as `damaged/cyclic.json`.
pub fn documents() -> ByName {
    let groups = [&SOUND, &DAMAGED, &MERGING, &TAMPERED];
    groups.into_iter().flat_map(|group| (**group).clone()).collect()
}

/// Returns one document of [`documents`], without making the other groups.
pub fn document(name: &str) -> Vec<u8> {
    let made = match name.split_once('/') {
        Some(("damaged", _)) => &DAMAGED,
        Some(("merge", _)) => &MERGING,
        Some(("tampered", _)) => &TAMPERED,
        _ => &SOUND,
    };
    made.get(name)
        .unwrap_or_else(|| panic!("no document {name}"))
        .clone()
}

/// Returns the files of `testdata/generated` by their path in it.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let mut files = documents();
    files.retain(|name, _| KEPT.contains(&name.as_str()) || name.starts_with("merge/"));
    files.extend(named([("targets/", targets::files())]));
    for (rule, name) in KEPT_OF_AUDIT {
        let case = audit::case(rule);
        files.insert(format!("audit/{rule}/{name}"), case.file(name).unwrap().to_vec());
    }
    files
}

/// Returns the files of `testdata/format` by their path in it.
pub fn format_files() -> BTreeMap<String, Vec<u8>> {
    format::files().expect("the documents of testkit can be made")
}

fn named<const N: usize>(groups: [(&str, Result<Named>); N]) -> BTreeMap<String, Vec<u8>> {
    let mut documents = BTreeMap::new();
    for (directory, made) in groups {
        for (name, bytes) in made.expect("the documents of testkit can be made") {
            let earlier = documents.insert(format!("{directory}{name}.json"), bytes);
            assert!(earlier.is_none(), "{directory}{name} is made twice");
        }
    }
    documents
}

/// Whether tests with many similar inputs try all of them (`EXHAUSTIVE=1`, in `ci/nightly`) or only a part.
pub fn exhaustive() -> bool {
    std::env::var_os("EXHAUSTIVE").is_some()
}
