//! Answers like the recorded engine.
//!
//! Invariant: the n-th same question gets the n-th recorded answer, and the last one repeats. What the recording doesn't
//! have comes from the state that it shows, and the answer says so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use serde_json::Value;

use super::correlate::{Correlation, resource};
use super::exchange::Exchange;
use super::question::{self, Question};
use super::{LARGEST_BODY, Recording};
use crate::engine::locking::lock;
use crate::http::answer::ApiError;
use crate::http::host_guard::{HostGuard, Peer};
use crate::http::redact::REDACTED;
use crate::http::{Service, canonical};
use crate::server::Answers;

/// Says where an answer comes from: `recorded` or `rebuilt`.
const SOURCE: HeaderName = HeaderName::from_static("x-mock-replay");
/// How long a request body may take.
const BODY_TIME: Duration = Duration::from_mins(5);

/// Answers from a recording, and else from a mock with its state.
#[derive(Debug)]
pub(crate) struct Replayer {
    mock: Service,
    guard: HostGuard,
    scripts: Mutex<HashMap<Question, Script>>,
    ids: Mutex<Correlation>,
}

/// The recorded answers to a question.
#[derive(Debug, Default)]
struct Script {
    exchanges: Vec<Arc<Exchange>>,
    next: usize,
}

impl Script {
    fn next(&mut self) -> Option<Arc<Exchange>> {
        let at = self.next.min(self.exchanges.len().saturating_sub(1));
        self.next = at + 1;
        self.exchanges.get(at).cloned()
    }
}

impl Replayer {
    /// `mock` has the state that the recording shows.
    pub(crate) fn new(recording: Recording, mock: Service) -> Self {
        let mut scripts: HashMap<Question, Script> = HashMap::new();
        for exchange in recording.exchanges {
            let script = scripts.entry(question::recorded(&exchange)).or_default();
            script.exchanges.push(Arc::new(exchange));
        }
        Self {
            mock,
            guard: HostGuard::default(),
            scripts: Mutex::new(scripts),
            ids: Mutex::default(),
        }
    }

    /// The first answers come next.
    fn begin_again(&self) {
        for script in lock(&self.scripts).values_mut() {
            script.next = 0;
        }
        *lock(&self.ids) = Correlation::default();
    }

    async fn replay(&self, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        let read = tokio::time::timeout(BODY_TIME, Limited::new(body, LARGEST_BODY).collect()).await;
        let body = match read {
            Err(_) => return ApiError::BodyTooSlow.into_response(),
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
                return ApiError::BodyTooLarge.into_response();
            }
            Ok(Err(_)) => return ApiError::BodyCutOff.into_response(),
        };
        let kind = text(&parts.headers, CONTENT_TYPE);
        let question = question::asked(
            parts.method.as_str(),
            parts.uri.path(),
            parts.uri.query().unwrap_or_default(),
            parts.headers.contains_key(AUTHORIZATION),
            &kind,
            &body,
        );
        let known = lock(&self.scripts).get_mut(&question).and_then(Script::next);
        let Some(exchange) = known else {
            let request = Request::from_parts(parts, Body::from(body));
            return marked(self.mock.answer(request).await, "rebuilt");
        };
        let answer = &exchange.answer.body;
        let recorded = answer.bytes();
        let is_read = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let hides = recorded
            .as_ref()
            .is_some_and(|bytes| find(bytes, REDACTED.as_bytes()));
        // A refused change changed nothing.
        let changes = !is_read && exchange.succeeded();
        let needs_mock = changes || answer.redacted || answer.left_out.is_some() || hides;
        if !needs_mock {
            return from_recording(&exchange, recorded.unwrap_or_default());
        }
        let rebuilt = self.rebuild(&exchange, parts, body).await;
        let is_same = rebuilt.status().is_success() == exchange.succeeded();
        let (mut head, body) = rebuilt.into_parts();
        let body = body
            .collect()
            .await
            .map(|body| body.to_bytes())
            .unwrap_or_default();
        let values = |bytes: &Bytes| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
        match recorded {
            Some(recorded) if !(answer.redacted && is_same) => {
                let (mut value, present) = (values(&recorded), values(&body));
                let created = (exchange.method == "POST")
                    .then(|| resource(exchange.target().0))
                    .flatten();
                lock(&self.ids).learn(&value, &present, created.map(|(spec, _)| spec));
                let filled = hides && fill(&mut value, &present);
                let bytes = if filled {
                    value.to_string().into()
                } else {
                    recorded
                };
                from_recording(&exchange, bytes)
            }
            _ => {
                if is_same && let Ok(status) = StatusCode::from_u16(exchange.answer.status) {
                    head.status = status;
                }
                marked(Response::from_parts(head, Body::from(body)), "rebuilt")
            }
        }
    }

    /// The mock's answer to the request of an exchange, with the mock's own ids.
    async fn rebuild(&self, exchange: &Exchange, mut parts: Parts, body: Bytes) -> Response {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let (target, body) = {
            let ids = lock(&self.ids);
            let target = ids.target(target);
            let mut value = serde_json::from_slice::<Value>(&body).unwrap_or_default();
            let changed = !exchange.body.document && ids.body(&target, &mut value);
            (
                target,
                if changed {
                    Bytes::from(value.to_string())
                } else {
                    body
                },
            )
        };
        if let Ok(uri) = target.parse::<Uri>() {
            parts.uri = uri;
        }
        parts.headers.remove(TRANSFER_ENCODING);
        parts
            .headers
            .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        self.mock
            .answer(Request::from_parts(parts, Body::from(body)))
            .await
    }
}

impl Answers for Replayer {
    async fn answer(&self, request: Request<Body>) -> Response {
        if let Err(error) = self.guard.check_host(&request, true) {
            return ApiError::from(error).into_response();
        }
        debug_assert!(request.extensions().get::<Peer>().is_some());
        let path = canonical(request.uri().path());
        if path.starts_with("/__admin") {
            let resets = path == "/__admin/reset" && request.method() == Method::POST;
            let answer = self.mock.answer(request).await;
            if resets && answer.status().is_success() {
                self.begin_again();
            }
            return answer;
        }
        self.replay(request).await
    }
}

fn from_recording(exchange: &Exchange, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    if let Ok(status) = StatusCode::from_u16(exchange.answer.status) {
        *response.status_mut() = status;
    }
    for (name, value) in &exchange.answer.headers {
        let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) else {
            continue;
        };
        // The server makes these itself, and a hidden value says nothing.
        let own = [CONTENT_LENGTH, DATE, CONNECTION, TRANSFER_ENCODING].contains(&name);
        if !own && value != REDACTED {
            response.headers_mut().insert(name, value);
        }
    }
    marked(response, "recorded")
}

fn marked(mut response: Response, source: &'static str) -> Response {
    response
        .headers_mut()
        .insert(SOURCE, HeaderValue::from_static(source));
    response
}

/// Fills hidden texts with those at the same places of the present answer. Returns whether there were any.
fn fill(value: &mut Value, present: &Value) -> bool {
    match (value, present) {
        (Value::Object(members), Value::Object(present)) => {
            let mut filled = false;
            for (name, value) in members {
                filled |= present.get(name).is_some_and(|present| fill(value, present));
            }
            filled
        }
        (Value::String(text), Value::String(present)) if text == REDACTED => {
            text.clone_from(present);
            true
        }
        _ => false,
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn find(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
