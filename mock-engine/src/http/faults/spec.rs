//! Faults as tests write them.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::duration::Time;
use crate::http::pattern::RequestPattern;
use crate::http::scenarios::ScenarioStep;

/// Something that the mock does wrong on purpose.
///
/// ```json
/// { "name": "busy once", "match": { "method": "POST", "path": "/import" }, "times": 1,
///   "act": { "answer": { "status": 409, "errorMessage": "Another import is running." } } }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// A name, for the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The requests that it changes; all without one.
    #[serde(rename = "match", default)]
    pub pattern: RequestPattern,
    /// How many requests that fit it leaves alone first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after: u64,
    /// How many requests it changes; without a number, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The share of requests that it changes, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The state of a scenario in which it fires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<ScenarioStep>,
    /// What it does.
    pub act: Act,
}

/// Why a fault is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct FaultError {
    place: String,
    reason: &'static str,
}

impl From<FaultError> for String {
    fn from(error: FaultError) -> Self {
        error.to_string()
    }
}

impl Fault {
    /// Checks what types can't.
    pub(super) fn check(&self, place: &str) -> Result<(), FaultError> {
        let refuse = |member: &str, reason| {
            Err(FaultError {
                place: format!("{place}{member}"),
                reason,
            })
        };
        if self
            .probability
            .is_some_and(|share| !(0.0..=1.0).contains(&share))
        {
            return refuse(".probability", "it is not between 0 and 1");
        }
        if self.act == Act::default() {
            return refuse(".act", "it is empty");
        }
        let Some(answer) = &self.act.answer else {
            return Ok(());
        };
        // hyper sends no answer after one of an informational status.
        if answer.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return refuse(".act.answer.status", "it is not between 200 and 599");
        }
        if usize::from(answer.error_message.is_some())
            + usize::from(answer.json.is_some())
            + usize::from(answer.text.is_some())
            > 1
        {
            return refuse(
                ".act.answer",
                "only one of errorMessage, json and text can be the body",
            );
        }
        let fits = |(name, value): (&String, &String)| {
            HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
        };
        if !answer.headers.iter().all(fits) {
            return refuse(
                ".act.answer.headers",
                "a name or a value has characters that HTTP doesn't allow",
            );
        }
        Ok(())
    }
}

// serde passes a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What a fault does. Several acts go together: a delay, then an answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Act {
    /// Waits before the request is processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Time>,
    /// Replaces or changes the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerFault>,
}

/// Another answer. What isn't given stays as in the true answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct AnswerFault {
    /// The status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// A body `{ "errorMessage": TEXT }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// A JSON body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// A body of any text, such as invalid JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Headers, such as `Retry-After` or `Content-Type`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Whether the request is processed although its answer is replaced. Without a value: only if the body stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed: Option<bool>,
}
