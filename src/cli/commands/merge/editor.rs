//! Lets the user settle conflicts in an editor.

use std::io::Write;
use std::process::Command;

use exportdoc::internal::merge::{MergeOutcome, Resolutions};

use crate::cli::error::{CliError, user_error};
use crate::render::json;

/// Opens the list of conflicts in the editor that git uses, and reads it back.
///
/// # Errors
/// No editor, a failing editor, or an invalid list, whose file is kept.
pub(super) fn settle(outcome: &MergeOutcome) -> Result<Resolutions, CliError> {
    let mut list = tempfile::Builder::new()
        .prefix("exportdoc-conflicts-")
        .suffix(".json")
        .tempfile()?;
    json::merge::print(&mut list, outcome)?;
    list.flush()?;
    let editor = editor()?;
    let status = Command::new("sh")
        .args(["-c", &format!("{editor} \"$@\""), &editor])
        .arg(list.path())
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(failed(&editor, &status)),
        Err(error) => return Err(failed(&editor, &error)),
    }
    // Editors may replace the file, so it is opened again.
    let bytes = std::fs::read(list.path())?;
    Resolutions::parse(&bytes).or_else(|error| {
        let (_, path) = list.keep().map_err(|error| error.error)?;
        Err(user_error(error)
            .about(path.display())
            .hinted("correct the list and pass it to --resolve"))
    })
}

fn failed(editor: &str, error: &dyn std::fmt::Display) -> CliError {
    user_error(format!("the editor {editor} failed: {error}")).hinted(
        "set GIT_EDITOR or EDITOR to one that works, or print the list with --format json and pass it to --resolve",
    )
}

/// The editor's command line: git's, or else the environment's.
fn editor() -> Result<String, CliError> {
    let git = Command::new("git").args(["var", "GIT_EDITOR"]).output();
    let of_git = git.ok().filter(|output| output.status.success());
    let of_git = of_git.and_then(|output| String::from_utf8(output.stdout).ok());
    let of_environment = || {
        ["VISUAL", "EDITOR"]
            .iter()
            .find_map(|name| std::env::var(name).ok())
    };
    let editor = of_git.or_else(of_environment).unwrap_or_default();
    match editor.trim() {
        "" => Err(failed("", &"there is none")),
        editor => Ok(editor.to_owned()),
    }
}
