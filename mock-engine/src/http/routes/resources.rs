//! The resources beside the sync endpoints, generically: each collection brings its path and what may be done.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest, Path, Request, State};
use axum::response::Response;
use axum::routing::{get, post, put};
use http::StatusCode;
use serde_json::json;

use crate::http::App;
use crate::http::answer::{ApiError, empty, json_answer};
use crate::http::body::{Keep, ObjectBody, is_form, read_form};
use crate::model::resources::{self, Access, Collection};
use crate::model::{JobOutput, Key, ModelError, Operation, Query};

type App1 = State<Arc<App>>;

pub(super) fn routes() -> Router<Arc<App>> {
    let generic = resources::all()
        .iter()
        .fold(Router::new(), |router, collection| mount(router, *collection));
    generic
        .route("/environments/{id}/copy", post(copy_environment))
        .route("/database-connectors/{id}/test", post(test_connector))
        .route("/file-connectors/{id}/test", post(test_connector))
        .route("/executions/{id}/cancel", post(cancel_execution))
        .route("/algorithms/{name}/randomize-key", put(randomize_key))
        .route("/encryptionKey", put(replace_global_key))
}

fn mount(router: Router<Arc<App>>, collection: &'static dyn Collection) -> Router<Arc<App>> {
    let access = collection.spec().access;
    let mut all = get(move |State(app): App1, query: Query| list(app, collection, query));
    let mut one = get(move |State(app): App1, Path(key): Path<String>| show(app, collection, key));
    if matches!(access, Access::Full | Access::Start) {
        all = all.post(move |State(app): App1, request: Request| create(app, collection, request));
    }
    if matches!(access, Access::Full | Access::Change) {
        one = one.put(
            move |State(app): App1, Path(key): Path<String>, ObjectBody(body): ObjectBody| async move {
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
            },
        );
    }
    if access == Access::Full {
        one = one.delete(move |State(app): App1, Path(key): Path<String>| delete(app, collection, key));
    }
    let path = collection.spec().path;
    router
        .route(&format!("/{path}"), all)
        .route(&format!("/{path}/{{key}}"), one)
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
    let body = if is_form(request.method(), request.headers()) {
        file_format_form(&app, request).await?
    } else {
        ObjectBody::from_request(request, &app).await?.0
    };
    let created = app
        .blocking(move |engine| engine.create_resource(collection, body))
        .await?;
    written_answer(
        &app,
        collection,
        app.http.created_status,
        Operation::AlgorithmCreate,
        &created,
    )
}

/// File formats come as a form: the file names the format, another part says its type.
async fn file_format_form(app: &App, request: Request) -> Result<crate::model::Row, ApiError> {
    let (parts, body) = request.into_parts();
    let (file, mut row) = read_form(app, &parts.headers, body, "fileFormat", Keep::Length).await?;
    row.entry("fileFormatName")
        .or_insert_with(|| file.filename.into());
    Ok(row)
}

/// Algorithms are written by an async task; everything else shows at once what was written.
fn written_answer(
    app: &App,
    collection: &'static dyn Collection,
    status: StatusCode,
    operation: Operation,
    written: &serde_json::Value,
) -> Result<Response, ApiError> {
    if collection.spec().path != resources::spec::ALGORITHMS.path {
        return Ok(json_answer(status, written));
    }
    let task = app.engine.start_task(operation, None, |_| JobOutput::default())?;
    Ok(json_answer(status, &task))
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

async fn copy_environment() -> ApiError {
    ModelError::NotReady("copying an environment").into()
}

/// There is no database to connect to: a connector that exists answers well.
async fn test_connector(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let path = request.uri().path();
    let name = if path.contains("/database-connectors/") {
        "database-connectors"
    } else {
        "file-connectors"
    };
    let collection = resources::collection(name).ok_or(ApiError::NoEndpoint)?;
    app.reading(move |engine| engine.get_resource(collection, &Key::parse(&id)))
        .await?;
    Ok(json_answer(
        StatusCode::OK,
        &json!({ "response": "Connection Succeeded" }),
    ))
}

async fn cancel_execution(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let cancelled = app
        .blocking(move |engine| engine.cancel_execution(&Key::parse(&id)))
        .await?;
    Ok(json_answer(StatusCode::OK, &cancelled))
}

async fn randomize_key(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Response, ApiError> {
    let algorithm = app.blocking(move |engine| engine.randomize_key(&name)).await?;
    Ok(json_answer(StatusCode::OK, &algorithm))
}

async fn replace_global_key(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    let task = app
        .engine
        .start_task(Operation::EncryptionKeyCreate, None, |engine| JobOutput {
            file: None,
            failure: engine
                .replace_global_key()
                .err()
                .map(|error| crate::choices::error_message(&error)),
        })?;
    Ok(json_answer(StatusCode::OK, &task))
}
