//! Running engines.
//!
//! Invariant: [`RunningEngine::shutdown`] stops an engine in order; dropping its handle stops it at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::engine::Engine;
use crate::engine::clock::Clock;
use crate::http::App;
use crate::http::faults::Faults;
use crate::http::sessions::Sessions;
use crate::server::tls::TlsIdentity;

/// A running engine.
#[derive(Debug)]
pub struct RunningEngine {
    pub(super) app: Arc<App>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) address: SocketAddr,
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) tls: Option<TlsIdentity>,
    pub(super) drain: Duration,
    pub(super) stop: CancellationToken,
    pub(super) connections: TaskTracker,
}

impl RunningEngine {
    /// Its URL without a final slash: `http://127.0.0.1:49213`.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The first of its addresses.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All its addresses.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.app.engine.settings.name
    }

    /// The internals, for this package's tests.
    #[doc(hidden)]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.app.engine
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.app.engine.clock
    }

    /// Its faults.
    pub fn faults(&self) -> &Faults {
        &self.app.faults
    }

    /// The certificate of the self-signed authority, in PEM, if there is one.
    pub fn ca_pem(&self) -> Option<&str> {
        self.tls.as_ref().and_then(TlsIdentity::ca_pem)
    }

    /// Stops accepting connections and waits for running requests; incomplete ones are refused. Returns whether all
    /// of them ended within [`Limits::drain`](crate::Limits::drain).
    pub async fn shutdown(self) -> bool {
        self.drain().await
    }

    fn stop(&self) {
        self.app.engine.stopping.cancel();
        self.stop.cancel();
    }

    /// Stops, and returns the wait for running requests. Another thread can wait, since nothing is borrowed.
    pub(super) fn drain(&self) -> impl Future<Output = bool> + Send + use<> {
        self.stop();
        let (drain, connections) = (self.drain, self.connections.clone());
        async move { tokio::time::timeout(drain, connections.wait()).await.is_ok() }
    }
}

impl Drop for RunningEngine {
    fn drop(&mut self) {
        self.stop();
    }
}
