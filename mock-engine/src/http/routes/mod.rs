//! The endpoints of the API, one file per topic.

mod resources;
mod session;
mod sync;
mod tasks;
mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::{App, answer, auth};

/// Everything below the API's base.
pub(super) fn api(app: &Arc<App>) -> Router<Arc<App>> {
    let closed = Router::new()
        .merge(session::closed())
        .merge(sync::routes())
        .merge(tasks::routes())
        .merge(uploads::routes())
        .merge(resources::routes())
        .route_layer(from_fn_with_state(Arc::clone(app), auth::require_token));
    Router::new().merge(session::open()).merge(closed)
}

/// The root of the server, which some scripts look at to see whether the engine is up.
pub(super) async fn root() -> Response {
    answer::json_answer(
        StatusCode::OK,
        &json!({ "name": "mock-engine", "api": "/masking/api" }),
    )
}
