//! Reads the documents a command is given: files, and `-` for standard input.
//!
//! Invariant: never more than `--max-size` bytes of one input are read, nor more of what is unpacked from it.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use exportdoc::internal::container::{Container, ContainerError, Documents, OneDocument};
use exportdoc::internal::finding::{self, Finding, Place};

use crate::cli::error::CliError;
use crate::cli::io::unwrapping::{Raw, unwrap};
use crate::cli::io::walking::{Walk, below};

/// The documents to read.
#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Export documents; `-` is standard input, directories need --recursive
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) walk: Walk,
    /// Refuse inputs larger than this many bytes (K, M and G are understood)
    #[arg(long, value_name = "BYTES", default_value = "16G", value_parser = parse_size)]
    pub(crate) max_size: u64,
}

/// One input that was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A file that a link leads to, out of the directory that was given.
    Outside(PathBuf),
    /// What was found below a directory and isn't read.
    Refused(PathBuf, Refusal),
}

/// Why something below a directory isn't read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Refusal {
    /// A directory that can't be listed, or a file that can't be looked at.
    System(io::ErrorKind),
    /// A link, with `--no-follow`.
    Link,
}

/// A source of documents.
pub(crate) type Source = BufReader<Box<dyn Read>>;

impl Input {
    /// What a path on the command line names; `-` is standard input.
    pub(crate) fn at(path: &Path) -> Self {
        match path.as_os_str() {
            name if name == "-" => Self::Stdin,
            _ => Self::File(path.to_owned()),
        }
    }

    /// Whether it is the system's empty file, which git gives for a missing file.
    pub(crate) fn is_null(&self) -> bool {
        let null = if cfg!(windows) { "nul" } else { "/dev/null" };
        matches!(self, Self::File(path) if path.as_os_str().eq_ignore_ascii_case(null))
    }

    /// Its path; none for standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::File(path) | Self::Outside(path) | Self::Refused(path, _) => Some(path),
        }
    }

    /// The path as given; `-` for standard input.
    pub(crate) fn label(&self) -> String {
        self.path()
            .map_or_else(|| "-".to_owned(), |path| path.to_string_lossy().into_owned())
    }

    /// Reads the one document in it whole.
    pub(crate) fn read(&self, max_size: u64) -> Result<Vec<u8>, ReadError> {
        let (mut source, expected) = self.open(max_size)?;
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
        source.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads all its bytes and opens no container.
    pub(crate) fn read_as_it_stands(&self, max_size: u64) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        self.open_as_it_stands(max_size)?.0.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Opens its one document to be read as it comes, and gives the number of bytes to expect, if that is known. Reading
    /// fails where the input has several documents.
    pub(crate) fn open(&self, max_size: u64) -> Result<(Box<dyn Read>, u64), ReadError> {
        let (raw, expected) = self.open_as_it_stands(max_size)?;
        let unwrapped = unwrap(raw, max_size)?;
        let one = OneDocument::new(unwrapped.source, &unwrapped.head)?;
        Ok((Box::new(one), expected))
    }

    /// Opens all documents in it, with the findings about where they come from.
    pub(crate) fn documents(&self, max_size: u64) -> Result<(Documents<Source>, Vec<Finding>), ReadError> {
        let (raw, _) = self.open_as_it_stands(max_size).map_err(|error| match error {
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

    fn open_as_it_stands(&self, max_size: u64) -> Result<(Raw, u64), ReadError> {
        let path = match self {
            Self::Stdin => {
                let source = Bounded::new(io::stdin().lock(), max_size);
                return Ok((Raw::Stream(Box::new(source)), 0));
            }
            Self::Refused(_, refusal) => return Err(ReadError::Refused(*refusal)),
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
        let raw = match metadata.is_file() {
            true => Raw::File(file, max_size),
            false => Raw::Stream(Box::new(Bounded::new(file, max_size))),
        };
        Ok((raw, metadata.len()))
    }
}

/// A source that fails with [`ReadError::TooLarge`] where it turns out larger than it may be.
pub(crate) struct Bounded<R> {
    source: R,
    left: u64,
    max_size: u64,
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(source: R, max_size: u64) -> Self {
        Self {
            source,
            left: max_size,
            max_size,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // One byte more tells whether the source ends at the limit.
        let room =
            usize::try_from(self.left).map_or(buffer.len(), |left| left.saturating_add(1).min(buffer.len()));
        let count = self.source.read(&mut buffer[..room])?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(ReadError::TooLarge(self.max_size))),
        }
        Ok(count)
    }
}

/// Why an input can't be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The system says no.
    #[error("{0}")]
    Io(io::Error),
    /// A directory, where a file is expected.
    #[error("is a directory")]
    Directory {
        /// Whether the command reads directories with `--recursive`.
        can_walk: bool,
    },
    /// Not read, though it was found.
    #[error("{}", match .0 {
        Refusal::System(kind) => kind.to_string(),
        Refusal::Link => "a link, and --no-follow is given".to_owned(),
    })]
    Refused(Refusal),
    /// The document can't be taken out of what it is in.
    #[error("{0}")]
    Container(ContainerError),
    /// More than `--max-size`.
    #[error("larger than the limit of {0} bytes")]
    TooLarge(u64),
}

impl ReadError {
    /// What to do next.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Io(error) => help_for(error.kind()),
            Self::Directory { can_walk: true } => {
                Some("add --recursive to read the documents below it".to_owned())
            }
            Self::Directory { can_walk: false } => Some("name a file in it".to_owned()),
            Self::Refused(Refusal::System(kind)) => help_for(*kind),
            Self::Refused(Refusal::Link) => {
                Some("name what it leads to, or leave --no-follow out".to_owned())
            }
            Self::Container(error) => Some(error.help().to_owned()),
            Self::TooLarge(_) => {
                Some("raise --max-size if you trust where the document comes from".to_owned())
            }
        }
    }
}

fn help_for(kind: io::ErrorKind) -> Option<String> {
    match kind {
        io::ErrorKind::NotFound => Some("check the path; '-' reads standard input".to_owned()),
        io::ErrorKind::PermissionDenied => Some("check the permissions".to_owned()),
        _ => None,
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(own) => return own,
            Err(error) => error,
        };
        error.downcast().map_or_else(Self::Io, Self::Container)
    }
}

impl InputArgs {
    /// The inputs in the order given, directories expanded in path order.
    ///
    /// # Errors
    /// Standard input named twice, or a directory without documents.
    pub(crate) fn find(&self) -> Result<Vec<Input>, CliError> {
        let mut inputs = Vec::new();
        for path in &self.files {
            if path.as_os_str() == "-" {
                if inputs.contains(&Input::Stdin) {
                    return Err(CliError::usage("standard input is named twice", "give '-' once"));
                }
                inputs.push(Input::Stdin);
            } else if self.walk.recursive && path.is_dir() {
                inputs.extend(below(path, &self.walk)?);
            } else {
                inputs.push(Input::File(path.clone()));
            }
        }
        Ok(inputs)
    }
}

/// Reads a number of bytes such as `512`, `64K`, `1G`.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
        Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a number of bytes such as 512, 64K or 1G".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_unit() {
        assert_eq!(parse_size("512"), Ok(512));
        assert_eq!(parse_size("2K"), Ok(2048));
        assert_eq!(parse_size("1g"), Ok(1 << 30));
        assert!(parse_size("x").is_err() && parse_size("").is_err() && parse_size("99999999999G").is_err());
    }

    #[test]
    fn input_above_the_limit_is_refused_without_reading_on() {
        let read = |source: &mut dyn Read| Bounded::new(source, 10).read_to_end(&mut Vec::new());
        let error = read(&mut io::repeat(b'[')).unwrap_err();
        assert!(matches!(ReadError::from(error), ReadError::TooLarge(10)));
        assert_eq!(read(&mut &[b'['; 10][..]).unwrap(), 10);
    }
}
