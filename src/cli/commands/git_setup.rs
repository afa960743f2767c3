//! `exportdoc git-setup`: teaches git to show differences between documents.
//!
//! Invariant: nothing is written twice, and nothing but the lines printed is written.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use exportdoc::internal::escape;

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::shell::quoted;
use crate::cli::io::stdout;

/// The name under which git knows the tools.
const DRIVER: &str = "exportdoc";
/// What a file has to have for git to call them.
const ATTRIBUTES: &str = "diff=exportdoc merge=exportdoc";

/// Print what git needs to show documents as text and to merge them, or install it in the repository at hand
///
/// Afterwards 'git diff', 'git log -p' and 'git show' compare documents by what 'exportdoc textconv' prints,
/// 'git difftool -t exportdoc' runs 'exportdoc diff', 'git merge' merges documents object by object, and
/// 'git mergetool -t exportdoc' settles what that leaves in conflict.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 printed or installed, 2 usage, no repository, or a file that can't be written.

Examples:
  exportdoc git-setup
  exportdoc git-setup --write --pattern 'exports/*.json'")]
pub(crate) struct Args {
    /// Write .gitattributes and .git/config of the repository at hand; what is there already is left alone
    #[arg(long)]
    write: bool,
    /// Which files are export documents, as .gitattributes spells it (repeatable)
    #[arg(long, value_name = "PATTERN", default_value = "*.export.json")]
    pattern: Vec<String>,
    /// How git calls this program
    #[arg(long, value_name = "COMMAND", default_value = "exportdoc")]
    command: String,
    /// Seal merged documents with this private key; without, with a key made for each
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Open encrypted documents with the passphrase in the first line of this file, to merge and to compare them
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
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
                let help = "check that it is an ordinary file that you may write";
                CliError::usage(format!("{}: {error}", file.display()), help)
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
                let help = "give a pattern such as '*.export.json' or 'exports/*.json'";
                return Err(CliError::usage(
                    format!("--pattern {pattern:?}: git takes no such pattern"),
                    help,
                ));
            }
            // Blanks end a pattern unless it is quoted.
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
        let passphrase = option("--passphrase-file", self.passphrase_file.as_deref())?;
        // Two dashes before every file name: a name may look like an option.
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
                // Differences are no error: with --trust-exit-code git would stop at the first.
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

/// An option that names a file, wherever git calls the command: it calls drivers at the top of the repository.
fn option(name: &str, file: Option<&Path>) -> io::Result<String> {
    let file = file.map(std::path::absolute).transpose()?;
    let option = file.map(|file| format!(" {name} {}", quoted(&file.to_string_lossy())));
    Ok(option.unwrap_or_default())
}

/// The top of the work tree at hand.
fn repository() -> Result<PathBuf, CliError> {
    let help = "run it inside a git work tree";
    let output = git(Path::new("."), &["rev-parse", "--show-toplevel"])?;
    let text = String::from_utf8(output.stdout).unwrap_or_default();
    match text.strip_suffix('\n') {
        Some(root) if output.status.success() && !root.is_empty() => Ok(PathBuf::from(root)),
        _ => Err(CliError::usage("no git work tree here", help)),
    }
}

fn git(directory: &Path, arguments: &[&str]) -> Result<std::process::Output, CliError> {
    Command::new("git")
        .current_dir(directory)
        .args(arguments)
        .output()
        .map_err(|error| CliError::usage(format!("git: {error}"), "install git, or run without --write"))
}

/// Sets a value in the repository's own configuration; tells whether it wasn't set so before.
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
    Err(CliError::usage(
        format!("git config: {message}"),
        "check that you may write .git/config",
    ))
}

/// Appends the lines that aren't there and gives them back. The file is replaced as a whole or left alone, and a link
/// isn't followed.
fn append_missing(path: &Path, lines: &[String]) -> io::Result<Vec<String>> {
    let before = match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(io::Error::other("not an ordinary file")),
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
    let temporary = path.with_file_name(format!(".gitattributes.{}", std::process::id()));
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&temporary)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| match fs::metadata(path) {
            Ok(metadata) => fs::set_permissions(&temporary, metadata.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What can't be written can't always be removed either; the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written.map(|()| missing)
}
