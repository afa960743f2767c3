//! Engines without a port.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Collected};

use crate::engine::Engine;
use crate::engine::clock::Clock;
use crate::http::faults::Faults;
use crate::http::host_guard::Peer;
use crate::http::sessions::Sessions;
use crate::http::{App, Service};

/// An engine without a port.
#[derive(Debug)]
pub struct LocalEngine {
    pub(super) app: Arc<App>,
    pub(super) service: Service,
}

impl LocalEngine {
    /// What answers its requests.
    #[cfg(feature = "cli")]
    pub(super) fn service(self) -> Service {
        self.service
    }

    /// The internals, for this package's tests.
    #[doc(hidden)]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.app.engine
    }

    pub(super) fn sessions(&self) -> &Arc<Sessions> {
        &self.service.sessions
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.app.engine.clock
    }

    /// Its faults.
    pub fn faults(&self) -> &Faults {
        &self.app.faults
    }

    /// Answers a request. Needs a tokio runtime with time enabled.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(Peer(Ipv4Addr::LOCALHOST.into()));
        let localhost = HeaderValue::from_static("localhost");
        request.headers_mut().entry(HOST).or_insert(localhost);
        let (parts, body) = self.service.answer(request).await.into_parts();
        // Our bodies are complete from the start.
        let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        Response::from_parts(parts, body)
    }
}
