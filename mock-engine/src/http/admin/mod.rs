//! `/__admin`: what tests ask of the mock itself. No live engine has these endpoints.
//!
//! Invariant: no web page and no other machine drives a local mock unasked: every call passes the guard. Secrets are
//! shown only on request (`secrets=true`).

use std::sync::atomic::Ordering;
mod compare;
pub(crate) mod console;
mod content;
mod faults;
mod history;
mod isolation;
mod journal;
mod verify;

use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use bytes::Bytes;
use exportdoc::internal::identifier::Identifier;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::engine::{Engine, ExecutionPlan, Key, Profile, Query, Row, State as EngineState};
use crate::http::answer::{ApiError, BadRequest, empty, json_answer, raw_json};
use crate::http::body::{ObjectBody, RawBody};
use crate::http::describe::{Descriptions, Endpoint, Routes};
use crate::http::host_guard::{HostGuard, Peer};
use crate::http::redact;
use crate::http::target::Target;
use crate::http::{LOG_LINES_DROPPED, auth, schemas};

/// The admin endpoints.
pub(crate) fn routes() -> Routes {
    let state = || schemas::object();
    Routes::new()
        .at(
            "/health",
            [Endpoint::get(health, "Says that the mock is up").answers(StatusCode::OK, state())],
        )
        .merge(journal::routes())
        .merge(verify::routes())
        .merge(history::routes())
        .merge(compare::routes())
        .at(
            "/state",
            [
                Endpoint::get(dump, "Dumps the state")
                    .query("secrets", schemas::boolean())
                    .answers(StatusCode::OK, state()),
                Endpoint::put(load, "Loads a state that was dumped")
                    .takes(json!({
                        "type": "object",
                        "required": ["mockEngineState"],
                        "properties": { "mockEngineState": { "const": 1 } },
                    }))
                    .done(StatusCode::OK),
            ],
        )
        .at(
            "/executions",
            [
                Endpoint::get(plans, "Shows the plans for coming executions")
                    .answers(StatusCode::OK, schemas::object()),
                Endpoint::post(plan, "Tells executions to come what to do")
                    .takes(schemas::execution_plan())
                    .done(StatusCode::OK),
                Endpoint::delete(forget_plans, "Removes the plans for coming executions")
                    .done(StatusCode::OK),
            ],
        )
        .merge(content::routes())
        .merge(faults::routes())
        .merge(isolation::routes())
        .merge(console::routes())
        .at(
            "/openapi.json",
            [Endpoint::get(openapi, "Gives this document").answers(StatusCode::OK, schemas::object())],
        )
        .behind(
            |router| router.route_layer(from_fn(guarded)),
            false,
            &[StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED],
        )
}

/// Reads a body as a value of a type; an error names the place in the body.
fn typed<T: DeserializeOwned>(body: Row) -> Result<T, BadRequest> {
    serde_path_to_error::deserialize(serde_json::Value::Object(body)).map_err(|error| {
        let place = error.path().to_string();
        let reason = redact::json_error(error.inner());
        match place.as_str() {
            "." => BadRequest::Body(reason),
            place => BadRequest::Body(format!("{place}: {reason}")),
        }
    })
}

/// The OpenAPI document, made when it is first asked for.
#[derive(Debug)]
pub(crate) struct OpenApi {
    pub(crate) descriptions: Descriptions,
    document: OnceLock<Bytes>,
}

impl OpenApi {
    pub(crate) fn new(descriptions: Descriptions) -> Self {
        Self {
            descriptions,
            document: OnceLock::new(),
        }
    }
}

async fn openapi(Target(app): Target, Extension(api): Extension<Arc<OpenApi>>) -> Response {
    // The routes, and so the document, are those of one profile.
    let profile = app.engine.settings.profile;
    let document = api
        .document
        .get_or_init(|| api.descriptions.document(profile).to_string().into());
    raw_json(StatusCode::OK, document.clone())
}

async fn guarded(Target(app): Target, request: Request, next: Next) -> Result<Response, ApiError> {
    HostGuard::check_origin(&request).map_err(ApiError::AdminRefused)?;
    // Other machines need a token too. Health stays open, since it has nothing private.
    let local = request
        .extensions()
        .get::<Peer>()
        .is_some_and(|Peer(ip)| ip.to_canonical().is_loopback());
    if !local && !request.uri().path().ends_with("/health") {
        auth::check(&app, request.headers())?;
    }
    Ok(next.run(request).await)
}

async fn health(Target(app): Target) -> Response {
    let answer = json!({
        "status": "UP",
        "engine": app.engine.settings.name,
        "version": env!("CARGO_PKG_VERSION"),
        "engineVersion": app.engine.settings.version,
        "profile": app.engine.settings.profile.map(Profile::name),
        "provisionalTypes": app.engine.provisional_types(),
        "uptimeMs": u64::try_from(app.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "logLinesDropped": LOG_LINES_DROPPED.load(Ordering::Relaxed),
    });
    json_answer(StatusCode::OK, &answer)
}

async fn dump(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    let secrets = query.boolean("secrets")?.unwrap_or(false);
    let shown = move |engine: &Engine| {
        let mut value = serde_json::to_value(&*engine.snapshot())
            .map_err(|error| BadRequest::Other(format!("the state can't be written: {error}")))?;
        if !secrets {
            redact::json(&mut value);
        }
        Ok::<_, BadRequest>(value.to_string())
    };
    Ok(raw_json(StatusCode::OK, app.blocking(shown).await?.into()))
}

async fn load(Target(app): Target, RawBody(bytes): RawBody) -> Result<Response, ApiError> {
    let bad = |error: serde_json::Error| {
        BadRequest::Body(format!("it is not a state: {}", redact::json_error(&error)))
    };
    let loaded = move |engine: &Engine| {
        let mut value: serde_json::Value = serde_json::from_slice(&bytes).map_err(bad)?;
        let present = engine.snapshot();
        keep_hidden(&mut value, &present);
        redact::restore(&mut value, serde_json::to_value(&*present).ok().as_ref());
        let state = EngineState::from_json(value).map_err(bad)?;
        engine.replace_state(state).map_err(ApiError::from)
    };
    app.blocking(loaded).await?;
    Ok(empty(StatusCode::OK))
}

/// Restores objects whose message a dump hides; without it they would be empty.
fn keep_hidden(dump: &mut serde_json::Value, present: &EngineState) {
    let objects = dump.get_mut("objects").and_then(|objects| objects.as_array_mut());
    for object in objects.into_iter().flatten() {
        if object
            .get("secret")
            .is_none_or(|secret| secret != redact::REDACTED)
        {
            continue;
        }
        let (Some(type_name), Some(identifier)) = (object["typeName"].as_str(), object.get("identifier"))
        else {
            continue;
        };
        let known = present
            .objects
            .find(type_name, &Identifier::from_json(identifier));
        if let Some(known) = known.and_then(|known| serde_json::to_value(known.as_ref()).ok()) {
            *object = known;
        }
    }
}

async fn plans(Target(app): Target) -> Response {
    json_answer(StatusCode::OK, &json!({ "plans": app.engine.execution_plans() }))
}

async fn plan(Target(app): Target, ObjectBody(body): ObjectBody) -> Result<Response, ApiError> {
    let mut body = body.into();
    whole_numbers(&mut body);
    let plan: ExecutionPlan = serde_json::from_value(body).map_err(|error| {
        let error = redact::json_error(&error);
        BadRequest::Body(format!("it is not a plan of executions: {error}"))
    })?;
    app.blocking(move |engine| engine.plan_execution(plan)).await?;
    Ok(empty(StatusCode::OK))
}

/// Writes whole numbers such as `1.0` without their fraction; JSON makes no difference.
fn whole_numbers(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Number(_) => {
            if let Some(Key::Number(whole)) = Key::from_json(value) {
                *value = whole.into();
            }
        }
        serde_json::Value::Array(entries) => entries.iter_mut().for_each(whole_numbers),
        serde_json::Value::Object(members) => members.values_mut().for_each(whole_numbers),
        _ => {}
    }
}

async fn forget_plans(Target(app): Target) -> Result<Response, ApiError> {
    app.blocking(Engine::forget_execution_plans).await?;
    Ok(empty(StatusCode::OK))
}
