//! One line per request in the log, and one entry in the journal.
//!
//! Invariant: text from clients is escaped before it is logged. Headers, queries and bodies are never logged, since
//! they have tokens and passphrases; the journal redacts them.

use std::net::IpAddr;
use std::time::Instant;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{Method, Request};

use super::answer::ErrorText;
use super::escaped::Escaped;
use super::host_guard::Peer;
use super::journal::EntryId;
use super::{App, audited};

/// A request under way.
pub(super) struct Record {
    id: EntryId,
    method: Method,
    path: String,
    ip: Option<IpAddr>,
    began: Instant,
}

impl Record {
    pub(super) fn begin(app: &App, request: &mut Request<Body>) -> Self {
        let id = app.journal.begin(app.engine.clock.now_ms(), request);
        request.extensions_mut().insert(id);
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let ip = request.extensions().get::<Peer>().map(|Peer(ip)| *ip);
        Self {
            id,
            method,
            path,
            ip,
            began: Instant::now(),
        }
    }

    pub(super) fn finish(self, app: &App, response: &Response, body: Option<Bytes>) {
        let (status, took) = (response.status().as_u16(), self.began.elapsed());
        let error = response
            .extensions()
            .get::<ErrorText>()
            .map(|text| text.0.as_str());
        let micros = took.as_micros();
        let (method, path) = (self.method.as_str(), Escaped(&self.path));
        let engine = &app.engine.settings.name;
        match error.map(Escaped) {
            None => tracing::info!(%engine, %method, %path, status, micros, "request"),
            Some(error) => tracing::info!(%engine, %method, %path, status, micros, %error, "request"),
        }
        audited::note(app, &self.method, &self.path, self.ip, response);
        app.journal.finish(self.id, status, took, body.as_deref(), error);
    }
}
