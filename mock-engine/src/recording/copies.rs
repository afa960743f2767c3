//! Copies of bodies that pass by.
//!
//! Invariant: the peer gets every piece at once and unchanged; copies never take more memory than their limits.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::{ALL_COPIES, LARGEST_BODY};
use crate::engine::locking::lock;

/// Memory of all copies.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// The copy of one body.
#[derive(Debug, Default)]
struct Pieces {
    bytes: Vec<u8>,
    is_complete: bool,
    is_too_large: bool,
}

impl Pieces {
    fn add(&mut self, piece: &[u8]) {
        if self.is_too_large {
            return;
        }
        let before = TAKEN.fetch_add(piece.len(), Ordering::Relaxed);
        if before + piece.len() > ALL_COPIES || self.bytes.len() + piece.len() > LARGEST_BODY {
            TAKEN.fetch_sub(piece.len() + self.bytes.len(), Ordering::Relaxed);
            self.bytes = Vec::new();
            self.is_too_large = true;
        } else {
            self.bytes.extend_from_slice(piece);
        }
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        TAKEN.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

/// A copy that grows while its body passes.
#[derive(Debug, Clone, Default)]
pub(super) struct Copied(Arc<Mutex<Pieces>>);

/// What became of a copy.
pub(super) enum Taken {
    Whole(Bytes),
    TooLarge,
    /// The body ended early, or its reader didn't want it all.
    Part,
}

impl Copied {
    pub(super) fn take(&self) -> Taken {
        let pieces = lock(&self.0);
        if pieces.is_too_large {
            Taken::TooLarge
        } else if pieces.is_complete {
            Taken::Whole(Bytes::copy_from_slice(&pieces.bytes))
        } else {
            Taken::Part
        }
    }
}

/// A body that is copied while it passes.
pub(super) struct Tee<B: Body + Unpin, F: FnOnce()> {
    body: B,
    copy: Copied,
    at_the_end: Option<F>,
}

impl<B: Body + Unpin, F: FnOnce()> Tee<B, F> {
    /// `at_the_end` runs once the reader is done with the body.
    pub(super) fn new(body: B, copy: Copied, at_the_end: F) -> Self {
        Self {
            body,
            copy,
            at_the_end: Some(at_the_end),
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin, F: FnOnce() + Unpin> Body for Tee<B, F> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(piece) = frame.data_ref() {
                    lock(&self.copy.0).add(piece);
                }
            }
            Poll::Ready(None) => lock(&self.copy.0).is_complete = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B: Body + Unpin, F: FnOnce()> Drop for Tee<B, F> {
    fn drop(&mut self) {
        // A reader that knows the length doesn't ask for the end.
        if self.body.is_end_stream() {
            lock(&self.copy.0).is_complete = true;
        }
        if let Some(at_the_end) = self.at_the_end.take() {
            at_the_end();
        }
    }
}
