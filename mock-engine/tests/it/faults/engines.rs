//! Faults that only an engine can have.

use std::time::Duration;

use exportdoc::Document;
use mock_engine::{MockEngine, Pace};
use serde_json::{Value, json};

use super::set;
use crate::support::client::{Client, Reply};

fn job() -> Value {
    json!([{ "objectIdentifier": { "id": 4 }, "objectType": "MASKING_JOB" }])
}

async fn export(client: &Client) -> Vec<u8> {
    let reply = client.call("POST", "export", &job()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

async fn import(client: &Client, document: &[u8]) -> Reply {
    let target = "/masking/api/import?force_overwrite=true&environment_id=1";
    client.raw("POST", target, "", document).await
}

#[tokio::test]
async fn spoilt_export_is_refused_by_engines_and_by_the_toolkit() {
    let (client, other) = (Client::demo().await, Client::demo().await);
    let listed = client.rows("syncable-objects?object_type=MASKING_JOB").await;
    for (fault, verdict, refused) in [
        ("badSignature", "INVALID", 400),
        ("swappedKey", "INVALID", 400),
        ("flippedByte", "INVALID", 400),
        ("truncatedBlob", "INVALID", 400),
        ("staleRevision", "VALID", 200),
        ("missingDependency", "VALID", 400),
    ] {
        set(&client, json!([{ "act": { "export": fault } }])).await;
        let document = export(&client).await;
        let parsed = Document::read(document.as_slice()).unwrap();
        let seen = format!("{:?}", parsed.report().signature.verdict).to_uppercase();
        assert_eq!(seen, verdict, "{fault}");
        let reply = import(&other, &document).await;
        assert_eq!(reply.status, refused, "{fault}: {reply:?}");
        if fault == "staleRevision" {
            let hash = |object: &Value| object["revisionHash"].as_str().map(str::to_owned);
            let exported = serde_json::from_slice::<Value>(&document).unwrap();
            let text = exported.to_string();
            let hash = listed
                .iter()
                .find(|row| row["objectIdentifier"]["id"] == 4)
                .and_then(hash);
            assert!(!text.contains(&hash.unwrap()));
        }
    }
    set(&client, json!([])).await;
    assert_eq!(import(&other, &export(&client).await).await.status, 200);
}

#[tokio::test]
async fn import_fails_at_the_object_that_the_fault_names() {
    let (client, other) = (Client::demo().await, Client::demo().await);
    let document = export(&client).await;
    let before = other.rows("masking-jobs").await;
    let act = json!({ "import": { "failAt": 2, "message": "disk full" } });
    set(&other, json!([{ "act": act }])).await;
    let reply = import(&other, &document).await;
    assert_eq!(reply.status, 409);
    let outcomes = reply.json();
    assert_eq!(outcomes[0]["importStatus"], "SUCCESS");
    assert_eq!(outcomes[1]["importStatus"], "FAILED");
    assert_eq!(outcomes[1]["failureMessage"], "Disk full.");
    assert_eq!(outcomes[2]["importStatus"], "SKIPPED");
    assert_eq!(other.rows("masking-jobs").await, before);
    // The async way ends in the same outcomes.
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n{}\r\n--b--\r\n",
        String::from_utf8(document).unwrap()
    );
    let target = "/masking/api/import-async?force_overwrite=true&environment_id=1";
    let headers = "Content-Type: multipart/form-data; boundary=b\r\n";
    let task = other.raw("POST", target, headers, form.as_bytes()).await.json();
    let ended = other.ended(&task).await;
    assert_eq!(ended["status"], "FAILED");
    let reference = ended["reference"].as_str().unwrap();
    let outcomes = other.get(&format!("file-downloads/{reference}")).await.json();
    assert_eq!(outcomes[1]["failureMessage"], "Disk full.");
}

#[tokio::test]
async fn task_fails_stays_or_ends_after_polls() {
    let client = Client::demo().await;
    let start = async |task: Value| {
        set(
            &client,
            json!([{ "match": { "path": "/export-async" }, "act": { "task": task } }]),
        )
        .await;
        let reply = client.call("POST", "export-async", &job()).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    };
    let show = async |task: &Value| {
        let id = &task["asyncTaskId"];
        client.get(&format!("async-tasks/{id}")).await.json()
    };
    let failed = client
        .ended(&start(json!({ "fails": "out of memory" })).await)
        .await;
    assert_eq!(
        (&failed["status"], &failed["exceptionDetail"]),
        (&json!("FAILED"), &json!("out of memory"))
    );
    let polled = start(json!({ "endsAfterPolls": 3 })).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(show(&polled).await["status"].clone());
    }
    assert_eq!(seen, ["RUNNING", "RUNNING", "SUCCEEDED", "SUCCEEDED"]);
    let reference = polled["reference"].as_str().unwrap();
    assert_eq!(
        client.get(&format!("file-downloads/{reference}")).await.status,
        200
    );
    for (fault, status) in [("staysRunning", "RUNNING"), ("staysWaiting", "WAITING")] {
        let task = start(json!(fault)).await;
        for _ in 0..3 {
            assert_eq!(show(&task).await["status"], status);
        }
        // It keeps other syncs out, as a task of a live engine does.
        set(&client, json!([])).await;
        assert_eq!(client.call("POST", "export", &job()).await.status, 409);
        client.raw("POST", "/__admin/reset?keep=tokens", "", b"").await;
        let mut free = client.call("POST", "export", &job()).await.status;
        for _ in 0..100 {
            if free == 200 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
            free = client.call("POST", "export", &job()).await.status;
        }
        assert_eq!(free, 200, "{fault}");
    }
}

#[tokio::test]
async fn download_is_lost_even_before_its_task_ends() {
    let client = Client::of(MockEngine::builder().task_pace(Pace::Delay(Duration::from_millis(20)))).await;
    set(&client, json!([{ "act": { "loseDownload": true } }])).await;
    let task = client.call("POST", "export-async", &job()).await.json();
    let download = format!("file-downloads/{}", task["reference"].as_str().unwrap());
    assert_eq!(client.get(&download).await.status, 404);
}

#[tokio::test]
async fn download_is_lost_and_engine_restarts() {
    let client = Client::demo().await;
    let started = async || {
        let task = client.call("POST", "export-async", &job()).await.json();
        let ended = client.ended(&task).await;
        format!("file-downloads/{}", ended["reference"].as_str().unwrap())
    };
    let download = started().await;
    assert_eq!(client.get(&download).await.status, 200);
    set(&client, json!([{ "act": { "loseDownload": true } }])).await;
    assert_eq!(client.get(&download).await.status, 404);
    set(&client, json!([])).await;
    let download = started().await;
    set(
        &client,
        json!([{ "match": { "path": "/file-downloads/*" }, "times": 1, "act": { "restart": true } }]),
    )
    .await;
    let reply = client.get(&download).await;
    assert_eq!(reply.status, 401, "the token is gone: {reply:?}");
    let again = Client {
        token: {
            let login = json!({ "username": "u", "password": "p" });
            let reply = client.call("POST", "login", &login).await;
            reply.json()["Authorization"].as_str().unwrap().to_owned()
        },
        engine: client.engine,
    };
    assert_eq!(again.get(&download).await.status, 404);
    assert!(!again.rows("masking-jobs").await.is_empty());
}

#[tokio::test]
async fn token_expires_in_the_middle_of_a_run() {
    let client = Client::new().await;
    set(
        &client,
        json!([{ "match": { "path": "/environments" }, "after": 1, "times": 1, "act": { "expireToken": true } }]),
    )
    .await;
    assert_eq!(client.get("environments").await.status, 200);
    let reply = client.get("environments").await;
    assert_eq!((reply.status, reply.error().contains("expired")), (401, true));
    assert_eq!(client.get("applications").await.status, 401);
}

#[tokio::test]
async fn other_user_saves_an_object_between_list_and_export() {
    let client = Client::demo().await;
    let hashes = async || {
        let rows = client.rows("syncable-objects?object_type=MASKING_JOB").await;
        rows.iter()
            .map(|row| row["revisionHash"].clone())
            .collect::<Vec<_>>()
    };
    let before = hashes().await;
    let edit = json!({ "type": "DATABASE_CONNECTOR" });
    set(
        &client,
        json!([{ "match": { "path": "/export" }, "times": 1, "act": { "edit": edit } }]),
    )
    .await;
    export(&client).await;
    assert_ne!(hashes().await, before);
    let edit = json!({ "type": "DATABASE_CONNECTOR", "name": "nowhere" });
    set(&client, json!([{ "act": { "edit": edit } }])).await;
    let reply = client.get("environments").await;
    assert_eq!((reply.status, reply.error().contains("nowhere")), (404, true));
}

#[tokio::test]
async fn fault_matches_objects_in_exports_and_imports() {
    let client = Client::demo().await;
    let document = export(&client).await;
    let names = client.rows("database-connectors").await;
    let connector = names[0]["connectorName"].as_str().unwrap().to_owned();
    for (object, status) in [
        (json!({ "type": "MASKING_JOB" }), 503),
        (json!({ "type": "DATABASE_*", "name": connector }), 503),
        (json!({ "type": "PROFILE_JOB" }), 200),
        (json!({ "type": "MASKING_JOB", "name": "another" }), 200),
    ] {
        let act = json!({ "answer": { "status": 503 } });
        set(&client, json!([{ "match": { "object": object }, "act": act }])).await;
        assert_eq!(
            client.call("POST", "export", &job()).await.status,
            status,
            "{object}"
        );
        assert_eq!(import(&client, &document).await.status, status, "{object}");
        // A list exports nothing.
        assert_eq!(client.get("environments").await.status, 200);
    }
}

#[tokio::test]
async fn faults_of_a_session_stay_in_it() {
    let engine = MockEngine::builder().empty().seed(1);
    let client = Client::of(engine).await;
    let fault =
        json!({ "faults": [{ "match": { "session": "a*" }, "act": { "answer": { "status": 503 } } }] });
    set(&client, fault["faults"].clone()).await;
    let status = async |session: &str| {
        let header = format!("X-Mock-Session: {session}\r\n");
        client.raw("GET", "/__admin/health", &header, b"").await;
        client
            .raw("GET", "/masking/api/environments", &header, b"")
            .await
            .status
    };
    // Sessions begin with the faults of the port.
    assert_eq!(status("a1").await, 503);
    assert_eq!(status("b1").await, 401);
    assert_eq!(client.get("environments").await.status, 200);
}
