//! Faults, as a test author sets and meets them.

mod clients;
mod connections;
mod engines;

use std::time::{Duration, Instant};

use mock_engine::{Act, AnswerFault, Fault, RequestPattern};
use serde_json::{Value, json};

use crate::support::client::{Client, exchange};
use crate::support::program::Program;

async fn set(client: &Client, faults: Value) {
    let reply = client.admin("PUT", "faults", &json!({ "faults": faults })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

async fn counters(client: &Client) -> Value {
    client.admin("GET", "faults", &Value::Null).await.json()["counters"].clone()
}

fn busy(status: u16) -> Value {
    json!({ "answer": { "status": status, "errorMessage": "busy" } })
}

#[tokio::test]
async fn first_fault_that_fits_and_is_due_fires() {
    let client = Client::new().await;
    let environments = json!({ "method": "get", "path": "/environments" });
    set(
        &client,
        json!([
            { "match": { "path": "/applications" }, "act": busy(503) },
            { "match": environments, "after": 1, "times": 1, "act": busy(409) },
            { "match": environments, "after": 1, "act": busy(429) },
        ]),
    )
    .await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(client.get("environments").await.status);
    }
    // The third fault counts only the requests that the second one leaves alone.
    assert_eq!(seen, [200, 409, 429, 429]);
    let counters = counters(&client).await;
    assert_eq!(counters[0]["fitted"], 0);
    assert_eq!(counters[1]["fired"], 1);
    assert_eq!(counters[2]["fired"], 2);
    assert_eq!(client.admin("DELETE", "faults", &Value::Null).await.status, 200);
    assert_eq!(client.get("environments").await.status, 200);
}

#[tokio::test]
async fn fault_matches_query_headers_and_body() {
    let client = Client::new().await;
    let pattern = json!({
        "path": "/environ*",
        "query": { "x": "a*" },
        "headers": { "X-Part": { "present": true }, "x-none": { "present": false } },
        "body": { "/environmentName": { "not": "kept" }, "/list/1": 7 },
    });
    set(&client, json!([{ "match": pattern, "act": busy(418) }])).await;
    let fits = json!({ "environmentName": "other", "list": [0, 7] });
    let send = async |query: &str, headers: &str, body: &Value| {
        let target = format!("/masking/api/v5.1.8/environments/{query}");
        let body = body.to_string();
        client.raw("POST", &target, headers, body.as_bytes()).await.status
    };
    assert_eq!(send("?x=abc", "x-part: 1\r\n", &fits).await, 418);
    for (query, headers, body) in [
        ("?x=bc", "x-part: 1\r\n", &fits),
        ("?x=abc", "", &fits),
        ("?x=abc", "x-part: 1\r\nx-none: 1\r\n", &fits),
        (
            "?x=abc",
            "x-part: 1\r\n",
            &json!({ "environmentName": "kept", "list": [0, 7] }),
        ),
        ("?x=abc", "x-part: 1\r\n", &json!({ "environmentName": "a" })),
    ] {
        assert_ne!(send(query, headers, body).await, 418, "{query} {headers} {body}");
    }
}

#[tokio::test]
async fn replaced_answer_leaves_the_engine_unchanged_unless_processed() {
    let client = Client::new().await;
    let create = json!({ "method": "POST", "path": "/applications" });
    for (processed, count) in [(json!(null), 0), (json!(false), 0), (json!(true), 1)] {
        let act = json!({ "answer": { "status": 502, "text": "<oops" }, "processed": processed });
        set(&client, json!([{ "match": create, "act": act }])).await;
        let reply = client
            .call("POST", "applications", &json!({ "applicationName": "a" }))
            .await;
        assert_eq!((reply.status, reply.body.as_slice()), (502, b"<oops".as_slice()));
        assert_eq!(client.rows("applications").await.len(), count, "{processed}");
    }
}

#[tokio::test]
async fn headers_of_the_true_answer_can_be_changed() {
    let client = Client::new().await;
    let act = json!({ "answer": { "headers": { "Content-Type": "text/html", "Retry-After": "2" } } });
    set(&client, json!([{ "act": act }])).await;
    let reply = client.get("environments").await;
    let head = reply.head.to_ascii_lowercase();
    assert_eq!(reply.status, 200);
    assert!(
        head.contains("content-type: text/html") && head.contains("retry-after: 2"),
        "{head}"
    );
    assert_eq!(reply.json()["_pageInfo"]["total"], 0);
}

#[tokio::test]
async fn scenario_leads_from_fault_to_fault() {
    let client = Client::new().await;
    let step = |is: &str, becomes: &str| json!({ "name": "upgrade", "is": is, "becomes": becomes });
    set(
        &client,
        json!([
            { "scenario": step("started", "down"), "act": busy(503) },
            { "scenario": step("down", "up"), "act": busy(502) },
        ]),
    )
    .await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(client.get("environments").await.status);
    }
    assert_eq!(seen, [503, 502, 200]);
    let shown = client.admin("GET", "scenarios", &Value::Null).await.json();
    assert_eq!(shown["scenarios"]["upgrade"], "up");
    let down = json!({ "state": "down" });
    assert_eq!(client.admin("PUT", "scenarios/upgrade", &down).await.status, 200);
    assert_eq!(client.get("environments").await.status, 502);
}

#[tokio::test]
async fn acts_in_order_are_taken_once_each() {
    let client = Client::new().await;
    set(&client, json!([{ "inOrder": [busy(503), busy(429), busy(500)] }])).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(client.get("environments").await.status);
    }
    assert_eq!(seen, [503, 429, 500, 200]);
}

#[tokio::test]
async fn probability_is_the_same_in_every_run_of_a_seeded_engine() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let client = Client::new().await;
        set(&client, json!([{ "probability": 0.5, "act": busy(500) }])).await;
        let mut failed = Vec::new();
        for _ in 0..32 {
            failed.push(client.get("environments").await.status == 500);
        }
        runs.push(failed);
    }
    assert_eq!(runs[0], runs[1]);
    let failed = runs[0].iter().filter(|failed| **failed).count();
    assert!((8..=24).contains(&failed), "{failed} of 32");
}

#[tokio::test]
async fn wrong_fault_is_refused_with_its_place() {
    let client = Client::new().await;
    for (fault, reason) in [
        (json!({ "act": {} }), "faults[0].act: it does nothing"),
        (
            json!({ "act": busy(500), "inOrder": [busy(500)] }),
            "faults[0]: only one of act and inOrder",
        ),
        (
            json!({ "inOrder": [busy(500), busy(1)] }),
            "faults[0].inOrder[1].answer.status: it is not between",
        ),
        (
            json!({ "act": { "answer": { "status": "x" } } }),
            "faults[0].act.answer.status: invalid type",
        ),
        (
            json!({ "act": { "answer": { "statsu": 1 } } }),
            "faults[0].act.answer.statsu: unknown field",
        ),
        (
            json!({ "probability": 2, "act": busy(500) }),
            "faults[0].probability: it is not between 0 and 1",
        ),
        (
            json!({ "act": { "delay": "1 minute" } }),
            "faults[0].act.delay: a delay is a duration",
        ),
        (
            json!({ "act": { "delay": { "uniform": ["2s", "1s"] } } }),
            "faults[0].act.delay: the shortest delay is longer",
        ),
        (
            json!({ "match": { "path": "/x" }, "act": { "connection": "refuseTls" } }),
            "faults[0]: before a TLS handshake there is no request",
        ),
        (
            json!({ "match": { "query": { "a": [1] } }, "act": busy(500) }),
            "faults[0].match.query.a: a pattern is a text",
        ),
    ] {
        let reply = client.admin("PUT", "faults", &json!({ "faults": [fault] })).await;
        assert_eq!(reply.status, 400);
        let error = reply.error();
        assert!(error.contains(reason), "{error}");
    }
    assert_eq!(client.get("environments").await.status, 200);
}

#[tokio::test]
async fn shown_faults_can_be_set_again() {
    let client = Client::new().await;
    let fault = json!({
        "name": "n", "match": { "path": "/x*", "body": { "/a": { "not": 1 } } }, "after": 1, "times": 2,
        "probability": 0.5, "scenario": { "name": "s", "is": "started" },
        "act": { "delay": "5ms", "answer": { "json": [1] }, "processed": true },
    });
    set(&client, json!([fault])).await;
    let shown = client.admin("GET", "faults", &Value::Null).await.json();
    assert_eq!(shown["faults"], json!([fault]));
    assert_eq!(client.admin("PUT", "faults", &shown).await.status, 200);
}

#[tokio::test]
async fn faults_can_be_set_from_rust() {
    let client = Client::new().await;
    let mut answer = AnswerFault::default();
    answer.status = Some(503);
    let mut act = Act::default();
    act.answer = Some(answer);
    let mut pattern = RequestPattern::default();
    pattern.path = Some("/environments".into());
    let mut fault = Fault::default();
    (fault.pattern, fault.act) = (pattern, act);
    client.engine.faults().set(vec![fault]).unwrap();
    assert_eq!(client.get("environments").await.status, 503);
    assert_eq!(client.get("applications").await.status, 200);
    client.engine.faults().clear();
    assert_eq!(client.get("environments").await.status, 200);
}

/// Runs the program to its end: whether it succeeds, its output and its errors.
fn program(args: &[&str]) -> (bool, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_mock-engine"))
        .args(args)
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.success(), out, err)
}

#[tokio::test]
async fn program_starts_with_a_set_that_it_prints() {
    let (_, list, _) = program(&["faults"]);
    assert!(list.contains("flaky-network"), "{list}");
    let (_, printed, _) = program(&["faults", "busy-engine"]);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let mut engine = Program::start(&["--port", "0", "--empty", "--faults", "busy-engine"]);
    let address = engine.address().await.parse().unwrap();
    let request = "GET /__admin/faults HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let shown = exchange(address, request.as_bytes()).await.json();
    assert_eq!(shown["faults"], printed["faults"]);
    // The same over the admin API and from Rust.
    let client = Client::new().await;
    let sets = json!({ "sets": ["busy-engine"] });
    assert_eq!(client.admin("PUT", "faults", &sets).await.status, 200);
    let shown = client.admin("GET", "faults", &Value::Null).await.json();
    assert_eq!(shown["faults"], printed["faults"]);
    assert_eq!(
        Fault::ready_made("busy-engine"),
        Some(client.engine.faults().list())
    );
    let unknown = client.admin("PUT", "faults", &json!({ "sets": ["none"] })).await;
    assert!(unknown.error().contains("no set of faults is named 'none'"));
    for unknown in [&["faults", "none"][..], &["--faults", "none"]] {
        let (ok, _, error) = program(unknown);
        assert!(!ok && error.contains("none"), "{error}");
    }
}

#[tokio::test]
async fn every_ready_made_set_is_taken() {
    let client = Client::new().await;
    let (_, list, _) = program(&["faults"]);
    assert!(list.lines().count() >= 4, "{list}");
    for name in list.lines().filter_map(|line| line.split(' ').next()) {
        let reply = client.admin("PUT", "faults", &json!({ "sets": [name] })).await;
        assert_eq!(reply.status, 200, "{name}: {reply:?}");
        assert!(client.engine.faults().list().len() > 1, "{name}");
    }
}

#[tokio::test]
async fn reset_brings_the_first_faults_back() {
    let fault: Fault =
        serde_json::from_value(json!({ "match": { "path": "/x" }, "act": busy(503) })).unwrap();
    let builder = mock_engine::MockEngine::builder().empty().faults(vec![fault]);
    let client = Client::of(builder).await;
    client.admin("DELETE", "faults", &Value::Null).await;
    assert_eq!(client.engine.faults().list().len(), 0);
    client.admin("POST", "reset", &Value::Null).await;
    assert_eq!(client.engine.faults().list().len(), 1);
}

#[tokio::test]
async fn fault_ends_some_time_after_it_first_fires() {
    let client = Client::new().await;
    let lasts = Duration::from_millis(200);
    set(&client, json!([{ "for": "200ms", "act": busy(503) }])).await;
    // The time begins with the first request.
    tokio::time::sleep(lasts + Duration::from_millis(50)).await;
    let began = Instant::now();
    assert_eq!(client.get("environments").await.status, 503);
    while client.get("environments").await.status == 503 {
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    assert!(began.elapsed() >= lasts);
    assert_eq!(client.get("environments").await.status, 200);
    let none = json!({ "faults": [{ "for": "0", "act": busy(503) }] });
    let refused = client.admin("PUT", "faults", &none).await;
    assert!(
        refused.error().contains("faults[0].for: it is over"),
        "{refused:?}"
    );
}
