//! Standard output whose reader may leave early.
//!
//! Invariant: a closed pipe is no error and doesn't end the run, because the exit code must still cover every document:
//! `verify-signature … | head -1` must not exit with 0 for documents it didn't check.

use std::io::{self, BufWriter, IsTerminal, Write};

/// A writer that discards everything once its reader is gone.
pub(crate) struct Pipe<W> {
    inner: Option<W>,
}

/// Opens standard output, with colours if the terminal, `--color` and the environment ask for them.
///
/// Flush it after each document, so that a reader sees it, and at the end: dropping it hides a failure.
pub(crate) fn open() -> Pipe<impl Write> {
    // Without it, each line of a report costs two system calls.
    Pipe::new(BufWriter::new(anstream::stdout().lock()))
}

/// The width of the terminal that standard output is: that of `COLUMNS`, otherwise its own. `None` if standard output is
/// no terminal or a terminal without a size.
pub(crate) fn width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let stated = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let own = || comfy_table::Table::new().width().map(usize::from);
    stated.or_else(own).filter(|width| *width > 0)
}

impl<W: Write> Pipe<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner: Some(inner) }
    }

    fn try_with<T>(&mut self, gone: T, write: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        let Some(inner) = &mut self.inner else {
            return Ok(gone);
        };
        match write(inner) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.inner = None;
                Ok(gone)
            }
            result => result,
        }
    }
}

impl<W: Write> Write for Pipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.try_with(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.try_with((), |inner| inner.flush())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn only_a_broken_pipe_is_no_error() {
        let mut gone = Pipe::new(Failing(io::ErrorKind::BrokenPipe));
        assert!(gone.write_all(b"text").is_ok() && gone.flush().is_ok());
        let mut full = Pipe::new(Failing(io::ErrorKind::StorageFull));
        assert!(full.write_all(b"text").is_err() && full.flush().is_err());
    }
}
