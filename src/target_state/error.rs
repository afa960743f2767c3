//! Why a source can't be used.

use std::fmt::Display;

use super::MAX_ENTRIES;
use crate::envelope::EnvelopeError;
use crate::reuse::ReuseError;

/// Why a source of a target's state can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// An unknown kind of input.
    #[error("not a source of a target's state: {0}")]
    Unrecognised(#[from] EnvelopeError),
    /// An export document with unreadable objects.
    #[error("an export document, but {error}")]
    Document {
        /// Why its objects are unreadable.
        error: ReuseError,
        /// Whether it exceeds a limit.
        limit: bool,
    },
    /// An export document that was changed after it was signed, or damaged.
    #[error("an export document whose signature is not valid")]
    InvalidSignature,
    /// A malformed list or dump.
    #[error("{place}: {reason}")]
    Malformed {
        /// The kind of source, or the JSON path of an entry. The first index counts the values of the file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two sources with different values of one thing.
    #[error("{first} and {second} disagree about {what}")]
    Contradiction {
        /// The source that was read first.
        first: String,
        /// The other source.
        second: String,
        /// The property with the type and the identifier of the object.
        what: String,
    },
    /// More entries than [`MAX_ENTRIES`].
    #[error("more than {} entries in the lists together", MAX_ENTRIES)]
    TooManyEntries,
}

impl StateError {
    pub(super) fn malformed(place: &str, reason: impl Display) -> Self {
        Self::Malformed {
            place: place.to_owned(),
            reason: reason.to_string(),
        }
    }

    /// Whether the input exceeds a limit.
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::TooManyEntries
                | Self::Document { limit: true, .. }
                | Self::Unrecognised(EnvelopeError::TooDeep { .. } | EnvelopeError::TooManyMembers { .. })
        )
    }
}
