//! The journal, as a test author asks it what was called.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::{Client, Reply};
use crate::support::pair::{
    engine_a, engine_b, engine_b_synced, entry, export, find, import, import_async, wait,
};

async fn requests(client: &Client, query: &str) -> Value {
    let reply = asked(client, query).await;
    assert_eq!(reply.status, 200, "{query}: {reply:?}");
    reply.json()
}

async fn asked(client: &Client, query: &str) -> Reply {
    let target = format!("/__admin/requests?{query}");
    client.raw("GET", &target, "", b"").await
}

fn paths(list: &Value) -> Vec<&str> {
    let requests = list["requests"].as_array().unwrap();
    requests
        .iter()
        .map(|request| request["path"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn admin_calls_are_shown_on_request_only() {
    let client = Client::new().await;
    client.get("environments").await;
    let own = requests(&client, "").await;
    assert_eq!(paths(&own), ["/masking/api/environments", "/masking/api/login"]);
    assert_eq!(
        (&own["total"], &own["kept"], &own["count"]),
        (&json!(2), &json!(2), &json!(2))
    );
    let all = requests(&client, "admin=true&limit=1").await;
    assert_eq!(paths(&all), ["/__admin/requests"]);
    assert_eq!((&all["total"], &all["count"]), (&json!(4), &json!(4)));
}

#[tokio::test]
async fn cursor_gives_every_request_once() {
    let client = Client::new().await;
    let mut next = requests(&client, "").await["next"].clone();
    for name in ["a", "b", "c"] {
        client.get(&format!("applications?x={name}")).await;
    }
    let mut seen = Vec::new();
    loop {
        let list = requests(
            &client,
            &format!("since={next}&limit=2&path=/masking/api/applications"),
        )
        .await;
        let page = list["requests"].as_array().unwrap().clone();
        if page.is_empty() {
            break;
        }
        seen.extend(page.iter().map(|request| request["query"].clone()));
        next = list["next"].clone();
    }
    assert_eq!(seen, ["x=a", "x=b", "x=c"]);
}

#[tokio::test]
async fn entry_tells_user_sizes_and_answer() {
    let client = Client::new().await;
    let body = json!({ "applicationName": "a" });
    let reply = client.call("POST", "applications", &body).await;
    let entry = requests(&client, "limit=1").await["requests"][0].clone();
    assert_eq!(entry["user"], "user123");
    assert_eq!(entry["status"], 200);
    assert_eq!(entry["bodyBytes"], body.to_string().len());
    assert_eq!(entry["answerBytes"], reply.body.len());
    assert_eq!(entry["body"], body);
    assert!(
        entry["micros"].is_u64() && entry.get("session").is_none(),
        "{entry}"
    );
}

#[tokio::test]
async fn entry_names_the_fault_that_fired() {
    let client = Client::new().await;
    let busy = json!({ "answer": { "status": 409 } });
    let faults = json!({ "faults": [
        { "match": { "path": "/roles" }, "act": busy },
        { "name": "busy", "match": { "path": "/environments" }, "act": busy },
    ] });
    let set = client
        .raw("PUT", "/__admin/faults", "", faults.to_string().as_bytes())
        .await;
    assert_eq!(set.status, 200, "{set:?}");
    for path in ["environments", "roles", "applications"] {
        client.get(path).await;
    }
    let list = requests(&client, "limit=3").await;
    let seen: Vec<&Value> = list["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["fault"])
        .collect();
    assert_eq!(seen, [&Value::Null, &json!("#0"), &json!("busy")]);
}

#[tokio::test]
async fn session_has_its_own_entries() {
    let client = Client::new().await;
    client
        .raw("GET", "/s/one/masking/api/environments", "", b"")
        .await;
    let list = requests(&client, "session=one").await;
    assert_eq!(paths(&list), ["/masking/api/environments"]);
    assert_eq!(list["requests"][0]["session"], "one");
    assert_eq!(paths(&requests(&client, "").await), ["/masking/api/login"]);
    assert_eq!(asked(&client, "session=a%20b").await.status, 400);
}

#[tokio::test]
async fn export_and_import_are_shown_as_what_they_are() {
    let a = engine_a().await;
    let b = engine_b_synced(&a).await;
    let job = find(&a, "MASKING_JOB", |_| true).await;
    let (id, name) = (&job["objectIdentifier"]["id"], &job["objectName"]);
    let document = export(&a, std::slice::from_ref(&job)).await;
    let exported = requests(&a, "limit=1&path=/masking/api/export").await["requests"][0]["export"].clone();
    assert_eq!(
        (&exported["objects"], &exported["structure"]),
        (&json!(1), &json!("BLOB"))
    );
    let asked = &exported["requested"][0];
    assert_eq!(
        (&asked["objectType"], &asked["objectIdentifier"]["id"]),
        (&json!("MASKING_JOB"), id)
    );
    assert!(
        asked["name"].is_string() && (name.is_null() || &asked["name"] == name),
        "{asked}"
    );
    let reply = import(&b, "force_overwrite=true&environment_id=1", &document).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let entry = requests(&b, "limit=1").await["requests"][0].clone();
    let imported = &entry["import"];
    assert_eq!(
        imported["options"],
        json!({ "forceOverwrite": true, "environmentId": 1, "passphrase": false })
    );
    assert_eq!(imported["bytes"], document.len());
}

#[tokio::test]
async fn wait_ends_when_the_requests_have_come() {
    let (a, b) = (engine_a().await, engine_b().await);
    let document = export(&a, &[entry("GLOBAL_OBJECT", "global")]).await;
    let began = Instant::now();
    let (list, task) = tokio::join!(
        requests(&b, "wait=1&timeout=20s&path=/masking/api/import-async"),
        import_async(&b, "force_overwrite=true", "", &document),
    );
    assert_eq!((&list["timedOut"], &list["count"]), (&json!(false), &json!(1)));
    assert_eq!(list["requests"][0]["status"], 200);
    assert!(began.elapsed() < Duration::from_secs(15));
    let task = wait(&b, &task.json()).await;
    assert_eq!(task["status"], "SUCCEEDED", "{task}");
}

#[tokio::test]
async fn wait_ends_with_its_timeout() {
    let client = Client::new().await;
    let list = requests(&client, "wait=2&timeout=20ms").await;
    assert_eq!((&list["timedOut"], &list["count"]), (&json!(true), &json!(1)));
}

#[tokio::test]
async fn wrong_parameter_is_refused() {
    let client = Client::new().await;
    for (query, reason) in [
        ("lines=3", "'lines' is none of the parameters limit, method"),
        ("wait=0", "not a valid number from 1 to 10000"),
        ("wait=1&timeout=1", "not a valid duration"),
        ("wait=1&timeout=11m", "of at most 10m"),
        ("since=-1", "'-1'"),
        ("unmatched=perhaps", "'perhaps'"),
    ] {
        let reply = asked(&client, query).await;
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.error().contains(reason), "{query}: {reply:?}");
    }
}

#[tokio::test]
async fn unknown_path_names_the_nearest_endpoint() {
    let client = Client::new().await;
    for (method, target, text) in [
        (
            "POST",
            "/masking/api/exprot",
            " Did you mean POST /masking/api/export?",
        ),
        (
            "GET",
            "/masking/api/v5.1.8/exprot/",
            " Did you mean POST /masking/api/export?",
        ),
        (
            "PUT",
            "/environments/7",
            " Did you mean PUT /masking/api/environments/{key}?",
        ),
        (
            "GET",
            "/masking/api/environment/7",
            " Did you mean GET /masking/api/environments/{key}?",
        ),
        ("GET", "/__admin/request", " Did you mean GET /__admin/requests?"),
        ("GET", "/masking/api/nothing-of-this-kind", ""),
    ] {
        let reply = client.raw(method, target, "", b"").await;
        assert_eq!(reply.status, 404, "{target}");
        let path = target.replace("/v5.1.8", "");
        let path = path.trim_end_matches('/');
        assert_eq!(reply.error(), format!("There is no endpoint {path}.{text}"));
    }
}

#[tokio::test]
async fn unmatched_requests_can_be_listed() {
    let client = Client::new().await;
    client.get("exprot").await;
    client.call("DELETE", "export", &Value::Null).await;
    client.get("environments/99").await;
    let list = requests(&client, "unmatched=true").await;
    assert_eq!(paths(&list), ["/masking/api/export", "/masking/api/exprot"]);
    let others = requests(&client, "unmatched=false").await;
    assert_eq!(
        paths(&others),
        ["/masking/api/environments/99", "/masking/api/login"]
    );
}

#[tokio::test]
async fn body_that_no_handler_reads_is_kept() {
    let client = Client::new().await;
    let refused = json!({ "match": { "path": "/import" }, "act": { "answer": { "status": 409 } } });
    let set = client
        .admin("PUT", "faults", &json!({ "faults": [refused] }))
        .await;
    assert_eq!(set.status, 200, "{set:?}");
    let body = json!([{ "objectType": "MASKING_JOB", "sshKey": "hunter2" }]);
    for (path, status) in [("exprot", 404), ("environments/7", 405), ("import", 409)] {
        let reply = client.call("POST", path, &body).await;
        assert_eq!(reply.status, status, "{path}: {reply:?}");
    }
    client.admin("PUT", "clock", &json!({ "advance": "2h" })).await;
    assert_eq!(client.call("POST", "export", &body).await.status, 401);
    let list = requests(&client, "limit=4").await;
    for entry in list["requests"].as_array().unwrap() {
        let kept = json!([{ "objectType": "MASKING_JOB", "sshKey": "<redacted>" }]);
        assert_eq!(entry["body"], kept, "{entry}");
        assert_eq!(entry["bodyBytes"], body.to_string().len(), "{entry}");
    }
}

#[tokio::test]
async fn login_under_a_wrong_path_is_hidden() {
    let client = Client::new().await;
    let swapped = json!({ "username": "hunter2", "password": "user123" });
    assert_eq!(client.call("POST", "logn", &swapped).await.status, 404);
    let entry = requests(&client, "limit=1").await["requests"][0].clone();
    assert_eq!(entry["body"], "<redacted>", "{entry}");
}
