//! The engine that a page of the console shows.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::super::journal::{engine_asked_for, only};
use crate::engine::{EngineError, Query};
use crate::http::answer::ApiError;
use crate::http::sessions::Sessions;
use crate::http::target::Target;
use crate::http::{App, BaseApp};

/// The engine of the session in the query, which has no other parameter; without one, the request's engine.
pub(super) struct Asked(pub(super) Arc<App>);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Target(app) = Target::from_request_parts(parts, state).await?;
        let Ok(query) = Query::from_request_parts(parts, state).await;
        only(&query, &["session"])?;
        let (base, sessions) = (
            parts.extensions.get::<BaseApp>(),
            parts.extensions.get::<Arc<Sessions>>(),
        );
        let (Some(base), Some(sessions)) = (base, sessions) else {
            return Err(ApiError::Engine(EngineError::Internal));
        };
        engine_asked_for(app, base, sessions, &query).map(Self)
    }
}
