//! Makes the documents in `testdata/generated/`, byte for byte the same on every run.
//!
//! ```sh
//! cargo run --example make_testdata               # writes them
//! cargo run --example make_testdata -- --check    # fails when they differ from what it makes
//! ```
//!
//! Invariant: nothing here asks for the time, for randomness or for the environment. Content comes from
//! [`exportdoc::internal::sample`], sound documents from [`exportdoc::internal::build`]; odd ones are sound ones taken apart and put
//! together wrongly. What each document is for stands in `testdata/README.md`.

mod auditing;
mod damaged;
mod der;
mod merging;
mod parts;
mod sound;
mod tampered;
mod targets;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The documents, and what goes with them, by their path below the directory.
type Documents = BTreeMap<String, Vec<u8>>;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/generated");

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let documents = documents()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => write(Path::new(DIRECTORY), &documents)?,
        ["--check"] => return check(Path::new(DIRECTORY), &documents),
        _ => return Err("the only argument is --check".into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn documents() -> Result<Documents> {
    let mut documents = Documents::new();
    for (directory, made) in [
        ("", sound::documents()?),
        ("damaged/", damaged::documents()?),
        ("merge/", merging::documents()?),
        ("tampered/", tampered::documents()?),
        ("targets/", targets::files()?),
    ] {
        for (name, bytes) in made {
            if documents
                .insert(format!("{directory}{name}.json"), bytes)
                .is_some()
            {
                return Err(format!("{directory}{name} is made twice").into());
            }
        }
    }
    for (name, bytes) in auditing::files()? {
        if documents.insert(format!("audit/{name}"), bytes).is_some() {
            return Err(format!("audit/{name} is made twice").into());
        }
    }
    Ok(documents)
}

/// Writes the documents and removes those that are no longer made.
fn write(directory: &Path, documents: &Documents) -> Result<()> {
    for stale in on_disk(directory)?
        .iter()
        .filter(|name| !documents.contains_key(*name))
    {
        fs::remove_file(directory.join(stale))?;
    }
    for (name, bytes) in documents {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap_or(directory))?;
        fs::write(path, bytes)?;
    }
    let total: usize = documents.values().map(Vec::len).sum();
    writeln!(io::stdout(), "{} documents, {total} bytes", documents.len())?;
    Ok(())
}

/// Says which documents differ from those on disk.
fn check(directory: &Path, documents: &Documents) -> Result<ExitCode> {
    let present = on_disk(directory)?;
    let mut differences = Vec::new();
    for (name, bytes) in documents {
        if !present.contains(name) {
            differences.push(format!("{name} is missing"));
        } else if fs::read(directory.join(name))? != *bytes {
            differences.push(format!("{name} differs"));
        }
    }
    for name in present.iter().filter(|name| !documents.contains_key(*name)) {
        differences.push(format!("{name} is not made any more"));
    }
    for difference in &differences {
        writeln!(io::stderr(), "error: {difference}")?;
    }
    if differences.is_empty() {
        writeln!(io::stdout(), "{} documents are as made", documents.len())?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(io::stderr(), "run: cargo run --example make_testdata")?;
    Ok(ExitCode::FAILURE)
}

/// The files below a directory, with forward slashes. None when it isn't there.
fn on_disk(directory: &Path) -> Result<BTreeSet<String>> {
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
