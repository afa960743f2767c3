//! `Read` for types that implement `BufRead`.

use std::io::{self, BufRead, Read};

/// [`Read::read`] in terms of [`BufRead`].
pub(crate) fn read(source: &mut impl BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let length = source.fill_buf()?.read(buffer)?;
    source.consume(length);
    Ok(length)
}
