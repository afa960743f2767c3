//! The kinds of objects in seed files.

use mock_engine::{Clock, MockEngine};
use serde_json::{Value, json};

use super::{ALL, content, toml};
use crate::support::client::{Client, exchange};

#[tokio::test]
async fn each_kind_of_object_is_in_its_list() {
    let client = Client::of(toml(ALL).clock(Clock::frozen(1_529_094_995_483))).await;
    for (path, wanted) in [
        ("applications", json!({ "applicationName": "HR" })),
        (
            "environments",
            json!({ "environmentId": 7, "environmentName": "HR test", "purpose": "MASK" }),
        ),
        (
            "algorithms",
            json!({ "algorithmName": "StaffLookup", "algorithmType": "LOOKUP" }),
        ),
        (
            "domains",
            json!({ "domainName": "STAFF", "defaultAlgorithmCode": "StaffLookup" }),
        ),
        (
            "profile-expressions",
            json!({ "expressionName": "Staff name", "domainName": "STAFF" }),
        ),
        ("profile-sets", json!({ "profileSetName": "Staff set" })),
        (
            "database-connectors",
            json!({ "connectorName": "HR database", "environmentId": 7, "databaseType": "POSTGRES",
                "host": "db.example.com", "port": 5432, "schemaName": "HR", "username": "hr" }),
        ),
        (
            "database-rulesets",
            json!({ "rulesetId": null, "rulesetName": "Staff rules" }),
        ),
        (
            "table-metadata",
            json!({ "tableName": "EMPLOYEES", "rulesetId": 31 }),
        ),
        (
            "column-metadata",
            json!({ "columnName": "LAST_NAME", "algorithmName": "StaffLookup", "domainName": "STAFF",
                "isMasked": true, "dataType": "VARCHAR2" }),
        ),
        (
            "column-metadata",
            json!({ "columnName": "ID", "isPrimaryKey": true, "columnLength": 19 }),
        ),
        (
            "masking-jobs",
            json!({ "jobName": "Mask staff", "rulesetId": 31, "jobDescription": "Nightly" }),
        ),
        (
            "profile-jobs",
            json!({ "jobName": "Profile staff", "rulesetId": 31 }),
        ),
    ] {
        let rows = client.rows(path).await;
        let wanted = wanted.as_object().unwrap();
        let fits = |row: &&Value| wanted.iter().all(|(member, value)| row[member] == *value);
        assert!(
            rows.iter().any(|row| fits(&row)),
            "{wanted:?} in {path}: {rows:#?}"
        );
    }
    let shown = client.get("database-connectors").await;
    assert!(!String::from_utf8(shown.body).unwrap().contains("geheim"));
    let tables = client.get("database-connectors/1/fetch").await;
    assert_eq!(tables.json(), json!(["EMPLOYEES", "JOBS"]), "{tables:?}");
}

/// The kinds that [`ALL`] lacks.
const FURTHER: &str = r#"
applications = ["HR"]
mounts = [{ name = "Transfer", host = "nas.example.com", path = "/hr", options = "ro", connectOnStartup = true }]
drivers = [{ name = "HR driver", class = "com.example.Driver", version = "1.0" }]
classifiers = [{ name = "Staff column", domain = "LAST_NAME", framework = 1 }]
profileSets = [{ name = "Staff", classifiers = ["Staff column"] }]
mainframeFormats = ["Copybook"]
roles = [{ name = "HR operator", members = { environment = { view = true } } }]
users = [{ name = "ann", password = "geheim", role = "HR operator", environments = ["HR test"] }]

[[fileFormats]]
name = "Staff list"
header = 1
fields = ["ID", { name = "NAME", domain = "LAST_NAME" }]
recordTypes = [{ name = "Person", qualifiers = [{ pattern = "P.*" }] }]
[[fileFormats]]
name = "Fixed"
type = "FIXED_WIDTH"
fields = [{ name = "CODE", length = 7 }]

[[environments]]
name = "HR test"
fileConnectors = [{ name = "Share", mode = "MOUNT", mount = "Transfer", path = "/in", user = "hr", password = "geheim",
    files = [{ name = "left.csv", rows = 3 }] }]
mainframeConnectors = [{ name = "Host", datasets = ["HR.LEFT"] }]
fileRulesets = [{ name = "Lists", id = 40, files = [{ name = "staff.csv", format = "Staff list", rows = 12,
    delimiter = ";", endOfRecord = "\n" }] }]
mainframeRulesets = [{ name = "Datasets", datasets = [{ name = "HR.STAFF", format = "Copybook" }] }]
jobs = [{ name = "Mask lists", members = { minMemory = 2048, onTheFlyMasking = false } }]
tokenizationJobs = [{ name = "Tokenize lists", description = "Weekly" }]
reidentificationJobs = [{ name = "Reidentify lists", ruleset = "Lists", source = "Share" }]
"#;

#[tokio::test]
async fn further_kinds_are_in_their_lists() {
    let clock = Clock::frozen(1_529_094_995_483);
    let client = Client::of(toml(FURTHER).clock(clock)).await;
    let connection = json!({ "connectionMode": "MOUNT", "mountId": 1, "path": "/in", "loginName": "hr" });
    for (path, wanted) in [
        (
            "mount-filesystem",
            json!({ "mountName": "Transfer", "mountPath": "/hr", "type": "NFS4", "connectOnStartup": true }),
        ),
        (
            "jdbc-drivers",
            json!({ "driverName": "HR driver", "driverClassName": "com.example.Driver", "builtIn": false }),
        ),
        (
            "classifiers",
            json!({ "classifierName": "Staff column", "domainName": "LAST_NAME", "frameworkId": 1 }),
        ),
        (
            "mainframe-dataset-formats",
            json!({ "mainframeDatasetFormatName": "Copybook" }),
        ),
        ("users", json!({ "userName": "ann", "isAdmin": false })),
        (
            "file-formats",
            json!({ "fileFormatName": "Staff list", "fileFormatType": "DELIMITED", "header": 1 }),
        ),
        (
            "file-field-metadata",
            json!({ "fieldName": "NAME", "domainName": "LAST_NAME", "isMasked": true }),
        ),
        (
            "file-field-metadata",
            json!({ "fieldName": "CODE", "fieldLength": 7, "isMasked": false }),
        ),
        (
            "record-types",
            json!({ "recordTypeName": "Person", "fileFormatId": 1 }),
        ),
        ("record-type-qualifiers", json!({ "pattern": "P.*" })),
        (
            "file-connectors",
            json!({ "connectorName": "Share", "fileType": "DELIMITED", "connectionInfo": connection }),
        ),
        (
            "file-rulesets",
            json!({ "fileRulesetId": 40, "rulesetName": "Lists" }),
        ),
        (
            "file-metadata",
            json!({ "fileName": "staff.csv", "rulesetId": 40, "fileFormatId": 1, "delimiter": ";", "endOfRecord": "\n" }),
        ),
        ("mainframe-dataset-connectors", json!({ "connectorName": "Host" })),
        ("mainframe-dataset-rulesets", json!({ "rulesetName": "Datasets" })),
        (
            "mainframe-dataset-metadata",
            json!({ "mainframeDatasetName": "HR.STAFF", "mainframeDatasetFormatId": 1 }),
        ),
        (
            "masking-jobs",
            json!({ "jobName": "Mask lists", "rulesetId": 40, "rulesetType": "FILE", "minMemory": 2048 }),
        ),
        (
            "tokenization-jobs",
            json!({ "jobName": "Tokenize lists", "rulesetId": 40, "jobDescription": "Weekly" }),
        ),
        (
            "reidentification-jobs",
            json!({ "jobName": "Reidentify lists", "onTheFlyMasking": true,
            "onTheFlyMaskingSource": { "connectorId": 1, "connectorType": "FILE" } }),
        ),
    ] {
        let rows = client.rows(path).await;
        let wanted = wanted.as_object().unwrap();
        let fits = |row: &&Value| wanted.iter().all(|(member, value)| row[member] == *value);
        assert!(
            rows.iter().any(|row| fits(&row)),
            "{wanted:?} in {path}: {rows:#?}"
        );
    }
    let files = client.get("file-connectors/1/fetch").await;
    assert_eq!(files.json(), json!(["left.csv", "staff.csv"]), "{files:?}");
    let datasets = client.get("mainframe-dataset-connectors/2/fetch").await;
    assert_eq!(datasets.json(), json!(["HR.LEFT", "HR.STAFF"]), "{datasets:?}");
    let job = client.rows("masking-jobs").await[0]["maskingJobId"].clone();
    let run = client
        .call("POST", "executions", &json!({ "jobId": job }))
        .await
        .json();
    client.engine.clock().advance(std::time::Duration::from_secs(60));
    let path = format!("execution-components?execution_id={}", run["executionId"]);
    assert_eq!(client.rows(&path).await[0]["rowsTotal"], 12);
}

#[tokio::test]
async fn user_of_a_seed_file_logs_in_beside_those_of_options() {
    let client = MockEngine::builder()
        .content(content(FURTHER))
        .user("boss", "pw")
        .start()
        .await
        .unwrap();
    for (user, password, status) in [("ann", "geheim", 200), ("ann", "other", 401), ("boss", "pw", 200)] {
        let body = json!({ "username": user, "password": password }).to_string();
        let request = format!(
            "POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let reply = exchange(client.address(), request.as_bytes()).await;
        assert_eq!(reply.status, status, "{user}: {reply:?}");
    }
}
