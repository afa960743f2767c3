//! Finds the documents below a directory.
//!
//! Invariants: no file that may be a document is skipped: a place that can't be read becomes an unreadable input.
//! Nothing but regular files is opened. No directory is walked twice, so links that lead in circles end.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use exportdoc::internal::byte_order_mark::Utf16;
use exportdoc::internal::container::{HEAD, Kind, Utf16Reader, begins_like_a_document};
use exportdoc::internal::escape;

use crate::cli::error::CliError;
use crate::cli::io::input::{Input, Refusal};

/// Endings of the names under which documents are kept.
const ENDINGS: [&str; 4] = ["json", "gz", "zip", "bin"];

/// How directories are walked.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Walk {
    /// Read the documents below the directories given: files that end in .json, .gz, .zip or .bin, and those that begin
    /// like a document; links are followed
    #[arg(short, long)]
    pub(crate) recursive: bool,
    /// With --recursive: name the files that were not read
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// With --recursive: report links as errors instead of following them
    #[arg(long)]
    pub(crate) no_follow: bool,
}

/// As [`below`], for commands without these options.
pub(crate) fn all_below(directory: &Path) -> Result<Vec<Input>, CliError> {
    find(directory, false, Names::Never)
}

/// Finds every document below a directory, in path order, and every place that can't be read. Counts the other files on
/// standard error.
///
/// # Errors
/// A directory without documents.
pub(crate) fn below(directory: &Path, walk: &Walk) -> Result<Vec<Input>, CliError> {
    let names = match walk.verbose {
        true => Names::Always,
        false => Names::OnRequest,
    };
    find(directory, walk.no_follow, names)
}

/// Whether files that are no documents are named.
#[derive(Clone, Copy)]
enum Names {
    Always,
    OnRequest,
    Never,
}

fn find(directory: &Path, no_follow: bool, names: Names) -> Result<Vec<Input>, CliError> {
    let mut walker = Walker {
        root: fs::canonicalize(directory).unwrap_or_default(),
        no_follow,
        seen: HashSet::new(),
        pending: vec![(directory.to_owned(), false)],
        linked: Vec::new(),
        found: Vec::new(),
        others: Vec::new(),
    };
    walker.walk();
    let Walker {
        mut found,
        mut others,
        ..
    } = walker;
    tell(directory, &mut others, names);
    if found.is_empty() {
        let message = format!("{}: no export document in it", directory.display());
        let help =
            "looked at are files that end in .json, .gz, .zip or .bin or begin like a document; name others";
        return Err(CliError::usage(message, help));
    }
    found.sort_by(|one, other| one.path().cmp(&other.path()));
    Ok(found)
}

fn tell(directory: &Path, others: &mut [PathBuf], names: Names) {
    let mut err = anstream::stderr().lock();
    others.sort();
    let shown = |path: &Path| escape::terminal(&path.to_string_lossy()).into_owned();
    // There is no way to report when this fails.
    let _ = match (others.len(), names) {
        (0, _) => Ok(()),
        (_, Names::Always) => others
            .iter()
            .try_for_each(|path| writeln!(err, "no document: {}", shown(path))),
        (count, _) => {
            let files = if count == 1 { "other file" } else { "other files" };
            let hint = match names {
                Names::OnRequest => " (--verbose names them)",
                _ => "",
            };
            writeln!(err, "{count} {files} in {}: no documents{hint}", shown(directory))
        }
    };
}

struct Walker {
    /// The directory given, without links.
    root: PathBuf,
    no_follow: bool,
    /// The directories walked.
    seen: HashSet<Identity>,
    /// Directories to walk, and whether a link led out of the root on the way.
    pending: Vec<(PathBuf, bool)>,
    /// Those that links lead to: walked last, so that a directory counts under its own name.
    linked: Vec<(PathBuf, bool)>,
    found: Vec<Input>,
    others: Vec<PathBuf>,
}

impl Walker {
    fn walk(&mut self) {
        while let Some((directory, outside)) = self.pending.pop().or_else(|| self.linked.pop()) {
            if let Err(error) = self.list(&directory, outside) {
                self.refuse(directory, &error);
            }
        }
    }

    fn refuse(&mut self, path: PathBuf, error: &io::Error) {
        let refusal = Refusal::System(error.kind());
        self.found.push(Input::Refused(path, refusal));
    }

    fn list(&mut self, directory: &Path, outside: bool) -> io::Result<()> {
        if !self.seen.insert(identity(directory)?) {
            return Ok(());
        }
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let path = entry.path();
            if let Err(error) = self.take(&path, outside) {
                self.refuse(path, &error);
            }
        }
        Ok(())
    }

    fn take(&mut self, path: &Path, outside: bool) -> io::Result<()> {
        let is_link = fs::symlink_metadata(path)?.is_symlink();
        if is_link && self.no_follow {
            self.found.push(Input::Refused(path.to_owned(), Refusal::Link));
            return Ok(());
        }
        let metadata = match fs::metadata(path) {
            // A broken link has only its name to judge by.
            Err(error) if is_link && error.kind() == io::ErrorKind::NotFound && !has_ending(path) => {
                self.others.push(path.to_owned());
                return Ok(());
            }
            metadata => metadata?,
        };
        let outside = outside || (is_link && !fs::canonicalize(path)?.starts_with(&self.root));
        if metadata.is_dir() {
            let list = if is_link {
                &mut self.linked
            } else {
                &mut self.pending
            };
            list.push((path.to_owned(), outside));
        } else if metadata.is_file() && (has_ending(path) || begins(path)?) {
            self.found.push(match outside {
                true => Input::Outside(path.to_owned()),
                false => Input::File(path.to_owned()),
            });
        } else {
            self.others.push(path.to_owned());
        }
        Ok(())
    }
}

fn has_ending(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Whether the content of a file begins like a document.
fn begins(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    let order = match Kind::of(&head) {
        Some(Kind::Utf16(order)) => order,
        _ => return Ok(begins_like_a_document(&head)),
    };
    Ok(begins_like_a_document(&decoded(&head, order)))
}

/// As much of UTF-16 text as is whole.
fn decoded(head: &[u8], order: Utf16) -> Vec<u8> {
    let mut text = Vec::new();
    // A character that is cut at the end of the head is left out.
    let _ = Utf16Reader::new(head, order).read_to_end(&mut text);
    text
}

#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
fn identity(directory: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(directory)?;
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(directory: &Path) -> io::Result<Identity> {
    fs::canonicalize(directory)
}
