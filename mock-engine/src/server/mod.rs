//! Connections: accepting, TLS, timeouts, and an orderly end.
//!
//! Invariant: nothing that a peer does or leaves undone holds a connection open for ever: the handshake, the request
//! head and the pauses in a body all have limits. The framework's own accept loop has none of them.

mod accept;
pub mod tls;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admin::Peer;
use crate::http::Service;

/// For a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// For a request head, and for a connection between two requests.
const HEAD: Duration = Duration::from_secs(30);
/// Connections at once; more wait in the system's backlog.
const CONNECTIONS: usize = 1024;

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
    pub(crate) stop: CancellationToken,
    pub(crate) connections: TaskTracker,
}

impl Server {
    /// Accepts connections until told to stop.
    pub(crate) async fn run(self, listener: TcpListener) {
        let (stop, connections) = (self.stop.clone(), self.connections.clone());
        let server = Arc::new(self);
        let slots = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let slot = tokio::select! {
                slot = Arc::clone(&slots).acquire_owned() => slot,
                () = stop.cancelled() => break,
            };
            // Only closing the semaphore makes this fail, and nobody does.
            let Ok(slot) = slot else { break };
            let (stream, peer) = tokio::select! {
                accepted = accept::next(&listener) => accepted,
                () = stop.cancelled() => break,
            };
            let server = Arc::clone(&server);
            connections.spawn(async move {
                if let Err(error) = server.serve(stream, Peer(peer.ip())).await {
                    tracing::debug!(%peer, %error, "connection ended");
                }
                drop(slot);
            });
        }
        connections.close();
    }

    async fn serve(&self, stream: TcpStream, peer: Peer) -> io::Result<()> {
        stream.set_nodelay(true)?;
        match &self.protocol {
            Protocol::Http => self.http(stream, peer).await,
            Protocol::Https(acceptor) => self.https(acceptor, stream, peer).await,
            Protocol::Both(acceptor) => {
                if self.in_time(accept::begins_tls(&stream)).await? {
                    self.https(acceptor, stream, peer).await
                } else {
                    self.http(stream, peer).await
                }
            }
        }
    }

    async fn https(&self, acceptor: &TlsAcceptor, stream: TcpStream, peer: Peer) -> io::Result<()> {
        let stream = self.in_time(acceptor.accept(stream)).await?;
        self.http(stream, peer).await
    }

    async fn in_time<T>(&self, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        tokio::select! {
            done = tokio::time::timeout(HANDSHAKE, step) => done.map_err(io::Error::from)?,
            () = self.stop.cancelled() => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    async fn http(&self, stream: impl AsyncRead + AsyncWrite + Unpin, peer: Peer) -> io::Result<()> {
        let service = service_fn(|request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            async move { Ok::<_, std::convert::Infallible>(self.service.answer(request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = self.stop.cancelled() => {
                // Lets the request under way finish and closes the connection after it.
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        result.map_err(io::Error::other)
    }
}
