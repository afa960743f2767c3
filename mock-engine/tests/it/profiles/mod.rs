//! Profiles of engine versions, from outside.

mod documents;
mod newer_types;
mod on_the_fly;
mod program;
mod requests;

use mock_engine::{Builder, MockEngine, Profile};
use serde_json::Value;

use crate::support::client::{Client, Reply};

fn builder(profile: Profile) -> Builder {
    MockEngine::builder().profile(profile).seed(1)
}

/// An engine of a profile without content, which starts fastest.
async fn empty(profile: Profile) -> Client {
    Client::of(builder(profile).empty()).await
}

/// An engine of a profile with the demo inventory.
async fn demo(profile: Profile) -> Client {
    Client::of(builder(profile)).await
}

/// All objects of a list, over all its pages.
async fn objects(client: &Client, query: &str) -> Vec<Value> {
    let path = format!("syncable-objects?page_size=1000&{query}");
    client.rows(&path).await
}

/// An export; the status of a POST depends on the profile.
async fn export(client: &Client, entries: &[Value]) -> Vec<u8> {
    let reply = client.call("POST", "export", &Value::from(entries)).await;
    assert!(succeeded(&reply), "{entries:?} {reply:?}");
    reply.body
}

fn succeeded(reply: &Reply) -> bool {
    matches!(reply.status, 200 | 201)
}
