//! Mutexes that survive panics.
//!
//! Invariant: a panic in a handler fails its own request only. Data behind these locks changes in single assignments,
//! so it is whole even if the lock is poisoned.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex, poisoned or not.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
