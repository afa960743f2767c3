//! A server that behaves like a data-masking engine for everything a sync pipeline does.
//!
//! Four layers, each knowing only the ones below it: start-up ([`MockEngine`], [`config`], [`cli`]), connections
//! ([`server`]), HTTP, and the engine itself ([`model`]).
#![forbid(unsafe_code)]

mod admin;
mod builder;
pub mod choices;
pub mod cli;
pub mod clock;
pub mod config;
pub mod fleet;
mod http;
pub mod ids;
pub mod limits;
pub mod log;
pub mod model;
pub mod server;
pub mod signals;
mod sync;

pub use builder::{Builder, LocalEngine, MockEngine, RunningEngine, StartError};
pub use http::HttpOptions;
