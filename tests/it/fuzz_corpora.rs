//! Replays the corpora of the fuzz targets: what fuzzing once found interesting still keeps every promise.

#[path = "../../fuzz/targets/mod.rs"]
#[allow(unreachable_pub)] // public for the fuzz crate
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Most inputs of a target in git. The nightly run makes the rest.
const FILES: usize = 20;

fn replay(name: &str, target: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let mut files = 0;
    for entry in fs::read_dir(&corpus).expect("the corpus is checked in") {
        let path = entry.expect("a readable directory").path();
        let input = fs::read(&path).expect("a readable file");
        let outcome = catch_unwind(AssertUnwindSafe(|| target(&input)));
        assert!(outcome.is_ok(), "{}", path.display());
        files += 1;
    }
    assert!((1..=FILES).contains(&files), "{files} files");
}

#[test]
fn envelope_keeps_its_promises_on_its_corpus() {
    replay("envelope", targets::envelope);
}

#[test]
fn containers_keeps_its_promises_on_its_corpus() {
    replay("containers", targets::containers);
}

#[test]
fn blob_keeps_its_promises_on_its_corpus() {
    replay("blob", targets::blob);
}

#[test]
fn spki_keeps_its_promises_on_its_corpus() {
    replay("spki", targets::spki);
}

#[test]
fn signature_der_keeps_its_promises_on_its_corpus() {
    replay("signature_der", targets::signature_der);
}

#[test]
fn diff_keeps_its_promises_on_its_corpus() {
    replay("diff", targets::diff);
}

#[test]
fn merge_keeps_its_promises_on_its_corpus() {
    replay("merge", targets::merge);
}

#[test]
fn plan_keeps_its_promises_on_its_corpus() {
    replay("plan", targets::plan);
}

#[test]
fn copies_keeps_its_promises_on_its_corpus() {
    replay("copies", targets::copies);
}

#[test]
fn settings_keeps_its_promises_on_its_corpus() {
    replay("settings", targets::settings);
}
