//! `exportdoc man`: manual pages.

use std::io::Write;

use crate::cli::error::{CliError, user_error};
use crate::cli::exit::Exit;
use crate::cli::io::stdout;

/// Print a manual page in troff
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  exportdoc man | man -l -\n  exportdoc man inspect > exportdoc-inspect.1"
)]
pub(crate) struct Args {
    /// The subcommand whose page to print; without it, the program's own
    subcommand: Option<String>,
}

impl Args {
    pub(crate) fn run(self, mut program: clap::Command) -> Result<Exit, CliError> {
        program.build();
        if let Some(name) = &self.subcommand {
            let found = program.find_subcommand(name).cloned();
            let subcommand = found.ok_or_else(|| {
                user_error(format!("no subcommand '{name}'")).hinted("'exportdoc --help' lists them")
            })?;
            program = subcommand.name(format!("exportdoc-{name}"));
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(program).render(&mut page)?;
        let mut out = stdout::open();
        out.write_all(&page)?;
        out.flush()?;
        Ok(Exit::Good)
    }
}
