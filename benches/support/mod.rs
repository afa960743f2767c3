//! Shared by the benchmarks: large documents and measuring.
//!
//! A document is a global export of the sample inventory with a few large lookups, sealed under `records-v1`.

#![allow(dead_code, unreachable_pub)] // no benchmark uses all of it

use std::fmt;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use exportdoc::internal::build::{in_record_order, seal};
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::object::draft::{self, AlgorithmInfo};
use exportdoc::internal::sample::{
    INSTALLED, SampleSize, export_facts, global_objects, key_bytes, revision_pair,
};
use exportdoc::internal::signature::{KeySize, SigningKey};

/// Approximate bytes of a lookup's row: `<row id="123456" value="1234567 Mill Avenue"/>`.
const ROW_BYTES: usize = 46;

/// A lookup of about `bytes` bytes. From the second `save` on, its middle row differs.
pub fn lookup(name: &str, bytes: usize, save: u32) -> SyncObject<'static> {
    let info = AlgorithmInfo {
        name,
        description: "Secure lookup",
        date: "2018-02-12",
    };
    let count = bytes / ROW_BYTES;
    let rows = (0..count).map(|row| {
        if save > 1 && row == count / 2 {
            format!("{save:07} Mill Street")
        } else {
            format!("{:07} Mill Avenue", row * 31 % 9_999_991)
        }
    });
    let modified = INSTALLED + i64::from(save) * 60_000;
    draft::lookup(info, rows, key_bytes(name), INSTALLED, &[])
        .finish(revision_pair(name, save), INSTALLED, modified)
        .expect("a lookup is well-formed")
}

/// A document of the inventory and these lookups. Exports of one state differ by their label.
pub fn document(label: &str, lookups: Vec<SyncObject<'static>>) -> Vec<u8> {
    let mut objects = global_objects(SampleSize::SMALL).expect("the inventory is well-formed");
    let mut roots = vec![objects.last().expect("GLOBAL_OBJECT").key().clone()];
    roots.extend(lookups.iter().map(|lookup| lookup.key().clone()));
    objects.extend(lookups);
    let objects = in_record_order(objects, &roots).expect("the inventory is closed");
    let facts = export_facts(label);
    let key = SigningKey::from_seed(KeySize::Dsa512, b"benchmark").expect("a key");
    seal(&facts, &objects, &key, KeySize::Dsa512.default_rule()).expect("a document")
}

/// A measured operation on a sample.
pub struct Step<S> {
    pub name: &'static str,
    pub run: fn(&S) -> usize,
}

impl<S> fmt::Display for Step<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// Whether this is `cargo bench`. `cargo test` only checks that benchmarks still run.
pub fn measuring() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// The command under test.
pub fn exportdoc(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exportdoc"));
    command.args(arguments);
    command
}

/// Runs a program that must end with one of these codes, and returns the length of its output.
pub fn spawned(mut command: Command, codes: &[i32]) -> usize {
    let output = command.output().expect("the program can be started");
    let code = output.status.code().unwrap_or(-1);
    assert!(
        codes.contains(&code),
        "{code}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout.len()
}

/// The medians over some rounds. Each round runs every step, so that a slow moment of the machine affects all.
pub fn medians<S, const N: usize>(sample: &S, rounds: usize, steps: [fn(&S) -> usize; N]) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..rounds {
        for (step, times) in steps.iter().zip(&mut times) {
            let started = Instant::now();
            black_box(step(sample));
            times.push(started.elapsed());
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[rounds / 2]
    })
}

/// The child's peak memory in bytes, read from the kernel until the child ends.
pub fn peak_memory(mut command: Command) -> u64 {
    let mut child = command
        .stdout(Stdio::null())
        .spawn()
        .expect("the program can be started");
    let status = Path::new("/proc").join(child.id().to_string()).join("status");
    let mut peak = 0;
    while child.try_wait().expect("a child of ours").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = peak.max(kibibytes.unwrap_or_default() * 1024);
    }
    peak
}

/// Converts bytes to MiB.
pub fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
