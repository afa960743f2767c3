//! The rows of all resources, generically: each collection has its path and its permitted methods.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRequest, Path, Request};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::engine::resources::{self, Access, Collection, ResourceSpec};
use crate::engine::{FORMAT_CONTENT, JobOutput, Key, Operation, Query};
use crate::engine::{catalogue, defaults};
use crate::http::App;
use crate::http::answer::{ApiError, BadRequest, empty, json_answer, task_answer};
use crate::http::auth::Caller;
use crate::http::body::ObjectBody;
use crate::http::describe::{Endpoint, Routes};
use crate::http::form::{Keep, is_form, read_form};
use crate::http::schemas::{boolean, change, id, named, new_entry, shown, some_text, text};
use crate::http::target::Target;

pub(super) fn routes(created: StatusCode) -> Routes {
    let generic = catalogue::ALL.iter().fold(Routes::new(), |routes, collection| {
        mount(routes, *collection, created)
    });
    generic
        .at(
            "/environments/{id}/copy",
            [
                Endpoint::post(copy_environment, "Copies an environment with all that is in it")
                    .takes(named_copy())
                    .answers(created, named(&shown(&resources::spec::ENVIRONMENTS)))
                    .refuses(&[404, 409]),
            ],
        )
        .at(
            "/algorithms/{name}/randomize-key",
            [Endpoint::put(randomize_key, "Gives an algorithm another key")
                .answers(StatusCode::OK, named(&shown(&resources::spec::ALGORITHMS)))
                .refuses(&[404])],
        )
        .at(
            "/encryptionKey",
            [Endpoint::put(replace_global_key, "Replaces the global key")
                .answers(StatusCode::OK, named("AsyncTask"))],
        )
}

/// The body of a copy request: an environment with a name of its own.
fn named_copy() -> Value {
    let mut body = new_entry(&resources::spec::ENVIRONMENTS);
    body["required"] = json!(["environmentName"]);
    body
}

fn mount(routes: Routes, collection: &'static dyn Collection, created: StatusCode) -> Routes {
    let spec = collection.spec();
    let (access, title) = (spec.access, spec.title);
    // An async task writes algorithms.
    let written = if spec.path == resources::spec::ALGORITHMS.path {
        named("AsyncTask")
    } else {
        named(&shown(spec))
    };
    let list = Endpoint::get(
        move |Target(app): Target, query: Query| list(app, collection, query),
        format!("Lists: {title}"),
    )
    .paged(&shown(spec));
    // The tables and columns of a missing ruleset or table are an error, not an empty list.
    let parts = [
        &resources::spec::TABLE_METADATA,
        &resources::spec::COLUMN_METADATA,
    ];
    let list = if parts.iter().any(|part| part.path == spec.path) {
        list.refuses(&[404])
    } else {
        list
    };
    let mut all = vec![spec.filters.iter().fold(list, |list, (parameter, field)| {
        let schema = match field {
            field if field.starts_with("is") => boolean(),
            field if field.ends_with("Id") => id(),
            _ => text(),
        };
        list.query(parameter, schema)
    })];
    let mut one = vec![
        Endpoint::get(
            move |Target(app): Target, Path(key): Path<String>| show(app, collection, key),
            format!("Shows: {title}"),
        )
        .answers(StatusCode::OK, named(&shown(spec)))
        .refuses(&[404]),
    ];
    if matches!(access, Access::Full | Access::Start) {
        let create = Endpoint::post(
            move |Target(app): Target, request: Request| create(app, collection, request),
            format!("Creates: {title}"),
        );
        let create = match spec.needs {
            Some((parameter, _)) => create.needs(parameter, some_text()),
            None => create,
        };
        all.push(
            create
                .takes(new_entry(spec))
                .answers(created, written.clone())
                .refuses(&[404, 409]),
        );
    }
    if matches!(access, Access::Full | Access::Change) {
        let update = Endpoint::put(
            move |Target(app): Target, Path(key): Path<String>, ObjectBody(body): ObjectBody| {
                update(app, collection, key, body)
            },
            format!("Changes: {title}"),
        );
        one.push(
            update
                .takes(change(spec))
                .answers(StatusCode::OK, written)
                .refuses(&[404, 409]),
        );
    }
    if access == Access::Full {
        let delete = Endpoint::delete(
            move |Target(app): Target, Path(key): Path<String>| delete(app, collection, key),
            format!("Deletes: {title}"),
        );
        one.push(delete.done(StatusCode::OK).refuses(&[404, 409]));
    }
    let path = spec.path;
    routes
        .at(&format!("/{path}"), all)
        .at(&format!("/{path}/{{key}}"), one)
}

async fn update(
    app: Arc<App>,
    collection: &'static dyn Collection,
    key: String,
    body: crate::engine::Row,
) -> Result<Response, ApiError> {
    let written = app
        .blocking(move |engine| engine.update_resource(collection, &Key::parse(&key), body))
        .await?;
    written_answer(
        &app,
        collection,
        StatusCode::OK,
        Operation::AlgorithmUpdate,
        &written,
    )
}

async fn list(
    app: Arc<App>,
    collection: &'static dyn Collection,
    query: Query,
) -> Result<Response, ApiError> {
    let page = app
        .reading(move |engine| engine.list_resources(collection, &query, query.page()?))
        .await?;
    Ok(json_answer(StatusCode::OK, &page))
}

async fn show(app: Arc<App>, collection: &'static dyn Collection, key: String) -> Result<Response, ApiError> {
    let found = app
        .reading(move |engine| engine.get_resource(collection, &Key::parse(&key)))
        .await?;
    Ok(json_answer(StatusCode::OK, &found))
}

async fn create(
    app: Arc<App>,
    collection: &'static dyn Collection,
    request: Request,
) -> Result<Response, ApiError> {
    let user = caller(&request);
    let query = Query::parse(request.uri().query().unwrap_or_default());
    let mut body = if is_form(request.method(), request.headers()) {
        format_form(&app, request, collection.spec()).await?
    } else {
        ObjectBody::from_request(request, &app).await?.0
    };
    if let Some((parameter, member)) = collection.spec().needs {
        let value = query
            .text(parameter)
            .ok_or(BadRequest::MissingParameter(parameter))?;
        body.insert(member.to_owned(), value.into());
    }
    let created = app
        .blocking(move |engine| engine.create_resource(collection, body, &user))
        .await?;
    written_answer(
        &app,
        collection,
        app.http.created_status,
        Operation::AlgorithmCreate,
        &created,
    )
}

/// The user who sent the request.
fn caller(request: &Request) -> Arc<str> {
    let caller = request.extensions().get::<Caller>();
    caller.map_or_else(|| defaults::ADMIN.into(), |caller| Arc::clone(&caller.0))
}

/// Formats arrive as a form: the file gives the name, other parts give the type.
async fn format_form(
    app: &App,
    request: Request,
    spec: &ResourceSpec,
) -> Result<crate::engine::Row, ApiError> {
    let (parts, body) = request.into_parts();
    let of_files = spec.path == resources::spec::FILE_FORMATS.path;
    let (part, keep) = if of_files {
        (FORMAT_CONTENT, Keep::Bytes)
    } else {
        ("mainframeDatasetFormat", Keep::Length)
    };
    let (file, mut row) = read_form(app, &parts.headers, body, part, keep).await?;
    let name = spec.name_field.unwrap_or("name");
    row.entry(name).or_insert_with(|| file.filename.into());
    if of_files {
        let content = String::from_utf8_lossy(&file.bytes);
        row.insert(FORMAT_CONTENT.to_owned(), content.into());
    }
    Ok(row)
}

/// An async task writes algorithms; other resources answer with the written row.
fn written_answer(
    app: &App,
    collection: &'static dyn Collection,
    status: StatusCode,
    operation: Operation,
    written: &Value,
) -> Result<Response, ApiError> {
    if collection.spec().path != resources::spec::ALGORITHMS.path {
        return Ok(json_answer(status, written));
    }
    let name = written["algorithmName"].as_str().map(str::to_owned);
    let task = app
        .engine
        .start_task_about(operation, name, None, |_| JobOutput::default())?;
    Ok(task_answer(status, &task))
}

async fn delete(
    app: Arc<App>,
    collection: &'static dyn Collection,
    key: String,
) -> Result<Response, ApiError> {
    app.blocking(move |engine| engine.delete_resource(collection, &Key::parse(&key)))
        .await?;
    Ok(empty(StatusCode::OK))
}

async fn copy_environment(
    Target(app): Target,
    Path(id): Path<String>,
    Extension(Caller(user)): Extension<Caller>,
    ObjectBody(body): ObjectBody,
) -> Result<Response, ApiError> {
    let copy = app
        .blocking(move |engine| engine.copy_environment(&Key::parse(&id), body, &user))
        .await?;
    Ok(json_answer(app.http.created_status, &copy))
}

async fn randomize_key(Target(app): Target, Path(name): Path<String>) -> Result<Response, ApiError> {
    let algorithm = app.blocking(move |engine| engine.randomize_key(&name)).await?;
    Ok(json_answer(StatusCode::OK, &algorithm))
}

async fn replace_global_key(Target(app): Target) -> Result<Response, ApiError> {
    let task = app
        .engine
        .start_task(Operation::EncryptionKeyCreate, None, |engine| JobOutput {
            file: None,
            failure: engine.replace_global_key().err(),
        })?;
    Ok(task_answer(StatusCode::OK, &task))
}
