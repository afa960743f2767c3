//! Authentication.
//!
//! Invariant: every endpoint below the API's base needs a token, except login and system information, which are in
//! another router.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::App;
use super::answer::ApiError;
use crate::engine::history::Cause;
use crate::engine::{EngineError, Query};
use crate::http::target::Target;

/// Passes requests with a valid token on.
pub(crate) async fn require_token(
    Target(app): Target,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let user = check(&app, request.headers())?;
    Cause::set_user(&user);
    let caller = Caller(user);
    request.extensions_mut().insert(caller.clone());
    let mut response = next.run(request).await;
    // For the audit log.
    response.extensions_mut().insert(caller);
    Ok(response)
}

/// The user who sent the request; set by [`require_token`] alone.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Arc<str>);

/// The user of the token in the headers.
pub(crate) fn check(app: &App, headers: &HeaderMap) -> Result<Arc<str>, EngineError> {
    let token = token(headers).ok_or(EngineError::TokenUnknown)?;
    app.engine.tokens.check(token, app.engine.clock.now_ms())
}

/// The token: the whole header value, without a scheme.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok().map(str::trim)
}

/// The query string.
impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = Self::parse(parts.uri.query().unwrap_or_default());
        Ok(match parts.extensions.get::<Arc<App>>() {
            Some(app) => query.with_page_size(app.engine.settings.page_size),
            None => query,
        })
    }
}
