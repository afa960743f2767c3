//! Bodies that handlers leave unread.
//!
//! Many clients send a body with every call, also where none is asked for, and head and body in packets of their own.
//! An answer that overtakes the body ends the connection, and the client's next request fails. Invariant: what is
//! left of a small body has come before its answer goes out, or has been waited for.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::Request;
use http::header::EXPECT;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

use super::body::content_length;

/// Longer bodies, and those in chunks, are left to the connection, which ends.
const SMALL: u64 = 64 << 10;

/// What is behind the head of a request comes at once, or not at all.
const PATIENCE: Duration = Duration::from_millis(500);

/// A request's body, which its handler reads from too.
pub(super) struct Leftover(Arc<Mutex<Body>>);

impl Leftover {
    /// Shares a small body with the handler. A client that asks before it sends is told by the answer not to.
    pub(super) fn of(request: &mut Request<Body>) -> Option<Self> {
        let length = content_length(request.headers())?;
        if length == 0 || length > SMALL || request.headers().contains_key(EXPECT) {
            return None;
        }
        let body = Arc::new(Mutex::new(std::mem::take(request.body_mut())));
        *request.body_mut() = Body::new(Shared(Arc::clone(&body)));
        Some(Self(body))
    }

    /// Reads what the handler left.
    pub(super) async fn read(self) {
        let mut rest = Shared(self.0);
        let read = async { while let Some(Ok(_)) = rest.frame().await {} };
        // Without the rest, the connection ends: the client's doing.
        let _ = tokio::time::timeout(PATIENCE, read).await;
    }
}

struct Shared(Arc<Mutex<Body>>);

impl Shared {
    fn body(&self) -> MutexGuard<'_, Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.body()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body().size_hint()
    }
}
