//! Async tasks and the files they leave.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use super::logs;
use crate::engine::{EngineError, Page, Query, TaskFilter};
use crate::http::answer::{ApiError, ShownTask, file, json_answer, task_answer};
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::{id, named, text};
use crate::http::target::Target;

pub(super) fn routes() -> Routes {
    let task = || named("AsyncTask");
    Routes::new()
        .at(
            "/async-tasks",
            [Endpoint::get(list, "Lists async tasks")
                .query("operation", text())
                .query("status", text())
                .paged("AsyncTask")],
        )
        .at(
            "/async-tasks/{id}",
            [Endpoint::get(show, "Shows an async task")
                .key(id())
                .answers(StatusCode::OK, task())
                .refuses(&[404])],
        )
        .at(
            "/async-tasks/{id}/cancel",
            [
                Endpoint::put(cancel, "Asks to cancel an async task. Exports and imports can't be cancelled.")
                    .key(id())
                    .answers(StatusCode::OK, task())
                    .refuses(&[404]),
            ],
        )
        .at(
            "/file-downloads/{reference}",
            [Endpoint::get(
                download,
                "Gives the file that an async task left, waiting a while for one under way, or a file of the log",
            )
            .gives_file(StatusCode::OK)
            .refuses(&[404, 503])],
        )
}

async fn list(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    let own = |name| query.text(name).map(str::to_ascii_uppercase);
    let filter = TaskFilter {
        operation: own("operation"),
        status: own("status"),
    };
    let page = Page::cut(app.engine.tasks.list(&filter).into_iter(), query.page()?)?;
    let shown = page.try_map(|task| Ok::<_, ApiError>(ShownTask::of(task)))?;
    Ok(json_answer(StatusCode::OK, &shown))
}

async fn show(Target(app): Target, Path(id): Path<String>) -> Result<Response, ApiError> {
    let task = app.engine.poll_task(number("asyncTaskId", &id)?).await?;
    Ok(task_answer(StatusCode::OK, &task))
}

async fn cancel(Target(app): Target, Path(id): Path<String>) -> Result<Response, ApiError> {
    let task = app.engine.tasks.cancel(number("asyncTaskId", &id)?)?;
    Ok(task_answer(StatusCode::OK, &task))
}

/// The router decodes percent-encoding, so both spellings of a reference are equal here.
async fn download(Target(app): Target, Path(reference): Path<String>) -> Result<Response, ApiError> {
    if let Some(level) = logs::level(&reference) {
        let shared = Arc::clone(&app);
        let text = app
            .blocking(move |_| Ok::<_, ApiError>(shared.journal.as_log(level)))
            .await?;
        return Ok(file(StatusCode::OK, text.into()));
    }
    Ok(file(StatusCode::OK, app.engine.download(&reference).await?))
}

/// An id in a path.
pub(super) fn number(name: &str, text: &str) -> Result<i64, EngineError> {
    text.parse().map_err(|_| EngineError::BadParameter {
        name: name.to_owned(),
        value: text.to_owned(),
        expected: "integer",
    })
}
