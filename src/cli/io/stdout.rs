//! Standard output for a reader that may leave early.
//!
//! Invariant: a closed pipe is silent and ends nothing: the documents are still judged, because somebody may be
//! waiting for the exit code. `verify-signature … | head -1` must not answer 0 for what it didn't look at.

use std::io::{self, Write};

/// Standard output, or nothing once its reader is gone.
pub(crate) struct Output<W> {
    inner: Option<W>,
}

/// Standard output, with styles as the terminal, `--color` and the environment ask for.
pub(crate) fn open() -> Output<impl Write> {
    Output::new(anstream::stdout().lock())
}

impl<W: Write> Output<W> {
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

impl<W: Write> Write for Output<W> {
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
    fn only_a_broken_pipe_is_silent() {
        let mut gone = Output::new(Failing(io::ErrorKind::BrokenPipe));
        assert!(gone.write_all(b"text").is_ok() && gone.flush().is_ok());
        let mut full = Output::new(Failing(io::ErrorKind::StorageFull));
        assert!(full.write_all(b"text").is_err() && full.flush().is_err());
    }
}
