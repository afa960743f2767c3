//! Writes the documents in `testdata/generated` and `testdata/format`, byte for byte the same on every run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::Outcome;

const TESTDATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata");

/// Each directory with its files.
fn directories() -> [(PathBuf, BTreeMap<String, Vec<u8>>); 2] {
    let testdata = Path::new(TESTDATA);
    [
        (testdata.join("generated"), testkit::files()),
        (testdata.join("format"), testkit::format_files()),
    ]
}

/// Writes the documents and removes files that are no longer made.
pub(crate) fn write() -> Outcome {
    for (directory, documents) in directories() {
        for stale in on_disk(&directory)?
            .iter()
            .filter(|name| !documents.contains_key(*name))
        {
            fs::remove_file(directory.join(stale))?;
        }
        for (name, bytes) in &documents {
            let path = directory.join(name);
            fs::create_dir_all(path.parent().unwrap_or(&directory))?;
            fs::write(path, bytes)?;
        }
        let total: usize = documents.values().map(Vec::len).sum();
        let directory = directory.file_name().unwrap_or_default().display();
        writeln!(
            io::stdout(),
            "{directory}: {} files, {total} bytes",
            documents.len()
        )?;
    }
    Ok(())
}

/// Fails if documents on disk differ from what this makes.
pub(crate) fn check() -> Outcome {
    let mut differences = Vec::new();
    for (directory, documents) in directories() {
        let present = on_disk(&directory)?;
        for (name, bytes) in &documents {
            if !present.contains(name) {
                differences.push(format!("error: {name} is missing"));
            } else if fs::read(directory.join(name))? != *bytes {
                differences.push(format!("error: {name} differs"));
            }
        }
        for name in present.iter().filter(|name| !documents.contains_key(*name)) {
            differences.push(format!("error: {name} is no longer made"));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    differences.push("  help: run 'cargo xtask testdata'".to_owned());
    Err(differences.join("\n").into())
}

/// Returns the files below a directory, with forward slashes.
fn on_disk(directory: &Path) -> Result<BTreeSet<String>, Box<dyn std::error::Error>> {
    let mut found = BTreeSet::new();
    let mut pending: Vec<PathBuf> = directory
        .is_dir()
        .then(|| directory.to_owned())
        .into_iter()
        .collect();
    while let Some(current) = pending.pop() {
        for entry in fs::read_dir(&current)? {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let below = path.strip_prefix(directory)?;
            let names: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            found.insert(names.join("/"));
        }
    }
    Ok(found)
}
