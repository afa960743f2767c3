//! What a shell and `man` read about the program.

use std::error::Error;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Cli;

const PROGRAM: &str = "mock-engine";

type Failure = Box<dyn Error + Send + Sync>;

/// A script that completes the program's options.
pub(super) fn completions(shell: Shell) -> Result<String, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), PROGRAM, &mut script);
    Ok(String::from_utf8(script)?)
}

/// The manual page of the program or a subcommand.
pub(super) fn manual(subcommand: Option<&str>) -> Result<String, Failure> {
    let mut program = Cli::command();
    program.build();
    let shown = match subcommand {
        None => program,
        Some(name) => own_page(&program, name)?,
    };
    let mut page = Vec::new();
    Man::new(shown).render(&mut page)?;
    Ok(String::from_utf8(page)?)
}

/// The subcommand under the name that `man` looks for.
fn own_page(program: &Command, name: &str) -> Result<Command, Failure> {
    let found = program
        .find_subcommand(name)
        .ok_or_else(|| format!("no subcommand '{name}'; `{PROGRAM} --help` lists them"))?;
    Ok(found.clone().name(format!("{PROGRAM}-{name}")))
}
