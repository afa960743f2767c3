//! Compares two large documents, next to hashing the two files.
//!
//! ```sh
//! cargo bench --locked --bench diff
//! ```
//!
//! Each document has a blob of 64 MiB, nearly all of it in four lookups. The second document is another export of the same
//! state, or has one changed row. After the table come the figures that matter, measured in turn: the command, and the
//! comparison without reading, next to `openssl dgst -sha1` over both files.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark fails by a panic"
)]

mod support;

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;
use exportdoc::internal::diff::{DiffOptions, Side, diff};
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner};
use exportdoc::internal::signature::HashAlgorithm;
use support::{Step, measuring, mebibytes, medians, peak_memory, spawned};
use tempfile::TempDir;

const BLOB_BYTES: usize = 64 << 20;
const LOOKUPS: usize = 4;

/// A document in memory, and what reading it gave.
struct Document {
    bytes: Vec<u8>,
    report: DocumentReport,
    objects: Vec<SyncObject<'static>>,
    file: PathBuf,
}

struct Sample {
    old: Document,
    again: Document,
    changed: Document,
    // Removed with its files at the end.
    _directory: TempDir,
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let document = |label: &str, save| {
        let lookup = |n| {
            let save = if n == 1 { save } else { 1 };
            support::lookup(&format!("LargeLookup{n}"), BLOB_BYTES / LOOKUPS, save)
        };
        let bytes = support::document(label, (0..LOOKUPS).map(lookup).collect());
        let file = directory.path().join(format!("{label}.json"));
        fs::write(&file, &bytes).expect("room for the document");
        let (report, objects) = read(&bytes);
        Document {
            bytes,
            report,
            objects,
            file,
        }
    };
    Sample {
        old: document("old", 1),
        again: document("again", 1),
        changed: document("changed", 2),
        _directory: directory,
    }
});

fn read(bytes: &[u8]) -> (DocumentReport, Vec<SyncObject<'static>>) {
    Examiner::new(&ExamineOptions::default())
        .keep_contents()
        .read_bytes(bytes)
        .expect("a document")
        .into_objects()
}

impl Document {
    fn side(&self) -> Side<'_> {
        Side {
            bytes: Some(&self.bytes),
            report: &self.report,
            objects: &self.objects,
        }
    }
}

/// The steps of comparing, and references to compare with.
const STEPS: &[Step<Sample>] = &[
    Step {
        name: "1 read one document with its objects",
        run: |sample| read(&sample.old.bytes).1.len(),
    },
    Step {
        name: "2 compare, the same content",
        run: compare_same,
    },
    Step {
        name: "2 compare, a row changed",
        run: compare_changed,
    },
    Step {
        name: "sha1 crate over both files",
        run: hashed_in_memory,
    },
    Step {
        name: "openssl dgst -sha1, both files",
        run: openssl,
    },
    Step {
        name: "exportdoc diff, the same content",
        run: command_same,
    },
    Step {
        name: "exportdoc diff, a row changed",
        run: command_changed,
    },
];

fn compare_same(sample: &Sample) -> usize {
    let diff = diff(&sample.old.side(), &sample.again.side(), &DiffOptions::default());
    assert!(diff.is_same());
    diff.envelope.len()
}

fn compare_changed(sample: &Sample) -> usize {
    let diff = diff(
        &sample.old.side(),
        &sample.changed.side(),
        &DiffOptions::default(),
    );
    assert_eq!(diff.objects.len(), 1);
    diff.envelope.len()
}

fn hashed_in_memory(sample: &Sample) -> usize {
    let files = [&sample.old.bytes, &sample.changed.bytes];
    files
        .map(|bytes| HashAlgorithm::Sha1.digest(bytes).len())
        .iter()
        .sum()
}

fn openssl(sample: &Sample) -> usize {
    let mut command = Command::new("openssl");
    command.args(["dgst", "-sha1"]);
    command.arg(&sample.old.file).arg(&sample.changed.file);
    spawned(command, &[0])
}

fn command(old: &Document, new: &Document) -> Command {
    let mut command = support::exportdoc(&["diff"]);
    command.arg(&old.file).arg(&new.file);
    command
}

fn command_same(sample: &Sample) -> usize {
    spawned(command(&sample.old, &sample.again), &[0])
}

fn command_changed(sample: &Sample) -> usize {
    spawned(command(&sample.old, &sample.changed), &[1])
}

#[divan::bench(args = STEPS, sample_count = 9, sample_size = 1)]
fn steps(bencher: Bencher<'_, '_>, step: &Step<Sample>) {
    let sample = &*SAMPLE;
    bencher
        .counter(BytesCount::new(2 * sample.old.bytes.len()))
        .bench_local(|| black_box((step.run)(sample)));
}

fn main() {
    divan::main();
    if !measuring() {
        return;
    }
    let [hashed, crate_alone, same, changed, compared] = medians(
        &*SAMPLE,
        9,
        [
            openssl,
            hashed_in_memory,
            command_same,
            command_changed,
            compare_changed,
        ],
    );
    println!("\nmedian of 9 rounds                 time   × openssl dgst -sha1 over both files");
    for (name, time) in [
        ("openssl dgst -sha1", hashed),
        ("sha1 crate alone", crate_alone),
        ("exportdoc diff, the same content", same),
        ("exportdoc diff, a row changed", changed),
        ("comparing alone, a row changed", compared),
    ] {
        println!(
            "{name:<33} {:>6.1} ms   {:.2}",
            time.as_secs_f64() * 1e3,
            time.as_secs_f64() / hashed.as_secs_f64()
        );
    }
    let peak = (0..3)
        .map(|_| peak_memory(command(&SAMPLE.old, &SAMPLE.changed)))
        .max()
        .unwrap_or_default();
    println!(
        "\npeak memory of diff: {:.0} MiB; both files {:.0} MiB",
        mebibytes(peak),
        mebibytes((SAMPLE.old.bytes.len() + SAMPLE.changed.bytes.len()) as u64)
    );
}
