//! Content and scenarios from code.

use super::{LocalEngine, RunningEngine, Session};
use crate::engine::{Content, ContentError, Engine, EngineError, PersistError, ReplaceError};
use crate::http::App;
use crate::http::messages::error_message;

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

impl RunningEngine {
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
    /// Replaces the content and rules by declared content, as [`RunningEngine::replace_content`].
    pub fn replace_content(&self, content: Content) -> Result<(), ChangeError> {
        replace(&self.app.engine, content)
    }

    /// Replaces the rules by those of declared content, whose objects don't count.
    pub fn replace_rules(&self, content: Content) {
        self.app.engine.rules.set(&[content]);
    }

    /// Puts a scenario into a state, as [`RunningEngine::set_scenario`].
    pub fn set_scenario(&self, name: &str, state: &str) -> Result<(), ChangeError> {
        set_scenario(&self.app, name, state)
    }
}

impl Session {
    /// Replaces its content and rules by declared content, as [`RunningEngine::replace_content`].
    pub fn replace_content(&self, content: Content) -> Result<(), ChangeError> {
        replace(&self.app.engine, content)
    }

    /// Replaces its rules by those of declared content, whose objects don't count.
    pub fn replace_rules(&self, content: Content) {
        self.app.engine.rules.set(&[content]);
    }

    /// Puts one of its scenarios into a state, as [`RunningEngine::set_scenario`].
    pub fn set_scenario(&self, name: &str, state: &str) -> Result<(), ChangeError> {
        set_scenario(&self.app, name, state)
    }
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
