//! Takes documents out of containers: gzip, ZIP, UTF-16, pickles, and nested ones.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};

use exportdoc::internal::container::{
    Container, ContainerError, HEAD, Kind, Utf16Reader, gunzip, only_entry, unpickle,
};

use crate::cli::io::reading::{Bounded, ReadError};

/// The depth of nested containers. A compressed archive of UTF-16 text has three.
const LAYERS: usize = 4;
/// The read buffer's size.
const BUFFER: usize = 256 * 1024;
/// The most bytes of a pickle or a piped archive, which are held in memory.
const HELD: u64 = 1 << 30;

/// An input before containers are opened.
pub(crate) enum Raw {
    /// A file and the most bytes to read of it.
    File(File, u64),
    /// A source that can be read only once.
    Stream(Box<dyn Read>),
}

/// The content of the innermost container.
pub(crate) struct Unwrapped {
    pub(crate) source: BufReader<Box<dyn Read>>,
    /// Its first bytes, which `source` yields again.
    pub(crate) head: Vec<u8>,
    /// The containers, the outermost first.
    pub(crate) containers: Vec<Container>,
}

/// Opens containers until none is left.
pub(crate) fn unwrap(mut raw: Raw, max_size: u64) -> Result<Unwrapped, ReadError> {
    let mut containers = Vec::new();
    loop {
        let mut head = Vec::new();
        raw.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let kind = Kind::of(&head);
        if let (Some(Kind::Zip), Raw::File(..)) = (kind, &raw) {
            // Archives are read from their end.
        } else {
            raw = raw.with_head(&head)?;
        }
        let inside: Box<dyn Read> = match kind {
            None => {
                let source: Box<dyn Read> = match raw {
                    Raw::File(file, limit) => Box::new(Bounded::new(file, limit)),
                    Raw::Stream(stream) => stream,
                };
                return Ok(Unwrapped {
                    source: BufReader::with_capacity(BUFFER, source),
                    head,
                    containers,
                });
            }
            Some(_) if containers.len() == LAYERS => return Err(ContainerError::Nested(LAYERS).into()),
            Some(Kind::Gzip) => {
                containers.push(Container::Gzip);
                Box::new(gunzip(raw))
            }
            Some(Kind::Utf16(order)) => {
                containers.push(Container::Utf16);
                Box::new(Utf16Reader::new(raw, order))
            }
            Some(Kind::Zip) => {
                let (name, content): (_, Box<dyn Read>) = match raw {
                    Raw::File(file, _) => {
                        let (name, entry) = only_entry(BufReader::new(file))?;
                        (name, Box::new(entry))
                    }
                    Raw::Stream(stream) => {
                        let (name, entry) = only_entry(Cursor::new(held(stream, max_size)?))?;
                        (name, Box::new(entry))
                    }
                };
                containers.push(Container::Zip(name));
                content
            }
            Some(Kind::Pickle) => {
                containers.push(Container::Pickle);
                let json = unpickle(&held(raw, max_size)?).map_err(ContainerError::from)?;
                Box::new(Cursor::new(json))
            }
        };
        raw = Raw::Stream(Box::new(Bounded::new(inside, max_size)));
    }
}

fn held(source: impl Read, max_size: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    Bounded::new(source, max_size.min(HELD)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Raw {
    /// Goes back to the beginning, after `head` was read.
    fn with_head(self, head: &[u8]) -> io::Result<Self> {
        Ok(match self {
            Self::File(mut file, limit) => {
                file.rewind()?;
                Self::File(file, limit)
            }
            Self::Stream(stream) => Self::Stream(Box::new(Cursor::new(head.to_vec()).chain(stream))),
        })
    }
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file, _) => file.read(buffer),
            Self::Stream(stream) => stream.read(buffer),
        }
    }
}
