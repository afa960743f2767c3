//! The facts of a request under way.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use http::Request;
use http::request::Parts;
use serde_json::Value;

use crate::http::answer::ApiError;
use crate::http::pattern::{Facts, ObjectName};
use crate::http::{App, body};

/// The facts of a request under way. The body is read on demand.
pub(super) struct Live {
    parts: Parts,
    body: Body,
    json: Option<Value>,
    objects: Vec<ObjectName>,
    has_read: bool,
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
        }
    }

    /// Gives the request back.
    pub(super) fn into_request(self) -> Request<Body> {
        Request::from_parts(self.parts, self.body)
    }

    /// Reads the body, within the limits of the engine.
    pub(super) async fn read_body(&mut self, app: &App) -> Result<(), ApiError> {
        if self.has_read {
            return Ok(());
        }
        self.has_read = true;
        let body = std::mem::take(&mut self.body);
        let bytes = body::read_whole(app, &self.parts.headers, body, u64::MAX).await?;
        let mut values = serde_json::Deserializer::from_slice(&bytes).into_iter();
        self.json = values.next().and_then(Result::ok);
        self.body = Body::from(bytes);
        Ok(())
    }
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
