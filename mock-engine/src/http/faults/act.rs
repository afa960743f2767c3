//! Carries faults out.

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request, StatusCode};
use serde_json::json;

use super::spec::{Act, AnswerFault};
use crate::http::App;
use crate::http::answer::{empty, json_answer};

impl Act {
    /// Answers a request that meets the fault. `process` is the true way to an answer.
    pub(in crate::http) async fn run(
        &self,
        _app: &App,
        request: Request<Body>,
        process: impl AsyncFnOnce(Request<Body>) -> Response,
    ) -> Response {
        if let Some(delay) = self.delay {
            tokio::time::sleep(delay.0).await;
        }
        let is_processed = self.answer.as_ref().is_none_or(AnswerFault::is_processed);
        let response = if is_processed {
            process(request).await
        } else {
            empty(StatusCode::OK)
        };
        match &self.answer {
            Some(answer) => answer.change(response),
            None => response,
        }
    }
}

impl AnswerFault {
    fn is_processed(&self) -> bool {
        let replaced = self.status.is_some() || self.replaces_body();
        self.processed.unwrap_or(!replaced)
    }

    fn replaces_body(&self) -> bool {
        self.error_message.is_some() || self.json.is_some() || self.text.is_some()
    }

    fn change(&self, mut response: Response) -> Response {
        if let Some(status) = self.status.and_then(|status| StatusCode::from_u16(status).ok()) {
            *response.status_mut() = status;
        }
        let status = response.status();
        if self.replaces_body() {
            response = match (&self.error_message, &self.json, &self.text) {
                (Some(message), ..) => json_answer(status, &json!({ "errorMessage": message })),
                (None, Some(value), _) => json_answer(status, value),
                (None, None, text) => {
                    let mut answer = empty(status);
                    *answer.body_mut() = Body::from(text.clone().unwrap_or_default());
                    let json = HeaderValue::from_static("application/json");
                    answer.headers_mut().insert(CONTENT_TYPE, json);
                    answer
                }
            };
        }
        for (name, value) in &self.headers {
            // The list was checked when it was set.
            let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
                continue;
            };
            if name != CONTENT_LENGTH {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
