//! What several benchmarks measure with.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The child's peak memory in bytes, as the kernel counts it. Asked for until the child is gone: the figure only grows.
pub(crate) fn peak_memory(mut command: Command) -> u64 {
    let mut child = command
        .stdout(Stdio::null())
        .spawn()
        .expect("the program can be started");
    let status = Path::new("/proc").join(child.id().to_string()).join("status");
    let mut peak = 0;
    while child.try_wait().expect("a child of ours").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = peak.max(kibibytes.unwrap_or_default() * 1024);
    }
    peak
}
