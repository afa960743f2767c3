//! Calls of rulesets and connectors: fetch, test, refresh, bulk update, copy.

use mock_engine::MockEngine;
use serde_json::json;

use crate::inventory::{add, column, hash, with_ruleset};
use crate::support::client::Client;

#[tokio::test]
async fn fetch_returns_an_array_of_declared_names() {
    let (client, _) = with_ruleset().await;
    let tables = client.get("database-connectors/1/fetch").await.json();
    assert_eq!(
        tables,
        json!([
            "COUNTRIES",
            "DEPARTMENTS",
            "EMPLOYEES",
            "JOBS",
            "JOB_HISTORY",
            "LOCATIONS",
            "REGIONS"
        ])
    );
    assert_eq!(client.get("database-connectors/99/fetch").await.status, 404);
    let connector = json!({
        "connectorName": "files", "environmentId": 1, "fileType": "DELIMITED",
        "connectionInfo": { "connectionMode": "SFTP", "host": "h", "path": "/" },
    });
    let connector = client
        .create("file-connectors", &connector, "fileConnectorId")
        .await;
    let files = client
        .get(&format!("file-connectors/{connector}/fetch"))
        .await
        .json();
    assert_eq!(files, json!(["formatfile.txt", "maskme.txt"]));

    // Without a declared schema, fetch returns the tables of the connector's rulesets.
    let plain = Client::of(MockEngine::builder().seed(1)).await;
    let tables = plain.get("database-connectors/1/fetch").await.json();
    assert_eq!(tables, json!(["PATIENTS", "VISITS"]));
    let ruleset = json!({ "rulesetName": "second", "databaseConnectorId": 1 });
    let ruleset = plain
        .create("database-rulesets", &ruleset, "databaseRulesetId")
        .await;
    let table = add(&plain, ruleset, "VISITS").await;
    let surname = column(&plain, table, "SURNAME").await;
    assert_eq!(
        (&surname["isMasked"], &surname["dataType"]),
        (&json!(false), &json!("VARCHAR2"))
    );
}

#[tokio::test]
async fn connector_test_reports_success() {
    let (client, _) = with_ruleset().await;
    for path in [
        "database-connectors/1/test",
        "database-connectors/test",
        "file-connectors/test",
        "mainframe-dataset-connectors/test",
    ] {
        let reply = client.call("POST", path, &json!({ "password": "x" })).await;
        assert_eq!(
            reply.json(),
            json!({ "response": "Connection Succeeded" }),
            "{path}"
        );
    }
    let unknown = client
        .call("POST", "mainframe-dataset-connectors/9/test", &json!({}))
        .await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn refresh_adds_new_columns_and_keeps_masking() {
    let (client, _) = with_ruleset().await;
    // The demo's ruleset has no columns of the HR schema.
    let ruleset = json!({ "rulesetName": "refreshed", "databaseConnectorId": 1, "refreshDropsTables": true });
    let ruleset = client
        .create("database-rulesets", &ruleset, "databaseRulesetId")
        .await;
    add(&client, ruleset, "VISITS").await;
    let regions = add(&client, ruleset, "PATIENTS").await;
    let renamed = json!({ "tableName": "REGIONS" });
    client
        .call("PUT", &format!("table-metadata/{regions}"), &renamed)
        .await;
    let task = client
        .call("PUT", &format!("database-rulesets/{ruleset}/refresh"), &json!({}))
        .await
        .json();
    assert_eq!(
        (&task["operation"], &task["reference"]),
        (&json!("RULESET_REFRESH"), &json!(ruleset.to_string()))
    );
    assert_eq!(client.ended(&task).await["status"], "SUCCEEDED");
    let tables = client.rows(&format!("table-metadata?ruleset_id={ruleset}")).await;
    assert_eq!(tables.len(), 1, "{tables:?}");
    assert_eq!(tables[0]["tableMetadataId"], regions);
    let columns = client
        .rows(&format!("column-metadata?table_metadata_id={regions}"))
        .await;
    let names: Vec<&str> = columns
        .iter()
        .map(|column| column["columnName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["REGION_ID", "REGION_NAME"]);
    let before = hash(&client, ruleset).await;
    let put = json!({ "domainName": "CITY" });
    let path = format!("column-metadata/{}", columns[1]["columnMetadataId"]);
    assert_eq!(client.call("PUT", &path, &put).await.status, 200);
    let after = hash(&client, ruleset).await;
    assert_ne!(before, after);
    let task = client
        .call("PUT", &format!("database-rulesets/{ruleset}/refresh"), &json!({}))
        .await
        .json();
    client.ended(&task).await;
    // Without changes the engine saves nothing.
    assert_eq!(hash(&client, ruleset).await, after);
    assert_eq!(client.get(&path).await.json()["domainName"], "CITY");
    assert_eq!(
        client
            .call("PUT", "database-rulesets/4711/refresh", &json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn bulk_update_leaves_exactly_the_listed_tables() {
    let (client, ruleset) = with_ruleset().await;
    let jobs = add(&client, ruleset, "JOBS").await;
    add(&client, ruleset, "REGIONS").await;
    let path = format!("database-rulesets/{ruleset}/bulk-table-update");
    let body = json!({ "tableMetadata": [
        { "tableName": "JOBS", "rulesetId": ruleset, "customSql": "select 1" },
        { "tableName": "EMPLOYEES", "rulesetId": ruleset },
    ] });
    let task = client.call("PUT", &path, &body).await.json();
    assert_eq!(
        (&task["operation"], &task["reference"]),
        (&json!("TABLE_BULK_UPDATE"), &json!(ruleset.to_string()))
    );
    assert_eq!(client.ended(&task).await["status"], "SUCCEEDED");
    let tables = client.rows(&format!("table-metadata?ruleset_id={ruleset}")).await;
    let names: Vec<&str> = tables
        .iter()
        .map(|table| table["tableName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["JOBS", "EMPLOYEES"]);
    assert_eq!(
        (&tables[0]["tableMetadataId"], &tables[0]["customSql"]),
        (&json!(jobs), &json!("select 1"))
    );

    let twice = json!({ "tableMetadata": [{ "tableName": "A" }, { "tableName": "A" }] });
    let task = client.call("PUT", &path, &twice).await.json();
    let task = client.ended(&task).await;
    assert_eq!(task["status"], "FAILED", "{task}");
    assert_eq!(
        client.rows(&format!("table-metadata?ruleset_id={ruleset}")).await,
        tables
    );
    for bad in [
        json!({}),
        json!({ "tableMetadata": [1] }),
        json!({ "tableMetadata": {} }),
    ] {
        assert_eq!(client.call("PUT", &path, &bad).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn copied_ruleset_has_the_tables_and_their_masking() {
    let (client, ruleset) = with_ruleset().await;
    let body = json!({ "tableName": "EMPLOYEES", "rulesetId": ruleset, "customSql": "select 1" });
    let table = client.create("table-metadata", &body, "tableMetadataId").await;
    let row = column(&client, table, "FIRST_NAME").await;
    let path = format!("column-metadata/{}", row["columnMetadataId"]);
    let names = json!({ "domainName": "FIRST_NAME", "notes": "n" });
    assert_eq!(client.call("PUT", &path, &names).await.status, 200);

    let path = format!("database-rulesets/{ruleset}/copy");
    let twice = client.call("PUT", &path, &json!({})).await;
    assert_eq!(twice.status, 409);
    let copied = client
        .call("PUT", &path, &json!({ "rulesetName": "copy" }))
        .await
        .json();
    let copy = copied["databaseRulesetId"].as_i64().unwrap();
    assert_ne!(copy, ruleset);
    assert_eq!(copied["rulesetName"], "copy");
    let tables = client.rows(&format!("table-metadata?ruleset_id={copy}")).await;
    assert_eq!(
        (&tables[0]["customSql"], &tables[0]["isMasked"]),
        (&json!("select 1"), &json!(true))
    );
    let table = tables[0]["tableMetadataId"].as_i64().unwrap();
    let first = column(&client, table, "FIRST_NAME").await;
    assert_eq!(
        (&first["domainName"], &first["notes"], &first["isMasked"]),
        (&json!("FIRST_NAME"), &json!("n"), &json!(true))
    );
    assert_eq!(
        column(&client, table, "DEPARTMENT_ID").await["isForeignKey"],
        true
    );
    let connector = client
        .call(
            "POST",
            "database-connectors/1/copy",
            &json!({ "connectorName": "another" }),
        )
        .await
        .json();
    assert_eq!(
        (&connector["connectorName"], &connector["databaseType"]),
        (&json!("another"), &json!("ORACLE"))
    );
    let unknown = client
        .call("POST", "database-connectors/99/copy", &json!({}))
        .await;
    assert_eq!(unknown.status, 404);
}
