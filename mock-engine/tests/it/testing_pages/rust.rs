//! The snippets in Rust. The pages print the bodies of the tests.

use std::error::Error;
use std::time::Duration;

use mock_engine::{MockEngine, Pace};
use serde_json::{Value, json};

use crate::support::client::Client;

type Done = Result<(), Box<dyn Error>>;

fn job() -> Value {
    json!([{ "objectIdentifier": { "id": 4 }, "objectType": "MASKING_JOB" }])
}

#[tokio::test]
async fn expired_token_is_refused() {
    let a = Client::of(MockEngine::builder()).await;
    a.engine.clock().advance(Duration::from_secs(7200));
    assert_eq!(a.get("environments").await.status, 401);
}

#[tokio::test]
async fn busy_engine_refuses_an_export() {
    let a = Client::of(MockEngine::builder().task_pace(Pace::Delay(Duration::from_secs(3600)))).await;
    a.call("POST", "export-async", &job()).await;
    assert_eq!(a.call("POST", "export", &job()).await.status, 409);
}

#[tokio::test]
async fn slow_export_outlasts_its_client() -> Done {
    let a = Client::of(MockEngine::builder()).await;
    let slow = json!({ "match": { "path": "/export" }, "act": { "delay": "10s" } });
    a.engine.faults().add(serde_json::from_value(slow)?)?;
    let job = job();
    let export = a.call("POST", "export", &job);
    let patience = Duration::from_millis(200);
    assert!(tokio::time::timeout(patience, export).await.is_err());
    Ok(())
}

#[tokio::test]
async fn half_synced_engines_differ() {
    let a = Client::of(MockEngine::builder()).await;
    let b = Client::of(MockEngine::builder()).await;
    let host = json!({ "host": "moved.example.com" });
    a.call("PUT", "database-connectors/1", &host).await;
    let connector = json!([{ "objectIdentifier": { "id": 1 }, "objectType": "DATABASE_CONNECTOR" }]);
    let document = a.call("POST", "export", &connector).await.json();
    let description = json!({ "jobDescription": "with the new host" });
    a.call("PUT", "masking-jobs/4", &description).await;
    let import = "import?force_overwrite=true&environment_id=1";
    assert_eq!(b.call("POST", import, &document).await.status, 200);
    let jobs = "syncable-objects?object_type=MASKING_JOB";
    assert_ne!(a.get(jobs).await.json(), b.get(jobs).await.json());
}

#[tokio::test]
async fn documents_do_not_go_back_over_an_upgrade() -> Done {
    let old = Client::of(MockEngine::builder().profile("5.3".parse()?)).await;
    let new = Client::of(MockEngine::builder().profile("6.0.15".parse()?)).await;
    let import = "import?force_overwrite=true&environment_id=1";
    let document = old.call("POST", "export", &job()).await.json();
    assert_eq!(new.call("POST", import, &document).await.status, 200);
    let document = new.call("POST", "export", &job()).await.json();
    assert_eq!(old.call("POST", import, &document).await.status, 400);
    Ok(())
}
