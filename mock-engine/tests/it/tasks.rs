//! Async tasks and their files.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use mock_engine::Clock;
use mock_engine::MockEngine;
use mock_engine::Pace;
use mock_engine::internal::{AsyncTask, EngineError, JobOutput, Operation, SyncKind};
use serde_json::{Value, json};

use crate::support::client::Client;

const START: i64 = 1_529_094_995_483;

async fn on_frozen_clock(pace: Pace) -> Client {
    Client::of(
        MockEngine::builder()
            .seed(1)
            .clock(Clock::frozen(START))
            .task_pace(pace),
    )
    .await
}

fn start(client: &Client, operation: Operation) -> AsyncTask {
    let work = |_: &_| JobOutput {
        file: Some(Bytes::from_static(b"[1]")),
        failure: None,
    };
    client.engine.engine().start_task(operation, None, work).unwrap()
}

/// Polls a task until it has a status. Its work runs on another thread.
async fn until(client: &Client, id: i64, status: &str) -> Value {
    for _ in 0..500 {
        let task = client.get(&format!("async-tasks/{id}")).await.json();
        if task["status"] == status {
            return task;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("task {id} never became {status}");
}

#[tokio::test]
async fn task_looks_like_the_documented_examples() {
    let client = on_frozen_clock(Pace::Delay(Duration::from_secs(10))).await;
    let export = serde_json::to_value(start(&client, Operation::Export)).unwrap();
    let reference = export["reference"].as_str().unwrap();
    let name = STANDARD
        .decode(reference.strip_prefix("EXPORT-").unwrap())
        .unwrap();
    let name = String::from_utf8(name).unwrap();
    assert!(
        name.starts_with("export_document_") && name.ends_with(".json") && name.len() == 29,
        "{name}"
    );
    let expected = json!({
        "asyncTaskId": 1, "operation": "EXPORT", "reference": reference, "status": "RUNNING",
        "startTime": "2018-06-15T20:36:35.483+0000", "cancellable": false,
    });
    assert_eq!(export, expected);
    let import = serde_json::to_value(start(&client, Operation::Import)).unwrap();
    let expected = json!({
        "asyncTaskId": 2, "operation": "IMPORT", "reference": import["reference"], "status": "WAITING",
        "cancellable": false,
    });
    assert_eq!(import, expected);
}

#[tokio::test]
async fn task_proceeds_on_the_clock() {
    let client = on_frozen_clock(Pace::Delay(Duration::from_secs(10))).await;
    let id = start(&client, Operation::Import).async_task_id;
    until(&client, id, "WAITING").await;
    client.engine.clock().advance(Duration::from_secs(9));
    tokio::time::sleep(Duration::from_millis(20)).await;
    until(&client, id, "WAITING").await;
    client.engine.clock().advance(Duration::from_secs(1));
    let task = until(&client, id, "RUNNING").await;
    assert_eq!(task["startTime"], "2018-06-15T20:36:45.483+0000");
    client.engine.clock().advance(Duration::from_secs(10));
    let task = until(&client, id, "SUCCEEDED").await;
    assert_eq!(task["endTime"], "2018-06-15T20:36:55.483+0000");
}

#[tokio::test]
async fn task_proceeds_with_each_poll() {
    let client = on_frozen_clock(Pace::PerPoll).await;
    let id = start(&client, Operation::Import).async_task_id;
    for status in ["RUNNING", "SUCCEEDED", "SUCCEEDED"] {
        assert_eq!(
            client.get(&format!("async-tasks/{id}")).await.json()["status"],
            status
        );
    }
    let reference = start(&client, Operation::Export).reference.unwrap();
    assert_eq!(
        client.get(&format!("file-downloads/{reference}")).await.body,
        b"[1]"
    );
}

#[tokio::test]
async fn task_without_delay_never_waits() {
    let client = Client::new().await;
    for _ in 0..20 {
        let id = start(&client, Operation::Import).async_task_id;
        let status = client.get(&format!("async-tasks/{id}")).await.json()["status"].clone();
        assert!(status == "RUNNING" || status == "SUCCEEDED", "{status}");
    }
}

#[tokio::test]
async fn download_waits_for_its_task() {
    let client = on_frozen_clock(Pace::Delay(Duration::from_secs(10))).await;
    let reference = start(&client, Operation::Export).reference.unwrap();
    let paths = [reference.clone(), reference.replace('=', "%3D")].map(|r| format!("file-downloads/{r}"));
    let (raw, encoded, ()) = tokio::join!(client.get(&paths[0]), client.get(&paths[1]), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.engine.clock().advance(Duration::from_secs(10));
    });
    for reply in [raw, encoded] {
        assert_eq!((reply.status, reply.body.as_slice()), (200, b"[1]".as_slice()));
        assert!(reply.head.contains("application/octet-stream"));
    }
    let reply = client.call("DELETE", "export-async", &json!({})).await;
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    assert_eq!(client.get(&paths[0]).await.status, 404);
}

#[tokio::test]
async fn download_ends_with_an_error_after_its_time() {
    let settings = mock_engine::Settings::default().with(|settings| {
        settings.task_pace = Pace::Delay(Duration::from_hours(1));
        settings.download_wait = Duration::from_millis(50);
    });
    let client = Client::of(MockEngine::builder().settings(settings)).await;
    let reference = start(&client, Operation::Export).reference.unwrap();
    assert_eq!(
        client.get(&format!("file-downloads/{reference}")).await.status,
        404
    );
}

#[tokio::test]
async fn failed_task_has_a_reason_and_panic_ends_its_task_only() {
    let client = Client::new().await;
    let engine = client.engine.engine();
    let fail = |_: &_| JobOutput::failure(EngineError::not_found("algorithm", "x"));
    let id = engine
        .start_task(Operation::Export, None, fail)
        .unwrap()
        .async_task_id;
    assert_eq!(
        until(&client, id, "FAILED").await["exceptionDetail"],
        "Algorithm 'x' does not exist."
    );
    let permit = engine.begin_sync(SyncKind::Import).unwrap();
    let id = engine
        .start_task(Operation::Import, Some(permit), |_| panic!("on purpose"))
        .unwrap();
    until(&client, id.async_task_id, "FAILED").await;
    assert!(engine.begin_sync(SyncKind::Import).is_ok());
}

#[tokio::test]
async fn tasks_can_be_filtered_but_not_cancelled() {
    let client = Client::new().await;
    start(&client, Operation::Export);
    let id = start(&client, Operation::Import).async_task_id;
    until(&client, id, "SUCCEEDED").await;
    let list = client
        .get("async-tasks?operation=IMPORT&status=SUCCEEDED")
        .await
        .json();
    assert_eq!(list["_pageInfo"]["total"], 1);
    assert_eq!(list["responseList"][0]["asyncTaskId"], id);
    assert_eq!(
        client
            .call("PUT", &format!("async-tasks/{id}/cancel"), &json!({}))
            .await
            .status,
        400
    );
    assert_eq!(
        client
            .call("PUT", "async-tasks/99/cancel", &json!({}))
            .await
            .status,
        404
    );
    assert_eq!(
        client.call("PUT", "encryptionKey", &json!({})).await.json()["operation"],
        "ENCRYPTION_KEY_CREATE"
    );
}

#[tokio::test]
async fn reset_drops_waiting_tasks() {
    let mut client = on_frozen_clock(Pace::Delay(Duration::from_secs(10))).await;
    let engine = std::sync::Arc::clone(client.engine.engine());
    let (done, mut told) = tokio::sync::mpsc::channel(1);
    let work = move |_: &_| {
        let _ = done.blocking_send(());
        JobOutput::default()
    };
    engine.start_task(Operation::Import, None, work).unwrap();
    assert_eq!(client.raw("POST", "/__admin/reset", "", b"").await.status, 200);
    client.login().await;
    let id = start(&client, Operation::Import).async_task_id;
    assert_eq!(id, 1);
    client.engine.clock().advance(Duration::from_secs(20));
    until(&client, id, "SUCCEEDED").await;
    assert_eq!(told.recv().await, None);
}
