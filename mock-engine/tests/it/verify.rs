//! Verification, as a test author asks whether the wanted requests came.

use std::time::Duration;

use mock_engine::{CallPattern, Expectation, ValuePattern};
use serde_json::{Value, json};

use crate::support::client::{Client, Reply};
use crate::support::pair::{engine_a, engine_b, entry, export, import};

async fn verify(client: &Client, expectation: &Value) -> Reply {
    let body = expectation.to_string();
    client.raw("POST", "/__admin/verify", "", body.as_bytes()).await
}

async fn holds(client: &Client, expectation: &Value) -> bool {
    let reply = verify(client, expectation).await;
    assert!(matches!(reply.status, 200 | 422), "{reply:?}");
    reply.status == 200
}

/// The text on an expectation that doesn't hold.
async fn message(client: &Client, expectation: &Value) -> String {
    let reply = verify(client, expectation).await;
    assert_eq!(reply.status, 422, "{reply:?}");
    reply.json()["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn number_of_requests_is_verified() {
    let client = Client::new().await;
    for _ in 0..2 {
        client.get("environments?page_size=10").await;
    }
    let list = json!({ "method": "GET", "path": "/environments" });
    for (bounds, expected) in [
        (json!({}), true),
        (json!({ "exactly": 2 }), true),
        (json!({ "exactly": 1 }), false),
        (json!({ "atLeast": 2 }), true),
        (json!({ "atLeast": 3 }), false),
        (json!({ "atMost": 2 }), true),
        (json!({ "atMost": 1 }), false),
        (json!({ "atLeast": 1, "atMost": 3 }), true),
        (json!({ "never": true }), false),
    ] {
        let mut expectation = bounds.clone();
        expectation["match"] = list.clone();
        assert_eq!(holds(&client, &expectation).await, expected, "{bounds}");
    }
    let verified = verify(&client, &json!({ "match": list })).await.json();
    assert_eq!(verified, json!({ "count": 2, "requests": [1, 2] }));
    // Calls of the admin API are no calls of the client under test.
    assert!(
        holds(
            &client,
            &json!({ "match": { "path": "/__admin/**" }, "never": true })
        )
        .await
    );
}

#[tokio::test]
async fn message_shows_nearest_requests_point_by_point() {
    let client = Client::new().await;
    client.get("roles").await;
    client
        .raw(
            "GET",
            "/masking/api/environments?page_size=10",
            "x-run: 7\r\n",
            b"",
        )
        .await;
    client
        .call("POST", "environments", &json!({ "environmentName": "a" }))
        .await;
    client.get("environment?page_size=100").await;
    let wanted = json!({
        "match": {
            "method": "get", "path": "/environments", "query": { "page_size": "100" },
            "headers": { "x-run": { "present": true } }, "status": 200,
        },
        "exactly": 1,
    });
    let expected = "\
Wanted exactly once: GET /environments with query page_size \"100\", header x-run (any value), status 200. Came never.
Nearest: request 2, GET /masking/api/environments?page_size=10, answered 200; 4 of 5 points fit
      method           GET
      path             /environments
  !!  query page_size  wanted \"100\", got \"10\"
      header x-run     \"7\"
      status           200
Next: request 4, GET /masking/api/environment?page_size=100, answered 404; 2 of 5 points fit
      method           GET
  !!  path             wanted /environments, got /environment
      query page_size  \"100\"
  !!  header x-run     wanted (any value), got nothing
  !!  status           wanted 200, got 404
Next: request 1, GET /masking/api/roles, answered 200; 2 of 5 points fit
      method           GET
  !!  path             wanted /environments, got /roles
  !!  query page_size  wanted \"100\", got nothing
  !!  header x-run     wanted (any value), got nothing
      status           200
";
    let reply = verify(&client, &wanted).await;
    let said = reply.json();
    assert_eq!(said["message"], expected, "{}", said["message"].as_str().unwrap());
    assert_eq!(reply.error(), expected.lines().next().unwrap());
    assert_eq!(said["count"], 0);
    let nearest = &said["nearest"][0];
    assert_eq!(
        (&nearest["id"], &nearest["fits"], &nearest["of"]),
        (&json!(2), &json!(4), &json!(5))
    );
    assert_eq!(
        nearest["points"][2],
        json!({ "point": "query page_size", "wanted": "\"100\"", "got": "\"10\"", "fits": false })
    );
}

#[tokio::test]
async fn too_many_requests_are_named() {
    let client = Client::new().await;
    for _ in 0..3 {
        client.get("roles").await;
    }
    let said = message(&client, &json!({ "match": { "path": "/roles" }, "atMost": 2 })).await;
    assert_eq!(
        said,
        "\
Wanted at most twice: a request for /roles. Came 3 times, as requests 1, 2 and 3.
      request 1, GET /masking/api/roles, answered 200
      request 2, GET /masking/api/roles, answered 200
      request 3, GET /masking/api/roles, answered 200
"
    );
}

#[tokio::test]
async fn order_of_requests_is_verified() {
    let client = Client::new().await;
    client.get("roles").await;
    client.get("environments").await;
    client.get("applications").await;
    let get = |path: &str| json!({ "method": "GET", "path": path });
    let login = json!({ "method": "POST", "path": "/login" });
    let order = json!({ "inOrder": [login, get("/roles"), get("/applications")] });
    assert!(holds(&client, &order).await);
    let twice = json!({ "inOrder": [get("/roles"), get("/roles")] });
    assert!(!holds(&client, &twice).await);
    let said = message(
        &client,
        &json!({ "inOrder": [login, get("/applications"), get("/roles"), login] }),
    )
    .await;
    assert_eq!(
        said,
        "\
Wanted 4 requests in order. Step 3 didn't come after request 3, only before it: request 1.
  1. POST /login: came as request 0
  2. GET /applications: came as request 3
  3. GET /roles: missing
  4. POST /login: not looked for
"
    );
}

#[tokio::test]
async fn imported_object_and_its_outcome_are_verified() {
    let (a, b) = (engine_a().await, engine_b().await);
    let document = export(&a, &[entry("GLOBAL_OBJECT", "global")]).await;
    import(&b, "force_overwrite=true", &document).await;
    let exported = json!({ "match": { "path": "/export", "object": { "type": "GLOBAL_OBJECT" } } });
    assert!(holds(&a, &exported).await);
    let imported = |name: &str, outcome: &str| {
        let object = json!({ "type": "DOMAIN", "name": name });
        json!({ "match": { "path": "/import", "object": object, "outcome": outcome } })
    };
    assert!(holds(&b, &imported("FIRST_NAME", "SUCCESS")).await);
    assert!(!holds(&b, &imported("FIRST_NAME", "FAILED")).await);
    let said = message(&b, &imported("NO_SUCH_NAME", "SUCCESS")).await;
    assert!(
        said.contains("!!  object   wanted type \"DOMAIN\" and name \"NO_SUCH_NAME\", got "),
        "{said}"
    );
    assert!(
        said.contains("!!  outcome  wanted \"SUCCESS\", got no outcome"),
        "{said}"
    );
}

#[tokio::test]
async fn hidden_value_never_fits_and_the_message_says_so() {
    let client = Client::new().await;
    client
        .raw(
            "GET",
            "/masking/api/roles?password=p4ss",
            "passphrase: op3n\r\n",
            b"",
        )
        .await;
    for (pattern, name) in [
        (
            json!({ "headers": { "passphrase": "op3n" } }),
            "header passphrase",
        ),
        (json!({ "headers": { "passphrase": "*" } }), "header passphrase"),
        (
            json!({ "path": "/roles", "headers": { "passphrase": { "not": "other" } } }),
            "header passphrase",
        ),
        (json!({ "query": { "password": "p4ss" } }), "query password"),
        (
            json!({ "path": "/login", "body": { "/password": "pw123" } }),
            "body /password",
        ),
    ] {
        let said = message(&client, &json!({ "match": pattern })).await;
        assert!(said.contains(&format!("!!  {name}  wanted")), "{said}");
        assert!(said.contains("got a value that the journal hides"), "{said}");
    }
    let present = json!({ "present": true });
    assert!(
        holds(
            &client,
            &json!({ "match": { "headers": { "passphrase": present } } })
        )
        .await
    );
    assert!(holds(&client, &json!({ "match": { "body": { "/password": present } } })).await);
}

#[tokio::test]
async fn body_that_is_too_large_is_said_to_be_missing() {
    let client = Client::new().await;
    let name = "x".repeat(20_000);
    client
        .call("POST", "applications", &json!({ "applicationName": name }))
        .await;
    let wanted = json!({ "match": { "path": "/applications", "body": { "/applicationName": "x*" } } });
    let said = message(&client, &wanted).await;
    assert!(
        said.contains("bytes: the journal keeps bodies of at most 16384"),
        "{said}"
    );
}

#[tokio::test]
async fn fault_and_session_are_verified() {
    let client = Client::new().await;
    let faults = json!({ "faults": [{ "name": "busy", "act": { "answer": { "status": 409 } } }] });
    client
        .raw("PUT", "/__admin/faults", "", faults.to_string().as_bytes())
        .await;
    client.get("roles").await;
    let busy = json!({ "match": { "fault": "busy", "status": "4*" }, "exactly": 1 });
    assert!(holds(&client, &busy).await);
    assert!(
        holds(
            &client,
            &json!({ "match": { "fault": { "present": false }, "path": "/login" } })
        )
        .await
    );
    client.raw("GET", "/s/one/masking/api/roles", "", b"").await;
    let wanted = json!({ "match": { "session": "one" } }).to_string();
    let reply = client
        .raw("POST", "/s/one/__admin/verify", "", wanted.as_bytes())
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let said = message(
        &client,
        &json!({ "match": { "session": "one", "path": "/roles" } }),
    )
    .await;
    assert!(
        said.contains("!!  session  wanted \"one\", got no session"),
        "{said}"
    );
}

#[tokio::test]
async fn wrong_expectation_is_refused_with_its_place() {
    let client = Client::new().await;
    for (expectation, reason) in [
        (json!({ "match": { "pth": "/x" } }), "match.pth: unknown field"),
        (
            json!({ "match": { "status": [1] } }),
            "match.status: a pattern is a text",
        ),
        (
            json!({ "inOrder": [{ "query": 1 }] }),
            "inOrder[0].query: invalid type",
        ),
        (json!({ "inOrder": [] }), "inOrder is empty"),
        (json!({ "inOrder": [{}], "exactly": 1 }), "inOrder stands alone"),
        (json!({ "exactly": 1, "never": true }), "exclude each other"),
        (
            json!({ "atLeast": 3, "atMost": 1 }),
            "atLeast is more than atMost",
        ),
        (json!({ "exactly": -1 }), "exactly: invalid value"),
    ] {
        let reply = verify(&client, &expectation).await;
        assert_eq!(reply.status, 400, "{expectation}");
        assert!(reply.error().contains(reason), "{reply:?}");
    }
}

#[tokio::test]
async fn expectations_can_be_verified_from_rust() {
    let client = Client::new().await;
    client.get("roles").await;
    let roles = CallPattern::new("GET", "/roles");
    client
        .engine
        .verify(&Expectation::of(roles.clone()).exactly(1))
        .unwrap();
    let mut refused = roles.clone();
    refused.status = Some(ValuePattern::text("4*"));
    client.engine.verify(&Expectation::of(refused).never()).unwrap();
    let login = CallPattern::new("POST", "/login");
    let order = Expectation::in_order([roles.clone(), login]);
    let error = client.engine.verify(&order).unwrap_err();
    assert_eq!(error.count, 1);
    assert!(
        error
            .to_string()
            .starts_with("Wanted 2 requests in order. Step 2 didn't come after request 1")
    );
}

#[tokio::test]
async fn journal_can_be_read_from_rust() {
    let client = Client::new().await;
    let (journal, roles) = (client.engine.journal(), CallPattern::new("GET", "/roles"));
    let patience = Duration::from_secs(20);
    let (calls, _) = tokio::join!(journal.wait_for(&roles, 1, patience), client.get("roles?x=1"));
    let calls = calls.unwrap();
    let call = &calls[0];
    assert_eq!(
        (call.id(), call.method(), call.path()),
        (1, "GET", "/masking/api/roles")
    );
    assert_eq!(
        (call.query(), call.status(), call.fault()),
        ("x=1", Some(200), None)
    );
    assert_eq!(call.to_json()["user"], "user123");
    assert_eq!(journal.list(&CallPattern::default()).len(), 2);
    let missing = journal
        .wait_for(&roles, 2, Duration::from_millis(5))
        .await
        .unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("Wanted at least twice: GET /roles. Came once, as request 1.")
    );
    journal.clear();
    assert!(journal.list(&CallPattern::default()).is_empty());
}

#[tokio::test]
async fn guard_fails_the_test_unless_the_requests_came() {
    let client = Client::new().await;
    let once = || Expectation::of(CallPattern::new("GET", "/roles")).exactly(1);
    let guard = client.engine.verify_on_drop(once());
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(guard)));
    let text = failed.unwrap_err().downcast::<String>().unwrap();
    assert!(
        text.starts_with("Wanted exactly once: GET /roles. Came never."),
        "{text}"
    );
    let guard = client.engine.verify_on_drop(once());
    client.get("roles").await;
    drop(guard);
}

#[tokio::test]
async fn session_is_verified_by_its_own_requests() {
    let client = Client::new().await;
    let session = client.engine.session("one").unwrap();
    client.get("roles").await;
    client.raw("GET", "/s/one/masking/api/domains", "", b"").await;
    let paths: Vec<String> = session
        .journal()
        .list(&CallPattern::default())
        .iter()
        .map(|call| call.path().to_owned())
        .collect();
    assert_eq!(paths, ["/masking/api/domains"]);
    let roles = CallPattern::new("GET", "/roles");
    session.verify(&Expectation::of(roles).never()).unwrap();
}

#[tokio::test]
async fn unmatched_requests_are_verified_and_named() {
    let client = Client::new().await;
    client.call("POST", "exprot?x=1", &json!([])).await;
    client.get("roles").await;
    let unmatched = |wanted: bool| json!({ "match": { "unmatched": wanted }, "never": true });
    assert_eq!(
        message(&client, &unmatched(true)).await,
        "\
Wanted never: any request with no endpoint. Came once, as request 1.
      request 1, POST /masking/api/exprot?x=1, answered 404
"
    );
    let others = message(&client, &unmatched(false)).await;
    assert!(
        others.contains("with an endpoint. Came twice, as requests 0 and 2."),
        "{others}"
    );
}
