//! Executions of jobs: they run for a while on the engine's clock and end.
//!
//! Invariant: how an execution stands is computed from its times; nothing has to happen for it to end.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::resources::{Collection, Reader, ResourceSpec, Writer, spec};
use super::{Key, ModelError, Page, PageRequest, Query, Row, State};
use crate::choices;
use crate::clock::{api_date, millis};

/// A started job.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Its number.
    pub execution_id: i64,
    /// The job.
    pub job_id: i64,
    /// When it started.
    pub start_ms: i64,
    /// When it ends, or was cancelled.
    pub end_ms: i64,
    /// Whether somebody stopped it.
    pub cancelled: bool,
}

impl Execution {
    fn running(&self, now_ms: i64) -> bool {
        now_ms < self.end_ms
    }

    fn status(&self, now_ms: i64) -> &'static str {
        match (self.running(now_ms), self.cancelled) {
            (true, _) => "RUNNING",
            (false, true) => "CANCELLED",
            (false, false) => "SUCCEEDED",
        }
    }

    fn to_json(&self, now_ms: i64) -> Value {
        let start = api_date(self.start_ms);
        let mut value = json!({
            "executionId": self.execution_id,
            "jobId": self.job_id,
            "status": self.status(now_ms),
            "rowsMasked": 0,
            // -1 while rows are still counted.
            "rowsTotal": if self.running(now_ms) { -1 } else { 0 },
            "submitTime": start,
            "startTime": start,
        });
        if !self.running(now_ms) {
            value["endTime"] = Value::String(api_date(self.end_ms));
        }
        value
    }
}

/// Whether any job runs.
pub(super) fn any_running(state: &State, now_ms: i64) -> bool {
    state
        .executions
        .values()
        .any(|execution| execution.running(now_ms))
}

/// `/executions`.
#[derive(Debug)]
pub(super) struct Executions;

impl Collection for Executions {
    fn spec(&self) -> &'static ResourceSpec {
        &spec::EXECUTIONS
    }

    fn list(&self, reader: &Reader<'_>, query: &Query, page: PageRequest) -> Result<Page<Value>, ModelError> {
        let job = query.number("job_id")?;
        let status = query.text("execution_status");
        let all = reader.state.executions.values();
        let wanted: Vec<&Execution> = all
            .filter(|e| job.is_none_or(|job| e.job_id == job))
            .filter(|e| status.is_none_or(|status| e.status(reader.now_ms) == status))
            .collect();
        Ok(Page::cut(wanted.into_iter(), page)?.map(|e| e.to_json(reader.now_ms)))
    }

    fn get(&self, reader: &Reader<'_>, key: &Key) -> Result<Value, ModelError> {
        find(reader.state, key).map(|execution| execution.to_json(reader.now_ms))
    }

    fn create(&self, writer: &mut Writer<'_>, body: Row) -> Result<Value, ModelError> {
        let missing = || ModelError::MissingField {
            what: "execution",
            field: "jobId",
        };
        let key = body.get("jobId").and_then(Key::from_json).ok_or_else(missing)?;
        let Key::Number(job_id) = key else {
            return Err(missing());
        };
        if !super::resources::job_exists(&writer.reader(), &key) {
            return Err(ModelError::not_found("job", job_id));
        }
        let now_ms = writer.now_ms;
        let execution = Execution {
            execution_id: writer.state.next_number("execution"),
            job_id,
            start_ms: now_ms,
            end_ms: now_ms.saturating_add(millis(writer.settings.execution_time)),
            cancelled: false,
        };
        let value = execution.to_json(now_ms);
        let all = &mut writer.state.executions;
        all.insert(execution.execution_id, execution);
        while all.len() > choices::EXECUTIONS_KEPT {
            all.pop_first();
        }
        Ok(value)
    }

    fn update(&self, _: &mut Writer<'_>, _: &Key, _: Row) -> Result<Value, ModelError> {
        Err(ModelError::Refused("an execution cannot be changed".to_owned()))
    }

    fn delete(&self, _: &mut Writer<'_>, _: &Key) -> Result<(), ModelError> {
        Err(ModelError::Refused("an execution cannot be deleted".to_owned()))
    }
}

/// Stops an execution.
pub(super) fn cancel(writer: &mut Writer<'_>, key: &Key) -> Result<Value, ModelError> {
    let now_ms = writer.now_ms;
    let id = find(writer.state, key)?.execution_id;
    match writer.state.executions.get_mut(&id) {
        Some(execution) if execution.running(now_ms) => {
            execution.cancelled = true;
            execution.end_ms = now_ms;
            Ok(execution.to_json(now_ms))
        }
        _ => Err(ModelError::NotCancellable {
            what: "execution",
            id,
        }),
    }
}

fn find<'a>(state: &'a State, key: &Key) -> Result<&'a Execution, ModelError> {
    let found = match key {
        Key::Number(id) => state.executions.get(id),
        Key::Name(_) => None,
    };
    found.ok_or_else(|| ModelError::not_found("execution", key))
}
