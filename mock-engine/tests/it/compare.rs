//! Comparisons of engines, sessions and documents.

use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::support::client::{Client, Reply};
use crate::support::pair::{all_success, entry, export, import, settings_a, settings_b};

async fn asked(client: &Client, comparison: &Value) -> Reply {
    let body = comparison.to_string();
    client.raw("POST", "/__admin/compare", "", body.as_bytes()).await
}

async fn compare(client: &Client, comparison: &Value) -> Value {
    let reply = asked(client, comparison).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

/// Engines A and B of one process; B has no objects.
async fn neighbours() -> (Client, Client) {
    let a = Client::of(MockEngine::builder().settings(settings_a())).await;
    let b = Client::of(MockEngine::builder().settings(settings_b()).beside(&a.engine)).await;
    (a, b)
}

fn names(objects: &Value, object_type: &str) -> Vec<String> {
    let objects = objects.as_array().unwrap().iter();
    let wanted = objects.filter(|object| object["objectType"] == object_type);
    wanted
        .map(|object| object["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn engines_of_a_process_are_compared_by_name() {
    let (a, b) = neighbours().await;
    let from_a = json!({ "source": { "engine": "a.example.com" } });
    let before = compare(&b, &from_a).await;
    assert_eq!(before["inSync"], false);
    assert!(
        names(&before["missing"], "DOMAIN").contains(&"FIRST_NAME".to_owned()),
        "{before}"
    );

    let document = export(&a, &[entry("GLOBAL_OBJECT", "global")]).await;
    all_success(&import(&b, "force_overwrite=true", &document).await);
    let synced = compare(&b, &from_a).await;
    assert_eq!(names(&synced["missing"], "DOMAIN"), Vec::<String>::new());
    assert_eq!(
        names(&synced["differing"], "DOMAIN"),
        Vec::<String>::new(),
        "{synced}"
    );
    assert!(!names(&synced["missing"], "MASKING_JOB").is_empty());

    let mut domain = b.get("domains/FIRST_NAME").await.json();
    domain["classification"] = json!("changed by a test");
    assert_eq!(b.call("PUT", "domains/FIRST_NAME", &domain).await.status, 200);
    let edited = compare(&b, &from_a).await;
    let differing = edited["differing"].as_array().unwrap();
    let domain = differing
        .iter()
        .find(|object| object["objectType"] == "DOMAIN")
        .unwrap();
    assert_eq!(
        (&domain["name"], &domain["status"]),
        (&json!("FIRST_NAME"), &json!("changed"))
    );
    let fields = domain["fields"].as_array().unwrap();
    let field = fields.iter().find(|field| field["before"] == "changed by a test");
    assert!(field.is_some(), "{domain}");
    let counts = &edited["counts"];
    assert_eq!(counts["differing"], differing.len());
    assert_eq!(counts["missing"], synced["counts"]["missing"]);
}

#[tokio::test]
async fn session_is_compared_with_its_base() {
    let client = Client::demo().await;
    let of_session = json!({ "source": { "session": "one" } });
    assert_eq!(asked(&client, &of_session).await.status, 404);
    let mut domain = client.get("domains/FIRST_NAME").await.json();
    client.raw("PUT", "/__admin/sessions/one", "", b"").await;
    let same = compare(&client, &of_session).await;
    assert_eq!(
        (&same["inSync"], &same["extra"]),
        (&json!(true), &json!([])),
        "{same}"
    );
    domain["domainName"] = json!("NEW_DOMAIN");
    let login = json!({ "username": "u", "password": "p" }).to_string();
    let reply = client
        .raw("POST", "/s/one/masking/api/login", "", login.as_bytes())
        .await;
    let token = reply.json()["Authorization"].as_str().unwrap().to_owned();
    let own = Client {
        engine: client.engine,
        token,
    };
    let body = domain.to_string();
    let reply = own
        .raw("POST", "/s/one/masking/api/domains", "", body.as_bytes())
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let differs = compare(
        &own,
        &json!({ "source": { "session": "one" }, "target": { "engine": "mock-engine" } }),
    )
    .await;
    assert_eq!(names(&differs["missing"], "DOMAIN"), ["NEW_DOMAIN"]);
    // The other way round it is too much, which does not count.
    let back = compare(
        &own,
        &json!({ "source": { "engine": "mock-engine" }, "target": { "session": "one" } }),
    )
    .await;
    assert_eq!(names(&back["extra"], "DOMAIN"), ["NEW_DOMAIN"]);
}

#[tokio::test]
async fn document_is_compared_with_the_engine() {
    let (a, b) = neighbours().await;
    let document = export(&a, &[entry("GLOBAL_OBJECT", "global")]).await;
    let parsed: Value = serde_json::from_slice(&document).unwrap();
    let comparison = json!({ "source": { "document": parsed } });
    let own = compare(&a, &comparison).await;
    assert_eq!(own["inSync"], true, "{own}");
    assert!(own["counts"]["inSync"].as_u64().unwrap() > 10);
    let other = compare(&b, &comparison).await;
    assert_eq!(other["inSync"], false);
    assert!(
        names(&other["missing"], "DOMAIN").contains(&"FIRST_NAME".to_owned()),
        "{other}"
    );

    let closed = a
        .raw(
            "POST",
            "/masking/api/export",
            "passphrase: open sesame\r\n",
            json!([entry("GLOBAL_OBJECT", "global")]).to_string().as_bytes(),
        )
        .await;
    let side = json!({ "document": closed.json(), "passphrase": "open sesame" });
    assert_eq!(compare(&a, &json!({ "source": side })).await["inSync"], true);
    let unread = compare(&a, &json!({ "source": { "document": closed.json() } })).await;
    assert_eq!(unread["inSync"], false);
    assert_eq!(
        unread["unread"],
        json!([{ "side": "source", "reason": "encrypted" }])
    );
}

#[tokio::test]
async fn wrong_comparison_is_refused() {
    let client = Client::new().await;
    for (comparison, status, reason) in [
        (json!({}), 400, "missing field `source`"),
        (
            json!({ "source": { "engnie": "a" } }),
            400,
            "source.engnie: unknown field",
        ),
        (
            json!({ "source": { "engine": "a", "session": "b" } }),
            400,
            "source: only one of engine",
        ),
        (
            json!({ "source": {}, "target": { "passphrase": "x" } }),
            400,
            "target: only a document has a passphrase",
        ),
        (json!({ "source": { "document": {} } }), 400, ""),
        (json!({ "source": { "engine": "nowhere" } }), 404, "nowhere"),
    ] {
        let reply = asked(&client, &comparison).await;
        assert_eq!(reply.status, status, "{comparison} {reply:?}");
        assert!(reply.error().contains(reason), "{reply:?}");
    }
}
