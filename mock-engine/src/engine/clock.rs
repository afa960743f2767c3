//! The engine's time: real by default, settable by tests.
//!
//! Invariant: every answer that depends on time (token expiry, task states, dates) reads this clock and never the
//! system's, so a frozen clock freezes the whole engine. Network timeouts run on real time.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::engine::locking::lock;

/// A clock in milliseconds since 1970. Clones share one time.
///
/// ```
/// use std::time::Duration;
///
/// let clock = mock_engine::Clock::frozen(1_000);
/// clock.advance(Duration::from_secs(2));
/// assert_eq!(clock.now_ms(), 3_000);
/// ```
#[derive(Debug, Clone)]
pub struct Clock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    mode: Mutex<Mode>,
    changed: watch::Sender<()>,
    started: Instant,
    started_ms: i64,
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    Running { offset_ms: i64 },
    Frozen { now_ms: i64 },
}

impl Default for Clock {
    fn default() -> Self {
        Self::real()
    }
}

impl Clock {
    /// A clock that runs from the present time. It reads the system's clock once and then counts on, so no task ends
    /// before it started when someone sets that clock back.
    pub fn real() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::with(Mode::Running { offset_ms: 0 }, millis(since_epoch))
    }

    /// A clock that stands still until [`Clock::advance`] moves it.
    pub fn frozen(now_ms: i64) -> Self {
        Self::with(Mode::Frozen { now_ms }, now_ms)
    }

    fn with(mode: Mode, started_ms: i64) -> Self {
        let inner = Inner {
            mode: Mutex::new(mode),
            changed: watch::Sender::new(()),
            started: Instant::now(),
            started_ms,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        match *lock(&self.inner.mode) {
            Mode::Frozen { now_ms } => now_ms,
            Mode::Running { offset_ms } => self.running_ms().saturating_add(offset_ms),
        }
    }

    fn running_ms(&self) -> i64 {
        self.inner
            .started_ms
            .saturating_add(millis(self.inner.started.elapsed()))
    }

    /// Moves a running or frozen clock forward.
    pub fn advance(&self, by: Duration) {
        let mut mode = lock(&self.inner.mode);
        *mode = match *mode {
            Mode::Frozen { now_ms } => Mode::Frozen {
                now_ms: now_ms.saturating_add(millis(by)),
            },
            Mode::Running { offset_ms } => Mode::Running {
                offset_ms: offset_ms.saturating_add(millis(by)),
            },
        };
        drop(mode);
        self.inner.changed.send_replace(());
    }

    /// Waits until the clock shows at least `at_ms`, by running or by a move.
    pub(crate) async fn sleep_until(&self, at_ms: i64) {
        let mut changed = self.inner.changed.subscribe();
        loop {
            let left = at_ms.saturating_sub(self.now_ms());
            if left <= 0 {
                return;
            }
            let mode = *lock(&self.inner.mode);
            let moved = match mode {
                Mode::Frozen { .. } => changed.changed().await,
                Mode::Running { .. } => {
                    let nap = Duration::from_millis(u64::try_from(left).unwrap_or_default());
                    tokio::time::timeout(nap, changed.changed())
                        .await
                        .unwrap_or(Ok(()))
                }
            };
            // Never happens, because the clock owns the sender; returning beats spinning.
            if moved.is_err() {
                return;
            }
        }
    }
}

/// A duration in whole milliseconds, at most `i64::MAX`.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The form of date-time members in JSON answers: `2018-06-15T20:36:35.483+0000`.
pub(crate) fn api_date(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// Reads a date-time of a client: as in JSON answers, or in another form of ISO 8601 with an offset.
pub(crate) fn parse_api_date(text: &str) -> Option<i64> {
    let read = |pattern| jiff::fmt::strtime::parse(pattern, text).and_then(|parsed| parsed.to_timestamp());
    let read = text.parse().or_else(|_| read("%Y-%m-%dT%H:%M:%S%.f%z"));
    read.ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_dates_have_the_engines_form() {
        assert_eq!(api_date(1_529_094_995_483), "2018-06-15T20:36:35.483+0000");
        assert_eq!(api_date(i64::MAX), "1970-01-01T00:00:00.000+0000");
    }

    #[tokio::test]
    async fn frozen_clock_wakes_sleepers_only_when_moved() {
        let clock = Clock::frozen(1_000);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(5_000).await }
        });
        clock.advance(Duration::from_secs(3));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        tokio::time::timeout(Duration::from_secs(5), sleeper)
            .await
            .unwrap()
            .unwrap();
    }
}
