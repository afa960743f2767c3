//! Declared content over the admin API: the same as in seed files.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::engine::seed::form::{FILE, Form, Kind};
use crate::engine::seed::{Content, ContentFormat};
use crate::engine::{Engine, ReplaceError};
use crate::http::answer::{ApiError, BadRequest, empty};
use crate::http::body::TextBody;
use crate::http::describe::{Endpoint, Routes};
use crate::http::target::Target;

pub(super) fn routes() -> Routes {
    Routes::new().at(
        "/content",
        [Endpoint::put(
            replace,
            "Replaces the content by that of a seed file: JSON, TOML or YAML",
        )
        .takes(schema(&FILE))
        .takes_text("application/toml")
        .takes_text("application/yaml")
        .done(StatusCode::OK)],
    )
}

/// The form of an object of a kind.
pub(super) fn schema(kind: &Kind) -> Value {
    let mut members = serde_json::Map::new();
    // Documents stand beside a file.
    for member in kind.members.iter().filter(|member| member.name != "load") {
        let text = json!({ "type": "string", "minLength": 1 });
        let form = match &member.form {
            Form::Text | Form::Name(_) | Form::NameIn(..) => text,
            Form::Flag => json!({ "type": "boolean" }),
            Form::Number => json!({ "type": "integer", "minimum": 0, "maximum": i32::MAX }),
            Form::Texts | Form::Names(_) => json!({ "type": "array", "items": { "type": "string" } }),
            Form::SomeOf(allowed) => json!({ "type": "array", "items": { "enum": allowed } }),
            Form::Object => json!({ "type": "object" }),
            Form::One(kind) => schema(kind),
            Form::Many(kind) => json!({ "type": "array", "items": { "anyOf": [text, schema(kind)] } }),
        };
        members.insert(member.name.to_owned(), form);
    }
    let needed: Vec<&str> = kind
        .members
        .iter()
        .filter(|member| member.needed)
        .map(|member| member.name)
        .collect();
    json!({ "type": "object", "properties": members, "required": needed, "additionalProperties": false })
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
