//! The inputs of a command: files, and `-` for standard input.
//!
//! Invariant: reads at most `--max-size` bytes of an input, and unpacks at most as many from it.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use exportdoc::internal::container::{Container, Documents, OneDocument};
use exportdoc::internal::finding::{self, Finding, Place};

use crate::cli::error::{CliError, user_error};
use crate::cli::io::progress::Metered;
use crate::cli::io::reading::{Bounded, ReadError, Skipped};
use crate::cli::io::unwrapping::{Raw, unwrap};

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A file outside the given directory, reached by a link.
    Outside(PathBuf),
    /// An entry of a directory that isn't read; it is reported as unreadable.
    Skipped(PathBuf, Skipped),
}

/// The content of the innermost container.
type Stream = BufReader<Box<dyn Read>>;

impl Input {
    /// The input that a path on the command line names; `-` is standard input.
    pub(crate) fn at(path: &Path) -> Self {
        match path.as_os_str() {
            name if name == "-" => Self::Stdin,
            _ => Self::File(path.to_owned()),
        }
    }

    /// Whether it is the system's empty file, which git passes for a missing file.
    pub(crate) fn is_null(&self) -> bool {
        let null = if cfg!(windows) { "nul" } else { "/dev/null" };
        matches!(self, Self::File(path) if path.as_os_str().eq_ignore_ascii_case(null))
    }

    /// The path; `None` for standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::File(path) | Self::Outside(path) | Self::Skipped(path, _) => Some(path),
        }
    }

    /// The path as given; `-` for standard input.
    pub(crate) fn label(&self) -> String {
        self.path()
            .map_or_else(|| "-".to_owned(), |path| path.to_string_lossy().into_owned())
    }

    /// The size of a file.
    pub(crate) fn size(&self) -> Option<u64> {
        let metadata = std::fs::metadata(self.path()?).ok()?;
        metadata.is_file().then_some(metadata.len())
    }

    /// Reads its one document whole.
    pub(crate) fn read(&self, max_size: u64) -> Result<Vec<u8>, ReadError> {
        let (mut source, expected) = self.open(max_size)?;
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
        source.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads all bytes without opening containers.
    pub(crate) fn read_raw(&self, max_size: u64) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        self.open_raw(max_size)?.0.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Opens its one document; returns a stream and the number of bytes to expect, 0 if unknown. The stream fails if the
    /// input holds several documents.
    pub(crate) fn open(&self, max_size: u64) -> Result<(Box<dyn Read>, u64), ReadError> {
        let (raw, expected) = self.open_raw(max_size)?;
        let unwrapped = unwrap(raw, max_size)?;
        let one = OneDocument::new(unwrapped.source, &unwrapped.head)?;
        // A container's size says little about its content's.
        let total = (expected > 0 && unwrapped.containers.is_empty()).then_some(expected);
        Ok((Box::new(Metered::new(one, "reading", total)), expected))
    }

    /// Opens all its documents, with findings about links and containers on the way to them.
    pub(crate) fn open_all(&self, max_size: u64) -> Result<(Documents<Stream>, Vec<Finding>), ReadError> {
        let (raw, _) = self.open_raw(max_size).map_err(|error| match error {
            ReadError::Directory { .. } => ReadError::Directory { can_walk: true },
            error => error,
        })?;
        let unwrapped = unwrap(raw, max_size)?;
        let mut notes = Vec::new();
        if let Self::Outside(path) = self {
            let target = std::fs::canonicalize(path).unwrap_or_default();
            let message = format!("a link leads out of the directory, to {}", target.display());
            notes.push(Finding::at(
                &finding::READ_INDIRECTLY,
                Place::whole_file(),
                message,
            ));
        }
        notes.extend(unwrapped.containers.iter().map(Container::finding));
        Ok((Documents::new(unwrapped.source, &unwrapped.head)?, notes))
    }

    fn open_raw(&self, max_size: u64) -> Result<(Raw, u64), ReadError> {
        let path = match self {
            Self::Stdin => {
                let source = Bounded::new(io::stdin().lock(), max_size);
                return Ok((Raw::Stream(Box::new(source)), 0));
            }
            Self::Skipped(_, why) => return Err(ReadError::Skipped(*why)),
            Self::File(path) | Self::Outside(path) => path,
        };
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(ReadError::Directory { can_walk: false });
        }
        if metadata.len() > max_size {
            return Err(ReadError::TooLarge(max_size));
        }
        let raw = if metadata.is_file() {
            Raw::File(file, max_size)
        } else {
            Raw::Stream(Box::new(Bounded::new(file, max_size)))
        };
        Ok((raw, metadata.len()))
    }
}

/// Refuses a command line that names standard input more than once.
pub(crate) fn stdin_once<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Result<(), CliError> {
    let named = paths.into_iter().filter(|path| path.as_os_str() == "-").count();
    if named > 1 {
        return Err(user_error("standard input is named twice").hinted("give '-' once"));
    }
    Ok(())
}

/// Opens a file that isn't a document, such as a key or a payload.
pub(crate) fn open_file(path: &Path) -> Result<File, CliError> {
    File::open(path).map_err(|error| {
        user_error(error)
            .about(path.display())
            .hinted("check the path and its permissions")
    })
}
