//! Start-up: from options or a builder to running engines.

mod builder;
pub mod cli;
pub mod config;
pub mod engines;
pub mod log;
pub mod signals;

pub use builder::{Builder, LocalEngine, MockEngine, RunningEngine, StartError};
