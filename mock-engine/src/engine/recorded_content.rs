//! What a recording shows of an engine's content; [`super::content`] turns it into a state.

use std::collections::{BTreeMap, BTreeSet};

use super::{Key, Row};

/// Rows of another engine.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordedContent {
    /// By path and key.
    pub(crate) rows: BTreeMap<&'static str, BTreeMap<Key, Row>>,
    /// Types and identifiers of objects in lists.
    pub(crate) listed: BTreeSet<(String, String)>,
    /// Paths with all their rows.
    pub(crate) whole: BTreeSet<&'static str>,
    /// The next number of counters, where it is known.
    pub(crate) next: BTreeMap<&'static str, i64>,
}
