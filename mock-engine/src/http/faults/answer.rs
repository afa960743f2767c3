//! Faults of answers: another status, body or header, and pages of lists that are wrong.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Collected};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::engine::Query;
use crate::http::answer::{empty, json_answer};

/// Another answer. What isn't given stays as in the true answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct AnswerFault {
    /// The status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// A body `{ "errorMessage": TEXT }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// A JSON body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// A body of any text, such as invalid JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Headers, such as `Retry-After` or `Content-Type`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

impl AnswerFault {
    /// Whether nothing of the true answer is left but perhaps headers.
    pub(super) fn replaces(&self) -> bool {
        self.status.is_some() || self.replaces_body()
    }

    fn replaces_body(&self) -> bool {
        self.error_message.is_some() || self.json.is_some() || self.text.is_some()
    }

    /// Finds what types can't; returns the member and the reason.
    pub(super) fn mistake(&self) -> Option<(&'static str, &'static str)> {
        // hyper sends no answer after one of an informational status.
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Some((".status", "it is not between 200 and 599"));
        }
        let bodies = [
            self.error_message.is_some(),
            self.json.is_some(),
            self.text.is_some(),
        ];
        if bodies.into_iter().filter(|given| *given).count() > 1 {
            return Some(("", "only one of errorMessage, json and text can be the body"));
        }
        let fits = |(name, value): (&String, &String)| {
            HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
        };
        let reason = "a name or a value has characters that HTTP doesn't allow";
        (!self.headers.iter().all(fits)).then_some((".headers", reason))
    }

    pub(super) fn change(&self, mut response: Response) -> Response {
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

/// A page of a list that is wrong, as when the list changes while a client reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PageFault {
    /// The last entry of the page is missing, and the total is one less: the newest row isn't visible yet.
    Stale,
    /// Every page but the first shows the entries of the page before it.
    Duplicated,
    /// The total is one more than the entries of all pages.
    WrongTotal,
}

impl PageFault {
    /// Changes the request for a page.
    pub(super) fn ask(self, request: &mut Request<Body>) {
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let page = query.number("page_number").ok().flatten();
        if let (Self::Duplicated, Some(page @ 2..)) = (self, page) {
            let size = query.text("page_size").unwrap_or_default();
            let path = request.uri().path();
            let uri: Result<Uri, _> = format!("{path}?page_number={}&page_size={size}", page - 1).parse();
            if let Ok(uri) = uri {
                *request.uri_mut() = uri;
            }
        }
    }

    /// Changes the page; an answer that is none stays.
    pub(super) async fn change(self, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        let mut page: Value = match serde_json::from_slice(&bytes) {
            Ok(page @ Value::Object(_)) => page,
            _ => return Response::from_parts(parts, Body::from(bytes)),
        };
        let by = match self {
            Self::Duplicated => 0,
            Self::WrongTotal => 1,
            Self::Stale => -1,
        };
        if self == Self::Stale
            && let Some(list) = page.get_mut("responseList").and_then(Value::as_array_mut)
        {
            list.pop();
            let length = list.len();
            if let Some(number) = page.pointer_mut("/_pageInfo/numberOnPage") {
                *number = length.into();
            }
        }
        if let Some(total) = page.pointer_mut("/_pageInfo/total") {
            *total = (total.as_i64().unwrap_or_default() + by).max(0).into();
        }
        let mut changed = json_answer(parts.status, &page);
        *changed.headers_mut() = parts.headers;
        changed.headers_mut().remove(CONTENT_LENGTH);
        changed
    }
}
