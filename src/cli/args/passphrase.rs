//! The option `--passphrase-file`. Passphrases come from a file or the terminal, never from an argument that other users
//! of the machine could see.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use exportdoc::internal::byte_order_mark::{LOOKS_LIKE_UTF_16, utf_16, without_mark};
use exportdoc::internal::passphrase::Passphrase;
use zeroize::Zeroizing;

use crate::cli::error::{CliError, user_error};
use crate::cli::io::input::open_file;

/// Far more than the longest passphrase.
const READ_AT_MOST: u64 = 64 * 1024;

/// One passphrase for all documents.
#[derive(Debug, clap::Args)]
pub(crate) struct PassphraseArg {
    /// Open encrypted documents with the passphrase in the first line of this file
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// Several passphrases to try.
#[derive(Debug, clap::Args)]
pub(crate) struct PassphraseArgs {
    /// Open encrypted documents with the passphrase in the first line of this file (repeatable: each is tried)
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Vec<PathBuf>,
}

impl PassphraseArgs {
    /// Reads the passphrases.
    pub(crate) fn read(&self) -> Result<Vec<Passphrase>, CliError> {
        self.passphrase_file.iter().map(|file| from_file(file)).collect()
    }
}

/// The passphrases in the files; without files, one asked for on the terminal.
pub(crate) fn from_files_or_terminal(files: &[PathBuf]) -> Result<Vec<Passphrase>, CliError> {
    match files {
        [] => Ok(vec![ask()?]),
        files => files.iter().map(|file| from_file(file)).collect(),
    }
}

/// Asks on the terminal itself, because standard input and output may be documents.
fn ask() -> Result<Passphrase, CliError> {
    checked(&prompt("Passphrase: ")?)
}

/// Asks twice: a typing error would make the document unreadable.
pub(crate) fn ask_twice() -> Result<Passphrase, CliError> {
    let text = prompt("Passphrase: ")?;
    if *text != *prompt("The same again: ")? {
        return Err(user_error("the two passphrases differ").hinted("type the same one twice"));
    }
    checked(&text)
}

fn prompt(text: &str) -> Result<Zeroizing<String>, CliError> {
    rpassword::prompt_password(text)
        .map(Zeroizing::new)
        .map_err(|error| {
            user_error(format!("no terminal to ask for the passphrase: {error}"))
                .hinted("give it in the first line of a file, with --passphrase-file")
        })
}

fn checked(text: &str) -> Result<Passphrase, CliError> {
    Passphrase::new(text).map_err(|error| user_error(error).hinted("passphrases have 1 to 1024 characters"))
}

/// The first line of a file, without its line end.
pub(crate) fn from_file(path: &Path) -> Result<Passphrase, CliError> {
    let fail = |error: &dyn std::fmt::Display| {
        user_error(error)
            .about(path.display())
            .hinted("give a file whose first line is the passphrase")
    };
    let mut line = Zeroizing::new(Vec::new());
    BufReader::new(open_file(path)?.take(READ_AT_MOST))
        .read_until(b'\n', &mut line)
        .map_err(|error| fail(&error))?;
    if utf_16(&line).is_some() {
        return Err(fail(&format_args!("can't be read, {LOOKS_LIKE_UTF_16}"))
            .hinted("save it as UTF-8: PowerShell's '>' writes UTF-16, 'Out-File -Encoding ascii' doesn't"));
    }
    let text = std::str::from_utf8(without_mark(&line)).map_err(|_| fail(&"not UTF-8 text"))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    Passphrase::new(text.strip_suffix('\r').unwrap_or(text)).map_err(|error| fail(&error))
}
