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

#[test]
fn journal_is_bounded_by_number_and_bytes() {
    let journal = Journal::default();
    let body = json!({ "text": "x".repeat(4096) }).to_string();
    let early = journal.begin(0, &request("/early"));
    for _ in 0..ENTRIES {
        let id = journal.begin(0, &request("/x"));
        journal.finish(id, answered(&body));
    }
    // Its entry has gone.
    journal.finish(early, answered(""));
    let kept = journal.kept().entries;
    let bytes: usize = kept.iter().map(|entry| entry.bytes()).sum();
    assert!(kept.len() <= ENTRIES && bytes <= BYTES);
    // No more go than need to.
    assert!(bytes > BYTES - 8192, "{bytes}");
}
