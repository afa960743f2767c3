//! Reads and judges a large document step by step, next to `openssl dgst -sha1` over the same blob.
//!
//! ```sh
//! cargo bench --locked --bench document
//! ```
//!
//! The blob has 64 MiB, nearly all of them in four lookups, sealed under `records-v1`. After the table come the figures that
//! matter, measured in turn: the time of judging the document next to the hash alone, and the memory of the command next to
//! the sizes of file and blob.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark fails by a panic"
)]

mod support;

use std::fs;
use std::hint::black_box;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use divan::Bencher;
use divan::counter::BytesCount;
use exportdoc::internal::blob::{BlobLimits, Record, RecordReader};
use exportdoc::internal::envelope::{Base64Decoder, Envelope};
use exportdoc::internal::graph::GraphBuilder;
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::report::{ExamineOptions, Examiner, Verdict};
use exportdoc::internal::revision_hash;
use exportdoc::internal::signature::HashAlgorithm;
use support::{Step, measuring, mebibytes, medians, peak_memory, spawned};
use tempfile::TempDir;

const BLOB_BYTES: usize = 64 << 20;
const LOOKUPS: usize = 4;

struct Sample {
    document: Vec<u8>,
    blob: Vec<u8>,
    directory: TempDir,
}

impl Sample {
    fn document_file(&self) -> std::path::PathBuf {
        self.directory.path().join("document.json")
    }

    fn blob_file(&self) -> std::path::PathBuf {
        self.directory.path().join("blob.bin")
    }
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let document = generate();
    let blob = decoded(&document);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let sample = Sample {
        document,
        blob,
        directory,
    };
    fs::write(sample.document_file(), &sample.document).expect("room for the document");
    fs::write(sample.blob_file(), &sample.blob).expect("room for the blob");
    sample
});

fn generate() -> Vec<u8> {
    let lookup = |n| support::lookup(&format!("LargeLookup{n}"), BLOB_BYTES / LOOKUPS, 1);
    support::document("benchmark", (0..LOOKUPS).map(lookup).collect())
}

fn decoded(document: &[u8]) -> Vec<u8> {
    let envelope = Envelope::parse(document).expect("a document");
    envelope.blob().expect("a blob").decode().0
}

/// The steps of judging a document, and references to compare with.
const STEPS: &[Step<Sample>] = &[
    Step {
        name: "1 parse envelope",
        run: |sample| {
            Envelope::parse(&sample.document)
                .expect("a document")
                .members
                .len()
        },
    },
    Step {
        name: "2 decode base64",
        run: decode_base64,
    },
    Step {
        name: "3 split records",
        run: |sample| records(&sample.blob, |_| ()),
    },
    Step {
        name: "4 read objects, hash revisions",
        run: revision_hashes,
    },
    Step {
        name: "5 examine (all of it)",
        run: whole,
    },
    Step {
        name: "sha1 crate alone",
        run: |sample| HashAlgorithm::Sha1.digest(&sample.blob).len(),
    },
    Step {
        name: "openssl dgst -sha1",
        run: openssl,
    },
    Step {
        name: "exportdoc verify-signature",
        run: |sample| spawned(command(sample), &[0]),
    },
];

fn decode_base64(sample: &Sample) -> usize {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let envelope = Envelope::parse(&SAMPLE.document).expect("a document");
        envelope.blob().expect("a blob").text.clone().into_owned()
    });
    assert!(!sample.blob.is_empty());
    let (mut decoder, mut bytes) = (Base64Decoder::new(), Vec::new());
    for piece in TEXT.as_bytes().chunks(64 * 1024) {
        bytes.clear();
        decoder.push(piece, &mut bytes);
    }
    decoder.finish(&mut bytes);
    usize::try_from(decoder.report().decoded_len).expect("a length in memory")
}

fn records(blob: &[u8], mut each: impl FnMut(&[u8])) -> usize {
    let mut reader = RecordReader::new(blob, BlobLimits::default());
    let mut count = 0;
    while let Some(record) = reader.next_record().expect("sound records") {
        each(record.message);
        count += 1;
    }
    count
}

fn revision_hashes(sample: &Sample) -> usize {
    let mut builder = GraphBuilder::new();
    let mut first = true;
    records(&sample.blob, |message| {
        // The first record is the header.
        if !std::mem::take(&mut first)
            && let Ok(Record::Object(record)) = Record::parse(message)
        {
            builder.add(&SyncObject::parse(record.object).expect("a sound object"));
        }
    });
    revision_hash::of_all(&builder.finish(), revision_hash::DEFAULT_WORK).len()
}

fn whole(sample: &Sample) -> usize {
    let report = Examiner::new(&ExamineOptions::default())
        .read_bytes(&sample.document)
        .expect("a document")
        .report;
    assert_eq!(report.signature.verdict, Verdict::Valid);
    report.objects.len()
}

fn openssl(sample: &Sample) -> usize {
    let mut command = Command::new("openssl");
    command.args(["dgst", "-sha1"]).arg(sample.blob_file());
    spawned(command, &[0])
}

fn command(sample: &Sample) -> Command {
    let mut command = support::exportdoc(&["verify-signature"]);
    command.arg(sample.document_file());
    command
}

#[divan::bench(args = STEPS, sample_count = 15, sample_size = 1)]
fn steps(bencher: Bencher<'_, '_>, step: &Step<Sample>) {
    let sample = &*SAMPLE;
    bencher
        .counter(BytesCount::new(sample.blob.len()))
        .bench_local(|| black_box((step.run)(sample)));
}

fn main() {
    divan::main();
    if !measuring() {
        return;
    }
    let [judged, crate_alone, hashed, process] = medians(
        &*SAMPLE,
        15,
        [
            whole,
            |sample| HashAlgorithm::Sha1.digest(&sample.blob).len(),
            openssl,
            |sample| spawned(command(sample), &[0]),
        ],
    );
    let ratio = |time: Duration| time.as_secs_f64() / hashed.as_secs_f64();
    println!("\nmedian of 15 rounds          time   × openssl dgst -sha1");
    for (name, time) in [
        ("openssl dgst -sha1", hashed),
        ("sha1 crate alone", crate_alone),
        ("examine", judged),
        ("exportdoc verify-signature", process),
    ] {
        println!(
            "{name:<26} {:>6.1} ms   {:.2}",
            time.as_secs_f64() * 1e3,
            ratio(time)
        );
    }
    let peak = (0..5)
        .map(|_| peak_memory(command(&SAMPLE)))
        .max()
        .unwrap_or_default();
    let (file, blob) = (SAMPLE.document.len() as u64, SAMPLE.blob.len() as u64);
    println!(
        "\npeak memory of verify-signature: {:.0} MiB; file {:.0} MiB, blob {:.0} MiB, both {:.0} MiB",
        mebibytes(peak),
        mebibytes(file),
        mebibytes(blob),
        mebibytes(file + blob)
    );
}
