//! Carries faults out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{HeaderMap, Request, StatusCode};
use percent_encoding::percent_decode_str;

use super::connection::ConnectionFault;
use super::spec::Act;
use crate::engine::EngineError;
use crate::engine::faults::EngineFaults;
use crate::http::answer::{ApiError, empty};
use crate::http::{App, auth};

impl Act {
    /// Whether the request reaches the engine. By default it does unless its answer is replaced.
    fn is_processed(&self) -> bool {
        let replaced = self.answer.as_ref().is_some_and(|answer| answer.replaces())
            || self.connection.is_some_and(ConnectionFault::replaces);
        self.processed.unwrap_or(!replaced)
    }

    /// Changes the engine before it processes a request.
    async fn prepare(&self, app: &Arc<App>, headers: HeaderMap, path: String) -> Result<(), ApiError> {
        if let Some(edit) = self.edit.clone() {
            app.blocking(move |engine| engine.save_as_other_user(&edit))
                .await?;
        }
        if self.restart {
            app.engine.restart();
        }
        if let Some(token) = auth::token(&headers).filter(|_| self.expire_token) {
            app.engine.tokens.expire(token, app.engine.clock.now_ms());
        }
        if let Some(reference) = path
            .strip_prefix("/masking/api/file-downloads/")
            .filter(|_| self.lose_download)
        {
            let reference = percent_decode_str(reference).decode_utf8_lossy();
            // The task makes the file, so it must have ended before the file gets lost.
            let _ = app.engine.download(&reference).await;
            app.engine.documents.remove(&reference);
        }
        Ok(())
    }

    /// Answers a request that meets the fault. `process` is the true way to an answer.
    pub(in crate::http) async fn run(
        &self,
        app: &Arc<App>,
        mut request: Request<Body>,
        process: impl AsyncFnOnce(Request<Body>) -> Response,
    ) -> Response {
        if let Some(delay) = &self.delay {
            tokio::time::sleep(delay.draw(|| app.faults.chance(app))).await;
        }
        if let Some(bytes) = self.upload_bytes_per_second {
            slow_down(&mut request, bytes);
        }
        if let Some(page) = self.page {
            page.ask(&mut request);
        }
        if let Err(error) = self
            .prepare(app, request.headers().clone(), request.uri().path().to_owned())
            .await
        {
            return error.into_response();
        }
        let mut response = if self.is_processed() {
            let faults = EngineFaults {
                export: self.export,
                import: self.import.clone(),
                task: self.task.clone(),
            };
            faults.scope(process(request)).await
        } else {
            empty(StatusCode::OK)
        };
        if let Some(page) = self.page {
            response = page.change(response).await;
        }
        if let Some(answer) = &self.answer {
            response = answer.change(response);
        }
        if let Some(dribble) = self.dribble {
            response = dribble.change(response).await;
        }
        match self.connection {
            None => response,
            Some(ConnectionFault::Silent) => silent(app).await,
            Some(fault) => {
                let broken = fault.broken(response).await;
                // Only a port has connections to break; an engine without one shows this.
                let mut shown = empty(StatusCode::BAD_GATEWAY);
                shown.extensions_mut().insert(broken);
                shown
            }
        }
    }
}

/// Waits until the client goes away (then nothing polls this any more), the faults change or the engine stops.
async fn silent(app: &App) -> Response {
    tokio::select! {
        () = app.faults.changed() => {}
        () = app.engine.stopping.cancelled() => {}
    }
    ApiError::Engine(EngineError::Stopping).into_response()
}

/// Takes the body of a request at this pace.
fn slow_down(request: &mut Request<Body>, bytes_per_second: u32) {
    let body = std::mem::take(request.body_mut());
    let per_second = f64::from(bytes_per_second.max(1));
    let slow = body.into_data_stream().and_then(move |piece: Bytes| async move {
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        tokio::time::sleep(Duration::from_secs_f64(f64::from(length) / per_second)).await;
        Ok(piece)
    });
    *request.body_mut() = Body::from_stream(slow);
}
