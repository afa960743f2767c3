//! Starts engines, for tests and for the program alike.
//!
//! Invariant: an engine starts completely or not at all.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use http::StatusCode;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{LocalEngine, RunningEngine};
use crate::engine::clock::Clock;
use crate::engine::schema::Schema;
use crate::engine::{Content, Credential, Engine, Pace, Profile, Settings, SetupError};
use crate::http::faults::{Fault, FaultError, Faults};
use crate::http::host_guard::HostGuard;
use crate::http::journal::Journal;
use crate::http::limits::Limits;
use crate::http::neighbours::Neighbours;
use crate::http::scenarios::Scenarios;
use crate::http::{App, Bodies, HttpOptions, Service};
use crate::server::tls::{TlsError, TlsIdentity};
use crate::server::{self, Bind, ListenError, Protocol, Server};

/// A mock of a data-masking engine.
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
    /// Returns a builder for an engine in memory on a free loopback port; every user may log in.
    pub fn builder() -> Builder {
        Builder {
            settings: Settings::default(),
            created_status: None,
            limits: Limits::default(),
            clock: Clock::real(),
            bind: vec![Bind::Localhost],
            port: 0,
            tls: None,
            plain_too: false,
            hosts: Vec::new(),
            faults: Vec::new(),
            neighbours: Neighbours::default(),
        }
    }
}

/// Why an engine did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Everyone on the network could log in.
    #[error("beyond loopback ({0}) an engine needs at least one --user")]
    OpenToNetwork(IpAddr),
    /// The address or port is not available.
    #[error("{address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// No address was given.
    #[error("an engine needs an address to listen on")]
    NoAddress,
    /// The state or the initial content is unusable.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The certificate is unusable.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A fault is unusable.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// The system gives no threads for a runtime.
    #[error("no runtime: {0}")]
    Runtime(#[source] io::Error),
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

/// The settings of an engine that is about to start.
#[derive(Debug, Clone)]
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    settings: Settings,
    created_status: Option<StatusCode>,
    limits: Limits,
    clock: Clock,
    bind: Vec<Bind>,
    port: u16,
    tls: Option<TlsIdentity>,
    plain_too: bool,
    hosts: Vec<String>,
    faults: Vec<Fault>,
    neighbours: Neighbours,
}

impl Builder {
    /// Replaces all settings of the engine.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Behaves as engines of a version. What is set afterwards wins.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.settings = self.settings.profiled(profile);
        self
    }

    /// Sets the name, which is the `exportHost` of its documents.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = name.into();
        self
    }

    /// Starts like a fresh installation: with the stock objects, without the demo inventory.
    pub fn fresh(mut self) -> Self {
        self.settings.fresh = true;
        self
    }

    /// Starts without the stock objects and the demo inventory.
    pub fn empty(mut self) -> Self {
        self.settings.empty = true;
        self
    }

    /// Starts with the objects of export documents; a directory stands for its `.json` files.
    pub fn load(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.settings.load.extend(paths);
        self
    }

    /// Starts with the content that a seed file declares, in addition to the objects of a fresh installation.
    /// [`Builder::seed`] is something else: the number that makes ids reproducible.
    pub fn seed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.seed_files.push(path.into());
        self
    }

    /// Starts with declared content, as [`Builder::seed_file`].
    pub fn content(mut self, content: Content) -> Self {
        self.settings.content.push(content);
        self
    }

    /// Declares the tables and files behind connectors.
    pub fn schema(mut self, schema: Schema) -> Self {
        self.settings.schema = Arc::new(schema);
        self
    }

    /// Adds a user. Without one, every user may log in.
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.settings.users.push(Credential::new(name, password));
        self
    }

    /// Makes ids and tokens reproducible. Content comes from [`Builder::seed_file`].
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Exports objects byte for byte, without the fields that live engines rewrite in every export.
    pub fn faithful(mut self) -> Self {
        self.settings.faithful = true;
        self
    }

    /// Sets the pace of async tasks.
    pub fn task_pace(mut self, pace: Pace) -> Self {
        self.settings.task_pace = pace;
        self
    }

    /// Sets the clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Listens on one address and port; port 0 takes a free one.
    pub fn address(self, address: SocketAddr) -> Self {
        self.bind([Bind::Address(address.ip())]).port(address.port())
    }

    /// Listens on several addresses with one port.
    pub fn bind(mut self, bind: impl IntoIterator<Item = Bind>) -> Self {
        self.bind = bind.into_iter().collect();
        self
    }

    /// Sets the port; 0 takes one that is free on all addresses.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Adds names of the server, which requests may have in `Host`. Addresses, `localhost`, the engine's name and
    /// those of the certificate are always valid.
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

    /// Sets the status of successful POSTs; live engines answer 200, their OpenAPI says 201.
    pub fn created_status(mut self, status: StatusCode) -> Self {
        self.created_status = Some(status);
        self
    }

    /// Starts with these faults; a reset restores them.
    pub fn faults(mut self, faults: Vec<Fault>) -> Self {
        self.faults = faults;
        self
    }

    /// Sets the limits on clients.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Joins another engine: each can then be compared with the other by its name.
    pub fn beside(mut self, engine: &RunningEngine) -> Self {
        self.neighbours = engine.app.neighbours.clone();
        self
    }

    /// Starts the engine; it accepts requests once this returns.
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
        let LocalEngine { app, service } = self.without_port()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        // The engine is new, so it has no URL yet.
        let _ = app.url.set(format!("{scheme}://{address}"));
        let protocol = match &tls {
            None => Protocol::Http,
            Some(identity) if plain_too => Protocol::Both(identity.acceptor()),
            Some(identity) => Protocol::Https(identity.acceptor()),
        };
        let (stop, connections) = (CancellationToken::new(), TaskTracker::new());
        let sessions = Arc::clone(&service.sessions);
        let server = Server {
            service,
            protocol,
            limits,
            stop: stop.clone(),
            connections: connections.clone(),
        };
        tokio::spawn(server.run(listeners));
        Ok(RunningEngine {
            app,
            sessions,
            address,
            addresses,
            tls,
            drain,
            stop,
            connections,
        })
    }

    /// Sets the engine up without a port. Requests go to [`LocalEngine::answer`]; they count as local, and as sent to
    /// `localhost` if they have no `Host`.
    pub fn without_port(self) -> Result<LocalEngine, StartError> {
        let names = self.hosts.into_iter().chain([self.settings.name.clone()]);
        let guard = HostGuard::new(names, self.tls.as_ref().map(TlsIdentity::certificate));
        let http = HttpOptions::of(&self.settings, self.created_status);
        let engine = Arc::new(Engine::new(self.settings, self.clock)?);
        let app = Arc::new(App {
            engine,
            session: None,
            http,
            bodies: Bodies::new(&self.limits),
            limits: self.limits,
            journal: Journal::default(),
            faults: Faults::starting_with(self.faults)?,
            scenarios: Scenarios::default(),
            guard: Arc::new(guard),
            neighbours: self.neighbours.clone(),
            url: OnceLock::new(),
            started: Instant::now(),
        });
        self.neighbours.add(&app);
        let service = Service::new(Arc::clone(&app));
        Ok(LocalEngine { app, service })
    }
}
