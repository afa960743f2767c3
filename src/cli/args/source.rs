//! Arguments that name the one document to work on.

use std::path::{Path, PathBuf};

use exportdoc::internal::reuse;

use crate::cli::args::max_size::MaxSize;
use crate::cli::args::passphrase::{PassphraseArg, from_files_or_terminal};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::input::Input;
use crate::cli::io::notes::say;
use crate::cli::io::source::Source;

/// The document to work on.
#[derive(Debug, clap::Args)]
#[command(mut_arg("passphrase_file", |arg| arg.help(
    "Open an encrypted document with the passphrase in the first line of this file; asked for on the terminal without it"
)))]
pub(crate) struct SourceArgs {
    /// The export document; '-' is standard input
    #[arg(value_name = "DOC")]
    pub(crate) file: PathBuf,
    /// Accept a document whose signature is invalid or that has findings which are errors
    #[arg(long)]
    allow_invalid: bool,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseArg,
    #[command(flatten)]
    max_size: MaxSize<1>,
}

impl SourceArgs {
    /// Reads the document, prints its doubts, and refuses it if it can't be worked on.
    pub(crate) fn load(&self) -> Result<Source, CliError> {
        let source = load(
            &self.file,
            None,
            self.max_size,
            self.passphrase.passphrase_file.as_slice(),
        )?
        .usable(self.allow_invalid)?;
        for doubt in reuse::doubts(&source.report) {
            say(&format!("note: {}: {doubt}", source.label));
        }
        Ok(source)
    }
}

/// Reads a document; if it is encrypted, tries the passphrases in the files, or one asked for on the terminal. In
/// messages it has the name given, or else its path.
pub(crate) fn load(
    file: &Path,
    name: Option<String>,
    max_size: MaxSize<1>,
    files: &[PathBuf],
) -> Result<Source, CliError> {
    let input = Input::at(file);
    let label = name.unwrap_or_else(|| input.label());
    Source::load(&input, label, max_size.bytes(), || from_files_or_terminal(files))
        .map_err(|error| error.exiting(Exit::Usage))
}
