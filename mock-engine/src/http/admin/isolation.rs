//! Sessions, snapshots, the clock and resets over the admin API.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::typed;
use crate::engine::Query;
use crate::engine::clock::{Clock, api_date, parse_api_date};
use crate::engine::duration::Time;
use crate::http::admin_schemas::{session_id, time};
use crate::http::answer::{ApiError, BadRequest, empty, json_answer};
use crate::http::body::ObjectBody;
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::{named, text};
use crate::http::sessions::Sessions;
use crate::http::target::Target;
use crate::http::{BaseApp, schemas};

pub(super) fn routes() -> Routes {
    let names = |member: &str| {
        let list = json!({ "type": "array", "items": text() });
        json!({ "type": "object", "required": [member], "properties": { member: list } })
    };
    Routes::new()
        .at(
            "/sessions",
            [
                Endpoint::get(sessions, "Lists the sessions").answers(StatusCode::OK, names("sessions")),
                Endpoint::delete(close_sessions, "Ends all sessions").done(StatusCode::OK),
            ],
        )
        .at(
            "/sessions/{id}",
            [
                Endpoint::put(open_session, "Begins a session, unless it exists")
                    .key(session_id())
                    .done(StatusCode::OK),
                Endpoint::delete(close_session, "Ends a session")
                    .done(StatusCode::OK)
                    .refuses(&[404]),
            ],
        )
        .at(
            "/snapshots",
            [Endpoint::get(snapshots, "Lists the snapshots").answers(StatusCode::OK, names("snapshots"))],
        )
        .at(
            "/snapshots/{name}",
            [
                Endpoint::post(take_snapshot, "Takes a snapshot of the state")
                    .done(StatusCode::OK)
                    .refuses(&[409]),
                Endpoint::delete(remove_snapshot, "Removes a snapshot")
                    .done(StatusCode::OK)
                    .refuses(&[404]),
            ],
        )
        .at(
            "/snapshots/{name}/restore",
            [Endpoint::post(restore_snapshot, "Restores a snapshot")
                .done(StatusCode::OK)
                .refuses(&[404])],
        )
        .at(
            "/clock",
            [
                Endpoint::get(clock, "Shows the clock").answers(StatusCode::OK, named("Clock")),
                Endpoint::put(change_clock, "Sets, stops, moves or speeds up the clock")
                    .takes(json!({
                        "type": "object",
                        "minProperties": 1,
                        "properties": {
                            "set": { "type": "string", "format": "date-time" },
                            "advance": time(),
                            "freeze": schemas::boolean(),
                            "speed": { "type": "number", "exclusiveMinimum": 0, "maximum": MOST_SPEED },
                        },
                        "additionalProperties": false,
                    }))
                    .answers(StatusCode::OK, named("Clock")),
                Endpoint::delete(reset_clock, "Puts the clock back as it was at first").done(StatusCode::OK),
            ],
        )
        .at(
            "/reset",
            [Endpoint::post(reset, "Goes back to the initial content")
                .query("keep", object_list())
                .done(StatusCode::OK)],
        )
}

/// The most times that a clock can run faster than real time.
const MOST_SPEED: u32 = 1_000_000;

/// What a reset can keep.
const KEPT: [&str; 4] = ["tokens", "journal", "faults", "clock"];

fn object_list() -> serde_json::Value {
    let one = KEPT.join("|");
    json!({ "type": "string", "pattern": format!("^({one})(,({one}))*$") })
}

async fn sessions(Extension(sessions): Extension<Arc<Sessions>>) -> Response {
    json_answer(StatusCode::OK, &json!({ "sessions": sessions.ids() }))
}

async fn open_session(
    Extension(sessions): Extension<Arc<Sessions>>,
    Extension(BaseApp(base)): Extension<BaseApp>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    sessions.open(&base, &id)?;
    Ok(empty(StatusCode::OK))
}

async fn close_session(
    Extension(sessions): Extension<Arc<Sessions>>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    if sessions.close(&id) {
        return Ok(empty(StatusCode::OK));
    }
    Err(crate::engine::EngineError::not_found("session", id).into())
}

async fn close_sessions(Extension(sessions): Extension<Arc<Sessions>>) -> Response {
    sessions.close_all();
    empty(StatusCode::OK)
}

async fn snapshots(Target(app): Target) -> Response {
    json_answer(
        StatusCode::OK,
        &json!({ "snapshots": app.engine.snapshots.names() }),
    )
}

async fn take_snapshot(Target(app): Target, Path(name): Path<String>) -> Result<Response, ApiError> {
    app.engine.take_snapshot(&name)?;
    Ok(empty(StatusCode::OK))
}

async fn restore_snapshot(Target(app): Target, Path(name): Path<String>) -> Result<Response, ApiError> {
    app.blocking(move |engine| engine.restore_snapshot(&name)).await?;
    Ok(empty(StatusCode::OK))
}

async fn remove_snapshot(Target(app): Target, Path(name): Path<String>) -> Result<Response, ApiError> {
    app.engine.remove_snapshot(&name)?;
    Ok(empty(StatusCode::OK))
}

fn shown(clock: &Clock) -> Response {
    let shown =
        json!({ "now": api_date(clock.now_ms()), "frozen": clock.is_frozen(), "speed": clock.speed() });
    json_answer(StatusCode::OK, &shown)
}

async fn clock(Target(app): Target) -> Response {
    shown(&app.engine.clock)
}

/// The changes of a clock, in this order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    set: Option<String>,
    advance: Option<Time>,
    freeze: Option<bool>,
    speed: Option<f64>,
}

async fn change_clock(Target(app): Target, ObjectBody(body): ObjectBody) -> Result<Response, ApiError> {
    let change: ClockChange = typed(body)?;
    let clock = &app.engine.clock;
    let set = match &change.set {
        Some(text) => Some(parse_api_date(text).ok_or_else(|| {
            BadRequest::Body(format!("set: '{text}' is not a time (2018-06-15T20:36:35Z)"))
        })?),
        None => None,
    };
    let in_range = |speed: f64| speed > 0.0 && speed <= f64::from(MOST_SPEED);
    if !change.speed.is_none_or(in_range) {
        let text = format!("speed: it is not above 0 and at most {MOST_SPEED}");
        return Err(BadRequest::Body(text).into());
    }
    if change.speed.is_some() && change.freeze == Some(true) {
        return Err(BadRequest::body("a frozen clock has no speed").into());
    }
    if let Some(now_ms) = set {
        clock.set(now_ms);
    }
    if let Some(by) = change.advance {
        clock.advance(by.0);
    }
    match (change.freeze, change.speed) {
        (_, Some(speed)) => clock.run(speed),
        (Some(true), None) => clock.freeze(),
        (Some(false), None) => clock.run(1.0),
        (None, None) => {}
    }
    Ok(shown(clock))
}

async fn reset_clock(Target(app): Target) -> Response {
    app.engine.clock.reset();
    empty(StatusCode::OK)
}

async fn reset(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    let kept: Vec<&str> = query.text("keep").unwrap_or_default().split(',').collect();
    let unknown = kept.iter().find(|kept| !kept.is_empty() && !KEPT.contains(kept));
    if let Some(unknown) = unknown {
        let text = format!("keep: '{unknown}' is none of {}", KEPT.join(", "));
        return Err(BadRequest::Other(text).into());
    }
    let keeps = |what: &str| kept.contains(&what);
    let keeps_tokens = keeps("tokens");
    app.blocking(move |engine| engine.reset(keeps_tokens)).await?;
    if !keeps("journal") {
        app.journal.clear();
        app.engine.store.history.clear();
    }
    if !keeps("faults") {
        app.faults.reset();
        app.scenarios.clear();
    }
    if !keeps("clock") {
        app.engine.clock.reset();
    }
    Ok(empty(StatusCode::OK))
}
