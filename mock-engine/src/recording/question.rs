//! What makes two requests the same question.
//!
//! Two requests are the same if method, path, parameters and body are. The order of parameters and members, the version
//! prefix, secrets and tokens make no difference. Export documents are the same if they have the same objects.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::exchange::{Body, Exchange};
use super::message::{is_document, is_left_out, read_form};
use crate::http::canonical;
use crate::http::redact;

/// The hash of a question.
pub(super) type Question = [u8; 32];

/// The question of a recorded request.
pub(super) fn recorded(exchange: &Exchange) -> Question {
    let (path, query) = exchange.target();
    let has_token = exchange
        .headers
        .keys()
        .any(|name| name.eq_ignore_ascii_case("authorization"));
    question(
        &exchange.method,
        path,
        query,
        has_token,
        &recorded_body(&exchange.body),
    )
}

/// The question of a request.
pub(super) fn asked(
    method: &str,
    path: &str,
    query: &str,
    has_token: bool,
    kind: &str,
    body: &Bytes,
) -> Question {
    question(method, path, query, has_token, &own_body(path, kind, body))
}

fn question(method: &str, path: &str, query: &str, has_token: bool, body: &str) -> Question {
    let query = redact::query(query).replace("%3Credacted%3E", redact::REDACTED);
    let mut parameters: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
    parameters.sort_unstable();
    let parts: [&str; 5] = [
        &method.to_ascii_uppercase(),
        &canonical(path),
        &parameters.join("&"),
        if has_token { "token" } else { "" },
        body,
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

fn recorded_body(body: &Body) -> String {
    match &body.parts {
        Some(parts) => {
            let part = |part: &super::exchange::Part| format!("{}: {}", part.name, recorded_body(&part.body));
            parts.iter().map(part).collect::<Vec<_>>().join("\n")
        }
        None => single(&body.bytes().unwrap_or_default()),
    }
}

fn own_body(path: &str, kind: &str, body: &Bytes) -> String {
    let Some(parts) = read_form(kind, body) else {
        return single(body);
    };
    let shown = parts.iter().map(|part| {
        let left_out = is_left_out(path, &part.name, part.file_name.is_some());
        let body = if left_out {
            String::new()
        } else {
            single(&part.bytes)
        };
        format!("{}: {body}", part.name)
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn single(bytes: &Bytes) -> String {
    if is_document(bytes) {
        return objects(bytes);
    }
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    match values.next() {
        Some(Ok(mut value)) => {
            redact::json(&mut value);
            value.to_string()
        }
        _ => String::from_utf8_lossy(bytes).trim().to_owned(),
    }
}

/// The objects of a document. A redacted copy and a new export have the same ones.
fn objects(bytes: &[u8]) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Document {
        export_response_metadata: Metadata,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Metadata {
        #[serde(default)]
        exported_object_list: Vec<Value>,
    }
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Document>();
    let document = values.next().and_then(Result::ok);
    let listed = document.map(|document| document.export_response_metadata.exported_object_list);
    let mut objects: Vec<String> = listed
        .unwrap_or_default()
        .iter()
        .map(|entry| format!("{} {}", entry["objectType"], entry["objectIdentifier"]))
        .collect();
    objects.sort_unstable();
    format!("document of {}", objects.join(", "))
}
