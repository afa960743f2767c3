//! Engines for code without an async runtime.

use std::io;
use std::ops::Deref;
use std::sync::mpsc;

use tokio::runtime::{self, Handle, Runtime};

use super::{Builder, RunningEngine, StartError};

/// A running engine with a runtime of its own, for tests without tokio. [`BlockingEngine::shutdown`] stops it in order;
/// dropping it stops it at once.
///
/// It has the methods of [`RunningEngine`].
///
/// ```
/// # fn main() -> Result<(), mock_engine::StartError> {
/// let engine = mock_engine::MockEngine::builder().start_blocking()?;
/// assert!(engine.url().starts_with("http://127.0.0.1:"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct BlockingEngine {
    engine: RunningEngine,
    handle: Handle,
    /// Dropping a runtime would wait for its blocking threads, and would panic within another runtime.
    runtime: Option<Runtime>,
}

impl Builder {
    /// Starts the engine with a runtime of its own; it accepts requests once this returns.
    pub fn start_blocking(self) -> Result<BlockingEngine, StartError> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("mock-engine")
            .enable_all()
            .build()
            .map_err(StartError::Runtime)?;
        // Unlike `block_on` this works on threads of other runtimes, too.
        let (send, receive) = mpsc::sync_channel(1);
        runtime.spawn(async move {
            let _ = send.send(self.start().await);
        });
        let started = receive.recv();
        let engine = started.map_err(|lost| StartError::Runtime(io::Error::other(lost)))??;
        Ok(BlockingEngine {
            engine,
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }
}

impl BlockingEngine {
    /// Waits for a future, such as one of the engine's journal. Not for threads of an async runtime: those `await`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use mock_engine::{CallPattern, MockEngine};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = MockEngine::builder().start_blocking()?;
    /// let login = CallPattern::new("POST", "/login");
    /// let came = engine.block_on(engine.journal().wait_for(&login, 1, Duration::from_millis(10)));
    /// assert!(came.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.handle.block_on(future)
    }

    /// Stops accepting connections and waits for running requests; incomplete ones are refused. Returns whether all
    /// of them ended within [`Limits::drain`](crate::Limits::drain).
    ///
    /// ```
    /// # fn main() -> Result<(), mock_engine::StartError> {
    /// let engine = mock_engine::MockEngine::builder().start_blocking()?;
    /// assert!(engine.shutdown());
    /// # Ok(())
    /// # }
    /// ```
    pub fn shutdown(self) -> bool {
        let (send, receive) = mpsc::sync_channel(1);
        let drained = self.engine.drain();
        self.handle.spawn(async move {
            let _ = send.send(drained.await);
        });
        receive.recv().unwrap_or(false)
    }
}

impl Deref for BlockingEngine {
    type Target = RunningEngine;

    fn deref(&self) -> &RunningEngine {
        &self.engine
    }
}

impl Drop for BlockingEngine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
