//! `exportdoc man`: manual pages.

use std::io::Write;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::stdout;

/// Print a manual page in troff
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  exportdoc man | man -l -\n  exportdoc man inspect > exportdoc-inspect.1"
)]
pub(crate) struct Args {
    /// The subcommand whose page to print; the program's own without
    subcommand: Option<String>,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let mut command = Cli::command();
        command.build();
        if let Some(name) = &self.subcommand {
            let found = command.find_subcommand(name).cloned();
            let subcommand = found.ok_or_else(|| {
                CliError::usage(format!("no subcommand '{name}'"), "'exportdoc --help' lists them")
            })?;
            command = subcommand.name(format!("exportdoc-{name}"));
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        stdout::open().write_all(&page)?;
        Ok(Exit::Good)
    }
}
