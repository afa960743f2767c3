//! The stream of requests, as server-sent events.
//!
//! Invariant: costs only while a page reads it, and as little as the page can show: at most one event in
//! [`PAUSE`], with at most [`RECENT`] requests; the page sees how many it missed.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::asked::Asked;
use crate::http::App;
use crate::http::answer::ApiError;
use crate::http::journal::Entry;

/// Time between events.
const PAUSE: Duration = Duration::from_millis(150);
/// Time after which a quiet stream says that it lives.
const QUIET: Duration = Duration::from_secs(5);
/// Requests that are watched for changes.
const RECENT: usize = 200;

/// What a page has seen.
struct Watch {
    app: Arc<App>,
    seen: VecDeque<Arc<Entry>>,
    /// The number of the next change of the state.
    state: u64,
    is_first: bool,
}

pub(super) async fn stream(Asked(app): Asked) -> Result<Response, ApiError> {
    let watch = Watch {
        app,
        seen: VecDeque::new(),
        // No state has this number, so the first event comes at once.
        state: u64::MAX,
        is_first: true,
    };
    let events = stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(event)), watch))
    });
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

impl Watch {
    /// The next event; `None` once the engine stops.
    async fn next(&mut self) -> Option<String> {
        let app = Arc::clone(&self.app);
        let stopping = app.engine.stopping.clone();
        if !std::mem::take(&mut self.is_first) {
            stopping.run_until_cancelled(sleep(PAUSE)).await?;
            let mut change = std::pin::pin!(app.journal.change());
            // A change from now on counts, so none is lost between the look and the wait.
            change.as_mut().enable();
            if let Some(event) = self.event() {
                return Some(event);
            }
            let _ = stopping.run_until_cancelled(timeout(QUIET, change)).await?;
        }
        Some(self.event().unwrap_or_else(|| ": quiet\n\n".to_owned()))
    }

    /// What changed since the last event.
    fn event(&mut self) -> Option<String> {
        let recent = self.app.journal.recent(RECENT);
        let state = self.app.engine.store.history.next();
        let known = |entry: &Arc<Entry>| self.seen.iter().any(|seen| Arc::ptr_eq(seen, entry));
        let session = self.app.journal.session();
        let entries: Vec<Value> = recent
            .iter()
            .filter(|entry| !known(entry))
            .map(|entry| entry.to_json(session))
            .collect();
        if entries.is_empty() && state == self.state {
            return None;
        }
        self.seen = recent.into();
        self.state = state;
        let event = json!({ "requests": entries, "state": state });
        Some(format!("data: {event}\n\n"))
    }
}
