//! Finds the documents below a directory.
//!
//! Invariants: a file that may be a document is never skipped silently: what can't be read becomes an unreadable input.
//! Only regular files are opened. No directory is walked twice, so link cycles end.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use exportdoc::internal::byte_order_mark::Utf16;
use exportdoc::internal::container::{HEAD, Kind, Utf16Reader, begins_like_a_document};
use exportdoc::internal::escape;

use crate::cli::error::{CliError, user_error};
use crate::cli::io::input::Input;
use crate::cli::io::reading::Skipped;

/// The endings of documents' names.
const ENDINGS: [&str; 4] = ["json", "gz", "zip", "bin"];

/// How the other files are listed on standard error.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Listing {
    /// By name.
    Names,
    /// By number, with a hint at `--verbose`.
    CountWithHint,
    /// By number.
    Count,
}

/// Finds every document below a directory, in path order, and every place that can't be read. Lists the other files on
/// standard error.
///
/// # Errors
/// A directory without documents.
pub(crate) fn below(directory: &Path, no_follow: bool, listing: Listing) -> Result<Vec<Input>, CliError> {
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
    list(directory, &mut others, listing);
    if found.is_empty() {
        let hint =
            "only files that end in .json, .gz, .zip or .bin or begin like a document are read; name others";
        return Err(user_error("no export document in it")
            .about(directory.display())
            .hinted(hint));
    }
    found.sort_by(|one, other| one.path().cmp(&other.path()));
    Ok(found)
}

fn list(directory: &Path, others: &mut [PathBuf], listing: Listing) {
    let mut err = anstream::stderr().lock();
    others.sort();
    let shown = |path: &Path| escape::terminal(&path.to_string_lossy()).into_owned();
    // Best effort.
    let _ = match (others.len(), listing) {
        (0, _) => Ok(()),
        (_, Listing::Names) => others
            .iter()
            .try_for_each(|path| writeln!(err, "no document: {}", shown(path))),
        (count, _) => {
            let files = if count == 1 { "other file" } else { "other files" };
            let hint = match listing {
                Listing::CountWithHint => " (--verbose names them)",
                _ => "",
            };
            writeln!(err, "{count} {files} in {}: no documents{hint}", shown(directory))
        }
    };
}

struct Walker {
    /// The given directory's canonical path.
    root: PathBuf,
    no_follow: bool,
    /// The directories walked so far.
    seen: HashSet<Identity>,
    /// Directories to walk, and whether a link on the way led out of the root.
    pending: Vec<(PathBuf, bool)>,
    /// Directories that links lead to. They are walked last, so that a directory is listed under its own path.
    linked: Vec<(PathBuf, bool)>,
    found: Vec<Input>,
    others: Vec<PathBuf>,
}

impl Walker {
    fn walk(&mut self) {
        while let Some((directory, outside)) = self.pending.pop().or_else(|| self.linked.pop()) {
            if let Err(error) = self.list(&directory, outside) {
                self.skip(directory, &error);
            }
        }
    }

    fn skip(&mut self, path: PathBuf, error: &io::Error) {
        self.found
            .push(Input::Skipped(path, Skipped::System(error.kind())));
    }

    fn list(&mut self, directory: &Path, outside: bool) -> io::Result<()> {
        if !self.seen.insert(identity(directory)?) {
            return Ok(());
        }
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let path = entry.path();
            if let Err(error) = self.take(&path, outside) {
                self.skip(path, &error);
            }
        }
        Ok(())
    }

    fn take(&mut self, path: &Path, outside: bool) -> io::Result<()> {
        let is_link = fs::symlink_metadata(path)?.is_symlink();
        if is_link && self.no_follow {
            self.found.push(Input::Skipped(path.to_owned(), Skipped::Link));
            return Ok(());
        }
        let metadata = match fs::metadata(path) {
            // A broken link is judged by its name.
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
            let input = if outside { Input::Outside } else { Input::File };
            self.found.push(input(path.to_owned()));
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

/// Whether a file's content begins like a document.
fn begins(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    let order = match Kind::of(&head) {
        Some(Kind::Utf16(order)) => order,
        _ => return Ok(begins_like_a_document(&head)),
    };
    Ok(begins_like_a_document(&decoded(&head, order)))
}

/// Decodes the beginning of a UTF-16 text.
fn decoded(head: &[u8], order: Utf16) -> Vec<u8> {
    let mut text = Vec::new();
    // The last character may be cut.
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
