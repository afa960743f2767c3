//! Executions of jobs.
//!
//! Invariant: the state of an execution, of its components and of its events follows from its times alone. Its
//! tables, rows, result and events are fixed at its start.

mod components;
mod execution;
mod plan;

use std::sync::Arc;

use serde_json::{Value, json};

use super::resources::{Collection, Reader, ResourceSpec, Writer, spec};
use super::sources::{Source, sources_of_job};
use super::{Engine, EngineError, Key, Page, PageRequest, Query, Refusal, Row, State};
use crate::engine::clock::{api_date, millis};
use crate::engine::defaults;

pub(super) use components::{Components, Events};
pub(super) use execution::{Component, Event, Execution};
pub(crate) use plan::ExecutionPlan;

impl Execution {
    fn to_json(&self, now_ms: i64) -> Value {
        let start = api_date(self.start_ms);
        let parts: Vec<_> = self.progress(now_ms).collect();
        let counting = parts.iter().any(|part| part.counting());
        let sum = |number: fn(&components::Progress<'_>) -> i64| -> i64 {
            parts.iter().map(number).fold(0, i64::saturating_add)
        };
        let total = |number: fn(&components::Progress<'_>) -> i64| if counting { -1 } else { sum(number) };
        let mut value = json!({
            "executionId": self.execution_id,
            "jobId": self.job_id,
            "status": self.status(now_ms),
            "rowsMasked": sum(|part| part.rows_masked()),
            // -1 while the rows are being counted.
            "rowsTotal": total(|part| part.rows_total()),
            "bytesProcessed": sum(|part| part.bytes_processed()),
            "bytesTotal": total(|part| part.bytes_total()),
            "submitTime": start,
            "startTime": start,
        });
        for (name, member) in &self.connectors {
            value[name] = member.clone();
        }
        if !self.running(now_ms) {
            value["endTime"] = Value::String(api_date(self.ends_ms()));
        }
        value
    }

    /// The progression in `/monitor-task`: the components in order, then the job.
    fn monitored(&self, now_ms: i64) -> Value {
        let component = |part: components::Progress<'_>| json!({ "event": part.component.name, "status": part.monitor_status() });
        let mut progression: Vec<Value> = self.progress(now_ms).map(component).collect();
        let status = self.status(now_ms);
        progression.push(json!({ "event": defaults::MONITORED_JOB, "status": status }));
        json!({
            "taskId": self.execution_id,
            "monitorableTask": MONITORABLE,
            "status": status,
            "progression": progression,
        })
    }
}

/// The only kind of task that can be monitored.
const MONITORABLE: &str = "EXECUTIONS";

/// Whether any job is running.
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

    fn list(
        &self,
        reader: &Reader<'_>,
        query: &Query,
        page: PageRequest,
    ) -> Result<Page<Value>, EngineError> {
        let job = query.number("job_id")?;
        let status = query.text("execution_status");
        let all = reader.state.executions.values();
        let wanted: Vec<_> = all
            .filter(|e| job.is_none_or(|job| e.job_id == job))
            .filter(|e| status.is_none_or(|status| e.status(reader.now_ms).eq_ignore_ascii_case(status)))
            .collect();
        Ok(Page::cut(wanted.into_iter(), page)?.map(|e| e.to_json(reader.now_ms)))
    }

    fn get(&self, reader: &Reader<'_>, key: &Key) -> Result<Value, EngineError> {
        find(reader.state, key).map(|execution| execution.to_json(reader.now_ms))
    }

    fn create(&self, writer: &mut Writer<'_>, body: Row) -> Result<Value, EngineError> {
        let missing = || EngineError::MissingField {
            what: "execution",
            field: "jobId",
        };
        let key = body.get("jobId").and_then(Key::from_json).ok_or_else(missing)?;
        let Key::Number(job_id) = key else {
            return Err(missing());
        };
        let job = job(&writer.reader(), &key).ok_or_else(|| EngineError::not_found("job", job_id))?;
        let connectors = connectors(&writer.reader(), &job, &body)?;
        let plan = plan::take(&mut writer.state.execution_plans, job_id, &job);
        let sources = sources(&writer.reader(), &job);
        let components = match plan.components {
            Some(planned) => planned
                .into_iter()
                .map(|planned| Component::planned(planned, &sources))
                .collect(),
            None => sources,
        };
        let time = plan
            .run_time_ms
            .unwrap_or_else(|| millis(writer.settings.execution_time));
        let now_ms = writer.now_ms;
        let mut execution = Execution {
            execution_id: writer.state.next_number("execution"),
            job_id,
            start_ms: now_ms,
            end_ms: now_ms.saturating_add(time),
            cancelled_ms: None,
            ending: plan.status.unwrap_or_default(),
            connectors,
            components,
            events: plan.events.into_iter().map(Event::from).collect(),
        };
        for component in &mut execution.components {
            component.id = writer.state.next_number("execution-component");
        }
        for event in &mut execution.events {
            event.id = writer.state.next_number("execution-event");
        }
        let value = execution.to_json(now_ms);
        keep(writer.state, execution);
        Ok(value)
    }

    fn update(&self, _: &mut Writer<'_>, _: &Key, _: Row) -> Result<Value, EngineError> {
        Err(Refusal::FixedExecution.into())
    }

    fn delete(&self, _: &mut Writer<'_>, _: &Key) -> Result<(), EngineError> {
        Err(Refusal::KeptExecution.into())
    }
}

/// Adds an execution; drops the oldest ones above the limits on executions and components.
fn keep(state: &mut State, execution: Execution) {
    let all = &mut state.executions;
    all.insert(execution.execution_id, Arc::new(execution));
    let parts = |execution: &Execution| execution.components.len() + execution.events.len();
    let mut total: usize = all.values().map(|execution| parts(execution)).sum();
    while all.len() > defaults::EXECUTIONS_KEPT || (total > defaults::EXECUTION_PARTS_KEPT && all.len() > 1) {
        let Some((_, oldest)) = all.pop_first() else {
            return;
        };
        total -= parts(&oldest);
    }
}

/// Returns the job of any kind with this id.
fn job(reader: &Reader<'_>, key: &Key) -> Option<Value> {
    let kinds = [
        &spec::MASKING_JOBS,
        &spec::PROFILE_JOBS,
        &spec::TOKENIZATION_JOBS,
        &spec::REIDENTIFICATION_JOBS,
    ];
    let mut kinds = kinds.iter().filter_map(|spec| reader.collection(spec.path));
    kinds.find_map(|jobs| jobs.get(reader, key).ok())
}

/// The tables or files of the job's ruleset.
fn sources(reader: &Reader<'_>, job: &Value) -> Vec<Component> {
    let sources = job.as_object().map(|job| sources_of_job(reader, job));
    let component = |source: Source| {
        let declared = source.rows.and_then(|rows| i64::try_from(rows).ok());
        Component::new(source.name, declared.unwrap_or(defaults::ROWS_PER_TABLE))
    };
    sources.into_iter().flatten().map(component).collect()
}

/// The connectors of a request, all of which exist.
fn connectors(reader: &Reader<'_>, job: &Value, body: &Row) -> Result<Row, EngineError> {
    let path = match job["rulesetType"].as_str() {
        Some("FILE") => "file-connectors",
        _ => "database-connectors",
    };
    let mut named = Row::new();
    for field in ["sourceConnectorId", "targetConnectorId"] {
        let Some(value) = body.get(field).filter(|value| !value.is_null()) else {
            continue;
        };
        let key = Key::from_json(value).ok_or(EngineError::MissingField {
            what: "execution",
            field,
        })?;
        if let Some(connectors) = reader.collection(path) {
            connectors.get(reader, &key)?;
        }
        if let Key::Number(id) = key {
            named.insert(field.to_owned(), id.into());
        }
    }
    Ok(named)
}

/// Stops an execution.
pub(super) fn cancel(writer: &mut Writer<'_>, key: &Key) -> Result<Value, EngineError> {
    let now_ms = writer.now_ms;
    let id = find(writer.state, key)?.execution_id;
    match writer.state.executions.get_mut(&id) {
        Some(execution) if execution.running(now_ms) => {
            let execution = Arc::make_mut(execution);
            execution.cancelled_ms = Some(now_ms);
            Ok(execution.to_json(now_ms))
        }
        _ => Err(EngineError::NotCancellable {
            what: "execution",
            id,
        }),
    }
}

fn find<'a>(state: &'a State, key: &Key) -> Result<&'a Execution, EngineError> {
    let found = match key {
        Key::Number(id) => state.executions.get(id),
        Key::Name(_) => None,
    };
    found
        .map(AsRef::as_ref)
        .ok_or_else(|| EngineError::not_found("execution", key))
}

impl Engine {
    /// The monitored executions in a state; by default the running ones.
    pub fn list_monitored(&self, query: &Query, page: PageRequest) -> Result<Page<Value>, EngineError> {
        let (state, now_ms) = (self.snapshot(), self.clock.now_ms());
        let status = query.text("state").unwrap_or("RUNNING");
        let wanted: Vec<_> = state
            .executions
            .values()
            .filter(|execution| execution.status(now_ms).eq_ignore_ascii_case(status))
            .collect();
        Ok(Page::cut(wanted.into_iter(), page)?.map(|execution| execution.monitored(now_ms)))
    }

    /// The monitored execution with this key.
    pub fn monitored(&self, key: &Key, query: &Query) -> Result<Value, EngineError> {
        match query.text("monitorable_task") {
            Some(other) if !other.eq_ignore_ascii_case(MONITORABLE) => Err(EngineError::BadParameter {
                name: "monitorable_task".to_owned(),
                value: other.to_owned(),
                expected: "kind of task that can be monitored (EXECUTIONS)",
            }),
            _ => Ok(find(&self.snapshot(), key)?.monitored(self.clock.now_ms())),
        }
    }

    /// Adds a plan for future executions: those of the plan's job, or the next one of any job.
    pub fn plan_execution(&self, plan: ExecutionPlan) -> Result<(), EngineError> {
        self.store
            .transact(|state| plan::add(&mut state.execution_plans, plan))
    }

    /// The plans that still apply.
    pub fn execution_plans(&self) -> Vec<ExecutionPlan> {
        self.snapshot().execution_plans.clone()
    }

    /// Removes the plans.
    pub fn forget_execution_plans(&self) -> Result<(), EngineError> {
        self.store.transact(|state| {
            state.execution_plans.clear();
            Ok(())
        })
    }
}
