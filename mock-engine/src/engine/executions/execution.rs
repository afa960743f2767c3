//! An execution as the state holds it.

use serde::{Deserialize, Serialize};

use super::plan::{Ending, PlannedComponent, PlannedEvent};
use crate::engine::{Row, defaults};

/// A started job.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Its number.
    pub execution_id: i64,
    /// The job.
    pub job_id: i64,
    /// Its start.
    pub start_ms: i64,
    /// Its end, unless it is cancelled before.
    pub end_ms: i64,
    /// The time of its cancellation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_ms: Option<i64>,
    /// Its result, unless it is cancelled before.
    #[serde(default)]
    pub ending: Ending,
    /// The request's members about connectors.
    #[serde(default, skip_serializing_if = "Row::is_empty")]
    pub connectors: Row,
    /// Its components, in order.
    #[serde(default)]
    pub components: Vec<Component>,
    /// Its events.
    #[serde(default)]
    pub events: Vec<Event>,
}

impl Execution {
    /// Its end, by cancellation or not.
    pub(super) fn ends_ms(&self) -> i64 {
        self.cancelled_ms.unwrap_or(self.end_ms)
    }

    /// Whether it is running at a time.
    pub(super) fn running(&self, now_ms: i64) -> bool {
        now_ms < self.ends_ms()
    }

    /// Its status at a time.
    pub(super) fn status(&self, now_ms: i64) -> &'static str {
        match (self.running(now_ms), self.cancelled_ms) {
            (true, _) => "RUNNING",
            (false, Some(_)) => "CANCELLED",
            (false, None) => self.ending.name(),
        }
    }
}

/// A table or file that an execution works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// Its number.
    pub id: i64,
    /// Name of the table or file.
    pub name: String,
    /// Rows in it.
    pub rows_total: i64,
    /// Masked rows at its end.
    pub rows_masked: i64,
    /// Size.
    pub bytes_total: i64,
    /// Its result, if it differs from the execution's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
}

impl Component {
    /// A component whose rows are all masked.
    pub(super) fn new(name: impl Into<String>, rows: i64) -> Self {
        Self {
            id: 0,
            name: name.into(),
            rows_total: rows,
            rows_masked: rows,
            bytes_total: rows.saturating_mul(defaults::BYTES_PER_ROW),
            ending: None,
        }
    }

    /// A component of a plan; the table or file of this name gives the missing values.
    pub(super) fn planned(planned: PlannedComponent, sources: &[Self]) -> Self {
        let source = sources
            .iter()
            .find(|source| source.name == planned.component_name);
        let usual = source.map_or(defaults::ROWS_PER_TABLE, |source| source.rows_total);
        let rows = planned.rows_total.unwrap_or(usual);
        let plain = Self::new(planned.component_name, rows);
        Self {
            rows_masked: planned.rows_masked.unwrap_or(plain.rows_masked),
            bytes_total: planned.bytes_total.unwrap_or(plain.bytes_total),
            ending: planned.status,
            ..plain
        }
    }
}

/// An event of an execution.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its number.
    pub id: i64,
    /// The event.
    #[serde(flatten)]
    pub said: PlannedEvent,
}

impl From<PlannedEvent> for Event {
    fn from(said: PlannedEvent) -> Self {
        Self { id: 0, said }
    }
}
