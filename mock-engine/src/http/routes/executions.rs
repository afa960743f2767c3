//! Cancelling and monitoring executions.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use crate::engine::{Key, Query, resources};
use crate::http::answer::{ApiError, json_answer};
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::{id, named, shown, text};
use crate::http::target::Target;

pub(super) fn routes() -> Routes {
    Routes::new()
        .at(
            "/executions/{id}/cancel",
            [Endpoint::post(cancel, "Cancels an execution")
                .answers(StatusCode::OK, named(&shown(&resources::spec::EXECUTIONS)))
                .refuses(&[404])],
        )
        .at(
            "/monitor-task",
            [Endpoint::get(
                list,
                "Lists monitored tasks: the running ones, or those in a state",
            )
            .query("state", text())
            .paged("MonitorTask")],
        )
        .at(
            "/monitor-task/{id}",
            [Endpoint::get(show, "Shows how an execution goes on")
                .key(id())
                .query("monitorable_task", json!({ "enum": ["EXECUTIONS"] }))
                .answers(StatusCode::OK, named("MonitorTask"))
                .refuses(&[404])],
        )
}

async fn cancel(Target(app): Target, Path(id): Path<String>) -> Result<Response, ApiError> {
    let cancelled = app
        .blocking(move |engine| engine.cancel_execution(&Key::parse(&id)))
        .await?;
    Ok(json_answer(StatusCode::OK, &cancelled))
}

async fn list(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    let page = app
        .reading(move |engine| engine.list_monitored(&query, query.page()?))
        .await?;
    Ok(json_answer(StatusCode::OK, &page))
}

async fn show(Target(app): Target, Path(id): Path<String>, query: Query) -> Result<Response, ApiError> {
    let monitored = app
        .reading(move |engine| engine.monitored(&Key::parse(&id), &query))
        .await?;
    Ok(json_answer(StatusCode::OK, &monitored))
}
