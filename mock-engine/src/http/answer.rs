//! What goes back to the client.
//!
//! Invariant: every answer is single-line JSON, a file, or empty; every error is JSON with an `errorMessage` (an
//! import that was rolled back excepted: its body is the array of outcomes, as clients parse it).

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::engine::ModelError;
use crate::http::host_guard::HostError;
use crate::http::messages;

/// The text of an error answer, for the request log.
#[derive(Debug, Clone)]
pub(crate) struct ErrorText(pub(crate) String);

/// Why a request was refused: by the model, or before it got there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("no such endpoint")]
    NoEndpoint,
    #[error("method not allowed")]
    MethodNotAllowed,
    #[error("request body too large")]
    BodyTooLarge,
    #[error("request body too slow")]
    BodyTooSlow,
    #[error("request body cut off")]
    BodyCutOff,
    #[error("too many large request bodies at once")]
    TooManyBodies,
    #[error(transparent)]
    Host(#[from] HostError),
    #[error("admin call refused: {0}")]
    AdminRefused(&'static str),
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Model(error) => model_status(error),
            Self::NoEndpoint => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyCutOff => StatusCode::BAD_REQUEST,
            Self::TooManyBodies => StatusCode::SERVICE_UNAVAILABLE,
            Self::Host(HostError::NotOne | HostError::Unreadable) => StatusCode::BAD_REQUEST,
            Self::Host(HostError::Unknown(_)) | Self::AdminRefused(_) => StatusCode::FORBIDDEN,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Model(error) => messages::error_message(error),
            Self::NoEndpoint => messages::NO_SUCH_ENDPOINT.to_owned(),
            Self::MethodNotAllowed => messages::METHOD_NOT_ALLOWED.to_owned(),
            Self::BodyTooLarge => messages::BODY_TOO_LARGE.to_owned(),
            Self::BodyTooSlow => messages::BODY_TOO_SLOW.to_owned(),
            Self::BodyCutOff => messages::BODY_CUT_OFF.to_owned(),
            Self::TooManyBodies => messages::TOO_MANY_BODIES.to_owned(),
            Self::Host(_) | Self::AdminRefused(_) => messages::sentence(&self.to_string()),
        }
    }
}

fn model_status(error: &ModelError) -> StatusCode {
    match error {
        ModelError::InvalidCredentials | ModelError::TokenExpired | ModelError::TokenUnknown => {
            StatusCode::UNAUTHORIZED
        }
        ModelError::PageOutOfRange { .. }
        | ModelError::MissingParameter(_)
        | ModelError::BadParameter { .. }
        | ModelError::BadBody(_)
        | ModelError::MissingField { .. }
        | ModelError::NotCancellable { .. }
        | ModelError::Refused(_) => StatusCode::BAD_REQUEST,
        ModelError::NotFound { .. } | ModelError::ImportFailed { missing: true, .. } => StatusCode::NOT_FOUND,
        ModelError::Duplicate { .. }
        | ModelError::InUse { .. }
        | ModelError::Busy { .. }
        | ModelError::ImportFailed { missing: false, .. } => StatusCode::CONFLICT,
        ModelError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        ModelError::Persist(_) | ModelError::InitialContent | ModelError::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let text = self.text();
        if let Self::Model(error @ ModelError::Persist(_)) = &self {
            tracing::error!(%error, "nothing was changed");
        }
        let mut response = match &self {
            Self::Model(ModelError::ImportFailed { outcomes, .. }) => json_answer(self.status(), outcomes),
            _ => json_answer(self.status(), &json!({ "errorMessage": text })),
        };
        response.extensions_mut().insert(ErrorText(text));
        response
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

/// JSON that is ready to send.
pub(crate) fn raw_json(status: StatusCode, bytes: Bytes) -> Response {
    typed(status, "application/json", bytes)
}

/// A file, whatever the client said it accepts.
pub(crate) fn file(status: StatusCode, bytes: Bytes) -> Response {
    typed(status, "application/octet-stream", bytes)
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

/// Replaces the framework's own refusals (a path that isn't UTF-8, say), which are plain text.
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
