//! Jobs of seed files that mask on the fly, from one engine to another.

use mock_engine::{Builder, Content, ContentFormat, MockEngine, Profile};
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::pair::{all_success, entry, export, import};

/// An engine whose job copies from one environment into another.
const SOURCE: &str = r#"
applications = ["HR"]
[[environments]]
name = "Test"
connectors = [{ name = "Copy", schema = "HR" }]
rulesets = [{ name = "Staff", tables = [{ name = "EMPLOYEES", columns = ["ID", { name = "LAST_NAME", domain = "LAST_NAME" }] }] }]
jobs = [{ name = "Copy staff", source = "Original", sourceEnvironment = "Production" }]
[[environments]]
name = "Production"
connectors = [{ name = "Original", schema = "HR" }]
"#;

/// An engine with environments for both.
const TARGET: &str = r#"environments = ["Here", "From"]"#;

async fn start(profile: Option<Profile>, text: &str) -> Client {
    let content = Content::parse(text, ContentFormat::Toml).unwrap();
    let builder: Builder = MockEngine::builder().content(content);
    let builder = match profile {
        Some(profile) => builder.profile(profile),
        None => builder,
    };
    Client::of(builder).await
}

async fn names(client: &Client, path: &str, member: &str) -> Vec<Value> {
    let rows = client.rows(path).await;
    rows.iter().map(|row| row[member].clone()).collect()
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn seeded_on_the_fly_job_moves_to_another_engine() {
    let profiles = [
        None,
        Some(Profile::V5_3),
        Some(Profile::V6_0),
        Some(Profile::V6_0_15),
    ];
    for profile in profiles {
        let a = start(profile, SOURCE).await;
        let job = a.rows("masking-jobs").await[0].clone();
        let origin = a.rows("database-connectors?environment_id=2").await[0].clone();
        assert_eq!(origin["connectorName"], "Original");
        assert_eq!(
            (&job["onTheFlyMasking"], &job["onTheFlyMaskingSource"]),
            (
                &json!(true),
                &json!({ "connectorId": origin["databaseConnectorId"], "connectorType": "DATABASE" })
            ),
            "{profile:?}"
        );
        let document = export(&a, &[entry("MASKING_JOB", job["maskingJobId"].clone())]).await;

        let b = start(profile, TARGET).await;
        let query = "force_overwrite=false&environment_id=1";
        for (more, said) in [
            ("", "source_environment_id is needed"),
            ("&source_environment_id=404", "no environment has id 404"),
            ("&source_environment_id=1", "cannot be the same as environment"),
        ] {
            let refused = import(&b, &format!("{query}{more}"), &document).await;
            assert_eq!(refused.status, 400, "{profile:?} {more}: {refused:?}");
            assert!(refused.error().to_lowercase().contains(said), "{refused:?}");
            assert!(b.rows("database-connectors").await.is_empty(), "{more}");
        }
        all_success(&import(&b, &format!("{query}&source_environment_id=2"), &document).await);
        let name = "connectorName";
        assert_eq!(
            names(&b, "database-connectors?environment_id=1", name).await,
            ["Copy"]
        );
        assert_eq!(
            names(&b, "database-connectors?environment_id=2", name).await,
            ["Original"]
        );
        let from = b.rows("database-connectors?environment_id=2").await[0]["databaseConnectorId"].clone();
        let moved = b.rows("masking-jobs").await[0].clone();
        assert_eq!(moved["jobName"], "Copy staff");
        assert_eq!(moved["onTheFlyMaskingSource"]["connectorId"], from, "{moved}");
        // Both engines show the same hash.
        let list = "syncable-objects?object_type=MASKING_JOB";
        assert_eq!(
            names(&a, list, "revisionHash").await,
            names(&b, list, "revisionHash").await
        );
    }
}

#[tokio::test]
async fn newer_profile_sends_no_on_the_fly_job_to_an_older_one() {
    let a = start(Some(Profile::V2025), SOURCE).await;
    let document = a.call("POST", "export", &json!([entry("MASKING_JOB", 1)])).await;
    assert_eq!(document.status, 201, "{document:?}");
    let b = start(Some(Profile::V6_0), TARGET).await;
    let query = "force_overwrite=false&environment_id=1&source_environment_id=2";
    let refused = import(&b, query, &document.body).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(b.rows("masking-jobs").await.is_empty());
}

#[tokio::test]
async fn unknown_source_is_a_mistake() {
    for (from, to, said) in [
        (
            "Original\", so",
            "Orignal\", so",
            "no database connector is named 'Orignal'; did you mean 'Original'?",
        ),
        (
            "\"Production\" }",
            "\"Prod\" }",
            "jobs[0].sourceEnvironment: no environment is named 'Prod'",
        ),
        (
            ", sourceEnvironment = \"Production\"",
            "",
            "no database connector is named 'Original'",
        ),
    ] {
        assert!(SOURCE.contains(from), "{from}");
        let content = Content::parse(&SOURCE.replace(from, to), ContentFormat::Toml).unwrap();
        let error = MockEngine::builder()
            .content(content)
            .start()
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(said), "{said} in {error}");
    }
}
