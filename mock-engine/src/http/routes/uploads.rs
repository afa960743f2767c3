//! Uploaded files.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::engine::{Page, Query};
use crate::http::answer::{ApiError, empty, json_answer};
use crate::http::describe::{Endpoint, Routes};
use crate::http::form::{Keep, read_form};
use crate::http::schemas::{boolean, named};
use crate::http::target::Target;

pub(super) fn routes(created: StatusCode) -> Routes {
    let permanent = |endpoint: Endpoint| endpoint.query("permanent", boolean());
    Routes::new()
        .at(
            "/file-uploads",
            [
                permanent(Endpoint::post(upload, "Uploads a file"))
                    .takes_file("file")
                    .answers(created, named("Upload")),
                Endpoint::get(list, "Lists uploaded files").paged("Upload"),
                permanent(Endpoint::delete(purge, "Forgets uploaded files")).done(StatusCode::OK),
            ],
        )
        .at(
            "/file-uploads/{uuid}",
            [
                Endpoint::get(show, "Shows an uploaded file")
                    .answers(StatusCode::OK, named("Upload"))
                    .refuses(&[404]),
                Endpoint::delete(delete, "Forgets an uploaded file")
                    .done(StatusCode::OK)
                    .refuses(&[404]),
            ],
        )
}

async fn upload(
    Target(app): Target,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let permanent = query.boolean("permanent")?.unwrap_or(false);
    let (file, _) = read_form(&app, &headers, body, "file", Keep::Length).await?;
    let upload = app.engine.add_upload(&file.filename, file.length, permanent);
    Ok(json_answer(app.http.created_status, &upload))
}

async fn list(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    let page = Page::cut(app.engine.uploads.list().into_iter(), query.page()?)?;
    Ok(json_answer(StatusCode::OK, &page))
}

async fn show(Target(app): Target, Path(uuid): Path<String>) -> Result<Response, ApiError> {
    Ok(json_answer(StatusCode::OK, &app.engine.uploads.get(&uuid)?))
}

async fn delete(Target(app): Target, Path(uuid): Path<String>) -> Result<Response, ApiError> {
    app.engine.uploads.delete(&uuid)?;
    Ok(empty(StatusCode::OK))
}

async fn purge(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    app.engine.uploads.purge(query.boolean("permanent")?);
    Ok(empty(StatusCode::OK))
}
