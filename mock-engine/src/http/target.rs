//! The engine that a request is for.
//!
//! Invariant: routes belong to no engine, so all engines of a process can share them. The service puts the engine into
//! the request before it is routed.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use http::request::Parts;

use super::App;
use super::answer::ApiError;
use crate::engine::EngineError;

/// The engine that a request is for.
pub(crate) struct Target(pub(crate) Arc<App>);

impl Target {
    /// Reads it from a whole request.
    pub(crate) fn of(request: &Request) -> Result<Arc<App>, ApiError> {
        let app = request.extensions().get().cloned();
        app.ok_or(ApiError::Engine(EngineError::Internal))
    }
}

impl<S: Sync> FromRequestParts<S> for Target {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let app = parts.extensions.get().cloned();
        app.map(Self).ok_or(ApiError::Engine(EngineError::Internal))
    }
}
