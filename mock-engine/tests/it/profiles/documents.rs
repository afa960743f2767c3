//! Documents between engines of different profiles.

use mock_engine::Profile;
use serde_json::{Value, json};

use super::{demo, export, succeeded};
use crate::objects::open;
use crate::support::client::Client;
use crate::support::pair::{entry, import};

/// The format numbers of the profiles, oldest first.
const FORMATS: [u64; 4] = [1, 2, 5, 6];

async fn new_environment(client: &Client, name: &str) -> i64 {
    let body = json!({ "environmentName": name, "applicationId": 1, "purpose": "MASK" });
    let reply = client.call("POST", "environments", &body).await;
    assert!(succeeded(&reply), "{reply:?}");
    reply.json()["environmentId"].as_i64().unwrap()
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn older_engine_refuses_a_newer_document_and_not_the_reverse() {
    let mut engines = Vec::new();
    for profile in Profile::ALL {
        engines.push((profile, demo(profile).await));
    }
    for (at, (from, source)) in engines.iter().enumerate() {
        let document = export(source, &[entry("MASKING_JOB", 4)]).await;
        let (report, _) = open(&document);
        assert_eq!(report.header.unwrap().format, Some(FORMATS[at]), "{from}");
        for (place, (to, target)) in engines.iter().enumerate() {
            let environment = new_environment(target, &format!("From {from}")).await;
            let query = format!("force_overwrite=false&environment_id={environment}");
            let reply = import(target, &query, &document).await;
            if place < at {
                assert_eq!(reply.status, 400, "{from} to {to}: {reply:?}");
                assert!(
                    reply.error().contains("format number"),
                    "{from} to {to}: {reply:?}"
                );
                let jobs = target
                    .rows(&format!("masking-jobs?environment_id={environment}"))
                    .await;
                assert!(jobs.is_empty(), "{from} to {to}");
            } else {
                assert!(succeeded(&reply), "{from} to {to}: {reply:?}");
                let all = reply.json();
                let done = |row: &Value| row["importStatus"] == "SUCCESS";
                assert!(all.as_array().unwrap().iter().all(done), "{from} to {to}: {all}");
            }
        }
    }
}

#[tokio::test]
async fn bundle_has_no_object_of_another_version() {
    for (profile, has, lacks) in [
        (Profile::V5_3, "PROFILE_EXPRESSION", "APPLICATION_SETTINGS"),
        (Profile::V2025, "CLASSIFIER", "PROFILE_EXPRESSION"),
    ] {
        let document = export(&demo(profile).await, &[entry("GLOBAL_OBJECT", "global")]).await;
        let (report, _) = open(&document);
        let types: Vec<&str> = report
            .objects
            .iter()
            .map(|object| object.type_name.as_str())
            .collect();
        assert!(types.contains(&has) && !types.contains(&lacks), "{profile}");
    }
}

#[tokio::test]
async fn objects_of_removed_types_are_not_imported() {
    let old = demo(Profile::V6_0).await;
    let expression = export(&old, &[entry("PROFILE_EXPRESSION", 1)]).await;
    let new = demo(Profile::V2025).await;
    let refused = import(&new, "force_overwrite=true", &expression).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    let later = demo(Profile::V6_0_15).await;
    let taken = import(&later, "force_overwrite=true", &expression).await;
    assert!(succeeded(&taken), "{taken:?}");
    // The mock makes environments syncable on every engine that doesn't say otherwise.
    let whole = export(&Client::demo().await, &[entry("ENVIRONMENT", 1)]).await;
    let taken = import(
        &later,
        "force_overwrite=true&environment_id=1&source_environment_id=2",
        &whole,
    )
    .await;
    assert!(succeeded(&taken), "{taken:?}");
    let refused = import(
        &old,
        "force_overwrite=true&environment_id=1&source_environment_id=2",
        &whole,
    )
    .await;
    assert_eq!(refused.status, 409, "{refused:?}");
}
