//! The recorder: a proxy in front of an engine.
//!
//! Invariant: the client gets the engine's answer byte for byte, whether or not it can be recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CONNECTION, EXPECT, HOST, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use serde_json::json;
use tokio_util::task::TaskTracker;

use super::copies::{Copied, Taken, Tee};
use super::exchange::{Answer, Body as Recorded, Exchange};
use super::hide::Hider;
use super::{RecordingError, RecordingWriter, Upstream};
use crate::http::answer::{ApiError, json_answer};
use crate::http::canonical;
use crate::http::host_guard::HostGuard;
use crate::server::Answers;

/// Headers that belong to one connection.
const OF_THE_CONNECTION: &[HeaderName] = &[
    CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Forwards requests to an engine and records them.
#[derive(Debug)]
pub(crate) struct Recorder {
    upstream: Upstream,
    guard: HostGuard,
    log: Arc<Log>,
    /// Exchanges that are being written.
    pub(crate) writing: TaskTracker,
}

#[derive(Debug)]
struct Log {
    writer: RecordingWriter,
    hider: Hider,
    next: AtomicU64,
}

impl Recorder {
    pub(crate) fn new(upstream: Upstream, writer: RecordingWriter, keep_documents: bool) -> Self {
        Self {
            upstream,
            guard: HostGuard::default(),
            log: Arc::new(Log {
                writer,
                hider: Hider::new(keep_documents),
                next: AtomicU64::new(1),
            }),
            writing: TaskTracker::new(),
        }
    }

    async fn forward(&self, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        let mut headers = parts.headers.clone();
        without_connection(&mut headers);
        // A compressed answer couldn't be searched for secrets; the server has handled `Expect`.
        for name in [ACCEPT_ENCODING, EXPECT, HOST] {
            headers.remove(name);
        }
        // Answers to a mock's own calls aren't those of an engine.
        let is_recorded = !canonical(parts.uri.path()).starts_with("/__admin");
        let began = Began {
            id: self.log.next.fetch_add(1, Ordering::Relaxed),
            at: jiff::Timestamp::now(),
            since: Instant::now(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers,
            copy: Copied::default(),
        };
        let mut outgoing = Request::new(Tee::new(body, began.copy.clone(), || {}));
        *outgoing.method_mut() = parts.method;
        *outgoing.uri_mut() = own_target(&parts.uri);
        *outgoing.headers_mut() = headers;
        let (mut head, body) = match self.upstream.send(outgoing).await {
            Ok(response) => response.into_parts(),
            Err(error) => {
                tracing::warn!(%error, "not recorded");
                let text = json!({ "errorMessage": format!("mock-engine record: {error}") });
                return json_answer(StatusCode::BAD_GATEWAY, &text);
            }
        };
        without_connection(&mut head.headers);
        if !is_recorded {
            return Response::from_parts(head, Body::new(body));
        }
        let answer = Copied::default();
        let (copy, status, headers) = (answer.clone(), head.status, head.headers.clone());
        let (log, writing) = (Arc::clone(&self.log), self.writing.clone());
        let runtime = tokio::runtime::Handle::current();
        let tee = Tee::new(body, answer, move || {
            // Redacting a document takes a while.
            writing.spawn_blocking_on(move || log.write(&began, status, &headers, &copy), &runtime);
        });
        Response::from_parts(head, Body::new(tee))
    }
}

impl Answers for Recorder {
    async fn answer(&self, request: Request<Body>) -> Response {
        // Without this check, a web page could reach the engine under a name of its own.
        if let Err(error) = self.guard.check_host(&request, true) {
            return ApiError::from(error).into_response();
        }
        if request.method() == Method::CONNECT {
            return ApiError::MethodNotAllowed.into_response();
        }
        self.forward(request).await
    }
}

/// Path and query of a request, which proxies' clients may send with a scheme and a host.
fn own_target(uri: &Uri) -> Uri {
    let target = uri.path_and_query().cloned();
    target.map(Uri::from).unwrap_or_default()
}

fn without_connection(headers: &mut HeaderMap) {
    let named = headers.get_all(CONNECTION).iter();
    let named: Vec<HeaderName> = named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(OF_THE_CONNECTION) {
        headers.remove(name);
    }
    headers.remove("keep-alive");
}

/// A request that is under way.
struct Began {
    id: u64,
    at: jiff::Timestamp,
    since: Instant,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    copy: Copied,
}

impl Log {
    fn write(&self, began: &Began, status: StatusCode, headers: &HeaderMap, copy: &Copied) {
        match self.exchange(began, status, headers, copy) {
            Ok(None) => tracing::warn!(exchange = began.id, "not recorded: the answer was cut off"),
            Ok(Some(exchange)) => match self.writer.append(&exchange) {
                Ok(()) => {
                    tracing::info!(exchange = began.id, method = %began.method, path = exchange.path, status = status.as_u16(), "recorded");
                }
                Err(error) => tracing::error!(exchange = began.id, %error, "not recorded"),
            },
            Err(error) => tracing::error!(exchange = began.id, %error, "not recorded"),
        }
    }

    fn exchange(
        &self,
        began: &Began,
        status: StatusCode,
        headers: &HeaderMap,
        copy: &Copied,
    ) -> Result<Option<Exchange>, RecordingError> {
        let path = began.uri.path();
        let millis = u64::try_from(began.since.elapsed().as_millis()).ok();
        let mut own = began.headers.clone();
        without_connection(&mut own);
        own.remove(HOST);
        // The request is read first: it has the passphrase of the answer.
        let shown = self.hider.headers(&own);
        let body = match began.copy.take() {
            Taken::Whole(bytes) => self.hider.body(&self.writer, path, &began.headers, &bytes)?,
            Taken::TooLarge => Recorded::left_out("too large"),
            Taken::Part => Recorded::left_out("the engine didn't read it all"),
        };
        let answered = match copy.take() {
            Taken::Whole(bytes) => self.answer(path, headers, &bytes)?,
            Taken::TooLarge => Recorded::left_out("too large"),
            Taken::Part => return Ok(None),
        };
        Ok(Some(Exchange {
            id: began.id,
            at: Some(began.at.to_string()),
            method: began.method.to_string(),
            path: self.hider.target(path, began.uri.query()),
            headers: shown,
            body,
            answer: Answer {
                status: status.as_u16(),
                headers: self.hider.headers(headers),
                body: answered,
                millis,
            },
        }))
    }

    fn answer(&self, path: &str, headers: &HeaderMap, bytes: &Bytes) -> Result<Recorded, RecordingError> {
        let mut body = self.hider.body(&self.writer, path, headers, bytes)?;
        // An archive is an export, too.
        body.document |= bytes.starts_with(b"PK\x03\x04");
        Ok(body)
    }
}
