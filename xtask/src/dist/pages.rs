//! Completions and manual pages, printed by the programs themselves.

use std::path::Path;
use std::process::Command;

use super::{Failure, output};

/// A file with text.
pub(super) struct Page {
    pub(super) name: String,
    pub(super) text: Vec<u8>,
}

/// A script per shell, under the names that the shells look for.
pub(super) fn completions(program: &Path, name: &str) -> Result<Vec<Page>, Failure> {
    [
        ("bash", format!("{name}.bash")),
        ("fish", format!("{name}.fish")),
        ("powershell", format!("{name}.ps1")),
        ("zsh", format!("_{name}")),
    ]
    .into_iter()
    .map(|(shell, file)| page(file, program, &["completions", shell]))
    .collect()
}

/// The program's page and one for each subcommand that it refers to.
pub(super) fn manual(program: &Path, name: &str) -> Result<Vec<Page>, Failure> {
    let own = page(format!("{name}.1"), program, &["man"])?;
    let text = String::from_utf8_lossy(&own.text).replace("\\-", "-");
    let prefix = format!("{name}-");
    let subcommands: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix(&prefix)?.strip_suffix("(1)"))
        // clap prints help itself.
        .filter(|subcommand| *subcommand != "help")
        .collect();
    if subcommands.is_empty() {
        return Err(format!("the manual page of {name} names no subcommand").into());
    }
    let mut pages = Vec::new();
    for subcommand in subcommands {
        pages.push(page(
            format!("{name}-{subcommand}.1"),
            program,
            &["man", subcommand],
        )?);
    }
    pages.push(own);
    Ok(pages)
}

fn page(name: String, program: &Path, arguments: &[&str]) -> Result<Page, Failure> {
    let text = output(Command::new(program).args(arguments))?.into_bytes();
    Ok(Page { name, text })
}
