//! One line per request in the log, and one entry in the journal.
//!
//! Invariant: what a client sent is escaped before it is logged; headers, queries and bodies are never logged, because
//! they carry tokens and passphrases (the journal shows them redacted).

use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::time::Instant;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{Method, Request};

use super::answer::ErrorText;
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

/// Text of unknown origin, safe for a terminal and for one line.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            // Beyond control characters, those that reorder or hide text on a terminal.
            if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_forge_a_line_is_escaped() {
        let text = "a\r\nINFO forged \u{1b}[31m \u{202e}ä";
        assert_eq!(
            Escaped(text).to_string(),
            r"a\u{d}\u{a}INFO forged \u{1b}[31m \u{202e}ä"
        );
    }
}
