//! Routes, declared together with their part of the OpenAPI document.
//!
//! Invariant: nothing else in the crate adds a route, so the router and the document have the same endpoints.

use std::collections::BTreeMap;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{admin_schemas, schemas};
use crate::engine::Profile;

/// Endpoints with their descriptions.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// Those before which no middleware stands yet, by path.
    open: BTreeMap<String, Vec<Endpoint>>,
    router: Router,
    descriptions: Descriptions,
}

impl Routes {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds the endpoints of a path.
    pub(crate) fn at(mut self, path: &str, endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        self.open.entry(path.to_owned()).or_default().extend(endpoints);
        self
    }

    /// Drops endpoints by method and path. Must come before any middleware.
    pub(crate) fn without(mut self, lacks: impl Fn(&str, &str) -> bool) -> Self {
        for (path, endpoints) in &mut self.open {
            endpoints.retain(|endpoint| !lacks(endpoint.description.method, path));
        }
        self.open.retain(|_, endpoints| !endpoints.is_empty());
        self
    }

    /// Routes all endpoints so far.
    fn routed(mut self) -> Self {
        for (path, endpoints) in std::mem::take(&mut self.open) {
            let (mut methods, mut described) = (MethodRouter::new(), Vec::new());
            for endpoint in endpoints {
                methods = methods.merge(endpoint.handler);
                described.push(endpoint.description);
            }
            self.router = self.router.route(&path, methods);
            self.descriptions.paths.insert(path, described);
        }
        self
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        for (path, endpoints) in other.open {
            self.open.entry(path).or_default().extend(endpoints);
        }
        self.router = self.router.merge(other.router);
        self.descriptions.paths.extend(other.descriptions.paths);
        self
    }

    pub(crate) fn nest(mut self, prefix: &str, other: Self) -> Self {
        let other = other.routed();
        self.router = self.router.nest(prefix, other.router);
        let paths = other.descriptions.paths.into_iter();
        let below = paths.map(|(path, described)| (format!("{prefix}{path}"), described));
        self.descriptions.paths.extend(below);
        self
    }

    /// Puts a middleware before all endpoints so far; they need a token if `closed`, and may answer with `refusals`.
    pub(crate) fn behind(
        self,
        layer: impl FnOnce(Router) -> Router,
        closed: bool,
        refusals: &[StatusCode],
    ) -> Self {
        let mut routed = self.routed();
        routed.router = layer(routed.router);
        for description in routed.descriptions.all() {
            description.closed |= closed;
        }
        routed.refusing(refusals)
    }

    /// Documents that every endpoint may answer with these statuses.
    pub(crate) fn refusing(self, refusals: &[StatusCode]) -> Self {
        let mut routed = self.routed();
        for description in routed.descriptions.all() {
            description.refusals.extend(refusals);
        }
        routed
    }

    pub(crate) fn into_parts(self) -> (Router, Descriptions) {
        let routed = self.routed();
        (routed.router, routed.descriptions)
    }
}

/// The descriptions of endpoints, by path.
#[derive(Debug, Default)]
pub(crate) struct Descriptions {
    paths: BTreeMap<String, Vec<Description>>,
}

impl Descriptions {
    fn all(&mut self) -> impl Iterator<Item = &mut Description> {
        self.paths.values_mut().flatten()
    }

    /// The paths with their methods.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = (&str, Vec<&'static str>)> {
        self.paths.iter().map(|(path, described)| {
            let methods = described.iter().map(|description| description.method);
            (path.as_str(), methods.collect())
        })
    }

    /// Returns the OpenAPI document.
    pub(crate) fn document(&self, profile: Option<Profile>) -> Value {
        let item = |path: &str, described: &[Description]| -> Map<String, Value> {
            let operations = described.iter();
            operations
                .map(|description| (description.method.to_owned(), description.operation(path)))
                .collect()
        };
        let paths: BTreeMap<&String, Map<String, Value>> = self
            .paths
            .iter()
            .map(|(path, described)| (path, item(path, described)))
            .collect();
        let mut shapes = schemas::all(profile);
        schemas::merge(&mut shapes, admin_schemas::all());
        let document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": "mock-engine",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "What this mock of a data-masking engine answers. It is tolerant on purpose, as engines \
                    are: unknown members and parameters, ids as text, any content type are fine.",
            },
            "paths": paths,
            "components": {
                "schemas": shapes,
                "securitySchemes": { "token": { "type": "apiKey", "in": "header", "name": "Authorization" } },
            },
        });
        match profile {
            Some(_) => used_only(document),
            None => document,
        }
    }
}

/// Drops shapes that nothing refers to, because a profile lacks their endpoints.
fn used_only(mut document: Value) -> Value {
    loop {
        let text = document.to_string();
        let Some(shapes) = document["components"]["schemas"].as_object_mut() else {
            return document;
        };
        let before = shapes.len();
        shapes.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
        if shapes.len() == before {
            return document;
        }
    }
}

/// One method of a path.
#[derive(Debug)]
pub(crate) struct Endpoint {
    handler: MethodRouter,
    description: Description,
}

/// What the OpenAPI document says of an endpoint. Most processes never show the document, so it is put together only
/// when it is asked for.
#[derive(Debug)]
struct Description {
    method: &'static str,
    summary: String,
    /// The schema of the path's parameter; `None` for any text.
    key: Option<Value>,
    parameters: Vec<Parameter>,
    /// Media types of the body with their content.
    bodies: Vec<(&'static str, Value)>,
    /// Statuses of errors. An answer below may have the same status.
    refusals: Vec<StatusCode>,
    answers: Vec<(StatusCode, Content)>,
    /// Whether the endpoint needs a token.
    closed: bool,
}

#[derive(Debug)]
struct Parameter {
    place: &'static str,
    name: String,
    schema: Value,
    required: bool,
}

/// What an answer holds.
#[derive(Debug)]
enum Content {
    Json(Value),
    File,
    /// Text of a media type.
    Text(&'static str),
    Nothing,
}

impl Endpoint {
    fn new<T: 'static>(
        method: &'static str,
        filter: MethodFilter,
        handler: impl Handler<T, ()>,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            handler: on(filter, handler),
            description: Description {
                method,
                summary: summary.into(),
                key: None,
                parameters: Vec::new(),
                bodies: Vec::new(),
                refusals: vec![StatusCode::BAD_REQUEST],
                answers: Vec::new(),
                closed: false,
            },
        }
    }

    pub(crate) fn get<T: 'static>(handler: impl Handler<T, ()>, summary: impl Into<String>) -> Self {
        Self::new("get", MethodFilter::GET, handler, summary)
    }

    pub(crate) fn post<T: 'static>(handler: impl Handler<T, ()>, summary: impl Into<String>) -> Self {
        Self::new("post", MethodFilter::POST, handler, summary)
    }

    pub(crate) fn put<T: 'static>(handler: impl Handler<T, ()>, summary: impl Into<String>) -> Self {
        Self::new("put", MethodFilter::PUT, handler, summary)
    }

    pub(crate) fn delete<T: 'static>(handler: impl Handler<T, ()>, summary: impl Into<String>) -> Self {
        Self::new("delete", MethodFilter::DELETE, handler, summary)
    }

    /// Sets the schema of the path's parameter; the default is any text.
    pub(crate) fn key(mut self, schema: Value) -> Self {
        self.description.key = Some(schema);
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

    fn parameter(mut self, place: &'static str, name: &str, schema: Value, required: bool) -> Self {
        let name = name.to_owned();
        self.description.parameters.push(Parameter {
            place,
            name,
            schema,
            required,
        });
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

    /// The request may have a text of a media type as its body.
    pub(crate) fn takes_text(self, media_type: &'static str) -> Self {
        self.body(media_type, json!({ "schema": { "type": "string" } }))
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

    fn body(mut self, media_type: &'static str, content: Value) -> Self {
        self.description.refusals.extend([
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::SERVICE_UNAVAILABLE,
        ]);
        self.description.bodies.push((media_type, content));
        self
    }

    /// The answer is JSON.
    pub(crate) fn answers(self, status: StatusCode, schema: Value) -> Self {
        self.response(status, Content::Json(schema))
    }

    /// The answer is a file.
    pub(crate) fn gives_file(self, status: StatusCode) -> Self {
        self.response(status, Content::File)
    }

    /// The answer is text of a media type.
    pub(crate) fn gives_text(self, media_type: &'static str) -> Self {
        self.response(StatusCode::OK, Content::Text(media_type))
    }

    /// The answer is a status without a body.
    pub(crate) fn done(self, status: StatusCode) -> Self {
        self.response(status, Content::Nothing)
    }

    fn response(mut self, status: StatusCode, content: Content) -> Self {
        self.description.answers.push((status, content));
        self
    }

    /// Adds statuses of errors to those that all endpoints of this kind have.
    pub(crate) fn refuses(mut self, statuses: &[u16]) -> Self {
        let statuses = statuses
            .iter()
            .filter_map(|status| StatusCode::from_u16(*status).ok());
        self.description.refusals.extend(statuses);
        self
    }
}

impl Description {
    fn operation(&self, path: &str) -> Value {
        let any_text = json!({ "type": "string", "minLength": 1 });
        let key = self.key.as_ref().unwrap_or(&any_text);
        let parameter = |place: &str, name: &str, required: bool, schema: &Value| json!({ "in": place, "name": name, "required": required, "schema": schema });
        let mut parameters: Vec<Value> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .map(|name| parameter("path", name, true, key))
            .collect();
        let own = self.parameters.iter();
        parameters.extend(own.map(|own| parameter(own.place, &own.name, own.required, &own.schema)));
        let mut operation =
            json!({ "summary": self.summary, "parameters": parameters, "responses": self.responses() });
        for (media_type, content) in &self.bodies {
            let body = json!({ "required": true, "content": { *media_type: content } });
            match operation.get_mut("requestBody") {
                // A second kind of body.
                Some(other) => schemas::merge(other, body),
                None => operation["requestBody"] = body,
            }
        }
        if self.closed {
            operation["security"] = json!([{ "token": [] }]);
        }
        operation
    }

    fn responses(&self) -> Map<String, Value> {
        let refusals = self.refusals.iter();
        let mut responses: Map<String, Value> = refusals
            .map(|status| (status.as_str().to_owned(), schemas::refusal(*status)))
            .collect();
        for (status, content) in &self.answers {
            let mut response = json!({ "description": status.canonical_reason().unwrap_or_default() });
            match content {
                Content::Json(schema) => {
                    response["content"] = json!({ "application/json": { "schema": schema } });
                }
                Content::File => {
                    let file = json!({ "type": "string", "format": "binary" });
                    response["content"] = json!({ "application/octet-stream": { "schema": file } });
                }
                Content::Text(media_type) => {
                    response["content"] = json!({ *media_type: { "schema": { "type": "string" } } });
                }
                Content::Nothing => {}
            }
            let said = responses.entry(status.as_str().to_owned()).or_insert(Value::Null);
            schemas::merge(said, response);
        }
        responses
    }
}
