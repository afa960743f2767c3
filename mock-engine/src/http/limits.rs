//! What a peer may ask of the server before it is turned away: time, connections, bytes.
//!
//! Invariant: everything that a peer can leave undone or send without end has a limit here. The figures that no
//! option sets are constants here, too.

use std::time::Duration;

use tokio::time::Instant;

use crate::engine::defaults;

/// Limits of one engine's port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. At the limit, a newcomer gets the place of the one that has been idle longest.
    pub connections: usize,
    /// For a TLS handshake, and for the first byte where that decides between TLS and plain HTTP.
    pub handshake: Duration,
    /// For a connection before its first request and between two requests.
    pub idle: Duration,
    /// For a request head, from its first byte on.
    pub head: Duration,
    /// Longest pause while a body or an answer is transferred. Beyond it, a transfer must make [`SLOWEST`] on average.
    pub transfer: Duration,
    /// Largest request head, in bytes.
    pub head_bytes: usize,
    /// Largest request body, in bytes; what isn't a document or a file has a lower limit of its own.
    pub body_bytes: u64,
    /// Request bodies in memory at once, in bytes; only those beyond [`UNCOUNTED_BODY`] count.
    pub bodies_bytes: u64,
    /// How long requests under way may take once the engine is told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            handshake: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            head: Duration::from_secs(10),
            transfer: Duration::from_secs(30),
            head_bytes: 64 * 1024,
            body_bytes: defaults::BODY_LIMIT,
            bodies_bytes: 2 << 30,
            drain: Duration::from_secs(10),
        }
    }
}

/// Bytes per second that a transfer must make on average once it has taken longer than a pause may.
pub(crate) const SLOWEST: u64 = 1024;
/// Largest body of a login, which anybody may send.
pub(crate) const LOGIN_BODY: u64 = 64 * 1024;
/// Largest JSON body that describes one thing.
pub(crate) const JSON_BODY: u64 = 1 << 20;
/// Largest list of objects to export.
pub(crate) const LIST_BODY: u64 = 16 << 20;
/// Body up to which [`Limits::bodies_bytes`] doesn't count. What anybody may send without a token stays below, so that
/// nobody without a token uses that memory up.
pub(crate) const UNCOUNTED_BODY: u64 = 64 * 1024;
/// Largest text part of a form, and all text parts and part heads of a form together.
pub(crate) const FORM_TEXTS: usize = 64 * 1024;
/// Head of a part of a form, with the name of an uploaded file.
pub(crate) const PART_HEAD: usize = 1024;
/// Objects from which on a read is worth a thread of its own: below, it is done before another thread has woken.
pub(crate) const SMALL_ENGINE: usize = 1000;

/// A transfer under way, watched for pauses and for its average speed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transfer {
    began: Instant,
    last: Instant,
    bytes: u64,
}

impl Transfer {
    pub(crate) fn begin() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            last: now,
            bytes: 0,
        }
    }

    /// So many bytes more went through.
    pub(crate) fn progress(&mut self, bytes: usize) {
        self.last = Instant::now();
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    /// When the peer has been too slow, unless something goes through until then.
    pub(crate) fn deadline(&self, pause: Duration) -> Instant {
        let earned = Duration::from_millis(self.bytes.saturating_mul(1000) / SLOWEST);
        let on_average = after(self.began, pause.saturating_add(earned));
        on_average.min(after(self.last, pause))
    }
}

/// A deadline; one beyond what a clock can show is far enough away.
pub(crate) fn after(since: Instant, time: Duration) -> Instant {
    const FAR: Duration = Duration::from_hours(24 * 365);
    since.checked_add(time).unwrap_or_else(|| since + FAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn dripping_does_not_extend_a_transfer_for_ever_and_speed_does() {
        let pause = Duration::from_secs(30);
        let began = Instant::now();
        let (mut slow, mut fast) = (Transfer::begin(), Transfer::begin());
        for _ in 0..20 {
            tokio::time::advance(Duration::from_secs(1)).await;
            slow.progress(1);
            fast.progress(1 << 20);
        }
        assert!(slow.deadline(pause) < began + pause + Duration::from_secs(1));
        assert_eq!(fast.deadline(pause), began + Duration::from_secs(20) + pause);
    }
}
