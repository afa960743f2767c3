//! Copies of documents that can be shared.

/// What the header of a redacted document says in its marker.
pub const MARKER: &str = "redacted";
