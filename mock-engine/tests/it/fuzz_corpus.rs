//! Replays the inputs of the fuzz target `http` that are in git.

#[path = "../../../fuzz/targets/http.rs"]
#[allow(unreachable_pub, clippy::expect_used)] // public for the fuzz crate
mod http_target;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Most inputs of a target in git. The nightly run makes the rest.
const FILES: usize = 20;

#[test]
#[ignore = "ci/long runs it"]
fn fuzz_target_holds_on_its_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/http");
    let mut files = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        let input = fs::read(&path).unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| http_target::http(&input)));
        assert!(outcome.is_ok(), "{}", path.display());
        files += 1;
    }
    assert!((1..=FILES).contains(&files), "{files} files");
}
