//! A lock that outlives a panic.
//!
//! Invariant: a handler that panics costs its own request and nothing else. What these locks guard is changed in
//! single assignments, so the data behind a poisoned lock is whole and may be used on.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, whether or not an earlier holder panicked.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
