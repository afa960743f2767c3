//! Selections of entries.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Entry, Journal};
use crate::http::canonical;

/// Selects entries; an empty one selects all but admin calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Method, in any case.
    pub(crate) method: Option<String>,
    /// Path, with everything below it, in any spelling.
    pub(crate) path: Option<String>,
    /// Status.
    pub(crate) status: Option<i64>,
    /// The least number.
    pub(crate) since: Option<u64>,
    /// Whether no endpoint has the method and path.
    pub(crate) unmatched: Option<bool>,
    /// Whether the answer was sent.
    pub(crate) answered: Option<bool>,
    /// Whether admin calls count too.
    pub(crate) admin: bool,
}

impl Filter {
    pub(super) fn passes(&self, entry: &Entry) -> bool {
        let status = entry.status();
        let method = |wanted: &String| entry.method().eq_ignore_ascii_case(wanted);
        let path = |wanted: &String| {
            let (wanted, path) = (canonical(wanted), canonical(entry.path()));
            let below = path.strip_prefix(wanted.trim_end_matches('/'));
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        (self.admin || !entry.is_admin)
            && self.since.is_none_or(|first| entry.id() >= first)
            && self.answered.is_none_or(|wanted| status.is_some() == wanted)
            && self
                .status
                .is_none_or(|wanted| status.map(i64::from) == Some(wanted))
            && self
                .unmatched
                .is_none_or(|wanted| status.is_some() && entry.is_unmatched() == wanted)
            && self.method.as_ref().is_none_or(method)
            && self.path.as_ref().is_none_or(path)
    }

    /// The entries that pass. With `since` the oldest come first, so `next` follows the journal; otherwise the newest.
    pub(crate) fn list(&self, journal: &Journal, limit: usize) -> Value {
        let kept = journal.kept();
        let counted = |entry: &&Arc<Entry>| self.admin || !entry.is_admin;
        let mut passing: Vec<&Arc<Entry>> = kept.entries.iter().filter(|entry| self.passes(entry)).collect();
        let count = passing.len();
        let mut next = kept.next;
        if self.since.is_none() {
            passing.reverse();
        } else if let Some(left_out) = passing.get(limit) {
            next = left_out.id();
        }
        passing.truncate(limit);
        let requests: Vec<Value> = passing
            .iter()
            .map(|entry| entry.to_json(journal.session()))
            .collect();
        json!({
            "total": if self.admin { kept.next } else { kept.next - kept.admin },
            "kept": kept.entries.iter().filter(counted).count(),
            "dropped": kept.dropped,
            "count": count,
            "next": next,
            "requests": requests,
        })
    }
}
