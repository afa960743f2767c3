//! The console: a page at `/__admin/` that shows requests as they come, content, tasks and faults, and what it reads.
//!
//! Invariant: the page's policy allows this server's style, script and data only, and every call passes the guard of
//! `/__admin`. What the page writes goes through the other admin endpoints.

mod asked;
mod events;
mod overview;

use axum::middleware::from_fn;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};

use super::guarded;
use crate::http::admin_schemas::session_id;
use crate::http::answer;
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The pages, whose paths end with a slash or begin the admin API.
pub(crate) fn pages() -> Routes {
    Routes::new()
        .at(
            "/__admin",
            [Endpoint::get(page, "Shows the console").gives_text("text/html")],
        )
        .at(
            "/__admin/",
            [Endpoint::get(page, "Shows the console").gives_text("text/html")],
        )
        .behind(
            |router| router.route_layer(from_fn(guarded)),
            false,
            &[StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED],
        )
}

/// What the pages load.
pub(super) fn routes() -> Routes {
    Routes::new()
        .at(
            "/docs",
            [Endpoint::get(docs, "Shows the API for people").gives_text("text/html")],
        )
        .at(
            "/console.css",
            [Endpoint::get(style, "The console's style").gives_text("text/css")],
        )
        .at(
            "/console.js",
            [Endpoint::get(script, "The console's script").gives_text("text/javascript")],
        )
        .at(
            "/docs.js",
            [Endpoint::get(docs_script, "The API page's script").gives_text("text/javascript")],
        )
        .at(
            "/events",
            [Endpoint::get(events::stream, "Streams requests as they come")
                .query("session", session_id())
                .gives_text("text/event-stream")],
        )
        .at(
            "/overview",
            [Endpoint::get(
                overview::overview,
                "Shows the engines of the process, tasks, snapshots and sets of faults",
            )
            .query("session", session_id())
            .answers(StatusCode::OK, schemas::object())],
        )
        .at(
            "/objects",
            [
                Endpoint::get(overview::objects, "Lists the objects with what they need")
                    .query("session", session_id())
                    .answers(StatusCode::OK, schemas::object()),
            ],
        )
        .at(
            "/matrix",
            [Endpoint::get(
                overview::matrix,
                "Shows which engines of the process have which objects",
            )
            .answers(StatusCode::OK, schemas::object())],
        )
}

async fn page() -> Response {
    with_policy(answer::text(
        "text/html; charset=utf-8",
        include_str!("console.html"),
    ))
}

async fn docs() -> Response {
    with_policy(answer::text(
        "text/html; charset=utf-8",
        include_str!("docs.html"),
    ))
}

async fn style() -> Response {
    with_policy(answer::text(
        "text/css; charset=utf-8",
        include_str!("console.css"),
    ))
}

async fn script() -> Response {
    with_policy(answer::text(
        "text/javascript; charset=utf-8",
        include_str!("console.js"),
    ))
}

async fn docs_script() -> Response {
    with_policy(answer::text(
        "text/javascript; charset=utf-8",
        include_str!("docs.js"),
    ))
}

fn with_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A newer program may answer at the same port tomorrow.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
