//! The HTTP layer: translates requests into calls of the engine and its results into answers.
//!
//! Invariant: no rule of the engine lives here. Every request is logged and journalled once, is answered whatever
//! happens in its handler, and gets JSON for every error.

pub(crate) mod answer;
pub(crate) mod auth;
pub(crate) mod body;
mod log;
mod path;
mod routes;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use futures_util::FutureExt;
use http::{Request, StatusCode};
use tower::ServiceExt;

use self::answer::ApiError;
use self::body::Captured;
use crate::admin::{self, HostGuard, Journal};
use crate::choices;
use crate::model::{Engine, ModelError};

/// How the HTTP layer behaves.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Status of successful POSTs: 200 as live engines answer, or 201 as their OpenAPI says.
    pub created_status: StatusCode,
    /// Largest request body.
    pub body_limit: u64,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            created_status: StatusCode::OK,
            body_limit: choices::BODY_LIMIT,
        }
    }
}

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) http: HttpOptions,
    pub(crate) journal: Journal,
    pub(crate) guard: HostGuard,
    pub(crate) started: Instant,
}

impl App {
    /// Runs work that may take a while, or write to disk, where it doesn't hold up other requests.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> Result<T, ModelError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let engine = Arc::clone(&self.engine);
        let done = tokio::task::spawn_blocking(move || work(&engine)).await;
        Ok(done.unwrap_or_else(|panic| {
            tracing::error!(%panic, "the work of a request panicked");
            Err(ModelError::Internal)
        })?)
    }
}

/// Answers the requests of one engine.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    app: Arc<App>,
    router: Router,
}

impl Service {
    pub(crate) fn new(app: Arc<App>) -> Self {
        let router = Router::new()
            .route("/", axum::routing::get(routes::root))
            .nest("/masking/api", routes::api(&app))
            .nest("/__admin", admin::routes(&app))
            .fallback(async || ApiError::NoEndpoint)
            .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
            .with_state(Arc::clone(&app));
        Self { app, router }
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, mut request: Request<Body>) -> Response {
        let captured = Captured::default();
        request.extensions_mut().insert(captured.clone());
        let record = log::Record::begin(&self.app, &request);
        if let Some(uri) = path::normalise(request.uri()) {
            *request.uri_mut() = uri;
        }
        let handled = AssertUnwindSafe(self.router.clone().oneshot(request))
            .catch_unwind()
            .await;
        let response = match handled {
            Ok(Ok(response)) => answer::only_json_errors(response),
            Err(_) => answer::internal_error(),
        };
        record.finish(&self.app, &response, captured.take());
        response
    }
}
