//! What a comparison of two documents came to.

use exportdoc::internal::diff::DocumentDiff;
use exportdoc::internal::report::DocumentReport;

/// One of the two documents.
pub(crate) struct ComparedSide {
    /// The path as given.
    pub(crate) path: String,
    pub(crate) report: DocumentReport,
}

/// The comparison.
pub(crate) struct Compared {
    pub(crate) old: ComparedSide,
    pub(crate) new: ComparedSide,
    pub(crate) diff: DocumentDiff,
}
