//! Why a source can't be used.

use crate::envelope::EnvelopeError;
use crate::object::ObjectError;
use crate::reuse::ReuseError;

/// Why a source of a target's state can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// An unknown kind of input.
    #[error("not a source of a target's state: {0}")]
    Unrecognised(#[from] EnvelopeError),
    /// An export document with unreadable objects.
    #[error("an export document, but {0}")]
    Document(#[from] ReuseError),
    /// An export document beyond a limit.
    #[error("an export document, but {0}")]
    DocumentLimit(ReuseError),
    /// An export document that was changed after it was signed, or damaged.
    #[error("an export document whose signature is not valid")]
    InvalidSignature,
    /// Malformed JSON in a list or dump.
    #[error("{what}: {error}")]
    Form {
        /// The kind of source.
        what: &'static str,
        /// The error, with line and column.
        error: serde_json::Error,
    },
    /// An invalid entry of a list.
    #[error("{path}: {reason}")]
    Entry {
        /// JSON path; the first index counts the values of the file.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A message of a state dump that isn't base64.
    #[error("{path}: not base64: {error}")]
    Base64 {
        /// JSON path.
        path: String,
        /// What is wrong with it.
        error: base64::DecodeError,
    },
    /// A message of a state dump that isn't an object.
    #[error("{path}: {error}")]
    Object {
        /// JSON path.
        path: String,
        /// What is wrong with it.
        error: ObjectError,
    },
    /// Two sources with different values of one thing.
    #[error("{first} and {second} disagree about {about} {object}")]
    Contradiction {
        /// The source that was read first.
        first: String,
        /// The other source.
        second: String,
        /// What they disagree about.
        about: Disagreement,
        /// Type and identifier of the object.
        object: String,
    },
    /// More entries than [`MAX_ENTRIES`](super::MAX_ENTRIES).
    #[error("more than {limit} entries in the lists together")]
    TooManyEntries {
        /// The limit.
        limit: usize,
    },
}

/// What two sources disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// The name of an object.
    #[error("the name of")]
    Name,
    /// The environment that an object lives in.
    #[error("the environment of")]
    Home,
    /// The saved state of an object.
    #[error("the revision of")]
    Revision,
    /// The object that has a name.
    #[error("which object is")]
    Identity,
    /// The purpose of an environment.
    #[error("the purpose of")]
    Purpose,
}

impl StateError {
    /// Whether the input exceeds a limit.
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::TooManyEntries { .. }
                | Self::DocumentLimit(_)
                | Self::Unrecognised(EnvelopeError::TooDeep { .. } | EnvelopeError::TooManyMembers { .. })
        )
    }
}
