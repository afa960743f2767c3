//! The bounds of the journal.

use axum::body::Body;
use bytes::Bytes;
use http::Request;
use mock_engine::internal::http::{Answered, BYTES, ENTRIES, Journal, Sent};
use serde_json::json;

fn request(path: &str) -> Request<Body> {
    Request::builder().uri(path).body(Body::empty()).unwrap()
}

fn answered(body: &str) -> Answered<'static> {
    let mut answered = Answered::default();
    answered.status = 200;
    answered.sent = Some(Sent::of(&Bytes::copy_from_slice(body.as_bytes())));
    answered
}

/// The journal after a request whose answer comes last, and others with this body.
fn full(others: usize, body: &str) -> Journal {
    let journal = Journal::default();
    let early = journal.begin(0, &request("/early"));
    for _ in 0..others {
        let id = journal.begin(0, &request("/x"));
        journal.finish(id, answered(body));
    }
    // Its entry has gone.
    journal.finish(early, answered(""));
    journal
}

#[test]
fn journal_is_bounded_by_number() {
    let kept = full(ENTRIES, "").kept().entries;
    assert_eq!(kept.len(), ENTRIES);
    assert!(kept.iter().all(|entry| entry.id() != 0));
}

#[test]
#[ignore = "ci/long runs it"]
fn journal_is_bounded_by_bytes() {
    let body = json!({ "text": "x".repeat(16_000) }).to_string();
    let kept = full(BYTES / 16_000 + 10, &body).kept().entries;
    let bytes: usize = kept.iter().map(|entry| entry.bytes()).sum();
    assert!(bytes <= BYTES && kept.iter().all(|entry| entry.id() != 0));
    // No more go than need to.
    assert!(bytes > BYTES - 20_000, "{bytes}");
}
