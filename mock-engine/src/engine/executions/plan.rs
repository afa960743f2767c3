//! Plans of executions, for tests that need a failure or a warning.
//!
//! Invariant: a plan with a job applies to each of its executions; one without a job applies once, to the next
//! execution of any job.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::defaults;
use crate::engine::{BadBody, EngineError};

/// The result of an execution or of a component.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ending {
    /// Success.
    #[default]
    Succeeded,
    /// Failure.
    Failed,
    /// Cancelled.
    Cancelled,
}

impl Ending {
    /// Its spelling in the API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// A plan. Omitted members are as without a plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExecutionPlan {
    /// Applies to each execution of this job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<i64>,
    /// Applies to each execution of jobs with this name, even of jobs that do not exist yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_name: Option<String>,
    /// The result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Ending>,
    /// The run time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_time_ms: Option<i64>,
    /// The components, in place of the ruleset's tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<Vec<PlannedComponent>>,
    /// The events.
    #[serde(default)]
    pub events: Vec<PlannedEvent>,
}

/// A component of a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedComponent {
    /// Name of the table or file.
    pub component_name: String,
    /// Rows in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_total: Option<i64>,
    /// Masked rows at its end; default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_masked: Option<i64>,
    /// Its size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_total: Option<i64>,
    /// Its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Ending>,
}

/// An event of a plan; a GET adds its ids and its time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedEvent {
    /// Its component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component_name: Option<String>,
    /// JOB_ABORTED, UNMASKED_DATA or MASKING_FALLBACK.
    pub event_type: String,
    /// INFO, WARNING or CRITICAL.
    #[serde(default = "warning")]
    pub severity: String,
    /// UNHANDLED_EXCEPTION, IGNORED_EXCEPTION or PATTERN_MATCH_FAILURE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The number of occurrences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// The column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masked_object_name: Option<String>,
    /// The table or file of the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masked_object_parent_name: Option<String>,
    /// The algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm_name: Option<String>,
    /// Class of the exception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception_type: Option<String>,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception_detail: Option<String>,
}

fn warning() -> String {
    "WARNING".to_owned()
}

impl ExecutionPlan {
    fn of_one_job(&self) -> bool {
        self.job_id.is_some() || self.job_name.is_some()
    }

    fn fits(&self, job_id: i64, name: Option<&str>) -> bool {
        self.job_id.is_none_or(|id| id == job_id)
            && self.job_name.as_deref().is_none_or(|own| Some(own) == name)
    }

    fn check(&self) -> Result<(), EngineError> {
        let components = self.components.iter().flatten();
        let numbers = components.flat_map(|c| [c.rows_total, c.rows_masked, c.bytes_total]);
        let counts = self.events.iter().map(|event| event.count);
        if numbers
            .chain(counts)
            .chain([self.run_time_ms])
            .flatten()
            .any(|number| number < 0)
        {
            return Err(BadBody::NegativeNumber.into());
        }
        const TYPES: &[&str] = &["JOB_ABORTED", "UNMASKED_DATA", "MASKING_FALLBACK"];
        const SEVERITIES: &[&str] = &["INFO", "WARNING", "CRITICAL"];
        const CAUSES: &[&str] = &[
            "UNHANDLED_EXCEPTION",
            "IGNORED_EXCEPTION",
            "PATTERN_MATCH_FAILURE",
        ];
        for event in &self.events {
            if !TYPES.contains(&event.event_type.as_str()) {
                return Err(BadBody::NotOneOf("eventType", TYPES).into());
            }
            if !SEVERITIES.contains(&event.severity.as_str()) {
                return Err(BadBody::NotOneOf("severity", SEVERITIES).into());
            }
            if event
                .cause
                .as_deref()
                .is_some_and(|cause| !CAUSES.contains(&cause))
            {
                return Err(BadBody::NotOneOf("cause", CAUSES).into());
            }
        }
        Ok(())
    }
}

/// Adds a plan; it replaces an earlier one for the same job.
pub(super) fn add(plans: &mut Vec<ExecutionPlan>, plan: ExecutionPlan) -> Result<(), EngineError> {
    plan.check()?;
    if plan.of_one_job() {
        plans.retain(|other| (other.job_id, &other.job_name) != (plan.job_id, &plan.job_name));
    }
    if plans.len() >= defaults::EXECUTION_PLANS_KEPT {
        plans.remove(0);
    }
    plans.push(plan);
    Ok(())
}

/// The plan of an execution that starts now. Removes a plan for any job.
pub(super) fn take(plans: &mut Vec<ExecutionPlan>, job_id: i64, job: &Value) -> ExecutionPlan {
    let name = job["jobName"].as_str();
    if let Some(next) = plans.iter().position(|plan| !plan.of_one_job()) {
        return plans.remove(next);
    }
    let own = plans.iter().find(|plan| plan.fits(job_id, name));
    own.cloned().unwrap_or_default()
}
