//! What goes wrong before or beside the judging of documents, with what to do next.

use std::io;

use exportdoc::escape;

use super::Exit;

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
    /// The input is readable, but not what the command may work on.
    #[error("{message}")]
    Refused {
        /// What is wrong.
        message: String,
        /// What to do next.
        help: Option<String>,
    },
    /// An output file can't be written. Nothing of it is there.
    #[error("could not write {path}: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
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

    /// Prints the error on standard error and tells the exit code. A reader that closed the pipe has had enough: silence.
    pub(crate) fn report(&self) -> Exit {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Good,
            Self::Output(_) | Self::File { .. } => {
                anstream::eprintln!("error: {}", escape::terminal(&self.to_string()));
                Exit::Internal
            }
            Self::Usage { message, help } | Self::Refused { message, help } => {
                anstream::eprintln!("error: {}", escape::terminal(message));
                if let Some(help) = help {
                    anstream::eprintln!("  help: {}", escape::terminal(help));
                }
                match self {
                    Self::Refused { .. } => Exit::Bad,
                    _ => Exit::Usage,
                }
            }
        }
    }
}
