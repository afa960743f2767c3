//! Ctrl-C as a request to stop early: the results so far are still printed.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;

use crate::cli::exit::Exit;

/// Whether Ctrl-C was pressed.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Never set: Ctrl-C ends the process.
    pub(crate) fn never() -> Self {
        Self(Arc::default())
    }

    /// Watches for Ctrl-C: the first press requests a stop, the second ends the process.
    pub(crate) fn watch(progress: &ProgressBar) -> Self {
        let interrupt = Self::never();
        let (asked, progress) = (Arc::clone(&interrupt.0), progress.clone());
        let handler = move || {
            if asked.swap(true, Ordering::Relaxed) {
                std::process::exit(Exit::Interrupted.code().into());
            }
            progress.suspend(|| {
                // Best effort.
                let note = "stopping after the documents in progress; press Ctrl-C again to stop at once";
                let _ = writeln!(anstream::stderr(), "{note}");
            });
        };
        // Without a handler, Ctrl-C ends the process as usual.
        let _ = ctrlc::set_handler(handler);
        interrupt
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    pub(crate) fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
