//! Async tasks: WAITING → RUNNING → SUCCEEDED or FAILED.
//!
//! Invariant: this is only the table; `task_driver` moves tasks on. Every change wakes all waiters, and so does the
//! removal of a task.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Serialize;
use tokio::sync::watch;

use super::{DocumentKind, EngineError};
use crate::engine::clock::api_date;
use crate::engine::defaults;
use crate::engine::ids::Ids;
use crate::engine::locking::lock;

/// The operation of a task.
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
    /// Refreshes a ruleset from its database.
    RulesetRefresh,
    /// Replaces the tables of a ruleset.
    TableBulkUpdate,
    /// Replaces the files of a ruleset.
    DatafileBulkUpdate,
}

impl Operation {
    /// Whether it begins WAITING.
    pub(super) fn waits(self) -> bool {
        self == Self::Import
    }

    /// The kind of its document, if it leaves one.
    pub(super) fn document_kind(self) -> Option<DocumentKind> {
        match self {
            Self::Export => Some(DocumentKind::Export),
            Self::Import => Some(DocumentKind::Import),
            Self::AlgorithmCreate
            | Self::AlgorithmUpdate
            | Self::EncryptionKeyCreate
            | Self::RulesetRefresh
            | Self::TableBulkUpdate
            | Self::DatafileBulkUpdate => None,
        }
    }

    /// A new reference for its document.
    pub(super) fn reference(self, ids: &Ids) -> Option<String> {
        let (prefix, stem) = match self.document_kind()? {
            DocumentKind::Export => ("EXPORT", "export"),
            DocumentKind::Import => ("IMPORT", "import"),
        };
        let name = format!("{stem}_document_{}.json", ids.alphanumeric(8));
        Some(format!("{prefix}-{}", STANDARD.encode(name)))
    }
}

/// The status of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    /// Not started.
    Waiting,
    /// Running.
    Running,
    /// Done.
    Succeeded,
    /// Failed.
    Failed,
}

impl TaskStatus {
    /// Whether it ended.
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// A task as the API shows it, apart from the failure; unset members are absent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AsyncTask {
    /// Its number.
    pub async_task_id: i64,
    /// Its operation.
    pub operation: Operation,
    /// The reference of its document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Its status.
    pub status: TaskStatus,
    /// The time of its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// The time of its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// Always false for these operations.
    pub cancellable: bool,
    /// Why it failed; HTTP words it.
    #[serde(skip)]
    pub failure: Option<Arc<EngineError>>,
}

/// The output of a task's work.
#[derive(Debug, Default)]
pub struct JobOutput {
    /// The file for download; a failed import has one too.
    pub file: Option<Bytes>,
    /// Why it failed, if it did.
    pub failure: Option<EngineError>,
}

impl JobOutput {
    /// The output of work that left a file.
    pub fn file(bytes: Bytes) -> Self {
        Self {
            file: Some(bytes),
            failure: None,
        }
    }

    /// The output of work that failed.
    pub fn failure(error: EngineError) -> Self {
        Self {
            file: None,
            failure: Some(error),
        }
    }
}

/// Selects tasks.
#[derive(Debug, Default)]
pub struct TaskFilter {
    /// Operation, in the API's spelling.
    pub operation: Option<String>,
    /// Status, in the API's spelling.
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
    serial: u64,
    tasks: BTreeMap<i64, Entry>,
}

/// One task among all ever: a reset restarts the numbers, but not the serials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    id: i64,
    serial: u64,
}

#[derive(Debug)]
pub(super) struct Entry {
    serial: u64,
    pub(super) task: AsyncTask,
    /// Whether a poll or a download allowed the task to end; only with one state per poll.
    pub(super) may_end: bool,
    /// How many more times it is shown before it may end; only with a fault.
    pub(super) polls_left: Option<u32>,
}

impl Tasks {
    pub(super) fn insert(&self, operation: Operation, reference: Option<String>) -> Ticket {
        let mut inner = lock(&self.inner);
        inner.last += 1;
        inner.serial += 1;
        let (id, serial) = (inner.last, inner.serial);
        let task = AsyncTask {
            async_task_id: id,
            operation,
            reference,
            status: TaskStatus::Waiting,
            start_time: None,
            end_time: None,
            cancellable: false,
            failure: None,
        };
        inner.tasks.insert(
            id,
            Entry {
                serial,
                task,
                may_end: false,
                polls_left: None,
            },
        );
        while inner.tasks.len() > defaults::TASKS_KEPT {
            // Running tasks stay: their drivers and waiters need them.
            let Some(oldest) = inner.tasks.values().find(|e| e.task.status.is_final()) else {
                break;
            };
            let oldest = oldest.task.async_task_id;
            inner.tasks.remove(&oldest);
        }
        Ticket { id, serial }
    }

    /// Changes a task if it is still there; wakes all waiters.
    pub(super) fn change(&self, ticket: Ticket, change: impl FnOnce(&mut Entry)) {
        let mut inner = lock(&self.inner);
        if let Some(entry) = inner
            .tasks
            .get_mut(&ticket.id)
            .filter(|e| e.serial == ticket.serial)
        {
            change(entry);
        }
        drop(inner);
        self.changed.send_replace(());
    }

    /// Starts a waiting task.
    pub(super) fn run(&self, ticket: Ticket, now_ms: i64) {
        self.change(ticket, |entry| {
            if entry.task.status == TaskStatus::Waiting {
                entry.task.status = TaskStatus::Running;
                entry.task.start_time = Some(api_date(now_ms));
            }
        });
    }

    /// Returns a task if it is still there.
    pub(super) fn look(&self, ticket: Ticket) -> Option<AsyncTask> {
        let inner = lock(&self.inner);
        let entry = inner
            .tasks
            .get(&ticket.id)
            .filter(|entry| entry.serial == ticket.serial);
        entry.map(|entry| entry.task.clone())
    }

    /// A task by its number.
    pub(super) fn find(&self, id: i64) -> Result<(Ticket, AsyncTask), EngineError> {
        let inner = lock(&self.inner);
        let entry = inner
            .tasks
            .get(&id)
            .ok_or_else(|| EngineError::not_found("async task", id))?;
        Ok((
            Ticket {
                id,
                serial: entry.serial,
            },
            entry.task.clone(),
        ))
    }

    /// A task by the reference of its document.
    pub(super) fn by_reference(&self, reference: &str) -> Option<Ticket> {
        let inner = lock(&self.inner);
        let found = inner
            .tasks
            .iter()
            .rev()
            .find(|(_, e)| e.task.reference.as_deref() == Some(reference));
        found.map(|(id, entry)| Ticket {
            id: *id,
            serial: entry.serial,
        })
    }

    /// The tasks that match a filter, by number.
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

    /// Refuses: none of these operations can be cancelled.
    pub fn cancel(&self, id: i64) -> Result<AsyncTask, EngineError> {
        self.find(id)?;
        Err(EngineError::NotCancellable {
            what: "async task",
            id,
        })
    }

    /// Waits until a task passes a test or is gone.
    pub(super) async fn until(&self, ticket: Ticket, test: impl Fn(&Entry) -> bool) {
        let mut changed = self.changed.subscribe();
        let passes = || {
            let inner = lock(&self.inner);
            let entry = inner
                .tasks
                .get(&ticket.id)
                .filter(|entry| entry.serial == ticket.serial);
            entry.is_none_or(&test)
        };
        while !passes() {
            // Never fails, since `self` owns the sender.
            let _ = changed.changed().await;
        }
    }

    /// Counts that a task with a fault is shown; returns whether it ends now.
    pub(super) fn count_poll(&self, ticket: Ticket) -> bool {
        let mut ends = false;
        self.change(ticket, |entry| {
            if let Some(left) = &mut entry.polls_left {
                *left = left.saturating_sub(1);
                ends = *left == 0 && !entry.task.status.is_final();
                entry.may_end |= ends;
            }
        });
        ends
    }

    /// Waits until a task is gone.
    pub(super) async fn until_gone(&self, ticket: Ticket) {
        self.until(ticket, |_| false).await;
    }

    /// Waits until a task ended, or is gone.
    pub(super) async fn until_ended(&self, ticket: Ticket) {
        self.until(ticket, |entry| entry.task.status.is_final()).await;
    }

    /// Removes all tasks. The numbers start again.
    pub fn clear(&self) {
        let mut inner = lock(&self.inner);
        inner.tasks.clear();
        inner.last = 0;
        drop(inner);
        self.changed.send_replace(());
    }
}
