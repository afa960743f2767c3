//! One sync at a time.
//!
//! Invariant: an operation holds its permit from the request until its result is stored, through all states of an
//! async task. Dropping the permit, even in a panic, admits the next operation.

use std::sync::{Arc, Mutex};

use super::{EngineError, Running};
use crate::engine::locking::lock;

/// The kind of a sync operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncKind {
    /// An export.
    Export,
    /// An import.
    Import,
}

impl From<SyncKind> for Running {
    fn from(kind: SyncKind) -> Self {
        match kind {
            SyncKind::Export => Self::Export,
            SyncKind::Import => Self::Import,
        }
    }
}

/// Admits sync operations.
#[derive(Debug, Clone)]
pub struct SyncGate {
    concurrent: bool,
    running: Arc<Mutex<Option<SyncKind>>>,
}

/// The right to run one operation, until dropped.
#[derive(Debug)]
#[must_use = "the operation is let in only while the permit lives"]
pub struct SyncPermit {
    running: Option<Arc<Mutex<Option<SyncKind>>>>,
}

impl SyncGate {
    /// Returns a gate; a `concurrent` one admits everything, as newer engines do.
    pub fn new(concurrent: bool) -> Self {
        Self {
            concurrent,
            running: Arc::default(),
        }
    }

    /// Admits an operation unless another one runs, or a masking job runs and the operation is an import.
    pub fn enter(&self, kind: SyncKind, job_running: bool) -> Result<SyncPermit, EngineError> {
        if kind == SyncKind::Import && job_running {
            return Err(EngineError::Busy(Running::Job));
        }
        if self.concurrent {
            return Ok(SyncPermit { running: None });
        }
        let mut running = lock(&self.running);
        if let Some(other) = *running {
            return Err(EngineError::Busy(other.into()));
        }
        *running = Some(kind);
        Ok(SyncPermit {
            running: Some(Arc::clone(&self.running)),
        })
    }
}

impl Drop for SyncPermit {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            *lock(running) = None;
        }
    }
}
