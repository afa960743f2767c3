//! Audits an export document against a policy, as a gate before an import.
//!
//! ```sh
//! cargo run --example review -- export.json policy.toml
//! ```
//!
//! Prints a line per finding and exits with 1 if one of them is an error, with 2 if a file cannot be read.

#![allow(clippy::print_stdout, clippy::print_stderr)] // a program for the terminal

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use exportdoc::{Document, Level, Policy, Timestamp};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [document, policy] = &arguments[..] else {
        eprintln!("usage: review DOCUMENT POLICY");
        return ExitCode::from(2);
    };
    match review(Path::new(document), Path::new(policy)) {
        Ok(Level::Error) => ExitCode::FAILURE,
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints the findings and returns the highest level among them.
fn review(document: &Path, policy: &Path) -> Result<Level, Box<dyn Error>> {
    let policy = Policy::parse(&std::fs::read_to_string(policy)?)?;
    let document = Document::read(std::fs::read(document)?)?;
    let audit = document.audit(&policy, Timestamp::now(), None)?;
    for finding in &audit.findings {
        let place = finding.at.as_ref().map(ToString::to_string).unwrap_or_default();
        let object = finding
            .object
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        // `escape_debug`, because the texts may quote the document.
        let text = format!("{object} {}", finding.message);
        println!(
            "{:7} {}: {} ({})",
            finding.level.as_str(),
            finding.id(),
            text.trim().escape_debug(),
            place.escape_debug()
        );
        println!("        {}", finding.remedy());
    }
    let errors = audit.score(Level::Error);
    println!(
        "signature {}, {errors} errors, {} ignored findings",
        audit.verdict.as_str(),
        audit.suppressed.len()
    );
    Ok(audit.worst())
}
