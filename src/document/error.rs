//! The error of the promised API.

use std::error::Error as StdError;
use std::fmt;

use crate::build::BuildError;
use crate::envelope::EnvelopeError;
use crate::extract::ExtractError;
use crate::finding::Place;
use crate::merge::MergeError;
use crate::report::SourceError;
use crate::reuse::ReuseError;
use crate::target_state::StateError;

/// Why an operation on a document failed.
///
/// The message is a lower-case fragment that fits after `error: `. It may quote the document, so escape it before it goes
/// to a terminal. The codes are stable:
///
/// | Code | Meaning |
/// |---|---|
/// | `not-a-document` | the input is not the JSON of an export document |
/// | `input` | the source or the writer failed |
/// | `limit` | a limit stopped the operation |
/// | `encrypted` | the objects are encrypted and no passphrase opens them |
/// | `wrong-passphrase` | no given passphrase opens the document |
/// | `not-encrypted` | there is nothing to decrypt |
/// | `already-encrypted` | decrypt the document first |
/// | `unreadable` | part of the document is damaged, so its objects are incomplete |
/// | `invalid` | the signature is invalid, or a finding is an error |
/// | `not-found` | no object has the given name or identifier |
/// | `ambiguous` | several objects have the given name or identifier |
/// | `conflict` | the documents cannot be combined |
/// | `target` | a source of the target is unusable, or contradicts another |
/// | `policy` | the audit policy cannot be read |
/// | `key` | the signing key cannot be used |
/// | `build` | the objects do not make a document |
#[derive(Debug)]
pub struct Error {
    code: &'static str,
    message: String,
    place: Option<Place>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            place: None,
            source: None,
        }
    }

    pub(crate) fn caused(code: &'static str, source: impl StdError + Send + Sync + 'static) -> Self {
        let message = source.to_string();
        Self {
            source: Some(Box::new(source)),
            ..Self::new(code, message)
        }
    }

    pub(crate) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// The stable code, from the table above.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Where in the input the problem is, if it has one place.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

impl From<EnvelopeError> for Error {
    fn from(error: EnvelopeError) -> Self {
        let (code, offset) = match &error {
            EnvelopeError::NotUtf8 { offset, .. } | EnvelopeError::NotJson { offset, .. } => {
                ("not-a-document", Some(*offset))
            }
            EnvelopeError::TooDeep { offset, .. } => ("limit", Some(*offset)),
            EnvelopeError::TooManyMembers { .. } | EnvelopeError::TooLarge { .. } => ("limit", None),
            _ => ("not-a-document", None),
        };
        let place = offset.map(|offset| Place::whole_file().at_file_offset(offset));
        Self::caused(code, error).at(place)
    }
}

impl From<SourceError> for Error {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Read(error) => Self::caused("input", error),
            SourceError::Envelope(error) => error.into(),
        }
    }
}

impl From<ReuseError> for Error {
    fn from(error: ReuseError) -> Self {
        let code = match &error {
            ReuseError::Unreadable(_) => "unreadable",
            ReuseError::Encrypted | ReuseError::UnknownEncryption => "encrypted",
            ReuseError::WrongPassphrase => "wrong-passphrase",
            ReuseError::Unsound(_) => "invalid",
            ReuseError::TypeNumberTaken { .. } => "conflict",
        };
        Self::caused(code, error)
    }
}

impl From<ExtractError> for Error {
    fn from(error: ExtractError) -> Self {
        let code = match &error {
            ExtractError::NotFound(_) => "not-found",
            ExtractError::Ambiguous { .. } => "ambiguous",
            _ => "build",
        };
        Self::caused(code, error)
    }
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        let code = match &error {
            BuildError::RuleForKey { .. } | BuildError::Signing(_) => "key",
            BuildError::Write(_) => "input",
            _ => "build",
        };
        Self::caused(code, error)
    }
}

impl From<MergeError> for Error {
    fn from(error: MergeError) -> Self {
        Self::caused("conflict", error)
    }
}

impl From<StateError> for Error {
    fn from(error: StateError) -> Self {
        Self::caused(if error.is_limit() { "limit" } else { "target" }, error)
    }
}
