//! Walk-throughs of whole syncs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mock_engine::Clock;
use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::pair::{
    GLOBAL, all_success, can_be_exported, engine_a, engine_b, engine_b_synced, entry, export, failed, import,
    import_async, new_environment, outcomes, settings_a, settings_b, state, syncable, wait,
};

/// Hashes by type and identifier.
async fn hashes(client: &Client) -> BTreeMap<(String, String), Value> {
    let all = syncable(client, "").await.into_iter();
    all.map(|e| {
        (
            (e["objectType"].to_string(), e["objectIdentifier"].to_string()),
            e["revisionHash"].clone(),
        )
    })
    .collect()
}

#[tokio::test]
async fn walk_through_a_syncs_all_global_objects() {
    let (a, b) = (engine_a().await, engine_b().await);
    let listed = a.get("syncable-objects?object_type=GLOBAL_OBJECT").await.json();
    assert_eq!(listed["_pageInfo"], json!({ "numberOnPage": 1, "total": 1 }));
    assert_eq!(
        listed["responseList"][0]["objectIdentifier"],
        json!({ "id": "global" })
    );

    let passphrase = "passphrase: my example passphrase\r\n";
    let request = json!([entry(GLOBAL.0, GLOBAL.1)]).to_string();
    let task = a
        .raw(
            "POST",
            "/masking/api/export-async",
            passphrase,
            request.as_bytes(),
        )
        .await;
    assert_eq!(task.status, 200, "{task:?}");
    let task = wait(&a, &task.json()).await;
    assert_eq!(task["status"], "SUCCEEDED", "{task}");
    for member in ["startTime", "endTime"] {
        assert!(
            task[member].as_str().is_some_and(|time| time.ends_with("+0000")),
            "{task}"
        );
    }
    let path = format!("file-downloads/{}", task["reference"].as_str().unwrap());
    let document = a.get(&path).await.body;
    let purged = a.call("DELETE", "export-async", &Value::Null).await;
    assert_eq!((purged.status, purged.body.len()), (200, 0));
    assert_eq!(a.get(&path).await.status, 404);

    let task = import_async(&b, "force_overwrite=true", passphrase, &document).await;
    assert_eq!(task.status, 200, "{task:?}");
    let task = wait(&b, &task.json()).await;
    assert_eq!(task["status"], "SUCCEEDED", "{task}");
    let path = format!("file-downloads/{}", task["reference"].as_str().unwrap());
    all_success(&b.get(&path).await);
    let purged = b.call("DELETE", "import-async", &json!({})).await;
    assert_eq!((purged.status, purged.body.len()), (200, 0));
    assert_eq!(b.get(&path).await.status, 404);

    // Imported objects have A's hashes.
    let (theirs, ours) = (hashes(&a).await, hashes(&b).await);
    let document: Value = serde_json::from_slice(&document).unwrap();
    for exported in document["exportResponseMetadata"]["exportedObjectList"]
        .as_array()
        .unwrap()
    {
        if exported["objectType"] == GLOBAL.0 {
            continue;
        }
        let key = (
            exported["objectType"].to_string(),
            exported["objectIdentifier"].to_string(),
        );
        // Numbers may differ; names and hashes are equal.
        let there = ours
            .get(&key)
            .is_some_and(|hash| *hash == exported["revisionHash"])
            || ours
                .iter()
                .any(|((t, _), hash)| *t == key.0 && *hash == exported["revisionHash"]);
        assert!(
            there,
            "{exported} is not on B with its hash; there: {:?}",
            ours.get(&key)
        );
        assert_eq!(theirs.get(&key), Some(&exported["revisionHash"]), "{exported}");
    }
}

#[tokio::test]
async fn walk_through_b_syncs_a_job() {
    let a = engine_a().await;
    let b = engine_b_synced(&a).await;
    let document = export(&a, &[entry("MASKING_JOB", 4)]).await;
    let rows = all_success(&import(&b, "force_overwrite=false&environment_id=1", &document).await);
    let of_type = |wanted: &str| rows.iter().filter(|((t, _), _)| t == wanted).collect::<Vec<_>>();
    for object_type in ["DATABASE_CONNECTOR", "DATABASE_RULESET", "MASKING_JOB"] {
        let found = of_type(object_type);
        assert_eq!(found.len(), 1, "{object_type} {rows:?}");
        // It is the first of its type on B.
        assert_eq!(found[0].1.1, json!({ "id": 1 }), "{object_type}");
    }
    assert!(
        !of_type("DOMAIN_REFERENCE").is_empty() && !of_type("ALGORITHM_REFERENCE").is_empty(),
        "{rows:?}"
    );

    let (theirs, ours) = (
        a.get("masking-jobs/4").await.json(),
        b.get("masking-jobs/1").await.json(),
    );
    assert_eq!(theirs["jobName"], ours["jobName"]);
    let (theirs, ours) = (job_hashes(&a).await, job_hashes(&b).await);
    assert_eq!(theirs.get(&4), ours.get(&1), "{theirs:?} {ours:?}");
    let connector = b.get("database-connectors/1").await.json();
    assert_eq!(connector["environmentId"], 1);
    assert_eq!(connector.get("password"), None, "{connector}");
    let inside = b.get("database-rulesets?environment_id=1").await.json();
    assert_eq!(inside["_pageInfo"]["total"], 1, "{inside}");
}

/// The hashes of the masking jobs by number.
async fn job_hashes(client: &Client) -> BTreeMap<i64, Value> {
    let entries = syncable(client, "object_type=MASKING_JOB").await.into_iter();
    entries
        .map(|e| {
            (
                e["objectIdentifier"]["id"].as_i64().unwrap(),
                e["revisionHash"].clone(),
            )
        })
        .collect()
}

#[tokio::test]
async fn walk_through_c_syncs_an_environment() {
    let a = engine_a().await;
    let mut with_source = 0;
    for environment in a.get("environments?page_size=1000").await.json()["responseList"]
        .as_array()
        .unwrap()
    {
        let b = engine_b_synced(&a).await;
        let id = environment["environmentId"].as_i64().unwrap();
        let list = a
            .get(&format!(
                "syncable-objects/environments/{id}?page_number=1&page_size=999"
            ))
            .await
            .json();
        assert_eq!(
            list["_pageInfo"],
            json!({ "numberOnPage": 1, "total": 1 }),
            "{list}"
        );
        let listed = list["responseList"][0].clone();
        assert_eq!(
            (&listed["objectType"], &listed["objectIdentifier"]),
            (&json!("ENVIRONMENT"), &json!({ "id": id }))
        );
        assert!(can_be_exported(&listed), "{listed}");

        let own = new_environment(&b, environment["environmentName"].as_str().unwrap()).await;
        let dummy = new_environment(&b, "dummy").await;
        let document = export(&a, std::slice::from_ref(&listed)).await;
        let jobs = a
            .get(&format!("masking-jobs?environment_id={id}&page_size=1000"))
            .await
            .json();
        let on_the_fly = jobs["responseList"]
            .as_array()
            .unwrap()
            .iter()
            .any(|job| job["onTheFlyMasking"] == true);
        let query = format!("force_overwrite=true&environment_id={own}");
        if on_the_fly {
            with_source += 1;
            let before = state(&b).await;
            let reply = import(&b, &query, &document).await;
            assert_eq!(reply.status, 400, "no source_environment_id: {reply:?}");
            let same = import(&b, &format!("{query}&source_environment_id={own}"), &document).await;
            assert_eq!(same.status, 400, "{same:?}");
            assert_eq!(
                same.error().trim_end_matches('.'),
                "Source environment cannot be the same as environment"
            );
            assert_eq!(state(&b).await, before);
        }
        let query = format!("{query}&source_environment_id={dummy}");
        let first = all_success(&import(&b, &query, &document).await);
        for ((object_type, _), (_, imported)) in &first {
            if object_type == "SOURCE_DATABASE_CONNECTOR" {
                let source = b.get(&format!("database-connectors/{}", imported["id"])).await;
                assert_eq!(
                    source.status, 200,
                    "the source {imported} is a connector: {source:?}"
                );
                assert_eq!(
                    source.json()["environmentId"],
                    dummy,
                    "the source is in its environment"
                );
            }
        }
        let there = b
            .get(&format!("syncable-objects/environments/{own}"))
            .await
            .json();
        assert_eq!(
            there["responseList"][0]["revisionHash"], listed["revisionHash"],
            "{environment}"
        );
        assert_eq!(
            all_success(&import(&b, &query, &document).await),
            first,
            "twice is once"
        );
        for path in [
            "database-connectors",
            "database-rulesets",
            "file-connectors",
            "masking-jobs",
            "profile-jobs",
        ] {
            let (theirs, ours) = (count(&a, path, id).await, count(&b, path, own).await);
            assert_eq!(theirs, ours, "{path} of {environment}");
        }
        let deleted = b
            .call("DELETE", &format!("environments/{dummy}"), &Value::Null)
            .await;
        assert_eq!(deleted.status, 200, "{deleted:?}");
    }
    assert!(with_source > 0, "no environment of the demo has a job on the fly");
    assert_eq!(a.get("syncable-objects/environments/99").await.status, 404);
}

/// The number of list entries that belong to an environment.
async fn count(client: &Client, path: &str, environment: i64) -> i64 {
    let list = client
        .get(&format!("{path}?environment_id={environment}&page_size=1000"))
        .await
        .json();
    list["_pageInfo"]["total"]
        .as_i64()
        .unwrap_or_else(|| panic!("{path}: {list}"))
}

#[tokio::test]
async fn walk_through_d_distinguishes_identical_from_changed() {
    let a = engine_a().await;
    let b = engine_b_synced(&a).await;
    let document = export(&a, &[entry("MASKING_JOB", 4)]).await;
    let without = "force_overwrite=false&environment_id=1";
    let first = all_success(&import(&b, without, &document).await);
    let before = state(&b).await;
    assert_eq!(all_success(&import(&b, without, &document).await), first);
    assert_eq!(state(&b).await, before, "an identical import writes nothing");

    let list = b
        .get("syncable-objects?object_type=DATABASE_RULESET")
        .await
        .json();
    let (ruleset, hash) = (
        &list["responseList"][0]["objectIdentifier"]["id"],
        &list["responseList"][0]["revisionHash"],
    );
    let put = b
        .call(
            "PUT",
            &format!("database-rulesets/{ruleset}"),
            &json!({ "refreshDropsTables": true }),
        )
        .await;
    assert_eq!(put.status, 200, "{put:?}");
    let changed = b
        .get("syncable-objects?object_type=DATABASE_RULESET")
        .await
        .json();
    assert_ne!(
        changed["responseList"][0]["revisionHash"], *hash,
        "a saved ruleset has a new hash"
    );
    let before = state(&b).await;
    let reply = import(&b, without, &document).await;
    assert_eq!(reply.status, 409, "{reply:?}");
    assert_eq!(failed(&reply), ["DATABASE_RULESET"], "{reply:?}");
    assert_eq!(state(&b).await, before, "a failed import changes nothing");

    let reply = import(&b, "force_overwrite=true&environment_id=1", &document).await;
    assert_eq!(all_success(&reply), first, "the same ids");
    let again = b
        .get("syncable-objects?object_type=DATABASE_RULESET")
        .await
        .json();
    assert_eq!(
        again["responseList"][0]["revisionHash"], *hash,
        "A's hash is back"
    );
}

#[tokio::test]
async fn walk_through_e_refuses_a_job_without_its_algorithms() {
    let (a, b) = (engine_a().await, engine_b().await);
    let document = export(&a, &[entry("MASKING_JOB", 4)]).await;
    let before = state(&b).await;
    for query in [
        "force_overwrite=false&environment_id=1",
        "force_overwrite=true&environment_id=1",
    ] {
        let reply = import(&b, query, &document).await;
        assert_eq!(reply.status, 404, "{reply:?}");
        let failed = failed(&reply);
        assert!(
            failed.len() == 1 && failed[0].ends_with("_REFERENCE"),
            "{failed:?} {reply:?}"
        );
        let statuses: BTreeSet<_> = outcomes(&reply).into_values().map(|(status, _)| status).collect();
        assert!(
            statuses.contains("SKIPPED"),
            "what comes after the failure is skipped: {reply:?}"
        );
        assert_eq!(state(&b).await, before);
    }
    // The task fails, too, and its file has the same outcomes.
    let task = import_async(&b, "force_overwrite=false&environment_id=1", "", &document).await;
    assert_eq!(task.status, 200, "{task:?}");
    let task = wait(&b, &task.json()).await;
    assert_eq!(task["status"], "FAILED", "{task}");
    let file = b
        .get(&format!("file-downloads/{}", task["reference"].as_str().unwrap()))
        .await;
    assert_eq!((file.status, failed(&file).len()), (200, 1), "{file:?}");
    assert_eq!(state(&b).await, before);
}

#[tokio::test]
async fn walk_through_f_logs_in_again_after_the_token_expires() {
    let start = |settings| {
        Client::of(
            MockEngine::builder()
                .settings(settings)
                .clock(Clock::frozen(1_529_094_995_483)),
        )
    };
    let (a, mut b) = (start(settings_a()).await, start(settings_b()).await);
    let document = export(&a, &[entry(GLOBAL.0, GLOBAL.1)]).await;
    b.engine.clock().advance(Duration::from_hours(2));
    let before = state(&b).await;
    let reply = import(&b, "force_overwrite=true", &document).await;
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (401, "Provided Authentication has expired. Please log in again.")
    );
    let reply = import_async(&b, "force_overwrite=true", "", &document).await;
    assert_eq!(reply.status, 401, "{reply:?}");
    b.login().await;
    assert_eq!(state(&b).await, before);
    all_success(&import(&b, "force_overwrite=true", &document).await);
}
