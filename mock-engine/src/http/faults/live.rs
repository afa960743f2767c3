//! The facts of a request under way.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::Request;
use http::request::Parts;
use serde_json::Value;

use crate::engine::exchange::{ExportRequest, ObjectName, Structure};
use crate::engine::import::imported_objects;
use crate::http::answer::ApiError;
use crate::http::body::Captured;
use crate::http::form::{Keep, read_form};
use crate::http::pattern::Facts;
use crate::http::{App, body};

/// The facts of a request under way. The body is read on demand.
pub(super) struct Live {
    parts: Parts,
    body: Body,
    json: Option<Value>,
    objects: Vec<ObjectName>,
    has_read: bool,
    has_objects: bool,
}

impl Live {
    pub(super) fn of(request: Request<Body>) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            parts,
            body,
            json: None,
            objects: Vec::new(),
            has_read: false,
            has_objects: false,
        }
    }

    /// Gives the request back.
    pub(super) fn into_request(self) -> Request<Body> {
        Request::from_parts(self.parts, self.body)
    }

    /// Reads the body, within the limits of the engine, and the objects in it if they are needed.
    pub(super) async fn read_body(&mut self, app: &Arc<App>, needs_objects: bool) -> Result<(), ApiError> {
        if self.has_read && (self.has_objects || !needs_objects) {
            return Ok(());
        }
        self.has_read = true;
        self.has_objects = needs_objects;
        let body = std::mem::take(&mut self.body);
        let bytes = body::read_whole(app, &self.parts.headers, body, u64::MAX).await?;
        if let Some(captured) = self.parts.extensions.get::<Captured>() {
            captured.put(&bytes);
        }
        let mut values = serde_json::Deserializer::from_slice(&bytes).into_iter();
        self.json = values.next().and_then(Result::ok);
        if needs_objects {
            self.objects = objects(app, &self.parts, bytes.clone()).await?;
        }
        self.body = Body::from(bytes);
        Ok(())
    }
}

/// The objects that a request exports or imports.
async fn objects(app: &Arc<App>, parts: &Parts, bytes: Bytes) -> Result<Vec<ObjectName>, ApiError> {
    let passphrase = parts
        .headers
        .get("passphrase")
        .and_then(|value| value.to_str().ok());
    let passphrase = passphrase.map(str::to_owned);
    let document = match parts.uri.path().strip_prefix("/masking/api") {
        Some("/export" | "/v2/export" | "/export-async") => {
            let request = ExportRequest {
                objects: serde_json::from_slice(&bytes).unwrap_or_default(),
                passphrase: None,
                structure: Structure::Blob,
            };
            return app
                .blocking(move |engine| Ok::<_, ApiError>(engine.exported_objects(&request)))
                .await;
        }
        Some("/import") => bytes,
        Some("/import-async") => {
            let form = read_form(app, &parts.headers, Body::from(bytes), "file", Keep::Bytes).await;
            form.map(|(file, _)| file.bytes).unwrap_or_default()
        }
        _ => return Ok(Vec::new()),
    };
    app.blocking(move |_| Ok::<_, ApiError>(imported_objects(&document, passphrase.as_deref())))
        .await
}

impl Facts for Live {
    fn method(&self) -> &str {
        self.parts.method.as_str()
    }

    fn path(&self) -> &str {
        self.parts.uri.path()
    }

    fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = self.parts.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()))
    }

    fn body(&self) -> Option<&Value> {
        self.json.as_ref()
    }

    fn objects(&self) -> &[ObjectName] {
        &self.objects
    }

    fn session(&self) -> &str {
        let app = self.parts.extensions.get::<Arc<App>>();
        app.and_then(|app| app.session.as_deref()).unwrap_or_default()
    }
}
