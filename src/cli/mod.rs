//! The command line: parses the arguments and runs the subcommand.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod error;
pub(crate) mod exit;
pub(crate) mod hints;
pub(crate) mod io;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use commands::{
    audit, completions, decrypt, diff, encrypt, explain, extract, git_setup, inspect, keygen, man, merge,
    merge_driver, plan, redact, seal, textconv, verify_signature,
};
use error::CliError;
use exit::Exit;

/// Read, judge and build the signed export documents that data-masking engines sync with
#[derive(Debug, Parser)]
#[command(name = "exportdoc", version, propagate_version = true, after_help = exit::table(""))]
pub(crate) struct Cli {
    /// When to use colour; NO_COLOR is honoured
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::Args),
    VerifySignature(verify_signature::Args),
    Audit(audit::Args),
    Extract(extract::Args),
    Seal(seal::Args),
    Keygen(keygen::Args),
    Encrypt(encrypt::Args),
    Decrypt(decrypt::Args),
    Redact(redact::Args),
    Diff(diff::Args),
    Merge(merge::Args),
    MergeDriver(merge_driver::Args),
    Plan(plan::Args),
    Textconv(textconv::Args),
    GitSetup(git_setup::Args),
    Explain(explain::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Parses the arguments, of which the first is the program's name, runs a subcommand and returns its exit code.
pub(crate) fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = args.into_iter().collect();
    io::shell::remember(&words);
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => {
            // Best effort.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    // A panic has printed its message by now.
    match catch_unwind(AssertUnwindSafe(|| cli.run())) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => error.report().into(),
        Err(_) => Exit::Internal.into(),
    }
}

impl Cli {
    /// Runs the subcommand.
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
        .write_global();
        match self.command {
            Command::Inspect(args) => args.run(),
            Command::VerifySignature(args) => args.run(),
            Command::Audit(args) => args.run(),
            Command::Extract(args) => args.run(),
            Command::Seal(args) => args.run(),
            Command::Keygen(args) => args.run(),
            Command::Encrypt(args) => args.run(),
            Command::Decrypt(args) => args.run(),
            Command::Redact(args) => args.run(),
            Command::Diff(args) => args.run(),
            Command::Merge(args) => args.run(),
            Command::MergeDriver(args) => args.run(),
            Command::Plan(args) => args.run(),
            Command::Textconv(args) => args.run(),
            Command::GitSetup(args) => args.run(),
            Command::Explain(args) => args.run(),
            Command::Completions(args) => args.run(Self::command()),
            Command::Man(args) => args.run(Self::command()),
        }
    }
}
