//! Copies, refreshes, bulk updates and connection tests of rulesets, connectors and mounts.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::engine::catalogue;
use crate::engine::objects::MountStatus;
use crate::engine::resources::{self, Collection};
use crate::engine::{Key, Row};
use crate::http::App;
use crate::http::answer::{ApiError, json_answer, task_answer};
use crate::http::body::ObjectBody;
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::{change, named, object, shown};
use crate::http::target::Target;

/// The method that asks for a copy.
#[derive(Clone, Copy)]
enum Copies {
    Post,
    Put,
}

pub(super) fn routes(created: StatusCode) -> Routes {
    let routes = connectors(Routes::new(), &catalogue::DATABASE_CONNECTORS);
    let routes = connectors(routes, &catalogue::FILE_CONNECTORS);
    let routes = connectors(routes, &catalogue::DATASET_CONNECTORS);
    let bulk = |member: &'static str| {
        json!({
            "type": "object",
            "required": [member],
            "properties": { member: { "type": "array", "items": object() } },
        })
    };
    let copy = |routes: Routes, collection: &'static dyn Collection, with: Copies| {
        let spec = collection.spec();
        let answer = named(&shown(spec));
        let handler = move |Target(app): Target, Path(id): Path<String>, ObjectBody(body): ObjectBody| {
            copy(app, collection, id, body)
        };
        let summary = format!("Copies: {}", spec.title);
        let endpoint = match with {
            Copies::Post => Endpoint::post(handler, summary).answers(created, answer),
            Copies::Put => Endpoint::put(handler, summary).answers(StatusCode::OK, answer),
        };
        routes.at(
            &format!("/{}/{{id}}/copy", spec.path),
            [endpoint.takes(change(spec)).refuses(&[404, 409])],
        )
    };
    let routes = copy(routes, &catalogue::DATABASE_CONNECTORS, Copies::Post);
    let routes = copy(routes, &catalogue::DATABASE_RULESETS, Copies::Put);
    let routes = copy(routes, &catalogue::FILE_RULESETS, Copies::Put);
    let mounts = [
        ("connect", MountStatus::Active, "Connects a mount"),
        ("disconnect", MountStatus::Disconnected, "Disconnects a mount"),
        ("remount", MountStatus::Active, "Connects a mount again"),
    ];
    let routes = mounts
        .into_iter()
        .fold(routes, |routes, (verb, status, summary)| {
            let set = Endpoint::put(
                move |Target(app): Target, Path(id): Path<String>| set_mount(app, id, status),
                summary,
            );
            routes.at(
                &format!("/mount-filesystem/{{id}}/{verb}"),
                [
                    set.answers(StatusCode::OK, named(&shown(&resources::spec::MOUNTS)))
                        .refuses(&[404]),
                ],
            )
        });
    routes
        .at(
            "/database-rulesets/{id}/refresh",
            [Endpoint::put(
                refresh,
                "Takes over the columns that are declared for a ruleset's tables",
            )
            .answers(StatusCode::OK, named("AsyncTask"))
            .refuses(&[404])],
        )
        .at(
            "/database-rulesets/{id}/bulk-table-update",
            [
                Endpoint::put(bulk_tables, "Makes a ruleset's tables exactly those of a list")
                    .takes(bulk("tableMetadata"))
                    .answers(StatusCode::OK, named("AsyncTask"))
                    .refuses(&[404]),
            ],
        )
        .at(
            "/file-rulesets/{id}/bulk-file-update",
            [
                Endpoint::put(bulk_files, "Makes a ruleset's files exactly those of a list")
                    .takes(bulk("fileMetadata"))
                    .answers(StatusCode::OK, named("AsyncTask"))
                    .refuses(&[404]),
            ],
        )
}

/// Fetch and connection tests of one kind of connector.
fn connectors(routes: Routes, collection: &'static dyn Collection) -> Routes {
    let path = collection.spec().path;
    let names = json!({ "type": "array", "items": { "type": "string" } });
    let answer = json!({
        "type": "object",
        "required": ["response"],
        "properties": { "response": { "type": "string" } },
    });
    routes
        .at(
            &format!("/{path}/{{id}}/fetch"),
            [Endpoint::get(
                move |Target(app): Target, Path(id): Path<String>| fetch(app, collection, id),
                "Names what is behind a connector",
            )
            .answers(StatusCode::OK, names)
            .refuses(&[404])],
        )
        .at(
            &format!("/{path}/{{id}}/test"),
            [Endpoint::post(
                move |Target(app): Target, Path(id): Path<String>| test(app, collection, id),
                "Would connect; succeeds for a connector that exists",
            )
            .answers(StatusCode::OK, answer.clone())
            .refuses(&[404])],
        )
        .at(
            &format!("/{path}/test"),
            [
                Endpoint::post(test_body, "Would connect to what the body says; succeeds")
                    .takes(object())
                    .answers(StatusCode::OK, answer),
            ],
        )
}

async fn fetch(app: Arc<App>, collection: &'static dyn Collection, id: String) -> Result<Response, ApiError> {
    let names = app
        .reading(move |engine| engine.names_behind(collection, &Key::parse(&id)))
        .await?;
    Ok(json_answer(StatusCode::OK, &names))
}

/// A mock connects to nothing: the test of a connector that exists succeeds.
async fn test(app: Arc<App>, collection: &'static dyn Collection, id: String) -> Result<Response, ApiError> {
    app.reading(move |engine| engine.get_resource(collection, &Key::parse(&id)))
        .await?;
    Ok(succeeded())
}

async fn test_body(ObjectBody(_): ObjectBody) -> Response {
    succeeded()
}

fn succeeded() -> Response {
    let answer: Value = json!({ "response": "Connection Succeeded" });
    json_answer(StatusCode::OK, &answer)
}

async fn copy(
    app: Arc<App>,
    collection: &'static dyn Collection,
    id: String,
    body: Row,
) -> Result<Response, ApiError> {
    let status = if collection.spec().path == resources::spec::DATABASE_CONNECTORS.path {
        app.http.created_status
    } else {
        StatusCode::OK
    };
    let made = app
        .blocking(move |engine| engine.copy_resource(collection, &Key::parse(&id), body))
        .await?;
    Ok(json_answer(status, &made))
}

async fn set_mount(app: Arc<App>, id: String, status: MountStatus) -> Result<Response, ApiError> {
    let mount = app
        .blocking(move |engine| engine.set_mount(&Key::parse(&id), status))
        .await?;
    Ok(json_answer(StatusCode::OK, &mount))
}

async fn refresh(Target(app): Target, Path(id): Path<String>) -> Result<Response, ApiError> {
    let task = app.engine.refresh_ruleset(&Key::parse(&id))?;
    Ok(task_answer(StatusCode::OK, &task))
}

async fn bulk_tables(
    Target(app): Target,
    Path(id): Path<String>,
    ObjectBody(body): ObjectBody,
) -> Result<Response, ApiError> {
    let task = app.engine.bulk_update_tables(&Key::parse(&id), body)?;
    Ok(task_answer(StatusCode::OK, &task))
}

async fn bulk_files(
    Target(app): Target,
    Path(id): Path<String>,
    ObjectBody(body): ObjectBody,
) -> Result<Response, ApiError> {
    let task = app.engine.bulk_update_files(&Key::parse(&id), body)?;
    Ok(task_answer(StatusCode::OK, &task))
}
