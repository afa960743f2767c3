//! The `exportdoc` command line: parses arguments, runs one subcommand, answers with its exit code.

mod cli;
mod outcome;
mod render;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a terminal that went away is none either.
            let _ = error.print();
            return if error.use_stderr() {
                cli::exit::Exit::Usage.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    // The panic's own message has been printed by then.
    match catch_unwind(AssertUnwindSafe(|| cli.run())) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => error.report().into(),
        Err(_) => cli::exit::Exit::Internal.into(),
    }
}
