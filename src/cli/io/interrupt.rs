//! Ctrl-C as a request: what was done so far is still told.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;

use crate::cli::exit::Exit;

/// Whether somebody pressed Ctrl-C.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Nobody will, as far as this tells: the system ends the process.
    pub(crate) fn never() -> Self {
        Self(Arc::default())
    }

    /// From now on the first Ctrl-C asks, and the second one ends the process at once.
    pub(crate) fn watch(progress: &ProgressBar) -> Self {
        let interrupt = Self::never();
        let (asked, progress) = (Arc::clone(&interrupt.0), progress.clone());
        let handler = move || {
            if asked.swap(true, Ordering::Relaxed) {
                std::process::exit(Exit::Interrupted.code().into());
            }
            progress.suspend(|| {
                // Nobody is left to tell when this fails.
                let note = "stopping after the documents in work; Ctrl-C again ends at once";
                let _ = writeln!(anstream::stderr(), "{note}");
            });
        };
        // Where no handler can be set, Ctrl-C ends the process as ever.
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
