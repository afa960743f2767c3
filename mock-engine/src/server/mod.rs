//! The connections of a port: accepting, TLS, time limits, an orderly end.
//!
//! Invariant: a silent or slow peer loses its connection in bounded time. The TLS handshake, the wait for a request
//! head and the taking of an answer have their limits here; request bodies have theirs where they are read.
//!
//! The server speaks HTTP/1.1 only, as the clients of engines do.

mod faulty;
pub(crate) mod ports;
pub(crate) mod tls;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::future::join_all;
use http::HeaderValue;
use http::header::{CONNECTION, TRANSFER_ENCODING};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::faulty::{Breaker, Faulty, OverTcp};
pub use self::ports::{Bind, BindError};
pub(crate) use self::ports::{ListenError, open};
use crate::http::Service;
use crate::http::faults::Broken;
use crate::http::host_guard::Peer;
use crate::http::limits::Limits;

/// The pause after a failure to accept. Without file descriptors, accepting fails until a connection ends.
const ACCEPT_PAUSE: Duration = Duration::from_millis(250);

/// The bound on `--idle-timeout`.
const LONGEST_IDLE: Duration = Duration::from_hours(24 * 365);

/// The protocols of a port.
#[derive(Clone)]
pub(crate) enum Protocol {
    Http,
    Https(TlsAcceptor),
    /// The client's first byte decides.
    Both(TlsAcceptor),
}

/// What answers the requests of a port.
pub(crate) trait Answers: Send + Sync + 'static {
    /// Answers one request.
    fn answer(&self, request: Request<Body>) -> impl Future<Output = Response> + Send;

    /// Whether TLS handshakes fail at present.
    fn refuses_tls(&self) -> bool {
        false
    }
}

impl Answers for Service {
    fn answer(&self, request: Request<Body>) -> impl Future<Output = Response> + Send {
        self.answer(request)
    }

    fn refuses_tls(&self) -> bool {
        self.refuses_tls()
    }
}

/// The server of one port.
pub(crate) struct Server<S = Service> {
    pub(crate) service: S,
    pub(crate) protocol: Protocol,
    pub(crate) limits: Limits,
    pub(crate) stop: CancellationToken,
    pub(crate) connections: TaskTracker,
}

impl<S: Answers> Server<S> {
    /// Serves all addresses of the port until `stop` is cancelled.
    pub(crate) async fn run(self, listeners: Vec<TcpListener>) {
        let slots = self.limits.connections.clamp(1, Semaphore::MAX_PERMITS);
        let slots = Arc::new(Semaphore::new(slots));
        let server = Arc::new(self);
        let accepting = join_all(listeners.iter().map(|listener| server.accept(listener, &slots)));
        server.stop.run_until_cancelled(accepting).await;
        server.connections.close();
    }

    async fn accept(self: &Arc<Self>, listener: &TcpListener, slots: &Arc<Semaphore>) {
        loop {
            let (stream, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            // Fails only for a closed semaphore, and nothing closes it.
            let Ok(slot) = Arc::clone(slots).acquire_owned().await else {
                return;
            };
            let server = Arc::clone(self);
            self.connections.spawn(async move {
                if let Err(error) = server.serve(stream, Peer(peer.ip())).await {
                    tracing::debug!(%peer, %error, "connection ended");
                }
                drop(slot);
            });
        }
    }

    async fn serve(&self, stream: TcpStream, peer: Peer) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let tls = match &self.protocol {
            Protocol::Http => None,
            Protocol::Https(acceptor) => Some(acceptor),
            Protocol::Both(acceptor) => self.in_time(tls::begins_tls(&stream)).await?.then_some(acceptor),
        };
        let mut stream = Box::pin(TimeoutStream::new(stream));
        stream
            .as_mut()
            .set_write_timeout_pinned(Some(self.limits.transfer));
        match tls {
            None => self.http(stream, peer).await,
            Some(acceptor) => {
                if self.service.refuses_tls() {
                    return self.in_time(tls::refuse(stream)).await;
                }
                let stream = self.in_time(acceptor.accept(stream)).await?;
                self.http(stream, peer).await
            }
        }
    }

    /// A step before the first request.
    async fn in_time<T>(&self, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        let step = timeout(self.limits.handshake, step);
        let done = self.stop.run_until_cancelled(step).await;
        done.ok_or(io::ErrorKind::ConnectionAborted)??
    }

    async fn http(&self, stream: impl OverTcp, peer: Peer) -> io::Result<()> {
        let has_request = AtomicBool::new(false);
        let breaker = Breaker::default();
        let stream = Faulty::new(stream, breaker.clone());
        let service = service_fn(|request: hyper::Request<Incoming>| {
            has_request.store(true, Ordering::Relaxed);
            // A proxy may have gone by a Content-Length that hyper has dropped, so no request follows a chunked one.
            let is_last = request.headers().contains_key(TRANSFER_ENCODING);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            let breaker = &breaker;
            async move {
                let mut response = self.service.answer(request).await;
                if let Some(broken) = response.extensions_mut().remove::<Broken>() {
                    breaker.break_with(broken);
                }
                if is_last {
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(CONNECTION, close);
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // hyper counts from the end of the previous answer to the end of the head. It panics on times without end.
            .header_read_timeout(self.limits.idle.min(LONGEST_IDLE))
            .max_header_size(self.limits.head_bytes)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = self.stop.cancelled() => {
                // hyper would wait for the rest of a first head.
                if !has_request.load(Ordering::Relaxed) {
                    return Ok(());
                }
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        result.map_err(io::Error::other)
    }
}
