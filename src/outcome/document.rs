//! What one input came to.

use exportdoc::internal::envelope::EnvelopeError;
use exportdoc::internal::report::DocumentReport;

/// The outcome of one document.
pub(crate) struct Judged<T = DocumentReport> {
    /// The path as given, followed by a number in brackets if the file holds several documents.
    pub(crate) path: String,
    /// That number.
    pub(crate) number: Option<usize>,
    /// The report, or why there is none.
    pub(crate) outcome: Result<T, Unreadable>,
}

impl<T> Judged<T> {
    /// The path of the file, for programs that open it.
    pub(crate) fn file(&self) -> &str {
        let number = self.number.map(|number| format!("[{number}]"));
        number
            .and_then(|number| self.path.strip_suffix(&number))
            .unwrap_or(&self.path)
    }
}

/// Why an input has no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) message: String,
    /// What to do next.
    pub(crate) help: Option<String>,
    pub(crate) cause: Cause,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The input.
    Input,
    /// A limit on its size.
    TooLarge,
    /// A panic, whose message is on standard error.
    Defect,
}

impl Unreadable {
    /// A panic while the document was judged.
    pub(crate) fn defect() -> Self {
        Self {
            message: "judging it failed: this is a defect of exportdoc".to_owned(),
            help: Some("please report it with the message on standard error".to_owned()),
            cause: Cause::Defect,
        }
    }
}

impl From<EnvelopeError> for Unreadable {
    fn from(error: EnvelopeError) -> Self {
        Self {
            message: error.to_string(),
            help: error.help(),
            cause: match error {
                EnvelopeError::TooLarge { .. } => Cause::TooLarge,
                _ => Cause::Input,
            },
        }
    }
}

/// How a run over many inputs ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Every input was judged.
    Whole,
    /// Ctrl-C: only the first inputs were judged.
    Interrupted,
}
