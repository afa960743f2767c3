//! The HTTP layer: turns requests into calls of the engine, and results into answers.
//!
//! Invariant: no rule of the engine lives here. Every request is logged and journalled once, gets an answer even if
//! its handler panics, and gets JSON for every error.

mod admin;
mod admin_schemas;
pub(crate) mod answer;
mod audited;
pub(crate) mod auth;
mod bad_request;
pub(crate) mod body;
mod changes;
pub(crate) mod describe;
pub(crate) mod escaped;
pub(crate) mod faults;
pub(crate) mod form;
pub(crate) mod host_guard;
pub(crate) mod journal;
mod leftover;
pub(crate) mod limits;
pub(crate) mod messages;
pub(crate) mod nearest;
pub(crate) mod neighbours;
pub(crate) mod path;
pub(crate) mod pattern;
mod record;
pub(crate) mod redact;
mod routes;
pub(crate) mod scenarios;
pub(crate) mod schemas;
pub(crate) mod sessions;
mod target;
pub(crate) mod verify;

use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{CONNECTION, DATE};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use tower::ServiceExt;

use self::admin::OpenApi;
use self::answer::ApiError;
pub(crate) use self::body::Bodies;
use self::body::Captured;
pub(crate) use self::escaped::Escaped;
use self::faults::Faults;
use self::host_guard::{HostError, HostGuard};
use self::journal::{EntryId, Journal};
use self::leftover::{Leftover, Rest};
use self::neighbours::Neighbours;
pub(crate) use self::path::canonical;
use self::scenarios::Scenarios;
use self::sessions::Sessions;
use crate::engine::clock::http_date;
use crate::engine::history::{self, Cause};
use crate::engine::{Engine, EngineError, Settings};
use crate::http::limits::{Limits, SMALL_ENGINE};

/// Lines of the process's log that were dropped since the start.
pub(crate) static LOG_LINES_DROPPED: AtomicU64 = AtomicU64::new(0);

/// Options of the HTTP layer.
#[derive(Debug, Clone)]
pub(crate) struct HttpOptions {
    /// Status of successful POSTs: 200 as live engines answer, or 201 as their OpenAPI says.
    pub(crate) created_status: StatusCode,
}

impl HttpOptions {
    /// The options of an engine. Its profile decides what the caller doesn't.
    pub(crate) fn of(settings: &Settings, created_status: Option<StatusCode>) -> Self {
        let by_profile = || {
            let differences = settings.profile?.differences();
            StatusCode::from_u16(differences.created_status).ok()
        };
        Self {
            created_status: created_status.or_else(by_profile).unwrap_or(StatusCode::OK),
        }
    }
}

/// The state that handlers share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    /// The id of its session; the port's own engine has none.
    pub(crate) session: Option<Box<str>>,
    pub(crate) http: HttpOptions,
    pub(crate) limits: Limits,
    pub(crate) bodies: Bodies,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) scenarios: Scenarios,
    pub(crate) guard: Arc<HostGuard>,
    /// The engines of the process.
    pub(crate) neighbours: Neighbours,
    pub(crate) started: Instant,
    /// The URL of its port; empty without one.
    pub(crate) url: OnceLock<String>,
}

impl App {
    /// Checks the `Host` header. Engines without users also check the name, since a page under a foreign name could
    /// use them. Health has nothing private, so any name will do.
    fn check_host(&self, request: &Request<Body>) -> Result<(), HostError> {
        let known = match request.uri().path() {
            "/__admin/health" => false,
            path if path.starts_with("/__admin") => true,
            _ => self.engine.settings.users.is_empty(),
        };
        self.guard.check_host(request, known)
    }

    /// Runs slow work, or work that writes to disk, on a thread of its own.
    pub(crate) async fn blocking<T: Send + 'static, E: Into<ApiError> + Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> Result<T, E> + Send + 'static,
    ) -> Result<T, ApiError> {
        let engine = Arc::clone(&self.engine);
        let cause = Cause::current();
        let work = move || history::run_for(cause, || work(&engine));
        let done = tokio::task::spawn_blocking(work).await;
        let done = done.map_err(|panic| {
            tracing::error!(%panic, "the work of a request panicked");
            EngineError::Internal
        })?;
        done.map_err(E::into)
    }

    /// Runs a read whose time grows with the state: in place on a small engine, where it ends before another thread
    /// wakes, else on a thread of its own.
    pub(crate) async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, ApiError> {
        if self.engine.snapshot().size() <= SMALL_ENGINE {
            return Ok(work(&self.engine)?);
        }
        self.blocking(work).await
    }
}

/// The engine of a port, for calls that are about sessions.
#[derive(Debug, Clone)]
pub(crate) struct BaseApp(pub(crate) Arc<App>);

/// Answers the requests of one port: for its engine, and for the sessions that were copied from it.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    app: Arc<App>,
    pub(crate) sessions: Arc<Sessions>,
    api: Arc<OpenApi>,
    router: Router,
}

impl Service {
    pub(crate) fn new(app: Arc<App>) -> Self {
        let routes = routes::top()
            .nest(
                "/masking/api",
                routes::api(app.http.created_status, app.engine.settings.profile),
            )
            .nest("/__admin", admin::routes())
            .merge(admin::console::pages())
            .refusing(&[StatusCode::FORBIDDEN]);
        let (router, descriptions) = routes.into_parts();
        let sessions = Arc::new(Sessions::new(app.limits.session_idle));
        let api = Arc::new(OpenApi::new(descriptions));
        let known = Arc::clone(&api);
        let router = router
            .fallback(async move |method: Method, uri: Uri| {
                let text = nearest::no_endpoint(&known.descriptions, &method, uri.path());
                ApiError::NoEndpoint(text)
            })
            .method_not_allowed_fallback(async || ApiError::MethodNotAllowed);
        Self {
            app,
            sessions,
            api,
            router,
        }
    }

    /// Whether a fault refuses the TLS handshake of a new connection.
    pub(crate) fn refuses_tls(&self) -> bool {
        self.app.faults.refuses_tls(&self.app)
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, mut request: Request<Body>) -> Response {
        let found = self.sessions.engine_of(&self.app, &mut request);
        // The port's journal has the requests whose session has no valid id.
        let app = found.as_ref().unwrap_or(&self.app).clone();
        let captured = Captured::default();
        request.extensions_mut().insert(captured.clone());
        request.extensions_mut().insert(Arc::clone(&app));
        let record = record::Record::begin(&app, &mut request);
        if let Some(uri) = path::normalise(request.uri()) {
            *request.uri_mut() = uri;
        }
        let leftover = Leftover::of(&mut request);
        let checked = found.and_then(|_| Ok(app.check_host(&request)?));
        let mut response = match checked {
            Ok(()) => history::caused(record.cause(), self.with_faults(&app, request)).await,
            Err(error) => {
                drop(request);
                error.into_response()
            }
        };
        match leftover.drain(&app.engine).await {
            Rest::Nothing => {}
            Rest::Body(bytes) => captured.put(&bytes),
            Rest::Unread => {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
            }
        }
        if !app.engine.clock.is_real() {
            // Otherwise the connection adds the real time.
            let date = HeaderValue::try_from(http_date(app.engine.clock.now_ms()));
            if let Ok(date) = date {
                response.headers_mut().insert(DATE, date);
            }
        }
        record.finish(&app, &response, captured.take());
        response
    }

    /// Answers a request, or does what the fault that it meets says.
    async fn with_faults(&self, app: &Arc<App>, request: Request<Body>) -> Response {
        if app.faults.concern(&request) {
            // On the heap, since every connection has room for the whole way of a request.
            Box::pin(self.under_faults(app, request)).await
        } else {
            self.handle(request).await
        }
    }

    async fn under_faults(&self, app: &Arc<App>, request: Request<Body>) -> Response {
        let entry = request.extensions().get::<EntryId>().copied();
        match app.faults.meet(app, request).await {
            Ok((request, None)) => self.handle(request).await,
            Ok((request, Some(met))) => {
                if let Some(entry) = entry {
                    app.journal.fault(entry, met.label());
                }
                if let Err(error) = met.move_on(app).await {
                    return error.into_response();
                }
                let process = async |request| self.handle(request).await;
                met.act.run(app, request, process).await
            }
            Err(error) => error.into_response(),
        }
    }

    async fn handle(&self, mut request: Request<Body>) -> Response {
        // Not layers of the router, since every request would pay for them.
        if request.uri().path().starts_with("/__admin") {
            let about = request.extensions_mut();
            about.insert(Arc::clone(&self.api));
            about.insert(Arc::clone(&self.sessions));
            about.insert(BaseApp(Arc::clone(&self.app)));
        }
        handle(self.router.clone(), request).await
    }
}

/// Answers a request by its handler; a panic fails only this request.
pub async fn handle(router: Router, request: Request<Body>) -> Response {
    match AssertUnwindSafe(router.oneshot(request)).catch_unwind().await {
        Ok(Ok(response)) => answer::only_json_errors(response),
        Err(_) => answer::internal_error(),
    }
}
