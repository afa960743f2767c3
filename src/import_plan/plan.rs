//! The plan as a whole: how the import would end, and what is left to do after it.

use serde::Serialize;

use super::refusal::Refusal;
use super::step::{Action, Step};
use crate::identifier::Identifier;

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPlan {
    /// Every object once, dependencies first. Also there when the request is refused, as far as it can be told.
    pub steps: Vec<Step>,
    /// How it would end.
    pub verdict: Verdict,
    /// What people have to do, before it or after.
    pub checklist: Vec<ChecklistItem>,
    /// Something is open on which it depends whether the request is refused.
    may_be_refused: bool,
}

/// How an import would end. It is all or nothing: only [`Verdict::WouldSucceed`] writes anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All objects would be imported.
    WouldSucceed,
    /// Some object would end it.
    WouldFail {
        /// Position of the first such step.
        at: usize,
        /// The HTTP status: 404 where something is missing, 409 otherwise.
        status: u16,
    },
    /// That can't be told.
    Unknown {
        /// What would be needed to tell, each once.
        needs: Vec<String>,
    },
    /// The request would be refused before any object is looked at.
    Refused(Refusal),
}

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChecklistItem {
    /// Position of the step that asks for it.
    pub step: usize,
    /// What to do.
    pub todo: Todo,
}

/// What an import leaves to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Todo {
    /// Before: import what the reference stands for.
    #[error("import the object it refers to first")]
    SyncFirst,
    /// Before: where the target lacks what the reference stands for, import that.
    #[error("see whether the target has the object it refers to; import that first if it doesn't")]
    SyncUnlessThere,
    /// Before: the target has another saved state of what the reference stands for.
    #[error(
        "the target has another revision of the object it refers to; import that one if it should mask alike"
    )]
    SyncAgain,
    /// After: documents never hold passwords or keys of connectors.
    #[error("set its password or key; it arrives without")]
    SetConnectorPassword,
    /// After: documents never hold passwords of mounts.
    #[error("set its password if it needs one; it arrives without")]
    SetMountPassword,
    /// After: point an on-the-fly job at the source connector that it is to read from.
    #[error("point it at the source connector it is to read from")]
    SetJobSource,
}

impl Todo {
    /// The word used in JSON.
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
    /// How the object fared.
    #[serde(rename = "importStatus")]
    pub status: ImportStatus,
    /// Why it failed; present on failure only.
    #[serde(rename = "failureMessage", skip_serializing_if = "Option::is_none")]
    pub failure_message: Option<String>,
}

/// How an object fared in an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImportStatus {
    /// Written, or found identical.
    Success,
    /// The object that ended the import.
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

    /// Whether an import that would fail may fail before the step that ends it for certain, at another step or because
    /// the request is refused.
    pub fn may_fail_sooner(&self) -> bool {
        let Verdict::WouldFail { at, .. } = self.verdict else {
            return false;
        };
        let mut before = self.steps.iter().take(at);
        self.may_be_refused
            || before.any(|step| matches!(step.action, Action::Unknown { may_fail: true, .. }))
    }

    /// The steps that can't be undone.
    pub fn irreversible(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.irreversible.is_some())
    }

    /// The engine's answer, object by object in import order. `imported` gives the target's identifier of what was
    /// imported; it is asked only for objects that the target did not have, and only when the import succeeds.
    ///
    /// When the import fails, objects before the failing one show as success although nothing was kept: so far they
    /// went. No row has an identifier of the target then. Without an end that can be told, and for refused requests, there are no rows.
    pub fn outcomes(&self, mut imported: impl FnMut(&Step) -> Option<Identifier>) -> Vec<ImportOutcome> {
        let failing = match &self.verdict {
            Verdict::WouldSucceed => None,
            Verdict::WouldFail { at, .. } => Some(*at),
            Verdict::Unknown { .. } | Verdict::Refused(_) => return Vec::new(),
        };
        let rows = self.steps.iter().enumerate().map(|(position, step)| {
            let status = match failing {
                Some(at) if position == at => ImportStatus::Failed,
                Some(at) if position > at => ImportStatus::Skipped,
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

/// Since nothing is kept of a failed import, one certain failure decides it, whatever else can't be told.
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
