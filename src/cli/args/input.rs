//! Arguments that name the documents to read.

use std::path::PathBuf;

use crate::cli::args::max_size::MaxSize;
use crate::cli::error::CliError;
use crate::cli::io::input::{Input, stdin_once};
use crate::cli::io::walking::{Listing, below};

/// The documents to read.
#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Export documents; '-' is standard input, directories need --recursive
    #[arg(value_name = "DOC", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Read the documents below the directories given: files that end in .json, .gz, .zip or .bin, and those that begin
    /// like a document; links are followed
    #[arg(short, long)]
    recursive: bool,
    /// With --recursive: name the files that were not read
    #[arg(short, long)]
    verbose: bool,
    /// With --recursive: report links as errors instead of following them
    #[arg(long)]
    no_follow: bool,
    #[command(flatten)]
    pub(crate) max_size: MaxSize<16>,
}

impl InputArgs {
    /// The inputs in the order given, directories expanded in path order.
    ///
    /// # Errors
    /// Standard input named twice, or a directory without documents.
    pub(crate) fn find(&self) -> Result<Vec<Input>, CliError> {
        stdin_once(&self.files)?;
        let listing = if self.verbose {
            Listing::Names
        } else {
            Listing::CountWithHint
        };
        let mut inputs = Vec::new();
        for path in &self.files {
            if self.recursive && path.is_dir() {
                inputs.extend(below(path, self.no_follow, listing)?);
            } else {
                inputs.push(Input::at(path));
            }
        }
        Ok(inputs)
    }
}
