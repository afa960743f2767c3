//! On-the-fly jobs with their source environments.

use mock_engine::Profile;
use serde_json::{Value, json};

use super::{demo, export, succeeded};
use crate::support::client::Client;
use crate::support::pair::{entry, import};

async fn new_environment(client: &Client, name: &str) -> i64 {
    let body = json!({ "environmentName": name, "applicationId": 1, "purpose": "MASK" });
    client.call("POST", "environments", &body).await.json()["environmentId"]
        .as_i64()
        .unwrap()
}

async fn connectors(client: &Client, environment: i64) -> Vec<Value> {
    client
        .rows(&format!("database-connectors?environment_id={environment}"))
        .await
}

#[tokio::test]
async fn on_the_fly_job_moves_with_its_source() {
    for profile in [Profile::V5_3, Profile::V2025] {
        let source = demo(profile).await;
        let jobs = source.rows("masking-jobs").await;
        let job = jobs.iter().find(|job| job["onTheFlyMasking"] == true).unwrap();
        let origin = &job["onTheFlyMaskingSource"]["connectorId"];
        let origin = source.get(&format!("database-connectors/{origin}")).await.json();
        let document = export(&source, &[entry("MASKING_JOB", job["maskingJobId"].clone())]).await;

        let target = &source;
        let (own, dummy) = (
            new_environment(target, "Own").await,
            new_environment(target, "Dummy").await,
        );
        let query = format!("force_overwrite=false&environment_id={own}");
        // Without a source environment, with an unknown one, or with the target itself, nothing is imported.
        for (more, said) in [
            (String::new(), "source_environment_id is needed"),
            (
                "&source_environment_id=404".to_owned(),
                "no environment has id 404",
            ),
            (
                format!("&source_environment_id={own}"),
                "Source environment cannot be the same as environment",
            ),
        ] {
            let refused = import(target, &format!("{query}{more}"), &document).await;
            assert_eq!(refused.status, 400, "{profile} {more}: {refused:?}");
            assert!(
                refused.error().to_lowercase().contains(&said.to_lowercase()),
                "{refused:?}"
            );
            assert!(connectors(target, own).await.is_empty());
        }
        let query = format!("{query}&source_environment_id={dummy}");
        let done = import(target, &query, &document).await;
        assert!(succeeded(&done), "{profile}: {done:?}");

        let moved = target.rows(&format!("masking-jobs?environment_id={own}")).await;
        assert_eq!(moved.len(), 1);
        assert_eq!(moved[0]["onTheFlyMasking"], true, "{}", moved[0]);
        let from = &moved[0]["onTheFlyMaskingSource"];
        assert_eq!(from["connectorType"], "DATABASE", "{from}");
        let here = connectors(target, dummy).await;
        assert_eq!(here.len(), 1, "{here:?}");
        assert_eq!(from["connectorId"], here[0]["databaseConnectorId"]);
        assert_eq!(here[0]["connectorName"], origin["connectorName"]);

        // The second time finds everything in its place.
        let again = import(target, &query, &document).await;
        assert!(succeeded(&again), "{again:?}");
        assert_eq!(connectors(target, dummy).await, here);

        // Clients give the job another source after a sync.
        let own_connector = connectors(target, own).await[0]["databaseConnectorId"].clone();
        let mut whole = moved[0].clone();
        whole["onTheFlyMaskingSource"]["connectorId"] = own_connector.clone();
        let path = format!(
            "masking-jobs/{}?page_number=1&page_size=999",
            whole["maskingJobId"]
        );
        let changed = target.call("PUT", &path, &whole).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!(
            changed.json()["onTheFlyMaskingSource"]["connectorId"],
            own_connector
        );
        let run = target
            .call("POST", "executions", &json!({ "jobId": whole["maskingJobId"] }))
            .await;
        assert!(succeeded(&run), "{run:?}");
    }
}

#[tokio::test]
async fn job_without_a_source_ignores_the_source_environment() {
    let source = demo(Profile::V6_0).await;
    let document = export(&source, &[entry("MASKING_JOB", 4)]).await;
    let target = &source;
    let own = new_environment(target, "Own").await;
    for more in ["", "&source_environment_id=404", "&source_environment_id=2"] {
        let query = format!("force_overwrite=false&environment_id={own}{more}");
        let done = import(target, &query, &document).await;
        assert!(succeeded(&done), "{more}: {done:?}");
    }
}
