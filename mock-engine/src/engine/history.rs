//! The history of the state: every change with its cause.
//!
//! Invariant: a change costs no more than before, since the states on both sides share all that is equal. What differs is
//! found only when it is asked for. The history is bounded by the number of changes and by what they wrote.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};

use tokio::task::futures::TaskLocalFuture;

use crate::engine::locking::lock;

/// Most changes.
const CHANGES: usize = 1_000;
/// Most written objects and rows of all changes together.
const WRITTEN: usize = 20_000;

tokio::task_local! {
    static CAUSE: Arc<Cause>;
    static SCENARIO: Arc<Moved>;
}

/// A scenario that came into a state.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) scenario: String,
    pub(crate) state: String,
}

/// Why the state changes: what the layer above works on.
#[derive(Debug)]
pub(crate) struct Cause {
    /// Its number there.
    pub(crate) number: u64,
    /// Its text there.
    pub(crate) text: String,
    user: OnceLock<Arc<str>>,
}

impl Cause {
    /// A cause without a user.
    pub(crate) fn new(number: u64, text: String) -> Arc<Self> {
        Arc::new(Self {
            number,
            text,
            user: OnceLock::new(),
        })
    }

    /// The cause of the work under way.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CAUSE.try_with(Arc::clone).ok()
    }

    /// Names the user of the work under way.
    pub(crate) fn set_user(user: &Arc<str>) {
        // Without a cause nothing asks for the user.
        let _ = CAUSE.try_with(|cause| cause.user.set(Arc::clone(user)));
    }

    /// The user, if one is known.
    pub(crate) fn user(&self) -> Option<&Arc<str>> {
        self.user.get()
    }
}

/// Runs work for a cause.
pub(crate) fn caused<F: Future>(cause: Arc<Cause>, work: F) -> TaskLocalFuture<Arc<Cause>, F> {
    CAUSE.scope(cause, work)
}

/// Runs work for a cause on a thread without one.
pub(crate) fn run_for<T>(cause: Option<Arc<Cause>>, work: impl FnOnce() -> T) -> T {
    match cause {
        Some(cause) => CAUSE.sync_scope(cause, work),
        None => work(),
    }
}

/// Runs a change that a scenario makes when it comes into a state.
pub(crate) fn by_scenario<T>(scenario: &str, state: &str, change: impl FnOnce() -> T) -> T {
    let moved = Moved {
        scenario: scenario.to_owned(),
        state: state.to_owned(),
    };
    SCENARIO.sync_scope(Arc::new(moved), change)
}

/// A change of a state.
#[derive(Debug, Clone)]
pub(crate) struct Change<S> {
    /// Its number, from 0.
    pub(crate) number: u64,
    /// The engine's time.
    pub(crate) time_ms: i64,
    pub(crate) cause: Option<Arc<Cause>>,
    /// The scenario that made it, if its rules did.
    pub(crate) moved: Option<Arc<Moved>>,
    /// The states before and after it; `None` if it wrote too much to keep both.
    pub(crate) states: Option<(Arc<S>, Arc<S>)>,
    written: usize,
}

/// The last changes.
#[derive(Debug, Default)]
pub(crate) struct History<S> {
    inner: Mutex<Inner<S>>,
}

#[derive(Debug, Default)]
struct Inner<S> {
    next: u64,
    changes: VecDeque<Change<S>>,
    written: usize,
}

impl<S: Clone> History<S> {
    /// Adds a change that wrote so many objects and rows.
    pub(super) fn add(&self, time_ms: i64, before: Arc<S>, after: Arc<S>, written: usize) {
        let written = written + 1;
        let is_kept = written <= WRITTEN;
        let mut inner = lock(&self.inner);
        let change = Change {
            number: inner.next,
            time_ms,
            cause: Cause::current(),
            moved: SCENARIO.try_with(Arc::clone).ok(),
            states: is_kept.then_some((before, after)),
            written: if is_kept { written } else { 1 },
        };
        inner.next += 1;
        inner.written += change.written;
        inner.changes.push_back(change);
        while inner.changes.len() > CHANGES || inner.written > WRITTEN {
            match inner.changes.pop_front() {
                Some(change) => inner.written -= change.written,
                None => return,
            }
        }
    }

    /// The changes, oldest first, and the number of the next one.
    pub(crate) fn changes(&self) -> (Vec<Change<S>>, u64) {
        let inner = lock(&self.inner);
        (inner.changes.iter().cloned().collect(), inner.next)
    }

    /// The number of the next change.
    pub(crate) fn next(&self) -> u64 {
        lock(&self.inner).next
    }

    /// Forgets the changes. The numbers go on.
    pub(crate) fn clear(&self) {
        let mut inner = lock(&self.inner);
        inner.changes.clear();
        inner.written = 0;
    }
}
