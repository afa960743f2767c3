//! What faults, sessions, snapshots and the journal cost. `cargo xtask compare costs` runs it and makes a table.
//!
//! ```sh
//! costs requests COUNT FAULTS     # lists with faults that never fit; for callgrind
//! costs sessions COUNT            # µs to make one, MiB of all
//! costs restore COUNT [DOCUMENT]  # objects, µs to restore a snapshot: medians of COUNT
//! costs journal COUNT             # MiB after a tenth of the requests and after all
//! ```

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark fails by a panic"
)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use mock_engine::{Clock, Fault, LocalEngine, MockEngine};
use serde_json::{Value, json};

const API: &str = "/masking/api";
/// The calls before those that are measured.
const WARM_UP: usize = 20;

struct Driver {
    engine: LocalEngine,
    token: String,
}

impl Driver {
    async fn new(load: Option<PathBuf>) -> Self {
        let builder = MockEngine::builder().seed(1).clock(Clock::frozen(0));
        let builder = match load {
            Some(document) => builder.load([document]),
            None => builder,
        };
        let engine = builder.without_port().expect("an engine");
        let mut driver = Self {
            engine,
            token: String::new(),
        };
        let login = json!({ "username": "u", "password": "p" });
        let answer = driver.call("POST", &format!("{API}/login"), "", &login).await;
        answer["Authorization"]
            .as_str()
            .expect("a token")
            .clone_into(&mut driver.token);
        driver
    }

    async fn call(&self, method: &str, target: &str, session: &str, body: &Value) -> Value {
        let answer = self.answer(method, target, session, body).await;
        serde_json::from_slice(&answer).unwrap_or_default()
    }

    async fn answer(&self, method: &str, target: &str, session: &str, body: &Value) -> Bytes {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let mut request = Request::builder().method(method).uri(target);
        if !self.token.is_empty() {
            request = request.header("authorization", &self.token);
        }
        if !session.is_empty() {
            request = request.header("x-mock-session", session);
        }
        let request = request.body(Bytes::from(body)).expect("a request");
        let answer = self.engine.answer(request).await;
        assert_eq!(
            answer.status(),
            200,
            "{method} {target}: {}",
            String::from_utf8_lossy(answer.body())
        );
        answer.into_body()
    }

    async fn get(&self, path: &str) -> Value {
        self.call("GET", path, "", &Value::Null).await
    }
}

/// Faults of every kind of resource. Their method fits, so that the path has to decide.
fn faults(count: usize) -> Vec<Fault> {
    let resources = [
        "environments",
        "masking-jobs",
        "executions",
        "algorithms",
        "export",
    ];
    let fault = |n: usize| {
        let resource = resources[n % resources.len()];
        let path = if n.is_multiple_of(2) {
            format!("/{resource}/{n}")
        } else {
            format!("/{resource}/*/{n}")
        };
        let act = json!({ "answer": { "status": 503 } });
        serde_json::from_value(json!({ "match": { "method": "GET", "path": path }, "act": act }))
            .expect("a fault")
    };
    (0..count).map(fault).collect()
}

async fn requests(count: usize, number: usize) {
    let driver = Driver::new(None).await;
    driver.engine.faults().set(faults(number)).expect("valid faults");
    let path = format!("{API}/environments");
    for _ in 0..count {
        // Nothing reads the answer, so only the engine's work counts.
        driver.answer("GET", &path, "", &Value::Null).await;
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}

/// Resident MiB of this process.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    kib.unwrap_or(0.0) / 1024.0
}

async fn sessions(count: usize) -> Value {
    let driver = Driver::new(None).await;
    let before = resident();
    let path = "/__admin/health";
    let mut times = Vec::new();
    for n in 0..count {
        let began = Instant::now();
        driver.call("GET", path, &format!("test-{n}"), &Value::Null).await;
        times.push(began.elapsed());
    }
    // Each one logs in, lists and changes something of its own.
    for n in 0..count {
        let session = format!("test-{n}");
        let login = json!({ "username": "u", "password": "p" });
        driver
            .call("POST", &format!("{API}/login"), &session, &login)
            .await;
        let target = format!("/s/{session}/__admin/state");
        driver.call("GET", &target, "", &Value::Null).await;
        let login = driver
            .call("POST", &format!("/s/{session}{API}/login"), "", &login)
            .await;
        let own = json!({ "applicationName": format!("of {n}") });
        let request = Request::post(format!("{API}/applications"))
            .header("authorization", login["Authorization"].as_str().expect("a token"))
            .body(Bytes::from(own.to_string()));
        let answer = driver.engine.answer(request.expect("a request")).await;
        assert_eq!(answer.status(), 200);
    }
    json!({ "us": median(times), "mib": resident(), "before": before })
}

async fn restore(count: usize, document: Option<PathBuf>) -> Value {
    let driver = Driver::new(document).await;
    let page = driver.get(&format!("{API}/syncable-objects?page_size=1")).await;
    driver
        .call("POST", "/__admin/snapshots/base", "", &Value::Null)
        .await;
    let mut times = Vec::new();
    for n in 0..count + WARM_UP {
        let change = json!({ "applicationName": format!("change {n}") });
        driver
            .call("POST", &format!("{API}/applications"), "", &change)
            .await;
        let began = Instant::now();
        driver
            .call("POST", "/__admin/snapshots/base/restore", "", &Value::Null)
            .await;
        times.push(began.elapsed());
    }
    json!({ "us": median(times.split_off(WARM_UP)), "objects": page["_pageInfo"]["total"] })
}

async fn journal(count: usize) -> Value {
    let driver = Driver::new(None).await;
    // The journal keeps the query; the engine passes over it.
    let path = format!("{API}/environments?note={}", "x".repeat(1000));
    let mut early = 0.0;
    for n in 0..count {
        if n == count / 10 {
            early = resident();
        }
        driver.get(&path).await;
    }
    let page = driver.get("/__admin/requests?limit=1").await;
    json!({ "early": early, "mib": resident(), "kept": page["kept"], "total": page["total"] })
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<usize>().expect("a number");
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().build().expect("a runtime");
    let found = runtime.block_on(async {
        match words[..] {
            ["requests", count, faults] => {
                requests(number(count), number(faults)).await;
                Value::Null
            }
            ["sessions", count] => sessions(number(count)).await,
            ["restore", count] => restore(number(count), None).await,
            ["restore", count, document] => restore(number(count), Some(document.into())).await,
            ["journal", count] => journal(number(count)).await,
            // `cargo bench` without words: a short run of each.
            _ => json!([sessions(10).await, restore(10, None).await, journal(100).await]),
        }
    });
    println!("{found}");
}
