//! `exportdoc completions`: completion scripts for shells.

use std::io::Write;

use clap_complete::Shell;

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::stdout;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  exportdoc completions bash > /etc/bash_completion.d/exportdoc\n  exportdoc completions zsh > ~/.zfunc/_exportdoc"
)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self, mut program: clap::Command) -> Result<Exit, CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "exportdoc", &mut script);
        let mut out = stdout::open();
        out.write_all(&script)?;
        out.flush()?;
        Ok(Exit::Good)
    }
}
