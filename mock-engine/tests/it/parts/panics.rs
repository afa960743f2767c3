//! Handlers that panic.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::Request;
use http_body_util::BodyExt as _;
use mock_engine::internal::http::handle;

#[tokio::test]
async fn panic_in_a_handler_fails_its_own_request_only() {
    let router = Router::new()
        .route("/panics", get(async || -> &'static str { panic!("on purpose") }))
        .route("/works", get(async || "works"));
    for (path, status, expected) in [
        ("/panics", 500, &br#"{"errorMessage":"Internal error."}"#[..]),
        ("/works", 200, b"works"),
        ("/panics", 500, br#"{"errorMessage":"Internal error."}"#),
        ("/works", 200, b"works"),
    ] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = handle(router.clone(), request).await;
        assert_eq!(response.status(), status);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, expected);
    }
}
