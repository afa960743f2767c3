//! Moves async tasks on, by the engine's clock or by polls.
//!
//! Invariant: a task's work runs exactly once, off the request threads, and its document is in place before its
//! status changes. The first answer is as in the vendor's examples: an export is RUNNING, an import is WAITING
//! without a start time. From the first GET on, an import without delay is past WAITING, since one client takes that
//! state for a failure.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::faults::{EngineFaults, TaskFault};
use super::history::{self, Cause};
use super::tasks::{Entry, Ticket};
use super::{AsyncTask, Document, Engine, EngineError, JobOutput, Operation, Pace, SyncPermit, TaskStatus};
use crate::engine::clock::{api_date, millis};

/// When a task leaves its states.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    /// Times on the engine's clock; `None` if polls decide.
    times: Option<Times>,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    run_ms: i64,
    end_ms: i64,
}

impl Schedule {
    /// Counts from the request, not from the start of the work, so a test can move the clock right after the request.
    fn new(pace: Pace, now_ms: i64, waits: bool) -> Self {
        let times = match pace {
            Pace::PerPoll => None,
            Pace::Delay(delay) => {
                let delay = millis(delay);
                let run_ms = if waits {
                    now_ms.saturating_add(delay)
                } else {
                    now_ms
                };
                Some(Times {
                    run_ms,
                    end_ms: run_ms.saturating_add(delay),
                })
            }
        };
        Self { times }
    }
}

impl Engine {
    /// Starts a task; returns it as the vendor's examples show it. The task holds the permit until it ends.
    pub fn start_task(
        self: &Arc<Self>,
        operation: Operation,
        permit: Option<SyncPermit>,
        work: impl FnOnce(&Self) -> JobOutput + Send + 'static,
    ) -> Result<AsyncTask, EngineError> {
        let reference = operation.reference(&self.ids);
        self.start_task_about(operation, reference, permit, work)
    }

    /// Starts a task whose `reference` names what it works on instead of a document.
    pub fn start_task_about(
        self: &Arc<Self>,
        operation: Operation,
        reference: Option<String>,
        permit: Option<SyncPermit>,
        work: impl FnOnce(&Self) -> JobOutput + Send + 'static,
    ) -> Result<AsyncTask, EngineError> {
        let now_ms = self.clock.now_ms();
        let schedule = Schedule::new(self.settings.task_pace, now_ms, operation.waits());
        let ticket = self.tasks.insert(operation, reference);
        let fault = EngineFaults::current().task.clone();
        let waits = operation.waits() || fault == Some(TaskFault::StaysWaiting);
        if !waits {
            self.tasks.run(ticket, now_ms);
        }
        let answer = self.tasks.look(ticket).ok_or(EngineError::Internal)?;
        if self.settings.task_pace == Pace::Delay(Duration::ZERO) && fault != Some(TaskFault::StaysWaiting) {
            self.tasks.run(ticket, now_ms);
        }
        let engine = Arc::clone(self);
        let cause = Cause::current();
        let work = move |engine: &Self| history::run_for(cause, || work(engine));
        tokio::spawn(async move {
            match fault {
                None => engine.drive(ticket, schedule, operation, work).await,
                Some(fault) => engine.drive_badly(ticket, operation, work, fault).await,
            }
            drop(permit);
        });
        Ok(answer)
    }

    async fn drive(
        self: Arc<Self>,
        ticket: Ticket,
        schedule: Schedule,
        operation: Operation,
        work: impl FnOnce(&Self) -> JobOutput + Send + 'static,
    ) {
        let begun = |entry: &Entry| entry.task.status != TaskStatus::Waiting;
        match schedule.times {
            Some(times) => self.clock.sleep_until(times.run_ms).await,
            None => self.tasks.until(ticket, begun).await,
        }
        self.tasks.run(ticket, self.clock.now_ms());
        // A reset removed the task, so its work must not reach the new state.
        if self.tasks.look(ticket).is_none() {
            return;
        }
        let engine = Arc::clone(&self);
        let output = tokio::task::spawn_blocking(move || work(&engine))
            .await
            .unwrap_or_else(|panic| {
                tracing::error!(%panic, "the work of an async task panicked");
                JobOutput {
                    file: None,
                    failure: Some(EngineError::Internal),
                }
            });
        match schedule.times {
            Some(times) => self.clock.sleep_until(times.end_ms).await,
            None => self.tasks.until(ticket, |e| e.may_end).await,
        }
        self.finish(ticket, operation, output);
    }

    /// Drives a task with a fault, which sets its course instead of the engine's pace.
    async fn drive_badly(
        self: Arc<Self>,
        ticket: Ticket,
        operation: Operation,
        work: impl FnOnce(&Self) -> JobOutput + Send + 'static,
        fault: TaskFault,
    ) {
        match fault {
            TaskFault::Fails(detail) => {
                self.tasks.run(ticket, self.clock.now_ms());
                let failure = EngineError::TaskFault(detail);
                self.finish(ticket, operation, JobOutput::failure(failure));
            }
            TaskFault::StaysWaiting => self.tasks.until_gone(ticket).await,
            TaskFault::StaysRunning => {
                self.tasks.run(ticket, self.clock.now_ms());
                self.tasks.until_gone(ticket).await;
            }
            TaskFault::EndsAfterPolls(polls) => {
                self.tasks.change(ticket, |entry| {
                    entry.polls_left = Some(polls);
                    entry.may_end = polls == 0;
                });
                let schedule = Schedule { times: None };
                self.tasks.run(ticket, self.clock.now_ms());
                self.drive(ticket, schedule, operation, work).await;
            }
        }
    }

    fn finish(&self, ticket: Ticket, operation: Operation, output: JobOutput) {
        let Some(task) = self.tasks.look(ticket) else {
            return;
        };
        if let (Some(reference), Some(kind), Some(bytes)) =
            (task.reference, operation.document_kind(), output.file)
        {
            self.documents.insert(reference, Document { kind, bytes });
        }
        let now = api_date(self.clock.now_ms());
        let mut hidden = self
            .settings
            .profile
            .into_iter()
            .flat_map(|profile| profile.hidden("async-tasks"));
        let tells_why = !hidden.any(|member| member == "exceptionDetail");
        self.tasks.change(ticket, |entry| {
            let failed = output.failure.is_some();
            entry.task.status = if failed {
                TaskStatus::Failed
            } else {
                TaskStatus::Succeeded
            };
            entry.task.end_time = Some(now);
            entry.task.failure = output.failure.filter(|_| tells_why).map(Arc::new);
        });
    }

    /// Returns a task. With one state per poll, moves it on first.
    pub async fn poll_task(&self, id: i64) -> Result<AsyncTask, EngineError> {
        let (ticket, task) = self.tasks.find(id)?;
        if self.tasks.count_poll(ticket) {
            self.tasks.until_ended(ticket).await;
        }
        if self.settings.task_pace == Pace::PerPoll {
            match task.status {
                TaskStatus::Waiting => self.tasks.run(ticket, self.clock.now_ms()),
                TaskStatus::Running => {
                    self.tasks.change(ticket, |entry| entry.may_end = true);
                    self.tasks.until_ended(ticket).await;
                }
                TaskStatus::Succeeded | TaskStatus::Failed => {}
            }
        }
        self.tasks
            .look(ticket)
            .ok_or_else(|| EngineError::not_found("async task", id))
    }

    /// Returns the document of a reference; waits a while for a running task.
    pub async fn download(&self, reference: &str) -> Result<Bytes, EngineError> {
        if let Some(document) = self.documents.get(reference) {
            return Ok(document.bytes);
        }
        let absent = || EngineError::not_found("file download", reference);
        let ticket = self.tasks.by_reference(reference).ok_or_else(absent)?;
        if self.settings.task_pace == Pace::PerPoll {
            // The client does not poll while it waits here, so this counts as the missing polls.
            self.tasks.run(ticket, self.clock.now_ms());
            self.tasks.change(ticket, |entry| entry.may_end = true);
        }
        let ended = self.tasks.until_ended(ticket);
        tokio::select! {
            _ = tokio::time::timeout(self.settings.download_wait, ended) => {}
            () = self.stopping.cancelled() => return Err(EngineError::Stopping),
        }
        self.documents
            .get(reference)
            .map(|document| document.bytes)
            .ok_or_else(absent)
    }
}
