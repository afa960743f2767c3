//! Documents per second of `exportdoc audit`, next to a shell loop that only checks signatures.
//!
//! ```sh
//! cargo bench --locked --bench audit             # 10,000 documents of 20 KB and 200 of 4 MB; needs 1.1 GB of temporary files
//! cargo bench --locked --bench audit -- 1000 20  # fewer of each
//! ```
//!
//! Every document has its own key and is sealed under `records-v1`. The loop is `xtask/compare/signatures.sh` with jq, base64
//! and openssl, in one process per core. It gets the first hundred documents of each archive, because the rest would take
//! hours. Both run in turn, three times, after a run that brings the files into memory; the table has the medians.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark fails by a panic"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use exportdoc::internal::build::{ExportFacts, in_record_order, seal, type_name};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{self, AlgorithmInfo};
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::sample::{
    INSTALLED, SampleSize, environments, export_facts, global_objects, key_bytes, references_to,
    revision_pair,
};
use exportdoc::internal::signature::{KeySize, SigningKey};
use rayon::prelude::*;
use serde_json::json;
use serde_json::value::to_raw_value;
use support::peak_memory;

const ROUNDS: usize = 3;
/// Documents of each archive that the loop checks.
const SAMPLE: usize = 100;
/// Rows of the lookup in a large document: about 46 bytes each, a third more in base64.
const ROWS: usize = 65_000;

/// Objects, and those that the export requests.
struct Content {
    objects: Vec<SyncObject<'static>>,
    roots: Vec<ObjectKey>,
}

/// A masking job with its ruleset, connector and references.
fn job() -> Content {
    let mut objects = global_objects(SampleSize::SMALL).expect("the inventory is well-formed");
    objects.extend(references_to(&objects));
    for environment in environments().expect("the inventory is well-formed") {
        objects.extend(references_to(&environment.objects));
        objects.extend(environment.objects);
    }
    Content {
        objects,
        roots: vec![ObjectKey::new(20, Identifier::Integer(4))],
    }
}

/// The inventory with a large lookup.
fn bundle() -> Content {
    let mut objects = global_objects(SampleSize::SMALL).expect("the inventory is well-formed");
    let info = AlgorithmInfo {
        name: "LargeLookup",
        description: "Secure lookup",
        date: "2018-02-12",
    };
    let rows = (0..ROWS).map(|row| format!("{:07} Mill Avenue", row * 31 % 9_999_991));
    let lookup = draft::lookup(info, rows, key_bytes("LargeLookup"), INSTALLED, &[])
        .finish(revision_pair("LargeLookup", 1), INSTALLED, INSTALLED)
        .expect("a lookup is well-formed");
    let roots = vec![
        objects.last().expect("GLOBAL_OBJECT").key().clone(),
        lookup.key().clone(),
    ];
    objects.push(lookup);
    Content { objects, roots }
}

/// Writes documents into directories of a thousand each and returns their paths in order.
fn write(directory: &Path, documents: usize, content: &Content) -> Vec<PathBuf> {
    let objects = in_record_order(content.objects.clone(), &content.roots).expect("the inventory is closed");
    let requested: Vec<_> = content
        .roots
        .iter()
        .map(|root| {
            let name = type_name(root.type_number, &BTreeMap::new());
            json!({ "objectIdentifier": root.identifier.to_json(), "objectType": name })
        })
        .map(|row| to_raw_value(&row).expect("JSON"))
        .collect();
    let write_one = |number: usize| {
        let facts = ExportFacts {
            requested: requested.clone(),
            ..export_facts(&format!("benchmark {number}"))
        };
        let size = KeySize::Dsa512;
        let key = SigningKey::from_seed(size, &number.to_be_bytes()).expect("a key");
        let document = seal(&facts, &objects, &key, size.default_rule()).expect("a document");
        let below = directory.join(format!("{:03}", number / 1000));
        fs::create_dir_all(&below).expect("room for a directory");
        let path = below.join(format!("{number:06}.json"));
        fs::write(&path, document).expect("room for the documents");
        path
    };
    (0..documents).into_par_iter().map(write_one).collect()
}

fn audit(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exportdoc"));
    command
        .args(["audit", "--format", "ndjson", "--recursive"])
        .arg(directory)
        .stderr(Stdio::null());
    command
}

/// Seconds of the audit.
fn time_audit(directory: &Path, documents: usize) -> f64 {
    let started = Instant::now();
    let output = audit(directory).output().expect("the command runs");
    let taken = started.elapsed().as_secs_f64();
    let lines = output.stdout.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!((lines, output.status.code()), (documents, Some(0)));
    taken
}

/// Seconds of the loop over these documents.
fn time_loop(paths: &[PathBuf]) -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("xtask/compare/signatures.sh");
    let started = Instant::now();
    let outputs: Vec<_> = paths
        .chunks(paths.len().div_ceil(cores))
        .map(|part| {
            let mut command = Command::new(&script);
            command.args(part).stdout(Stdio::piped());
            command.spawn().expect("bash, jq and openssl are there")
        })
        .collect();
    let valid: usize = outputs
        .into_iter()
        .map(|child| child.wait_with_output().expect("the loop ends").stdout)
        .map(|said| said.iter().filter(|byte| **byte == b'\n').count())
        .sum();
    let taken = started.elapsed().as_secs_f64();
    assert_eq!(valid, paths.len(), "the loop finds every signature valid");
    taken
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse::<usize>().ok());
    let small = numbers.next().unwrap_or(10_000);
    let large = numbers.next().unwrap_or(200);
    println!(
        "| archive | audit, documents/s | MB/s | peak memory | loop, documents/s (of so many) | audit ÷ loop |"
    );
    println!("|---|---|---|---|---|---|");
    for (documents, content) in [(small, job()), (large, bundle())] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let paths = write(directory.path(), documents, &content);
        let sample = &paths[..documents.min(SAMPLE)];
        let bytes: u64 = paths
            .iter()
            .map(|path| fs::metadata(path).expect("a document").len())
            .sum();
        time_audit(directory.path(), documents);
        time_loop(sample);
        let (audits, loops): (Vec<f64>, Vec<f64>) = (0..ROUNDS)
            .map(|_| (time_audit(directory.path(), documents), time_loop(sample)))
            .unzip();
        let rate = documents as f64 / median(audits);
        let loop_rate = sample.len() as f64 / median(loops);
        println!(
            "| {documents} × {:.0} KB | {rate:.0} | {:.0} | {:.0} MiB | {loop_rate:.1} ({}) | {:.0} |",
            bytes as f64 / documents as f64 / 1e3,
            rate * bytes as f64 / documents as f64 / 1e6,
            peak_memory(audit(directory.path())) as f64 / f64::from(1 << 20),
            sample.len(),
            rate / loop_rate
        );
    }
}
