//! Executions of jobs, their progress, and plans that set their results.

use std::time::Duration;

use mock_engine::Clock;
use mock_engine::MockEngine;
use mock_engine::Settings;
use serde_json::{Value, json};

use crate::support::client::Client;

async fn start(client: &Client, job: i64) -> i64 {
    client
        .create("executions", &json!({ "jobId": job.to_string() }), "executionId")
        .await
}

async fn tell(client: &Client, plan: &Value) {
    let reply = client
        .raw("POST", "/__admin/executions", "", plan.to_string().as_bytes())
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn execution_masks_the_tables_of_its_ruleset() {
    let client = Client::demo().await;
    let id = start(&client, 4).await;
    let path = format!("execution-components?execution_id={id}&page_number=1&page_size=100");
    let begun = client.rows(&path).await;
    assert!(begun.len() > 1, "{begun:?}");
    assert_eq!(
        (&begun[0]["status"], &begun[1]["status"]),
        (&json!("RUNNING"), &json!("WAITING"))
    );
    assert_eq!(
        (&begun[1]["rowsTotal"], &begun[1]["startTime"]),
        (&json!(-1), &Value::Null)
    );
    let execution = client.get(&format!("executions/{id}")).await.json();
    assert_eq!(
        (&execution["status"], &execution["rowsTotal"]),
        (&json!("RUNNING"), &json!(-1))
    );
    assert_eq!(execution["rowsMasked"], 0);

    client.engine.clock().advance(Duration::from_secs(2));
    let ended = client.rows(&path).await;
    for row in &ended {
        assert_eq!(
            (&row["status"], &row["rowsMasked"]),
            (&json!("SUCCEEDED"), &row["rowsTotal"])
        );
        assert!(
            row["rowsTotal"].as_i64().unwrap() > 0 && row["bytesTotal"].as_i64().unwrap() > 0,
            "{row}"
        );
        assert!(
            row["startTime"].is_string() && row["endTime"].is_string(),
            "{row}"
        );
        let one = client
            .get(&format!("execution-components/{}", row["executionComponentId"]))
            .await;
        assert_eq!(&one.json(), row);
    }
    let total: i64 = ended.iter().map(|row| row["rowsTotal"].as_i64().unwrap()).sum();
    let execution = client.get(&format!("executions/{id}")).await.json();
    assert_eq!(
        (&execution["rowsMasked"], &execution["rowsTotal"]),
        (&json!(total), &json!(total))
    );
    assert_eq!(client.rows("execution-components").await.len(), ended.len());
    assert!(
        client
            .rows("execution-components?execution_id=99")
            .await
            .is_empty()
    );
    assert!(client.rows("execution-events").await.is_empty());
}

#[tokio::test]
async fn execution_is_half_done_after_half_its_time() {
    let client = Client::demo().await;
    let components =
        json!([{ "componentName": "A", "rowsTotal": 101 }, { "componentName": "B", "rowsTotal": 100 }]);
    tell(&client, &json!({ "runTimeMs": 10_000, "components": components })).await;
    let id = start(&client, 4).await;
    client.engine.clock().advance(Duration::from_millis(7_500));
    let execution = client.get(&format!("executions/{id}")).await.json();
    assert_eq!(
        (&execution["rowsMasked"], &execution["rowsTotal"]),
        (&json!(151), &json!(201))
    );
    let cancelled = client
        .call("POST", &format!("executions/{id}/cancel"), &json!({}))
        .await
        .json();
    assert_eq!(
        (&cancelled["status"], &cancelled["rowsMasked"]),
        (&json!("CANCELLED"), &json!(151))
    );
    client.engine.clock().advance(Duration::from_mins(10));
    let parts = client
        .rows(&format!("execution-components?execution_id={id}"))
        .await;
    assert_eq!(
        (&parts[0]["status"], &parts[1]["status"]),
        (&json!("SUCCEEDED"), &json!("CANCELLED"))
    );
    assert_eq!(parts[1]["rowsMasked"], 50);
    assert_eq!(parts[1]["endTime"], cancelled["endTime"]);
}

#[tokio::test]
async fn plan_makes_a_job_report_unmasked_data() {
    let client = Client::demo().await;
    let event = |column| {
        json!({
            "componentName": "EMPLOYEES", "eventType": "UNMASKED_DATA", "severity": "WARNING",
            "cause": "PATTERN_MATCH_FAILURE", "count": 100, "maskedObjectName": column,
            "algorithmName": "dlpx-core:CM Digits", "exceptionType": "NonConformantDataException",
        })
    };
    let name = client.get("masking-jobs/4").await.json()["jobName"].clone();
    let plan = json!({
        "jobName": name, "components": [{ "componentName": "EMPLOYEES", "rowsTotal": 101.0 }],
        "events": [event("FIRST_NAME"), event("LAST_NAME")],
    });
    tell(&client, &plan).await;
    for _ in 0..2 {
        let id = start(&client, 4).await;
        assert!(
            client
                .rows(&format!("execution-events?execution_id={id}"))
                .await
                .is_empty()
        );
        client.engine.clock().advance(Duration::from_secs(2));
        assert_eq!(
            client.get(&format!("executions/{id}")).await.json()["status"],
            "SUCCEEDED"
        );
        let part = &client
            .rows(&format!("execution-components?execution_id={id}"))
            .await[0];
        assert_eq!(
            (&part["componentName"], &part["rowsMasked"]),
            (&json!("EMPLOYEES"), &json!(101))
        );
        assert_eq!(
            (&part["status"], &part["nonConformingDataCount"]),
            (&json!("SUCCEEDED"), &json!(200))
        );
        let events = client.rows(&format!("execution-events?execution_id={id}")).await;
        assert_eq!(events.len(), 2);
        for (event, column) in events.iter().zip(["FIRST_NAME", "LAST_NAME"]) {
            assert_eq!(event["executionComponentId"], part["executionComponentId"]);
            assert_eq!(
                (&event["executionId"], &event["count"]),
                (&json!(id), &json!(100))
            );
            assert_eq!(event["maskedObjectName"], column);
            assert_eq!(event["timeStamp"], part["endTime"]);
        }
    }
    // The plan does not affect other jobs, and no job once it is deleted.
    let other = start(&client, 7).await;
    let reply = client.raw("DELETE", "/__admin/executions", "", b"").await;
    assert_eq!(reply.status, 200);
    let without = start(&client, 4).await;
    client.engine.clock().advance(Duration::from_secs(2));
    for id in [other, without] {
        assert!(
            client
                .rows(&format!("execution-events?execution_id={id}"))
                .await
                .is_empty()
        );
    }
}

#[tokio::test]
async fn plan_makes_only_the_next_execution_fail() {
    let client = Client::demo().await;
    tell(&client, &json!({ "status": "FAILED", "runTimeMs": 0 })).await;
    let failed = start(&client, 4).await;
    let fine = start(&client, 4).await;
    client.engine.clock().advance(Duration::from_secs(2));
    for (id, status) in [(failed, "FAILED"), (fine, "SUCCEEDED")] {
        assert_eq!(
            client.get(&format!("executions/{id}")).await.json()["status"],
            status
        );
        let monitored = client
            .get(&format!("monitor-task/{id}?monitorable_task=EXECUTIONS"))
            .await
            .json();
        let last = monitored["progression"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone();
        assert_eq!(last["status"], status);
    }
    let parts = client
        .rows(&format!("execution-components?execution_id={failed}"))
        .await;
    assert_eq!(parts[parts.len() - 1]["status"], "FAILED");
}

#[tokio::test]
async fn invalid_plan_is_refused() {
    let client = Client::demo().await;
    for plan in [
        json!({ "jobID": 4 }),
        json!({ "status": "DONE" }),
        json!({ "runTimeMs": -1 }),
        json!({ "events": [{ "eventType": "OTHER" }] }),
        json!({ "components": [{ "componentName": "A", "rowsTotal": -1 }] }),
    ] {
        let reply = client
            .raw("POST", "/__admin/executions", "", plan.to_string().as_bytes())
            .await;
        assert_eq!(reply.status, 400, "{plan} {reply:?}");
    }
    let plans = client.raw("GET", "/__admin/executions", "", b"").await.json();
    assert_eq!(plans, json!({ "plans": [] }));
}

#[tokio::test]
async fn monitored_task_runs_until_its_last_entry_ends() {
    let client = Client::demo().await;
    let components = json!([{ "componentName": "A" }, { "componentName": "B" }]);
    let events = json!([{ "componentName": "B", "eventType": "UNMASKED_DATA", "count": 1 }]);
    tell(&client, &json!({ "components": components, "events": events })).await;
    let id = start(&client, 4).await;
    let path = format!("monitor-task/{id}?monitorable_task=EXECUTIONS");
    let step = |event, status| json!({ "event": event, "status": status });
    assert_eq!(
        client.get(&path).await.json()["progression"],
        json!([step("A", "RUNNING"), step("B", "WAITING"), step("Job", "RUNNING")])
    );
    assert_eq!(client.rows("monitor-task").await.len(), 1);
    client.engine.clock().advance(Duration::from_secs(2));
    assert_eq!(
        client.get(&path).await.json()["progression"],
        json!([
            step("A", "SUCCEEDED"),
            step("B", "NON_CONFORMANT"),
            step("Job", "SUCCEEDED")
        ])
    );
    assert!(client.rows("monitor-task").await.is_empty());
    assert_eq!(client.rows("monitor-task?state=SUCCEEDED").await.len(), 1);
    assert_eq!(client.get("monitor-task/99").await.status, 404);
    assert_eq!(
        client.get("monitor-task/1?monitorable_task=OTHER").await.status,
        400
    );
}

#[tokio::test]
async fn execution_shows_the_requested_connectors() {
    let client = Client::demo().await;
    let body = json!({ "jobId": 4, "targetConnectorId": "1" });
    let execution = client.call("POST", "executions", &body).await.json();
    assert_eq!(
        (&execution["targetConnectorId"], &execution["status"]),
        (&json!(1), &json!("RUNNING"))
    );
    let body = json!({ "jobId": 4, "targetConnectorId": 99 });
    assert_eq!(client.call("POST", "executions", &body).await.status, 404);
}

#[tokio::test]
async fn plan_and_executions_survive_a_dump() {
    let client = Client::demo().await;
    tell(
        &client,
        &json!({ "jobId": 4, "events": [{ "eventType": "JOB_ABORTED" }] }),
    )
    .await;
    let id = start(&client, 4).await;
    let dump = client
        .raw("GET", "/__admin/state?secrets=true", "", b"")
        .await
        .body;
    assert_eq!(client.raw("PUT", "/__admin/state", "", &dump).await.status, 200);
    client.engine.clock().advance(Duration::from_secs(2));
    assert_eq!(
        client
            .rows(&format!("execution-events?execution_id={id}"))
            .await
            .len(),
        1
    );
    let plans = client.raw("GET", "/__admin/executions", "", b"").await.json();
    assert_eq!(plans["plans"][0]["jobId"], 4);
}

#[tokio::test]
async fn row_counts_follow_the_declared_tables() {
    let settings = Settings::default().with(|settings| {
        settings.empty = true;
        settings.schema = std::sync::Arc::new(crate::schema::hr());
    });
    let clock = Clock::frozen(1_529_094_995_483);
    let client = Client::of(MockEngine::builder().settings(settings).clock(clock)).await;
    for (path, body) in [
        ("applications", json!({ "applicationName": "app" })),
        (
            "environments",
            json!({ "environmentName": "env", "applicationId": 1 }),
        ),
        (
            "database-connectors",
            json!({ "connectorName": "con", "databaseType": "ORACLE", "environmentId": 1, "schemaName": "HR" }),
        ),
        (
            "database-rulesets",
            json!({ "rulesetName": "rules", "databaseConnectorId": 1 }),
        ),
        (
            "table-metadata",
            json!({ "tableName": "EMPLOYEES", "rulesetId": 1 }),
        ),
        ("masking-jobs", json!({ "jobName": "job", "rulesetId": 1 })),
    ] {
        let reply = client.call("POST", path, &body).await;
        assert_eq!(reply.status, 200, "{path} {reply:?}");
    }
    let event = json!({ "componentName": "EMPLOYEES", "eventType": "UNMASKED_DATA", "count": 100 });
    tell(&client, &json!({ "jobName": "job", "events": [event] })).await;
    let id = start(&client, 1).await;
    client.engine.clock().advance(Duration::from_secs(2));
    let parts = client
        .rows(&format!("execution-components?execution_id={id}"))
        .await;
    assert_eq!(parts.len(), 1);
    assert_eq!(
        (
            &parts[0]["componentName"],
            &parts[0]["rowsMasked"],
            &parts[0]["rowsTotal"]
        ),
        (&json!("EMPLOYEES"), &json!(101), &json!(101))
    );
    let events = client.rows(&format!("execution-events?execution_id={id}")).await;
    assert_eq!(
        events[0]["executionComponentId"],
        parts[0]["executionComponentId"]
    );
}
