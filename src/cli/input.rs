//! Finds and reads the documents a command is given: files, `-` for standard input, directories with `-r`.
//!
//! Invariant: never more than `--max-size` bytes of one input are read.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::CliError;

/// The documents to read.
#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Export documents; `-` is standard input, directories need --recursive
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Read every .json file below the directories given
    #[arg(short, long)]
    pub(crate) recursive: bool,
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
}

impl Input {
    /// What a path on the command line names; `-` is standard input.
    pub(crate) fn at(path: &Path) -> Self {
        match path.as_os_str() {
            name if name == "-" => Self::Stdin,
            _ => Self::File(path.to_owned()),
        }
    }

    /// Whether it is the system's empty file, which git gives in the place of one that isn't there.
    pub(crate) fn is_null(&self) -> bool {
        let null = if cfg!(windows) { "nul" } else { "/dev/null" };
        matches!(self, Self::File(path) if path.as_os_str().eq_ignore_ascii_case(null))
    }

    /// The path as given; `-` for standard input.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.to_string_lossy().into_owned(),
        }
    }

    /// Reads it whole.
    pub(crate) fn read(&self, max_size: u64) -> Result<Vec<u8>, ReadError> {
        let (mut source, expected) = self.open(max_size)?;
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
        source.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Opens it to be read as it comes; and how many bytes to expect, if that is known.
    pub(crate) fn open(&self, max_size: u64) -> Result<(Bounded<Box<dyn Read>>, u64), ReadError> {
        let (source, expected): (Box<dyn Read>, _) = match self {
            Self::Stdin => (Box::new(io::stdin().lock()), 0),
            Self::File(path) => {
                let file = File::open(path)?;
                let metadata = file.metadata()?;
                if metadata.is_dir() {
                    return Err(ReadError::Directory);
                }
                (Box::new(file), metadata.len())
            }
        };
        if expected > max_size {
            return Err(ReadError::TooLarge(max_size));
        }
        Ok((Bounded::new(source, max_size), expected))
    }
}

/// A source that fails with [`ReadError::TooLarge`] where it turns out larger than it may be.
pub(crate) struct Bounded<R> {
    source: R,
    left: u64,
    max_size: u64,
}

impl<R: Read> Bounded<R> {
    fn new(source: R, max_size: u64) -> Self {
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
    /// A directory without `--recursive`.
    #[error("is a directory")]
    Directory,
    /// More than `--max-size`.
    #[error("larger than the limit of {0} bytes")]
    TooLarge(u64),
}

impl ReadError {
    /// What to do next.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Io(error) => match error.kind() {
                io::ErrorKind::NotFound => Some("check the path; '-' reads standard input".to_owned()),
                io::ErrorKind::PermissionDenied => Some("check the file's permissions".to_owned()),
                _ => None,
            },
            Self::Directory => Some("add --recursive to read the documents below it".to_owned()),
            Self::TooLarge(_) => {
                Some("raise --max-size if you trust where the document comes from".to_owned())
            }
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::Io)
    }
}

impl InputArgs {
    /// The inputs in the order given, directories expanded in path order.
    ///
    /// # Errors
    /// Standard input named twice, or a directory that can't be listed.
    pub(crate) fn find(&self) -> Result<Vec<Input>, CliError> {
        let mut inputs = Vec::new();
        for path in &self.files {
            if path.as_os_str() == "-" {
                if inputs.contains(&Input::Stdin) {
                    return Err(CliError::usage("standard input is named twice", "give '-' once"));
                }
                inputs.push(Input::Stdin);
            } else if self.recursive && path.is_dir() {
                inputs.extend(below(path)?);
            } else {
                inputs.push(Input::File(path.clone()));
            }
        }
        Ok(inputs)
    }
}

/// Every .json file below a directory, in path order.
///
/// # Errors
/// A directory that can't be listed, or one without such files.
pub(crate) fn below(directory: &Path) -> Result<Vec<Input>, CliError> {
    let mut inputs = Vec::new();
    collect(directory, &mut inputs).map_err(|error| {
        CliError::usage(
            format!("{}: {error}", directory.display()),
            "check the directory's permissions",
        )
    })?;
    if inputs.is_empty() {
        let message = format!("{}: no .json file in it", directory.display());
        return Err(CliError::usage(
            message,
            "name the files if they are called otherwise",
        ));
    }
    Ok(inputs)
}

fn collect(directory: &Path, inputs: &mut Vec<Input>) -> io::Result<()> {
    let mut pending = vec![directory.to_path_buf()];
    let mut found = Vec::new();
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            // Links are not followed: they can lead out of the tree or round in circles.
            let file_type = entry.file_type()?;
            if file_type.is_dir() {
                pending.push(entry.path());
            } else if file_type.is_file() && entry.path().extension().is_some_and(|e| e == "json") {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    inputs.extend(found.into_iter().map(Input::File));
    Ok(())
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
