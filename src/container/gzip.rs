//! gzip files, of one member or several.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::ContainerError;

/// Decompresses a gzip file.
pub fn gunzip(source: impl Read) -> impl Read {
    Checked {
        decoder: MultiGzDecoder::new(source),
        what: "gzip file",
    }
}

/// A decoder that reports damage as [`ContainerError::Damaged`]; errors of the source pass through.
pub(super) struct Checked<D> {
    pub(super) decoder: D,
    pub(super) what: &'static str,
}

impl<D: Read> Read for Checked<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.decoder.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                ContainerError::Damaged(self.what).into()
            }
            _ => error,
        })
    }
}
