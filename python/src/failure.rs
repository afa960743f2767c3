//! Why a call failed, on its way to an exception.

use exportdoc::Place;
use exportdoc::internal::container::ContainerError;
use exportdoc::internal::envelope::EnvelopeError;
use exportdoc::internal::extract::ExtractError;
use exportdoc::internal::report::SourceError;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::cli::error::CliError;
use crate::cli::io::reading::ReadError;

/// A failed call: what an `ExportdocError` has.
#[derive(Debug)]
pub(crate) struct Failure {
    code: &'static str,
    message: String,
    help: Option<String>,
    place: Option<Place>,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl ToString) -> Self {
        Self {
            code,
            message: message.to_string(),
            help: None,
            place: None,
        }
    }

    /// A wrong argument.
    pub(crate) fn usage(message: impl ToString) -> Self {
        Self::new("usage", message)
    }

    /// Adds what to do next, unless something better is known.
    pub(crate) fn hinted(mut self, help: impl ToString) -> Self {
        self.help.get_or_insert_with(|| help.to_string());
        self
    }

    /// Puts the name of an input in front of the message.
    pub(crate) fn about(mut self, label: &str) -> Self {
        self.message = format!("{label}: {}", self.message);
        self
    }

    /// An error of the command line's code, whose hints name options.
    pub(crate) fn of_command(code: &'static str, error: &CliError) -> Self {
        let help = match error {
            CliError::Refused { hint, .. } => hint.clone(),
            CliError::Output(_) => None,
        };
        Self {
            help,
            ..Self::new(code, error)
        }
    }
}

/// What to do next after an error of the library, in terms of this package.
fn help_for(code: &str) -> Option<&'static str> {
    Some(match code {
        "encrypted" => "pass the passphrase as passphrase=…",
        "wrong-passphrase" => "check the passphrase",
        "not-encrypted" => "use the document as it is",
        "unreadable" => "export again, or restore the document from another copy",
        "invalid" => "inspect() shows the findings; allow_invalid=True accepts the document anyway",
        "not-found" => "inspect() lists the objects; give 'TYPE:ID' or 'TYPE:NAME'",
        "limit" => "raise max_size if you trust the source of the document",
        "key" => "new_key() makes a key",
        _ => return None,
    })
}

impl From<exportdoc::Error> for Failure {
    fn from(error: exportdoc::Error) -> Self {
        let source = std::error::Error::source(&error);
        let from_source = source.and_then(|source| {
            if let Some(envelope) = source.downcast_ref::<EnvelopeError>() {
                return envelope.help();
            }
            match source.downcast_ref::<ExtractError>() {
                Some(ExtractError::Ambiguous { candidates, .. }) => {
                    Some(crate::cli::hints::one_of(candidates))
                }
                _ => None,
            }
        });
        Self {
            help: from_source.or_else(|| help_for(error.code()).map(str::to_owned)),
            place: error.place().cloned(),
            ..Self::new(error.code(), &error)
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let code = match &error {
            ReadError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => "input-not-found",
            ReadError::Io(_) | ReadError::Directory { .. } | ReadError::Skipped(_) => "input",
            ReadError::Container(ContainerError::Several(_)) => "several",
            ReadError::Container(_) => "not-a-document",
            ReadError::TooLarge(_) => "limit",
        };
        let help = match &error {
            ReadError::Io(_) => Some("check the path and its permissions".to_owned()),
            ReadError::Directory { .. } => Some("name a file in it".to_owned()),
            ReadError::Container(ContainerError::Several(_)) => {
                Some("documents() takes them out, one by one".to_owned())
            }
            ReadError::TooLarge(_) => help_for("limit").map(str::to_owned),
            _ => error.hint(),
        };
        Self {
            help,
            ..Self::new(code, &error)
        }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Read(error) => ReadError::from(error).into(),
            SourceError::Envelope(error) => error.into(),
        }
    }
}

impl From<EnvelopeError> for Failure {
    fn from(error: EnvelopeError) -> Self {
        exportdoc::Error::from(error).into()
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        ReadError::from(error).into()
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| {
            let place = failure
                .place
                .map(|place| (place.path, place.file_offset, place.decoded_offset));
            let made = py
                .import("exportdoc.errors")
                .and_then(|module| module.getattr("_make"))
                .and_then(|make| make.call1((failure.code, &failure.message, failure.help, place)));
            match made {
                Ok(exception) => Self::from_value(exception),
                Err(_) => PyException::new_err(failure.message),
            }
        })
    }
}
