//! Options that say where a document is written.

use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::cli::io::output::Output;

/// The output of a document.
#[derive(Debug, clap::Args)]
pub(crate) struct OutputArgs {
    /// Where to write; '-' is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Replace the output if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// The output of a document that may also replace the input.
#[derive(Debug, clap::Args)]
pub(crate) struct InPlaceArgs {
    /// Where to write; '-' is standard output
    #[arg(short, long, value_name = "FILE", required_unless_present = "in_place")]
    output: Option<PathBuf>,
    /// Replace the output if it exists
    #[arg(long)]
    force: bool,
    /// Replace the input; it is kept as FILE.bak, which must not exist yet
    #[arg(long, conflicts_with_all = ["output", "force"])]
    in_place: bool,
}

impl OutputArgs {
    /// Calls [`Output::check`].
    pub(crate) fn check(&self, inputs: &[&Path]) -> Result<Output, CliError> {
        Output::check(&self.output, self.force, inputs)
    }
}

impl InPlaceArgs {
    /// Calls [`Output::check`] or [`Output::in_place_of`].
    pub(crate) fn check(&self, input: &Path) -> Result<Output, CliError> {
        match &self.output {
            Some(output) => Output::check(output, self.force, &[input]),
            None => Output::in_place_of(input),
        }
    }
}
