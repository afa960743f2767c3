//! Starting an engine from code: tests and the binary alike.
//!
//! Invariant: an engine that could not be set up completely is not started at all; one that was started is stopped by
//! [`RunningEngine::shutdown`] or, at once, by dropping its handle.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Collected};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::engine::clock::Clock;
use crate::engine::schema::Schema;
use crate::engine::{Credential, Engine, Pace, Settings, SetupError};
use crate::http::host_guard::{HostGuard, Peer};
use crate::http::journal::Journal;
use crate::http::limits::Limits;
use crate::http::{App, Bodies, HttpOptions, Service};
use crate::server::tls::{TlsError, TlsIdentity};
use crate::server::{self, Bind, ListenError, Protocol, Server};

/// An engine that behaves like a data-masking engine.
///
/// ```no_run
/// # async fn example() -> Result<(), mock_engine::StartError> {
/// let engine = mock_engine::MockEngine::builder().name("a.example.com").seed(1).start().await?;
/// println!("{}/masking/api/login", engine.url());
/// engine.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MockEngine;

impl MockEngine {
    /// An engine on a free loopback port, in memory, that lets every user in.
    pub fn builder() -> Builder {
        Builder {
            settings: Settings::default(),
            http: HttpOptions::default(),
            limits: Limits::default(),
            clock: Clock::real(),
            bind: vec![Bind::Localhost],
            port: 0,
            tls: None,
            plain_too: false,
            hosts: Vec::new(),
        }
    }
}

/// The engine didn't start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Anybody on the network could log in.
    #[error("beyond loopback ({0}) an engine needs at least one --user")]
    OpenToNetwork(IpAddr),
    /// The port can't be had.
    #[error("{address}: {source}")]
    Bind {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// There is no address to listen on.
    #[error("an engine needs an address to listen on")]
    NoAddress,
    /// The state can't be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// No certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl From<ListenError> for StartError {
    fn from(ListenError { address, source }: ListenError) -> Self {
        Self::Bind { address, source }
    }
}

fn beyond_loopback(bind: &Bind) -> Option<IpAddr> {
    match bind {
        Bind::Address(ip) if !ip.is_loopback() => Some(*ip),
        _ => None,
    }
}

/// Collects what an engine is to be like.
#[derive(Debug, Clone)]
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    settings: Settings,
    http: HttpOptions,
    limits: Limits,
    clock: Clock,
    bind: Vec<Bind>,
    port: u16,
    tls: Option<TlsIdentity>,
    plain_too: bool,
    hosts: Vec<String>,
}

impl Builder {
    /// All settings of the model at once.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Name; shows as `exportHost`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = name.into();
        self
    }

    /// Starts as freshly installed: with the stock, without the demo inventory.
    pub fn fresh(mut self) -> Self {
        self.settings.fresh = true;
        self
    }

    /// Starts without the stock and the demo inventory.
    pub fn empty(mut self) -> Self {
        self.settings.empty = true;
        self
    }

    /// Takes the objects of export documents as content; directories give all their `.json` files.
    pub fn load(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.settings.load.extend(paths);
        self
    }

    /// Declares what the data sources behind connectors hold.
    pub fn schema(mut self, schema: Schema) -> Self {
        self.settings.schema = Arc::new(schema);
        self
    }

    /// A user who may log in; without any, every user may.
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.settings.users.push(Credential::new(name, password));
        self
    }

    /// Makes ids reproducible.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Exports objects byte for byte, without what engines write anew in every export.
    pub fn faithful(mut self) -> Self {
        self.settings.faithful = true;
        self
    }

    /// How async tasks move on.
    pub fn task_pace(mut self, pace: Pace) -> Self {
        self.settings.task_pace = pace;
        self
    }

    /// The engine's time.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The one address and port to listen on; port 0 takes a free one.
    pub fn address(self, address: SocketAddr) -> Self {
        self.bind([Bind::Address(address.ip())]).port(address.port())
    }

    /// The addresses to listen on, on one port.
    pub fn bind(mut self, bind: impl IntoIterator<Item = Bind>) -> Self {
        self.bind = bind.into_iter().collect();
        self
    }

    /// The port to listen on; 0 takes one that is free on all addresses.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Names that the server goes by, for the check of the Host header. Addresses, `localhost`, the engine's name and
    /// those of the certificate are known anyway.
    pub fn hosts(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.hosts.extend(hosts);
        self
    }

    /// Speaks HTTPS.
    pub fn tls(mut self, identity: TlsIdentity) -> Self {
        self.tls = Some(identity);
        self.plain_too = false;
        self
    }

    /// Speaks HTTPS and plain HTTP on the same port.
    pub fn tls_and_plain(mut self, identity: TlsIdentity) -> Self {
        self.tls = Some(identity);
        self.plain_too = true;
        self
    }

    /// Status of successful POSTs.
    pub fn created_status(mut self, status: StatusCode) -> Self {
        self.http.created_status = status;
        self
    }

    /// What peers may ask of the server before they are turned away.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Starts the engine; it answers once this returns.
    pub async fn start(self) -> Result<RunningEngine, StartError> {
        if let Some(ip) = self.bind.iter().find_map(beyond_loopback)
            && self.settings.users.is_empty()
        {
            return Err(StartError::OpenToNetwork(ip));
        }
        let listeners = server::open(&self.bind, self.port)?;
        let addresses: Vec<SocketAddr> = listeners
            .iter()
            .filter_map(|listener| listener.local_addr().ok())
            .collect();
        let address = *addresses.first().ok_or(StartError::NoAddress)?;
        let (drain, limits, tls) = (self.limits.drain, self.limits.clone(), self.tls.clone());
        let plain_too = self.plain_too;
        let LocalEngine { engine, service } = self.without_port()?;
        let protocol = match &tls {
            None => Protocol::Http,
            Some(identity) if plain_too => Protocol::Both(identity.acceptor()),
            Some(identity) => Protocol::Https(identity.acceptor()),
        };
        let (stop, connections) = (CancellationToken::new(), TaskTracker::new());
        let server = Server {
            service,
            protocol,
            limits,
            stop: stop.clone(),
            connections: connections.clone(),
        };
        tokio::spawn(server.run(listeners));
        Ok(RunningEngine {
            engine,
            address,
            addresses,
            tls,
            drain,
            stop,
            connections,
        })
    }

    /// The engine without a port: requests are handed to it. They count as sent from this machine and, where they
    /// have no `Host`, to `localhost`.
    pub fn without_port(self) -> Result<LocalEngine, StartError> {
        let names = self.hosts.into_iter().chain([self.settings.name.clone()]);
        let guard = HostGuard::new(names, self.tls.as_ref().map(TlsIdentity::certificate));
        let engine = Arc::new(Engine::new(self.settings, self.clock)?);
        let app = Arc::new(App {
            engine: Arc::clone(&engine),
            http: self.http,
            bodies: Bodies::new(&self.limits),
            limits: self.limits,
            journal: Journal::default(),
            guard,
            started: Instant::now(),
        });
        let service = Service::new(app);
        Ok(LocalEngine { engine, service })
    }
}

/// An engine without a port.
#[derive(Debug)]
pub struct LocalEngine {
    engine: Arc<Engine>,
    service: Service,
}

impl LocalEngine {
    /// The engine that answers.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Answers one request. Runs within a tokio runtime with time enabled.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(Peer(Ipv4Addr::LOCALHOST.into()));
        let localhost = HeaderValue::from_static("localhost");
        request.headers_mut().entry(HOST).or_insert(localhost);
        let (parts, body) = self.service.answer(request).await.into_parts();
        // Bodies of ours are complete from the start.
        let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        Response::from_parts(parts, body)
    }
}

/// A running engine.
#[derive(Debug)]
pub struct RunningEngine {
    engine: Arc<Engine>,
    address: SocketAddr,
    addresses: Vec<SocketAddr>,
    tls: Option<TlsIdentity>,
    drain: Duration,
    stop: CancellationToken,
    connections: TaskTracker,
}

impl RunningEngine {
    /// Where it answers, without a slash at the end: `http://127.0.0.1:49213`.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Where it listens; of several addresses, the first.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All addresses that it listens on.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.engine.settings.name
    }

    /// The engine behind the port.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.engine.clock
    }

    /// The self-signed authority's certificate, if there is one.
    pub fn ca_pem(&self) -> Option<&str> {
        self.tls.as_ref().and_then(TlsIdentity::ca_pem)
    }

    /// Stops taking connections and waits for the requests under way; those that have not arrived whole are turned
    /// away. Returns whether all of them finished in time.
    pub async fn shutdown(self) -> bool {
        self.engine.stopping.cancel();
        self.stop.cancel();
        tokio::time::timeout(self.drain, self.connections.wait())
            .await
            .is_ok()
    }
}

impl Drop for RunningEngine {
    fn drop(&mut self) {
        self.engine.stopping.cancel();
        self.stop.cancel();
    }
}
