//! Answers.
//!
//! Invariant: every answer is single-line JSON, a file, or empty. Every error is JSON with an `errorMessage`, except
//! a rolled-back import, whose body is the array of outcomes that clients parse.

use std::fmt;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::engine::{AsyncTask, EngineError};
pub(crate) use crate::http::bad_request::BadRequest;
use crate::http::host_guard::HostError;
use crate::http::messages;
use exportdoc::internal::import_plan::ImportOutcome;

/// The text of an error answer, for the request log.
#[derive(Debug, Clone)]
pub(crate) struct ErrorText(pub(crate) String);

/// Marks the answer to a request for which there is no endpoint.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unmatched;

/// Why a request was refused: by HTTP, or by the engine.
#[derive(Debug)]
pub(crate) enum ApiError {
    Engine(EngineError),
    BadRequest(BadRequest),
    /// No endpoint has the path; with the text that says so.
    NoEndpoint(String),
    MethodNotAllowed,
    BodyTooLarge,
    BodyTooSlow,
    BodyCutOff,
    TooManyBodies,
    TooManySessions,
    Host(HostError),
    /// A web page of another origin called the admin API; with what gave it away.
    AdminRefused(&'static str),
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<BadRequest> for ApiError {
    fn from(bad: BadRequest) -> Self {
        Self::BadRequest(bad)
    }
}

impl From<HostError> for ApiError {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// The form parser passes our errors through as boxed ones.
impl std::error::Error for ApiError {}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Engine(error) => engine_status(error),
            Self::NoEndpoint(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyCutOff | Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooManyBodies | Self::TooManySessions => StatusCode::SERVICE_UNAVAILABLE,
            Self::Host(HostError::NotOne | HostError::Unreadable) => StatusCode::BAD_REQUEST,
            Self::Host(HostError::Unknown(_)) | Self::AdminRefused(_) => StatusCode::FORBIDDEN,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Engine(error) => messages::error_message(error),
            Self::BadRequest(bad) => messages::bad_request(bad),
            Self::NoEndpoint(text) => text.clone(),
            Self::MethodNotAllowed => messages::METHOD_NOT_ALLOWED.to_owned(),
            Self::BodyTooLarge => messages::BODY_TOO_LARGE.to_owned(),
            Self::BodyTooSlow => messages::BODY_TOO_SLOW.to_owned(),
            Self::BodyCutOff => messages::BODY_CUT_OFF.to_owned(),
            Self::TooManyBodies => messages::TOO_MANY_BODIES.to_owned(),
            Self::TooManySessions => messages::TOO_MANY_SESSIONS.to_owned(),
            Self::Host(error) => messages::bad_host(error),
            Self::AdminRefused(reason) => messages::sentence(&format!("admin call refused: {reason}")),
        }
    }
}

fn engine_status(error: &EngineError) -> StatusCode {
    match error {
        EngineError::InvalidCredentials | EngineError::TokenExpired | EngineError::TokenUnknown => {
            StatusCode::UNAUTHORIZED
        }
        EngineError::PageOutOfRange { .. }
        | EngineError::BadParameter { .. }
        | EngineError::BadBody(_)
        | EngineError::MissingField { .. }
        | EngineError::NotCancellable { .. }
        | EngineError::Refused(_) => StatusCode::BAD_REQUEST,
        EngineError::NotFound { .. } | EngineError::ImportFailed { missing: true, .. } => {
            StatusCode::NOT_FOUND
        }
        EngineError::Duplicate { .. }
        | EngineError::InUse { .. }
        | EngineError::Busy { .. }
        | EngineError::TooManySnapshots
        | EngineError::ImportFailed { missing: false, .. } => StatusCode::CONFLICT,
        EngineError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        EngineError::Persist(_)
        | EngineError::InitialContent
        | EngineError::TaskFault(_)
        | EngineError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let text = self.text();
        if let Self::Engine(EngineError::Persist(error)) = &self {
            tracing::error!(%error, "the state could not be stored, so nothing was changed");
        }
        let mut response = match &self {
            Self::Engine(EngineError::ImportFailed { outcomes, .. }) => {
                json_answer(self.status(), &shown_outcomes(outcomes))
            }
            _ => json_answer(self.status(), &json!({ "errorMessage": text })),
        };
        response.extensions_mut().insert(ErrorText(text));
        if matches!(self, Self::NoEndpoint(_) | Self::MethodNotAllowed) {
            response.extensions_mut().insert(Unmatched);
        }
        response
    }
}

/// The outcomes of an import with their failures as sentences.
pub(crate) fn shown_outcomes(outcomes: &[ImportOutcome]) -> Vec<ImportOutcome> {
    let mut shown = outcomes.to_vec();
    for outcome in &mut shown {
        outcome.failure_message = outcome.failure_message.as_deref().map(messages::sentence);
    }
    shown
}

/// The answer that shows an async task.
pub(crate) fn task_answer(status: StatusCode, task: &AsyncTask) -> Response {
    json_answer(status, &ShownTask::of(task))
}

/// An async task as the API shows it.
#[derive(Debug, Serialize)]
pub(crate) struct ShownTask<'a> {
    #[serde(flatten)]
    task: &'a AsyncTask,
    #[serde(rename = "exceptionDetail", skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl<'a> ShownTask<'a> {
    pub(crate) fn of(task: &'a AsyncTask) -> Self {
        let failure = task.failure.as_deref().map(messages::error_message);
        Self { task, failure }
    }
}

/// Single-line JSON.
pub(crate) fn json_answer(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => typed(status, "application/json", bytes.into()),
        Err(error) => {
            tracing::error!(%error, "an answer can't be written as JSON");
            internal_error()
        }
    }
}

/// JSON in its final form.
pub(crate) fn raw_json(status: StatusCode, bytes: Bytes) -> Response {
    typed(status, "application/json", bytes)
}

/// A file, regardless of `Accept`.
pub(crate) fn file(status: StatusCode, bytes: Bytes) -> Response {
    typed(status, "application/octet-stream", bytes)
}

/// Text of a media type.
pub(crate) fn text(media_type: &'static str, text: &'static str) -> Response {
    typed(StatusCode::OK, media_type, Bytes::from_static(text.as_bytes()))
}

/// A status alone.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The answer of a handler that panicked.
pub(crate) fn internal_error() -> Response {
    let body = format!("{{\"errorMessage\":\"{}\"}}", messages::INTERNAL_ERROR);
    typed(StatusCode::INTERNAL_SERVER_ERROR, "application/json", body.into())
}

fn typed(status: StatusCode, media_type: &'static str, bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// Replaces the framework's own refusals (of a path that is not UTF-8, for example), which are plain text.
pub(crate) fn only_json_errors(response: Response) -> Response {
    let status = response.status();
    let is_ours = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value == "application/json");
    if !(status.is_client_error() || status.is_server_error()) || is_ours {
        return response;
    }
    let text = messages::sentence(&status.canonical_reason().unwrap_or("error").to_lowercase());
    let mut answer = json_answer(status, &json!({ "errorMessage": text }));
    if let Some(allow) = response.headers().get(ALLOW) {
        answer.headers_mut().insert(ALLOW, allow.clone());
    }
    answer
}
