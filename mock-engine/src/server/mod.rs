//! Connections: accepting, TLS, timeouts, and an orderly end.
//!
//! Invariant: nothing that a peer does or leaves undone holds a connection open for ever or keeps others out: the
//! handshake, the wait for a request, its head and the taking of an answer have limits here, a body's pieces where
//! they are read. The framework's own accept loop has none of them.
//!
//! Only HTTP/1.1 is spoken: every client of an engine does, and what HTTP/2 can be attacked with (resets, endless
//! headers, window games) doesn't exist here. ALPN offers nothing else.

mod accept;
mod ports;
mod roster;
pub(crate) mod tls;
mod watched;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use axum::body::Body;
use futures_util::future::join_all;
use http::HeaderValue;
use http::header::{CONNECTION, TRANSFER_ENCODING};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::ports::Bind;
pub(crate) use self::ports::{Taken, open};
use self::roster::{Roster, Seat};
use self::watched::{Answer, Watched};
use crate::http::Service;
use crate::http::host_guard::Peer;
use crate::http::limits::Limits;

/// Which protocols a port speaks.
#[derive(Clone)]
pub(crate) enum Protocol {
    Http,
    Https(TlsAcceptor),
    /// Whichever the client begins with.
    Both(TlsAcceptor),
}

/// Serves one port until told to stop.
pub(crate) struct Server {
    pub(crate) service: Service,
    pub(crate) protocol: Protocol,
    pub(crate) limits: Limits,
    pub(crate) stop: CancellationToken,
    pub(crate) connections: TaskTracker,
}

impl Server {
    /// Accepts connections on all addresses of the port until told to stop.
    pub(crate) async fn run(self, listeners: Vec<TcpListener>) {
        let connections = self.connections.clone();
        let roster = Roster::new(self.limits.connections, self.stop.clone());
        let server = Arc::new(self);
        let accepting = listeners
            .into_iter()
            .map(|listener| Arc::clone(&server).accept(listener, &roster));
        join_all(accepting).await;
        connections.close();
    }

    async fn accept(self: Arc<Self>, listener: TcpListener, roster: &Arc<Roster>) {
        loop {
            let (stream, peer) = tokio::select! {
                accepted = accept::next(&listener, || roster.make_room()) => accepted,
                () = self.stop.cancelled() => break,
            };
            let seat = tokio::select! {
                seat = roster.admit() => Arc::new(seat),
                () = self.stop.cancelled() => break,
            };
            let server = Arc::clone(&self);
            self.connections.spawn(async move {
                if let Err(error) = server.serve(stream, Peer(peer.ip()), seat).await {
                    tracing::debug!(%peer, %error, "connection ended");
                }
            });
        }
    }

    async fn serve(&self, stream: TcpStream, peer: Peer, seat: Arc<Seat>) -> io::Result<()> {
        stream.set_nodelay(true)?;
        match &self.protocol {
            Protocol::Http => self.http(stream, peer, seat).await,
            Protocol::Https(acceptor) => self.https(acceptor, stream, peer, seat).await,
            Protocol::Both(acceptor) => {
                if self.in_time(accept::begins_tls(&stream), &seat).await? {
                    self.https(acceptor, stream, peer, seat).await
                } else {
                    self.http(stream, peer, seat).await
                }
            }
        }
    }

    async fn https(
        &self,
        acceptor: &TlsAcceptor,
        stream: TcpStream,
        peer: Peer,
        seat: Arc<Seat>,
    ) -> io::Result<()> {
        let stream = self.in_time(acceptor.accept(stream), &seat).await?;
        self.http(stream, peer, seat).await
    }

    /// A step before the first request; a connection that takes it is idle and may have to make room.
    async fn in_time<T>(&self, step: impl Future<Output = io::Result<T>>, seat: &Seat) -> io::Result<T> {
        tokio::select! {
            done = tokio::time::timeout(self.limits.handshake, step) => done.map_err(io::Error::from)?,
            () = seat.leave.cancelled() => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    async fn http(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        peer: Peer,
        seat: Arc<Seat>,
    ) -> io::Result<()> {
        let service = service_fn(|request: hyper::Request<Incoming>| {
            seat.work();
            let seat = Arc::clone(&seat);
            // A request that says its length twice may have been read differently by whoever passed it on. The second
            // saying is gone by now, so no chunked request shares its connection with what comes after it.
            let is_last = request.headers().contains_key(TRANSFER_ENCODING);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            async move {
                let mut response = self.service.answer(request).await;
                if is_last {
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(CONNECTION, close);
                }
                Ok::<_, Infallible>(response.map(|body| Answer::new(body, seat)))
            }
        });
        let connection = http1::Builder::new()
            // The watched stream has this timer, and more.
            .header_read_timeout(None)
            .max_header_size(self.limits.head_bytes)
            .serve_connection(
                TokioIo::new(Watched::new(stream, Arc::clone(&seat), self.limits.clone())),
                service,
            );
        let mut connection = std::pin::pin!(connection);
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = seat.leave.cancelled() => {
                if seat.is_idle() {
                    return Ok(());
                }
                // Lets the request under way finish and closes the connection after it.
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        result.map_err(io::Error::other)
    }
}
