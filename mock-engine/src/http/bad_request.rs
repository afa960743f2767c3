//! Requests that HTTP refuses before the engine sees them.

/// A malformed request.
#[derive(Debug)]
pub(crate) enum BadRequest {
    /// What is wrong with the body.
    Body(String),
    /// A required query parameter that is missing.
    MissingParameter(&'static str),
    /// What is wrong elsewhere.
    Other(String),
}

impl BadRequest {
    /// What is wrong with the body.
    pub(crate) fn body(reason: impl Into<String>) -> Self {
        Self::Body(reason.into())
    }

    /// What is wrong with the request outside of its body.
    pub(crate) fn other(reason: impl Into<String>) -> Self {
        Self::Other(reason.into())
    }
}
