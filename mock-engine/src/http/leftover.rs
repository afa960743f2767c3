//! The part of a request's body that its handler does not read. The journal gets it if it is the whole body.
//!
//! Invariant: the answer follows the whole request, or closes the connection. Otherwise the rest of the body would
//! spoil the next request on the connection.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::header::EXPECT;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;

use super::body::content_length;
use crate::engine::Engine;
use crate::engine::locking::lock;
use crate::http::limits::UNCOUNTED_BODY;

/// How long an answer waits for the rest of its request. Clients send it right after the head.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a handler left.
#[derive(Debug)]
pub(super) enum Rest {
    /// The request has been read to its end.
    Nothing,
    /// The whole body, which no handler began to read.
    Body(Bytes),
    /// More than is read.
    Unread,
}

/// A body that its reader dropped before its end.
#[derive(Debug)]
struct Left {
    body: Body,
    is_begun: bool,
}

/// Gets the body back when its reader is done with it.
#[derive(Debug)]
pub(super) struct Leftover {
    body: Arc<Mutex<Option<Left>>>,
    /// Whether to read the rest: it is small, and the client sends it without being asked (no `Expect`).
    small: bool,
}

impl Leftover {
    /// Wraps the body of a request.
    pub(super) fn of(request: &mut Request) -> Self {
        let waits = request.headers().contains_key(EXPECT);
        let announced = content_length(request.headers());
        let leftover = Self {
            body: Arc::default(),
            small: !waits && announced.is_none_or(|length| length <= UNCOUNTED_BODY),
        };
        let body = std::mem::take(request.body_mut());
        if !body.is_end_stream() {
            let back = Arc::clone(&leftover.body);
            *request.body_mut() = Body::new(Watched {
                body: Some(body),
                is_begun: false,
                back,
            });
        }
        leftover
    }

    /// Reads the rest.
    pub(super) async fn drain(self, engine: &Engine) -> Rest {
        let Some(Left { body, is_begun }) = lock(&self.body).take() else {
            return Rest::Nothing;
        };
        let in_time = async {
            tokio::select! {
                biased;
                read = read(body) => read,
                () = engine.stopping.cancelled() => None,
                () = tokio::time::sleep(PATIENCE) => None,
            }
        };
        match if self.small { in_time.await } else { None } {
            None => Rest::Unread,
            Some(_) if is_begun => Rest::Nothing,
            Some(bytes) => Rest::Body(bytes),
        }
    }
}

/// Reads a small body; nothing if it is larger or cut off.
async fn read(mut body: Body) -> Option<Bytes> {
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(bytes) = frame.ok()?.into_data() {
            all.extend_from_slice(&bytes);
        }
        if all.len() as u64 > UNCOUNTED_BODY {
            return None;
        }
    }
    Some(all.into())
}

/// A body that goes back when its reader drops it before its end.
struct Watched {
    body: Option<Body>,
    is_begun: bool,
    back: Arc<Mutex<Option<Left>>>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.is_begun = true;
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(cx);
        // A body that ended or failed has nothing left.
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            *lock(&self.back) = Some(Left {
                body,
                is_begun: self.is_begun,
            });
        }
    }
}
