//! `mock-engine verify`, as a script asks at the end of its run.

use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;

use super::PROGRAM;
use crate::support::client::Client;

async fn verify(client: &Client, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command
        .args(["verify", "--url", &client.engine.url()])
        .args(arguments);
    command.output().await.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn verify_reports_what_does_not_hold() {
    let client = Client::new().await;
    client.get("environments?page_size=10").await;
    let page = |size: u64| json!({ "match": { "path": "/environments", "query": { "page_size": size.to_string() } }, "exactly": 1 });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), json!([page(10), page(100)]).to_string()).unwrap();
    let path = file.path().to_str().unwrap();

    let one = verify(&client, &[&page(10).to_string(), "--no-unmatched"]).await;
    assert_eq!(text(&one.stdout), "expectations: 2; not met: 0\n");
    assert_eq!(one.status.code(), Some(0));

    let both = verify(&client, &[path]).await;
    let wanted = format!(
        "\
{path}, number 2:
Wanted exactly once: a request for /environments with query page_size \"100\". Came never.
Nearest: request 1, GET /masking/api/environments?page_size=10, answered 200; 1 of 2 points fit
      path             /environments
  !!  query page_size  wanted \"100\", got \"10\"
"
    );
    let report = text(&both.stdout);
    assert!(report.starts_with(&wanted), "{report}");
    assert!(report.ends_with("\nexpectations: 2; not met: 1\n"), "{report}");
    assert_eq!(both.status.code(), Some(1));

    client.get("enviroments").await;
    let unmatched = verify(&client, &["--no-unmatched"]).await;
    assert!(text(&unmatched.stdout).contains("GET /masking/api/enviroments, answered 404"));
    assert_eq!(unmatched.status.code(), Some(1));
}

#[tokio::test]
async fn verify_waits_for_requests_of_a_session() {
    let client = Client::new().await;
    let wanted = json!({ "match": { "path": "/roles" } }).to_string();
    let arguments = [wanted.as_str(), "--session", "s1", "--wait", "20s"];
    let (verified, ()) = tokio::join!(verify(&client, &arguments), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        client.raw("GET", "/s/s1/masking/api/roles", "", b"").await;
    });
    assert_eq!(verified.status.code(), Some(0), "{verified:?}");
    let elsewhere = verify(&client, &[&wanted]).await;
    assert_eq!(elsewhere.status.code(), Some(1), "{elsewhere:?}");
}

#[tokio::test]
async fn verify_says_why_it_can_not_ask() {
    let client = Client::new().await;
    let unknown = json!([{ "mtach": Value::Null }]).to_string();
    for (argument, reason) in [
        (
            unknown.as_str(),
            "the expectation, number 1: the engine answers 400",
        ),
        ("[]", "the expectation: it is an empty list"),
        ("{", "the expectation: it is not JSON: EOF"),
        ("/nowhere.json", "/nowhere.json: No such file"),
    ] {
        let asked = verify(&client, &[argument]).await;
        assert!(text(&asked.stderr).contains(reason), "{argument}: {asked:?}");
        assert_eq!(asked.status.code(), Some(2), "{argument}");
    }
    let nothing = verify(&client, &[]).await;
    assert_eq!(nothing.status.code(), Some(2));
}
