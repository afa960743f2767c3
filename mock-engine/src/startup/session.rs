//! Sessions and snapshots from code.

use std::sync::Arc;

use super::{LocalEngine, RunningEngine};
use crate::engine::clock::Clock;
use crate::engine::{Engine, EngineError, PersistError};
use crate::http::App;
use crate::http::answer::ApiError;
use crate::http::faults::Faults;
use crate::http::sessions::Sessions;

/// Why a session doesn't begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The id has characters that can't stand in a path, or too many.
    #[error("a session's id has 1 to 128 letters, digits, dots, colons, hyphens and underscores")]
    Id,
    /// The engine has no room for more sessions.
    #[error("there are too many sessions")]
    TooMany,
}

/// Why a snapshot isn't taken or restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The engine keeps no more snapshots.
    #[error("there are too many snapshots")]
    TooMany,
    /// No snapshot has the name.
    #[error("no snapshot is named '{0}'")]
    Missing(String),
    /// The restored state can't be written into the state directory.
    #[error(transparent)]
    Persist(#[from] PersistError),
}

/// An isolated engine behind the port of another: a copy of it when the session began, with its own content, tokens,
/// tasks, clock and faults. Dropping the handle ends the session.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = mock_engine::MockEngine::builder().start().await?;
/// let session = engine.session("test-1")?;
/// assert_eq!(session.url(), format!("{}/s/test-1", engine.url()));
/// session.clock().advance(std::time::Duration::from_secs(3600));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping it ends the session"]
pub struct Session {
    pub(super) app: Arc<App>,
    sessions: Arc<Sessions>,
    id: String,
    url: String,
}

impl RunningEngine {
    /// Begins a session, or joins the one that has this id.
    pub fn session(&self, id: impl Into<String>) -> Result<Session, SessionError> {
        Session::begin(&self.app, &self.sessions, &self.url(), id.into())
    }

    /// Takes a snapshot of the content, in place of an older one of the name.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = mock_engine::MockEngine::builder().start().await?;
    /// engine.snapshot("before")?;
    /// // … a test that changes the engine …
    /// engine.restore("before")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn snapshot(&self, name: &str) -> Result<(), SnapshotError> {
        take(&self.app.engine, name)
    }

    /// Restores a snapshot. Tokens and tasks stay.
    pub fn restore(&self, name: &str) -> Result<(), SnapshotError> {
        restore(&self.app.engine, name)
    }
}

impl LocalEngine {
    /// Begins a session, or joins the one that has this id. Its URL begins with `http://localhost`.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = mock_engine::MockEngine::builder().without_port()?;
    /// let session = engine.session("test-1")?;
    /// let login = http::Request::post(format!("{}/masking/api/login", session.url()));
    /// let answer = engine.answer(login.body(r#"{"username":"u","password":"p"}"#.into())?).await;
    /// assert_eq!(answer.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn session(&self, id: impl Into<String>) -> Result<Session, SessionError> {
        Session::begin(&self.app, self.sessions(), "http://localhost", id.into())
    }

    /// Takes a snapshot of the content, in place of an older one of the name.
    pub fn snapshot(&self, name: &str) -> Result<(), SnapshotError> {
        take(&self.app.engine, name)
    }

    /// Restores a snapshot. Tokens and tasks stay.
    pub fn restore(&self, name: &str) -> Result<(), SnapshotError> {
        restore(&self.app.engine, name)
    }
}

impl Session {
    fn begin(base: &Arc<App>, sessions: &Arc<Sessions>, url: &str, id: String) -> Result<Self, SessionError> {
        let app = sessions.open(base, &id).map_err(|error| match error {
            ApiError::TooManySessions => SessionError::TooMany,
            _ => SessionError::Id,
        })?;
        Ok(Self {
            app,
            sessions: Arc::clone(sessions),
            url: format!("{url}/s/{id}"),
            id,
        })
    }

    /// Its URL without a final slash: `http://127.0.0.1:49213/s/test-1`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its id, for the header `X-Mock-Session`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.app.engine.clock
    }

    /// Its faults.
    pub fn faults(&self) -> &Faults {
        &self.app.faults
    }

    /// Takes a snapshot of its content, in place of an older one of the name.
    pub fn snapshot(&self, name: &str) -> Result<(), SnapshotError> {
        take(&self.app.engine, name)
    }

    /// Restores a snapshot. Tokens and tasks stay.
    pub fn restore(&self, name: &str) -> Result<(), SnapshotError> {
        restore(&self.app.engine, name)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.sessions.close(&self.id);
    }
}

fn take(engine: &Engine, name: &str) -> Result<(), SnapshotError> {
    engine.take_snapshot(name).map_err(|_| SnapshotError::TooMany)
}

fn restore(engine: &Engine, name: &str) -> Result<(), SnapshotError> {
    engine.restore_snapshot(name).map_err(|error| match error {
        EngineError::Persist(error) => SnapshotError::Persist(error),
        _ => SnapshotError::Missing(name.to_owned()),
    })
}
