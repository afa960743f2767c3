//! Rules: content that changes when a scenario comes into a state.

use mock_engine::{Builder, Clock, Fault};
use serde_json::{Value, json};

use super::toml;
use crate::support::client::Client;
use crate::support::pair::{entry, export, state_bytes};

/// A database with one ruleset and a job, and rules for more.
const GROWING: &str = r#"
applications = ["HR"]
[[environments]]
name = "HR test"
connectors = [{ name = "HR database", host = "old.example.com" }]
rulesets = [{ name = "Staff", tables = [{ name = "EMPLOYEES", columns = ["ID", "LAST_NAME"] }] }]
jobs = ["Mask staff"]

[[rules]]
scenario = "growth"
is = "listed"
[[rules.put.environments]]
name = "HR test"
rulesets = [{ name = "Pay", tables = [{ name = "SALARIES", rows = 7, columns = ["ID"] }] }]

[[rules]]
scenario = "other admin"
is = "exported"
becomes = "done"
remove = [{ list = "masking-jobs", name = "Mask staff" }]
[[rules.put.environments]]
name = "HR test"
connectors = [{ name = "HR database", host = "new.example.com" }]
rulesets = [{ name = "Staff", tables = [{ name = "EMPLOYEES", columns = [{ name = "LAST_NAME", domain = "LAST_NAME" }] }] }]

[[rules]]
scenario = "other admin"
is = "done"
put = { applications = ["Later"] }
"#;

/// Faults that move the scenarios of [`GROWING`] and do nothing else.
fn moving() -> Vec<Fault> {
    let faults = json!([
        { "match": { "method": "GET", "path": "/database-rulesets" }, "after": 1, "times": 1,
          "scenario": { "name": "growth", "becomes": "listed" } },
        { "match": { "method": "POST", "path": "/export" },
          "scenario": { "name": "other admin", "is": "started", "becomes": "exported" } },
    ]);
    serde_json::from_value(faults).unwrap()
}

fn growing() -> Builder {
    toml(GROWING)
        .seed(1)
        .clock(Clock::frozen(1_529_094_995_483))
        .faults(moving())
}

async fn names(client: &Client, path: &str, member: &str) -> Vec<Value> {
    let rows = client.rows(path).await;
    rows.iter().map(|row| row[member].clone()).collect()
}

#[tokio::test]
async fn second_listing_shows_what_a_rule_puts() {
    let client = Client::of(growing()).await;
    let path = "database-rulesets";
    assert_eq!(names(&client, path, "rulesetName").await, ["Staff"]);
    assert_eq!(names(&client, path, "rulesetName").await, ["Staff", "Pay"]);
    assert_eq!(names(&client, path, "rulesetName").await, ["Staff", "Pay"]);
    let behind = client.get("database-connectors/1/fetch").await;
    assert_eq!(behind.json(), json!(["EMPLOYEES", "SALARIES"]));

    let history = client.admin("GET", "history", &Value::Null).await.json();
    let change = &history["changes"][0];
    assert_eq!(
        change["scenario"],
        json!({ "name": "growth", "state": "listed" }),
        "{history}"
    );
    assert_eq!(change["request"]["path"], "/masking/api/database-rulesets");
    assert!(change.get("user").is_none(), "{change}");
    assert_eq!(change["objects"][0]["name"], "Pay");
    let shown = client.admin("GET", "scenarios", &Value::Null).await.json();
    assert_eq!(shown["scenarios"], json!({ "growth": "listed" }));
    assert_eq!(
        shown["rules"][1],
        json!({ "scenario": "other admin", "is": "exported", "becomes": "done" })
    );
}

#[tokio::test]
async fn change_of_another_admin_comes_with_the_export() {
    let client = Client::of(growing()).await;
    let hash = || {
        names(
            &client,
            "syncable-objects?object_type=DATABASE_RULESET",
            "revisionHash",
        )
    };
    let before = hash().await;
    // The rule removes the job, so the ruleset is exported.
    export(&client, &[entry("DATABASE_RULESET", 1)]).await;
    assert_eq!(
        client.rows("database-connectors").await[0]["host"],
        "new.example.com"
    );
    assert!(client.rows("masking-jobs").await.is_empty());
    assert_ne!(hash().await, before);
    let columns = client.rows("column-metadata?is_masked=true").await;
    assert_eq!(columns.len(), 1, "{columns:?}");
    assert_eq!(columns[0]["columnName"], "LAST_NAME");
    // The rule moves its scenario on, and the rule for that state follows.
    assert_eq!(
        names(&client, "applications", "applicationName").await,
        ["HR", "Later"]
    );
    let shown = client.admin("GET", "scenarios", &Value::Null).await.json();
    assert_eq!(shown["scenarios"]["other admin"], "done");
}

#[tokio::test]
async fn same_seed_gives_the_same_bytes_after_rules() {
    let mut dumps = Vec::new();
    for _ in 0..2 {
        let client = Client::of(growing()).await;
        client.rows("database-rulesets").await;
        client.rows("database-rulesets").await;
        let document = export(&client, &[entry("DATABASE_RULESET", 1)]).await;
        dumps.push((document, state_bytes(&client).await));
    }
    assert!(dumps[0] == dumps[1]);
}

#[tokio::test]
async fn rules_are_replaced_and_restored() {
    let client = Client::of(growing()).await;
    let rule = json!({ "rules": [{ "scenario": "mine", "is": "now", "put": { "applications": ["Mine"] } }] });
    assert_eq!(client.admin("PUT", "scenarios", &rule).await.status, 200);
    let moved = client
        .admin("PUT", "scenarios/mine", &json!({ "state": "now" }))
        .await;
    assert_eq!(moved.status, 200, "{moved:?}");
    assert_eq!(
        names(&client, "applications", "applicationName").await,
        ["HR", "Mine"]
    );
    // The rules of the start are gone, until a reset.
    client.engine.set_scenario("growth", "listed").unwrap();
    assert_eq!(client.rows("database-rulesets").await.len(), 1);
    client.admin("POST", "reset?keep=tokens", &Value::Null).await;
    assert_eq!(names(&client, "applications", "applicationName").await, ["HR"]);
    client.engine.set_scenario("growth", "listed").unwrap();
    assert_eq!(client.rows("database-rulesets").await.len(), 2);

    let text = b"[[rules]]\nscenario = \"a\"\nis = \"b\"\nput = { aplications = [\"X\"] }\n";
    let bad = client
        .raw(
            "PUT",
            "/__admin/scenarios",
            "Content-Type: application/toml\r\n",
            text,
        )
        .await;
    assert_eq!(bad.status, 400, "{bad:?}");
    let said = "line 4: rules[0].put.aplications: content has no such member; did you mean 'applications'?";
    assert!(bad.error().contains(said), "{bad:?}");
}

#[tokio::test]
async fn session_has_the_rules_of_its_port() {
    let client = Client::of(growing()).await;
    let session = client.engine.session("one").unwrap();
    session.set_scenario("growth", "listed").unwrap();
    let header = "X-Mock-Session: one\r\n";
    let shown = client.raw("GET", "/__admin/state", header, b"").await;
    assert!(String::from_utf8(shown.body).unwrap().contains("\"SALARIES\""));
    assert_eq!(client.rows("database-rulesets").await.len(), 1);
}

#[tokio::test]
async fn rule_that_does_not_fit_changes_nothing() {
    for (change, said) in [
        (
            "remove = [{ list = \"masking-jobs\", name = \"Mask stuff\" }]",
            "no masking job is named 'Mask stuff'; did you mean 'Mask staff'?",
        ),
        (
            "remove = [{ list = \"masking-job\", name = \"Mask staff\" }]",
            "no list of such objects is named 'masking-job'; did you mean 'masking-jobs'?",
        ),
        (
            "remove = [{ list = \"applications\", name = \"HR\", environment = \"X\" }]",
            "no environment is named 'X'",
        ),
        (
            "put = { domains = [{ name = \"D\", algorithm = \"None\" }] }",
            "rules[0].put.domains[0].algorithm: no algorithm is named 'None'",
        ),
        (
            "put = { environments = [{ name = \"HR test\", rulesets = [{ name = \"Staff\", tables = [{ name = \"EMPLOYEES\", columns = [\"NEW\"] }] }] }] }",
            "there is no such column",
        ),
    ] {
        let content = GROWING.split("[[rules]]").next().unwrap();
        let text = format!("{content}[[rules]]\nscenario = \"s\"\nis = \"on\"\n{change}\n");
        let client = Client::of(toml(&text)).await;
        let before = state_bytes(&client).await;
        let refused = client
            .admin("PUT", "scenarios/s", &json!({ "state": "on" }))
            .await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(
            refused
                .error()
                .contains("cenario 's' can't change the content for its state 'on'"),
            "{refused:?}"
        );
        assert!(refused.error().contains(said), "{said} in {refused:?}");
        let error = client.engine.set_scenario("s", "on").unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert!(state_bytes(&client).await == before);
        let shown = client.admin("GET", "scenarios", &Value::Null).await.json();
        assert_eq!(shown["scenarios"], json!({}));
        // A request whose fault moves the scenario says so, too.
        let fault = json!({ "match": { "path": "/domains" }, "scenario": { "name": "s", "becomes": "on" } });
        client.admin("POST", "faults", &fault).await;
        let refused = client.get("domains").await;
        assert!(
            refused.status == 400 && refused.error().contains(said),
            "{refused:?}"
        );
        assert!(state_bytes(&client).await == before);
    }
}

#[tokio::test]
async fn rules_in_a_circle_end() {
    let text = "[[rules]]\nscenario = \"s\"\nis = \"a\"\nbecomes = \"b\"\nput = { applications = [\"A\"] }\n\
                [[rules]]\nscenario = \"s\"\nis = \"b\"\nbecomes = \"a\"\nput = { applications = [\"B\"] }\n";
    let client = Client::of(toml(text)).await;
    client.engine.set_scenario("s", "a").unwrap();
    assert_eq!(
        names(&client, "applications", "applicationName").await,
        ["A", "B"]
    );
}
