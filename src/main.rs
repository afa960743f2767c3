//! The program `exportdoc`.

mod cli;
mod outcome;
mod render;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(std::env::args_os())
}
