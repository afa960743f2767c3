//! The engine's time: real by default, settable by tests.
//!
//! Invariant: everything that an answer depends on in time (token expiry, task states, dates) asks this clock and
//! never the system, so a frozen clock freezes the whole engine. Limits that protect the process itself, such as
//! network timeouts, stay on real time.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::engine::locking::lock;

/// A shared clock in milliseconds since 1970. Clones show the same time.
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
    /// A clock that runs with the system's. Read once and carried on monotonically, so that a system clock set back
    /// cannot make a task end before it started.
    pub fn real() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::with(Mode::Running { offset_ms: 0 }, millis(since_epoch))
    }

    /// A clock that stands still until it is moved.
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

    /// Stops the clock at its present time.
    pub fn freeze(&self) {
        let now_ms = self.now_ms();
        self.set(Mode::Frozen { now_ms });
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

    /// Lets a frozen clock run on from where it stands.
    pub fn resume(&self) {
        let offset_ms = self.now_ms().saturating_sub(self.running_ms());
        self.set(Mode::Running { offset_ms });
    }

    fn set(&self, mode: Mode) {
        *lock(&self.inner.mode) = mode;
        self.inner.changed.send_replace(());
    }

    /// Waits until the clock shows at least `at_ms`, however it gets there.
    pub async fn sleep_until(&self, at_ms: i64) {
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
            // The sender lives in the clock itself, so it outlasts this wait; stop rather than spin if it ever doesn't.
            if moved.is_err() {
                return;
            }
        }
    }
}

/// A duration in whole milliseconds, at most `i64::MAX`.
pub fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The form of date-time members in JSON answers: `2018-06-15T20:36:35.483+0000`.
pub fn api_date(ms: i64) -> String {
    format(ms, "%Y-%m-%dT%H:%M:%S.%3f+0000")
}

/// Reads a date-time as clients write it: as in JSON answers, or in any other form of ISO 8601 with an offset.
pub fn parse_api_date(text: &str) -> Option<i64> {
    let read = |pattern| jiff::fmt::strtime::parse(pattern, text).and_then(|parsed| parsed.to_timestamp());
    let read = text.parse().or_else(|_| read("%Y-%m-%dT%H:%M:%S%.f%z"));
    read.ok().map(Timestamp::as_millisecond)
}

/// The form of `exportDate`, which is Java's `Date.toString`: `Fri Jun 15 20:16:20 UTC 2018`.
pub fn java_date(ms: i64) -> String {
    format(ms, "%a %b %d %H:%M:%S UTC %Y")
}

/// The form of the time in a blob's header: `2018-06-15T20:16:20.660Z`.
pub fn instant_date(ms: i64) -> String {
    format(ms, "%Y-%m-%dT%H:%M:%S.%3fZ")
}

fn format(ms: i64, pattern: &str) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime(pattern).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_the_engines_forms() {
        assert_eq!(api_date(1_529_094_995_483), "2018-06-15T20:36:35.483+0000");
        assert_eq!(java_date(1_529_093_780_000), "Fri Jun 15 20:16:20 UTC 2018");
        assert_eq!(java_date(1_533_513_600_000), "Mon Aug 06 00:00:00 UTC 2018");
        assert_eq!(instant_date(1_529_093_780_660), "2018-06-15T20:16:20.660Z");
        assert_eq!(api_date(i64::MAX), "1970-01-01T00:00:00.000+0000");
    }

    #[tokio::test]
    async fn a_frozen_clock_wakes_sleepers_only_when_moved() {
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

    #[test]
    fn resuming_carries_on_from_the_frozen_time() {
        let clock = Clock::frozen(1_000);
        clock.advance(Duration::from_hours(1));
        clock.resume();
        let now = clock.now_ms();
        assert!((3_601_000..3_700_000).contains(&now), "{now}");
    }
}
