//! The plan: the steps of an import, its outcome, and the tasks it leaves to users.

use std::cmp::Ordering;

use serde::Serialize;

use super::refusal::Refusal;
use super::step::{Action, Step};
use crate::identifier::Identifier;

/// The predicted effect of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportPlan {
    /// A step per object, dependencies first. A refused request has steps, too.
    pub steps: Vec<Step>,
    /// The outcome.
    pub verdict: Verdict,
    /// The tasks of users before and after the import.
    pub checklist: Vec<ChecklistItem>,
    /// Missing information may cause a refusal.
    may_be_refused: bool,
}

/// The outcome of an import. An import is all or nothing: only [`Verdict::WouldSucceed`] writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All objects are imported.
    WouldSucceed,
    /// The import fails at an object.
    WouldFail {
        /// Index of the first such step.
        at: usize,
        /// The HTTP status of the answer: 404 if an object is missing, 409 otherwise.
        status: u16,
    },
    /// The outcome is unknown.
    Unknown {
        /// The missing information, without repetitions.
        needs: Vec<String>,
    },
    /// The request is refused before any object is imported.
    Refused(Refusal),
}

/// One item of the checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChecklistItem {
    /// Index of the step.
    pub step: usize,
    /// The task.
    pub todo: Todo,
}

/// A task that an import leaves to users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Todo {
    /// Before: import the original of a reference.
    #[error("import the object it refers to first")]
    SyncFirst,
    /// Before: import the original of a reference if the target lacks it.
    #[error("check that the target has the object it refers to; import that first if it doesn't")]
    SyncUnlessThere,
    /// Before: the target has another revision of a reference's original.
    #[error(
        "the target has another revision of the object it refers to; import this one if masking must be the same"
    )]
    SyncAgain,
    /// After: set the password or key of a connector, which documents never contain.
    #[error("set its password or key; the document has none")]
    SetConnectorPassword,
    /// After: set the password of a mount, which documents never contain.
    #[error("set its password if it needs one; the document has none")]
    SetMountPassword,
    /// After: set the source connector of an on-the-fly job.
    #[error("set the source connector that it reads from")]
    SetJobSource,
}

impl Todo {
    /// The id used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SyncFirst => "sync-first",
            Self::SyncUnlessThere => "sync-unless-there",
            Self::SyncAgain => "sync-again",
            Self::SetConnectorPassword => "set-connector-password",
            Self::SetMountPassword => "set-mount-password",
            Self::SetJobSource => "set-job-source",
        }
    }

    /// Whether it comes before the import.
    pub fn is_before(self) -> bool {
        matches!(self, Self::SyncFirst | Self::SyncUnlessThere | Self::SyncAgain)
    }
}

/// One row of the engine's answer to an import; serialises to the API's JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportOutcome {
    /// The identifier in the document.
    #[serde(rename = "objectIdentifier")]
    pub identifier: Identifier,
    /// The identifier on the target, if there is one.
    #[serde(rename = "importedObjectIdentifier", skip_serializing_if = "Option::is_none")]
    pub imported: Option<Identifier>,
    /// The type's name.
    #[serde(rename = "objectType")]
    pub type_name: String,
    /// The outcome for the object.
    #[serde(rename = "importStatus")]
    pub status: ImportStatus,
    /// Why it failed; present on failure only.
    #[serde(rename = "failureMessage", skip_serializing_if = "Option::is_none")]
    pub failure_message: Option<String>,
}

/// The outcome of an import for one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImportStatus {
    /// Written, or found identical.
    Success,
    /// The import failed at this object.
    Failed,
    /// Not attempted after that.
    Skipped,
}

impl ImportPlan {
    pub(super) fn new(
        steps: Vec<Step>,
        refusal: Option<Refusal>,
        needs: Vec<String>,
        checklist: Vec<ChecklistItem>,
    ) -> Self {
        let may_be_refused = refusal.is_none() && !needs.is_empty();
        let verdict = match refusal {
            Some(refusal) => Verdict::Refused(refusal),
            None => verdict(&steps, needs),
        };
        Self {
            steps,
            verdict,
            checklist,
            may_be_refused,
        }
    }

    /// Whether a failing import may fail before the step that certainly fails: at another step, or by a refusal.
    pub fn may_fail_sooner(&self) -> bool {
        let Verdict::WouldFail { at, .. } = self.verdict else {
            return false;
        };
        let mut before = self.steps.iter().take(at);
        self.may_be_refused
            || before.any(|step| matches!(step.action, Action::Unknown { may_fail: true, .. }))
    }

    /// The irreversible steps.
    pub fn irreversible(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.irreversible.is_some())
    }

    #[doc(hidden)]
    /// Returns the engine's answer, object by object in import order. `imported` returns the target's identifier of a new
    /// object. It is called only if the import succeeds.
    ///
    /// If the import fails, the objects before the failing one are listed as successes, although nothing was written, and no
    /// row has an identifier on the target. A refused request and an unknown outcome have no rows.
    pub fn outcomes(&self, mut imported: impl FnMut(&Step) -> Option<Identifier>) -> Vec<ImportOutcome> {
        let failing = match &self.verdict {
            Verdict::WouldSucceed => None,
            Verdict::WouldFail { at, .. } => Some(*at),
            Verdict::Unknown { .. } | Verdict::Refused(_) => return Vec::new(),
        };
        let rows = self.steps.iter().enumerate().map(|(position, step)| {
            let status = match failing.map(|at| position.cmp(&at)) {
                Some(Ordering::Equal) => ImportStatus::Failed,
                Some(Ordering::Greater) => ImportStatus::Skipped,
                _ => ImportStatus::Success,
            };
            let known = match &step.action {
                Action::Derived => Some(step.key.identifier.clone()),
                action => action.existing().map(|existing| existing.id.clone()),
            };
            ImportOutcome {
                identifier: step.key.identifier.clone(),
                imported: match failing {
                    None => known.or_else(|| imported(step)),
                    Some(_) => None,
                },
                type_name: step.type_name.clone(),
                status,
                failure_message: match status {
                    ImportStatus::Failed => step.failure_message(),
                    _ => None,
                },
            }
        });
        rows.collect()
    }
}

/// One certain failure decides the verdict despite missing information, because a failed import writes nothing.
fn verdict(steps: &[Step], mut needs: Vec<String>) -> Verdict {
    let failure = steps
        .iter()
        .enumerate()
        .find_map(|(at, step)| Some((at, step.action.failure_status()?)));
    if let Some((at, status)) = failure {
        return Verdict::WouldFail { at, status };
    }
    needs.extend(steps.iter().filter_map(|step| match &step.action {
        Action::Unknown {
            needs,
            may_fail: true,
            ..
        } => Some(needs.clone()),
        _ => None,
    }));
    let mut seen = std::collections::HashSet::new();
    needs.retain(|need| seen.insert(need.clone()));
    if needs.is_empty() {
        Verdict::WouldSucceed
    } else {
        Verdict::Unknown { needs }
    }
}
