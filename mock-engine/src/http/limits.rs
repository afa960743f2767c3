//! Limits on the time, the connections and the bytes of clients. Those without an option are constants.

use std::time::Duration;

use crate::engine::defaults;

/// Limits of one engine's port.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once. Further clients wait until one ends.
    pub connections: usize,
    /// Time for a TLS handshake, and for the first byte if it decides between TLS and plain HTTP.
    pub handshake: Duration,
    /// Time from the start of a connection, or from the previous answer, to the end of the next request head.
    pub idle: Duration,
    /// Time for a whole request body, and longest time that an answer waits for its reader.
    pub transfer: Duration,
    /// Largest request head, in bytes.
    pub head_bytes: usize,
    /// Largest request body, in bytes. Only documents and files come near it; other bodies have lower limits.
    pub body_bytes: u64,
    /// Memory for all request bodies, in bytes. Bodies up to 64 KiB do not count.
    pub bodies_bytes: u64,
    /// Time for running requests once the engine stops.
    pub drain: Duration,
    /// Time that a session stays without a request.
    pub session_idle: Duration,
}

impl Limits {
    /// The limits after a change.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            handshake: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            transfer: Duration::from_mins(5),
            head_bytes: 64 * 1024,
            body_bytes: defaults::BODY_LIMIT,
            bodies_bytes: 2 << 30,
            drain: Duration::from_secs(10),
            session_idle: Duration::from_mins(30),
        }
    }
}

/// Largest body of a login, which needs no token.
pub(crate) const LOGIN_BODY: u64 = 64 * 1024;
/// Largest JSON body that describes one thing.
pub(crate) const JSON_BODY: u64 = 1 << 20;
/// Largest list of objects to export.
pub(crate) const LIST_BODY: u64 = 16 << 20;
/// Largest body that does not count towards [`Limits::bodies_bytes`]. Requests without a token stay below it, so they
/// cannot use that memory up.
pub(crate) const UNCOUNTED_BODY: u64 = 64 * 1024;
/// Largest text part of a form; also the bound on all text parts and part heads of a form together.
pub(crate) const FORM_TEXTS: usize = 64 * 1024;
/// Largest head of a form part, which has the name of an uploaded file.
pub(crate) const PART_HEAD: usize = 1024;
/// Number of objects from which a read runs on a thread of its own. Shorter reads end before another thread wakes.
pub(crate) const SMALL_ENGINE: usize = 1000;
