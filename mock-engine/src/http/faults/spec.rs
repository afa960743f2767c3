//! Faults as tests write them.

use serde::{Deserialize, Serialize};

use super::answer::{AnswerFault, PageFault};
use super::connection::ConnectionFault;
use super::time::{Delay, Dribble};
use crate::engine::duration::Time;
use crate::engine::faults::{ExportFault, ImportFault, ObjectEdit, TaskFault};
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
    #[serde(rename = "match", default, skip_serializing_if = "selects_all")]
    pub pattern: RequestPattern,
    /// How many requests that fit it leaves alone first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after: u64,
    /// How many requests it changes; without a number, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How long it changes requests, in real time from the first one that it changes.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Time>,
    /// The share of requests that it changes, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The state of a scenario in which it fires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<ScenarioStep>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Act::is_empty")]
    pub act: Act,
    /// What it does instead, one act for each request that it changes; it is over after the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_order: Vec<Act>,
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
        if self.lasts.is_some_and(|lasts| lasts.0.is_zero()) {
            return refuse(".for", "it is over before it begins");
        }
        let moves = self.scenario.as_ref().is_some_and(|step| step.becomes.is_some());
        if self.in_order.is_empty() && self.act.is_empty() && moves {
            // It is there for its scenario alone.
        } else if self.in_order.is_empty() {
            self.act.check(&format!("{place}.act"))?;
        } else if !self.act.is_empty() {
            return refuse("", "only one of act and inOrder says what it does");
        }
        for (number, act) in self.in_order.iter().enumerate() {
            act.check(&format!("{place}.inOrder[{number}]"))?;
        }
        if self.is_before_requests() && (self.pattern != RequestPattern::default() || self.act.has_more()) {
            return refuse(
                "",
                "before a TLS handshake there is no request to match and nothing else to do",
            );
        }
        Ok(())
    }

    /// How many requests it changes at most.
    pub(super) fn times(&self) -> u64 {
        let times = self.times.unwrap_or(u64::MAX);
        match self.in_order.len() as u64 {
            0 => times,
            acts => times.min(acts),
        }
    }

    /// What it does to the request of this number, from 0, among those that it changes.
    pub(super) fn act_of(&self, number: u64) -> &Act {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        self.in_order.get(place).unwrap_or(&self.act)
    }

    /// Whether it acts before there is a request.
    pub(super) fn is_before_requests(&self) -> bool {
        self.act.connection == Some(ConnectionFault::RefuseTls)
    }
}

fn selects_all(pattern: &RequestPattern) -> bool {
    *pattern == RequestPattern::default()
}

// serde passes a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

// serde passes a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a fault does. Several acts go together: a delay, then an answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Act {
    /// Waits before the request is processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// Takes the body of the request at this pace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_bytes_per_second: Option<u32>,
    /// Ends the lifetime of the request's token before the request is processed.
    #[serde(skip_serializing_if = "is_false")]
    pub expire_token: bool,
    /// Restarts the engine before the request is processed: tokens, tasks, documents and uploads are gone.
    #[serde(skip_serializing_if = "is_false")]
    pub restart: bool,
    /// Another user saves an object before the request is processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<ObjectEdit>,
    /// Removes the file that the request asks for.
    #[serde(skip_serializing_if = "is_false")]
    pub lose_download: bool,
    /// Spoils the document of an export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<ExportFault>,
    /// Lets an import fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportFault>,
    /// Sets the course of the async task that the request starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskFault>,
    /// Shows a wrong page of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<PageFault>,
    /// Replaces or changes the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerFault>,
    /// Sends the body of the answer in pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dribble: Option<Dribble>,
    /// Breaks the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionFault>,
    /// Whether the request is processed although the client doesn't learn it. Without a value: unless the answer is
    /// replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed: Option<bool>,
}

impl Act {
    /// Checks what types can't.
    fn check(&self, place: &str) -> Result<(), FaultError> {
        let answer = self.answer.as_ref().and_then(AnswerFault::mistake);
        let answer = answer.map(|(member, reason)| (format!(".answer{member}"), reason));
        let delay = self.delay.as_ref().and_then(Delay::mistake);
        let delay = delay.map(|reason| (".delay".to_owned(), reason));
        let nothing = self.is_empty().then(|| (String::new(), "it does nothing"));
        match answer.or(delay).or(nothing) {
            Some((member, reason)) => Err(FaultError {
                place: format!("{place}{member}"),
                reason,
            }),
            None => Ok(()),
        }
    }

    fn is_empty(&self) -> bool {
        let processed = self.processed;
        *self
            == Self {
                processed,
                ..Self::default()
            }
    }

    /// Whether there is more than a broken connection.
    fn has_more(&self) -> bool {
        let connection = self.connection;
        *self
            != Self {
                connection,
                ..Self::default()
            }
    }
}
