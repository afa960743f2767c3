//! Faults that only an engine can have: spoilt exports, failing imports, tasks that never end.
//!
//! Invariant: a fault belongs to one request. It travels with the request's future, so no other request meets it.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use exportdoc::internal::build::{ExportFacts, seal};
use exportdoc::internal::import_plan::{ImportPlan, ImportStatus};
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::signature::{SigningKey, SigningRule};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::objects::{put_object, saved};
use super::{Engine, EngineError, Refusal};

/// What is wrong with an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ExportFault {
    /// The signature is of another document.
    BadSignature,
    /// The public key is not the signer's.
    SwappedKey,
    /// A bit in the middle of the blob is the other one, as after a bad transfer.
    FlippedByte,
    /// The last third of the blob is missing.
    TruncatedBlob,
    /// The requested object has another revision hash than the list shows; the signature is right.
    StaleRevision,
    /// An object that others depend on is missing; the signature is right.
    MissingDependency,
}

/// How an import fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ImportFault {
    /// The place of the object that fails, from 1. Beyond the last object, the last one fails.
    pub fail_at: usize,
    /// The reason that the answer gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// How an async task goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TaskFault {
    /// It fails without having done anything; the text is its `exceptionDetail`.
    Fails(String),
    /// It stays WAITING until a reset.
    StaysWaiting,
    /// It stays RUNNING until a reset.
    StaysRunning,
    /// It ends when it was shown so many times.
    EndsAfterPolls(u32),
}

/// What another user does to the engine before a request is processed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ObjectEdit {
    /// The type of the object that the user saves, such as `DATABASE_CONNECTOR`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its name; without one, the first object of the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The reason of a failing import whose fault gives none.
const IMPORT_FAULT: &str = "the object could not be written";

/// The faults of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct EngineFaults {
    pub(crate) export: Option<ExportFault>,
    pub(crate) import: Option<ImportFault>,
    pub(crate) task: Option<TaskFault>,
}

tokio::task_local! {
    static CURRENT: Arc<EngineFaults>;
}

impl EngineFaults {
    /// Runs a request under its faults.
    pub(crate) async fn scope<T>(self, request: impl Future<Output = T>) -> T {
        CURRENT.scope(Arc::new(self), request).await
    }

    /// The faults of the request that this future answers.
    pub(crate) fn current() -> Arc<Self> {
        CURRENT.try_with(Arc::clone).unwrap_or_default()
    }
}

/// What an export is made of.
pub(super) struct Parts<'a, 'o> {
    pub(super) facts: &'a ExportFacts,
    pub(super) objects: Vec<SyncObject<'o>>,
    /// The number of requested objects, which come first.
    pub(super) roots: usize,
    pub(super) key: &'a SigningKey,
    pub(super) rule: &'static SigningRule,
}

impl ExportFault {
    /// Makes the document, spoilt.
    pub(super) fn document(self, engine: &Engine, parts: Parts<'_, '_>) -> Result<Vec<u8>, EngineError> {
        let failed = |reason: String| EngineError::from(Refusal::Export("the spoilt document", reason));
        let Parts {
            facts,
            mut objects,
            roots,
            key,
            rule,
        } = parts;
        match self {
            Self::StaleRevision => {
                if let Some(root) = objects.first_mut() {
                    let now = engine.clock.now_ms();
                    *root =
                        saved(root, &engine.ids.uuid(), now).map_err(|error| failed(error.to_string()))?;
                }
            }
            Self::MissingDependency if objects.len() > roots => {
                objects.pop();
            }
            _ => {}
        }
        let sealed = |facts: &ExportFacts, key: &SigningKey| {
            seal(facts, &objects, key, rule).map_err(|error| failed(error.to_string()))
        };
        let document = sealed(facts, key)?;
        let other = match self {
            Self::BadSignature => {
                let mut facts = facts.clone();
                facts.host.push_str(".example");
                facts.export_id = engine.ids.uuid();
                sealed(&facts, key)?
            }
            Self::SwappedKey => sealed(facts, &engine.signing_key()?)?,
            _ => Vec::new(),
        };
        let text = String::from_utf8(document).map_err(|error| failed(error.to_string()))?;
        let member = |text: &str, name: &str| -> String {
            let value: Value = serde_json::from_str(text).unwrap_or_default();
            value[name].as_str().unwrap_or_default().to_owned()
        };
        let replaced = |name: &str, change: &dyn Fn(&str) -> String| {
            let old = member(&text, name);
            text.replacen(&old, &change(&old), 1)
        };
        let from_other = |name: &str| member(&String::from_utf8_lossy(&other), name);
        let spoilt = match self {
            Self::BadSignature => replaced("signature", &|_| from_other("signature")),
            Self::SwappedKey => replaced("publicKey", &|_| from_other("publicKey")),
            Self::FlippedByte => replaced("blob", &|blob| {
                let mut bytes = STANDARD.decode(blob).unwrap_or_default();
                let middle = bytes.len() / 2;
                bytes.iter_mut().skip(middle).take(1).for_each(|byte| *byte ^= 1);
                STANDARD.encode(bytes)
            }),
            Self::TruncatedBlob => replaced("blob", &|blob| {
                let end = blob.len() * 2 / 3 / 4 * 4;
                blob[..end].to_owned()
            }),
            Self::StaleRevision | Self::MissingDependency => text,
        };
        Ok(spoilt.into_bytes())
    }
}

impl ImportFault {
    /// The failure of an import whose plan is fine.
    pub(super) fn failure(&self, plan: &ImportPlan) -> EngineError {
        let mut outcomes = plan.outcomes(|_| None);
        let failing = self.fail_at.clamp(1, outcomes.len().max(1)) - 1;
        for (place, outcome) in outcomes.iter_mut().enumerate() {
            outcome.imported = None;
            if place == failing {
                let message = self.message.as_deref().unwrap_or(IMPORT_FAULT);
                outcome.status = ImportStatus::Failed;
                outcome.failure_message = Some(message.to_owned());
            } else if place > failing {
                outcome.status = ImportStatus::Skipped;
            }
        }
        EngineError::ImportFailed {
            missing: false,
            outcomes,
        }
    }
}

impl Engine {
    /// Saves an object without a change, as another user may at any time: its revision hash changes.
    pub fn save_as_other_user(&self, edit: &ObjectEdit) -> Result<(), EngineError> {
        let save = self.ids.uuid();
        self.store.transact(|state| {
            let is_named =
                |name: Option<&str>| edit.name.as_deref().is_none_or(|wanted| name == Some(wanted));
            let found = state.objects.of_type(&edit.type_name);
            let found = found
                .into_iter()
                .find(|stored| is_named(stored.name.as_deref()))
                .cloned();
            let Some(found) = found else {
                let what = format!("{} {}", edit.type_name, edit.name.as_deref().unwrap_or_default());
                return Err(EngineError::not_found("object", what.trim_end()));
            };
            let mut stored = (*found).clone();
            stored.object = saved(&stored.object, &save, self.clock.now_ms())?;
            put_object(state, stored);
            Ok(())
        })
    }

    /// Restarts as an engine's process does: the content stays; tokens, tasks, documents and uploads are gone.
    pub fn restart(&self) {
        self.tokens.clear();
        self.tasks.clear();
        self.documents.clear();
        self.uploads.clear();
    }
}
