//! Declared content over the admin API: the same as in seed files.

use axum::response::Response;
use http::StatusCode;

use crate::engine::seed::{Content, ContentFormat};
use crate::engine::{Engine, ReplaceError};
use crate::http::answer::{ApiError, BadRequest, empty};
use crate::http::body::TextBody;
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::named;
use crate::http::target::Target;

pub(super) fn routes() -> Routes {
    Routes::new().at(
        "/content",
        [Endpoint::put(
            replace,
            "Replaces the content by that of a seed file: JSON, TOML or YAML",
        )
        .takes(named("SeedFile"))
        .takes_text("application/toml")
        .takes_text("application/yaml")
        .done(StatusCode::OK)],
    )
}

/// The format that a request names; JSON unless it says otherwise.
pub(super) fn format_of(content_type: Option<&str>) -> ContentFormat {
    match content_type {
        Some(name) if name.contains("toml") => ContentFormat::Toml,
        Some(name) if name.contains("yaml") => ContentFormat::Yaml,
        _ => ContentFormat::Json,
    }
}

async fn replace(
    Target(app): Target,
    TextBody { text, content_type }: TextBody,
) -> Result<Response, ApiError> {
    let format = format_of(content_type.as_deref());
    let replaced = move |engine: &Engine| {
        let content = Content::parse(&text, format).map_err(|error| BadRequest::Body(error.to_string()))?;
        engine.replace_content(content).map_err(|error| match error {
            ReplaceError::Content(error) => ApiError::from(BadRequest::Body(error.to_string())),
            ReplaceError::Engine(error) => error.into(),
        })
    };
    app.blocking(replaced).await?;
    Ok(empty(StatusCode::OK))
}
