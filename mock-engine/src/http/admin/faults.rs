//! Faults and scenarios over the admin API.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::content::format_of;
use super::typed;
use crate::engine::seed::Content;
use crate::http::answer::{ApiError, BadRequest, empty, json_answer};
use crate::http::body::{ObjectBody, TextBody};
use crate::http::describe::{Endpoint, Routes};
use crate::http::faults::FaultList;
use crate::http::schemas::{self, named};
use crate::http::target::Target;

pub(super) fn routes() -> Routes {
    let state = json!({
        "type": "object",
        "required": ["state"],
        "properties": { "state": schemas::text() },
        "additionalProperties": false,
    });
    let shown = json!({
        "type": "object",
        "required": ["scenarios", "rules"],
        "properties": {
            "scenarios": { "type": "object", "additionalProperties": schemas::text() },
            "rules": { "type": "array", "items": {
                "type": "object",
                "required": ["scenario", "is"],
                "properties": { "scenario": schemas::text(), "is": schemas::text(), "becomes": schemas::text() },
                "additionalProperties": false,
            } },
        },
        "additionalProperties": false,
    });
    Routes::new()
        .at(
            "/faults",
            [
                Endpoint::get(show, "Shows the faults with their counters")
                    .answers(StatusCode::OK, named("FaultList")),
                Endpoint::put(set, "Replaces the faults")
                    .takes(named("FaultList"))
                    .done(StatusCode::OK),
                Endpoint::post(add, "Adds a fault at the end")
                    .takes(named("Fault"))
                    .done(StatusCode::OK),
                Endpoint::delete(clear, "Removes the faults").done(StatusCode::OK),
            ],
        )
        .at(
            "/scenarios",
            [
                Endpoint::get(
                    scenarios,
                    "Shows the scenarios that left their first state, and the rules",
                )
                .answers(StatusCode::OK, shown),
                Endpoint::put(
                    set_rules,
                    "Replaces the rules: content that changes when a scenario comes into a state",
                )
                .takes(named("SeedRules"))
                .takes_text("application/toml")
                .takes_text("application/yaml")
                .done(StatusCode::OK),
                Endpoint::delete(restart, "Puts all scenarios into their first state").done(StatusCode::OK),
            ],
        )
        .at(
            "/scenarios/{name}",
            [Endpoint::put(set_scenario, "Puts a scenario into a state")
                .takes(state)
                .done(StatusCode::OK)],
        )
}

async fn show(Target(app): Target) -> Response {
    json_answer(StatusCode::OK, &app.faults.to_json())
}

async fn set(Target(app): Target, ObjectBody(body): ObjectBody) -> Result<Response, ApiError> {
    let list: FaultList = typed(body)?;
    let faults = list.into_faults().map_err(BadRequest::body)?;
    app.faults.set(faults).map_err(BadRequest::body)?;
    Ok(empty(StatusCode::OK))
}

async fn add(Target(app): Target, ObjectBody(body): ObjectBody) -> Result<Response, ApiError> {
    app.faults.add(typed(body)?).map_err(BadRequest::body)?;
    Ok(empty(StatusCode::OK))
}

async fn clear(Target(app): Target) -> Response {
    app.faults.clear();
    empty(StatusCode::OK)
}

async fn scenarios(Target(app): Target) -> Response {
    let rules = app.engine.rules.list();
    let rules = rules.iter().map(|rule| {
        let mut shown = json!({ "scenario": rule.scenario(), "is": rule.is() });
        if let Some(next) = rule.becomes() {
            shown["becomes"] = next.into();
        }
        shown
    });
    let rules: Vec<Value> = rules.collect();
    json_answer(
        StatusCode::OK,
        &json!({ "scenarios": app.scenarios.all(), "rules": rules }),
    )
}

async fn set_rules(
    Target(app): Target,
    TextBody { text, content_type }: TextBody,
) -> Result<Response, ApiError> {
    let format = format_of(content_type.as_deref());
    let rules = Content::parse_rules(&text, format).map_err(|error| BadRequest::Body(error.to_string()))?;
    app.engine.rules.set(&[rules]);
    Ok(empty(StatusCode::OK))
}

async fn restart(Target(app): Target) -> Response {
    app.scenarios.clear();
    empty(StatusCode::OK)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioState {
    state: String,
}

async fn set_scenario(
    Target(app): Target,
    Path(name): Path<String>,
    ObjectBody(body): ObjectBody,
) -> Result<Response, ApiError> {
    let ScenarioState { state } = typed(body)?;
    let moved = Arc::clone(&app);
    app.blocking(move |_| moved.set_scenario(&name, &state)).await?;
    Ok(empty(StatusCode::OK))
}
