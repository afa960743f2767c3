//! Routes, declared together with their part of the OpenAPI document.
//!
//! Invariant: nothing else in the crate adds a route, so the router and the document have the same endpoints.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{App, schemas};

/// Endpoints with their descriptions.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    router: Router<Arc<App>>,
    paths: BTreeMap<String, Map<String, Value>>,
}

impl Routes {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds the endpoints of a path.
    pub(crate) fn at(mut self, path: &str, endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        let (mut methods, mut item) = (MethodRouter::new(), Map::new());
        for endpoint in endpoints {
            item.insert(endpoint.method.to_owned(), endpoint.operation(path));
            methods = methods.merge(endpoint.handler);
        }
        self.router = self.router.route(path, methods);
        self.paths.insert(path.to_owned(), item);
        self
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.paths.extend(other.paths);
        self
    }

    pub(crate) fn nest(mut self, prefix: &str, other: Self) -> Self {
        self.router = self.router.nest(prefix, other.router);
        let below = other
            .paths
            .into_iter()
            .map(|(path, item)| (format!("{prefix}{path}"), item));
        self.paths.extend(below);
        self
    }

    /// Puts a middleware before all endpoints so far; `say` changes their descriptions.
    pub(crate) fn behind(
        self,
        layer: impl FnOnce(Router<Arc<App>>) -> Router<Arc<App>>,
        say: impl Fn(&mut Value),
    ) -> Self {
        let mut paths = self.paths;
        paths.values_mut().flat_map(Map::values_mut).for_each(say);
        Self {
            router: layer(self.router),
            paths,
        }
    }

    /// Documents that every endpoint may answer with this status.
    pub(crate) fn refusing(mut self, status: StatusCode) -> Self {
        for operation in self.paths.values_mut().flat_map(Map::values_mut) {
            operation["responses"][status.as_str()] = schemas::refusal(status);
        }
        self
    }

    /// Returns the document.
    pub(crate) fn document(&self) -> Value {
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "mock-engine",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "What this mock of a data-masking engine answers. It is tolerant on purpose, as engines \
                    are: unknown members and parameters, ids as text, any content type are fine.",
            },
            "paths": self.paths,
            "components": {
                "schemas": schemas::all(),
                "securitySchemes": { "token": { "type": "apiKey", "in": "header", "name": "Authorization" } },
            },
        })
    }

    pub(crate) fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}

/// One method of a path.
pub(crate) struct Endpoint {
    method: &'static str,
    handler: MethodRouter<Arc<App>>,
    summary: String,
    key: Value,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: Map<String, Value>,
}

impl Endpoint {
    fn new<T: 'static>(
        method: &'static str,
        filter: MethodFilter,
        handler: impl Handler<T, Arc<App>>,
        summary: impl Into<String>,
    ) -> Self {
        let mut endpoint = Self {
            method,
            handler: on(filter, handler),
            summary: summary.into(),
            key: json!({ "type": "string", "minLength": 1 }),
            parameters: Vec::new(),
            body: None,
            responses: Map::new(),
        };
        endpoint.say_refusal(StatusCode::BAD_REQUEST);
        endpoint
    }

    pub(crate) fn get<T: 'static>(handler: impl Handler<T, Arc<App>>, summary: impl Into<String>) -> Self {
        Self::new("get", MethodFilter::GET, handler, summary)
    }

    pub(crate) fn post<T: 'static>(handler: impl Handler<T, Arc<App>>, summary: impl Into<String>) -> Self {
        Self::new("post", MethodFilter::POST, handler, summary)
    }

    pub(crate) fn put<T: 'static>(handler: impl Handler<T, Arc<App>>, summary: impl Into<String>) -> Self {
        Self::new("put", MethodFilter::PUT, handler, summary)
    }

    pub(crate) fn delete<T: 'static>(handler: impl Handler<T, Arc<App>>, summary: impl Into<String>) -> Self {
        Self::new("delete", MethodFilter::DELETE, handler, summary)
    }

    /// Sets the schema of the path's parameter; the default is any text.
    pub(crate) fn key(mut self, schema: Value) -> Self {
        self.key = schema;
        self
    }

    /// Adds an optional query parameter.
    pub(crate) fn query(self, name: &str, schema: Value) -> Self {
        self.parameter("query", name, schema, false)
    }

    /// Adds a required query parameter.
    pub(crate) fn needs(self, name: &str, schema: Value) -> Self {
        self.parameter("query", name, schema, true)
    }

    pub(crate) fn header(self, name: &str, schema: Value) -> Self {
        self.parameter("header", name, schema, false)
    }

    fn parameter(mut self, place: &str, name: &str, schema: Value, required: bool) -> Self {
        self.parameters
            .push(json!({ "in": place, "name": name, "required": required, "schema": schema }));
        self
    }

    /// The answer is a page of a list.
    pub(crate) fn paged(self, entry: &str) -> Self {
        let positive = json!({ "type": "integer", "minimum": 1, "maximum": i64::MAX });
        self.query("page_number", positive.clone())
            .query("page_size", positive)
            .answers(StatusCode::OK, schemas::page(entry))
    }

    /// The request has a JSON body.
    pub(crate) fn takes(self, schema: Value) -> Self {
        self.body("application/json", json!({ "schema": schema }))
    }

    /// The request is a form with a file.
    pub(crate) fn takes_file(self, part: &str) -> Self {
        // OpenAPI 3.1 describes files by media type, and generators of clients read the format.
        let file = json!({
            "type": "string",
            "format": "binary",
            "contentMediaType": "application/octet-stream",
        });
        let form = json!({ "type": "object", "required": [part], "properties": { part: file }, "additionalProperties": false });
        // Form readers take a part with a filename for a file.
        self.body("multipart/form-data", json!({ "schema": form }))
    }

    fn body(mut self, media_type: &str, content: Value) -> Self {
        for status in [
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::SERVICE_UNAVAILABLE,
        ] {
            self.say_refusal(status);
        }
        let content = json!({ "required": true, "content": { media_type: content } });
        match &mut self.body {
            // A second kind of body.
            Some(body) => schemas::merge(body, content),
            None => self.body = Some(content),
        }
        self
    }

    /// The answer is JSON.
    pub(crate) fn answers(self, status: StatusCode, schema: Value) -> Self {
        self.response(status, json!({ "application/json": { "schema": schema } }))
    }

    /// The answer is a file.
    pub(crate) fn gives_file(self, status: StatusCode) -> Self {
        let file = json!({ "type": "string", "format": "binary" });
        self.response(status, json!({ "application/octet-stream": { "schema": file } }))
    }

    /// The answer is a status without a body.
    pub(crate) fn done(self, status: StatusCode) -> Self {
        self.response(status, Value::Null)
    }

    fn response(mut self, status: StatusCode, content: Value) -> Self {
        let mut response = json!({ "description": status.canonical_reason().unwrap_or_default() });
        if !content.is_null() {
            response["content"] = content;
        }
        let said = self
            .responses
            .entry(status.as_str().to_owned())
            .or_insert(Value::Null);
        schemas::merge(said, response);
        self
    }

    /// Adds statuses of errors to those that all endpoints of this kind have.
    pub(crate) fn refuses(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            self.say_refusal(StatusCode::from_u16(*status).unwrap_or_default());
        }
        self
    }

    fn say_refusal(&mut self, status: StatusCode) {
        self.responses
            .insert(status.as_str().to_owned(), schemas::refusal(status));
    }

    fn operation(&self, path: &str) -> Value {
        let mut parameters: Vec<Value> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .map(|name| json!({ "in": "path", "name": name, "required": true, "schema": self.key }))
            .collect();
        parameters.extend(self.parameters.iter().cloned());
        let mut operation =
            json!({ "summary": self.summary, "parameters": parameters, "responses": self.responses });
        if let Some(body) = &self.body {
            operation["requestBody"] = body.clone();
        }
        operation
    }
}
