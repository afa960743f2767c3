//! What goes wrong before or beside the judging of documents, with what to do next.

use std::io::{self, Write};

use exportdoc::internal::escape;
use exportdoc::internal::finding::TRAILING_DATA;
use exportdoc::internal::report::DocumentReport;

use crate::cli::exit::Exit;
use crate::cli::io::batch::Unreadable;

/// An error that ends the command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Arguments that don't go together, or an input that can't be read.
    #[error("{message}")]
    Refused {
        /// What is wrong.
        message: String,
        /// What to do next.
        help: Option<String>,
        /// [`Exit::Usage`], or [`Exit::Denied`] for a limit.
        exit: Exit,
    },
    /// An output file can't be written. Nothing of it is there.
    #[error("could not write {path}: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Standard output can't be written, for another reason than a reader that left.
    #[error("writing the output: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// A usage error with a word of help.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Refused {
            message: message.into(),
            help: Some(help.into()),
            exit: Exit::Usage,
        }
    }

    /// An input without a report.
    pub(crate) fn unreadable(label: &str, error: &Unreadable) -> Self {
        Self::Refused {
            message: format!("{label}: {error}"),
            help: error.help(),
            exit: error.exit(),
        }
    }

    /// Refuses a document that more content follows.
    pub(crate) fn if_more_follows(label: &str, report: &DocumentReport) -> Result<(), Self> {
        match report.findings.iter().find(|found| found.rule == &TRAILING_DATA) {
            Some(found) => Err(Self::Refused {
                message: format!("{label}: {}: {}", found.rule.id, found.message),
                help: Some(found.rule.action.to_owned()),
                exit: Exit::Bad,
            }),
            None => Ok(()),
        }
    }

    /// Prints the error on standard error and tells the exit code.
    pub(crate) fn report(&self) -> Exit {
        let mut err = anstream::stderr().lock();
        // Nobody is left to tell when this fails.
        let _ = writeln!(err, "error: {}", escape::terminal(&self.to_string()));
        match self {
            Self::Output(_) | Self::File { .. } => Exit::Internal,
            Self::Refused { help, exit, .. } => {
                if let Some(help) = help {
                    let _ = writeln!(err, "  help: {}", escape::terminal(help));
                }
                *exit
            }
        }
    }
}
