//! Comparisons of engines and documents over the admin API.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use exportdoc::internal::diff::{DocumentDiff, ObjectDiff, ObjectRef, Obstacle, Status};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::typed;
use crate::engine::compare::Content;
use crate::engine::{Engine, EngineError, Row};
use crate::http::answer::{ApiError, BadRequest, json_answer};
use crate::http::body::RawBody;
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::named;
use crate::http::sessions::Sessions;
use crate::http::target::Target;
use crate::http::{App, BaseApp, changes};

pub(super) fn routes() -> Routes {
    Routes::new().at(
        "/compare",
        [
            Endpoint::post(compare, "Compares two engines, or an engine and a document")
                .takes(named("Comparison"))
                .answers(StatusCode::OK, named("Compared"))
                .refuses(&[404]),
        ],
    )
}

/// What to compare.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comparison {
    /// Where the objects come from.
    source: Side,
    /// Where they should be.
    #[serde(default)]
    target: Side,
}

/// One side; by default the engine of the request.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Side {
    /// The name of an engine of the process.
    engine: Option<String>,
    /// The id of a session of this port.
    session: Option<String>,
    document: Option<Row>,
    /// The document's passphrase.
    passphrase: Option<String>,
}

/// A side whose engine is found.
enum Found {
    Engine(Arc<Engine>),
    Document(Row, Option<String>),
}

impl Side {
    fn find(self, app: &App, base: &BaseApp, sessions: &Sessions, place: &str) -> Result<Found, ApiError> {
        let given = [
            self.engine.is_some(),
            self.session.is_some(),
            self.document.is_some(),
        ];
        let bad = |reason: &str| Err(BadRequest::Body(format!("{place}: {reason}")).into());
        if given.iter().filter(|given| **given).count() > 1 {
            return bad("only one of engine, session and document can be a side");
        }
        if self.passphrase.is_some() && self.document.is_none() {
            return bad("only a document has a passphrase");
        }
        let engine = match (self.engine, self.session, self.document) {
            (Some(name), ..) => {
                let found = base.0.neighbours.find(&name);
                found.ok_or_else(|| EngineError::not_found("engine", name))?
            }
            (_, Some(id), _) => {
                let found = sessions.find(&id);
                found.ok_or_else(|| EngineError::not_found("session", id))?
            }
            (.., Some(document)) => return Ok(Found::Document(document, self.passphrase)),
            _ => return Ok(Found::Engine(Arc::clone(&app.engine))),
        };
        Ok(Found::Engine(Arc::clone(&engine.engine)))
    }
}

impl Found {
    fn content(self) -> Result<Content, EngineError> {
        match self {
            Self::Engine(engine) => engine.content(),
            Self::Document(document, passphrase) => {
                let bytes = Value::Object(document).to_string().into();
                Content::of_document(&bytes, passphrase.as_deref())
            }
        }
    }
}

async fn compare(
    Target(app): Target,
    Extension(base): Extension<BaseApp>,
    Extension(sessions): Extension<Arc<Sessions>>,
    RawBody(body): RawBody,
) -> Result<Response, ApiError> {
    let shared = Arc::clone(&app);
    let compared = move |_: &Engine| {
        let body = serde_json::from_slice(&body)
            .map_err(|error| BadRequest::Body(format!("it is not a JSON object: {error}")))?;
        let Comparison { source, target } = typed(body)?;
        let source = source.find(&shared, &base, &sessions, "source")?;
        let target = target.find(&shared, &base, &sessions, "target")?;
        let (source, target) = (source.content()?, target.content()?);
        Ok::<_, ApiError>(shown(&source.compared_with(&target)))
    };
    Ok(json_answer(StatusCode::OK, &app.blocking(compared).await?))
}

/// A difference. The target is the old side, so a field's `after` is the source's.
fn shown(diff: &DocumentDiff) -> Value {
    let with = |wanted: fn(Status) -> bool| diff.objects.iter().filter(move |object| wanted(object.status));
    let references = |status: fn(Status) -> bool| with(status).filter_map(ObjectDiff::object).map(reference);
    let missing: Vec<Value> = references(|status| status == Status::Added).collect();
    let extra: Vec<Value> = references(|status| status == Status::Removed).collect();
    let differing: Vec<Value> = with(|status| !matches!(status, Status::Added | Status::Removed))
        .map(differing)
        .collect();
    let unread: Vec<Value> = diff.obstacles.iter().map(obstacle).collect();
    json!({
        "inSync": missing.is_empty() && differing.is_empty() && unread.is_empty(),
        "counts": {
            "inSync": diff.unchanged, "missing": missing.len(), "differing": differing.len(), "extra": extra.len(),
        },
        "missing": missing,
        "differing": differing,
        "extra": extra,
        "unread": unread,
    })
}

fn reference(object: &ObjectRef) -> Value {
    json!({
        "objectType": object.type_name, "objectIdentifier": object.identifier.to_json(), "name": object.name,
    })
}

fn differing(object: &ObjectDiff) -> Value {
    let mut value = object.object().map(reference).unwrap_or_default();
    value["status"] = object.status.as_str().into();
    value["fields"] = changes::shown(&object.changes).into();
    if object.more_changes > 0 {
        value["fieldsLeftOut"] = object.more_changes.into();
    }
    if !object.moved.is_empty() {
        value["dependencies"] = object.moved.iter().map(|(_, moved)| reference(moved)).collect();
    }
    value
}

fn obstacle(obstacle: &Obstacle) -> Value {
    let side = if obstacle.in_new { "source" } else { "target" };
    json!({ "side": side, "reason": obstacle.kind.as_str() })
}
