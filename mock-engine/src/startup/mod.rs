//! Start-up: from a builder, or from options and files, to running engines.

mod asked;
mod blocking;
mod builder;
#[cfg(feature = "cli")]
pub(crate) mod cli;
#[cfg(feature = "cli")]
pub(crate) mod config;
mod content;
#[cfg(feature = "cli")]
mod engines;
#[cfg(feature = "cli")]
mod health;
#[cfg(feature = "cli")]
mod in_process;
mod local;
#[cfg(feature = "cli")]
mod log;
#[cfg(feature = "cli")]
mod profiles;
#[cfg(feature = "cli")]
mod program;
#[cfg(feature = "cli")]
mod ready;
#[cfg(feature = "cli")]
mod recordings;
mod running;
mod session;
#[cfg(feature = "cli")]
mod signals;
#[cfg(feature = "cli")]
mod verify;

pub use asked::{Call, Calls, VerifyOnDrop};
pub use blocking::BlockingEngine;
pub use builder::{Builder, MockEngine, StartError};
pub use content::ChangeError;
#[cfg(feature = "cli")]
pub use in_process::InProcess;
pub use local::LocalEngine;
#[cfg(feature = "cli")]
pub use program::{main, run_program};
pub use running::RunningEngine;
pub use session::{Session, SessionError, SnapshotError};
