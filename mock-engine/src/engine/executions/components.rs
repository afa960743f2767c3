//! Components and events of executions.
//!
//! Invariant: the components of an execution run one after the other and share its time equally. An event appears
//! once its component is done.

use serde_json::{Value, json};

use super::plan::Ending;
use super::{Component, Event, Execution, find};
use crate::engine::clock::api_date;
use crate::engine::resources::{Collection, Reader, ResourceSpec, Writer, spec};
use crate::engine::{EngineError, Key, Page, PageRequest, Query, Refusal, Row};

/// A component at a point in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress<'a> {
    pub(super) component: &'a Component,
    execution: &'a Execution,
    /// Its start and end, unless the execution is cancelled before.
    start_ms: i64,
    end_ms: i64,
    now_ms: i64,
}

impl Execution {
    /// The components at a point in time.
    pub(super) fn progress(&self, now_ms: i64) -> impl Iterator<Item = Progress<'_>> {
        // Nothing changes after the end.
        let now_ms = now_ms.min(self.ends_ms());
        let count = self.components.len();
        let turn = move |at: usize| {
            let time = i128::from(self.end_ms) - i128::from(self.start_ms);
            let since = time * at as i128 / count.max(1) as i128;
            self.start_ms
                .saturating_add(i64::try_from(since).unwrap_or(i64::MAX))
        };
        let components = self.components.iter().enumerate();
        components.map(move |(at, component)| Progress {
            component,
            execution: self,
            start_ms: turn(at),
            end_ms: turn(at + 1),
            now_ms,
        })
    }
}

impl Progress<'_> {
    fn id(&self) -> i64 {
        self.component.id
    }

    fn begun(&self) -> bool {
        self.now_ms >= self.start_ms
    }

    fn done(&self) -> bool {
        self.now_ms >= self.end_ms
    }

    /// The part of a total that its progress has reached.
    fn part(&self, of: i64) -> i64 {
        if self.done() {
            return of;
        }
        let time = i128::from(self.end_ms - self.start_ms).max(1);
        let since = i128::from(self.now_ms - self.start_ms).max(0);
        i64::try_from(i128::from(of) * since / time).unwrap_or(of)
    }

    /// Whether its size is still unknown.
    pub(super) fn counting(&self) -> bool {
        !self.begun()
    }

    pub(super) fn rows_masked(&self) -> i64 {
        self.part(self.component.rows_masked)
    }

    pub(super) fn rows_total(&self) -> i64 {
        if self.counting() {
            -1
        } else {
            self.component.rows_total
        }
    }

    pub(super) fn bytes_processed(&self) -> i64 {
        self.part(self.component.bytes_total)
    }

    pub(super) fn bytes_total(&self) -> i64 {
        if self.counting() {
            -1
        } else {
            self.component.bytes_total
        }
    }

    fn status(&self) -> &'static str {
        let cancelled = self.execution.cancelled_ms.is_some_and(|at| self.now_ms >= at);
        match (self.done(), self.begun()) {
            (true, _) => self.ending().name(),
            (false, _) if cancelled => "CANCELLED",
            (false, true) => "RUNNING",
            (false, false) => "WAITING",
        }
    }

    /// If an execution fails and its plan names no component, the last one failed.
    fn ending(&self) -> Ending {
        let is_last = self.end_ms == self.execution.end_ms;
        let own = self.component.ending;
        own.unwrap_or(if is_last {
            self.execution.ending
        } else {
            Ending::Succeeded
        })
    }

    /// The event type in `/monitor-task`, which has its own word for data that did not fit.
    pub(super) fn monitor_status(&self) -> &'static str {
        match self.status() {
            "SUCCEEDED" if self.non_conforming() > 0 => "NON_CONFORMANT",
            status => status,
        }
    }

    fn non_conforming(&self) -> i64 {
        if !self.done() {
            return 0;
        }
        let events = self.execution.events.iter();
        let own = events.filter(|event| event.said.component_name.as_deref() == Some(&self.component.name));
        let unmasked = own.filter(|event| event.said.event_type == "UNMASKED_DATA");
        unmasked
            .map(|event| event.said.count.unwrap_or(0))
            .fold(0, i64::saturating_add)
    }

    fn to_json(self) -> Value {
        let mut value = json!({
            "executionComponentId": self.component.id,
            "componentName": self.component.name,
            "executionId": self.execution.execution_id,
            "status": self.status(),
            "rowsMasked": self.rows_masked(),
            "rowsTotal": self.rows_total(),
            "bytesProcessed": self.bytes_processed(),
            "bytesTotal": self.bytes_total(),
            "nonConformingDataCount": self.non_conforming(),
        });
        if self.begun() {
            value["startTime"] = api_date(self.start_ms).into();
        }
        let cut = self.execution.cancelled_ms.filter(|at| self.now_ms >= *at);
        let end = if self.done() { Some(self.end_ms) } else { cut };
        if let Some(end) = end {
            value["endTime"] = api_date(end).into();
        }
        value
    }
}

/// An event that occurred.
#[derive(Debug, Clone, Copy)]
struct Happened<'a> {
    execution: &'a Execution,
    event: &'a Event,
    part: Option<Progress<'a>>,
}

impl Happened<'_> {
    fn id(&self) -> i64 {
        self.event.id
    }

    fn to_json(self) -> Value {
        let mut value = serde_json::to_value(&self.event.said).unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            members.remove("componentName");
        }
        value["executionEventId"] = self.event.id.into();
        value["executionId"] = self.execution.execution_id.into();
        let time = self.part.map_or(self.execution.ends_ms(), |part| part.end_ms);
        value["timeStamp"] = api_date(time).into();
        if let Some(part) = self.part {
            value["executionComponentId"] = part.component.id.into();
        }
        value
    }
}

/// The events of an execution so far.
fn events(execution: &Execution, now_ms: i64) -> Vec<Happened<'_>> {
    let all = execution.events.iter().map(|event| {
        let name = event.said.component_name.as_deref();
        let part = execution
            .progress(now_ms)
            .find(|part| name == Some(&part.component.name));
        Happened {
            execution,
            event,
            part,
        }
    });
    all.filter(|event| match &event.part {
        Some(part) => part.done(),
        None => !execution.running(now_ms),
    })
    .collect()
}

/// `/execution-components`.
#[derive(Debug)]
pub(in crate::engine) struct Components;

/// `/execution-events`.
#[derive(Debug)]
pub(in crate::engine) struct Events;

macro_rules! parts {
    ($collection:ident, $spec:ident, $of:expr) => {
        impl Collection for $collection {
            fn spec(&self) -> &'static ResourceSpec {
                &spec::$spec
            }

            fn list(
                &self,
                reader: &Reader<'_>,
                query: &Query,
                page: PageRequest,
            ) -> Result<Page<Value>, EngineError> {
                let rows: Vec<_> = match query.number("execution_id")? {
                    // Clients also ask for executions that are gone; the answer is an empty list.
                    Some(id) => find(reader.state, &Key::Number(id))
                        .map_or_else(|_| Vec::new(), |execution| $of(execution, reader.now_ms)),
                    None => {
                        let all = reader.state.executions.values();
                        all.flat_map(|execution| $of(execution, reader.now_ms))
                            .collect()
                    }
                };
                Ok(Page::cut(rows.into_iter(), page)?.map(|row| row.to_json()))
            }

            fn get(&self, reader: &Reader<'_>, key: &Key) -> Result<Value, EngineError> {
                let spec = self.spec();
                let all = reader.state.executions.values();
                let mut all = all.flat_map(|execution| $of(execution, reader.now_ms));
                let found = all.find(|row| Key::Number(row.id()) == *key);
                found
                    .map(|row| row.to_json())
                    .ok_or_else(|| EngineError::not_found(spec.title, key))
            }

            fn create(&self, _: &mut Writer<'_>, _: Row) -> Result<Value, EngineError> {
                Err(read_only())
            }

            fn update(&self, _: &mut Writer<'_>, _: &Key, _: Row) -> Result<Value, EngineError> {
                Err(read_only())
            }

            fn delete(&self, _: &mut Writer<'_>, _: &Key) -> Result<(), EngineError> {
                Err(read_only())
            }
        }
    };
}

fn read_only() -> EngineError {
    Refusal::FixedResult.into()
}

fn components(execution: &Execution, now_ms: i64) -> Vec<Progress<'_>> {
    execution.progress(now_ms).collect()
}

parts!(Components, EXECUTION_COMPONENTS, components);
parts!(Events, EXECUTION_EVENTS, events);
