//! Sessions, snapshots, content and scenarios from code.

use std::sync::Arc;

use super::{LocalEngine, RunningEngine};
use crate::engine::clock::Clock;
use crate::engine::{Content, ContentError, Engine, EngineError, PersistError, ReplaceError};
use crate::http::App;
use crate::http::answer::ApiError;
use crate::http::faults::Faults;
use crate::http::messages::error_message;
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

/// Why content doesn't change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The content is unusable.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The rules of a scenario don't fit the content; the text says why.
    #[error("{0}")]
    Rules(String),
    /// The changed state can't be written into the state directory.
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

    /// Replaces the content and the rules by declared content, all or nothing, as `PUT /__admin/content` does. Tokens
    /// stay; a reset goes back to what the engine started with.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use mock_engine::{Content, ContentFormat, MockEngine};
    /// let engine = MockEngine::builder().start().await?;
    /// engine.replace_content(Content::parse("applications = [\"HR\"]", ContentFormat::Toml)?)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn replace_content(&self, content: Content) -> Result<(), ChangeError> {
        replace(&self.app.engine, content)
    }

    /// Replaces the rules by those of declared content, whose objects don't count.
    pub fn replace_rules(&self, content: Content) {
        self.app.engine.rules.set(&[content]);
    }

    /// Puts a scenario into a state; its rules change the content. If they don't fit, neither changes.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use mock_engine::{Content, ContentFormat, MockEngine};
    /// let rules = r#"rules = [{ scenario = "growth", is = "later", put = { applications = ["HR"] } }]"#;
    /// let engine = MockEngine::builder().content(Content::parse(rules, ContentFormat::Toml)?).start().await?;
    /// engine.set_scenario("growth", "later")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_scenario(&self, name: &str, state: &str) -> Result<(), ChangeError> {
        set_scenario(&self.app, name, state)
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

    /// Replaces its content and rules by declared content, as [`RunningEngine::replace_content`].
    pub fn replace_content(&self, content: Content) -> Result<(), ChangeError> {
        replace(&self.app.engine, content)
    }

    /// Replaces its rules, as [`RunningEngine::replace_rules`].
    pub fn replace_rules(&self, content: Content) {
        self.app.engine.rules.set(&[content]);
    }

    /// Puts one of its scenarios into a state, as [`RunningEngine::set_scenario`].
    pub fn set_scenario(&self, name: &str, state: &str) -> Result<(), ChangeError> {
        set_scenario(&self.app, name, state)
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

fn replace(engine: &Engine, content: Content) -> Result<(), ChangeError> {
    engine.replace_content(content).map_err(|error| match error {
        ReplaceError::Content(error) => ChangeError::Content(error),
        ReplaceError::Engine(error) => changed(error),
    })
}

fn set_scenario(app: &App, name: &str, state: &str) -> Result<(), ChangeError> {
    app.set_scenario(name, state).map_err(changed)
}

fn changed(error: EngineError) -> ChangeError {
    match error {
        EngineError::Persist(error) => ChangeError::Persist(error),
        other => ChangeError::Rules(error_message(&other)),
    }
}
