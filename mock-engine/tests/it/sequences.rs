//! Call sequences of clients that start and observe jobs. Each checks the members that its client reads.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::client::Client;

const PAGE: &str = "page_number=1&page_size=100";

/// Lists jobs as dxmc does before each job command, and returns the job of a name.
async fn job_list(client: &Client, name: &str) -> Value {
    client.rows(&format!("environments?{PAGE}")).await;
    let jobs = client.rows(&format!("masking-jobs?{PAGE}")).await;
    for path in [
        "executions",
        "execution-events",
        "database-rulesets",
        "file-rulesets",
        "database-connectors",
    ] {
        client.rows(&format!("{path}?{PAGE}")).await;
    }
    client.rows(&format!("file-connectors?{PAGE}")).await;
    jobs.into_iter().find(|job| job["jobName"] == name).unwrap()
}

/// Starts a job and polls it as dxmc does: while it is RUNNING or QUEUED. Null counts as 0.
async fn run(client: &Client, job: &Value) -> Value {
    let body = json!({ "jobId": job["maskingJobId"] });
    let started = client.call("POST", "executions", &body).await;
    assert_eq!(started.status, 200, "{started:?}");
    assert_eq!(started.json()["status"], "RUNNING");
    let id = started.json()["executionId"].as_i64().unwrap();
    for _ in 0..10 {
        let execution = client.get(&format!("executions/{id}")).await.json();
        for number in ["rowsTotal", "rowsMasked"] {
            assert!(execution[number].is_i64(), "{execution}");
        }
        if execution["status"] != "RUNNING" {
            return execution;
        }
        client.engine.clock().advance(Duration::from_millis(500));
    }
    panic!("the execution {id} does not end");
}

#[tokio::test]
async fn dxmc_starts_a_job_and_reports_its_tables() {
    let client = Client::demo().await;
    let name = client.get("masking-jobs/4").await.json()["jobName"].clone();
    let job = job_list(&client, name.as_str().unwrap()).await;
    let execution = run(&client, &job).await;
    assert_eq!(execution["status"], "SUCCEEDED");
    assert_eq!(execution["rowsMasked"], execution["rowsTotal"]);
    for time in ["submitTime", "startTime", "endTime"] {
        assert!(execution[time].is_string(), "{execution}");
    }
    job_list(&client, name.as_str().unwrap()).await;
    let id = &execution["executionId"];
    let components = client
        .rows(&format!("execution-components?execution_id={id}&{PAGE}"))
        .await;
    assert!(!components.is_empty());
    for component in components {
        assert!(
            component["componentName"].is_string() && component["rowsMasked"].is_i64(),
            "{component}"
        );
        assert_eq!(
            (&component["status"], &component["executionId"]),
            (&json!("SUCCEEDED"), id)
        );
    }
}

#[tokio::test]
async fn dxmc_warns_about_unmasked_data() {
    let client = Client::demo().await;
    let name = client.get("masking-jobs/4").await.json()["jobName"].clone();
    let event = |column| {
        json!({
            "componentName": "EMPLOYEES", "eventType": "UNMASKED_DATA", "cause": "PATTERN_MATCH_FAILURE", "count": 100,
            "maskedObjectName": column, "algorithmName": "dlpx-core:CM Digits",
            "exceptionType": "NonConformantDataException",
        })
    };
    let plan = json!({
        "jobName": name, "components": [{ "componentName": "EMPLOYEES", "rowsTotal": 101 }],
        "events": [event("FIRST_NAME"), event("LAST_NAME")],
    });
    client
        .raw("POST", "/__admin/executions", "", plan.to_string().as_bytes())
        .await;
    let job = job_list(&client, name.as_str().unwrap()).await;
    let execution = run(&client, &job).await;
    assert_eq!(
        (&execution["status"], &execution["rowsMasked"]),
        (&json!("SUCCEEDED"), &json!(101))
    );
    // The list before each command contains the events of all executions.
    let events = client.rows(&format!("execution-events?{PAGE}")).await;
    let columns: Vec<_> = events
        .iter()
        .map(|event| event["maskedObjectName"].clone())
        .collect();
    assert_eq!(columns, ["FIRST_NAME", "LAST_NAME"]);
    for event in events {
        assert_eq!(event["executionId"], execution["executionId"]);
        assert_eq!(
            (&event["eventType"], &event["severity"]),
            (&json!("UNMASKED_DATA"), &json!("WARNING"))
        );
        assert!(
            event["executionComponentId"].is_i64() && event["timeStamp"].is_string(),
            "{event}"
        );
    }
}

#[tokio::test]
async fn workshop_hook_runs_a_job_on_another_connector() {
    let client = Client::demo().await;
    let environment = client.get("environments").await.json()["responseList"][0]["environmentId"].clone();
    let jobs = client
        .get(&format!("masking-jobs?environment_id={environment}"))
        .await
        .json();
    let connectors = client
        .get(&format!("database-connectors?environment_id={environment}"))
        .await
        .json();
    let job = &jobs["responseList"][0]["maskingJobId"];
    let connector = &connectors["responseList"][0]["databaseConnectorId"];
    // The script sends an extra brace.
    let body = format!("{{\"jobId\": {job}, \"targetConnectorId\": {connector}}}}}");
    let reply = client
        .raw("POST", "/masking/api/executions", "", body.as_bytes())
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let id = reply.json()["executionId"].clone();
    assert_eq!(&reply.json()["targetConnectorId"], connector);
    client.engine.clock().advance(Duration::from_secs(3));
    let execution = client.get(&format!("executions/{id}")).await.json();
    assert_eq!(execution["status"], "SUCCEEDED");
}

#[tokio::test]
async fn script_watches_a_monitored_task_to_its_end() {
    let client = Client::demo().await;
    let environments = client
        .raw("GET", "/masking/api/v5.1.31/environments?", "", b"")
        .await;
    assert_eq!(environments.status, 200);
    let started = client
        .raw("POST", "/masking/api/v5.1.31/executions", "", br#"{"jobId":4}"#)
        .await
        .json();
    let path = format!(
        "/masking/api/v5.1.31/monitor-task/{}?monitorable_task=EXECUTIONS",
        started["executionId"]
    );
    for poll in 0.. {
        assert!(poll < 10);
        let reply = client.raw("GET", &path, "", b"").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let progression = reply.json()["progression"].clone();
        let steps = progression.as_array().unwrap();
        assert!(
            steps
                .iter()
                .all(|step| step["event"].is_string() && step["status"].is_string())
        );
        match steps.last().unwrap()["status"].as_str().unwrap() {
            "RUNNING" => client.engine.clock().advance(Duration::from_millis(500)),
            ended => {
                assert_eq!(ended, "SUCCEEDED");
                assert!(poll > 1);
                return;
            }
        }
    }
}

#[tokio::test]
async fn documentation_script_starts_a_job_and_reads_the_audit_log() {
    let client = Client::demo().await;
    let started = client.call("POST", "executions", &json!({ "jobId": "4" })).await;
    assert_eq!((started.status, &started.json()["jobId"]), (200, &json!(4)));
    let audit = client.get("audit-logs").await.json();
    assert_eq!(audit["_pageInfo"]["total"], 2);
    assert_eq!(
        audit["responseList"][1]["activityTime"],
        "2018-06-15T20:36:35.483+0000"
    );
}
