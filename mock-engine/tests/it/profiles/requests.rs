//! What a profile changes about requests and answers.

use std::collections::BTreeSet;

use http::StatusCode;
use mock_engine::Profile;
use serde_json::{Value, json};

use super::{builder, demo, empty, objects, succeeded};
use crate::support::client::{Client, form};

/// What the table says, written down a second time.
const EXPECTED: [(Profile, &str, u16, bool); 4] = [
    (Profile::V5_3, "5.3.3.0", 200, false),
    (Profile::V6_0, "6.0.1.0", 200, false),
    (Profile::V6_0_15, "6.0.15.0", 200, false),
    (Profile::V2025, "2025.2.0.0", 201, true),
];

#[tokio::test]
async fn profile_decides_version_and_status_of_posts() {
    for (profile, version, status, _) in EXPECTED {
        let client = empty(profile).await;
        let said = client.get("system-information").await.json();
        assert_eq!(said["version"], version);
        let body = json!({ "applicationName": "One" });
        let made = client.call("POST", "applications", &body).await;
        assert_eq!(made.status, status, "{profile}");
        let health = client.raw("GET", "/__admin/health", "", b"").await.json();
        assert_eq!(health["profile"], profile.name());
        assert_eq!(health["engineVersion"], version);
    }
}

#[tokio::test]
async fn explicit_settings_override_a_profile() {
    let builder = builder(Profile::V2025).empty().created_status(StatusCode::OK);
    let client = Client::of(builder).await;
    let body = json!({ "applicationName": "One" });
    assert_eq!(client.call("POST", "applications", &body).await.status, 200);
    let settings = mock_engine::Settings::default().profiled(Profile::V5_3);
    let settings = settings.with(|settings| settings.version = "5.3.9.0".to_owned());
    let client = Client::of(mock_engine::MockEngine::builder().settings(settings).empty()).await;
    let said = client.get("system-information").await.json();
    assert_eq!(said["version"], "5.3.9.0");
    assert_eq!(client.get("monitor-task").await.status, 404);
}

/// The entry of the global key in an export request.
fn key() -> Value {
    json!({ "objectIdentifier": { "keyId": "global" }, "objectType": "KEY" })
}

/// The endpoints of a document, as `METHOD path`.
fn endpoints(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            found.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    found
}

async fn document(client: &Client) -> Value {
    client.raw("GET", "/__admin/openapi.json", "", b"").await.json()
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn endpoints_of_other_versions_are_unknown() {
    let every = endpoints(&document(&Client::new().await).await);
    let base = "/masking/api";
    let copies = [
        "POST /environments/{id}/copy",
        "PUT /database-rulesets/{id}/copy",
        "PUT /file-rulesets/{id}/copy",
    ];
    let rows = |path: &str, key: &str| {
        [
            format!("GET /{path}"),
            format!("POST /{path}"),
            format!("GET /{path}/{{{key}}}"),
            format!("PUT /{path}/{{{key}}}"),
            format!("DELETE /{path}/{{{key}}}"),
        ]
    };
    let read = |path: &str| [format!("GET /{path}"), format!("GET /{path}/{{key}}")];
    let text = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();

    let mut after_6_0_15: Vec<String> = rows("classifiers", "key").to_vec();
    after_6_0_15.extend(read("classifiers/frameworks"));
    after_6_0_15.push("POST /v2/export".to_owned());
    let mut after_6_0: Vec<String> = text(&copies);
    after_6_0.extend(text(&[
        "GET /monitor-task",
        "GET /monitor-task/{id}",
        "GET /syncable-objects/environments/{id}",
        "GET /file-uploads",
        "DELETE /file-uploads",
        "GET /file-uploads/{uuid}",
        "DELETE /file-uploads/{uuid}",
    ]));
    after_6_0.extend(read("algorithm/frameworks"));
    after_6_0.extend(after_6_0_15.clone());
    let mut after_5_3: Vec<String> = [
        "jdbc-drivers",
        "mount-filesystem",
        "tokenization-jobs",
        "reidentification-jobs",
    ]
    .iter()
    .flat_map(|path| rows(path, "key"))
    .collect();
    after_5_3.extend(
        ["connect", "disconnect", "remount"].map(|verb| format!("PUT /mount-filesystem/{{id}}/{verb}")),
    );
    after_5_3.extend(after_6_0.clone());
    let expressions = rows("profile-expressions", "key").to_vec();

    for (profile, lacking) in [
        (Profile::V5_3, after_5_3),
        (Profile::V6_0, after_6_0),
        (Profile::V6_0_15, after_6_0_15),
        (Profile::V2025, expressions),
    ] {
        let client = empty(profile).await;
        let listed = endpoints(&document(&client).await);
        let missing: BTreeSet<String> = every.difference(&listed).cloned().collect();
        let expected: BTreeSet<String> = lacking
            .iter()
            .map(|endpoint| endpoint.replacen(" /", &format!(" {base}/"), 1))
            .collect();
        assert_eq!(missing, expected, "{profile}");
        assert!(listed.is_subset(&every), "{profile}");
        for endpoint in &expected {
            let (method, path) = endpoint.split_once(' ').unwrap();
            let known = listed.iter().any(|known| known.ends_with(&format!(" {path}")));
            let path: Vec<&str> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "1" } else { part })
                .collect();
            let reply = client.raw(method, &path.join("/"), "", b"").await;
            // A path of other methods is known. A name below another path may be an id there.
            let expected = if known { 405 } else { 404 };
            assert_eq!(reply.status, expected, "{profile} {endpoint}: {reply:?}");
        }
    }
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn openapi_names_the_types_of_the_profile() {
    for (profile, has, lacks) in [
        (Profile::V5_3, "PROFILE_EXPRESSION", "APPLICATION_SETTINGS"),
        (Profile::V6_0, "JDBC_DRIVER", "USER_ALGORITHM"),
        (Profile::V6_0_15, "ENVIRONMENT", "CLASSIFIER"),
        (Profile::V2025, "CLASSIFIER", "PROFILE_EXPRESSION"),
    ] {
        let client = demo(profile).await;
        let document = document(&client).await;
        let list = &document["paths"]["/masking/api/syncable-objects"]["get"]["parameters"];
        let types = list
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == "object_type")
            .unwrap();
        let types = types["schema"]["enum"].as_array().unwrap();
        assert!(
            types.contains(&json!(has)) && !types.contains(&json!(lacks)),
            "{profile}"
        );
        assert_eq!(
            client
                .get(&format!("syncable-objects?object_type={has}"))
                .await
                .status,
            200
        );
        let refused = client.get(&format!("syncable-objects?object_type={lacks}")).await;
        assert_eq!(refused.status, 400, "{profile} {refused:?}");
        let listed = objects(&client, "").await;
        let known = |entry: &Value| types.contains(&entry["objectType"]);
        assert!(listed.iter().all(known), "{profile}");
        let entry = json!([{ "objectIdentifier": { "id": 1 }, "objectType": lacks }]);
        assert_eq!(client.call("POST", "export", &entry).await.status, 400);
    }
}

#[tokio::test]
async fn lists_and_exports_have_the_form_of_the_version() {
    for (profile, _, _, newer) in EXPECTED {
        let client = demo(profile).await;
        let page = client.get("syncable-objects").await.json();
        assert_eq!(page["_pageInfo"]["numberOnPage"], 100, "{profile}");
        assert!(page["_pageInfo"]["total"].as_u64().unwrap() > 100, "{profile}");
        let asked = client.get("syncable-objects?page_size=101").await.json();
        assert_eq!(asked["_pageInfo"]["numberOnPage"], 101);
        let has_id = |object: &Value| object["revisionId"].is_string() == newer;
        assert!(
            page["responseList"].as_array().unwrap().iter().all(has_id),
            "{profile}"
        );
        let entry = json!([{ "objectIdentifier": { "id": 4 }, "objectType": "MASKING_JOB" }]);
        let document = client.call("POST", "export?structure=ZIP", &entry).await;
        assert_eq!(document.body.starts_with(b"PK"), newer, "{profile}");
    }
}

#[tokio::test]
async fn rows_have_the_members_of_the_version() {
    for (profile, has, lacks) in [
        (Profile::V5_3, "isLocked", "userStatus"),
        (Profile::V6_0, "isLocked", "userStatus"),
        (Profile::V6_0_15, "userStatus", "isLocked"),
        (Profile::V2025, "userStatus", "isLocked"),
    ] {
        let client = empty(profile).await;
        let made = json!({ "userName": "eve", "firstName": "E", "lastName": "V", "email": "e@example.com" });
        let made = client.call("POST", "users", &made).await.json();
        let path = format!("users/{}", made["userId"]);
        let changed = client
            .call("PUT", &path, &json!({ "firstName": "Eva" }))
            .await
            .json();
        let listed = client.rows("users").await;
        let listed = listed.iter().find(|row| row["userName"] == "eve").unwrap();
        for row in [&made, &changed, &client.get(&path).await.json(), listed] {
            assert!(!row[has].is_null() && row[lacks].is_null(), "{profile} {row}");
        }
    }
}

#[tokio::test]
async fn only_2025_says_why_a_task_failed() {
    for (profile, _, _, newer) in EXPECTED {
        let client = empty(profile).await;
        let document = super::export(&client, &[key()]).await;
        let replaced = client.call("PUT", "encryptionKey", &Value::Null).await;
        client.ended(&replaced.json()).await;
        // Without force, another key is never overwritten.
        let (headers, body) = form("file", "export.json", &document);
        let started = client
            .raw(
                "POST",
                "/masking/api/import-async?force_overwrite=false",
                &headers,
                &body,
            )
            .await;
        assert!(succeeded(&started), "{started:?}");
        let ended = client.ended(&started.json()).await;
        assert_eq!(ended["status"], "FAILED", "{profile} {ended}");
        assert_eq!(ended["exceptionDetail"].is_string(), newer, "{profile} {ended}");
    }
}

#[tokio::test]
async fn openapi_has_no_unused_shape_and_no_other_member() {
    for profile in [Profile::V6_0, Profile::V2025] {
        let document = document(&empty(profile).await).await;
        let text = document.to_string();
        let shapes = document["components"]["schemas"].as_object().unwrap();
        for name in shapes.keys() {
            assert!(
                text.contains(&format!("\"#/components/schemas/{name}\"")),
                "{profile} {name}"
            );
        }
        let needed = shapes["execution-components-entry"]["required"]
            .as_array()
            .unwrap();
        let newer = profile == Profile::V2025;
        assert_eq!(needed.contains(&json!("bytesTotal")), newer, "{profile}");
        assert_eq!(shapes.contains_key("classifiers-entry"), newer, "{profile}");
    }
}

#[tokio::test]
async fn only_2025_syncs_at_the_same_time() {
    for (profile, _, _, newer) in EXPECTED {
        let slow = mock_engine::Pace::Delay(std::time::Duration::from_secs(60));
        let client = Client::of(builder(profile).empty().task_pace(slow)).await;
        let first = client.call("POST", "export-async", &json!([key()])).await;
        assert!(succeeded(&first), "{first:?}");
        let second = client
            .call("POST", "import?force_overwrite=true", &json!({}))
            .await;
        // The document is nonsense, so it's refused where it's looked at.
        assert_eq!(
            second.status,
            if newer { 400 } else { 409 },
            "{profile} {second:?}"
        );
    }
}

#[tokio::test]
async fn names_are_checked_from_6_0_on() {
    for (profile, checks) in [
        (Profile::V5_3, false),
        (Profile::V6_0, true),
        (Profile::V6_0_15, true),
        (Profile::V2025, true),
    ] {
        let client = empty(profile).await;
        let body = json!({ "applicationName": "A/B" });
        let reply = client.call("POST", "applications", &body).await;
        assert_eq!(reply.status == 400, checks, "{profile} {reply:?}");
    }
}

#[tokio::test]
async fn algorithms_of_other_versions_cannot_be_made() {
    for (profile, mapplets, components) in [
        (Profile::V5_3, true, false),
        (Profile::V6_0, true, false),
        (Profile::V6_0_15, false, true),
        (Profile::V2025, false, true),
    ] {
        let client = empty(profile).await;
        for (kind, allowed) in [("CUSTOM_ALGORITHM", mapplets), ("COMPONENT", components)] {
            let body = json!({ "algorithmName": "Mine", "algorithmType": kind });
            let reply = client.call("POST", "algorithms", &body).await;
            assert_eq!(succeeded(&reply), allowed, "{profile} {kind} {reply:?}");
            if !allowed {
                assert_eq!(reply.status, 400);
                assert!(reply.error().contains("has no objects of type"), "{reply:?}");
                assert_eq!(client.get("algorithms/Mine").await.status, 404);
            } else {
                client.call("DELETE", "algorithms/Mine", &Value::Null).await;
            }
        }
    }
}
