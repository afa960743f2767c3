//! Uploaded files.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};

use crate::http::App;
use crate::http::answer::{ApiError, empty, json_answer};
use crate::http::body::{Keep, read_form};
use crate::model::{Page, Query};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/file-uploads", post(upload).get(list).delete(purge))
        .route("/file-uploads/{uuid}", get(show).delete(delete))
}

async fn upload(
    State(app): State<Arc<App>>,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let permanent = query.boolean("permanent")?.unwrap_or(false);
    let (file, _) = read_form(&app, &headers, body, "file", Keep::Length).await?;
    let upload = app.engine.add_upload(&file.filename, file.length, permanent);
    Ok(json_answer(app.http.created_status, &upload))
}

async fn list(State(app): State<Arc<App>>, query: Query) -> Result<Response, ApiError> {
    let page = Page::cut(app.engine.uploads.list().into_iter(), query.page()?)?;
    Ok(json_answer(StatusCode::OK, &page))
}

async fn show(State(app): State<Arc<App>>, Path(uuid): Path<String>) -> Result<Response, ApiError> {
    Ok(json_answer(StatusCode::OK, &app.engine.uploads.get(&uuid)?))
}

async fn delete(State(app): State<Arc<App>>, Path(uuid): Path<String>) -> Result<Response, ApiError> {
    app.engine.uploads.delete(&uuid)?;
    Ok(empty(StatusCode::OK))
}

async fn purge(State(app): State<Arc<App>>, query: Query) -> Result<Response, ApiError> {
    app.engine.uploads.purge(query.boolean("permanent")?);
    Ok(empty(StatusCode::OK))
}
