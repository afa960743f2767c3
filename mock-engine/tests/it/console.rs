//! The console: its pages, what it reads, and who may read it.

use std::time::Duration;

use mock_engine::MockEngine;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::client::{Client, Reply};
use crate::support::pair::{all_success, entry, export, import, settings_a, settings_b};

const FILES: [&str; 6] = ["", "/", "/docs", "/console.css", "/console.js", "/docs.js"];

async fn get(client: &Client, path: &str) -> Reply {
    client.raw("GET", &format!("/__admin{path}"), "", b"").await
}

#[tokio::test]
async fn pages_are_small_and_load_only_each_other() {
    let client = Client::new().await;
    for path in FILES {
        let reply = get(&client, path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.body.len() < 60_000, "{path}: {}", reply.body.len());
        let head = reply.head.to_lowercase();
        assert!(
            head.contains("content-security-policy: default-src 'none'"),
            "{head}"
        );
        assert!(!head.contains("unsafe"), "{head}");
        let text = String::from_utf8(reply.body).unwrap();
        if !head.contains("text/html") {
            continue;
        }
        for inline in ["<style", " style=", " onclick=", "javascript:", "<script>"] {
            assert!(!text.contains(inline), "{path}: {inline}");
        }
        for part in text.split(['"', '\'']).filter(|part| part.starts_with('/')) {
            let target = part.strip_prefix("/__admin").unwrap();
            assert_eq!(get(&client, target).await.status, 200, "{part}");
        }
    }
}

#[tokio::test]
async fn pages_of_another_origin_reach_nothing_of_the_console() {
    let client = Client::new().await;
    let reads = ["/events", "/overview", "/objects", "/matrix"];
    for path in FILES.iter().chain(&reads) {
        for stranger in [
            "Origin: http://evil.example\r\n",
            "Sec-Fetch-Site: cross-site\r\n",
        ] {
            let reply = client.raw("GET", &format!("/__admin{path}"), stranger, b"").await;
            assert_eq!(reply.status, 403, "{path} {stranger}");
        }
    }
    // What its buttons do.
    for (method, path) in [
        ("DELETE", "/requests"),
        ("PUT", "/faults"),
        ("DELETE", "/faults"),
        ("POST", "/snapshots/x"),
        ("POST", "/snapshots/x/restore"),
        ("DELETE", "/snapshots/x"),
        ("PUT", "/sessions/x"),
        ("DELETE", "/sessions/x"),
        ("POST", "/reset"),
        ("PUT", "/clock"),
        ("DELETE", "/clock"),
        ("POST", "/compare"),
    ] {
        let origin = "Origin: http://localhost:1\r\n";
        let reply = client
            .raw(method, &format!("/__admin{path}"), origin, b"{}")
            .await;
        assert_eq!(reply.status, 403, "{method} {path}");
    }
}

/// A reader of the stream of requests.
struct Events {
    stream: TcpStream,
    text: String,
}

impl Events {
    async fn of(client: &Client, query: &str) -> Self {
        let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
        let request = format!("GET /__admin/events{query} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        Self {
            stream,
            text: String::new(),
        }
    }

    /// Reads until the text holds a part.
    async fn until(&mut self, part: &str) {
        let mut buffer = [0; 4096];
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        while !self.text.contains(part) {
            let read = tokio::time::timeout_at(deadline, self.stream.read(&mut buffer));
            let count = read
                .await
                .unwrap_or_else(|_| panic!("no {part} in {}", self.text))
                .unwrap();
            assert_ne!(count, 0, "the stream ended before {part}: {}", self.text);
            self.text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    }
}

#[tokio::test]
async fn stream_shows_requests_as_they_come() {
    let client = Client::new().await;
    let mut events = Events::of(&client, "").await;
    events.until("text/event-stream").await;
    // The login came before the page.
    events.until("/masking/api/login").await;
    assert_eq!(client.get("syncable-objcts").await.status, 404);
    events.until("\"status\":404").await;
    events.until("syncable-objects").await;
    assert!(!events.text.contains("pw123"), "{}", events.text);
    assert!(!events.text.contains("__admin/events"), "{}", events.text);
}

#[tokio::test]
async fn stream_of_a_session_shows_its_own_requests() {
    let client = Client::new().await;
    let mut events = Events::of(&client, "?session=one").await;
    events.until("data: ").await;
    client
        .raw("GET", "/masking/api/applications?where=port", "", b"")
        .await;
    let there = "X-Mock-Session: one\r\n";
    client
        .raw("GET", "/masking/api/applications?where=session", there, b"")
        .await;
    events.until("where=session").await;
    assert!(!events.text.contains("where=port"), "{}", events.text);
}

#[tokio::test]
async fn stopping_engine_ends_the_stream() {
    let client = Client::new().await;
    let mut events = Events::of(&client, "").await;
    events.until("data: ").await;
    let stopped = tokio::time::timeout(Duration::from_secs(8), client.engine.shutdown());
    stopped.await.unwrap();
}

#[tokio::test]
async fn matrix_shows_which_engines_agree() {
    let a = Client::of(MockEngine::builder().settings(settings_a())).await;
    let b = Client::of(MockEngine::builder().settings(settings_b()).beside(&a.engine)).await;
    let row = async || -> Value {
        let matrix = get(&b, "/matrix").await.json();
        assert_eq!(matrix["engines"], json!(["a.example.com", "b.example.com"]));
        let rows = matrix["rows"].as_array().unwrap().clone();
        let wanted = |row: &&Value| row["objectType"] == "DOMAIN" && row["name"] == "FIRST_NAME";
        rows.iter().find(wanted).unwrap().clone()
    };
    let before = row().await;
    assert_eq!(
        (&before["inSync"], &before["hashes"][1]),
        (&json!(false), &Value::Null)
    );
    let document = export(&a, &[entry("DOMAIN", "FIRST_NAME")]).await;
    all_success(&import(&b, "force_overwrite=true", &document).await);
    let after = row().await;
    assert_eq!(after["inSync"], true, "{after}");
    assert!(after["hashes"][0].is_string() && after["hashes"][0] == after["hashes"][1]);
}

#[tokio::test]
async fn objects_name_what_they_need() {
    let client = Client::demo().await;
    let list = get(&client, "/objects").await.json();
    let objects = list["objects"].as_array().unwrap();
    let job = objects
        .iter()
        .find(|object| object["objectType"] == "MASKING_JOB")
        .unwrap();
    let needed = job["needs"].as_array().unwrap().iter();
    let types: Vec<&str> = needed
        .map(|at| {
            objects[usize::try_from(at.as_u64().unwrap()).unwrap()]["objectType"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert!(types.contains(&"DATABASE_RULESET"), "{types:?}");
    let ruleset = objects
        .iter()
        .find(|object| object["objectType"] == "DATABASE_RULESET")
        .unwrap();
    // References count as what they refer to.
    let needed = ruleset["needs"].as_array().unwrap().iter();
    let is_domain =
        |at: &Value| objects[usize::try_from(at.as_u64().unwrap()).unwrap()]["objectType"] == "DOMAIN";
    assert!(needed.clone().any(is_domain), "{ruleset}");
}

#[tokio::test]
async fn overview_names_engines_tasks_and_sets_of_faults() {
    let a = Client::of(MockEngine::builder().settings(settings_a())).await;
    let b = Client::of(MockEngine::builder().settings(settings_b()).beside(&a.engine)).await;
    let overview = get(&a, "/overview").await.json();
    let engines = overview["engines"].as_array().unwrap();
    assert_eq!(engines.len(), 2);
    assert_eq!(
        (&engines[0]["here"], &engines[1]["here"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(engines[1]["url"], b.engine.url());
    let sets = overview["faultSets"].as_array().unwrap();
    assert!(
        sets.iter()
            .any(|set| set["name"] == "flaky-network" && !set["faults"][0].is_null())
    );
    assert_eq!(get(&a, "/overview?what=1").await.status, 400);
}
