//! The project's own tasks: `cargo xtask TASK [ARGUMENT…]`.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

mod book;
mod compare;
mod dist;
mod format;
mod inventory;
mod large;
mod links;
mod rules;
mod testdata;

const HELP: &str = "\
cargo xtask book
    Builds the book of docs/ into target/book. Installs mdBook into target/tools.
cargo xtask links
    Checks the relative links of all pages.
cargo xtask rules [--check]
    Writes docs/rules.md from the registry of findings, or checks that it is up to date.
cargo xtask format [--check]
    Writes docs/format-data.md from the tables of types and data fields, or checks that it is up to date.
cargo xtask testdata [--check]
    Writes the documents in testdata/generated and testdata/format, or checks that they are up to date.
cargo xtask large FILE BLOB_BYTES OBJECTS [LARGEST_BYTES [KEY_BITS [SAVE]]]
    Writes a sealed document of any size.
cargo xtask inventory FILE OBJECTS
    Writes a sealed document with everything that a made-up engine holds.
cargo xtask dist [--target TRIPLE]
    Builds both programs and packs them into dist/: an archive, a Debian package, checksums.
cargo xtask compare benches|costs|growth|memory|mock|verify [ARGUMENT…]
    Measures, prints a table and writes it into docs/performance.md.

Measure with an optimised build: cargo build --release --workspace && target/release/xtask …
";

/// What a task returns: an error ends the program with its message.
type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["book"] => book::build(),
        ["links"] => links::check(),
        ["rules"] => rules::write(),
        ["rules", "--check"] => rules::check(),
        ["format"] => format::write(),
        ["format", "--check"] => format::check(),
        ["testdata"] => testdata::write(),
        ["testdata", "--check"] => testdata::check(),
        ["large", file, ref sizes @ ..] => large::write(file, sizes),
        ["inventory", file, objects] => inventory::write(file, objects),
        ["dist", ref rest @ ..] => dist::make(rest),
        ["compare", name, ref rest @ ..] => compare::run(name, rest),
        _ => Err(HELP.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Best effort: without standard error nothing is left to report to.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
