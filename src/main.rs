//! The `exportdoc` command line: parses the arguments, runs a subcommand and returns its exit code.

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
            // Best effort.
            let _ = error.print();
            return if error.use_stderr() {
                cli::exit::Exit::Usage.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    // A panic has printed its message by now.
    match catch_unwind(AssertUnwindSafe(|| cli.run())) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => error.report().into(),
        Err(_) => cli::exit::Exit::Internal.into(),
    }
}
