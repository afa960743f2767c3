//! One line per request in the log, and one entry in the journal.
//!
//! Invariant: text from clients is escaped before it is logged. Headers, queries and bodies are never logged, since
//! they have tokens and passphrases; the journal redacts them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::response::Response;
use http::{Method, Request};
use http_body::Body as _;

use super::answer::{ErrorText, Unmatched};
use super::auth::Caller;
use super::body::Sent;
use super::escaped::Escaped;
use super::host_guard::Peer;
use super::journal::{Answered, EntryId};
use super::{App, audited};
use crate::engine::history::Cause;

/// A request under way.
pub(super) struct Record {
    id: EntryId,
    method: Method,
    /// Has the method and the path, after a space.
    cause: Arc<Cause>,
    ip: Option<IpAddr>,
    began: Instant,
}

impl Record {
    pub(super) fn begin(app: &App, request: &mut Request<Body>) -> Self {
        let id = app.journal.begin(app.engine.clock.now_ms(), request);
        request.extensions_mut().insert(id);
        let method = request.method().clone();
        let cause = Cause::new(id.0, format!("{method} {}", request.uri().path()));
        let ip = request.extensions().get::<Peer>().map(|Peer(ip)| *ip);
        Self {
            id,
            method,
            cause,
            ip,
            began: Instant::now(),
        }
    }

    /// The cause of what the request changes.
    pub(super) fn cause(&self) -> Arc<Cause> {
        Arc::clone(&self.cause)
    }

    pub(super) fn finish(self, app: &App, response: &Response, sent: Option<Sent>) {
        let (status, took) = (response.status().as_u16(), self.began.elapsed());
        let about = response.extensions();
        let error = about.get::<ErrorText>().map(|text| text.0.as_str());
        let micros = took.as_micros();
        let called = self
            .cause
            .text
            .get(self.method.as_str().len() + 1..)
            .unwrap_or_default();
        let (method, path) = (self.method.as_str(), Escaped(called));
        let engine = &app.engine.settings.name;
        match error.map(Escaped) {
            None => tracing::info!(%engine, %method, %path, status, micros, "request"),
            Some(error) => tracing::info!(%engine, %method, %path, status, micros, %error, "request"),
        }
        audited::note(app, &self.method, called, self.ip, response);
        let answered = Answered {
            status,
            took,
            size: response.body().size_hint().exact(),
            sent,
            error,
            user: about.get::<Caller>().map(|Caller(user)| Arc::clone(user)),
            is_unmatched: about.get::<Unmatched>().is_some(),
        };
        app.journal.finish(self.id, answered);
    }
}
