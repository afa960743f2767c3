//! Writes files so that nobody loses one: an output is there whole or not at all.
//!
//! Invariants: a file under its final name is complete and on the disk, and it is protected as its inputs are. Nothing is
//! written through an input, a link or a file that isn't plain. An existing file is replaced only when that was asked
//! for, a key file or a backup never.
//! On Linux a file has no name until it is complete, so that not even a killed process leaves a part of it behind.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::cli::io::staging::{Permissions, Staged};

/// What an input's backup is called: its name with this behind it.
const BACKUP: &str = ".bak";

/// Where a command's document goes.
#[derive(Debug, clap::Args)]
pub(crate) struct OutputArgs {
    /// Where to write; '-' is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Replace the output if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// Where it goes when it may also take the input's place.
#[derive(Debug, clap::Args)]
pub(crate) struct InPlaceArgs {
    /// Where to write; '-' is standard output
    #[arg(short, long, value_name = "FILE", required_unless_present = "in_place")]
    output: Option<PathBuf>,
    /// Replace the output if it exists
    #[arg(long)]
    force: bool,
    /// Replace the input; it is kept as FILE.bak, which must not exist yet
    #[arg(long, conflicts_with_all = ["output", "force"])]
    in_place: bool,
}

impl OutputArgs {
    /// See [`Output::check`].
    pub(crate) fn check(&self, inputs: &[&Path]) -> Result<Output, CliError> {
        Output::check(&self.output, self.force, inputs)
    }
}

impl InPlaceArgs {
    /// See [`Output::check`] and [`Output::in_place_of`].
    pub(crate) fn check(&self, input: &Path) -> Result<Output, CliError> {
        match &self.output {
            Some(output) => Output::check(output, self.force, &[input]),
            None => Output::in_place_of(input),
        }
    }
}

/// A place to write to that was found fit. Whatever happens to it in the meantime, writing keeps the same promises.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Standard output.
    Stdout,
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// What may be there already.
        over: Over,
        /// The files that it is made of. A user who can't read all of them can't read the new file.
        inputs: Vec<PathBuf>,
    },
}

/// What may stand where a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Nothing.
    Nothing,
    /// A file, which is lost.
    Anything,
    /// A file, which is kept under another name.
    BackedUp,
}

impl Output {
    /// Looks at the place before any work is done.
    ///
    /// # Errors
    /// A place that holds an input, a link, something else than a file, or a file that isn't to be replaced.
    pub(crate) fn check(path: &Path, force: bool, inputs: &[&Path]) -> Result<Self, CliError> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout);
        }
        check_parent(path)?;
        let existing = look(path)?;
        for input in inputs.iter().filter(|input| input.as_os_str() != "-") {
            if existing && same_file(path, input) {
                let message = format!("{} is the input", path.display());
                return Err(CliError::usage(message, "write to another file"));
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

    /// Sees to it that the output isn't one of the other files that a command reads: a key, a passphrase, answers.
    ///
    /// # Errors
    /// The first that it is.
    pub(crate) fn spares<'p>(&self, others: impl IntoIterator<Item = &'p Path>) -> Result<(), CliError> {
        let Self::File { path, .. } = self else {
            return Ok(());
        };
        match others.into_iter().find(|other| same_file(path, other)) {
            Some(other) => {
                let message = format!("{} is read, and the output as well", other.display());
                Err(CliError::usage(message, "write to another file"))
            }
            None => Ok(()),
        }
    }

    /// The input's own place.
    ///
    /// # Errors
    /// Standard input, a link, or a backup that is there already.
    pub(crate) fn in_place_of(input: &Path) -> Result<Self, CliError> {
        if input.as_os_str() == "-" {
            let help = "give --output instead of --in-place";
            return Err(CliError::usage("standard input can't be replaced", help));
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

    /// The place of a file that is replaced and not kept: whoever gave it has it elsewhere.
    ///
    /// # Errors
    /// A link, or something else than a file.
    pub(crate) fn replacing(path: &Path) -> Result<Self, CliError> {
        look(path)?;
        Ok(Self::File {
            path: path.to_owned(),
            over: Over::Anything,
            inputs: Vec::new(),
        })
    }

    /// Whether this and another path are one file to be. Both outputs of a command can't have one name.
    pub(crate) fn is_same_place(&self, other: &Path) -> bool {
        let place = |path: &Path| {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let parent = fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
            Some(parent.join(path.file_name()?))
        };
        matches!(self, Self::File { path, .. } if place(path).is_some() && place(path) == place(other))
    }

    /// Writes the bytes there, all of them or none.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), CliError> {
        self.stage(|writer| Ok(writer.write_all(bytes)?))?.put()
    }

    /// Has the output made, piece by piece, without anything of it being seen before [`Pending::put`].
    pub(crate) fn stage(
        &self,
        make: impl FnOnce(&mut dyn Write) -> Result<(), CliError>,
    ) -> Result<Pending<'_>, CliError> {
        let (path, over, inputs) = match self {
            Self::Stdout => {
                let mut bytes = Vec::new();
                make(&mut bytes)?;
                return Ok(Pending::Stdout(bytes));
            }
            Self::File { path, over, inputs } => (path, *over, inputs),
        };
        let permissions = match over {
            Over::Anything | Over::BackedUp if look(path)? => Permissions::Of(path, inputs),
            _ => Permissions::Within(inputs),
        };
        let staged = Staged::make(path, permissions, |file| make(file)).map_err(|error| match error {
            CliError::Output(error) => failed(path, error),
            other => other,
        })?;
        Ok(Pending::File { path, over, staged })
    }
}

/// An output that is complete but not in its place yet; dropped, it leaves nothing behind.
#[must_use]
pub(crate) enum Pending<'o> {
    /// For standard output, which nothing can be taken back from.
    Stdout(Vec<u8>),
    /// A file.
    File {
        /// Where it goes.
        path: &'o Path,
        /// What may be there.
        over: Over,
        /// The file itself.
        staged: Staged,
    },
}

impl Pending<'_> {
    /// Puts it in its place.
    pub(crate) fn put(self) -> Result<(), CliError> {
        let (path, over, staged) = match self {
            Self::Stdout(bytes) => {
                let mut out = io::stdout().lock();
                out.write_all(&bytes)?;
                return Ok(out.flush()?);
            }
            Self::File { path, over, staged } => (path, over, staged),
        };
        // Once more: the check was before the work, and a link may have been put there since.
        let existing = look(path)?;
        match over {
            Over::Nothing => staged.create(path).map_err(|error| taken(path, error)),
            Over::Anything if existing => staged.replace(path).map_err(|error| failed(path, error)),
            Over::Anything => staged.create(path).map_err(|error| taken(path, error)),
            Over::BackedUp => {
                let backup = backup_of(path);
                back_up(path, &backup)?;
                staged.replace(path).map_err(|error| {
                    // The original still stands in its place.
                    let _ = fs::remove_file(&backup);
                    failed(path, error)
                })
            }
        }
    }
}

/// Writes a secret to a new file that its owner alone can read. What exists is never replaced.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    check_new(path)?;
    Staged::write(path, bytes, Permissions::OwnerOnly)
        .map_err(|error| failed(path, error))?
        .create(path)
        .map_err(|error| taken(path, error))
}

/// Sees to it that nothing is there yet.
pub(crate) fn check_new(path: &Path) -> Result<(), CliError> {
    check_parent(path)?;
    if fs::symlink_metadata(path).is_ok() {
        let help = "keys are never overwritten: name another file, or move this one away";
        return Err(CliError::usage(format!("{} exists", path.display()), help));
    }
    Ok(())
}

/// Refuses a place whose directory is missing.
fn check_parent(path: &Path) -> Result<(), CliError> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) if !parent.is_dir() => Err(CliError::usage(
            format!("{}: no directory {}", path.display(), parent.display()),
            "make the directory first",
        )),
        _ => Ok(()),
    }
}

/// Sees to it that this is a directory to write several files into.
pub(crate) fn check_directory(path: &Path) -> Result<(), CliError> {
    let refuse = |what: &str, help: &str| {
        let message = format!("{} is {what}", path.display());
        Err(CliError::usage(message, help))
    };
    // With a separator behind it, a link would be looked through.
    let itself: PathBuf = path.components().collect();
    match fs::symlink_metadata(itself) {
        Ok(metadata) if metadata.is_symlink() => {
            refuse("a symbolic link", "name the directory that it leads to")
        }
        Ok(metadata) if metadata.is_dir() => Ok(()),
        _ => refuse(
            "not a directory",
            "make it first: the documents are written into it",
        ),
    }
}

/// Whether a plain file is there.
fn look(path: &Path) -> Result<bool, CliError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(path, error)),
    };
    let refuse = |what: &str, help: &str| {
        let message = format!("{} is {what}", path.display());
        Err(CliError::usage(message, help))
    };
    if metadata.is_symlink() {
        return refuse("a symbolic link", "name the file that it leads to");
    }
    if metadata.is_dir() {
        return refuse("a directory", "name a file in it");
    }
    if !metadata.is_file() {
        return refuse(
            "not a plain file",
            "write to standard output with '-' and redirect it",
        );
    }
    Ok(true)
}

/// Whether two paths lead to one file, hard links included where the system tells.
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

/// Gives the input its second name; a copy where the file system knows no hard links. Neither replaces anything.
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
    CliError::usage(format!("{} exists", path.display()), help)
}

fn taken(path: &Path, error: io::Error) -> CliError {
    if error.kind() == io::ErrorKind::AlreadyExists {
        exists(path)
    } else {
        failed(path, error)
    }
}

/// A bad place is a usage error, since another place helps. A full disk is the system's error.
fn failed(path: &Path, error: io::Error) -> CliError {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    let help = match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => "write to a directory that you may write to",
        NotFound | NotADirectory => "make the directory first",
        InvalidFilename => "give it a shorter name",
        _ => {
            return CliError::File {
                path: path.display().to_string(),
                error,
            };
        }
    };
    CliError::usage(format!("could not write {}: {error}", path.display()), help)
}

/// Makes the entry of a new name last, where directories can be synced.
pub(crate) fn sync_directory(path: &Path) {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    // Not every file system can; the file itself was synced.
    if let Ok(directory) = File::open(parent.unwrap_or(Path::new("."))) {
        let _ = directory.sync_all();
    }
}
