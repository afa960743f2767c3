//! Reading from what a buffered source holds.

use std::io::{self, BufRead, Read};

/// [`Read::read`] of a source that is [`BufRead`] first.
pub(crate) fn read(source: &mut impl BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let length = source.fill_buf()?.read(buffer)?;
    source.consume(length);
    Ok(length)
}
