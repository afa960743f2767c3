//! Ten details of the API on which clients rely.

use std::collections::BTreeSet;

use mock_engine::MockEngine;
use serde_json::{Map, Value, json};

use crate::support::client::{Client, exchange, form};
use crate::support::pair::{
    GLOBAL, all_success, altered, engine_a, engine_b, engine_b_synced, entry, export, failed, find, import,
    import_async, settings_a, syncable, wait,
};

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn item_01_post_answers_200_or_the_configured_201() {
    for status in [200, 201] {
        let code = http::StatusCode::from_u16(status).unwrap();
        let client = Client::of(MockEngine::builder().settings(settings_a()).created_status(code)).await;
        let document = client
            .call("POST", "export", &json!([entry(GLOBAL.0, GLOBAL.1)]))
            .await;
        let login = json!({ "username": "u", "password": "p" });
        let environment = json!({ "environmentName": "new", "application": "new", "purpose": "MASK" });
        let algorithm = json!({ "algorithmName": "new", "algorithmType": "LOOKUP" });
        let mut replies = vec![("export", document)];
        for (path, body) in [
            ("login", login),
            ("applications", json!({ "applicationName": "new" })),
            ("environments", environment),
            ("algorithms", algorithm),
            (
                "domains",
                json!({ "domainName": "NEW", "defaultAlgorithmCode": "new" }),
            ),
        ] {
            replies.push((path, client.call("POST", path, &body).await));
        }
        let document = replies[0].1.body.clone();
        replies.push(("import", import(&client, "force_overwrite=true", &document).await));
        let (headers, body) = form("file", "x.txt", b"x");
        replies.push((
            "file-uploads",
            client
                .raw("POST", "/masking/api/file-uploads", &headers, &body)
                .await,
        ));
        let task = client
            .call("POST", "export-async", &json!([entry(GLOBAL.0, GLOBAL.1)]))
            .await;
        wait(&client, &task.json()).await;
        replies.push(("export-async", task));
        let task = import_async(&client, "force_overwrite=true", "", &document).await;
        wait(&client, &task.json()).await;
        replies.push(("import-async", task));
        for (path, reply) in replies {
            assert_eq!(reply.status, status, "{path} {reply:?}");
        }
    }
}

#[tokio::test]
async fn item_02_boolean_may_have_any_case() {
    let (a, b) = (engine_a().await, engine_b().await);
    let document = export(&a, &[find(&a, "LOOKUP", |_| true).await]).await;
    for value in ["True", "False", "true", "false", "TRUE", "FALSE", "fAlSe"] {
        all_success(&import(&b, &format!("force_overwrite={value}"), &document).await);
        let task = import_async(&b, &format!("force_overwrite={value}"), "", &document).await;
        assert_eq!(task.status, 200, "{value} {task:?}");
        assert_eq!(wait(&b, &task.json()).await["status"], "SUCCEEDED", "{value}");
    }
}

#[tokio::test]
async fn item_03_import_reads_the_blob_alone() {
    let (a, b) = (engine_a().await, engine_b().await);
    let document = export(
        &a,
        &[
            find(&a, "LOOKUP", |_| true).await,
            find(&a, "KEY", |_| true).await,
        ],
    )
    .await;
    let expected = all_success(&import(&b, "force_overwrite=true", &document).await);
    let lies = json!({
        "exportHost": "elsewhere", "exportDate": "never", "requestedObjectList": [],
        "exportedObjectList": [{ "objectIdentifier": { "id": 7 }, "objectType": "DOMAIN", "revisionHash": "x" }],
    });
    type Change = fn(&mut Value, Value);
    let changes: [(&str, Change); 6] = [
        ("members in snake case", |metadata, _| {
            *metadata = snake_case(metadata.take());
        }),
        ("no requested objects", |metadata, _| {
            metadata.as_object_mut().unwrap().remove("requestedObjectList");
        }),
        ("identifiers without id", |metadata, _| {
            for entry in metadata["exportedObjectList"].as_array_mut().unwrap() {
                entry["objectIdentifier"] = json!({});
            }
        }),
        ("an empty object", |metadata, _| *metadata = json!({})),
        ("null", |metadata, _| *metadata = Value::Null),
        ("lies", |metadata, lies| *metadata = lies),
    ];
    for (name, change) in changes {
        let document = altered(&document, |d| {
            change(&mut d["exportResponseMetadata"], lies.clone());
        });
        let reply = import(&b, "force_overwrite=false", &document).await;
        assert_eq!(reply.status, 200, "{name}: {reply:?}");
        assert_eq!(all_success(&reply), expected, "{name}");
    }
}

fn snake_case(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let snake = |name: String| {
                name.chars().fold(String::new(), |mut text, c| {
                    if c.is_ascii_uppercase() {
                        text.push('_');
                    }
                    text.push(c.to_ascii_lowercase());
                    text
                })
            };
            members
                .into_iter()
                .map(|(name, value)| (snake(name), snake_case(value)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.into_iter().map(snake_case).collect(),
        other => other,
    }
}

#[tokio::test]
async fn item_04_query_may_have_extra_separators() {
    let a = engine_a().await;
    let keys = syncable(&a, "object_type=KEY").await;
    assert_eq!(keys.len(), 1, "{keys:?}");
    for path in [
        "syncable-objects?page_size=1000&&page_number=1&&object_type=KEY",
        "syncable-objects/?object_type=KEY",
        "syncable-objects?&object_type=KEY&",
        "syncable-objects?object_type=KEY&&&",
    ] {
        let reply = a.get(path).await;
        assert_eq!(reply.status, 200, "{path} {reply:?}");
        assert_eq!(reply.json()["responseList"], json!(keys), "{path}");
    }
    let (bare, plain) = (a.get("environments?").await, a.get("environments").await);
    assert_eq!((bare.status, bare.json()), (200, plain.json()));
    let reply = a.get("algorithm/frameworks/?include_schema=true").await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn item_05_id_may_be_text_and_unknown_member_is_ignored() {
    let b = engine_b().await;
    let connector = json!({
        "connectorName": "c", "databaseType": "ORACLE", "environmentId": "1", "port": 1521, "unheardOf": { "x": [1] },
    });
    let connector = b
        .create("database-connectors", &connector, "databaseConnectorId")
        .await;
    let ruleset = json!({ "rulesetName": "r", "databaseConnectorId": connector.to_string() });
    let ruleset = b.create("database-rulesets", &ruleset, "databaseRulesetId").await;
    let job = json!({ "jobName": "j", "rulesetId": ruleset.to_string(), "unheardOf": true });
    let job = b.create("masking-jobs", &job, "maskingJobId").await;
    assert_eq!(
        b.get(&format!("masking-jobs/{job}")).await.json()["rulesetId"],
        ruleset
    );
    assert_eq!(
        b.get(&format!("database-connectors/{connector}")).await.json()["environmentId"],
        1
    );
    for (path, body) in [
        (
            "domains",
            json!({ "domainName": "D", "classification": "CUSTOMER-FACING", "defaultAlgorithmCode": "FirstNameLookup" }),
        ),
        (
            "environments",
            json!({ "environmentName": "e", "application": "app of env", "odd": null }),
        ),
    ] {
        let reply = b.call("POST", path, &body).await;
        assert_eq!(reply.status, 200, "{path} {reply:?}");
    }
}

#[tokio::test]
async fn item_06_error_is_an_object_and_failed_import_an_array() {
    let (a, b) = (engine_a().await, engine_b().await);
    let job = export(&a, &[entry("MASKING_JOB", 4)]).await;
    for (query, document) in [
        ("force_overwrite=false", job.as_slice()),
        ("force_overwrite=false&environment_id=99", &job),
        (
            "force_overwrite=false&environment_id=1&source_environment_id=1",
            &job,
        ),
        ("environment_id=1", &job),
        ("force_overwrite=false&environment_id=1", b"{}"),
    ] {
        let reply = import(&b, query, document).await;
        assert_eq!(reply.status, 400, "{query} {reply:?}");
        assert!(!reply.error().is_empty());
    }
    let reply = import(&b, "force_overwrite=false&environment_id=1", &job).await;
    assert_eq!(reply.status, 404, "{reply:?}");
    assert_eq!(failed(&reply).len(), 1, "{reply:?}");
}

#[tokio::test]
async fn item_07_header_name_may_have_any_case_and_no_space() {
    let (a, b) = (engine_a().await, engine_b().await);
    let request = json!([find(&a, "LOOKUP", |_| true).await]).to_string();
    for (token, passphrase) in [
        ("authorization: ", "passphrase: "),
        ("Authorization:", "Passphrase:"),
        ("AUTHORIZATION:\t", "PASSPHRASE:   "),
        ("aUTHORIZATION:", "passPhrase:"),
    ] {
        let head = |client: &Client, target: &str, length: usize| {
            format!(
                "POST /masking/api/{target} HTTP/1.1\r\nhOST:localhost\r\nCONNECTION:close\r\ncontent-LENGTH:{length}\r\n\
                 {token}{}\r\n{passphrase}my example passphrase\r\ncontent-TYPE:application/json\r\n\r\n",
                client.token
            )
        };
        let bytes = [head(&a, "export", request.len()).as_bytes(), request.as_bytes()].concat();
        let exported = exchange(a.engine.address(), &bytes).await;
        assert_eq!(exported.status, 200, "{token:?} {exported:?}");
        // The document is encrypted, so the engine refuses it without the passphrase.
        assert_eq!(
            import(&b, "force_overwrite=true", &exported.body).await.status,
            400,
            "{passphrase:?}"
        );
        let head = head(&b, "import?force_overwrite=true", exported.body.len());
        let bytes = [head.as_bytes(), &exported.body].concat();
        all_success(&exchange(b.engine.address(), &bytes).await);
    }
}

#[tokio::test]
async fn item_08_probe_without_a_valid_token_gets_401() {
    let mut client = engine_a().await;
    let probe = "GET /masking/api/applications HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let reply = exchange(client.engine.address(), probe.as_bytes()).await;
    assert_eq!(reply.status, 401, "{reply:?}");
    assert!(!reply.error().is_empty());
    let good = std::mem::take(&mut client.token);
    for token in [
        "",
        "x",
        "Bearer x",
        &format!("Bearer {good}"),
        &format!("{good}x"),
    ] {
        client.token = token.to_owned();
        let reply = client.get("applications").await;
        assert_eq!(reply.status, 401, "{token:?} {reply:?}");
    }
    client.token = good;
    assert_eq!(client.get("applications").await.status, 200);
}

#[tokio::test]
async fn item_09_download_ignores_the_accept_header() {
    let a = engine_a().await;
    let task = a
        .call("POST", "export-async", &json!([entry("MASKING_JOB", 4)]))
        .await
        .json();
    let reference = task["reference"].as_str().unwrap();
    let mut bodies = BTreeSet::new();
    for accept in [
        "",
        "Accept: application/json\r\n",
        "accept: application/octet-stream\r\n",
        "Accept: image/png\r\n",
    ] {
        for reference in [reference.to_owned(), reference.replace('=', "%3D")] {
            let target = format!("/masking/api/file-downloads/{reference}");
            let reply = a.raw("GET", &target, accept, b"").await;
            assert_eq!(reply.status, 200, "{accept} {reply:?}");
            assert!(reply.head.contains("application/octet-stream"), "{}", reply.head);
            bodies.insert(reply.body);
        }
    }
    assert_eq!(bodies.len(), 1);
    let document: Value = serde_json::from_slice(bodies.first().unwrap()).unwrap();
    let members: Vec<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        BTreeSet::from_iter(members),
        BTreeSet::from(["blob", "exportResponseMetadata", "publicKey", "signature"])
    );
}

#[tokio::test]
async fn item_10_export_echoes_the_request_and_lists_all_objects() {
    let a = engine_a().await;
    let plain = entry("MASKING_JOB", 4);
    let nonsense = json!({ "objectType": "KEY", "revisionHash": "nonsense", "objectIdentifier": { "keyId": "global" }, "more": [1] });
    let request = json!([plain, nonsense]).to_string();
    let reply = a.raw("POST", "/masking/api/export", "", request.as_bytes()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let text = String::from_utf8(reply.body.clone()).unwrap();
    assert!(
        text.starts_with(r#"{"exportResponseMetadata":{"exportHost":"a.example.com","exportDate":""#),
        "{text:.300}"
    );
    assert!(!text.contains('\n'));
    let metadata = reply.json()["exportResponseMetadata"].clone();
    assert_eq!(metadata["requestedObjectList"], json!([plain, nonsense]));

    let listed: Vec<(Value, Value)> = metadata["exportedObjectList"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let members: Vec<_> = entry.as_object().unwrap().keys().cloned().collect();
            assert_eq!(members.len(), 3, "{entry}");
            assert_eq!(entry["revisionHash"].as_str().unwrap().len(), 40, "{entry}");
            (entry["objectType"].clone(), entry["objectIdentifier"].clone())
        })
        .collect();
    for wanted in [
        ("MASKING_JOB", json!({ "id": 4 })),
        ("KEY", json!({ "keyId": "global" })),
    ] {
        let times = listed
            .iter()
            .filter(|(t, id)| *t == wanted.0 && *id == wanted.1)
            .count();
        assert_eq!(times, 1, "{wanted:?} {listed:?}");
    }
    // The list has the same objects as the blob, which an import reports.
    let b = engine_b_synced(&a).await;
    let imported = all_success(&import(&b, "force_overwrite=true&environment_id=1", &reply.body).await);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let listed: BTreeSet<_> = listed.iter().map(|(t, id)| (text(t), id.to_string())).collect();
    assert_eq!(listed, imported.into_keys().collect());
}

#[tokio::test]
async fn async_export_gives_the_same_document_as_the_synchronous_one() {
    // Each export has new times and ids. Two engines with the same seed make the same ones.
    let settings = || {
        settings_a().with(|settings| {
            settings.seed = Some(7);
        })
    };
    let clock = || mock_engine::Clock::frozen(1_529_094_995_483);
    let one = Client::of(MockEngine::builder().settings(settings()).clock(clock())).await;
    let request = json!([entry(GLOBAL.0, GLOBAL.1)]);
    let task = one.call("POST", "export-async", &request).await.json();
    let file = one
        .get(&format!("file-downloads/{}", task["reference"].as_str().unwrap()))
        .await;
    let answer = one.call("POST", "export", &request).await;
    let lists = |body: &[u8]| {
        let metadata = serde_json::from_slice::<Value>(body).unwrap()["exportResponseMetadata"].take();
        let entries = metadata["exportedObjectList"].as_array().unwrap();
        let exported: BTreeSet<_> = entries.iter().map(ToString::to_string).collect();
        (
            metadata["exportHost"].clone(),
            metadata["exportDate"].clone(),
            metadata["requestedObjectList"].clone(),
            exported,
        )
    };
    assert_eq!(lists(&file.body), lists(&answer.body));
}
