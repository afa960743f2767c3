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
    /// For [`Clock::reset`].
    first: Mode,
    changed: watch::Sender<()>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    /// It showed `from_ms` at `since` and runs `speed` times as fast as real time.
    Running {
        from_ms: i64,
        since: Instant,
        speed: f64,
    },
    Frozen {
        now_ms: i64,
    },
}

impl Mode {
    fn now_ms(self) -> i64 {
        match self {
            Self::Frozen { now_ms } => now_ms,
            Self::Running {
                from_ms,
                since,
                speed,
            } => from_ms.saturating_add(millis(scaled(since.elapsed(), speed))),
        }
    }
}

/// The longest time that a clock runs or waits: 10,000 years.
const LONGEST: Duration = Duration::from_hours(24 * 366 * 10_000);

fn scaled(duration: Duration, factor: f64) -> Duration {
    // Exact for the usual clock.
    if factor == 1.0 {
        return duration;
    }
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).map_or(LONGEST, |scaled| scaled.min(LONGEST))
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
        Self::with(Mode::Running {
            from_ms: millis(since_epoch),
            since: Instant::now(),
            speed: 1.0,
        })
    }

    /// A clock that stands still until [`Clock::advance`] moves it.
    pub fn frozen(now_ms: i64) -> Self {
        Self::with(Mode::Frozen { now_ms })
    }

    fn with(mode: Mode) -> Self {
        let inner = Inner {
            mode: Mutex::new(mode),
            first: mode,
            changed: watch::Sender::new(()),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Another clock that shows the same time and goes on by itself.
    pub(crate) fn fork(&self) -> Self {
        Self::with(self.mode())
    }

    fn mode(&self) -> Mode {
        *lock(&self.inner.mode)
    }

    fn change(&self, change: impl FnOnce(Mode) -> Mode) {
        let mut mode = lock(&self.inner.mode);
        *mode = change(*mode);
        drop(mode);
        self.inner.changed.send_replace(());
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.mode().now_ms()
    }

    /// Whether the clock stands still.
    pub fn is_frozen(&self) -> bool {
        matches!(self.mode(), Mode::Frozen { .. })
    }

    /// How many times faster than real time the clock runs; 0 while it stands still.
    pub fn speed(&self) -> f64 {
        match self.mode() {
            Mode::Frozen { .. } => 0.0,
            Mode::Running { speed, .. } => speed,
        }
    }

    /// Whether the clock shows the real time.
    pub(crate) fn is_real(&self) -> bool {
        let mode = self.mode();
        matches!(mode, Mode::Running { .. }) && mode == self.inner.first
    }

    /// Sets the time; a running clock goes on from there.
    pub fn set(&self, now_ms: i64) {
        self.change(|mode| match mode {
            Mode::Frozen { .. } => Mode::Frozen { now_ms },
            Mode::Running { speed, .. } => Mode::Running {
                from_ms: now_ms,
                since: Instant::now(),
                speed,
            },
        });
    }

    /// Moves a running or frozen clock forward.
    pub fn advance(&self, by: Duration) {
        let by = millis(by);
        self.change(|mode| match mode {
            Mode::Frozen { now_ms } => Mode::Frozen {
                now_ms: now_ms.saturating_add(by),
            },
            Mode::Running {
                from_ms,
                since,
                speed,
            } => Mode::Running {
                from_ms: from_ms.saturating_add(by),
                since,
                speed,
            },
        });
    }

    /// Stops the clock at its present time.
    pub fn freeze(&self) {
        self.change(|mode| Mode::Frozen {
            now_ms: mode.now_ms(),
        });
    }

    /// Lets the clock run on, `speed` times as fast as real time. A speed that is not a positive number counts as 1.
    pub fn run(&self, speed: f64) {
        let speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            1.0
        };
        self.change(|mode| Mode::Running {
            from_ms: mode.now_ms(),
            since: Instant::now(),
            speed,
        });
    }

    /// Goes back to the first state: a frozen clock to its first time, a running one to real time.
    pub fn reset(&self) {
        self.change(|_| self.inner.first);
    }

    /// Waits until the clock shows at least `at_ms`, by running or by a move.
    pub(crate) async fn sleep_until(&self, at_ms: i64) {
        let mut changed = self.inner.changed.subscribe();
        loop {
            let left = at_ms.saturating_sub(self.now_ms());
            if left <= 0 {
                return;
            }
            let moved = match self.mode() {
                Mode::Frozen { .. } => changed.changed().await,
                Mode::Running { speed, .. } => {
                    let nap = Duration::from_millis(u64::try_from(left).unwrap_or_default());
                    // At least a millisecond, so that rounding down never spins.
                    let nap = scaled(nap, 1.0 / speed).max(Duration::from_millis(1));
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
pub fn api_date(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// The form of the `Date` header: `Fri, 15 Jun 2018 20:36:35 GMT`.
pub(crate) fn http_date(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Reads a date-time of a client: as in JSON answers, or in another form of ISO 8601 with an offset.
pub(crate) fn parse_api_date(text: &str) -> Option<i64> {
    let read = |pattern| jiff::fmt::strtime::parse(pattern, text).and_then(|parsed| parsed.to_timestamp());
    let read = text.parse().or_else(|_| read("%Y-%m-%dT%H:%M:%S%.f%z"));
    read.ok().map(Timestamp::as_millisecond)
}
