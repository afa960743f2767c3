//! The request journal.
//!
//! Invariant: bounded by number and by bytes; the oldest entries go first. Secrets are redacted before they are
//! stored. A request gets its entry on arrival, so one that hangs is visible.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use super::redact;
use crate::engine::clock::api_date;
use crate::engine::locking::lock;
use crate::http::{Escaped, canonical};

const ENTRIES: usize = 10_000;
const BYTES: usize = 16 << 20;

/// Most bytes of an entry's notes.
const NOTES: usize = 64 << 10;

/// The number of an entry; the request carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryId(u64);

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Number of the next entry. Numbers rise by one, so the front's number gives every entry's place.
    next: u64,
    entries: VecDeque<Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    time_ms: i64,
    /// Method, target and headers as lines: one allocation per request instead of dozens.
    head: String,
    done: Option<Done>,
    /// Notes, one per line.
    notes: String,
    /// The record of its import, as JSON.
    import: Option<Box<str>>,
}

#[derive(Debug)]
struct Done {
    status: u16,
    took: Duration,
    body: Option<Box<str>>,
    error: Option<Box<str>>,
}

impl Entry {
    fn method(&self) -> &str {
        self.head.split('\n').next().unwrap_or_default()
    }

    fn path(&self) -> &str {
        self.head.split('\n').nth(1).unwrap_or_default()
    }

    fn bytes(&self) -> usize {
        let text = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        let done = self
            .done
            .as_ref()
            .map_or(0, |done| text(&done.body) + text(&done.error));
        size_of::<Self>() + self.head.capacity() + self.notes.capacity() + text(&self.import) + done
    }
}

impl Journal {
    /// Adds a request; [`Journal::finish`] takes the returned number.
    pub(crate) fn begin(&self, time_ms: i64, request: &Request<Body>) -> EntryId {
        let entry = Entry {
            time_ms,
            head: head(request),
            done: None,
            notes: String::new(),
            import: None,
        };
        let mut inner = lock(&self.inner);
        let id = EntryId(inner.next);
        inner.next += 1;
        inner.bytes += entry.bytes();
        inner.entries.push_back(entry);
        inner.trim();
        id
    }

    /// Completes the entry of a request.
    pub(crate) fn finish(
        &self,
        id: EntryId,
        status: u16,
        took: Duration,
        body: Option<&[u8]>,
        error: Option<&str>,
    ) {
        let mut done = Done {
            status,
            took,
            body: body.map(shown_body),
            error: error.map(Into::into),
        };
        self.change(id, |entry| {
            // Users type passwords into the wrong field.
            if status >= 400 && entry.path().trim_end_matches('/').ends_with("login") && done.body.is_some() {
                done.body = Some(format!("\"{}\"", redact::REDACTED).into());
            }
            entry.done = Some(done);
        });
    }

    /// Adds a note to an entry.
    pub(crate) fn note(&self, id: EntryId, text: &str) {
        self.change(id, |entry| {
            if entry.notes.len() + text.len() < NOTES {
                entry.notes.push_str(text);
                entry.notes.push('\n');
            }
        });
    }

    /// Adds the record of an import to an entry, perhaps after the answer.
    pub(crate) fn imported(&self, id: EntryId, import: &Value) {
        let import = import.to_string().into();
        self.change(id, |entry| entry.import = Some(import));
    }

    /// Changes an entry if it is still there.
    fn change(&self, EntryId(id): EntryId, change: impl FnOnce(&mut Entry)) {
        let mut inner = lock(&self.inner);
        let first = inner.next - inner.entries.len() as u64;
        let place = id
            .checked_sub(first)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| inner.entries.get_mut(place)) {
            let before = entry.bytes();
            change(entry);
            let after = entry.bytes();
            inner.bytes = inner.bytes + after - before;
            inner.trim();
        }
    }

    /// The newest entries that match a filter, newest first, with the total.
    pub(crate) fn newest(&self, limit: usize, filter: &Filter) -> Value {
        let inner = lock(&self.inner);
        let numbered = inner.entries.iter().rev().zip((0..inner.next).rev());
        let wanted = numbered.filter(|(entry, _)| filter.passes(entry));
        let requests: Vec<Value> = wanted.take(limit).map(|(entry, id)| shown(entry, id)).collect();
        json!({ "total": inner.next, "kept": inner.entries.len(), "requests": requests })
    }

    /// The finished requests of a level and of higher ones, as lines of a log.
    pub(crate) fn as_log(&self, level: &str) -> String {
        let inner = lock(&self.inner);
        let mut log = String::new();
        for entry in &inner.entries {
            let Some(done) = &entry.done else {
                continue;
            };
            let own = match done.status {
                500.. => "ERROR",
                400.. => "WARN",
                _ => "INFO",
            };
            let shown = match level {
                "ERROR" => own == "ERROR",
                "WARN" => own != "INFO",
                _ => true,
            };
            if shown {
                let (time, path) = (api_date(entry.time_ms), Escaped(entry.path()));
                let error = Escaped(done.error.as_deref().unwrap_or_default());
                let (method, status) = (entry.method(), done.status);
                let line = format!("{time} {own:5} {method} {path} {status} {error}");
                log.push_str(line.trim_end());
                log.push('\n');
            }
        }
        log
    }

    /// Clears the entries. The numbers go on, so running requests do not finish the entries of others.
    pub(crate) fn clear(&self) {
        let mut inner = lock(&self.inner);
        inner.entries.clear();
        inner.bytes = 0;
    }
}

/// Selects entries.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// Method, in any case.
    pub(crate) method: Option<String>,
    /// Path, with everything below it, in any spelling.
    pub(crate) path: Option<String>,
    /// Status.
    pub(crate) status: Option<i64>,
}

impl Filter {
    fn passes(&self, entry: &Entry) -> bool {
        let status = entry.done.as_ref().map(|done| i64::from(done.status));
        let method = |wanted: &String| entry.method().eq_ignore_ascii_case(wanted);
        let path = |wanted: &String| {
            let (wanted, path) = (canonical(wanted), canonical(entry.path()));
            let below = path.strip_prefix(wanted.trim_end_matches('/'));
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.status.is_none_or(|wanted| status == Some(wanted))
            && self.method.as_ref().is_none_or(method)
            && self.path.as_ref().is_none_or(path)
    }
}

impl Inner {
    fn trim(&mut self) {
        while self.entries.len() > ENTRIES || self.bytes > BYTES {
            match self.entries.pop_front() {
                Some(entry) => self.bytes -= entry.bytes(),
                None => return,
            }
        }
    }
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

fn shown(entry: &Entry, id: u64) -> Value {
    let mut lines = entry.head.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (method, path, query) = (next(), next(), next());
    let headers: Vec<&str> = lines.collect();
    let mut value = json!({
        "id": id, "time": api_date(entry.time_ms), "method": method, "path": path, "query": query, "headers": headers,
    });
    if let Some(done) = &entry.done {
        value["status"] = done.status.into();
        value["micros"] = u64::try_from(done.took.as_micros()).unwrap_or(u64::MAX).into();
        if let Some(body) = &done.body {
            value["body"] = serde_json::from_str(body).unwrap_or_else(|_| body.as_ref().into());
        }
        if let Some(error) = &done.error {
            value["error"] = error.as_ref().into();
        }
    }
    if !entry.notes.is_empty() {
        value["notes"] = entry.notes.lines().collect();
    }
    if let Some(import) = &entry.import {
        value["import"] = serde_json::from_str(import).unwrap_or_default();
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str) -> Request<Body> {
        Request::builder()
            .uri(path)
            .header("authorization", "t0ken")
            .header("accept", "*/*")
            .body(Body::empty())
            .unwrap()
    }

    #[test]
    fn entries_are_newest_first_without_secrets() {
        let journal = Journal::default();
        let first = journal.begin(0, &request("/a?password=p4ss&x=1"));
        journal.begin(0, &request("/b"));
        journal.finish(
            first,
            401,
            Duration::ZERO,
            Some(br#"{"password":"p4ss"}"#),
            Some("no"),
        );
        let shown = journal.newest(10, &Filter::default());
        assert_eq!(shown["requests"][0]["path"], "/b");
        assert_eq!(shown["requests"][1]["status"], 401);
        let text = shown.to_string();
        assert!(!text.contains("p4ss") && !text.contains("t0ken"), "{text}");
    }

    #[test]
    fn journal_is_bounded_by_number_and_bytes() {
        let journal = Journal::default();
        let early = journal.begin(0, &request("/early"));
        for _ in 0..ENTRIES {
            let id = journal.begin(0, &request("/x"));
            journal.finish(id, 200, Duration::ZERO, Some(&[b'1'; 4096]), None);
        }
        journal.finish(early, 200, Duration::ZERO, None, None);
        let inner = lock(&journal.inner);
        assert!(inner.entries.len() <= ENTRIES && inner.bytes <= BYTES);
        assert_eq!(inner.bytes, inner.entries.iter().map(Entry::bytes).sum::<usize>());
    }
}
