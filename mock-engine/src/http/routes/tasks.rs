//! Async tasks and the files they leave.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, put};
use http::StatusCode;

use crate::http::App;
use crate::http::answer::{ApiError, file, json_answer};
use crate::model::{ModelError, Page, Query, TaskFilter};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/async-tasks", get(list))
        .route("/async-tasks/{id}", get(show))
        .route("/async-tasks/{id}/cancel", put(cancel))
        .route("/file-downloads/{reference}", get(download))
}

async fn list(State(app): State<Arc<App>>, query: Query) -> Result<Response, ApiError> {
    let own = |name| query.text(name).map(str::to_ascii_uppercase);
    let filter = TaskFilter {
        operation: own("operation"),
        status: own("status"),
    };
    let page = Page::cut(app.engine.tasks.list(&filter).into_iter(), query.page()?)?;
    Ok(json_answer(StatusCode::OK, &page))
}

async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let task = app.engine.poll_task(number("asyncTaskId", &id)?).await?;
    Ok(json_answer(StatusCode::OK, &task))
}

async fn cancel(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let task = app.engine.tasks.cancel(number("asyncTaskId", &id)?)?;
    Ok(json_answer(StatusCode::OK, &task))
}

/// The router has undone percent-encoding, so both spellings of a reference arrive alike.
async fn download(State(app): State<Arc<App>>, Path(reference): Path<String>) -> Result<Response, ApiError> {
    Ok(file(StatusCode::OK, app.engine.download(&reference).await?))
}

/// An id in a path.
pub(super) fn number(name: &str, text: &str) -> Result<i64, ModelError> {
    text.parse().map_err(|_| ModelError::BadParameter {
        name: name.to_owned(),
        value: text.to_owned(),
        expected: "integer",
    })
}
