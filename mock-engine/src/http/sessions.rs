//! Sessions: isolated engines behind one port, so that parallel tests do not see each other.
//!
//! Invariant: a session begins as a copy of the port's engine and shares nothing with it that changes: state, tokens,
//! tasks, journal, faults, scenarios, clock, ids. Requests that name no session never pay for them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::uri::PathAndQuery;
use http::{Request, Uri};

use super::answer::{ApiError, BadRequest};
use super::faults::Faults;
use super::journal::Journal;
use super::scenarios::Scenarios;
use super::{App, auth};
use crate::engine::locking::lock;

/// The header that names a session.
pub(crate) const HEADER: &str = "x-mock-session";
/// Sessions of one port at once.
const MOST: usize = 10_000;
/// Longest id.
const LONGEST_ID: usize = 128;

/// The sessions of a port.
#[derive(Debug)]
pub(crate) struct Sessions {
    count: AtomicUsize,
    open: Mutex<HashMap<String, Session>>,
    /// How long a session stays without a request.
    idle: Duration,
}

#[derive(Debug)]
struct Session {
    app: Arc<App>,
    used: Instant,
}

impl Drop for Session {
    fn drop(&mut self) {
        // Its tasks end.
        self.app.engine.stopping.cancel();
    }
}

impl Sessions {
    pub(crate) fn new(idle: Duration) -> Self {
        Self {
            count: AtomicUsize::new(0),
            open: Mutex::default(),
            idle,
        }
    }

    /// The engine of a request: of the session in its path, else in its header, else that issued its token, else the
    /// port's. Removes the session from the path.
    pub(super) fn engine_of<B>(
        &self,
        base: &Arc<App>,
        request: &mut Request<B>,
    ) -> Result<Arc<App>, ApiError> {
        if let Some((id, rest)) = in_path(request.uri()) {
            let app = self.open(base, id)?;
            *request.uri_mut() = rest;
            return Ok(app);
        }
        if let Some(id) = request.headers().get(HEADER) {
            let id = id.to_str().map_err(|_| bad_id())?;
            return self.open(base, id);
        }
        if self.count.load(Ordering::Relaxed) == 0 {
            return Ok(Arc::clone(base));
        }
        let issuer = auth::token(request.headers()).and_then(|token| self.issuer(base, token));
        Ok(issuer.unwrap_or_else(|| Arc::clone(base)))
    }

    /// The session that issued a token.
    fn issuer(&self, base: &App, token: &str) -> Option<Arc<App>> {
        if base.engine.tokens.knows(token) {
            return None;
        }
        let mut open = lock(&self.open);
        let session = open
            .values_mut()
            .find(|session| session.app.engine.tokens.knows(token))?;
        session.used = Instant::now();
        Some(Arc::clone(&session.app))
    }

    /// The engine of a session, which begins now if it doesn't exist.
    pub(crate) fn open(&self, base: &Arc<App>, id: &str) -> Result<Arc<App>, ApiError> {
        if !is_id(id) {
            return Err(bad_id().into());
        }
        let mut open = lock(&self.open);
        if let Some(session) = open.get_mut(id) {
            session.used = Instant::now();
            return Ok(Arc::clone(&session.app));
        }
        if open.len() >= MOST {
            open.retain(|_, session| session.used.elapsed() < self.idle);
        }
        if open.len() >= MOST {
            return Err(ApiError::TooManySessions);
        }
        let session = Session {
            app: Arc::new(fork(base, id)),
            used: Instant::now(),
        };
        let app = Arc::clone(&session.app);
        open.insert(id.to_owned(), session);
        self.count.store(open.len(), Ordering::Relaxed);
        Ok(app)
    }

    /// The engine of a session, if it exists.
    pub(super) fn find(&self, id: &str) -> Option<Arc<App>> {
        let open = lock(&self.open);
        open.get(id).map(|session| Arc::clone(&session.app))
    }

    /// Ends a session; returns whether there was one.
    pub(crate) fn close(&self, id: &str) -> bool {
        let mut open = lock(&self.open);
        let closed = open.remove(id);
        self.count.store(open.len(), Ordering::Relaxed);
        closed.is_some()
    }

    /// Ends all sessions.
    pub(super) fn close_all(&self) {
        lock(&self.open).clear();
        self.count.store(0, Ordering::Relaxed);
    }

    /// Ends idle sessions and returns the ids of the others, in order.
    pub(super) fn ids(&self) -> Vec<String> {
        let mut open = lock(&self.open);
        open.retain(|_, session| session.used.elapsed() < self.idle);
        self.count.store(open.len(), Ordering::Relaxed);
        let mut ids: Vec<String> = open.keys().cloned().collect();
        ids.sort();
        ids
    }
}

fn is_id(id: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(is_plain)
}

fn bad_id() -> BadRequest {
    BadRequest::other("a session's id has 1 to 128 letters, digits, dots, colons, hyphens and underscores")
}

/// The session of a path such as `/s/ID/masking/api/login`, and the rest of the path.
fn in_path(uri: &Uri) -> Option<(&str, Uri)> {
    let (id, rest) = uri.path().strip_prefix("/s/")?.split_once('/')?;
    let rest = match uri.query() {
        Some(query) => format!("/{rest}?{query}"),
        None => format!("/{rest}"),
    };
    let rest = PathAndQuery::try_from(rest).ok()?;
    Some((id, Uri::from(rest)))
}

/// A session's app. Bodies share the port's memory.
fn fork(base: &App, id: &str) -> App {
    // The port's faults passed the checks before.
    let faults = Faults::starting_with(base.faults.list()).unwrap_or_default();
    App {
        engine: Arc::new(base.engine.fork(id)),
        session: Some(id.into()),
        http: base.http.clone(),
        limits: base.limits.clone(),
        bodies: base.bodies.clone(),
        journal: Journal::of_session(id),
        faults,
        scenarios: Scenarios::default(),
        guard: Arc::clone(&base.guard),
        neighbours: base.neighbours.clone(),
        started: base.started,
        url: base.url.clone(),
    }
}
