//! Engines that a command line describes, within a process of another language.

use std::ffi::OsString;
use std::time::Duration;

use clap::Parser;
use tokio::runtime::Runtime;

use super::cli::Cli;
use super::engines::Engines;

/// How long requests under way may still take when the engines stop.
const DRAIN: Duration = Duration::from_secs(2);

/// Running engines with a runtime of their own. Dropping them stops them at once.
#[derive(Debug)]
pub struct InProcess {
    engines: Option<Engines>,
    /// Dropping a runtime would wait for its blocking threads.
    runtime: Option<Runtime>,
}

impl InProcess {
    /// Starts the engines that the options of `mock-engine` describe. They accept requests once this returns. Options
    /// of the log and of readiness have no effect.
    ///
    /// # Errors
    /// The message that the program would print, for options that it refuses and engines that don't start.
    pub fn start(options: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let words = [OsString::from("mock-engine")].into_iter().chain(options);
        let cli = Cli::try_parse_from(words).map_err(|error| error.render().to_string())?;
        if cli.command.is_some() {
            return Err("only options of engines start an engine, not commands".to_owned());
        }
        let config = cli.into_config().map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("mock-engine")
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let engines = runtime
            .block_on(Engines::start(config))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            engines: Some(engines),
            runtime: Some(runtime),
        })
    }

    /// The names and URLs of the engines, in the order of the options.
    pub fn engines(&self) -> Vec<(String, String)> {
        self.engines.iter().flat_map(Engines::listening).collect()
    }

    /// Stops accepting connections and waits a moment for running requests. Does nothing the second time.
    pub fn stop(&mut self) {
        if let (Some(engines), Some(runtime)) = (self.engines.take(), self.runtime.take()) {
            // A request that takes longer ends with the runtime.
            let _ = runtime.block_on(async { tokio::time::timeout(DRAIN, engines.shutdown()).await });
            runtime.shutdown_background();
        }
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
