//! Words and command lines for the shell.

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
    let name = std::env::args_os().next().unwrap_or_default();
    quoted(&name.to_string_lossy())
}

/// The running command with one more option, inserted after the subcommand's name.
pub(crate) fn this_command_with(subcommand: &str, option: &str) -> String {
    let mut words: Vec<String> = std::env::args_os()
        .map(|word| quoted(&word.to_string_lossy()))
        .collect();
    let has_it = words.iter().any(|word| word == option);
    if let Some(at) = words.iter().position(|word| word == subcommand)
        && !has_it
    {
        words.insert(at + 1, option.to_owned());
    }
    words.join(" ")
}
