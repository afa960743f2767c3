//! One sync at a time.
//!
//! Invariant: a permit is held from the request that starts an operation until its result is in place, also across
//! the states of an async task; dropping it, even through a panic, lets the next one in.

use std::sync::{Arc, Mutex};

use super::ModelError;
use crate::engine::locking::lock;

/// What may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncKind {
    /// An export.
    Export,
    /// An import.
    Import,
}

impl SyncKind {
    /// As the answer to somebody else names it.
    fn running(self) -> &'static str {
        match self {
            Self::Export => "an export",
            Self::Import => "an import",
        }
    }
}

/// Lets sync operations in.
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
    /// A gate; `concurrent` leaves it open, as newer engines do.
    pub fn new(concurrent: bool) -> Self {
        Self {
            concurrent,
            running: Arc::default(),
        }
    }

    /// Lets an operation in, unless another one runs or a job execution forbids an import.
    pub fn enter(&self, kind: SyncKind, job_running: bool) -> Result<SyncPermit, ModelError> {
        if kind == SyncKind::Import && job_running {
            return Err(ModelError::Busy {
                running: "a masking job",
            });
        }
        if self.concurrent {
            return Ok(SyncPermit { running: None });
        }
        let mut running = lock(&self.running);
        if let Some(other) = *running {
            return Err(ModelError::Busy {
                running: other.running(),
            });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_operation_waits_for_the_first_to_be_dropped() {
        let gate = SyncGate::new(false);
        let permit = gate.enter(SyncKind::Export, true).unwrap();
        assert!(matches!(
            gate.enter(SyncKind::Import, false),
            Err(ModelError::Busy { .. })
        ));
        drop(permit);
        assert!(matches!(
            gate.enter(SyncKind::Import, true),
            Err(ModelError::Busy { .. })
        ));
        let _permit = gate.enter(SyncKind::Import, false).unwrap();
    }

    #[test]
    fn newer_engines_sync_side_by_side() {
        let gate = SyncGate::new(true);
        let _one = gate.enter(SyncKind::Import, false).unwrap();
        let _two = gate.enter(SyncKind::Import, false).unwrap();
    }
}
