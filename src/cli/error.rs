//! What goes wrong before or beside the judging of documents, with what to do next.

use std::io;

use exportdoc::escape;

use super::{Exit, Unreadable};

/// An error that ends the command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Arguments that don't go together, or an input that can't be read.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do next.
        help: Option<String>,
    },
    /// An input beyond a limit.
    #[error("{message}")]
    Limit {
        /// What is wrong.
        message: String,
        /// What to do next.
        help: Option<String>,
    },
    /// Standard output went away or is full.
    #[error("writing the output: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// A usage error with a word of help.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// An input without a report.
    pub(crate) fn unreadable(label: &str, error: &Unreadable) -> Self {
        let message = format!("{label}: {error}");
        let help = error.help();
        match error.exit() {
            Exit::Denied => Self::Limit { message, help },
            _ => Self::Usage { message, help },
        }
    }

    /// Prints the error on standard error and tells the exit code. A reader that closed the pipe has had enough: silence.
    pub(crate) fn report(&self) -> Exit {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Good,
            Self::Output(_) => {
                anstream::eprintln!("error: {}", escape::terminal(&self.to_string()));
                Exit::Internal
            }
            Self::Usage { message, help } | Self::Limit { message, help } => {
                anstream::eprintln!("error: {}", escape::terminal(message));
                if let Some(help) = help {
                    anstream::eprintln!("  help: {}", escape::terminal(help));
                }
                match self {
                    Self::Limit { .. } => Exit::Denied,
                    _ => Exit::Usage,
                }
            }
        }
    }
}
