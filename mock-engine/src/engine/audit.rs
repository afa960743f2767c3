//! The audit log: who changed what, and when.
//!
//! Invariant: bounded by number and by length; the oldest rows go first. The log is not part of the state, so a
//! restart and a reset clear it.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde::Serialize;
use serde_json::Value;

use super::{Engine, EngineError, Page, PageRequest, Query};
use crate::engine::clock::{api_date, parse_api_date};
use crate::engine::defaults;
use crate::engine::locking::lock;

/// The result of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuditStatus {
    /// It goes on in an async task.
    Attempted,
    /// It failed.
    Failed,
    /// It succeeded.
    Succeeded,
}

/// An action.
#[derive(Debug, Clone)]
pub struct Audited {
    /// The user; `unknown` for failed logins.
    pub user: Option<String>,
    /// The action, in the API's spelling.
    pub action: &'static str,
    /// The kind of row, in the API's spelling.
    pub target: String,
    /// A description.
    pub description: String,
    /// The result.
    pub status: AuditStatus,
    /// The client's address.
    pub ip: Option<String>,
}

/// A row as the API shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuditRow {
    audit_id: i64,
    user_name: String,
    activity_description: String,
    activity_time: String,
    action_type: &'static str,
    target: String,
    status: AuditStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<String>,
    #[serde(skip)]
    time_ms: i64,
}

/// All rows, oldest first.
#[derive(Debug, Default)]
pub struct AuditLog {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last: i64,
    rows: VecDeque<AuditRow>,
}

impl AuditLog {
    /// Clears the log. The numbers start again.
    pub fn clear(&self) {
        *lock(&self.inner) = Inner::default();
    }
}

impl Engine {
    /// Adds a row.
    pub fn audit(&self, what: Audited) {
        let time_ms = self.clock.now_ms();
        let short = |text: String| match text.char_indices().nth(defaults::AUDIT_TEXT) {
            Some((end, _)) => text[..end].to_owned(),
            None => text,
        };
        let mut inner = lock(&self.audit_log.inner);
        inner.last += 1;
        let row = AuditRow {
            audit_id: inner.last,
            user_name: what.user.map_or_else(|| defaults::UNKNOWN_USER.to_owned(), short),
            activity_description: short(what.description),
            activity_time: api_date(time_ms),
            action_type: what.action,
            target: short(what.target),
            status: what.status,
            ip_address: what.ip,
            time_ms,
        };
        inner.rows.push_back(row);
        while inner.rows.len() > defaults::AUDIT_ROWS_KEPT {
            inner.rows.pop_front();
        }
    }

    /// Returns a page of the rows that match a query's filters, in the query's order.
    pub fn list_audit(&self, query: &Query, page: PageRequest) -> Result<Page<Value>, EngineError> {
        let time = |name: &'static str| match query.text(name) {
            // The query parser turns a plus sign into a blank.
            Some(text) => {
                parse_api_date(&text.replace(' ', "+"))
                    .map(Some)
                    .ok_or(EngineError::BadParameter {
                        name: name.to_owned(),
                        value: text.to_owned(),
                        expected: "time (2018-06-15T20:36:35.483+0000)",
                    })
            }
            None => Ok(None),
        };
        let (start, end) = (time("start_time")?, time("end_time")?);
        let search = query.text("search_string").map(str::to_lowercase);
        let filters = ["user_name", "action_type", "target", "status"];
        let filters = filters.map(|name| (name, query.text(name)));
        let mut rows: Vec<(i64, Value)> = lock(&self.audit_log.inner)
            .rows
            .iter()
            .filter(|row| start.is_none_or(|start| row.time_ms >= start))
            .filter(|row| end.is_none_or(|end| row.time_ms <= end))
            .map(|row| (row.time_ms, serde_json::to_value(row).unwrap_or_default()))
            .collect();
        rows.retain(|(_, row)| {
            let passes = |(name, wanted): &(&str, Option<&str>)| {
                let is = member(name).and_then(|member| row[member].as_str());
                wanted.is_none_or(|wanted| is.is_some_and(|is| is.eq_ignore_ascii_case(wanted)))
            };
            let found = |search: &String| {
                let texts = row.as_object().into_iter().flat_map(|row| row.values());
                texts
                    .filter_map(Value::as_str)
                    .any(|text| text.to_lowercase().contains(search))
            };
            filters.iter().all(passes) && search.as_ref().is_none_or(found)
        });
        if let Some(name) = query.text("sort_by") {
            let member = member(name).ok_or_else(|| EngineError::BadParameter {
                name: "sort_by".to_owned(),
                value: name.to_owned(),
                expected: "member of audit logs",
            })?;
            rows.sort_by(|(time, one), (other_time, other)| match member {
                "auditId" => one[member].as_i64().cmp(&other[member].as_i64()),
                "activityTime" => time.cmp(other_time),
                _ => one[member].as_str().cmp(&other[member].as_str()),
            });
        }
        match query.text("sort_dir").map(str::to_ascii_uppercase).as_deref() {
            None | Some("ASC") => {}
            Some("DESC") => rows.reverse(),
            Some(other) => {
                return Err(EngineError::BadParameter {
                    name: "sort_dir".to_owned(),
                    value: other.to_owned(),
                    expected: "direction (ASC or DESC)",
                });
            }
        }
        Page::cut(rows.into_iter().map(|(_, row)| row), page)
    }
}

/// The members that rows can be sorted by.
pub(crate) const AUDIT_MEMBERS: &[&str] = &[
    "auditId",
    "userName",
    "activityDescription",
    "activityTime",
    "actionType",
    "target",
    "status",
    "ipAddress",
];

/// The member that a parameter names, in either spelling.
fn member(name: &str) -> Option<&'static str> {
    let plain = name.replace('_', "");
    AUDIT_MEMBERS
        .iter()
        .copied()
        .find(|member| member.eq_ignore_ascii_case(&plain))
}
