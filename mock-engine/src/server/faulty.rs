//! A connection that a fault can break.
//!
//! Invariant: without a fault, bytes pass unchanged. With one, the peer gets exactly the fault's bytes and then the end
//! of the connection; what the HTTP layer writes is dropped.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::server::TlsStream;

use crate::engine::locking::lock;
use crate::http::faults::{Broken, End};

/// A stream above TCP.
pub(super) trait OverTcp: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl OverTcp for Pin<Box<TimeoutStream<TcpStream>>> {
    fn tcp(&self) -> &TcpStream {
        self.as_ref().get_ref().get_ref()
    }
}

impl<S: OverTcp> OverTcp for TlsStream<S> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0.tcp()
    }
}

/// Breaks a connection from the side of its requests.
#[derive(Debug, Clone, Default)]
pub(super) struct Breaker {
    is_broken: Arc<AtomicBool>,
    broken: Arc<Mutex<Option<Broken>>>,
}

impl Breaker {
    /// From now on, the peer gets this and nothing else.
    pub(super) fn break_with(&self, broken: Broken) {
        *lock(&self.broken) = Some(broken);
        self.is_broken.store(true, Ordering::Release);
    }
}

/// A connection that its breaker can break.
pub(super) struct Faulty<S> {
    stream: S,
    breaker: Breaker,
    /// The rest of the fault's bytes, once it began.
    left: Option<(Bytes, End)>,
}

impl<S: OverTcp> Faulty<S> {
    pub(super) fn new(stream: S, breaker: Breaker) -> Self {
        Self {
            stream,
            breaker,
            left: None,
        }
    }

    /// Writes the fault's bytes and ends the connection. Never succeeds, so the HTTP layer gives the connection up.
    fn poll_break(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.left.is_none() {
            let broken = lock(&self.breaker.broken).take();
            self.left = broken.map(|broken| (broken.bytes, broken.end));
        }
        let Some((bytes, end)) = &mut self.left else {
            return Poll::Ready(io::ErrorKind::ConnectionAborted.into());
        };
        while !bytes.is_empty() {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, bytes)) {
                Ok(written) => bytes.advance(written),
                Err(error) => return Poll::Ready(error),
            }
        }
        if let Err(error) = ready!(Pin::new(&mut self.stream).poll_flush(cx)) {
            return Poll::Ready(error);
        }
        match end {
            // Closing a socket that lingers for no time resets the connection.
            End::Reset => {
                let linger = Some(std::time::Duration::ZERO);
                if let Err(error) = SockRef::from(self.stream.tcp()).set_linger(linger) {
                    return Poll::Ready(error);
                }
            }
            End::Close => {
                if let Err(error) = ready!(Pin::new(&mut self.stream).poll_shutdown(cx)) {
                    return Poll::Ready(error);
                }
            }
        }
        Poll::Ready(io::ErrorKind::ConnectionAborted.into())
    }
}

impl<S: OverTcp> AsyncRead for Faulty<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: OverTcp> AsyncWrite for Faulty<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.breaker.is_broken.load(Ordering::Acquire) {
            return self.poll_break(cx).map(Err);
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.breaker.is_broken.load(Ordering::Acquire) {
            return self.poll_break(cx).map(Err);
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
