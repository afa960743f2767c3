//! The request journal.
//!
//! Invariant: bounded by number and by bytes; the oldest entries go first. Secrets are redacted before they are
//! stored. A request gets its entry on arrival, so one that hangs is visible. Readers work on a snapshot and keep no
//! request waiting.

mod entry;
mod facts;
mod filter;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use http::Request;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::{Instant, timeout_at};

pub use self::entry::Answered;
pub(crate) use self::entry::Entry;
pub(crate) use self::facts::Seen;
pub(crate) use self::filter::Filter;
use crate::engine::clock::api_date;
use crate::engine::locking::lock;
use crate::http::{Escaped, redact};

/// Most entries.
pub const ENTRIES: usize = 10_000;
/// Most bytes of all entries.
pub const BYTES: usize = 16 << 20;

/// Most bytes of an entry's notes.
const NOTES: usize = 64 << 10;

/// The number of an entry; the request carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryId(pub(crate) u64);

/// The last requests of an engine.
#[derive(Debug, Default)]
pub struct Journal {
    inner: Mutex<Inner>,
    /// Wakes those who wait for requests.
    changed: Notify,
    /// The id of the session; empty for the port's own engine.
    session: Box<str>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Number of the next entry. Numbers rise by one, so the front's number gives every entry's place.
    next: u64,
    /// How many of all requests were admin calls.
    admin: u64,
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    /// How many entries went to make room.
    dropped: u64,
}

/// The entries of a moment, oldest first.
#[derive(Debug)]
pub struct Kept {
    pub entries: Vec<Arc<Entry>>,
    /// The number of the next entry.
    pub(crate) next: u64,
    /// How many of all requests were admin calls.
    pub(crate) admin: u64,
    /// How many entries went to make room.
    pub(crate) dropped: u64,
}

impl Journal {
    /// The journal of a session.
    pub(crate) fn of_session(session: &str) -> Self {
        Self {
            session: session.into(),
            ..Self::default()
        }
    }

    /// The id of the session; empty for the port's own engine.
    pub(crate) fn session(&self) -> &str {
        &self.session
    }

    /// Adds a request; [`Journal::finish`] takes the returned number.
    pub fn begin(&self, time_ms: i64, request: &Request<Body>) -> EntryId {
        let mut entry = Entry::of(time_ms, request);
        let mut inner = lock(&self.inner);
        entry.id = inner.next;
        inner.next += 1;
        inner.admin += u64::from(entry.is_admin);
        inner.bytes += entry.bytes();
        inner.entries.push_back(Arc::new(entry));
        inner.trim();
        let id = EntryId(inner.next - 1);
        drop(inner);
        self.changed.notify_waiters();
        id
    }

    /// Completes the entry of a request.
    pub fn finish(&self, id: EntryId, answered: Answered<'_>) {
        let done = answered.into_done();
        self.alter(id, |entry| entry.finish(done));
    }

    /// Adds a note to an entry.
    pub(crate) fn note(&self, id: EntryId, text: &str) {
        self.alter(id, |entry| {
            if entry.notes.len() + text.len() < NOTES {
                entry.notes.push_str(text);
                entry.notes.push('\n');
            }
        });
    }

    /// Names the fault that an entry's request met.
    pub(crate) fn fault(&self, id: EntryId, label: String) {
        self.alter(id, |entry| entry.fault = Some(label.into()));
    }

    /// Adds the record of an import to an entry, perhaps after the answer.
    pub(crate) fn imported(&self, id: EntryId, import: &Value) {
        let import = import.to_string().into();
        self.alter(id, |entry| entry.import = Some(import));
    }

    /// Adds the record of an export to an entry.
    pub(crate) fn exported(&self, id: EntryId, mut export: Value) {
        redact::json(&mut export);
        let export = export.to_string().into();
        self.alter(id, |entry| entry.export = Some(export));
    }

    /// Changes an entry if it is still there.
    fn alter(&self, EntryId(id): EntryId, change: impl FnOnce(&mut Entry)) {
        let mut inner = lock(&self.inner);
        let first = inner.next - inner.entries.len() as u64;
        let place = id
            .checked_sub(first)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| inner.entries.get_mut(place)) {
            let before = entry.bytes();
            // A reader may hold the entry as it was.
            let entry = Arc::make_mut(entry);
            change(entry);
            let after = entry.bytes();
            inner.bytes = inner.bytes + after - before;
            inner.trim();
        }
        drop(inner);
        self.changed.notify_waiters();
    }

    /// The newest entries, oldest first, without calls of `/__admin`.
    pub(crate) fn recent(&self, most: usize) -> Vec<Arc<Entry>> {
        let inner = lock(&self.inner);
        let newest = inner.entries.iter().rev().filter(|entry| !entry.is_admin);
        let mut recent: Vec<Arc<Entry>> = newest.take(most).cloned().collect();
        recent.reverse();
        recent
    }

    /// Ends once anything in the journal changes.
    pub(crate) fn change(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// The entries of this moment.
    pub fn kept(&self) -> Kept {
        let inner = lock(&self.inner);
        Kept {
            entries: inner.entries.iter().cloned().collect(),
            next: inner.next,
            admin: inner.admin,
            dropped: inner.dropped,
        }
    }

    /// Waits until a number of entries pass a filter; returns whether they came in time.
    pub(crate) async fn wait_for(&self, filter: &Filter, wanted: usize, patience: Duration) -> bool {
        self.wait_until(patience, || self.count(filter) >= wanted).await
    }

    /// Waits until something holds for the journal; returns whether it did in time.
    pub(crate) async fn wait_until(&self, patience: Duration, holds: impl Fn() -> bool) -> bool {
        let deadline = Instant::now() + patience;
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // A change from now on counts, so none gets lost before the wait.
            changed.as_mut().enable();
            if holds() {
                return true;
            }
            if timeout_at(deadline, changed).await.is_err() {
                return false;
            }
        }
    }

    fn count(&self, filter: &Filter) -> usize {
        let inner = lock(&self.inner);
        let passing = inner.entries.iter().filter(|entry| filter.passes(entry));
        passing.count()
    }

    /// The finished requests of a level and of higher ones, as lines of a log.
    pub(crate) fn as_log(&self, level: &str) -> String {
        let mut log = String::new();
        for entry in self.kept().entries {
            let Some(done) = &entry.done else {
                continue;
            };
            let own = match done.status {
                500.. => "ERROR",
                400.. => "WARN",
                _ => "INFO",
            };
            let shown = match level {
                "ERROR" => own == "ERROR",
                "WARN" => own != "INFO",
                _ => true,
            };
            if shown {
                let (time, path) = (api_date(entry.time_ms), Escaped(entry.path()));
                let error = Escaped(done.error.as_deref().unwrap_or_default());
                let (method, status) = (entry.method(), done.status);
                let line = format!("{time} {own:5} {method} {path} {status} {error}");
                log.push_str(line.trim_end());
                log.push('\n');
            }
        }
        log
    }

    /// Clears the entries. The numbers go on, so running requests do not finish the entries of others.
    pub(crate) fn clear(&self) {
        let mut inner = lock(&self.inner);
        inner.entries.clear();
        inner.bytes = 0;
        inner.dropped = 0;
    }
}

impl Inner {
    fn trim(&mut self) {
        while self.entries.len() > ENTRIES || self.bytes > BYTES {
            match self.entries.pop_front() {
                Some(entry) => {
                    self.bytes -= entry.bytes();
                    self.dropped += 1;
                }
                None => return,
            }
        }
    }
}
