//! The errors that end a command, each with a hint on what to do next.

use std::fmt::Display;
use std::io::{self, Write};

use exportdoc::internal::escape;
use exportdoc::internal::finding::TRAILING_DATA;
use exportdoc::internal::report::DocumentReport;

use crate::cli::exit::Exit;
use crate::outcome::document::Unreadable;

/// An error that ends the command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Made by [`user_error`] and [`refused`].
    #[error("{message}")]
    Refused {
        message: String,
        hint: Option<String>,
        exit: Exit,
    },
    /// Standard output fails, and not because its reader left.
    #[error("writing the output: {0}")]
    Output(#[from] io::Error),
}

/// Wrong usage, or an input that can't be read.
pub(crate) fn user_error(message: impl Display) -> CliError {
    CliError::Refused {
        message: message.to_string(),
        hint: None,
        exit: Exit::Usage,
    }
}

/// A document that the command can't work on.
pub(crate) fn refused(message: impl Display) -> CliError {
    user_error(message).exiting(Exit::Bad)
}

impl CliError {
    /// Adds what to do next.
    pub(crate) fn hinted(self, hint: impl Display) -> Self {
        self.maybe_hinted(Some(hint.to_string()))
    }

    /// Adds what to do next, if anything is known.
    pub(crate) fn maybe_hinted(mut self, new: Option<String>) -> Self {
        if let Self::Refused { hint, .. } = &mut self {
            *hint = new;
        }
        self
    }

    /// Changes the exit code.
    pub(crate) fn exiting(mut self, new: Exit) -> Self {
        if let Self::Refused { exit, .. } = &mut self {
            *exit = new;
        }
        self
    }

    /// Puts the name of a file in front of the message.
    pub(crate) fn about(mut self, label: impl Display) -> Self {
        if let Self::Refused { message, .. } = &mut self {
            *message = format!("{label}: {message}");
        }
        self
    }

    /// An input without a report.
    pub(crate) fn unreadable(label: &str, error: Unreadable) -> Self {
        user_error(&error.message)
            .about(label)
            .exiting(Exit::from(&error))
            .maybe_hinted(error.help)
    }

    /// Refuses a document that more content follows.
    pub(crate) fn if_more_follows(label: &str, report: &DocumentReport) -> Result<(), Self> {
        let Some(found) = report.findings.iter().find(|found| found.rule == &TRAILING_DATA) else {
            return Ok(());
        };
        let message = format!("{label}: {}: {}", found.rule.id, found.message);
        Err(refused(message).hinted(found.rule.action))
    }

    /// Prints the error on standard error and returns the exit code.
    pub(crate) fn report(&self) -> Exit {
        let mut err = anstream::stderr().lock();
        // Best effort: the exit code tells, too.
        let _ = writeln!(err, "error: {}", escape::terminal(&self.to_string()));
        match self {
            Self::Output(_) => Exit::Internal,
            Self::Refused { hint, exit, .. } => {
                if let Some(hint) = hint {
                    let _ = writeln!(err, "  help: {}", escape::terminal(hint));
                }
                *exit
            }
        }
    }
}
