//! The signals that end the process.
//!
//! Invariant: the process listens before the engines start, so an early signal neither gets lost nor kills it.

use std::io;
#[cfg(unix)]
use std::os::unix::process::parent_id;
#[cfg(unix)]
use std::time::Duration;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How often an engine looks whether its parent is still there.
#[cfg(unix)]
const PARENT_CHECK: Duration = Duration::from_millis(100);

#[cfg(unix)]
const ORPHANED: &str = "end of the parent process";

#[cfg(unix)]
async fn while_parent_is(parent: u32) {
    while parent_id() == parent {
        tokio::time::sleep(PARENT_CHECK).await;
    }
}

/// SIGTERM, SIGHUP and Ctrl-C.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    hangup: Option<Signal>,
    /// The id of the parent process, if its end counts as a signal.
    #[cfg(unix)]
    parent: Option<u32>,
}

impl Signals {
    /// Starts to listen.
    #[cfg(unix)]
    pub(super) fn listen() -> io::Result<Self> {
        let hangup = || signal(SignalKind::hangup());
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: (!hangup_is_ignored()).then(hangup).transpose()?,
            parent: None,
        })
    }

    /// Takes the end of the parent process for a signal.
    ///
    /// The system gives an orphan another parent, so its parent's id changes. The end of standard input would say
    /// less: not every language opens a pipe to its subprocesses, and other children can hold one open. The system's
    /// own signal for this comes when the parent's thread ends, which is too early for Java.
    #[cfg(unix)]
    pub(super) fn watch_parent(&mut self) {
        self.parent = Some(parent_id());
    }

    /// Waits for the next signal; returns its name.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> &'static str {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        let orphaned = async {
            match self.parent {
                Some(parent) => while_parent_is(parent).await,
                None => std::future::pending().await,
            }
        };
        let signal = tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
            _ = hangup => "SIGHUP",
            () = orphaned => ORPHANED,
        };
        if signal == ORPHANED {
            self.parent = None;
        }
        signal
    }

    /// Starts to listen.
    #[cfg(not(unix))]
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for Ctrl-C.
    #[cfg(not(unix))]
    pub async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}

/// Whether the process ignores SIGHUP, as under `nohup`. Only Linux shows this without unsafe code.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // Signal 1 is the lowest bit.
    mask.is_some_and(|mask| mask & 1 == 1)
}
