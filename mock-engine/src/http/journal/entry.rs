//! One entry of the journal.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::engine::clock::api_date;
use crate::http::body::Sent;
use crate::http::redact;

/// A request with what became of it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(super) id: u64,
    pub(super) time_ms: i64,
    /// Whether it is a call of `/__admin`.
    pub(crate) is_admin: bool,
    /// Method, target and headers as lines: one allocation per request instead of dozens.
    head: String,
    pub(super) done: Option<Done>,
    /// Notes, one per line.
    pub(super) notes: String,
    /// The name of the fault that it met, or its place (`#0`).
    pub(super) fault: Option<Box<str>>,
    /// The record of its import, as JSON.
    pub(super) import: Option<Box<str>>,
    /// The record of its export, as JSON.
    pub(super) export: Option<Box<str>>,
}

/// The answer to a request.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) status: u16,
    took: Duration,
    /// Bytes of the answer's body, if they are known.
    size: Option<u64>,
    /// Bytes of the request's body, if it was read.
    sent: Option<usize>,
    body: Option<Box<str>>,
    pub(super) error: Option<Box<str>>,
    user: Option<Arc<str>>,
    /// Whether no endpoint has this method and path.
    is_unmatched: bool,
}

/// An answer, for the journal.
#[derive(Debug, Default)]
pub struct Answered<'a> {
    /// Its status.
    pub status: u16,
    pub(crate) took: Duration,
    pub(crate) size: Option<u64>,
    /// The request's body.
    pub sent: Option<Sent>,
    pub(crate) error: Option<&'a str>,
    pub(crate) user: Option<Arc<str>>,
    pub(crate) is_unmatched: bool,
}

impl Answered<'_> {
    pub(super) fn into_done(self) -> Done {
        let kept = self.sent.as_ref().and_then(|sent| sent.kept.as_ref());
        Done {
            status: self.status,
            took: self.took,
            size: self.size,
            sent: self.sent.as_ref().map(|sent| sent.bytes),
            body: kept.map(|bytes| shown_body(bytes)),
            error: self.error.map(Into::into),
            user: self.user,
            is_unmatched: self.is_unmatched,
        }
    }
}

impl Entry {
    /// The entry of a request that has arrived; the journal sets its number.
    pub(super) fn of(time_ms: i64, request: &Request<Body>) -> Self {
        let path = request.uri().path();
        Self {
            id: 0,
            time_ms,
            is_admin: path.trim_start_matches('/').starts_with("__admin"),
            head: head(request),
            done: None,
            notes: String::new(),
            fault: None,
            import: None,
            export: None,
        }
    }

    pub(super) fn finish(&mut self, mut done: Done) {
        if let Some(body) = &mut done.body {
            let to_login = self.path().trim_end_matches('/').ends_with("login");
            let like_login = done.is_unmatched && body.contains("\"password\"");
            // Users type passwords into the wrong field, and paths wrong.
            if done.status >= 400 && (to_login || like_login) {
                *body = format!("\"{}\"", redact::REDACTED).into();
            }
        }
        self.done = Some(done);
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn method(&self) -> &str {
        self.line(0)
    }

    /// The path as the client wrote it.
    pub(crate) fn path(&self) -> &str {
        self.line(1)
    }

    pub(crate) fn query(&self) -> &str {
        self.line(2)
    }

    fn line(&self, place: usize) -> &str {
        self.head.split('\n').nth(place).unwrap_or_default()
    }

    /// The headers as `name: value`.
    pub(super) fn headers(&self) -> impl Iterator<Item = &str> {
        self.head.split('\n').skip(3)
    }

    /// The status of the answer, if there is one.
    pub(crate) fn status(&self) -> Option<u16> {
        self.done.as_ref().map(|done| done.status)
    }

    /// The name of the fault that it met.
    pub(crate) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// The kept body, as text.
    pub(crate) fn body(&self) -> Option<&str> {
        self.done.as_ref()?.body.as_deref()
    }

    /// Bytes of the request's body, if it was read.
    pub(crate) fn sent(&self) -> Option<usize> {
        self.done.as_ref()?.sent
    }

    pub(crate) fn is_unmatched(&self) -> bool {
        self.done.as_ref().is_some_and(|done| done.is_unmatched)
    }

    /// The size for the journal's bound.
    pub fn bytes(&self) -> usize {
        let text = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        let done = self
            .done
            .as_ref()
            .map_or(0, |done| text(&done.body) + text(&done.error));
        let records = text(&self.import) + text(&self.export) + text(&self.fault);
        size_of::<Self>() + self.head.capacity() + self.notes.capacity() + records + done
    }

    /// The entry as the admin API shows it.
    pub(crate) fn to_json(&self, session: &str) -> Value {
        let headers: Vec<&str> = self.headers().collect();
        let mut value = json!({
            "id": self.id, "time": api_date(self.time_ms), "method": self.method(), "path": self.path(),
            "query": self.query(), "headers": headers,
        });
        if !session.is_empty() {
            value["session"] = session.into();
        }
        if let Some(done) = &self.done {
            value["status"] = done.status.into();
            value["micros"] = u64::try_from(done.took.as_micros()).unwrap_or(u64::MAX).into();
            let optional = [
                ("answerBytes", done.size.map(Value::from)),
                ("bodyBytes", done.sent.map(Value::from)),
                ("body", done.body.as_deref().map(read)),
                ("error", done.error.as_deref().map(Value::from)),
                ("user", done.user.as_deref().map(Value::from)),
                ("unmatched", done.is_unmatched.then_some(Value::Bool(true))),
            ];
            for (name, member) in optional {
                if let Some(member) = member {
                    value[name] = member;
                }
            }
        }
        if !self.notes.is_empty() {
            value["notes"] = self.notes.lines().collect();
        }
        if let Some(fault) = &self.fault {
            value["fault"] = fault.as_ref().into();
        }
        for (name, record) in [("import", &self.import), ("export", &self.export)] {
            if let Some(record) = record {
                value[name] = read(record);
            }
        }
        value
    }
}

/// Reads kept JSON.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn head(request: &Request<Body>) -> String {
    let (uri, headers) = (request.uri(), request.headers());
    let length: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 3)
        .sum();
    let mut head = String::with_capacity(length + uri.path().len() + 64);
    head.push_str(request.method().as_str());
    head.push('\n');
    head.push_str(uri.path());
    head.push('\n');
    if let Some(query) = uri.query() {
        head.push_str(&redact::query(query));
    }
    for (name, value) in headers {
        let secret = redact::is_secret(name.as_str()) || value.to_str().is_ok_and(redact::holds_secret);
        head.push('\n');
        head.push_str(name.as_str());
        head.push_str(": ");
        head.push_str(if secret {
            redact::REDACTED
        } else {
            value.to_str().unwrap_or("<not text>")
        });
    }
    head
}

/// The journal shows JSON bodies only, since it can find the secrets in them.
fn shown_body(bytes: &[u8]) -> Box<str> {
    // Bytes after the JSON value are not shown.
    let first = serde_json::Deserializer::from_slice(bytes).into_iter().next();
    match first.unwrap_or(Ok(Value::Null)) {
        Ok(mut value) => {
            redact::json(&mut value);
            value.to_string().into()
        }
        Err(_) => format!("<{} bytes that are not JSON>", bytes.len()).into(),
    }
}
