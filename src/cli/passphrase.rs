//! Where passphrases come from: a file, never an argument that other users of the machine could see.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use exportdoc::passphrase::Passphrase;

use super::CliError;

/// Far more than the longest passphrase that is taken.
const READ_AT_MOST: u64 = 64 * 1024;

/// The first line of a file, without its line end.
pub(super) fn from_file(path: &Path) -> Result<Passphrase, CliError> {
    let fail = |error: &dyn std::fmt::Display| {
        let help = "give a file whose first line is the passphrase";
        CliError::usage(format!("{}: {error}", path.display()), help)
    };
    let file = File::open(path).map_err(|error| fail(&error))?;
    let mut line = String::new();
    BufReader::new(file.take(READ_AT_MOST))
        .read_line(&mut line)
        .map_err(|error| fail(&error))?;
    let text = line.strip_suffix('\n').unwrap_or(&line);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Passphrase::new(text).map_err(|error| fail(&error))
}
