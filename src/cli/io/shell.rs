//! Words and command lines for the shell.

use std::ffi::OsString;
use std::sync::OnceLock;

/// The words of this command line. Those of the process are others when Python runs the command.
static WORDS: OnceLock<Vec<String>> = OnceLock::new();

/// Remembers the command line for hints that quote it.
pub(crate) fn remember(words: &[OsString]) {
    WORDS.get_or_init(|| {
        words
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    });
}

fn words() -> &'static [String] {
    WORDS.get().map_or(&[], Vec::as_slice)
}

/// Quotes a word, if necessary.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The name under which this program was called.
pub(crate) fn program() -> String {
    quoted(words().first().map_or("", String::as_str))
}

/// The running command with one more option, inserted after the subcommand's name.
pub(crate) fn this_command_with(subcommand: &str, option: &str) -> String {
    let mut words: Vec<String> = words().iter().map(|word| quoted(word)).collect();
    let has_it = words.iter().any(|word| word == option);
    if let Some(at) = words.iter().position(|word| word == subcommand)
        && !has_it
    {
        words.insert(at + 1, option.to_owned());
    }
    words.join(" ")
}
