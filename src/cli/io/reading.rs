//! Bounded reading, and why reading an input fails.

use std::io::{self, Read};

use exportdoc::internal::container::ContainerError;
use exportdoc::internal::report::SourceError;

use crate::outcome::document::{Cause, Unreadable};

/// Why an input can't be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The system refuses.
    #[error("{0}")]
    Io(io::Error),
    /// A directory instead of a file.
    #[error("is a directory")]
    Directory {
        /// Whether the command has the option `--recursive`.
        can_walk: bool,
    },
    /// An entry of a directory that is skipped.
    #[error("{}", match .0 {
        Skipped::System(kind) => kind.to_string(),
        Skipped::Link => "a link, and --no-follow is given".to_owned(),
    })]
    Skipped(Skipped),
    /// The document can't be taken out of its container.
    #[error("{0}")]
    Container(ContainerError),
    /// Larger than `--max-size`.
    #[error("larger than the limit of {0} bytes")]
    TooLarge(u64),
}

/// Why an entry of a directory is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Skipped {
    /// A directory that can't be listed, or a file whose metadata can't be read.
    System(io::ErrorKind),
    /// A link, with `--no-follow`.
    Link,
}

impl ReadError {
    /// What to do next.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Io(error) => return hint_for(error.kind()).map(str::to_owned),
            Self::Skipped(Skipped::System(kind)) => return hint_for(*kind).map(str::to_owned),
            Self::Skipped(Skipped::Link) => "name the file it leads to, or leave --no-follow out",
            Self::Directory { can_walk: true } => "add --recursive to read the documents below it",
            Self::Directory { can_walk: false } => "name a file in it",
            Self::Container(ContainerError::Several(_)) => {
                "put each into a file of its own; inspect, verify-signature and audit take them together"
            }
            Self::Container(error) => error.help(),
            Self::TooLarge(_) => "raise --max-size if you trust the source of the document",
        };
        Some(hint.to_owned())
    }
}

fn hint_for(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::NotFound => Some("check the path; '-' reads standard input"),
        io::ErrorKind::PermissionDenied => Some("check the permissions"),
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

impl From<ContainerError> for ReadError {
    fn from(error: ContainerError) -> Self {
        Self::Container(error)
    }
}

impl From<ReadError> for Unreadable {
    fn from(error: ReadError) -> Self {
        Self {
            message: error.to_string(),
            help: error.hint(),
            cause: match error {
                ReadError::TooLarge(_) => Cause::TooLarge,
                _ => Cause::Input,
            },
        }
    }
}

impl From<SourceError> for Unreadable {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Read(error) => ReadError::from(error).into(),
            SourceError::Envelope(error) => error.into(),
        }
    }
}

/// A reader that fails with [`ReadError::TooLarge`] when its source exceeds the limit.
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
        // One byte more shows whether the source ends at the limit.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_above_the_limit_is_refused_without_reading_on() {
        let read = |source: &mut dyn Read| Bounded::new(source, 10).read_to_end(&mut Vec::new());
        let error = read(&mut io::repeat(b'[')).unwrap_err();
        assert!(matches!(ReadError::from(error), ReadError::TooLarge(10)));
        assert_eq!(read(&mut &[b'['; 10][..]).unwrap(), 10);
    }
}
