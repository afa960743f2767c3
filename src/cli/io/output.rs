//! Writes output files: each appears whole or not at all.
//!
//! Invariants: an output is never written through an input, a link or a special file. It replaces an existing file only
//! on request, a key file or a backup never. Users who can't read all inputs can't read the output.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::error::{CliError, user_error};
use crate::cli::exit::Exit;
use crate::cli::io::progress::Metered;
use crate::cli::io::staging::{Permissions, Staged};

/// The ending of a backup's name.
const BACKUP: &str = ".bak";

/// A checked place to write to. Writing checks again, as the place may have changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Standard output.
    Stdout,
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// Whether it replaces a file.
        over: Over,
        /// The files that it is made of.
        inputs: Vec<PathBuf>,
    },
}

/// What may exist at the place of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Nothing.
    Nothing,
    /// A file, which is replaced.
    Anything,
    /// A file, which is kept as a backup.
    BackedUp,
}

impl Output {
    /// Checks a place.
    ///
    /// # Errors
    /// An input, a link, a special file, or a file that `force` doesn't allow to replace.
    pub(crate) fn check(path: &Path, force: bool, inputs: &[&Path]) -> Result<Self, CliError> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout);
        }
        check_parent(path)?;
        let existing = look(path)?;
        for input in inputs.iter().filter(|input| input.as_os_str() != "-") {
            if existing && same_file(path, input) {
                return Err(
                    user_error(format!("{} is the input", path.display())).hinted("write to another file")
                );
            }
        }
        if existing && !force {
            return Err(exists(path));
        }
        Ok(Self::File {
            path: path.to_owned(),
            over: if force { Over::Anything } else { Over::Nothing },
            inputs: inputs.iter().map(|input| input.to_path_buf()).collect(),
        })
    }

    /// Refuses an output that is one of the command's other files: keys, passphrases, resolutions.
    pub(crate) fn spares<'p>(&self, others: impl IntoIterator<Item = &'p Path>) -> Result<(), CliError> {
        let Self::File { path, .. } = self else {
            return Ok(());
        };
        match others.into_iter().find(|other| same_file(path, other)) {
            Some(other) => {
                let message = format!("{} is the output and an input", other.display());
                Err(user_error(message).hinted("write to another file"))
            }
            None => Ok(()),
        }
    }

    /// The place of the input itself, which is kept as a backup.
    ///
    /// # Errors
    /// Standard input, a link, or an existing backup.
    pub(crate) fn in_place_of(input: &Path) -> Result<Self, CliError> {
        if input.as_os_str() == "-" {
            return Err(
                user_error("standard input can't be replaced").hinted("give --output instead of --in-place")
            );
        }
        look(input)?;
        let backup = backup_of(input);
        if fs::symlink_metadata(&backup).is_ok() {
            return Err(exists(&backup));
        }
        Ok(Self::File {
            path: input.to_owned(),
            over: Over::BackedUp,
            inputs: Vec::new(),
        })
    }

    /// The place of a file that is replaced without a backup, because the caller has a copy.
    ///
    /// # Errors
    /// A link or a special file.
    pub(crate) fn replacing(path: &Path) -> Result<Self, CliError> {
        look(path)?;
        Ok(Self::File {
            path: path.to_owned(),
            over: Over::Anything,
            inputs: Vec::new(),
        })
    }

    /// Whether another path would be the same file.
    pub(crate) fn is_same_place(&self, other: &Path) -> bool {
        let place = |path: &Path| {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let parent = fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
            Some(parent.join(path.file_name()?))
        };
        matches!(self, Self::File { path, .. } if place(path).is_some() && place(path) == place(other))
    }

    /// Writes the bytes, all of them or none.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), CliError> {
        self.stage(|writer| Ok(writer.write_all(bytes)?))?.put()
    }

    /// Lets `make` write the output; nothing of it is visible before [`Pending::put`].
    pub(crate) fn stage(
        &self,
        make: impl FnOnce(&mut dyn Write) -> Result<(), CliError>,
    ) -> Result<Pending<'_>, CliError> {
        let (path, over, inputs) = match self {
            Self::Stdout => {
                let mut bytes = Vec::new();
                make(&mut Metered::new(&mut bytes, "writing", None))?;
                return Ok(Pending::Stdout(bytes));
            }
            Self::File { path, over, inputs } => (path, *over, inputs),
        };
        let permissions = match over {
            Over::Anything | Over::BackedUp if look(path)? => Permissions::Of(path, inputs),
            _ => Permissions::Within(inputs),
        };
        let staged = Staged::make(path, permissions, |file| {
            make(&mut Metered::new(file, "writing", None))
        })
        .map_err(|error| match error {
            CliError::Output(error) => failed(path, error),
            other => other,
        })?;
        Ok(Pending::File { path, over, staged })
    }
}

/// A complete output that isn't in its place yet; dropping it leaves nothing behind.
#[must_use]
pub(crate) enum Pending<'o> {
    /// For standard output.
    Stdout(Vec<u8>),
    /// A file.
    File {
        /// Where it goes.
        path: &'o Path,
        /// Whether it replaces a file.
        over: Over,
        /// The file itself.
        staged: Staged,
    },
}

impl Pending<'_> {
    /// Moves it to its place.
    pub(crate) fn put(self) -> Result<(), CliError> {
        let (path, over, staged) = match self {
            Self::Stdout(bytes) => {
                let mut out = io::stdout().lock();
                out.write_all(&bytes)?;
                return Ok(out.flush()?);
            }
            Self::File { path, over, staged } => (path, over, staged),
        };
        // A link may have appeared since the first check.
        let existing = look(path)?;
        match over {
            Over::Nothing => staged.create(path).map_err(|error| taken(path, error)),
            Over::Anything if existing => staged.replace(path).map_err(|error| failed(path, error)),
            Over::Anything => staged.create(path).map_err(|error| taken(path, error)),
            Over::BackedUp => {
                let backup = backup_of(path);
                back_up(path, &backup)?;
                staged.replace(path).map_err(|error| {
                    // The original is still in its place.
                    let _ = fs::remove_file(&backup);
                    failed(path, error)
                })
            }
        }
    }
}

/// Writes a secret to a new file that only its owner can read.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    check_new(path)?;
    Staged::write(path, bytes, Permissions::OwnerOnly)
        .map_err(|error| failed(path, error))?
        .create(path)
        .map_err(|error| taken(path, error))
}

/// Refuses a place for a key that isn't free.
pub(crate) fn check_new(path: &Path) -> Result<(), CliError> {
    check_parent(path)?;
    if fs::symlink_metadata(path).is_ok() {
        return Err(user_error(format!("{} exists", path.display()))
            .hinted("keys are never overwritten: name another file, or move this one away"));
    }
    Ok(())
}

/// Refuses a place whose directory is missing.
fn check_parent(path: &Path) -> Result<(), CliError> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) if !parent.is_dir() => {
            let message = format!("{}: no directory {}", path.display(), parent.display());
            Err(user_error(message).hinted("make the directory first"))
        }
        _ => Ok(()),
    }
}

/// Refuses a place for several files that isn't a directory.
pub(crate) fn check_directory(path: &Path) -> Result<(), CliError> {
    let refuse =
        |what: &str, hint: &str| Err(user_error(format!("{} is {what}", path.display())).hinted(hint));
    // A trailing separator would follow a link.
    let itself: PathBuf = path.components().collect();
    match fs::symlink_metadata(itself) {
        Ok(metadata) if metadata.is_symlink() => refuse("a symbolic link", "name the directory it leads to"),
        Ok(metadata) if metadata.is_dir() => Ok(()),
        _ => refuse(
            "not a directory",
            "make it first: the documents are written into it",
        ),
    }
}

/// Whether a file exists at the path.
///
/// # Errors
/// A link, a directory or a special file.
fn look(path: &Path) -> Result<bool, CliError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(path, error)),
    };
    let refuse =
        |what: &str, hint: &str| Err(user_error(format!("{} is {what}", path.display())).hinted(hint));
    if metadata.is_symlink() {
        return refuse("a symbolic link", "name the file it leads to");
    }
    if metadata.is_dir() {
        return refuse("a directory", "name a file in it");
    }
    if !metadata.is_file() {
        return refuse(
            "not a regular file",
            "write to standard output with '-' and redirect it",
        );
    }
    Ok(true)
}

/// Whether two paths lead to the same file; on Unix, hard links count.
fn same_file(left: &Path, right: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if let (Ok(left), Ok(right)) = (fs::metadata(left), fs::metadata(right)) {
            return (left.dev(), left.ino()) == (right.dev(), right.ino());
        }
    }
    matches!((fs::canonicalize(left), fs::canonicalize(right)), (Ok(left), Ok(right)) if left == right)
}

fn backup_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(BACKUP);
    PathBuf::from(name)
}

/// Keeps the input under a second name: a hard link, or a copy if the file system has none.
fn back_up(path: &Path, backup: &Path) -> Result<(), CliError> {
    match fs::hard_link(path, backup) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(backup)),
        Err(_) => {
            let copy = || Staged::write(backup, &fs::read(path)?, Permissions::Of(path, &[]))?.create(backup);
            copy().map_err(|error| taken(backup, error))
        }
    }
}

fn exists(path: &Path) -> CliError {
    let help = if path.as_os_str().to_string_lossy().ends_with(BACKUP) {
        "it may be the only copy of an original: move it away first"
    } else {
        "add --force to replace it"
    };
    user_error(format!("{} exists", path.display())).hinted(help)
}

fn taken(path: &Path, error: io::Error) -> CliError {
    if error.kind() == io::ErrorKind::AlreadyExists {
        exists(path)
    } else {
        failed(path, error)
    }
}

/// A place that can't be written is wrong usage; a full disk is an internal error.
fn failed(path: &Path, error: io::Error) -> CliError {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    let refused = user_error(format!("could not write {}: {error}", path.display()));
    let help = match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => "choose a directory that you may write to",
        NotFound | NotADirectory => "make the directory first",
        InvalidFilename => "give it a shorter name",
        _ => return refused.exiting(Exit::Internal),
    };
    refused.hinted(help)
}
