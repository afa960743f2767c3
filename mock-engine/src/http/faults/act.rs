//! Carries faults out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{Request, StatusCode};

use super::connection::ConnectionFault;
use super::spec::Act;
use crate::engine::EngineError;
use crate::http::App;
use crate::http::answer::{ApiError, empty};

impl Act {
    /// Whether the request reaches the engine. By default it does unless its answer is replaced.
    fn is_processed(&self) -> bool {
        let replaced = self.answer.as_ref().is_some_and(|answer| answer.replaces())
            || self.connection.is_some_and(ConnectionFault::replaces);
        self.processed.unwrap_or(!replaced)
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
        let mut response = if self.is_processed() {
            process(request).await
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
