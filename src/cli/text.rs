//! A document's text, as often as a command reads it.
//!
//! Invariant: what can be opened again, a file, is never held; what can be read but once, standard input and pipes, is
//! held when it is read more than once, within `--max-size`.

use std::io::Read;

use exportdoc::report::{ExamineOptions, Examined, Keep, examine_source};

use super::input::{Input, ReadError};
use super::{CliError, Exit, Unreadable};

/// A document's text, which may be asked for again.
pub(super) struct Text {
    input: Input,
    max_size: u64,
    /// What could be read but once.
    held: Option<Vec<u8>>,
}

impl Text {
    /// The text of an input, at most so many bytes of it. Nothing is read if it can be opened again.
    pub(super) fn of(input: Input, max_size: u64) -> Result<Self, ReadError> {
        let held = match input.can_be_read_again() {
            true => None,
            false => Some(input.read(max_size)?),
        };
        Ok(Self {
            input,
            max_size,
            held,
        })
    }

    /// Whether all of it is in memory.
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Lets go of what is held: nobody asks for it any more.
    pub(super) fn forget(&mut self) {
        self.held = None;
    }

    /// From its beginning.
    pub(super) fn open(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        Ok(match &self.held {
            Some(bytes) => Box::new(&bytes[..]),
            None => Box::new(self.input.open(self.max_size)?.0),
        })
    }

    /// Reads the document.
    pub(super) fn examine(&self, options: &ExamineOptions, keep: Keep<'_>) -> Result<Examined, Unreadable> {
        Ok(examine_source(self.open()?, options, keep)?)
    }
}

/// Two readings of a document don't agree.
pub(super) fn changed(label: &str) -> CliError {
    CliError::Refused {
        message: format!("{label}: it changed while it was read"),
        help: Some("run the command again when nothing writes to it".to_owned()),
        exit: Exit::Usage,
    }
}
