//! The endpoints of the API, one file per topic.

mod executions;
mod inventory;
mod login;
mod logs;
mod resources;
mod ssh_keys;
mod sync;
mod tasks;
mod uploads;

use axum::middleware::from_fn;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::describe::{Endpoint, Routes};
use super::{answer, auth, schemas};
use crate::engine::Profile;

/// Everything below the API's base.
pub(super) fn api(created: StatusCode, profile: Option<Profile>) -> Routes {
    let lacks = |method: &str, path: &str| profile.is_some_and(|profile| profile.lacks(method, path));
    let closed = Routes::new()
        .merge(login::closed())
        .merge(sync::routes(created, profile))
        .merge(tasks::routes())
        .merge(uploads::routes(created))
        .merge(ssh_keys::routes(created))
        .merge(resources::routes(created))
        .merge(inventory::routes(created))
        .merge(executions::routes())
        .merge(logs::routes())
        .without(lacks)
        .behind(
            |router| router.route_layer(from_fn(auth::require_token)),
            true,
            &[StatusCode::UNAUTHORIZED],
        );
    Routes::new().merge(login::open(created)).merge(closed)
}

/// The root of the server.
pub(super) fn top() -> Routes {
    let root = Endpoint::get(root, "Says where the API is").answers(StatusCode::OK, schemas::object());
    Routes::new().at("/", [root])
}

/// The root of the server. Some scripts read it to see whether the engine is up.
async fn root() -> Response {
    answer::json_answer(
        StatusCode::OK,
        &json!({ "name": "mock-engine", "api": "/masking/api" }),
    )
}
