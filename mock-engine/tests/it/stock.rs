//! What a new engine contains, which values it fills in, and what it refuses.

use mock_engine::MockEngine;
use mock_engine::Settings;
use serde_json::{Value, json};

use crate::support::client::{Client, form};

fn column<'a>(rows: &'a [Value], member: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[member].as_str().unwrap()).collect()
}

/// Creates an application, an environment and a connector, all with id 1.
async fn with_connector(client: &Client) {
    client
        .create(
            "applications",
            &json!({ "applicationName": "app" }),
            "applicationId",
        )
        .await;
    let environment = json!({ "environmentName": "env", "application": "app", "purpose": "MASK" });
    assert_eq!(
        client.create("environments", &environment, "environmentId").await,
        1
    );
    let connector = json!({ "connectorName": "con", "databaseType": "ORACLE", "environmentId": 1 });
    assert_eq!(
        client
            .create("database-connectors", &connector, "databaseConnectorId")
            .await,
        1
    );
}

#[tokio::test]
async fn every_engine_has_roles_settings_frameworks_and_drivers() {
    for builder in [
        MockEngine::builder(),
        MockEngine::builder().fresh(),
        MockEngine::builder().empty(),
    ] {
        let client = Client::of(builder).await;
        let roles = client.rows("roles").await;
        assert_eq!(
            (&roles[0]["roleId"], &roles[0]["roleName"]),
            (&json!(1), &json!("All Privileges"))
        );
        assert_eq!(roles[0]["maskingJob"]["run"], true);
        for name in [
            "DBA",
            "Environment Owner",
            "IT Security Analyst",
            "Operator",
            "SME",
        ] {
            assert!(column(&roles, "roleName").contains(&name), "{name}");
        }
        let settings = client.rows("application-settings?setting_group=ldap").await;
        let ids: Vec<_> = settings
            .iter()
            .map(|row| row["settingId"].as_i64().unwrap())
            .collect();
        assert_eq!(ids, [30, 31, 32, 33, 34, 35, 51]);
        assert_eq!(
            (&settings[0]["settingName"], &settings[0]["settingValue"]),
            (&json!("Enable"), &json!("false"))
        );
        let changed = client
            .call(
                "PUT",
                "application-settings/31",
                &json!({ "settingValue": "h.example.com" }),
            )
            .await;
        assert_eq!(changed.json()["settingValue"], "h.example.com");
        assert_eq!(changed.json()["settingName"], "LdapHost");
        assert_eq!(
            client.get("application-settings/54").await.json()["settingGroup"],
            "algorithm"
        );

        let frameworks = client.rows("algorithm/frameworks/?include_schema").await;
        let name = frameworks
            .iter()
            .find(|row| row["frameworkName"] == "Name")
            .unwrap();
        assert_eq!(
            (&name["frameworkId"], &name["plugin"]["pluginId"]),
            (&json!(25), &json!(7))
        );
        let frameworks = client.rows("classifiers/frameworks?include_schema=false").await;
        let listed: Vec<_> = frameworks
            .iter()
            .map(|row| {
                (
                    row["frameworkName"].as_str().unwrap(),
                    row["frameworkId"].as_i64().unwrap(),
                )
            })
            .collect();
        assert_eq!(listed, [("DATA", 1), ("LIST", 2), ("PATH", 3), ("TYPE", 4)]);

        assert!(!client.rows("jdbc-drivers?is_built_in=true").await.is_empty());
        assert!(client.rows("jdbc-drivers?is_built_in=false").await.is_empty());
        let (head, body) = form("file", "driver.zip", b"bytes");
        let upload = client
            .raw("POST", "/masking/api/file-uploads", &head, &body)
            .await
            .json();
        let driver = json!({
            "driverName": "Mine", "driverClassName": "com.example.Driver", "fileReferenceId": upload["fileReferenceId"],
        });
        let id = client.create("jdbc-drivers", &driver, "jdbcDriverId").await;
        let own = client.rows("jdbc-drivers?is_built_in=false").await;
        assert_eq!((own.len(), &own[0]["jdbcDriverId"]), (1, &json!(id)));
        assert_eq!(
            (&own[0]["builtIn"], &own[0]["uploadedBy"]),
            (&json!(false), &json!("user123"))
        );
    }
}

#[tokio::test]
async fn fresh_engine_has_the_stock_and_no_environment() {
    let client = Client::of(MockEngine::builder().fresh()).await;
    let sets = client.rows("profile-sets").await;
    assert_eq!(
        column(&sets, "profileSetName"),
        ["Financial", "HIPAA", "Standard"]
    );
    let expressions = client.rows("profile-expressions").await;
    assert_eq!(expressions.len(), 55);
    for (id, name) in [
        (1, "Birth Date"),
        (7, "Credit Card Number"),
        (30, "Certificate Number "),
        (50, "IP Address"),
    ] {
        let row = client.get(&format!("profile-expressions/{id}")).await.json();
        assert_eq!(row["expressionName"], name);
    }
    let domains = client.rows("domains").await;
    let card = domains
        .iter()
        .find(|row| row["domainName"] == "CREDIT CARD")
        .unwrap();
    assert_eq!(
        (&card["defaultAlgorithmCode"], &card["createdBy"]),
        (&json!("CreditCard"), &json!("admin"))
    );
    let algorithms = client.rows("algorithms").await;
    for name in [
        "SSN",
        "5 Digit Zip",
        "NameTK",
        "SecureShuffle",
        "dlpx-core:CM Digits",
    ] {
        assert!(column(&algorithms, "algorithmName").contains(&name), "{name}");
    }
    for path in [
        "environments",
        "applications",
        "database-connectors",
        "masking-jobs",
        "file-formats",
    ] {
        assert!(client.rows(path).await.is_empty(), "{path}");
    }
    with_connector(&client).await;
}

#[tokio::test]
async fn built_in_components_can_be_synced_from_6_0_4_on() {
    let listed = async |version: &str| {
        let settings = Settings::default().with(|settings| {
            settings.version = version.to_owned();
            settings.fresh = true;
        });
        let client = Client::of(MockEngine::builder().settings(settings)).await;
        let listed = client.rows("syncable-objects?object_type=USER_ALGORITHM").await;
        (client, listed)
    };
    let (client, none) = listed("6.0.3.0").await;
    assert!(none.is_empty());
    let sets = client.rows("profile-sets").await;
    assert_eq!(column(&sets, "profileSetName"), ["Financial", "HIPAA"]);
    let (client, listed) = listed("6.0.4.0").await;
    let wanted = json!({ "algorithmName": "dlpx-core:FirstName" });
    let found: Vec<_> = listed
        .iter()
        .filter(|row| row["objectIdentifier"] == wanted)
        .collect();
    assert_eq!(found.len(), 1, "{listed:?}");
    let document = client.call("POST", "export", &json!(found)).await.json();
    let exported = &document["exportResponseMetadata"]["exportedObjectList"];
    assert_eq!(exported.as_array().unwrap().len(), 1, "{exported}");
    assert_eq!(exported[0]["objectType"], "USER_ALGORITHM");
    let outcome = client
        .call("POST", "import?force_overwrite=True", &document)
        .await
        .json();
    assert_eq!(outcome[0]["importStatus"], "SUCCESS", "{outcome}");
    let row = client.get("algorithms/dlpx-core:FirstName").await.json();
    assert_eq!(
        (&row["algorithmType"], &row["frameworkId"]),
        (&json!("COMPONENT"), &json!(25))
    );
}

#[tokio::test]
async fn stock_can_be_synced_to_a_fresh_and_an_empty_engine() {
    let source = Client::of(MockEngine::builder().fresh().name("a")).await;
    let global = source.rows("syncable-objects?object_type=GLOBAL_OBJECT").await;
    let document = source.call("POST", "export", &json!(global)).await.json();
    for target in [
        MockEngine::builder().fresh().name("b"),
        MockEngine::builder().empty().name("c"),
    ] {
        let target = Client::of(target).await;
        let settings = target.rows("application-settings").await.len();
        let reply = target
            .call("POST", "import?force_overwrite=true", &document)
            .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let outcomes = reply.json();
        let good = |row: &Value| row["importStatus"] == "SUCCESS";
        assert!(outcomes.as_array().unwrap().iter().all(good), "{outcomes}");
        // The engine keeps its own settings.
        assert_eq!(target.rows("application-settings").await.len(), settings);
        assert_eq!(
            target.rows("syncable-objects?object_type=GLOBAL_OBJECT").await,
            global
        );
    }
}

#[tokio::test]
async fn new_job_gets_defaults() {
    let client = Client::of(MockEngine::builder().fresh()).await;
    with_connector(&client).await;
    let ruleset = json!({ "rulesetName": "rules", "databaseConnectorId": 1 });
    client
        .create("database-rulesets", &ruleset, "databaseRulesetId")
        .await;
    let shown = client.get("database-rulesets/1").await.json();
    assert_eq!(
        (&shown["environmentId"], &shown["refreshDropsTables"]),
        (&json!(1), &json!(false))
    );

    let job = json!({ "databaseMaskingOptions": {}, "jobName": "job", "rulesetId": 1 });
    let id = client.create("masking-jobs", &job, "maskingJobId").await;
    let row = client.get(&format!("masking-jobs/{id}")).await.json();
    for (member, value) in [
        ("minMemory", json!(1024)),
        ("maxMemory", json!(1024)),
        ("numInputStreams", json!(1)),
        ("onTheFlyMasking", json!(false)),
        ("rulesetType", json!("DATABASE")),
        ("createdBy", json!("user123")),
    ] {
        assert_eq!(row[member], value, "{member}");
    }
    assert_eq!(row["databaseMaskingOptions"]["commitSize"], 10_000);
    assert_eq!(row["databaseMaskingOptions"]["truncateTables"], false);

    client
        .call(
            "PUT",
            "application-settings/10",
            &json!({ "settingValue": "2048" }),
        )
        .await;
    let job = json!({
        "jobName": "other", "rulesetId": 1,
        "databaseMaskingOptions": { "commitSize": 5, "minMemory": 1, "dropConstraints": true },
    });
    let id = client.create("masking-jobs", &job, "maskingJobId").await;
    let row = client.get(&format!("masking-jobs/{id}")).await.json();
    assert_eq!(
        (&row["maxMemory"], &row["minMemory"]),
        (&json!(2048), &json!(1024))
    );
    assert_eq!(row["databaseMaskingOptions"]["commitSize"], 5);
    assert!(
        row["databaseMaskingOptions"].get("dropConstraints").is_none(),
        "{row}"
    );

    let sets = client.rows("profile-sets").await;
    let standard = sets
        .iter()
        .find(|row| row["profileSetName"] == "Standard")
        .unwrap();
    let job = json!({ "jobName": "profile", "rulesetId": 1, "profileSetId": standard["profileSetId"] });
    let id = client.create("profile-jobs", &job, "profileJobId").await;
    let row = client.get(&format!("profile-jobs/{id}")).await.json();
    assert_eq!(
        (&row["minMemory"], &row["multipleProfilerCheck"]),
        (&json!(1024), &json!(false))
    );
}

#[tokio::test]
async fn domain_needs_an_existing_algorithm() {
    let client = Client::new().await;
    let domain =
        |name: &str, algorithm: &str| json!({ "domainName": name, "defaultAlgorithmCode": algorithm });
    let refused = client.call("POST", "domains", &domain("A", "NoSuchLookup")).await;
    assert_eq!(refused.status, 404, "{refused:?}");
    for (name, algorithm) in [
        ("A", "FirstNameLookup"),
        ("B", "dlpx-core:CM Digits"),
        ("C", "CreditCard"),
    ] {
        assert_eq!(
            client
                .call("POST", "domains", &domain(name, algorithm))
                .await
                .status,
            200,
            "{algorithm}"
        );
    }
    let mut tokenized = domain("D", "FirstNameLookup");
    tokenized["defaultTokenizationCode"] = json!("");
    assert_eq!(client.call("POST", "domains", &tokenized).await.status, 200);
    let row = client.get("domains/D").await.json();
    assert!(
        row.get("defaultTokenizationCode").is_none_or(Value::is_null),
        "{row}"
    );
    let renamed = client
        .call("PUT", "domains/D", &domain("E", "FirstNameLookup"))
        .await;
    assert_eq!(renamed.status, 400, "{renamed:?}");
}

#[tokio::test]
async fn algorithm_keeps_its_name() {
    let client = Client::new().await;
    let algorithm = json!({
        "algorithmName": "mine", "algorithmType": "COMPONENT", "maskType": "STRING", "frameworkId": 26, "pluginId": 7,
        "algorithmExtension": { "lookupFile": { "uri": "delphix-file://upload/f_1/x" } },
    });
    let task = client.call("POST", "algorithms", &algorithm).await.json();
    assert_eq!(
        (&task["operation"], &task["reference"]),
        (&json!("ALGORITHM_CREATE"), &json!("mine"))
    );
    let task = client.ended(&task).await;
    assert_eq!(
        (&task["status"], &task["reference"]),
        (&json!("SUCCEEDED"), &json!("mine"))
    );
    let row = client.get("algorithms/mine").await.json();
    assert_eq!(
        (&row["frameworkId"], &row["createdBy"]),
        (&json!(26), &json!("user123"))
    );
    assert_eq!(
        client
            .rows("syncable-objects?object_type=USER_ALGORITHM")
            .await
            .len(),
        1
    );

    let renamed = client
        .call("PUT", "algorithms/mine", &json!({ "algorithmName": "yours" }))
        .await;
    assert_eq!(renamed.status, 400, "{renamed:?}");
    let task = client.call("PUT", "algorithms/mine", &row).await.json();
    assert_eq!(
        (&task["operation"], &task["reference"]),
        (&json!("ALGORITHM_UPDATE"), &json!("mine"))
    );
}

#[tokio::test]
async fn classifiers_and_their_sets_are_kept() {
    let client = Client::of(MockEngine::builder().fresh()).await;
    let classifier = json!({
        "classifierName": "PATH - names", "description": "d", "frameworkId": 3, "domainName": "FIRST_NAME",
        "classifierConfiguration": { "paths": [{ "matchType": "REGEX", "fieldValue": "(?i)name" }] },
    });
    let id = client.create("classifiers", &classifier, "classifierId").await;
    let again = client.call("POST", "classifiers", &classifier).await;
    assert_eq!(again.status, 409);
    assert!(again.error().contains("Classifier already exists"), "{again:?}");
    let listed = client.rows("classifiers").await;
    assert_eq!(
        (&listed[0]["classifierId"], &listed[0]["createdBy"]),
        (&json!(id), &json!("user123"))
    );
    assert_eq!(
        listed[0]["classifierConfiguration"],
        classifier["classifierConfiguration"]
    );

    let set = json!({ "profileSetName": "mine", "classifierIds": [id], "description": "d" });
    let set = client.create("profile-sets", &set, "profileSetId").await;
    assert_eq!(
        client.get(&format!("profile-sets/{set}")).await.json()["classifierIds"],
        json!([id])
    );
    let missing = json!({ "profileSetName": "other", "classifierIds": [99] });
    assert_eq!(client.call("POST", "profile-sets", &missing).await.status, 404);
    assert_eq!(
        client
            .call("DELETE", &format!("classifiers/{id}"), &Value::Null)
            .await
            .status,
        409
    );
}

#[tokio::test]
async fn every_domain_and_expression_resolves() {
    let client = Client::of(MockEngine::builder().fresh()).await;
    let list = async |path: &str| client.rows(&format!("{path}?page_number=1&page_size=999")).await;
    let (algorithms, domains) = (list("algorithms").await, list("domains").await);
    let (algorithms, names) = (
        column(&algorithms, "algorithmName"),
        column(&domains, "domainName"),
    );
    for domain in &domains {
        for member in ["defaultAlgorithmCode", "defaultTokenizationCode"] {
            let algorithm = domain[member].as_str();
            assert!(
                algorithm.is_none_or(|name| algorithms.contains(&name)),
                "{domain}"
            );
        }
    }
    let expressions = list("profile-expressions").await;
    assert_eq!(expressions.len(), 55);
    for domain in column(&expressions, "domainName") {
        assert!(names.contains(&domain), "{domain}");
    }
}
