//! The memory of merging many documents, next to the size of the result.
//!
//! ```sh
//! cargo bench --locked --bench merge
//! ```
//!
//! The command merges a hundred documents of 4 MB: once sharing three quarters of each document, once sharing only the small
//! inventory. The aim: at most twice the output.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark fails by a panic"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use divan::Bencher;
use support::{measuring, mebibytes, peak_memory, spawned};
use tempfile::TempDir;

const DOCUMENTS: usize = 100;
/// Bytes of objects in a document of 4 MB: base64 makes four characters of three bytes.
const OBJECT_BYTES: usize = 3_000_000;

/// Documents that share `shared` bytes and have the rest to themselves.
struct Sample {
    directory: TempDir,
    files: Vec<PathBuf>,
    bytes: u64,
}

impl Sample {
    fn generate(documents: usize, shared: usize) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut bytes = 0;
        let files = (0..documents)
            .map(|n| {
                let own = support::lookup(&format!("Lookup{n}"), OBJECT_BYTES - shared, 1);
                let common = (shared > 0).then(|| support::lookup("Common", shared, 1));
                let document = support::document(&format!("{n}"), common.into_iter().chain([own]).collect());
                bytes += document.len() as u64;
                let file = directory.path().join(format!("{n}.json"));
                fs::write(&file, document).expect("room for the documents");
                file
            })
            .collect();
        Self {
            directory,
            files,
            bytes,
        }
    }

    fn output(&self) -> PathBuf {
        self.directory.path().join("merged.json")
    }

    fn command(&self) -> Command {
        let mut command = support::exportdoc(&["merge", "--dsa-bits", "512", "--force", "-o"]);
        command.arg(self.output()).args(&self.files);
        command
    }
}

/// Merges five documents, to measure the time.
#[divan::bench(sample_count = 9, sample_size = 1)]
fn five_documents(bencher: Bencher<'_, '_>) {
    let sample = Sample::generate(5, OBJECT_BYTES / 4 * 3);
    bencher.bench_local(|| spawned(sample.command(), &[0]));
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).expect("it was written").len()
}

fn main() {
    divan::main();
    if !measuring() {
        return;
    }
    println!("\n{DOCUMENTS} documents of 4 MB       inputs     output       peak   × output");
    for (name, shared) in [
        ("three quarters shared", OBJECT_BYTES / 4 * 3),
        ("nothing shared", 0),
    ] {
        let sample = Sample::generate(DOCUMENTS, shared);
        let peak = peak_memory(sample.command());
        let output = size(&sample.output());
        println!(
            "{name:<24} {:>6.0} MiB {:>6.0} MiB {:>6.0} MiB   {:.2}",
            mebibytes(sample.bytes),
            mebibytes(output),
            mebibytes(peak),
            peak as f64 / output as f64
        );
    }
}
