//! The audit log, and the engine's log as files to download.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::json;

use crate::engine::{AUDIT_MEMBERS, EngineError, Page, Query};
use crate::http::answer::{ApiError, json_answer};
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::text;
use crate::http::target::Target;

/// The levels of log files.
const LEVELS: [&str; 4] = ["DEBUG", "INFO", "WARN", "ERROR"];
/// Prefix of the references of log files, as documents have `EXPORT` and `IMPORT`.
const PREFIX: &str = "LOG-";

pub(super) fn routes() -> Routes {
    let mut audit = Endpoint::get(audit, "Lists what users did");
    for name in ["user_name", "action_type", "target", "status", "search_string"] {
        audit = audit.query(name, text());
    }
    for name in ["start_time", "end_time"] {
        audit = audit.query(name, json!({ "type": "string", "format": "date-time" }));
    }
    let audit = audit.query("sort_by", json!({ "enum": AUDIT_MEMBERS }));
    let audit = audit.query("sort_dir", json!({ "enum": ["ASC", "DESC"] }));
    Routes::new().at("/audit-logs", [audit.paged("AuditLog")]).at(
        "/application-logs",
        [Endpoint::get(files, "Lists the files of the engine's log")
            .query("log_level", json!({ "enum": LEVELS }))
            .paged("LogFileInfo")],
    )
}

async fn audit(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    let page = app
        .blocking(move |engine| engine.list_audit(&query, query.page()?))
        .await?;
    Ok(json_answer(StatusCode::OK, &page))
}

async fn files(query: Query) -> Result<Response, ApiError> {
    let wanted = query.text("log_level").map(str::to_ascii_uppercase);
    if let Some(other) = wanted.as_deref().filter(|wanted| !LEVELS.contains(wanted)) {
        return Err(EngineError::BadParameter {
            name: "log_level".to_owned(),
            value: other.to_owned(),
            expected: "level (DEBUG, INFO, WARN or ERROR)",
        }
        .into());
    }
    let levels = LEVELS
        .iter()
        .filter(|level| wanted.as_deref().is_none_or(|wanted| wanted == **level));
    let file =
        |level: &&str| json!({ "fileDownloadId": reference(level), "logLevel": level, "fileNumber": 0 });
    let rows: Vec<_> = levels.map(file).collect();
    Ok(json_answer(
        StatusCode::OK,
        &Page::cut(rows.into_iter(), query.page()?)?,
    ))
}

fn reference(level: &str) -> String {
    format!(
        "{PREFIX}{}",
        STANDARD.encode(format!("{}_0.log", level.to_ascii_lowercase()))
    )
}

/// The level of the log file that a reference names.
pub(super) fn level(wanted: &str) -> Option<&'static str> {
    LEVELS.into_iter().find(|level| reference(level) == wanted)
}
