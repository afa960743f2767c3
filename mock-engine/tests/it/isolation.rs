//! Sessions, snapshots, the clock, and what a reset keeps.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use mock_engine::{Clock, Limits, LocalEngine, MockEngine};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::client::Client;

/// 12 March 2019, noon.
const NOON: i64 = 1_552_392_000_000;

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// An engine without a port, and a session that its requests name.
struct Caller<'e> {
    engine: &'e LocalEngine,
    session: &'e str,
    token: String,
}

impl<'e> Caller<'e> {
    async fn new(engine: &'e LocalEngine, session: &'e str) -> Self {
        let mut caller = Self {
            engine,
            session,
            token: String::new(),
        };
        let login = json!({ "username": "u", "password": "p" });
        let reply = caller.call("POST", "/masking/api/login", &login).await;
        caller.token = reply.json()["Authorization"].as_str().unwrap().to_owned();
        caller
    }

    async fn call(&self, method: &str, target: &str, body: &Value) -> Answer {
        let mut request = Request::builder().method(method).uri(target);
        if !self.session.is_empty() {
            request = request.header("X-Mock-Session", self.session);
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = request.header("authorization", &self.token).body(body.into());
        let reply = self.engine.answer(request.unwrap()).await;
        Answer {
            status: reply.status().as_u16(),
            headers: reply.headers().clone(),
            body: reply.into_body(),
        }
    }

    async fn names(&self) -> Vec<String> {
        let list = self
            .call("GET", "/masking/api/applications", &Value::Null)
            .await
            .json();
        let rows = list["responseList"].as_array().cloned().unwrap_or_default();
        let name = |row: &Value| row["applicationName"].as_str().map(str::to_owned);
        rows.iter().filter_map(name).collect()
    }

    async fn create(&self, name: &str) -> u16 {
        let body = json!({ "applicationName": name });
        self.call("POST", "/masking/api/applications", &body).await.status
    }
}

fn engine() -> LocalEngine {
    let builder = MockEngine::builder().empty().seed(1).clock(Clock::frozen(NOON));
    builder.without_port().unwrap()
}

#[tokio::test]
async fn engine_without_a_port_has_sessions_and_snapshots() {
    let engine = engine();
    let base = Caller::new(&engine, "").await;
    engine.snapshot("empty").unwrap();
    base.create("shared").await;
    let session = engine.session("one").unwrap();
    let one = Caller::new(&engine, session.id()).await;
    one.create("of one").await;
    engine.restore("empty").unwrap();
    assert_eq!(base.names().await, Vec::<String>::new());
    assert_eq!(one.names().await, ["shared", "of one"]);
}

#[tokio::test]
async fn session_begins_as_a_copy_and_shares_nothing() {
    let engine = engine();
    let base = Caller::new(&engine, "").await;
    base.create("shared").await;
    let one = Caller::new(&engine, "one").await;
    let two = Caller::new(&engine, "two").await;
    one.create("of one").await;
    base.create("of base").await;
    assert_eq!(base.names().await, ["shared", "of base"]);
    assert_eq!(one.names().await, ["shared", "of one"]);
    assert_eq!(two.names().await, ["shared"]);
    let act = json!({ "faults": [{ "act": { "answer": { "status": 503 } } }] });
    assert_eq!(one.call("PUT", "/__admin/faults", &act).await.status, 200);
    let frozen = json!({ "set": "2030-01-01T00:00:00Z" });
    assert_eq!(two.call("PUT", "/__admin/clock", &frozen).await.status, 200);
    let list = "/masking/api/applications";
    assert_eq!(one.call("GET", list, &Value::Null).await.status, 503);
    assert_eq!(
        two.call("GET", list, &Value::Null).await.status,
        401,
        "token expired in 2030"
    );
    assert_eq!(base.call("GET", list, &Value::Null).await.status, 200);
    let journal = one
        .call("GET", "/__admin/requests?path=/masking", &Value::Null)
        .await;
    let requests = journal.json()["requests"].as_array().unwrap().clone();
    assert!(requests.iter().all(|request| request["path"] != "/masking/api/x"));
    assert!(requests.len() < 6, "{requests:?}");
}

#[tokio::test]
async fn path_header_and_token_name_the_session() {
    let client = Client::new().await;
    let login = json!({ "username": "u", "password": "p" }).to_string();
    let reply = client
        .raw("POST", "/s/a:1/masking/api/v5.1.8/login", "", login.as_bytes())
        .await;
    let token = reply.json()["Authorization"].as_str().unwrap().to_owned();
    let create = json!({ "applicationName": "in a" }).to_string();
    let own = Client {
        engine: client.engine,
        token,
    };
    // The token alone leads to the session, so a client needs no change but its base URL for the login.
    let reply = own
        .raw("POST", "/masking/api/applications", "", create.as_bytes())
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let by_header = own
        .raw("GET", "/masking/api/applications", "X-Mock-Session: a:1\r\n", b"")
        .await;
    assert_eq!(by_header.json()["responseList"][0]["applicationName"], "in a");
    assert_eq!(
        own.admin("GET", "sessions", &Value::Null).await.json()["sessions"],
        json!(["a:1"])
    );
    assert_eq!(
        own.admin("DELETE", "sessions/a:1", &Value::Null).await.status,
        200
    );
    assert_eq!(
        own.admin("DELETE", "sessions/a:1", &Value::Null).await.status,
        404
    );
    assert_eq!(own.get("applications").await.status, 401);
    for bad in ["", "a b", "ä", &"x".repeat(129)] {
        let header = format!("X-Mock-Session: {bad}\r\n");
        let reply = own.raw("GET", "/masking/api/applications", &header, b"").await;
        assert_eq!(reply.status, 400, "{bad}: {reply:?}");
    }
}

#[tokio::test]
async fn idle_session_ends() {
    let limits = Limits::default().with(|limits| limits.session_idle = Duration::ZERO);
    let engine = MockEngine::builder()
        .empty()
        .limits(limits)
        .without_port()
        .unwrap();
    let base = Caller::new(&engine, "").await;
    assert_eq!(
        base.call("PUT", "/__admin/sessions/a", &Value::Null).await.status,
        200
    );
    let listed = base.call("GET", "/__admin/sessions", &Value::Null).await.json();
    assert_eq!(listed["sessions"], json!([]));
}

#[tokio::test]
async fn snapshot_brings_the_state_back() {
    let client = Client::demo().await;
    let before = client.admin("GET", "state?secrets=true", &Value::Null).await.body;
    assert_eq!(
        client.admin("POST", "snapshots/clean", &Value::Null).await.status,
        200
    );
    let reply = client.call("DELETE", "masking-jobs/4", &Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    client
        .call("POST", "applications", &json!({ "applicationName": "new" }))
        .await;
    let listed = client.admin("GET", "snapshots", &Value::Null).await.json();
    assert_eq!(listed["snapshots"], json!(["clean"]));
    // A snapshot can be restored again and again, and outlives a reset.
    for _ in 0..2 {
        let restored = client
            .admin("POST", "snapshots/clean/restore", &Value::Null)
            .await;
        assert_eq!(restored.status, 200);
        let after = client.admin("GET", "state?secrets=true", &Value::Null).await.body;
        assert!(before == after);
        assert_eq!(
            client
                .admin("POST", "reset?keep=tokens", &Value::Null)
                .await
                .status,
            200
        );
    }
    assert_eq!(
        client
            .admin("DELETE", "snapshots/clean", &Value::Null)
            .await
            .status,
        200
    );
    for (method, path) in [("POST", "snapshots/clean/restore"), ("DELETE", "snapshots/clean")] {
        let reply = client.admin(method, path, &Value::Null).await;
        assert_eq!((reply.status, reply.error().contains("clean")), (404, true));
    }
}

#[tokio::test]
async fn clock_is_set_moved_frozen_and_sped_up() {
    let client = Client::new().await;
    let change = async |body: Value| client.admin("PUT", "clock", &body).await;
    let frozen = change(json!({ "set": "2019-03-12T12:00:00Z", "freeze": true })).await;
    assert_eq!(
        frozen.json(),
        json!({ "now": "2019-03-12T12:00:00.000+0000", "frozen": true, "speed": 0.0 })
    );
    let moved = change(json!({ "advance": "90s" })).await.json();
    assert_eq!(moved["now"], "2019-03-12T12:01:30.000+0000");
    let head = client.get("environments").await.head;
    assert!(
        head.to_ascii_lowercase()
            .contains("date: tue, 12 mar 2019 12:01:30 gmt"),
        "{head}"
    );
    // The token was issued today, so it is valid in 2019; two hours later it is not.
    assert_eq!(change(json!({ "set": "2030-01-01T00:00:00Z" })).await.status, 200);
    assert_eq!(client.get("environments").await.status, 401);
    let fast = change(json!({ "set": "2019-03-12T12:00:00Z", "speed": 100_000 }))
        .await
        .json();
    assert_eq!(
        (&fast["frozen"], &fast["speed"]),
        (&json!(false), &json!(100_000.0))
    );
    tokio::time::sleep(Duration::from_millis(20)).await;
    let later = client.admin("GET", "clock", &Value::Null).await.json();
    assert!(later["now"].as_str().unwrap() > "2019-03-12T12:30", "{later}");
    assert_eq!(client.admin("DELETE", "clock", &Value::Null).await.status, 200);
    assert_eq!(client.get("environments").await.status, 200);
    for (bad, reason) in [
        (json!({ "set": "noon" }), "set: 'noon' is not a time"),
        (json!({ "speed": 0 }), "speed: it is not above 0"),
        (
            json!({ "speed": 2, "freeze": true }),
            "a frozen clock has no speed",
        ),
        (json!({ "spede": 2 }), "spede: unknown field"),
    ] {
        let error = change(bad).await.error();
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn date_header_follows_a_clock_that_is_frozen_from_the_start() {
    let client = Client::of(MockEngine::builder().empty().clock(Clock::frozen(NOON))).await;
    let head = client.get("environments").await.head.to_ascii_lowercase();
    assert!(head.contains("date: tue, 12 mar 2019 12:00:00 gmt"), "{head}");
}

#[tokio::test]
async fn reset_keeps_what_it_is_asked_to_keep() {
    for kept in [
        "",
        "tokens",
        "journal",
        "faults",
        "clock",
        "tokens,journal,faults,clock",
    ] {
        let client = Client::new().await;
        let fault =
            json!({ "faults": [{ "match": { "path": "/x" }, "act": { "answer": { "status": 503 } } }] });
        client.admin("PUT", "faults", &fault).await;
        client.admin("PUT", "clock", &json!({ "freeze": true })).await;
        client
            .call("POST", "applications", &json!({ "applicationName": "a" }))
            .await;
        let reset = client
            .admin("POST", &format!("reset?keep={kept}"), &Value::Null)
            .await;
        assert_eq!(reset.status, 200, "{reset:?}");
        let keeps = |what: &str| kept.contains(what);
        let faults = client.admin("GET", "faults", &Value::Null).await.json();
        assert_eq!(faults["faults"] == fault["faults"], keeps("faults"), "{kept}");
        let clock = client.admin("GET", "clock", &Value::Null).await.json();
        assert_eq!(clock["frozen"], keeps("clock"), "{kept}");
        let journal = client
            .admin("GET", "requests?path=/masking/api/login", &Value::Null)
            .await;
        let logins = journal.json()["requests"].as_array().unwrap().len();
        assert_eq!(logins == 1, keeps("journal"), "{kept}");
        let list = client.get("applications").await;
        assert_eq!(list.status == 200, keeps("tokens"), "{kept}");
        if list.status == 200 {
            assert_eq!(list.json()["_pageInfo"]["total"], 0);
        }
    }
    let client = Client::new().await;
    let reply = client.admin("POST", "reset?keep=everything", &Value::Null).await;
    assert_eq!(reply.status, 400);
    assert!(
        reply.error().contains("'everything' is none of tokens"),
        "{reply:?}"
    );
}

#[tokio::test]
async fn two_seeded_runs_give_the_same_bytes() {
    let run = async || {
        let clock = Clock::frozen(NOON);
        let engine = MockEngine::builder().seed(7).clock(clock).without_port().unwrap();
        let mut seen = Vec::new();
        for session in ["", "s"] {
            let caller = Caller::new(&engine, session).await;
            let job = json!([{ "objectIdentifier": { "id": 4 }, "objectType": "MASKING_JOB" }]);
            for (target, body) in [
                ("/masking/api/export", &job),
                ("/masking/api/export-async", &job),
                (
                    "/masking/api/applications",
                    &json!({ "applicationName": format!("a{session}") }),
                ),
            ] {
                let reply = caller.call("POST", target, body).await;
                assert_eq!(reply.status, 200);
                seen.push((reply.headers, reply.body));
            }
            seen.push((http::HeaderMap::new(), caller.token.into()));
        }
        seen
    };
    let (one, other) = (run().await, run().await);
    assert_eq!(one, other);
    // A session has ids of its own.
    assert_ne!(one[3].1, one[7].1);
}

proptest! {
    #![proptest_config(crate::support::property(8))]

    #[test]
    fn sessions_never_see_each_other(
        calls in prop::collection::vec((0_usize..4, "[a-d]", 0_u8..4), 1..24)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let engine = engine();
            let ids = ["", "1", "2", "3"];
            let mut callers = Vec::new();
            for id in ids {
                callers.push(Caller::new(&engine, id).await);
            }
            // Each session alone, as a plain list of names.
            let mut expected: BTreeMap<usize, Vec<String>> = BTreeMap::new();
            let mut kept: BTreeMap<usize, Vec<String>> = BTreeMap::new();
            for (session, name, action) in calls {
                let caller = &callers[session];
                let own = expected.entry(session).or_default();
                match action {
                    0 => {
                        let taken = own.contains(&name);
                        assert_eq!(caller.create(&name).await == 200, !taken);
                        if !taken {
                            own.push(name);
                        }
                    }
                    1 => {
                        assert_eq!(caller.call("POST", "/__admin/snapshots/x", &Value::Null).await.status, 200);
                        kept.insert(session, own.clone());
                    }
                    2 => {
                        let restored = caller.call("POST", "/__admin/snapshots/x/restore", &Value::Null).await;
                        assert_eq!(restored.status == 200, kept.contains_key(&session));
                        if let Some(kept) = kept.get(&session) {
                            own.clone_from(kept);
                        }
                    }
                    _ => assert_eq!(&caller.names().await, own),
                }
            }
            for (session, own) in expected {
                assert_eq!(callers[session].names().await, own);
            }
        });
    }
}
