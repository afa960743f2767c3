//! Where passphrases come from: a file or the terminal, never an argument that other users of the machine could see.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use exportdoc::internal::byte_order_mark::{LOOKS_LIKE_UTF_16, utf_16, without_mark};
use exportdoc::internal::passphrase::Passphrase;
use zeroize::Zeroizing;

use crate::cli::error::CliError;

/// Far more than the longest passphrase that is taken.
const READ_AT_MOST: u64 = 64 * 1024;

/// The passphrase that a command line leads to: the file's, or one asked for on the terminal.
pub(crate) fn from_file_or_terminal(file: Option<&Path>, asking: Asking) -> Result<Passphrase, CliError> {
    if let Some(file) = file {
        return from_file(file);
    }
    let ask = |prompt: &str| {
        // Asked on the terminal itself: standard input and output may be documents.
        rpassword::prompt_password(prompt).map_err(|error| {
            let help = "give it in the first line of a file, with --passphrase-file";
            CliError::usage(format!("no terminal to ask for the passphrase: {error}"), help)
        })
    };
    let text = Zeroizing::new(ask("Passphrase: ")?);
    if asking == Asking::Twice && *text != *Zeroizing::new(ask("The same again: ")?) {
        return Err(CliError::usage(
            "the two passphrases differ",
            "type the same one twice",
        ));
    }
    let help = "passphrases have 1 to 1024 characters";
    Passphrase::new(text.as_str()).map_err(|error| CliError::usage(error.to_string(), help))
}

/// How often to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    /// A document tells whether it was right.
    Once,
    /// Nothing will tell before it is too late.
    Twice,
}

/// The first line of a file, without its line end.
pub(crate) fn from_file(path: &Path) -> Result<Passphrase, CliError> {
    let fail = |error: &dyn std::fmt::Display| {
        let help = "give a file whose first line is the passphrase";
        CliError::usage(format!("{}: {error}", path.display()), help)
    };
    let file = File::open(path).map_err(|error| fail(&error))?;
    let mut line = Zeroizing::new(Vec::new());
    BufReader::new(file.take(READ_AT_MOST))
        .read_until(b'\n', &mut line)
        .map_err(|error| fail(&error))?;
    if utf_16(&line).is_some() {
        let message = format!("{}: can't be read, {LOOKS_LIKE_UTF_16}", path.display());
        let help = "save it as UTF-8: PowerShell's '>' writes UTF-16, 'Out-File -Encoding ascii' doesn't";
        return Err(CliError::usage(message, help));
    }
    let text = std::str::from_utf8(without_mark(&line)).map_err(|_| fail(&"not UTF-8 text"))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Passphrase::new(text).map_err(|error| fail(&error))
}
