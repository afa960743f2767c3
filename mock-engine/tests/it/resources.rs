//! Applications, environments, connectors, jobs, executions.

use std::time::Duration;

use mock_engine::Clock;
use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::support::client::{Client, form};

/// An engine with an application, environment, connector, ruleset and job, all with id 1.
async fn with_job() -> Client {
    let client = Client::of(
        MockEngine::builder()
            .empty()
            .clock(Clock::frozen(1_529_094_995_483)),
    )
    .await;
    client
        .create(
            "applications",
            &json!({ "applicationName": "app" }),
            "applicationId",
        )
        .await;
    let environment = json!({ "environmentName": "env", "applicationId": "1", "purpose": "MASK", "odd": 1 });
    client.create("environments", &environment, "environmentId").await;
    let connector = json!({
        "connectorName": "con", "databaseType": "ORACLE", "environmentId": 1, "password": "s3cret", "port": 1521,
    });
    client
        .create("database-connectors", &connector, "databaseConnectorId")
        .await;
    let ruleset = json!({ "rulesetName": "rules", "databaseConnectorId": 1 });
    client
        .create("database-rulesets", &ruleset, "databaseRulesetId")
        .await;
    client
        .create(
            "masking-jobs",
            &json!({ "jobName": "job", "rulesetId": 1 }),
            "maskingJobId",
        )
        .await;
    client
}

#[tokio::test]
async fn created_row_is_shown_and_found() {
    let client = with_job().await;
    let environment = client.get("environments/1").await.json();
    assert_eq!(environment["applicationId"], 1);
    assert_eq!(environment["odd"], 1);
    for (path, total) in [
        ("environments?application_id=1", 1),
        ("environments?application_id=2", 0),
        ("masking-jobs?page_number=1&environment_id=1", 1),
        ("masking-jobs?environment_id=2", 0),
        ("database-rulesets?environment_id=1", 1),
        ("database-connectors?environment_id=1", 1),
        ("file-connectors?environment_id=1", 0),
        ("execution-events?execution_id=1", 0),
        ("execution-components?execution_id=1", 0),
    ] {
        assert_eq!(
            client.get(path).await.json()["_pageInfo"]["total"],
            total,
            "{path}"
        );
    }
    assert_eq!(
        client.get("masking-jobs/1").await.json()["createdTime"],
        "2018-06-15T20:36:35.483+0000"
    );
}

#[tokio::test]
async fn conflict_and_missing_row_have_different_statuses() {
    let client = with_job().await;
    for (path, body, status) in [
        ("applications", json!({ "applicationName": "app" }), 409),
        ("applications", json!({}), 400),
        ("applications", json!({ "applicationName": " app" }), 400),
        ("applications", json!({ "applicationName": "a/b" }), 400),
        (
            "environments",
            json!({ "environmentName": "env", "applicationId": 1 }),
            409,
        ),
        (
            "environments",
            json!({ "environmentName": "other", "applicationId": 7 }),
            404,
        ),
        ("environments", json!({ "environmentName": "other" }), 400),
        (
            "environments",
            json!({ "environmentName": "other", "application": "none" }),
            404,
        ),
        (
            "database-connectors",
            json!({ "connectorName": "con", "databaseType": "X", "environmentId": 1 }),
            409,
        ),
        ("masking-jobs", json!({ "jobName": "j", "rulesetId": 9 }), 404),
        ("executions", json!({ "jobId": 9 }), 404),
        ("executions", json!({}), 400),
    ] {
        let reply = client.call("POST", path, &body).await;
        assert_eq!(reply.status, status, "{path} {body} {reply:?}");
        assert!(!reply.error().is_empty());
    }
}

#[tokio::test]
async fn name_may_repeat_in_another_environment() {
    let client = with_job().await;
    let environment = json!({ "environmentName": "second", "application": "app" });
    let id = client.create("environments", &environment, "environmentId").await;
    let shown = client.get(&format!("environments/{id}")).await.json();
    assert_eq!(
        (&shown["applicationId"], &shown["purpose"]),
        (&json!(1), &json!("MASK"))
    );
    let connector = json!({ "connectorName": "con", "databaseType": "X", "environmentId": id });
    client
        .create("database-connectors", &connector, "databaseConnectorId")
        .await;
}

#[tokio::test]
async fn password_is_kept_but_never_shown() {
    let client = with_job().await;
    let changed = json!({ "host": "db" });
    let changed = client
        .call(
            "PUT",
            "database-connectors/1?page_number=1&page_size=999",
            &changed,
        )
        .await
        .json();
    assert_eq!((&changed["host"], &changed["port"]), (&json!("db"), &json!(1521)));
    assert_eq!(changed["password"], Value::Null);
    let hidden = client.raw("GET", "/__admin/state", "", b"").await.json();
    assert_eq!(
        hidden["tables"]["database-connectors"]["1"]["password"],
        "<redacted>"
    );
    let shown = client
        .raw("GET", "/__admin/state?secrets=true", "", b"")
        .await
        .json();
    assert_eq!(shown["tables"]["database-connectors"]["1"]["password"], "s3cret");
}

#[tokio::test]
async fn delete_removes_rows_that_cannot_stay() {
    let client = with_job().await;
    let reply = client.call("DELETE", "environments/1", &json!({})).await;
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    for path in [
        "environments",
        "database-connectors",
        "database-rulesets",
        "masking-jobs",
    ] {
        assert_eq!(client.get(path).await.json()["_pageInfo"]["total"], 0, "{path}");
    }
    assert_eq!(client.get("applications/1").await.status, 200);
    assert_eq!(
        client.call("DELETE", "environments/1", &json!({})).await.status,
        404
    );
}

#[tokio::test]
async fn used_domain_or_expression_cannot_be_deleted() {
    let client = Client::new().await;
    let domain = json!({ "domainName": "CREDIT CARD", "classification": "x", "defaultAlgorithmCode": "FirstNameLookup" });
    assert_eq!(client.call("POST", "domains", &domain).await.status, 200);
    assert_eq!(client.call("POST", "domains", &domain).await.status, 409);
    assert_eq!(client.get("domains/CREDIT%20CARD").await.status, 200);
    let expression =
        json!({ "expressionName": "e", "domainName": "CREDIT CARD", "regularExpression": "c.*" });
    client
        .create("profile-expressions", &expression, "profileExpressionId")
        .await;
    let set = json!({ "profileSetName": "s", "profileExpressionIds": ["1"] });
    client.create("profile-sets", &set, "profileSetId").await;
    assert_eq!(
        client.get("profile-sets/1").await.json()["profileExpressionIds"],
        json!([1])
    );
    let reply = client.call("POST", "profile-sets", &set).await;
    assert!(reply.status == 409 && reply.error().contains("already exists"));
    assert_eq!(
        client
            .call("DELETE", "domains/CREDIT%20CARD", &json!({}))
            .await
            .status,
        409
    );
    let algorithm = json!({ "algorithmName": "L", "algorithmType": "LOOKUP" });
    assert_eq!(
        client.call("POST", "algorithms", &algorithm).await.json()["operation"],
        "ALGORITHM_CREATE"
    );
    assert_eq!(client.get("algorithms/L").await.json()["algorithmType"], "LOOKUP");
    assert_eq!(
        client
            .call("PUT", "algorithms/L/randomize-key", &json!({}))
            .await
            .status,
        200
    );
    assert_eq!(
        client
            .call("PUT", "algorithms/M/randomize-key", &json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn running_execution_blocks_imports() {
    let client = with_job().await;
    let id = client
        .create("executions", &json!({ "jobId": "1" }), "executionId")
        .await;
    assert_eq!(
        client.get(&format!("executions/{id}")).await.json()["status"],
        "RUNNING"
    );
    let reply = client
        .call("POST", "import?force_overwrite=true", &json!({}))
        .await;
    assert_eq!(reply.status, 409, "{reply:?}");
    client.engine.clock().advance(Duration::from_secs(2));
    let ended = client
        .get("executions?job_id=1&execution_status=SUCCEEDED")
        .await
        .json();
    assert_eq!(
        ended["responseList"][0]["endTime"],
        "2018-06-15T20:36:37.483+0000"
    );
    assert_eq!(
        client
            .call("POST", &format!("executions/{id}/cancel"), &json!({}))
            .await
            .status,
        400
    );
    let id = client
        .create("executions", &json!({ "jobId": 1 }), "executionId")
        .await;
    let cancelled = client
        .call("POST", &format!("executions/{id}/cancel"), &json!({}))
        .await
        .json();
    assert_eq!(cancelled["status"], "CANCELLED");
}

#[tokio::test]
async fn file_format_is_uploaded_as_a_form() {
    let client = Client::new().await;
    let (headers, mut body) = form("fileFormat", "people.txt", b"a,b");
    let end = body.len() - b"--xyz--\r\n".len();
    body.truncate(end);
    body.extend_from_slice(
        b"--xyz\r\nContent-Disposition: form-data; name=\"fileFormatType\"\r\n\r\nDELIMITED\r\n--xyz--\r\n",
    );
    let reply = client
        .raw("POST", "/masking/api/file-formats", &headers, &body)
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let expected = json!({
        "fileFormatId": 1, "fileFormatName": "people.txt", "fileFormatType": "DELIMITED", "header": 0, "footer": 0,
    });
    assert_eq!(reply.json(), expected);
}

#[tokio::test]
async fn id_may_have_a_zero_fraction() {
    let client = Client::new().await;
    let application = client
        .create(
            "applications",
            &json!({ "applicationName": "a" }),
            "applicationId",
        )
        .await;
    let body = format!(r#"{{"environmentName":"e","applicationId":{application}.0}}"#);
    let reply = client
        .raw("POST", "/masking/api/environments", "", body.as_bytes())
        .await;
    assert_eq!(
        (reply.status, reply.json()["applicationId"].as_i64()),
        (200, Some(application)),
        "{reply:?}"
    );
}

#[tokio::test]
async fn member_of_a_wrong_type_is_refused() {
    let client = Client::new().await;
    for algorithm in [json!([]), json!({}), json!([["x"]])] {
        let body = json!({ "domainName": "d", "defaultAlgorithmCode": algorithm });
        let reply = client.call("POST", "domains", &body).await;
        assert_eq!(reply.status, 400, "{reply:?}");
        assert_eq!(client.get("domains/d").await.status, 404);
    }
}
