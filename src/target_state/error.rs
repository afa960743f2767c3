//! Why something can't be read as the state of a target.

use super::Disagreement;
use crate::envelope::EnvelopeError;
use crate::object::ObjectError;
use crate::reuse::ReuseError;

/// Why a source can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// None of the kinds that tell of a target; says what it is instead.
    #[error("nothing that tells of a target: {0}")]
    Unrecognised(#[from] EnvelopeError),
    /// An export document whose objects can't be read.
    #[error("an export document, but {0}")]
    Document(#[from] ReuseError),
    /// An export document beyond a limit.
    #[error("an export document, but {0}")]
    DocumentLimit(ReuseError),
    /// An export document that was changed after it was signed, or damaged.
    #[error("an export document whose signature is not valid")]
    InvalidSignature,
    /// A list or dump that breaks the form it seems to have.
    #[error("{what}: {error}")]
    Form {
        /// What it seems to be.
        what: &'static str,
        /// What is wrong with it, with line and column.
        error: serde_json::Error,
    },
    /// An entry of a list that can't be understood.
    #[error("{path}: {reason}")]
    Entry {
        /// JSON path; the first index counts the values of the file.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An object of a state dump whose message can't be decoded.
    #[error("{path}: not base64: {error}")]
    Base64 {
        /// JSON path.
        path: String,
        /// What is wrong with it.
        error: base64::DecodeError,
    },
    /// An object of a state dump whose message can't be read.
    #[error("{path}: {error}")]
    Object {
        /// JSON path.
        path: String,
        /// What is wrong with it.
        error: ObjectError,
    },
    /// Two sources that say different things of one object, so that they are of different times.
    #[error("{first} and {second} disagree about {about} {object}")]
    Contradiction {
        /// The source that was read first.
        first: String,
        /// The other one.
        second: String,
        /// What they disagree about.
        about: Disagreement,
        /// Type and identifier of the object.
        object: String,
    },
    /// More entries than the limit.
    #[error("more than {limit} entries in the lists together")]
    TooManyEntries {
        /// [`MAX_ENTRIES`](super::MAX_ENTRIES).
        limit: usize,
    },
}

impl StateError {
    /// What to do next.
    pub fn help(&self) -> String {
        match self {
            Self::Unrecognised(EnvelopeError::EngineError { .. } | EnvelopeError::Empty | EnvelopeError::Truncated { .. }) => {
                "save it from the target again".to_owned()
            }
            Self::Document(error) | Self::DocumentLimit(error) => error.help().to_owned(),
            Self::InvalidSignature => {
                "'exportdoc verify-signature' says more; export again from the target".to_owned()
            }
            Self::Contradiction { .. } => {
                "files of one target have to be of one time: save them all again".to_owned()
            }
            Self::TooManyEntries { .. } => "leave out lists that say nothing of the document's objects".to_owned(),
            _ => "give an export document of the target, saved answers of GET /syncable-objects, or a mock-engine's \
                  state dump"
                .to_owned(),
        }
    }

    /// Whether it is a limit rather than the input that stands in the way.
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::TooManyEntries { .. }
                | Self::DocumentLimit(_)
                | Self::Unrecognised(EnvelopeError::TooDeep { .. } | EnvelopeError::TooManyMembers { .. })
        )
    }
}
