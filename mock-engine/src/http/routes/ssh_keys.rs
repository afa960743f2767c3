//! SSH keys, under both paths that the vendor documents.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::http::answer::{ApiError, empty, json_answer};
use crate::http::describe::{Endpoint, Routes};
use crate::http::form::{Keep, read_form};
use crate::http::schemas::named;
use crate::http::target::Target;

pub(super) fn routes(created: StatusCode) -> Routes {
    ["/ssh-keys", "/ssh-key"]
        .into_iter()
        .fold(Routes::new(), |routes, path| {
            let keys = json!({ "type": "array", "items": named("SshKey") });
            routes
                .at(
                    path,
                    [
                        Endpoint::get(list, "Lists SSH keys").answers(StatusCode::OK, keys),
                        Endpoint::post(add, "Adds an SSH key, named as its file")
                            .takes_file("sshKey")
                            .answers(created, named("SshKey"))
                            .refuses(&[409]),
                    ],
                )
                .at(
                    &format!("{path}/{{name}}"),
                    [Endpoint::delete(delete, "Deletes an SSH key")
                        .done(StatusCode::OK)
                        .refuses(&[404])],
                )
        })
}

async fn list(Target(app): Target) -> Response {
    json_answer(StatusCode::OK, &app.engine.ssh_keys())
}

async fn add(Target(app): Target, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let (file, _) = read_form(&app, &headers, body, "sshKey", Keep::Length).await?;
    let key = app
        .blocking(move |engine| engine.add_ssh_key(&file.filename))
        .await?;
    Ok(json_answer(app.http.created_status, &key))
}

async fn delete(Target(app): Target, Path(name): Path<String>) -> Result<Response, ApiError> {
    app.blocking(move |engine| engine.delete_ssh_key(&name)).await?;
    Ok(empty(StatusCode::OK))
}
