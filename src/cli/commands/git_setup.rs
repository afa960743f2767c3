//! `exportdoc git-setup`: configures git to compare and merge documents.
//!
//! Invariant: it writes only the lines it prints, and only those that are missing.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use exportdoc::internal::escape;

use crate::cli::args::passphrase::PassphraseArg;
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::io::shell::quoted;
use crate::cli::io::staging::{Permissions, Staged};
use crate::cli::io::stdout;

/// The name of the tools in git.
const DRIVER: &str = "exportdoc";
/// The attributes for which git calls them.
const ATTRIBUTES: &str = "diff=exportdoc merge=exportdoc";

/// Print the settings with which git shows documents as text and merges them, or install them in this repository
///
/// Afterwards 'git diff', 'git log -p' and 'git show' compare documents by the text that 'exportdoc textconv' prints,
/// 'git difftool -t exportdoc' runs 'exportdoc diff', 'git merge' merges documents object by object, and
/// 'git mergetool -t exportdoc' settles the conflicts.
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("git-setup", "", "\
Examples:
  exportdoc git-setup
  exportdoc git-setup --write --pattern 'exports/*.json'"))]
pub(crate) struct Args {
    /// Add the missing settings to .gitattributes and .git/config of this repository
    #[arg(long)]
    write: bool,
    /// A pattern of .gitattributes that matches export documents (repeatable)
    #[arg(long, value_name = "PATTERN", default_value = "*.export.json")]
    pattern: Vec<String>,
    /// The command with which git calls this program
    #[arg(long, value_name = "COMMAND", default_value = "exportdoc")]
    command: String,
    /// Seal merged documents with this private key instead of a new key for each
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArg,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let attributes = self.attributes()?;
        let settings = self.settings()?;
        let mut out = stdout::open();
        if self.write {
            let root = repository()?;
            let file = root.join(".gitattributes");
            let added = append_missing(&file, &attributes).map_err(|error| {
                user_error(error)
                    .about(file.display())
                    .hinted("check that it is a regular file that you may write to")
            })?;
            for line in &added {
                writeln!(out, "added to .gitattributes: {}", escape::terminal(line))?;
            }
            for (key, value) in &settings {
                if set(&root, key, value)? {
                    writeln!(out, "set in .git/config: {key} = {}", escape::terminal(value))?;
                }
            }
            writeln!(
                out,
                "git shows export documents as text in this repository, and merges them object by object"
            )?;
        } else {
            writeln!(out, "# in .gitattributes")?;
            for line in &attributes {
                writeln!(out, "{}", escape::terminal(line))?;
            }
            writeln!(out, "\n# once per clone")?;
            for (key, value) in &settings {
                writeln!(
                    out,
                    "git config --local {key} {}",
                    escape::terminal(&quoted(value))
                )?;
            }
        }
        out.flush()?;
        Ok(Exit::Good)
    }

    fn attributes(&self) -> Result<Vec<String>, CliError> {
        let line = |pattern: &String| {
            let odd = |c: char| c.is_control() || c == '"';
            if pattern.trim().is_empty() || pattern.contains(odd) || pattern.starts_with(['#', '!']) {
                return Err(
                    user_error(format!("--pattern {pattern:?}: git accepts no such pattern"))
                        .hinted("give a pattern such as '*.export.json' or 'exports/*.json'"),
                );
            }
            // A blank ends an unquoted pattern.
            Ok(if pattern.contains(' ') {
                format!("\"{}\" {ATTRIBUTES}", pattern.replace('\\', "\\\\"))
            } else {
                format!("{pattern} {ATTRIBUTES}")
            })
        };
        self.pattern.iter().map(line).collect()
    }

    /// The settings of .git/config.
    fn settings(&self) -> Result<Vec<(String, String)>, CliError> {
        let command = quoted(&self.command);
        let key = option("--key", self.key.as_deref())?;
        let passphrase = option("--passphrase-file", self.passphrase.passphrase_file.as_deref())?;
        // `--` before file names, because a name may look like an option.
        Ok(vec![
            (
                format!("merge.{DRIVER}.name"),
                "export documents, object by object".to_owned(),
            ),
            (
                format!("merge.{DRIVER}.driver"),
                format!(
                    "{} -- %O %A %B %P",
                    // Git replaces what follows a percent sign.
                    format!("{command} merge-driver{key}{passphrase}").replace('%', "%%")
                ),
            ),
            (
                format!("diff.{DRIVER}.textconv"),
                format!("{command} textconv --"),
            ),
            (
                format!("difftool.{DRIVER}.cmd"),
                // With --trust-exit-code, exit code 1 for a difference would stop git.
                format!(
                    "{command} diff{passphrase} --empty-as-none -- \"$LOCAL\" \"$REMOTE\" || test $? -eq 1"
                ),
            ),
            (
                format!("mergetool.{DRIVER}.cmd"),
                format!(
                    "{command} merge --edit{key}{passphrase} --force --base=\"$BASE\" --output=\"$MERGED\" -- \"$LOCAL\" \"$REMOTE\""
                ),
            ),
            (format!("mergetool.{DRIVER}.trustExitCode"), "true".to_owned()),
        ])
    }
}

/// An option with an absolute path, because git calls drivers at the top of the repository.
fn option(name: &str, file: Option<&Path>) -> io::Result<String> {
    let file = file.map(std::path::absolute).transpose()?;
    let option = file.map(|file| format!(" {name} {}", quoted(&file.to_string_lossy())));
    Ok(option.unwrap_or_default())
}

/// The top of the work tree.
fn repository() -> Result<PathBuf, CliError> {
    let output = git(Path::new("."), &["rev-parse", "--show-toplevel"])?;
    let text = String::from_utf8(output.stdout).unwrap_or_default();
    match text.strip_suffix('\n') {
        Some(root) if output.status.success() && !root.is_empty() => Ok(PathBuf::from(root)),
        _ => Err(user_error("no git work tree here").hinted("run it inside a git work tree")),
    }
}

fn git(directory: &Path, arguments: &[&str]) -> Result<std::process::Output, CliError> {
    Command::new("git")
        .current_dir(directory)
        .args(arguments)
        .output()
        .map_err(|error| user_error(format!("git: {error}")).hinted("install git, or run without --write"))
}

/// Sets a value in the repository's configuration; returns false if it is already set.
fn set(root: &Path, key: &str, value: &str) -> Result<bool, CliError> {
    let before = git(root, &["config", "--local", "--get", key])?;
    if before.stdout.strip_suffix(b"\n") == Some(value.as_bytes()) {
        return Ok(false);
    }
    let output = git(root, &["config", "--local", "--replace-all", key, value])?;
    if output.status.success() {
        return Ok(true);
    }
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(user_error(format!("git config: {message}")).hinted("check that you may write .git/config"))
}

/// Appends the missing lines and returns them. The file is replaced whole or left unchanged; a link is an error.
fn append_missing(path: &Path, lines: &[String]) -> io::Result<Vec<String>> {
    let before = match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(io::Error::other("not a regular file")),
        Ok(_) => fs::read_to_string(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let missing: Vec<String> = lines
        .iter()
        .filter(|line| !before.lines().any(|there| there.trim() == line.as_str()))
        .cloned()
        .collect();
    if missing.is_empty() {
        return Ok(missing);
    }
    let mut text = before;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in &missing {
        text.push_str(line);
        text.push('\n');
    }
    let permissions = if path.exists() {
        Permissions::Of(path, &[])
    } else {
        Permissions::Within(&[])
    };
    Staged::write(path, text.as_bytes(), permissions)?.replace(path)?;
    Ok(missing)
}
