//! Who is connected, and who has to go when all places are taken.
//!
//! Invariant: there are never more connections than places. A newcomer gets the place of the connection that has been
//! idle longest; a connection with a request under way keeps its place. So idle connections, however many, keep
//! nobody out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::engine::locking::lock;

/// The connections of one port.
#[derive(Debug)]
pub(super) struct Roster {
    places: Arc<Semaphore>,
    /// Tells all connections that the port closes.
    stop: CancellationToken,
    idle: Mutex<Idle>,
}

#[derive(Debug, Default)]
struct Idle {
    /// Number of the next entry; lower ones have been idle longer.
    next: u64,
    by_age: BTreeMap<u64, CancellationToken>,
    /// Somebody waits for a place although nobody was idle.
    newcomer: bool,
}

impl Roster {
    pub(super) fn new(places: usize, stop: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            places: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))),
            stop,
            idle: Mutex::default(),
        })
    }

    /// A place for a newcomer, as soon as there is one.
    pub(super) async fn admit(self: &Arc<Self>) -> Seat {
        let places = || Arc::clone(&self.places);
        let place = match places().try_acquire_owned() {
            Ok(place) => Some(place),
            Err(_) => {
                self.make_room();
                // Only closing the semaphore makes this fail, and nobody does.
                places().acquire_owned().await.ok()
            }
        };
        let mut idle = lock(&self.idle);
        idle.newcomer = false;
        drop(idle);
        let seat = Seat {
            roster: Arc::clone(self),
            leave: self.stop.child_token(),
            phase: Mutex::new(Phase::Working),
            _place: place,
        };
        seat.rest();
        seat
    }

    /// Sends away who has been idle longest or, where nobody is, who will be idle next.
    pub(super) fn make_room(&self) {
        let mut idle = lock(&self.idle);
        match idle.by_age.pop_first() {
            Some((_, oldest)) => oldest.cancel(),
            None => idle.newcomer = true,
        }
    }
}

/// How a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing of a request has come.
    Idle { since: Instant, number: u64 },
    /// Some of a request's head has come.
    Head { since: Instant, number: u64 },
    /// A request is under way.
    Working,
    /// Its answer is being written out.
    Answered,
}

/// One connection's place.
#[derive(Debug)]
pub(super) struct Seat {
    roster: Arc<Roster>,
    /// Cancelled when the connection should go: at once if it is idle, else after the request under way.
    pub(super) leave: CancellationToken,
    phase: Mutex<Phase>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Seat {
    pub(super) fn phase(&self) -> Phase {
        *lock(&self.phase)
    }

    /// Whether no request is under way, so that nobody misses the connection.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.phase(), Phase::Idle { .. } | Phase::Head { .. })
    }

    /// Bytes of a request came.
    pub(super) fn hear(&self) {
        let mut phase = lock(&self.phase);
        if let Phase::Idle { number, .. } = *phase {
            *phase = Phase::Head {
                since: Instant::now(),
                number,
            };
        }
    }

    /// A whole head came.
    pub(super) fn work(&self) {
        self.change(Phase::Working);
    }

    /// Its answer is complete, and only has to go out.
    pub(super) fn answered(&self) {
        let mut phase = lock(&self.phase);
        if *phase == Phase::Working {
            *phase = Phase::Answered;
        }
    }

    /// All that was written went out.
    pub(super) fn sent(&self) {
        if self.phase() == Phase::Answered {
            self.rest();
        }
    }

    /// Nothing is under way (any more).
    fn rest(&self) {
        let mut idle = lock(&self.roster.idle);
        let number = idle.next;
        idle.next += 1;
        if std::mem::take(&mut idle.newcomer) {
            self.leave.cancel();
        } else {
            idle.by_age.insert(number, self.leave.clone());
        }
        drop(idle);
        let since = Instant::now();
        self.change(Phase::Idle { since, number });
    }

    fn change(&self, to: Phase) {
        let from = std::mem::replace(&mut *lock(&self.phase), to);
        if let Phase::Idle { number, .. } | Phase::Head { number, .. } = from {
            lock(&self.roster.idle).by_age.remove(&number);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.change(Phase::Working);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_newcomer_takes_the_place_of_who_was_idle_longest() {
        let roster = Roster::new(3, CancellationToken::new());
        let (first, second, third) = (roster.admit().await, roster.admit().await, roster.admit().await);
        first.work();
        first.answered();
        first.sent();
        third.work();
        let mut newcomer = Box::pin(roster.admit());
        assert!(futures_util::poll!(&mut newcomer).is_pending());
        assert!(second.leave.is_cancelled());
        assert!(!first.leave.is_cancelled() && !third.leave.is_cancelled());
        drop(second);
        newcomer.await;
    }

    #[tokio::test]
    async fn where_all_work_the_first_to_finish_makes_room() {
        let roster = Roster::new(1, CancellationToken::new());
        let only = roster.admit().await;
        only.work();
        let mut newcomer = Box::pin(roster.admit());
        assert!(futures_util::poll!(&mut newcomer).is_pending());
        assert!(!only.leave.is_cancelled());
        only.answered();
        only.sent();
        assert!(only.leave.is_cancelled());
        drop(only);
        assert!(!newcomer.await.leave.is_cancelled());
        assert!(lock(&roster.idle).by_age.is_empty());
    }
}
