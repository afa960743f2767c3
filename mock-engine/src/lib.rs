//! A server that behaves like a data-masking engine for everything a sync pipeline does.
//!
//! ```
//! use mock_engine::{Clock, MockEngine};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // An engine with the demo inventory on a free port of this machine, reproducible.
//! let engine = MockEngine::builder().seed(1).clock(Clock::frozen(0)).start().await?;
//! assert!(engine.url().starts_with("http://127.0.0.1:"));
//! // … point the client under test at `engine.url()` …
//! engine.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! Four layers, each a folder that knows only the ones after it: `startup` (builder, configuration, command line),
//! `server` (connections), `http` (requests and answers), `engine` (state and rules).
//!
//! The feature `cli` (on by default) adds the program `mock-engine` with its options and its log.
#![forbid(unsafe_code)]

mod engine;
mod http;
#[cfg(feature = "cli")]
mod recording;
mod server;
mod startup;

pub use engine::clock::Clock;
pub use engine::duration::Time;
pub use engine::faults::{ExportFault, ImportFault, ObjectEdit, TaskFault};
pub use engine::schema::{Schema, SchemaError};
pub use engine::seed::{Content, ContentFormat, Mistakes, SeedError};
pub use engine::{
    ContentError, Credential, EntropyError, Pace, PersistError, Profile, ProfileError, Settings, SetupError,
};
pub use http::faults::{
    Act, AnswerFault, ConnectionFault, Delay, Dribble, Fault, FaultError, Faults, Lognormal, PageFault,
};
pub use http::limits::Limits;
pub use http::pattern::{ObjectPattern, PathPattern, RequestPattern, ValuePattern};
pub use http::scenarios::ScenarioStep;
pub use http::verify::{CallPattern, Expectation, Unverified};
pub use server::tls::{TlsError, TlsIdentity};
pub use server::{Bind, BindError};
pub use startup::{
    BlockingEngine, Builder, Call, Calls, ChangeError, LocalEngine, MockEngine, RunningEngine, Session,
    SessionError, SnapshotError, StartError, VerifyOnDrop,
};
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use startup::{InProcess, main, run_program};

#[doc(hidden)]
pub mod internal;
