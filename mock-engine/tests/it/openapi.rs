//! The OpenAPI document agrees with the handlers.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use http::StatusCode;
use mock_engine::MockEngine;
use serde_json::Value;

use crate::support::client::{Client, exchange};

async fn document(client: &Client) -> Value {
    let reply = client.raw("GET", "/__admin/openapi.json", "", b"").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[tokio::test]
async fn undocumented_method_is_refused() {
    let client = Client::new().await;
    let document = document(&client).await;
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 60, "{} paths", paths.len());
    for (template, item) in paths {
        let path: Vec<&str> = template
            .split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part })
            .collect();
        let path = path.join("/");
        for method in ["get", "post", "put", "delete", "patch", "trace"] {
            // The stream of requests doesn't end.
            if (method, template.as_str()) == ("get", "/__admin/events") {
                continue;
            }
            // A missing method is reported without a token, too.
            let request = format!(
                "{} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                method.to_uppercase()
            );
            let reply = exchange(client.engine.address(), request.as_bytes()).await;
            let answers = reply.status != 405;
            assert_eq!(
                answers,
                item.get(method).is_some(),
                "{method} {template}: {reply:?}"
            );
            let operation = &item[method];
            let said = operation["responses"].get(reply.status.to_string()).is_some();
            assert!(said || !answers, "{method} {template}: {reply:?}");
            let closed = operation.get("security").is_some();
            assert_eq!(
                closed,
                reply.status == 401 && !template.contains("-login"),
                "{method} {template}"
            );
        }
    }
}

#[test]
fn every_route_is_documented() {
    let mut files = Vec::new();
    let mut directories = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                files.push(path);
            }
        }
    }
    let adds = |path: &Path| {
        let source = fs::read_to_string(path).unwrap();
        let code = source.split("#[cfg(test)]").next().unwrap().to_owned();
        [
            ".route(",
            ".route_service(",
            "routing::get",
            "routing::post",
            "routing::any",
            "MethodRouter",
        ]
        .iter()
        .any(|what| code.contains(what))
    };
    let adding: BTreeSet<_> = files
        .iter()
        .filter(|path| adds(path))
        .map(|path| path.file_name().unwrap())
        .collect();
    assert_eq!(adding.into_iter().collect::<Vec<_>>(), ["describe.rs"]);
}

#[tokio::test]
async fn document_has_the_created_status_and_every_schema() {
    let client = Client::of(MockEngine::builder().created_status(StatusCode::CREATED)).await;
    let document = document(&client).await;
    let responses = &document["paths"]["/masking/api/applications"]["post"]["responses"];
    assert!(
        responses.get("201").is_some() && responses.get("200").is_none(),
        "{responses}"
    );
    let text = document.to_string();
    let shapes = document["components"]["schemas"].as_object().unwrap();
    let mut used = BTreeSet::new();
    for reference in text.split("#/components/schemas/").skip(1) {
        used.insert(reference.split('"').next().unwrap());
    }
    let there: BTreeSet<&str> = shapes.keys().map(String::as_str).collect();
    assert_eq!(used, there);
}
