//! What tests ask of an engine in their own process.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{LocalEngine, RunningEngine, Session};
use crate::http::journal::{Entry, Journal};
use crate::http::verify::{CallPattern, Expectation, Unverified};

impl RunningEngine {
    /// The requests that came.
    pub fn journal(&self) -> Calls<'_> {
        Calls(&self.app.journal)
    }

    /// Compares the requests that came with an expectation.
    pub fn verify(&self, expectation: &Expectation) -> Result<(), Unverified> {
        expectation.verify(&self.app.journal).map(drop)
    }

    /// Verifies an expectation when the guard is dropped, at the end of a test.
    ///
    /// ```no_run
    /// # async fn test() -> Result<(), mock_engine::StartError> {
    /// use mock_engine::{CallPattern, Expectation, MockEngine};
    ///
    /// let engine = MockEngine::builder().start().await?;
    /// let once = Expectation::of(CallPattern::new("POST", "/import")).exactly(1);
    /// let _guard = engine.verify_on_drop(once);
    /// // … the client under test imports …
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify_on_drop(&self, expectation: Expectation) -> VerifyOnDrop<'_> {
        VerifyOnDrop {
            journal: &self.app.journal,
            expectation,
        }
    }
}

impl LocalEngine {
    /// The requests that came.
    pub fn journal(&self) -> Calls<'_> {
        Calls(&self.app.journal)
    }

    /// Compares the requests that came with an expectation.
    pub fn verify(&self, expectation: &Expectation) -> Result<(), Unverified> {
        expectation.verify(&self.app.journal).map(drop)
    }
}

impl Session {
    /// The requests that came to the session.
    pub fn journal(&self) -> Calls<'_> {
        Calls(&self.app.journal)
    }

    /// Compares the requests that came to the session with an expectation.
    pub fn verify(&self, expectation: &Expectation) -> Result<(), Unverified> {
        expectation.verify(&self.app.journal).map(drop)
    }
}

/// The requests that came to an engine, without calls of its admin API.
#[derive(Debug, Clone, Copy)]
pub struct Calls<'e>(&'e Journal);

impl Calls<'_> {
    /// The requests that fit a pattern, oldest first. The default pattern selects all.
    pub fn list(&self, pattern: &CallPattern) -> Vec<Call> {
        let entries = pattern.select(self.0).into_iter();
        let session: Arc<str> = self.0.session().into();
        let call = |entry| Call {
            entry,
            session: Arc::clone(&session),
        };
        entries.map(call).collect()
    }

    /// Waits until at least so many requests that fit are answered, and returns them.
    pub async fn wait_for(
        &self,
        pattern: &CallPattern,
        wanted: usize,
        patience: Duration,
    ) -> Result<Vec<Call>, Unverified> {
        let answered = || {
            let calls = self.list(pattern).into_iter();
            calls.filter(|call| call.status().is_some()).count()
        };
        self.0.wait_until(patience, || answered() >= wanted).await;
        Expectation::of(pattern.clone())
            .at_least(wanted as u64)
            .verify(self.0)?;
        Ok(self.list(pattern))
    }

    /// Forgets the requests.
    pub fn clear(&self) {
        self.0.clear();
    }
}

/// A request that came.
#[derive(Clone)]
pub struct Call {
    entry: Arc<Entry>,
    session: Arc<str>,
}

impl Call {
    /// Its number in the journal.
    pub fn id(&self) -> u64 {
        self.entry.id()
    }

    /// Its method.
    pub fn method(&self) -> &str {
        self.entry.method()
    }

    /// Its path, as the client wrote it.
    pub fn path(&self) -> &str {
        self.entry.path()
    }

    /// Its query string, without secrets.
    pub fn query(&self) -> &str {
        self.entry.query()
    }

    /// The status of the answer, if there is one.
    pub fn status(&self) -> Option<u16> {
        self.entry.status()
    }

    /// The name of the fault that it met, or its place in the list (`#0`).
    pub fn fault(&self) -> Option<&str> {
        self.entry.fault()
    }

    /// The entry as `GET /__admin/requests` shows it: with headers, body, user, import and export.
    pub fn to_json(&self) -> Value {
        self.entry.to_json(&self.session)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_json())
    }
}

/// Verifies an expectation when it is dropped; see [`RunningEngine::verify_on_drop`].
///
/// # Panics
///
/// Dropping it panics with the report if the expectation doesn't hold, unless the thread already panics.
#[derive(Debug)]
#[must_use = "it verifies when it is dropped"]
pub struct VerifyOnDrop<'e> {
    journal: &'e Journal,
    expectation: Expectation,
}

impl Drop for VerifyOnDrop<'_> {
    // It is an assertion of a test, and a test fails by a panic.
    #[allow(clippy::panic)]
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        if let Err(unverified) = self.expectation.verify(self.journal) {
            panic!("{unverified}");
        }
    }
}
