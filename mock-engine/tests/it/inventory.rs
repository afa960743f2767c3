//! Tables, columns and files of rulesets, and the objects behind them.

use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::schema::hr;
use crate::support::client::Client;

/// A client of an engine with the demo inventory and the HR schema, and the id of a new ruleset.
pub(crate) async fn with_ruleset() -> (Client, i64) {
    let client = Client::of(MockEngine::builder().seed(1).schema(hr())).await;
    let ruleset = json!({ "rulesetName": "hr rules", "databaseConnectorId": 1 });
    let ruleset = client
        .create("database-rulesets", &ruleset, "databaseRulesetId")
        .await;
    (client, ruleset)
}

pub(crate) async fn add(client: &Client, ruleset: i64, name: &str) -> i64 {
    let table = json!({ "tableName": name, "rulesetId": ruleset });
    client.create("table-metadata", &table, "tableMetadataId").await
}

pub(crate) async fn column(client: &Client, table: i64, name: &str) -> Value {
    let columns = client
        .rows(&format!("column-metadata?table_metadata_id={table}"))
        .await;
    let found = columns.into_iter().find(|column| column["columnName"] == name);
    found.unwrap_or_else(|| panic!("{name}"))
}

/// The revision hash of a ruleset in `/syncable-objects`.
pub(crate) async fn hash(client: &Client, ruleset: i64) -> String {
    let all = client.rows("syncable-objects?object_type=DATABASE_RULESET").await;
    let found = all
        .iter()
        .find(|object| object["objectIdentifier"]["id"] == ruleset);
    found.unwrap()["revisionHash"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn new_table_has_the_declared_columns() {
    let (client, ruleset) = with_ruleset().await;
    let table = add(&client, ruleset, "EMPLOYEES").await;
    let columns = client
        .rows(&format!("column-metadata?table_metadata_id={table}"))
        .await;
    let mut printed: Vec<String> = columns
        .iter()
        .map(|column| {
            let flag = |member: &str, word: &'static str| (column[member] == true).then_some(word);
            let flags = [
                flag("isPrimaryKey", "PK"),
                flag("isForeignKey", "FK"),
                flag("isIndex", "IX"),
            ];
            assert_eq!(
                (&column["isMasked"], &column["isProfilerWritable"]),
                (&json!(false), &json!(true))
            );
            assert!(column.get("dateFormat").is_none());
            let flags: Vec<_> = flags.into_iter().flatten().collect();
            format!(
                "{} {}({}) {}",
                column["columnName"].as_str().unwrap(),
                column["dataType"].as_str().unwrap(),
                column["columnLength"],
                flags.join(" ")
            )
        })
        .collect();
    printed.sort();
    assert_eq!(
        printed,
        [
            "COMMISSION_PCT NUMBER(2) ",
            "DEPARTMENT_ID NUMBER(4) FK IX",
            "EMAIL VARCHAR2(25) IX",
            "EMPLOYEE_ID NUMBER(6) PK IX",
            "FIRST_NAME VARCHAR2(20) IX",
            "HIRE_DATE DATE(7) ",
            "JOB_ID VARCHAR2(10) FK IX",
            "LAST_NAME VARCHAR2(25) IX",
            "MANAGER_ID NUMBER(6) FK IX",
            "PHONE_NUMBER VARCHAR2(20) ",
            "SALARY NUMBER(8) ",
        ]
    );
}

#[tokio::test]
async fn table_is_in_an_existing_ruleset_once() {
    let (client, ruleset) = with_ruleset().await;
    let before = hash(&client, ruleset).await;
    let table = add(&client, ruleset, "JOBS").await;
    assert_ne!(hash(&client, ruleset).await, before);
    let body = json!({ "tableName": "JOBS", "rulesetId": ruleset });
    let twice = client.call("POST", "table-metadata", &body).await;
    assert_eq!(twice.status, 409);
    assert!(twice.error().contains("already exists"), "{twice:?}");
    let nowhere = json!({ "tableName": "JOBS", "rulesetId": 4711 });
    assert_eq!(client.call("POST", "table-metadata", &nowhere).await.status, 404);
    assert_eq!(client.get("table-metadata?ruleset_id=4711").await.status, 404);
    assert_eq!(
        client.get("column-metadata?table_metadata_id=4711").await.status,
        404
    );
    let nameless = json!({ "rulesetId": ruleset });
    assert_eq!(client.call("POST", "table-metadata", &nameless).await.status, 400);
    let path = format!("table-metadata/{table}");
    assert_eq!(client.get(&path).await.json()["tableName"], "JOBS");
    assert_eq!(client.call("DELETE", &path, &Value::Null).await.status, 200);
    assert_eq!(client.get(&path).await.status, 404);
    assert!(
        client
            .rows(&format!("table-metadata?ruleset_id={ruleset}"))
            .await
            .is_empty()
    );
    assert_eq!(
        client.call("POST", "column-metadata", &json!({})).await.status,
        405
    );
}

#[tokio::test]
async fn empty_text_clears_a_clause_and_missing_member_keeps_it() {
    let (client, ruleset) = with_ruleset().await;
    let body = json!({
        "tableName": "EMPLOYEES", "rulesetId": ruleset, "customSql": "select 1", "whereClause": "id > 1",
        "keyColumn": "ROWID",
    });
    let table = client.create("table-metadata", &body, "tableMetadataId").await;
    let path = format!("table-metadata/{table}");
    let change =
        json!({ "tableMetadataId": table, "tableName": "EMPLOYEES", "rulesetId": ruleset, "customSql": "" });
    let row = client.call("PUT", &path, &change).await.json();
    assert!(row.get("customSql").is_none(), "{row}");
    assert_eq!(
        (&row["whereClause"], &row["keyColumn"]),
        (&json!("id > 1"), &json!("ROWID"))
    );
    assert_eq!(client.get(&path).await.json(), row);
    let elsewhere = json!({ "rulesetId": 2 });
    assert_eq!(client.call("PUT", &path, &elsewhere).await.status, 400);
    let renamed = json!({ "tableName": "PEOPLE" });
    assert_eq!(
        client.call("PUT", &path, &renamed).await.json()["tableMetadataId"],
        table
    );
    assert_eq!(
        client
            .rows(&format!("column-metadata?table_metadata_id={table}"))
            .await
            .len(),
        11
    );
}

#[tokio::test]
async fn masking_a_column_changes_its_ruleset_and_can_be_undone() {
    let (client, ruleset) = with_ruleset().await;
    let table = add(&client, ruleset, "EMPLOYEES").await;
    let row = column(&client, table, "FIRST_NAME").await;
    let path = format!("column-metadata/{}", row["columnMetadataId"]);
    let before = hash(&client, ruleset).await;

    let mut body = row.clone();
    body["algorithmName"] = "FirstNameLookup".into();
    body["domainName"] = "FIRST_NAME".into();
    body["isMasked"] = true.into();
    body["isProfilerWritable"] = false.into();
    let masked = client.call("PUT", &path, &body).await.json();
    assert_eq!(
        (
            &masked["isMasked"],
            &masked["isProfilerWritable"],
            &masked["algorithmName"]
        ),
        (&json!(true), &json!(false), &json!("FirstNameLookup"))
    );
    let after = hash(&client, ruleset).await;
    assert_ne!(after, before);
    assert_eq!(
        client.get(&format!("table-metadata/{table}")).await.json()["isMasked"],
        true
    );
    for filter in ["True", "true", "TRUE"] {
        let masked = client
            .rows(&format!(
                "column-metadata?table_metadata_id={table}&is_masked={filter}"
            ))
            .await;
        assert_eq!(masked.len(), 1, "{filter}");
    }
    let unmasked = client
        .rows(&format!(
            "column-metadata?table_metadata_id={table}&is_masked=false"
        ))
        .await;
    assert_eq!(unmasked.len(), 10);

    // The whole row without the two names.
    let undone = client.call("PUT", &path, &row).await.json();
    assert_eq!(undone["isMasked"], false);
    assert!(undone.get("algorithmName").is_none() && undone.get("domainName").is_none());
    assert_ne!(hash(&client, ruleset).await, after);
}

#[tokio::test]
async fn domain_implies_its_algorithm_and_algorithm_needs_a_domain() {
    let (client, ruleset) = with_ruleset().await;
    let table = add(&client, ruleset, "EMPLOYEES").await;
    let row = column(&client, table, "LAST_NAME").await;
    let path = format!("column-metadata/{}", row["columnMetadataId"]);
    let put = async |body: Value| client.call("PUT", &path, &body).await;
    let masked = put(json!({ "domainName": "LAST_NAME" })).await.json();
    assert_eq!(masked["algorithmName"], "LastNameLookup");
    assert_eq!(
        put(json!({ "algorithmName": "LastNameLookup" })).await.status,
        400
    );
    assert_eq!(put(json!({ "domainName": "NOWHERE" })).await.status, 404);
    let unknown = json!({ "domainName": "LAST_NAME", "algorithmName": "Nowhere" });
    assert_eq!(put(unknown).await.status, 404);
    assert_eq!(put(json!({ "domainName": 7 })).await.status, 400);
    assert_eq!(client.get(&path).await.json(), masked);
    // Members from the database and derived ones cannot be set.
    let body = json!({ "domainName": "LAST_NAME", "dataType": "X", "columnLength": 1, "isMasked": false, "notes": "n" });
    let kept = put(body).await.json();
    assert_eq!(
        (
            &kept["dataType"],
            &kept["columnLength"],
            &kept["isMasked"],
            &kept["notes"]
        ),
        (&json!("VARCHAR2"), &json!(25), &json!(true), &json!("n"))
    );
}

#[tokio::test]
async fn masked_ruleset_is_synced_with_its_columns() {
    let (client, ruleset) = with_ruleset().await;
    let table = add(&client, ruleset, "EMPLOYEES").await;
    let row = column(&client, table, "FIRST_NAME").await;
    let path = format!("column-metadata/{}", row["columnMetadataId"]);
    let names = json!({ "algorithmName": "FirstNameLookup", "domainName": "FIRST_NAME" });
    assert_eq!(client.call("PUT", &path, &names).await.status, 200);
    let wanted = json!([{ "objectIdentifier": { "id": ruleset }, "objectType": "DATABASE_RULESET" }]);
    let document = client.call("POST", "export", &wanted).await;
    assert_eq!(document.status, 200, "{document:?}");

    let other = Client::of(MockEngine::builder().name("other").seed(2)).await;
    let import = other
        .call(
            "POST",
            "import?force_overwrite=true&environment_id=2",
            &document.json(),
        )
        .await;
    assert_eq!(import.status, 200, "{import:?}");
    let rulesets = other.rows("database-rulesets").await;
    let there = rulesets
        .iter()
        .find(|row| row["rulesetName"] == "hr rules")
        .unwrap();
    let there = there["databaseRulesetId"].as_i64().unwrap();
    let tables = other.rows(&format!("table-metadata?ruleset_id={there}")).await;
    let id = tables[0]["tableMetadataId"].as_i64().unwrap();
    let column = column(&other, id, "FIRST_NAME").await;
    assert_eq!(
        (
            &column["algorithmName"],
            &column["domainName"],
            &column["isIndex"]
        ),
        (&json!("FirstNameLookup"), &json!("FIRST_NAME"), &json!(true))
    );
    assert_eq!(hash(&other, there).await, hash(&client, ruleset).await);
}

#[tokio::test]
async fn ids_of_tables_and_columns_survive_changes_and_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let settings = mock_engine::Settings::default().with(|settings| {
        settings.state_dir = Some(dir.path().join("state"));
        settings.seed = Some(1);
    });
    let client = Client::of(MockEngine::builder().settings(settings.clone())).await;
    let tables = client.rows("table-metadata").await;
    let columns = client.rows("column-metadata?page_size=1000").await;
    assert!(!tables.is_empty() && columns.len() > tables.len());
    let rename = json!({ "rulesetName": "other name" });
    let ruleset = tables[0]["rulesetId"].as_i64().unwrap();
    let renamed = client
        .call("PUT", &format!("database-rulesets/{ruleset}"), &rename)
        .await;
    assert_eq!(renamed.status, 200);
    assert_eq!(client.rows("table-metadata").await, tables);
    client.engine.shutdown().await;
    let client = Client::of(MockEngine::builder().settings(settings)).await;
    assert_eq!(client.rows("table-metadata").await, tables);
    assert_eq!(client.rows("column-metadata?page_size=1000").await, columns);
}

#[tokio::test]
async fn deleted_ruleset_takes_its_tables_and_columns_along() {
    let (client, ruleset) = with_ruleset().await;
    let table = add(&client, ruleset, "EMPLOYEES").await;
    let path = format!("database-rulesets/{ruleset}");
    assert_eq!(client.call("DELETE", &path, &Value::Null).await.status, 200);
    assert_eq!(client.get(&format!("table-metadata/{table}")).await.status, 404);
    let left = client.rows("column-metadata?page_size=1000").await;
    assert!(left.iter().all(|column| column["tableMetadataId"] != table));
}

#[tokio::test]
async fn database_and_file_ruleset_never_share_an_id() {
    let (client, ruleset) = with_ruleset().await;
    let connector = json!({
        "connectorName": "files", "environmentId": 1, "fileType": "DELIMITED",
        "connectionInfo": { "connectionMode": "SFTP", "host": "h", "path": "/" },
    });
    let connector = client
        .create("file-connectors", &connector, "fileConnectorId")
        .await;
    let body = json!({ "rulesetName": "file rules", "fileConnectorId": connector });
    let files = client.create("file-rulesets", &body, "fileRulesetId").await;
    assert_ne!(files, ruleset);
    assert_eq!(
        client.get(&format!("database-rulesets/{files}")).await.status,
        404
    );
    assert_eq!(
        client
            .get(&format!("table-metadata?ruleset_id={files}"))
            .await
            .status,
        404
    );
    assert!(
        client
            .rows(&format!("file-metadata?ruleset_id={ruleset}"))
            .await
            .is_empty()
    );
    let another = json!({ "rulesetName": "more rules", "databaseConnectorId": 1 });
    let another = client
        .create("database-rulesets", &another, "databaseRulesetId")
        .await;
    assert_ne!(another, files);
}
