//! Async tasks: WAITING → RUNNING → SUCCEEDED or FAILED, on the engine's clock or one state per poll.
//!
//! Invariant: a task's work runs exactly once, off the request threads, and its document is in place before its
//! status says so. The answer to the request that starts a task shows it as the vendor's examples do: an export is
//! RUNNING at once, an import is WAITING without a start time. From the first GET on, an import without delay is past
//! WAITING, because one client takes that state for a failure.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Serialize;
use tokio::sync::watch;

use super::{Document, DocumentKind, Engine, ModelError, Pace, SyncPermit};
use crate::clock::{api_date, millis};
use crate::{choices, sync::lock};

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Operation {
    /// Exports objects.
    Export,
    /// Imports a document.
    Import,
    /// Creates an algorithm.
    AlgorithmCreate,
    /// Changes an algorithm.
    AlgorithmUpdate,
    /// Replaces the global key.
    EncryptionKeyCreate,
}

impl Operation {
    fn waits(self) -> bool {
        self == Self::Import
    }

    fn document_kind(self) -> Option<DocumentKind> {
        match self {
            Self::Export => Some(DocumentKind::Export),
            Self::Import => Some(DocumentKind::Import),
            Self::AlgorithmCreate | Self::AlgorithmUpdate | Self::EncryptionKeyCreate => None,
        }
    }

    fn reference(self, engine: &Engine) -> Option<String> {
        let (prefix, stem) = match self.document_kind()? {
            DocumentKind::Export => ("EXPORT", "export"),
            DocumentKind::Import => ("IMPORT", "import"),
        };
        let name = format!("{stem}_document_{}.json", engine.ids.alphanumeric(8));
        Some(format!("{prefix}-{}", STANDARD.encode(name)))
    }
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    /// Not begun.
    Waiting,
    /// Under way.
    Running,
    /// Done.
    Succeeded,
    /// Failed.
    Failed,
}

impl TaskStatus {
    fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// A task as the API shows it: members that are not set are absent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AsyncTask {
    /// Its number.
    pub async_task_id: i64,
    /// What it does.
    pub operation: Operation,
    /// Names its document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Where it stands.
    pub status: TaskStatus,
    /// When it began to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// Never, for these operations.
    pub cancellable: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception_detail: Option<String>,
}

/// What a task's work ends with.
#[derive(Debug, Default)]
pub struct JobOutput {
    /// The file to download; a failed import leaves one too.
    pub file: Option<Bytes>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

/// Which tasks a list shows.
#[derive(Debug, Default)]
pub struct TaskFilter {
    /// Only this operation, as the API spells it.
    pub operation: Option<String>,
    /// Only this status, as the API spells it.
    pub status: Option<String>,
}

/// All tasks.
#[derive(Debug, Default)]
pub struct Tasks {
    inner: Mutex<Inner>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Inner {
    last: i64,
    tasks: BTreeMap<i64, Entry>,
}

#[derive(Debug)]
struct Entry {
    task: AsyncTask,
    /// Whether a poll (or a download) allowed the task to end; only looked at with [`Pace::PerPoll`].
    may_end: bool,
}

impl Tasks {
    fn insert(&self, operation: Operation, reference: Option<String>) -> i64 {
        let mut inner = lock(&self.inner);
        inner.last += 1;
        let id = inner.last;
        let task = AsyncTask {
            async_task_id: id,
            operation,
            reference,
            status: TaskStatus::Waiting,
            start_time: None,
            end_time: None,
            cancellable: false,
            exception_detail: None,
        };
        inner.tasks.insert(id, Entry { task, may_end: false });
        while inner.tasks.len() > choices::TASKS_KEPT {
            // A task that still runs must stay: its driver and its waiters look it up.
            let Some(oldest) = inner.tasks.values().find(|e| e.task.status.is_final()) else {
                break;
            };
            let oldest = oldest.task.async_task_id;
            inner.tasks.remove(&oldest);
        }
        id
    }

    /// Changes a task and tells everybody who waits for one.
    fn change(&self, id: i64, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = lock(&self.inner).tasks.get_mut(&id) {
            change(entry);
        }
        self.changed.send_replace(());
    }

    fn run(&self, id: i64, now_ms: i64) {
        self.change(id, |entry| {
            if entry.task.status == TaskStatus::Waiting {
                entry.task.status = TaskStatus::Running;
                entry.task.start_time = Some(api_date(now_ms));
            }
        });
    }

    /// One task.
    pub fn get(&self, id: i64) -> Result<AsyncTask, ModelError> {
        let inner = lock(&self.inner);
        inner
            .tasks
            .get(&id)
            .map(|e| e.task.clone())
            .ok_or_else(|| ModelError::not_found("async task", id))
    }

    /// The tasks that a filter lets through, by number.
    pub fn list(&self, filter: &TaskFilter) -> Vec<AsyncTask> {
        let is = |wanted: &Option<String>, value: serde_json::Result<serde_json::Value>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| value.is_ok_and(|value| value == wanted.as_str()))
        };
        let inner = lock(&self.inner);
        let all = inner.tasks.values().map(|entry| &entry.task);
        all.filter(|task| is(&filter.operation, serde_json::to_value(task.operation)))
            .filter(|task| is(&filter.status, serde_json::to_value(task.status)))
            .cloned()
            .collect()
    }

    /// None of these operations can be cancelled.
    pub fn cancel(&self, id: i64) -> Result<AsyncTask, ModelError> {
        self.get(id)?;
        Err(ModelError::NotCancellable {
            what: "async task",
            id,
        })
    }

    fn by_reference(&self, reference: &str) -> Option<AsyncTask> {
        let inner = lock(&self.inner);
        inner
            .tasks
            .values()
            .rev()
            .map(|e| &e.task)
            .find(|t| t.reference.as_deref() == Some(reference))
            .cloned()
    }

    /// Waits until a look at the tasks gives something, or they were cleared under the waiter.
    async fn until<T>(&self, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            // The sender is in `self` and so cannot be gone.
            let _ = changed.changed().await;
        }
    }

    /// Forgets all tasks. The numbers start again.
    pub fn clear(&self) {
        *lock(&self.inner) = Inner::default();
        self.changed.send_replace(());
    }
}

impl Engine {
    /// Starts a task and answers as the vendor's examples show it. The permit is held until the task ends.
    pub fn start_task(
        self: &Arc<Self>,
        operation: Operation,
        permit: Option<SyncPermit>,
        work: impl FnOnce(&Self) -> JobOutput + Send + 'static,
    ) -> Result<AsyncTask, ModelError> {
        let id = self.tasks.insert(operation, operation.reference(self));
        if !operation.waits() {
            self.tasks.run(id, self.clock.now_ms());
        }
        let answer = self.tasks.get(id)?;
        if self.settings.task_pace == Pace::Delay(std::time::Duration::ZERO) {
            self.tasks.run(id, self.clock.now_ms());
        }
        let engine = Arc::clone(self);
        tokio::spawn(async move { engine.drive(id, operation, permit, work).await });
        Ok(answer)
    }

    async fn drive(
        self: Arc<Self>,
        id: i64,
        operation: Operation,
        permit: Option<SyncPermit>,
        work: impl FnOnce(&Self) -> JobOutput + Send + 'static,
    ) {
        let delay = match self.settings.task_pace {
            Pace::Delay(delay) => Some(millis(delay)),
            Pace::PerPoll => None,
        };
        if operation.waits() {
            match delay {
                Some(delay) => {
                    self.clock
                        .sleep_until(self.clock.now_ms().saturating_add(delay))
                        .await
                }
                None => {
                    let begun = |e: &Entry| e.task.status != TaskStatus::Waiting;
                    self.tasks.until(|tasks| tasks.entry(id, begun)).await;
                }
            }
            self.tasks.run(id, self.clock.now_ms());
        }
        let began_ms = self.clock.now_ms();
        let engine = Arc::clone(&self);
        let output = tokio::task::spawn_blocking(move || work(&engine))
            .await
            .unwrap_or_else(|panic| {
                tracing::error!(task = id, %panic, "the work of an async task panicked");
                JobOutput {
                    file: None,
                    failure: Some(choices::INTERNAL_ERROR.to_owned()),
                }
            });
        match delay {
            Some(delay) => self.clock.sleep_until(began_ms.saturating_add(delay)).await,
            None => self.tasks.until(|tasks| tasks.entry(id, |e| e.may_end)).await,
        }
        self.finish(id, operation, output);
        drop(permit);
    }

    fn finish(&self, id: i64, operation: Operation, output: JobOutput) {
        // Gone if the tasks were cleared meanwhile; then nobody may find the document either.
        let Ok(task) = self.tasks.get(id) else { return };
        if let (Some(reference), Some(kind), Some(bytes)) =
            (task.reference, operation.document_kind(), output.file)
        {
            self.documents.insert(reference, Document { kind, bytes });
        }
        let now = api_date(self.clock.now_ms());
        self.tasks.change(id, |entry| {
            let failed = output.failure.is_some();
            entry.task.status = if failed {
                TaskStatus::Failed
            } else {
                TaskStatus::Succeeded
            };
            entry.task.end_time = Some(now);
            entry.task.exception_detail = output.failure;
        });
    }

    /// A task as a GET shows it; with one state per poll, the GET moves it on first.
    pub async fn poll_task(&self, id: i64) -> Result<AsyncTask, ModelError> {
        let task = self.tasks.get(id)?;
        if self.settings.task_pace != Pace::PerPoll || task.status.is_final() {
            return Ok(task);
        }
        if task.status == TaskStatus::Waiting {
            self.tasks.run(id, self.clock.now_ms());
            return self.tasks.get(id);
        }
        self.tasks.change(id, |entry| entry.may_end = true);
        self.tasks
            .until(|tasks| tasks.entry(id, |e| e.task.status.is_final()))
            .await;
        self.tasks.get(id)
    }

    /// The document behind a reference; waits a while for a task that hasn't ended.
    pub async fn download(&self, reference: &str) -> Result<Bytes, ModelError> {
        if let Some(document) = self.documents.get(reference) {
            return Ok(document.bytes);
        }
        let absent = || ModelError::not_found("file download", reference);
        let task = self.tasks.by_reference(reference).ok_or_else(absent)?;
        let id = task.async_task_id;
        if self.settings.task_pace == Pace::PerPoll {
            // Nobody polls while this call waits, so it counts as the polls that are left.
            self.tasks.run(id, self.clock.now_ms());
            self.tasks.change(id, |entry| entry.may_end = true);
        }
        let ended = self
            .tasks
            .until(|tasks| tasks.entry(id, |e| e.task.status.is_final()));
        tokio::select! {
            _ = tokio::time::timeout(self.settings.download_wait, ended) => {}
            () = self.stopping.cancelled() => return Err(ModelError::Stopping),
        }
        self.documents
            .get(reference)
            .map(|document| document.bytes)
            .ok_or_else(absent)
    }
}

impl Tasks {
    /// `Some` once a task passes a test, or is gone.
    fn entry(&self, id: i64, test: impl Fn(&Entry) -> bool) -> Option<()> {
        lock(&self.inner).tasks.get(&id).is_none_or(test).then_some(())
    }
}
