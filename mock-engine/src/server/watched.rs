//! A connection under a clock.
//!
//! Invariant: while the server waits for the peer, to read or to write, an alarm is set. It never rings while the
//! server has work of its own to do, and a byte now and then does not put it off for ever.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::roster::{Phase, Seat};
use crate::http::limits::{Limits, Transfer, after};

/// A stream whose peer may not be slow.
pub(super) struct Watched<S> {
    stream: S,
    seat: Arc<Seat>,
    limits: Limits,
    reading: Alarm,
    writing: Alarm,
    /// Since when the peer has been taking what is written, if it did not take it at once.
    sending: Option<Transfer>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, seat: Arc<Seat>, limits: Limits) -> Self {
        Self {
            stream,
            seat,
            limits,
            reading: Alarm::default(),
            writing: Alarm::default(),
            sending: None,
        }
    }

    /// What a write that can't go on comes to.
    fn stalled<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let sending = *self.sending.get_or_insert_with(Transfer::begin);
        self.writing
            .poll(sending.deadline(self.limits.transfer), cx)
            .map(|()| Err(too_slow("the peer does not take its answer")))
    }

    /// Rings when a request should have begun, or its head should have come whole.
    fn late(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let (deadline, why) = match self.seat.phase() {
            Phase::Idle { since, .. } => (after(since, self.limits.idle), "the peer is idle"),
            Phase::Head { since, .. } => (after(since, self.limits.head), "the request head is too slow"),
            // Whoever reads the body watches it, and an answer may take its time.
            Phase::Working | Phase::Answered => return Poll::Pending,
        };
        self.reading.poll(deadline, cx).map(|()| too_slow(why))
    }

    fn wrote(&mut self, result: io::Result<usize>) -> Poll<io::Result<usize>> {
        if let (Ok(bytes), Some(sending)) = (&result, &mut self.sending) {
            sending.progress(*bytes);
        }
        Poll::Ready(result)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_read(cx, buffer) {
            if buffer.filled().len() > before {
                this.seat.hear();
            }
            return Poll::Ready(result);
        }
        this.late(cx).map(Err)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Ready(result) => self.wrote(result),
            Poll::Pending => self.stalled(cx),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write_vectored(cx, slices) {
            Poll::Ready(result) => self.wrote(result),
            Poll::Pending => self.stalled(cx),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(result) => {
                self.sending = None;
                self.seat.sent();
                // The next request was asked for before this, when there was nothing to set an alarm for. Ringing, it
                // has the stream read again.
                let _ = self.late(cx);
                Poll::Ready(result)
            }
            Poll::Pending => self.stalled(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_shutdown(cx) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => self.stalled(cx),
        }
    }
}

/// A timer that is made when it is first needed; most connections never wait to write.
#[derive(Debug, Default)]
struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    fn poll(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self
            .0
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(cx)
    }
}

fn too_slow(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, why)
}

/// The body of an answer; tells the connection's seat when the last of it has been taken.
pub(super) struct Answer {
    body: Body,
    seat: Arc<Seat>,
}

impl Answer {
    pub(super) fn new(body: Body, seat: Arc<Seat>) -> Self {
        Self { body, seat }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Poll::Ready(ready!(Pin::new(&mut self.body).poll_frame(cx)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.seat.answered();
    }
}
