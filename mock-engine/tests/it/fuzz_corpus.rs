//! Replays the corpus of the fuzz target that drives the mock: what fuzzing once found interesting still keeps every
//! promise.

#[path = "../../../fuzz/targets/http.rs"]
#[allow(unreachable_pub, clippy::expect_used)] // public for the fuzz crate
mod http_target;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Small enough to be read by people and replayed on every change.
const FILES: usize = 200;
const BYTES: usize = 100_000;

#[test]
fn the_mock_keeps_its_promises_on_the_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/http");
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(corpus).expect("the corpus is checked in") {
        let path = entry.expect("a readable directory").path();
        let input = fs::read(&path).expect("a readable file");
        let outcome = catch_unwind(AssertUnwindSafe(|| http_target::http(&input)));
        assert!(outcome.is_ok(), "{}", path.display());
        files += 1;
        bytes += input.len();
    }
    assert!((1..=FILES).contains(&files), "{files} files");
    assert!(bytes <= BYTES, "{bytes} bytes");
}
