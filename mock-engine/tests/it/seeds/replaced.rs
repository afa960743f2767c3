//! Declared content in place of the content of a running engine.

use mock_engine::{Content, ContentFormat, MockEngine};
use serde_json::{Value, json};

use super::{ALL, other_formats, put, state, toml};
use crate::support::client::Client;

#[tokio::test]
async fn content_is_replaced_whole_or_not_at_all() {
    let client = Client::demo().await;
    let before = state(&client);
    let bad = put(
        &client,
        "application/toml",
        &format!("{ALL}\n[[environments]]\nname = 1\n"),
    )
    .await;
    assert_eq!(bad.status, 400, "{bad:?}");
    assert!(bad.error().contains("line 35: environments[1].name"), "{bad:?}");
    let late = put(
        &client,
        "application/json",
        r#"{ "domains": [{ "name": "D", "algorithm": "X" }] }"#,
    )
    .await;
    assert!(late.error().contains("line 1: domains[0].algorithm"), "{late:?}");
    let file = put(&client, "application/json", r#"{ "load": ["/etc/passwd"] }"#).await;
    assert!(
        file.status == 400 && file.error().contains("beside a file"),
        "{file:?}"
    );
    assert_eq!(state(&client), before);

    let [(_, json), (_, yaml)] = other_formats(ALL);
    for (media_type, text) in [
        ("application/json", json.as_str()),
        ("application/yaml", &yaml),
        ("application/toml", ALL),
    ] {
        assert_eq!(put(&client, media_type, text).await.status, 200, "{media_type}");
        let environments = client.rows("environments").await;
        assert_eq!(environments.len(), 1, "{media_type}");
        assert_eq!(environments[0]["environmentName"], "HR test");
        assert_eq!(put(&client, "", "{}").await.status, 200);
        assert_eq!(client.rows("environments").await.len(), 0);
    }
    client.raw("POST", "/__admin/reset?keep=tokens", "", b"").await;
    assert_eq!(
        client.rows("environments").await.len(),
        before["tables"]["environments"].as_array().map_or(2, Vec::len)
    );
}

/// Runs the only job to its end and returns the rows of its components.
async fn rows_masked(client: &Client) -> Vec<Value> {
    let job = client.rows("masking-jobs").await[0]["maskingJobId"].clone();
    let run = client.call("POST", "executions", &json!({ "jobId": job })).await;
    assert_eq!(run.status, 200, "{run:?}");
    client.engine.clock().advance(std::time::Duration::from_secs(60));
    let path = format!("execution-components?execution_id={}", run.json()["executionId"]);
    client
        .rows(&path)
        .await
        .iter()
        .map(|row| row["rowsTotal"].clone())
        .collect()
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn replaced_content_brings_its_rows_and_tables() {
    let clock = || mock_engine::Clock::frozen(1_529_094_995_483);
    let started = Client::of(toml(ALL).clock(clock())).await;
    let (rows, names) = (
        rows_masked(&started).await,
        started.get("database-connectors/1/fetch").await.json(),
    );
    assert_eq!(
        (rows.as_slice(), &names),
        ([json!(107)].as_slice(), &json!(["EMPLOYEES", "JOBS"]))
    );

    let other = ALL.replace("107", "11").replace("JOBS", "TEAMS");
    let content = Content::parse(&other, ContentFormat::Toml).unwrap();
    for over_http in [true, false] {
        let client = Client::of(toml(ALL).clock(clock())).await;
        if over_http {
            assert_eq!(put(&client, "application/toml", &other).await.status, 200);
        } else {
            client.engine.replace_content(content.clone()).unwrap();
        }
        assert_eq!(rows_masked(&client).await, [11]);
        let names = client.get("database-connectors/1/fetch").await.json();
        assert_eq!(names, json!(["EMPLOYEES", "TEAMS"]));
        // They belong to the content: a dump has them, and a reset takes them back.
        let dump = client
            .raw("GET", "/__admin/state?secrets=true", "", b"")
            .await
            .body;
        let second = Client::new().await;
        second.raw("PUT", "/__admin/state", "", &dump).await;
        assert_eq!(second.get("database-connectors/1/fetch").await.json(), names);
        client.raw("POST", "/__admin/reset?keep=tokens", "", b"").await;
        assert_eq!(rows_masked(&client).await, [107]);
    }
}

#[tokio::test]
async fn replaced_content_from_code_is_whole_or_not_at_all() {
    let client = Client::demo().await;
    let before = state(&client);
    let bad = Content::parse(
        "domains = [{ name = \"D\", algorithm = \"X\" }]",
        ContentFormat::Toml,
    )
    .unwrap();
    let error = client.engine.replace_content(bad).unwrap_err().to_string();
    assert!(
        error.contains("domains[0].algorithm: no algorithm is named 'X'"),
        "{error}"
    );
    assert_eq!(state(&client), before);

    let session = client.engine.session("one").unwrap();
    session
        .replace_content(Content::parse(ALL, ContentFormat::Toml).unwrap())
        .unwrap();
    let shown = client
        .raw("GET", "/__admin/state", "X-Mock-Session: one\r\n", b"")
        .await
        .json();
    assert_eq!(shown["tables"]["environments"]["7"]["environmentName"], "HR test");
    assert_eq!(state(&client), before);
}

#[tokio::test]
async fn state_directory_keeps_the_declared_rows() {
    let dir = tempfile::tempdir().unwrap();
    let settings = || {
        mock_engine::Settings::default().with(|settings| {
            settings.state_dir = Some(dir.path().to_owned());
            settings.empty = true;
        })
    };
    let started = Client::of(MockEngine::builder().settings(settings())).await;
    assert_eq!(put(&started, "application/toml", ALL).await.status, 200);
    let names = started.get("database-connectors/1/fetch").await.json();
    assert!(started.engine.shutdown().await);
    let again = Client::of(MockEngine::builder().settings(settings())).await;
    assert_eq!(again.get("database-connectors/1/fetch").await.json(), names);
    assert_eq!(names, json!(["EMPLOYEES", "JOBS"]));
}
