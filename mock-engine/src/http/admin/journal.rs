//! The journal over the admin API.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::engine::duration::parse_duration;
use crate::engine::{EngineError, Query};
use crate::http::admin_schemas::session_id;
use crate::http::answer::{ApiError, BadRequest, empty, json_answer};
use crate::http::describe::{Endpoint, Routes};
use crate::http::journal::{ENTRIES, Filter};
use crate::http::schemas::{boolean, count, id, named, text};
use crate::http::sessions::Sessions;
use crate::http::target::Target;
use crate::http::{App, BaseApp};

/// The parameters of a list of requests.
const KNOWN: [&str; 11] = [
    "limit",
    "method",
    "path",
    "status",
    "since",
    "session",
    "unmatched",
    "answered",
    "admin",
    "wait",
    "timeout",
];

/// How many requests a list has without `limit`.
const LIMIT: usize = 100;
/// How long a list waits for requests without `timeout`.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest `timeout`.
const LONGEST: Duration = Duration::from_mins(10);

pub(super) fn routes() -> Routes {
    let most = json!({ "type": "integer", "minimum": 1, "maximum": ENTRIES });
    Routes::new().at(
        "/requests",
        [
            Endpoint::get(requests, "Shows requests, or waits for them")
                .query("limit", count())
                .query("method", text())
                .query("path", text())
                .query("status", id())
                .query("since", count())
                .query("session", session_id())
                .query("unmatched", boolean())
                .query("answered", boolean())
                .query("admin", boolean())
                .query("wait", most)
                .query("timeout", patience())
                .answers(StatusCode::OK, named("RequestList")),
            Endpoint::delete(forget, "Forgets the requests").done(StatusCode::OK),
        ],
    )
}

/// A duration of less than [`LONGEST`].
fn patience() -> Value {
    json!({ "type": "string", "pattern": "^(0|[0-9]{1,5}ms|[1-5]?[0-9]{1,2}s|[0-9]m)$" })
}

/// Refuses parameters that aren't known.
pub(super) fn only(query: &Query, known: &[&str]) -> Result<(), BadRequest> {
    match query.beside(known) {
        Some(unknown) => {
            let known = known.join(", ");
            Err(BadRequest::Other(format!(
                "'{unknown}' is none of the parameters {known}"
            )))
        }
        None => Ok(()),
    }
}

/// Reads a parameter as a number from 0.
pub(super) fn natural(query: &Query, name: &'static str) -> Result<Option<u64>, EngineError> {
    let read = |number: i64| {
        u64::try_from(number).map_err(|_| EngineError::BadParameter {
            name: name.to_owned(),
            value: number.to_string(),
            expected: "number from 0",
        })
    };
    query.number(name)?.map(read).transpose()
}

/// The number of entries that a list has at most.
pub(super) fn limit(query: &Query) -> Result<usize, EngineError> {
    let limit = natural(query, "limit")?;
    Ok(limit.map_or(LIMIT, |limit| usize::try_from(limit).unwrap_or(usize::MAX)))
}

/// The engine of the session in the query, which begins now if it doesn't exist; without one, the request's engine.
pub(super) fn engine_asked_for(
    app: Arc<App>,
    base: &BaseApp,
    sessions: &Sessions,
    query: &Query,
) -> Result<Arc<App>, ApiError> {
    match query.text("session") {
        Some(id) => sessions.open(&base.0, id),
        None => Ok(app),
    }
}

async fn requests(
    Target(app): Target,
    Extension(base): Extension<BaseApp>,
    Extension(sessions): Extension<Arc<Sessions>>,
    query: Query,
) -> Result<Response, ApiError> {
    only(&query, &KNOWN)?;
    let app = engine_asked_for(app, &base, &sessions, &query)?;
    let limit = limit(&query)?;
    let wait = wait(&query)?;
    let own = |name| query.text(name).map(str::to_owned);
    let filter = Filter {
        method: own("method"),
        path: own("path"),
        status: query.number("status")?,
        since: natural(&query, "since")?,
        unmatched: query.boolean("unmatched")?,
        // An answered request has all that a test asks for.
        answered: query.boolean("answered")?.or(wait.map(|_| true)),
        admin: query.boolean("admin")?.unwrap_or(false),
    };
    let mut timed_out = None;
    if let Some((wanted, patience)) = wait {
        let came = app.journal.wait_for(&filter, wanted, patience);
        let came = app.engine.stopping.run_until_cancelled(came).await;
        timed_out = Some(!came.unwrap_or(false));
    }
    let shared = Arc::clone(&app);
    let mut list = app
        .blocking(move |_| Ok::<_, ApiError>(filter.list(&shared.journal, limit)))
        .await?;
    if let Some(timed_out) = timed_out {
        list["timedOut"] = timed_out.into();
    }
    Ok(json_answer(StatusCode::OK, &list))
}

/// How many requests to wait for, and how long.
fn wait(query: &Query) -> Result<Option<(usize, Duration)>, EngineError> {
    let bad = |name: &str, value: &str, expected| EngineError::BadParameter {
        name: name.to_owned(),
        value: value.to_owned(),
        expected,
    };
    let patience = query.text("timeout").map(|text| {
        let patience = parse_duration(text).filter(|patience| *patience <= LONGEST);
        patience.ok_or_else(|| bad("timeout", text, "duration of at most 10m (0, 500ms, 30s, 5m)"))
    });
    let patience = patience.transpose()?.unwrap_or(PATIENCE);
    let wanted = query.text("wait").map(|text| {
        let wanted = text.parse().ok();
        let wanted = wanted.filter(|wanted| (1..=ENTRIES).contains(wanted));
        wanted.ok_or_else(|| bad("wait", text, "number from 1 to 10000"))
    });
    Ok(wanted.transpose()?.map(|wanted| (wanted, patience)))
}

async fn forget(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    only(&query, &[])?;
    app.journal.clear();
    Ok(empty(StatusCode::OK))
}
