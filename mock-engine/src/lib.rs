//! A server that behaves like a data-masking engine for everything a sync pipeline does.
//!
//! Four layers, each a folder that knows only the ones after it: `startup` (builder, configuration, command line),
//! `server` (connections), `http` (requests and answers), `engine` (state and rules).
#![forbid(unsafe_code)]

mod engine;
mod http;
mod server;
mod startup;

pub use engine::clock::Clock;
pub use engine::{Credential, Pace, Settings};
pub use http::HttpOptions;
pub use http::limits::Limits;
pub use server::{Bind, tls::TlsIdentity};
pub use startup::{Builder, LocalEngine, MockEngine, RunningEngine, StartError};

/// What this package's own tests, benchmarks and fuzz targets need: no part of what versions promise.
#[doc(hidden)]
pub mod internal {
    pub use crate::engine::*;
    pub use crate::startup::*;
}
